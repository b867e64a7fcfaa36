"""A survey of the user's own: answers, one line per respondent, or figures by their keys."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from issim.evidence.survey import SurveyFigure
from issim.evidence.vocabulary import ITEMS, TICKS
from issim.own import entries
from issim.own.columns import ALIASES, COUNTRY_WORDS
from issim.own.decoding import Bytes, content_of
from issim.own.faults import Fault
from issim.own.reading import read_sheet
from issim.own.sheet import Sheet, nearest

#: Answers to a question below which what is published of it stays, and respondents below which nothing is replaced.
LEAST = 5
KNOWN = frozenset(("name", "country", "sector", "nace", "size", "employees", *ITEMS, *TICKS))
FIGURE_COLUMNS = ("key", "value", "n", "source", "kind", "item", "levels", "unit", "bound", "count", "figure",
                  "confidence", "status", "reason")  # fmt: skip


@dataclass(frozen=True, eq=False)
class OwnSurvey:
    """The answers or the figures of one file; compared by identity, shown by its digest."""

    file: str
    digest: str
    n: int
    """Respondents; 0 for figures."""
    country: NDArray[np.int8] = field(default_factory=lambda: np.empty(0, np.int8))
    sector: NDArray[np.int8] = field(default_factory=lambda: np.empty(0, np.int8))
    size: NDArray[np.int8] = field(default_factory=lambda: np.empty(0, np.int8))
    items: NDArray[np.int8] = field(default_factory=lambda: np.empty((0, len(ITEMS)), np.int8))
    ticks: NDArray[np.int8] = field(default_factory=lambda: np.empty((0, len(TICKS)), np.int8))
    figures: tuple[tuple[str, float, int], ...] = ()
    """Key, value and decimals of every figure."""
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """The survey by what it holds, without telling any of it."""
        return f"OwnSurvey({self.digest[:16]}, {self.n} answers, {len(self.figures)} figures)"


def read_survey(
    source: Bytes | str | Path, published: tuple[SurveyFigure, ...], name: str = ""
) -> OwnSurvey | list[Fault]:
    """The survey in a file or an upload, or everything wrong with it; figures have the keys of those published."""
    digest = hashlib.sha256(content_of(source)[0]).hexdigest()
    figures = read_sheet(source, FIGURE_COLUMNS, ("key", "value"), {}, name)
    if {"key", "value"} <= set(figures.columns):
        return _figures(figures, published, digest)
    sheet = read_sheet(source, KNOWN, (), ALIASES, name)
    if not sheet.faults and not set(sheet.columns) & {*ITEMS, *TICKS}:
        advice = (
            "has no question of the survey; give columns as in `issim template survey`, or key and value."
        )
        sheet.refuse(None, "", advice)
    said = [_respondent(sheet, row) for row in sheet.rows]
    if not sheet.faults and len(said) < LEAST:
        sheet.refuse(None, "", f"has {len(said)} answers; give at least {LEAST}.")
    if sheet.faults:
        return sheet.faults
    country, sector, size, items, ticks = zip(*said, strict=True)
    return OwnSurvey(
        sheet.file, digest, len(said), np.array(country, np.int8), np.array(sector, np.int8), np.array(size, np.int8),
        np.array(items, np.int8), np.array(ticks, np.int8), notes=tuple(sheet.notes),
    )  # fmt: skip


def _respondent(sheet: Sheet, row: entries.Row) -> tuple[int, int, int, tuple[int, ...], tuple[int, ...]]:
    """Country, sector, size, answers and ticks of one line."""
    return (
        sheet.word(row, "country", COUNTRY_WORDS, "country of the model", entries.COUNTRIES),
        entries.activity_of(sheet, row).sector,
        entries.size_of(sheet, row)[0],
        entries.answers(sheet, row),
        entries.ticked(sheet, row),
    )


def _figures(sheet: Sheet, published: tuple[SurveyFigure, ...], digest: str) -> OwnSurvey | list[Fault]:
    """Figures by their keys."""
    known = {figure.key: figure for figure in published}
    found: dict[str, tuple[int, float, int]] = {}
    for row in sheet.rows:
        key = row["key"]
        if key not in known:
            sheet.refuse(
                row, "key", f"is no figure of the survey; {nearest(key, known, ['the keys of survey.csv'])}"
            )
            continue
        low, high = {"correlation": (-1, 1), "mean": (1, 5), "sd": (0, 2), "index": (1, 5)}.get(
            known[key].kind, (0, 1) if known[key].unit in ("share", "probability") else (0, 1e6)
        )
        value = sheet.number(row, "value", low, high, known[key].unit)
        if value is None:
            if not row["value"]:
                sheet.refuse(row, "value", "is empty; give the figure, or take the line out.")
            continue
        if key in found:
            sheet.refuse(row, "key", f"already stands on line {found[key][0]}; keep one of them.")
        decimals = len(row["value"].replace(",", ".").partition(".")[2])
        found.setdefault(key, (row.line, value, decimals))
    if sheet.faults:
        return sheet.faults
    told = tuple((key, value, decimals) for key, (_, value, decimals) in found.items())
    return OwnSurvey(sheet.file, digest, 0, figures=told, notes=tuple(sheet.notes))


def asked(survey: OwnSurvey) -> dict[str, int]:
    """How many answered each question of which there are enough answers."""
    counts = {item: int((survey.items[:, k] > 0).sum()) for k, item in enumerate(ITEMS)}
    counts |= {tick: int((survey.ticks[:, k] >= 0).sum()) for k, tick in enumerate(TICKS)}
    counts |= {name: int((getattr(survey, name) >= 0).sum()) for name in ("country", "sector", "size")}
    return {name: n for name, n in counts.items() if n >= LEAST}
