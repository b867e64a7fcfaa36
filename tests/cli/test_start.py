"""The command line starts light: what a command does not need is not imported."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

HEAVY = (
    "numba",
    "numpy",
    "pandas",
    "mesa",
    "matplotlib",
    "hydra",
    "omegaconf",
    "scipy",
    "networkx",
    "pyarrow",
)
LOOK = "import sys; print(sorted({name.partition('.')[0] for name in sys.modules} & set(sys.argv[1].split(','))))"


def imported(code: str, names: tuple[str, ...]) -> str:
    """Which of some packages a fresh interpreter has imported after running `code`."""
    words = [sys.executable, "-c", f"{code}\n{LOOK}", ",".join(names)]
    found = subprocess.run(words, capture_output=True, text=True, check=True, timeout=180)
    return found.stdout.strip().splitlines()[-1]


@pytest.mark.parametrize("code", ["import issim", "import issim.cli", "import issim.cli; issim.cli.main([])"])
def test_help_needs_no_heavy_package(code: str) -> None:
    assert imported(code, HEAVY) == "[]"


def test_a_heavy_package_would_be_seen() -> None:
    assert imported("import numpy", HEAVY) == "['numpy']"


def test_settings_are_checked_without_the_plots_and_without_mesa() -> None:
    assert imported("from issim.runs.job import plan; plan([])", ("mesa", "matplotlib", "pandas")) == "[]"


def test_help_names_every_command(call: Callable[..., Any]) -> None:
    for words in ((), ("--help",)):
        said = call(*words)
        assert said.code == 0
        assert all(name in said.out for name in ("run", "survey", "evidence", "parameters", "levers"))


@pytest.mark.parametrize("command", ["run", "survey", "evidence", "parameters", "levers"])
def test_every_command_has_help(command: str, call: Callable[..., Any]) -> None:
    said = call(command, "--help")
    assert said.code == 0
    assert said.out.startswith(f"usage: issim {command}")


def test_the_version_is_printed(call: Callable[..., Any]) -> None:
    from issim.store.manifest import version

    assert call("--version").out == f"issim {version()}\n"


def test_it_runs_as_a_module() -> None:
    words = [sys.executable, "-m", "issim", "run", "sed=3"]
    found = subprocess.run(words, capture_output=True, text=True, check=False, timeout=180)
    assert found.returncode == 2
    assert found.stdout == ""
    assert found.stderr == "issim: 'sed' is not a key of the configuration; did you mean seed or n_seeds?\n"
