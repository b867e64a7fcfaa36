"""The description of the model keeps up with the model: what it names exists, and what exists it names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path

import pytest
import yaml
from docs import refresh

from issim.rules.behaviour import NAMES as CONSTANTS
from issim.runs.parameters import parameters
from issim.units import columns
from issim.world.conditions import EFFECT_NAMES
from issim.world.state import TABLES

SOURCES = refresh.ROOT / "src" / "issim"
SPAN = re.compile(r"`([^`\n]+)`")
FUNCTIONS = re.compile(r"([\w/]+\.py): (\w+(?:, \w+)*)")
TEST = re.compile(r"(tests/[\w/]+\.py)::(\w+)")
SITUATIONS = re.compile(r"(tests/[\w/]+\.yaml): (\w+(?:, \w+)*)")
EQUATION = re.compile(r"```text\n(.*?)```\n\n((?:[^\n]+\n)+)", re.DOTALL)


def written() -> str:
    return refresh.ODD.read_text(encoding="utf-8")


def by_hand(text: str) -> str:
    """The text without its generated blocks."""
    return refresh.GENERATED.sub("", text)


@lru_cache(maxsize=256)
def defined(path: Path) -> frozenset[str]:
    """Names of all functions and methods of a file; none if there is no such file."""
    if not path.is_file():
        return frozenset()
    return frozenset(
        node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)
    )


@lru_cache(maxsize=1)
def rules() -> frozenset[tuple[str, str]]:
    """(file, function) of every rule and process."""
    return frozenset(
        (f"rules/{path.name}", node.name)
        for path in (SOURCES / "rules").glob("*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(mark, ast.Name) and mark.id in ("rule", "process") for mark in node.decorator_list)
    )


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    return frozenset(p.name for p in parameters())


def named_functions(text: str) -> set[tuple[str, str]]:
    """(file, function) of everything that a text says is computed somewhere."""
    found = (FUNCTIONS.fullmatch(span) for span in SPAN.findall(text))
    return {(m.group(1), name) for m in found if m for name in m.group(2).split(", ")}


def situation_names(path: Path) -> set[str]:
    return {entry["rule"] for entry in yaml.safe_load(path.read_text())} if path.is_file() else set()


def unknown(text: str) -> Iterator[str]:
    """Functions, tests, situations and parameters that a text names and that do not exist."""
    for file, name in sorted(named_functions(text)):
        if name not in defined(SOURCES / file):
            yield f"{file}: {name}"
    groups = {name.partition(".")[0] for name in names() if "." in name}
    for span in SPAN.findall(text):
        if (m := TEST.fullmatch(span)) and m.group(2) not in defined(refresh.ROOT / m.group(1)):
            yield span
        if m := SITUATIONS.fullmatch(span):
            known = situation_names(refresh.ROOT / m.group(1))
            yield from (f"{m.group(1)}: {name}" for name in m.group(2).split(", ") if name not in known)
        if re.fullmatch(r"[a-z]+(\.[a-z_*]+)+", span) and span.partition(".")[0] in groups:
            if not any(fnmatch(name, span) for name in names()):
                yield span


def unsupported(text: str) -> list[str]:
    """Equations that are not followed by a line that names who computes them and which test checks it."""
    found = []
    for equation, below in EQUATION.findall(text):
        tested = any(TEST.fullmatch(s) or SITUATIONS.fullmatch(s) for s in SPAN.findall(below))
        if not below.startswith(("Rule `", "Computed by `")) or not named_functions(below) or not tested:
            found.append(equation.strip())
    return found


def test_every_rule_and_process_is_described() -> None:
    text = by_hand(written())
    assert rules() - named_functions(text) == set()
    assert ("rules/trust.py", "after_news") in rules() - named_functions(
        text.replace(": after_news`", ": after`")
    )


def test_every_constant_of_behaviour_is_described_and_in_the_table() -> None:
    spans = set(SPAN.findall(by_hand(written())))
    assert {f"behaviour.{name}" for name in CONSTANTS} - spans == set()
    assert {f"behaviour.{name}" for name in CONSTANTS} <= set(SPAN.findall(refresh.behaviour()))


def test_what_is_named_exists() -> None:
    assert list(unknown(written())) == []


@pytest.mark.parametrize(
    "wrong",
    [
        "rules/trust.py: after_lies",
        "rules/thrust.py: after_news",
        "tests/docs/test_odd.py::test_that_is_not_there",
        "tests/rules/situations/trust.yaml: after_lies",
        "behaviour.patients",
        "goods.*.taste",
    ],
)
def test_what_does_not_exist_is_found_out(wrong: str) -> None:
    assert list(unknown(f"Computed by `{wrong}`.")) == [wrong]


def test_every_equation_says_who_computes_it_and_which_test_checks_it() -> None:
    text = by_hand(written())
    assert unsupported(text) == []
    assert len(EQUATION.findall(text)) == text.count("```text")


def test_an_equation_without_support_is_found_out() -> None:
    assert unsupported("```text\na = b\n```\n\nIt is so.\n") == ["a = b"]
    assert unsupported("```text\na = b\n```\n\nRule `rules/trust.py: after_news`, untested.\n") == ["a = b"]


def test_generated_tables_are_those_of_the_code() -> None:
    text = written()
    assert sorted(m.group(1) for m in refresh.GENERATED.finditer(text)) == sorted(refresh.BLOCKS)
    assert refresh.refreshed(text) == text, "run: python tests/docs/refresh.py"


def test_every_declared_column_and_effect_stands_in_a_table() -> None:
    text = written()
    for table in TABLES:
        section = (
            text.partition(f"**{table.__name__}**: ")[2].partition("\n**")[0].partition("<!-- end -->")[0]
        )
        assert re.findall(r"^\| `(\w+)`", section, re.MULTILINE) == list(columns(table)), table.__name__
    assert set(EFFECT_NAMES) <= set(SPAN.findall(refresh.conditions()))


def test_every_group_of_parameters_has_a_line() -> None:
    listed = set(re.findall(r"^\| `(\w+)`", refresh.groups(), re.MULTILINE))
    assert listed == set(refresh.GROUPS) == {n.partition(".")[0] for n in names() if "." in n} | {"run"}
    assert all((SOURCES / file).is_file() for _, file in refresh.GROUPS.values())
