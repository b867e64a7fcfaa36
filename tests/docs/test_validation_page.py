"""docs/validation.md tells of the posterior, the targets and the tax rises that the package has."""

from __future__ import annotations

import re

import pytest
from docs import refresh

from issim import evidence
from issim.analysis.validation_page import UNKNOWN
from issim.evidence.targets import ROLES
from issim.runs import shocks

PAGE = refresh.VALIDATION.read_text(encoding="utf-8")
TARGETS = evidence.load().targets


def test_it_was_made_with_the_packaged_posterior() -> None:
    made = f"posterior {refresh.draws_digest()},"
    assert made in PAGE, (
        "run `python tests/docs/refresh.py --validation`, some minutes, and look at what it says"
    )


def test_every_target_stands_in_its_tables_once() -> None:
    tables = PAGE.split("## All targets")[1].split("## What stands for what")[0]
    rows = re.findall(r"^\| (?!target|-)(.+?) \|", tables, re.MULTILINE)
    assert len(rows) == len(set(rows)) == len(TARGETS)
    for target in TARGETS:
        assert sum(row.endswith(f": {target.what}") and row.startswith(target.programme) for row in rows) >= 1


def test_counts_of_the_page_and_of_the_readme_agree() -> None:
    said = dict(refresh.GENERATED.findall(refresh.README.read_text(encoding="utf-8")))["validation"]
    told = re.findall(r"(none|\d+) of (\d+)", said)
    for role, (missed, n) in zip(ROLES, told, strict=True):
        cells = re.search(rf"^\| {role} \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", PAGE, re.MULTILINE)
        assert cells is not None
        counts = [int(cell) for cell in cells.groups()]
        assert (0 if missed == "none" else int(missed), int(n)) == (counts[0] + counts[1], sum(counts))
        assert int(n) == sum(target.role == role for target in TARGETS)


@pytest.mark.parametrize("name", shocks.names())
def test_every_tax_rise_is_told_with_what_is_known(name: str) -> None:
    chosen = shocks.shock(name)
    (section,) = [
        part for part in PAGE.split("\n### ") if part.startswith(f"{chosen.title}, {chosen.first} to")
    ]
    assert chosen.question in section
    assert UNKNOWN in section
    assert chosen.needed.strip() in section
    assert (
        len(re.findall(r"^\| \d{4} \|", section, re.MULTILINE))
        == chosen.last - chosen.first + 1 + shocks.AFTER
    )


def test_its_figures_are_there() -> None:
    shown = re.findall(r"\]\((figures/\w+\.png)\)", PAGE)
    assert len(shown) == 3
    assert all((refresh.VALIDATION.parent / name).is_file() for name in shown)
