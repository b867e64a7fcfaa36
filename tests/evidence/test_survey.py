"""The survey's figures are complete, typed and, save the one named, possible together."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scipy.optimize import linprog

from issim import evidence
from issim.evidence.survey import KINDS, SurveyFigure
from issim.evidence.vocabulary import ITEM_LEVELS, ITEMS, SECTORS, SIZES, SURVEYED, TICKS

SURVEY = evidence.load().survey


def of_item(item: str) -> list[SurveyFigure]:
    """The figures about one ordinal item."""
    return [figure for figure in SURVEY if figure.item == item]


def is_possible(figures: list[SurveyFigure], n_levels: int) -> bool:
    """Whether some distribution over the levels meets all shares and the mean within their rounding."""
    levels = np.arange(1, n_levels + 1)
    rows, bounds = [], []
    for figure in figures:
        if figure.kind not in ("share", "mean"):
            continue
        row = np.isin(levels, figure.levels).astype(float) if figure.kind == "share" else levels.astype(float)
        rows += [row, -row]
        bounds += [figure.value + figure.rounding, -(figure.value - figure.rounding)]
    found = linprog(
        np.zeros(n_levels), A_ub=np.array(rows), b_ub=bounds, A_eq=np.ones((1, n_levels)), b_eq=[1.0]
    )
    return bool(found.status == 0)


@pytest.mark.parametrize("item", ITEMS)
def test_usable_figures_of_an_item_are_possible_together(item: str) -> None:
    usable = [figure for figure in of_item(item) if figure.used]
    assert is_possible(usable, ITEM_LEVELS[ITEMS.index(item)])


def test_the_only_excluded_figure_is_the_impossible_mean() -> None:
    excluded = [figure for figure in SURVEY if not figure.used]
    assert [figure.key for figure in excluded] == ["information.mean"]
    assert "2.46" in excluded[0].reason
    assert not is_possible(of_item("information"), 5)


def test_composition_adds_up() -> None:
    counts = {figure.key: figure.count for figure in SURVEY if figure.item == "country"}
    assert counts == {"country.IT": 17, "country.LV": 16, "country.NO": 6, "country.PL": 16, "country.SI": 23}
    assert sum(count for count in counts.values() if count) == evidence.load().figure("sample.n").count == 78
    for item, names in (("sector", SECTORS), ("size", SIZES), ("country", SURVEYED)):
        rows = [figure for figure in SURVEY if figure.item == item]
        assert {figure.key for figure in rows} == {f"{item}.{name}" for name in names}
        assert sum(figure.value for figure in rows) == pytest.approx(1.0, abs=0.0101)


def test_every_tick_has_its_share() -> None:
    ticks = {figure.item for figure in SURVEY if "." in figure.item}
    assert ticks == set(TICKS)


def test_keys_that_others_rely_on() -> None:
    keys = {figure.key for figure in SURVEY}
    assert {
        "awareness.share.1",
        "awareness.mean",
        "awareness.sd",
        "barriers.limited_time",
        "country.NO",
        "correlation.awareness_readiness",
        "kruskal.awareness.H",
        "kruskal.awareness.p",
        "chisquare.readiness",
        "chisquare.readiness.p",
        "kruskal.tools.H",
        "kruskal.tools_by_size.p",
        "kruskal.tools_by_sector.p",
        "index.NO.awareness",
        "index.NO.readiness",
        "index.NO.digital",
        "lowest.LV.awareness",
    } <= keys


def test_kinds_and_rounding() -> None:
    assert {figure.kind for figure in SURVEY} == set(KINDS)
    assert Counter(figure.bound for figure in SURVEY)["<"] == 1
    by_key = {figure.key: figure for figure in SURVEY}
    assert by_key["awareness.share.1"].rounding == pytest.approx(0.005)
    assert by_key["awareness.mean"].rounding == pytest.approx(0.05)
    assert by_key["kruskal.awareness.p"].rounding == pytest.approx(0.00005)
    assert by_key["sustainability.share.4_5"].levels == (4, 5)


def test_barriers_carry_the_survey_shares() -> None:
    barriers = evidence.load().barriers
    assert [barrier.number for barrier in barriers] == list(range(1, 25))
    shares = {barrier.number: barrier.prevalence for barrier in barriers if not barrier.prevalence_prior}
    assert shares == pytest.approx(
        {2: 0.58, 3: 0.55, 5: 0.71, 6: 0.53, 8: 0.57, 10: 0.43, 11: 0.36, 12: 0.56, 14: 0.69, 17: 0.47,
         18: 0.19, 20: 0.61, 24: 0.39}
    )  # fmt: skip
    assert Counter(barrier.stage for barrier in barriers) == {"A": 6, "B": 8, "C": 6, "D": 4}
    assert [barrier.number for barrier in barriers if barrier.channel == "threshold"] == [7, 8, 23]
    for barrier in barriers:
        assumed = barrier.sources["prevalence"] == "assumption"
        assert assumed == bool(barrier.prevalence_prior) == (not barrier.tied_to)
