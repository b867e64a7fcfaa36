"""Targets are published figures: every one is the figure of its row, and every row is compared or says why not."""

from __future__ import annotations

import csv
import io
import math
import shutil
from pathlib import Path

import pytest

from issim import evidence
from issim.errors import InputError
from issim.evidence.catalogue import PACKAGED
from issim.evidence.targets import BUILT_IN, FITTED, LEFT_OUT, Target

EV = evidence.load()
BY_KEY = {target.key: target for target in EV.targets}
#: Units of a target in those of its row: miles in km, per cent, GBP at the rate of the lever.
FACTORS = {"miles": 1.609344, "%": 0.01}


def rows_of(origin: str) -> list[tuple[float | None, str, float | None, float | None]]:
    """Value, unit, numerator and denominator of the rows that an origin names."""
    table, subject, metric, year, *country = origin.split("|")
    if table == "funnel":
        return [
            (row.value, row.unit, row.numerator, row.denominator) for row in EV.funnel
            if (row.programme, row.stage, f"{row.year}") == (subject, metric, year)
        ]  # fmt: skip
    return [
        (row.value, row.unit, None, None) for row in getattr(EV, table)
        if (row.subject, row.metric, f"{row.year:g}") == (subject, metric, year)
        and row.country in (country or row.country)
    ]  # fmt: skip


@pytest.mark.parametrize("target", EV.targets, ids=lambda target: target.key)
def test_every_origin_is_a_row_of_the_evidence(target: Target) -> None:
    for origin in target.origin:
        assert len(rows_of(origin)) == 1, origin


@pytest.mark.parametrize("target", EV.targets, ids=lambda target: target.key)
def test_a_target_says_what_its_row_says(target: Target) -> None:
    rows = [rows_of(origin)[0] for origin in target.origin]
    published = [value * FACTORS.get(unit, 1.0) for value, unit, _, _ in rows if value is not None]
    if len(rows) == 1:
        assert target.value == pytest.approx(published[0], rel=0.001)
        if target.numerator is not None and rows[0][2] is not None:
            assert (target.numerator, target.denominator) == rows[0][2:]
    elif target.key == "eu_stable":
        assert target.value == pytest.approx(published[1] - published[0])
    elif target.key == "korea_lasting":
        assert target.value == pytest.approx(published[0] / ((published[1] + published[2]) / 2), rel=0.001)
    else:
        in_euro = 1.15 if target.unit == "EUR/t" else 1.0
        millions = 1e6 if target.key == "ni_gain" else 1.0
        assert len(published) == 2
        expected = in_euro * millions * published[0] / published[1]
        if target.key == "nisp_gain":
            expected *= 1e6
        assert target.value == pytest.approx(expected, rel=0.003)
    if target.numerator is not None and target.denominator is not None:
        assert target.value == pytest.approx(target.numerator / target.denominator, rel=0.03)


def test_every_row_of_funnel_and_histories_is_compared_or_says_why_not() -> None:
    used = {tuple(origin.split("|")[:3]) for target in EV.targets for origin in target.origin}
    apart = [(row.table, row.subject, row.metric) for row in EV.uncompared]
    assert len(set(apart)) == len(apart)
    assert not used & set(apart)
    rows = {("funnel", row.programme, row.stage) for row in EV.funnel}
    rows |= {("histories", row.subject, row.metric) for row in EV.histories}
    assert rows == {row for row in used | set(apart) if row[0] in ("funnel", "histories")}


def test_errors_follow_from_counts() -> None:
    built, lasting, distance = (BY_KEY[key] for key in ("korea_built", "korea_lasting", "nisp_distance"))
    assert built.counting_error == pytest.approx(math.sqrt(0.508 * 0.492 / 388))
    assert built.sd == pytest.approx(math.hypot(built.counting_error, 0.25 * 0.508))
    assert lasting.counting_error == pytest.approx(1.01 * math.sqrt(1 / 159 + 1 / 157.5))
    assert distance.counting_error == pytest.approx(0.05 * 32.83)


def test_some_are_fitted_and_most_are_left_out() -> None:
    roles = [target.role for target in EV.targets]
    assert 4 <= roles.count(FITTED) < roles.count(LEFT_OUT)
    assert roles.count(BUILT_IN) >= 3


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("error_value", "", "an error of kind 'stated' needs it"),
        ("arrangement", "mars", "allowed are"),
        ("role", "fudged", "allowed are built in, fitted, left out"),
        ("grade", "perfect", "allowed are"),
    ],
)
def test_a_target_that_cannot_be_used_is_refused(tmp_path: Path, column: str, value: str, said: str) -> None:
    folder = Path(shutil.copytree(PACKAGED, tmp_path / "evidence"))
    lines = (folder / "targets.csv").read_text(encoding="utf-8").splitlines()
    header = lines[0].split(",")
    assert header[: header.index("role") + 1] == list(Target.__dataclass_fields__)[: header.index("role") + 1]
    rows = list(csv.reader(io.StringIO("\n".join(lines))))
    row = next(row for row in rows if row[0] == "nisp_distance")
    row[header.index(column)] = value
    with (folder / "targets.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    with pytest.raises(InputError, match=r"targets\.csv line") as caught:
        evidence.load(folder)
    assert said in str(caught.value)
