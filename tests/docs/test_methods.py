"""The methods paper: its text holds no number of its own, and is what its sources give."""

from __future__ import annotations

import re

import pytest
from docs.refresh import ROOT
from jinja2 import UndefinedError
from methods import funnel
from methods import run as paper

from issim.evidence import load
from issim.store import stamps

TEXT = paper.PAPER.read_text(encoding="utf-8")
#: Parts of the text in which digits are names: quoted numbers, references, headings, symbols, code.
NAMES = (
    r"\{\{.*?\}\}", r"\{%.*?%\}", r"(?s)\n## References.*", r"(?m)^#+ .*$", r"`[^`]*`", r"\([A-Z][^()]*\d{4}\)", r"CO2",
    r"(?m)^    .*$", r"\]\([^)]*\)", r"90 %|95 %",
)  # fmt: skip


def typed(text: str) -> list[str]:
    """Numbers that stand in a text by hand."""
    for name in NAMES:
        text = re.sub(name, "", text)
    return re.findall(r"\S*\d\S*", text)


def test_no_number_of_the_text_is_typed_by_hand() -> None:
    assert typed(TEXT) == []
    assert typed("It has {{ n }} firms and 12 regions (Bass 1969).") == ["12"]


def test_the_paper_is_what_its_sources_give() -> None:
    page = paper.PAGE.read_text(encoding="utf-8")
    assert paper.written(TEXT, paper.known()) == page, "run: python experiments/methods/run.py --write"
    assert "{{" not in page
    assert 1500 < len(page.split()) < 4500


def test_a_number_that_is_not_known_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        paper.written("{{ survey.nothing }}", paper.known())


def test_every_figure_is_there_and_tells_its_making() -> None:
    page = paper.PAGE.read_text(encoding="utf-8")
    names = re.findall(r"!\[.+?\]\((figures/.+?)\)", page)
    assert len(names) >= 3
    for name in names:
        assert (paper.DOCS / name).stat().st_size < 300_000, name
        if "methods_" in name:
            found = stamps.read((paper.DOCS / name).read_bytes(), ".png")
            assert found is not None
            assert found.is_whole
            assert found.record["command"] == "python experiments/methods/run.py"


def test_the_funnel_counts_every_barrier_once() -> None:
    found = funnel.moves()
    assert sum(move.n_barriers for move in found.values()) == len(load().barriers)
    assert all(move.n_levers > 0 and len(move.commonest) == funnel.SHOWN for move in found.values())
    assert (ROOT / "experiments" / "methods").is_dir()
