"""Small finished runs, made once by the command itself."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from issim import cli

TINY = ("population.n_firms=60", "n_months=12", "n_seeds=3")


class Said(NamedTuple):
    """What a command answered."""

    code: int
    out: str
    err: str


def call(*words: str) -> Said:
    """Run one command in this process; argparse's own refusals end with their exit code as well."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = cli.main(list(words))
        except SystemExit as stop:
            code = int(stop.code or 0)
    return Said(code, out.getvalue(), err.getvalue())


@pytest.fixture(name="call")
def _call() -> Callable[..., Said]:
    """The command line, in this process."""
    return call


class Run(NamedTuple):
    """A finished run: what was said and where the results are."""

    said: Said
    path: Path


def run(outputs: Path, *overrides: str, figures: bool = False) -> Run:
    """A small run by the command line."""
    said = call("run", *([] if figures else ["--no-figures"]), *TINY, f"outputs={outputs}", *overrides)
    assert said.code == 0, said.err
    return Run(said, Path(said.out.strip().rpartition(": ")[2]))


@pytest.fixture(name="run")
def _run(tmp_path: Path) -> Callable[..., Run]:
    """Small runs into a folder of the test's own."""
    return lambda *overrides, figures=False: run(tmp_path / "outputs", *overrides, figures=figures)


@pytest.fixture(scope="package")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One small run of the default policy, with figures."""
    return run(tmp_path_factory.mktemp("runs") / "outputs", "seed=5", figures=True)
