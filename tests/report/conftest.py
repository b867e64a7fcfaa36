"""Two small results with their reports: a run, and a comparison of three policies."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import browser

from issim.cli import main

__all__ = ["browser"]

SMALL = ("population.n_firms=150", "n_months=24", "n_seeds=6")
COMMANDS = {"run": ("run",), "comparison": ("compare", "policy=none,mandate,training")}


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Result folders by kind, each with its report."""
    folders = {}
    for kind, (command, *overrides) in COMMANDS.items():
        out = tmp_path_factory.mktemp(kind)
        assert main([command, "--no-figures", *overrides, *SMALL, f"outputs={out}"]) == 0
        (folders[kind],) = out.iterdir()
        assert main(["report", str(folders[kind])]) == 0
    return folders
