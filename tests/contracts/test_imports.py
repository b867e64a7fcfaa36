"""Who may import whom: layers, pure rules, and the few doors to Mesa, Hydra and the model."""

import subprocess
import sys

import pytest
from contracts.sources import PACKAGE, ROOT, files, imports, name_of, texts

RULES_MAY_IMPORT = (
    "issim.jit",
    "issim.draws",
    "issim.elementary",
    "issim.units",
    "issim.world.state",
    "issim.world.conditions",
    "issim.rules",
)
STANDARD_OR_NUMPY = ("__future__", "math", "typing", "dataclasses", "collections", "numpy")
DOORS = {
    "mesa": {"issim.model.firm", "issim.model.symbiosis", "issim.model.lever_agent"},
    "hydra": {
        "issim.runs.job",
        "issim.runs.launcher",
        "issim.runs.multirun",
        "issim.runs.studies",
        "issim.runs.submit",
        "issim.cli",
    },
    "ema_workbench": {"issim.connect.ema"},
    "submitit": {"issim.runs.submit"},
}


def within(name, parents):
    return any(name == parent or name.startswith(f"{parent}.") for parent in parents)


def test_layers_and_prohibitions():
    call = (
        "import sys; from importlinter.cli import lint_imports; "
        "sys.exit(lint_imports('pyproject.toml', no_cache=True))"
    )
    done = subprocess.run(
        [sys.executable, "-c", call], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
        env={"PYTHONPATH": str(PACKAGE.parent), "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "4 kept, 0 broken" in done.stdout


@pytest.mark.parametrize("path", sorted((PACKAGE / "rules").glob("*.py")), ids=lambda path: path.stem)
def test_rules_import_only_what_they_compute_with(path):
    allowed = (*RULES_MAY_IMPORT, *STANDARD_OR_NUMPY)
    assert [name for name in sorted(imports(path)) if not within(name, allowed)] == []


@pytest.mark.parametrize("library", sorted(DOORS))
def test_a_framework_is_known_only_at_its_doors(library):
    users = {name_of(path) for path in files() if any(within(name, (library,)) for name in imports(path))}
    assert users, f"nobody imports {library}"
    assert {name for name in users if not within(name, (*DOORS[library], "issim.app"))} == set()


def test_no_relative_imports_and_no_catch_all_names():
    for path in files():
        assert not any("import *" in line for line in path.read_text(encoding="utf-8").splitlines()), path
    assert not {path.stem for path in files()} & {"utils", "helpers", "common", "misc", "manager", "data2"}


def test_every_file_is_imported_by_something():
    """A module lives if another imports it or finds it by name, or if it is a door for people."""
    doors = {"issim", "issim.cli", "issim.__main__", "issim.connect.ema", "issim.connect.salib"}
    used = set().union(*(imports(path) for path in files()))
    lazy = set().union(*(texts(path) for path in files()))
    found_by_folder = {"issim.levers"}  # the catalogue loads every mechanism in its folder
    dead = []
    for path in files():
        name = name_of(path)
        if path.name == "__init__.py" or name in doors or within(name, found_by_folder):
            continue
        if name not in used and not lazy & {name, name.removeprefix("issim"), name.removeprefix("issim.")}:
            dead.append(name)
    assert dead == []


def test_help_needs_no_heavy_library():
    heavy = {"numba", "pandas", "mesa", "scipy", "matplotlib"}
    call = f"import sys, issim, issim.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", call],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(PACKAGE.parent)},
    )
    assert done.stdout.strip() == "[]"
