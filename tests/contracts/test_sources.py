"""The house style, where a machine can check it: lengths, docstrings, types, lint."""

import ast
import subprocess
import sys

import pytest
from contracts.sources import PACKAGE, ROOT, files, name_of, tree

FILES = {name_of(path): path for path in files()}


@pytest.mark.parametrize("name", FILES)
def test_a_file_says_what_it_is_and_is_not_too_long(name):
    path = FILES[name]
    assert ast.get_docstring(tree(path)), f"{name} has no docstring"
    n_lines = len(path.read_text(encoding="utf-8").splitlines())
    assert n_lines <= 400, f"{name} has {n_lines} lines; divide it"


@pytest.mark.parametrize("name", FILES)
def test_everything_public_is_documented_in_a_sentence(name):
    silent = []
    for node in ast.walk(tree(FILES[name])):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            said = ast.get_docstring(node)
            inner = node.name in _nested(tree(FILES[name]))
            # the overloads of a function are its types; what it does is said once, where it is done
            is_type = any(
                isinstance(each, ast.Name) and each.id == "overload" for each in node.decorator_list
            )
            if not inner and not is_type and (not said or said.startswith("This ")):
                silent.append(node.name)
    assert silent == []


def _nested(module):
    """Names of functions defined inside functions: they need no docstring."""
    return {
        inner.name
        for outer in ast.walk(module)
        if isinstance(outer, ast.FunctionDef)
        for inner in ast.walk(outer)
        if isinstance(inner, ast.FunctionDef | ast.ClassDef) and inner is not outer
    }


def test_every_compiled_rule_has_a_docstring():
    for path in (PACKAGE / "rules").glob("*.py"):
        for node in tree(path).body:
            if isinstance(node, ast.FunctionDef) and node.decorator_list:
                assert ast.get_docstring(node), f"{path.stem}.{node.name}"


def test_no_global_random_state():
    for path in files():
        text = path.read_text(encoding="utf-8")
        for banned in (
            "np.random.seed",
            "np.random.rand",
            "import random",
            "np.random.normal",
            "np.random.uniform",
        ):
            assert banned not in text, f"{path}: {banned}"


def run(*command):
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False, timeout=400
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_ruff_finds_nothing():
    run("ruff", "check", "--no-cache", "src", "tests")


@pytest.mark.slow
def test_types_are_right():
    run("mypy", "src/issim")
