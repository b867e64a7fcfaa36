"""Packaged figures are the published ones, looked up in the original tables where these are at hand."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from issim import evidence

SHARED = Path(__file__).resolve().parents[3] / "shared" / "evidence"
EV = evidence.load()

pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the original tables are not part of the repository"
)


def numbers(text: str) -> set[float]:
    """All decimal numbers in a text, rounded against floating noise; thousands may carry a comma."""
    joined = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    found = set()
    for chunk in (text, joined):
        found |= {round(float(token), 9) for token in re.findall(r"\d+(?:\.\d+)?(?:e\+?\d+)?", chunk)}
    return found


def column(name: str) -> set[float]:
    """Every number in the original table, notes included."""
    return numbers((SHARED / "data" / name).read_text(encoding="utf-8"))


def test_survey_figures_are_published() -> None:
    text = (SHARED / "survey.md").read_text(encoding="utf-8")
    percents = {float(value) for line in re.findall(r"[\d /]+ %", text) for value in re.findall(r"\d+", line)}
    percents |= {float(value) for value in re.findall(r"(\d+)\s*%", text)}
    known = numbers(text)
    for figure in EV.survey:
        if figure.kind in ("share", "composition"):
            assert round(figure.value * 100, 6) in percents, figure.key
        elif figure.kind != "order" and figure.bound != ">=":
            assert figure.value in known, figure.key


def test_barriers_are_the_published_ones() -> None:
    text = (SHARED / "blocking_points.md").read_text(encoding="utf-8")
    rows = [
        re.split(r"\s*\|\s*", line.strip("| \n")) for line in text.splitlines() if re.match(r"\| \d", line)
    ]
    assert len(rows) == len(EV.barriers) == 24
    for row, barrier in zip(rows, EV.barriers, strict=True):
        assert (int(row[0]), row[1], row[3], row[7]) == (
            barrier.number,
            barrier.group,
            barrier.kind,
            barrier.stage,
        )
        published = {int(value) / 100 for value in re.findall(r"(\d+) %", row[4])}
        if published:
            assert {round(barrier.prevalence, 9), round(1 - barrier.prevalence, 9)} & published, barrier.key
        else:
            assert barrier.prevalence_prior, barrier.key


def test_prices_are_rows_of_the_original_table() -> None:
    with (SHARED / "data" / "streams.csv").open(encoding="utf-8", newline="") as file:
        known = {(row["parameter"], float(row["value"]), row["unit"], row["year"])
                 for row in csv.DictReader(file) if re.fullmatch(r"-?[\d.]+", row["value"])}  # fmt: skip
    for row in EV.prices:
        assert (row.parameter, row.value, row.unit, str(row.year)) in known, row.key


def test_digital_intensity_is_in_the_original_table() -> None:
    sizes = {"small": "10-49", "medium": "50-249", "large": "GE250", "10-249": "10-249", "10+": "GE10"}
    with (SHARED / "data" / "digital_intensity.csv").open(encoding="utf-8", newline="") as file:
        known = {(row["geo"][:4], row["size_emp"], row["indicator"], row["year"]): float(row["value"])
                 for row in csv.DictReader(file)}  # fmt: skip
    for row in EV.digital:
        key = (row.country, sizes[row.size], f"E_DI{row.version}_GELO", str(row.year))
        assert row.share * 100 == pytest.approx(known[key]), key


@pytest.mark.parametrize(
    ("table", "name"),
    [("taxes", "landfill_tax.csv"), ("firms", "firm_structure.csv"), ("smes", "sme_indicators.csv"),
     ("histories", "histories.csv"), ("programme_costs", "policy_costs.csv"), ("funnel", "funnel.csv")],
)  # fmt: skip
def test_other_figures_stand_in_the_original_table(table: str, name: str) -> None:
    known = column(name)
    for row in getattr(EV, table):
        if row.value is not None:
            as_percent = {round(abs(row.value) * factor, 9) for factor in (1, 100)}
            assert as_percent & known, row


def test_cases_are_published() -> None:
    known = numbers((SHARED / "cases.md").read_text(encoding="utf-8"))
    for case in EV.cases:
        if case.value is not None and case.source != "maestri":
            in_millions = {abs(case.value), abs(case.value) / 1e6}
            assert in_millions & known, case.key


def test_exchanges_of_a_case_are_those_in_the_library() -> None:
    with (SHARED / "data" / "exchanges_maestri.csv").open(encoding="utf-8", newline="") as file:
        in_denmark = sum(row["country"] == "Denmark" for row in csv.DictReader(file))
    (case,) = (case for case in EV.cases if case.source == "maestri")
    assert (case.key, case.country, case.value) == ("kalundborg.exchanges", "DK", in_denmark)
