"""Nothing under `rules/` without a claim on it: every rule and process has a situation or a named test."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rules.situations import claims, declared, situations

HERE = Path(__file__).parent


def named_in(path: Path) -> set[str]:
    """Names of the test functions of a file."""
    return {node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)}


def test_every_rule_and_process_is_claimed_once() -> None:
    by_situation = {f"{case.module}.{case.rule}" for case in situations()}
    claimed = claims()
    everything = {f"{module}.{name}" for kind in ("rule", "process") for module, name in declared(kind)}
    assert not by_situation & claimed.keys(), "claimed twice"
    missing = everything - by_situation - claimed.keys()
    gone = (by_situation | claimed.keys()) - everything
    assert not missing, f"without a situation or a named test in claims.yaml: {sorted(missing)}"
    assert not gone, f"claimed, but there is no such rule: {sorted(gone)}"


@pytest.mark.parametrize("claim", sorted(set(claims().values())))
def test_a_claim_names_a_test_that_calls_the_rule(claim: str) -> None:
    file, _, test = claim.partition("::")
    assert test in named_in(HERE / file)
    text = (HERE / file).read_text()
    for name in (name for name, by in claims().items() if by == claim):
        called = rf"\b{re.escape(name.partition('.')[2])}\("
        assert re.search(called, text), f"{file} never calls {name}"


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="then they run in this very process")
def test_processes_do_by_hand_what_they_should() -> None:
    """Run the tests that call processes from Python, which only plain ones allow, with compilation off."""
    paths = [str(HERE.parent), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
            "--import-mode=importlib",
            str(HERE / "plain"),
        ],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout
