"""Margins: every published share, mean and SD is met, and nothing flatter would meet them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from issim import evidence
from issim.errors import InputError
from issim.evidence import SurveyFigure
from issim.evidence.vocabulary import ITEM_LEVELS, ITEMS
from issim.population.margins import figures_of, flattest, margins, statistic

SURVEY = evidence.load().survey


def share(levels: tuple[int, ...], value: float) -> SurveyFigure:
    """A share of an item that the survey does not know."""
    row = next(f for f in SURVEY if f.kind == "share")
    return replace(row, item="test", levels=levels, value=value, decimals=2)


@pytest.mark.parametrize("figure", [f for f in SURVEY if f.item in ITEMS and f.used], ids=lambda f: f.key)
def test_every_figure_of_an_item_is_met_within_its_rounding(figure):
    p = margins(SURVEY)[figure.item]
    assert statistic(figure.kind, figure.levels, p) == pytest.approx(figure.value, abs=figure.rounding)


@pytest.mark.parametrize(("item", "n_levels"), list(zip(ITEMS, ITEM_LEVELS, strict=True)))
def test_margins_are_distributions_that_leave_no_level_out(item, n_levels):
    p = margins(SURVEY)[item]
    assert p.shape == (n_levels,)
    assert p.sum() == pytest.approx(1.0, abs=1e-12)
    assert p.min() > 0.0


def test_without_figures_the_flattest_margin_is_uniform():
    assert flattest(5, []) == pytest.approx(np.full(5, 0.2), abs=1e-6)


@given(st.floats(0.02, 0.98))
def test_a_share_of_two_levels_is_split_evenly(value):
    p = flattest(5, [share((4, 5), value)])
    assert p[3:].sum() == pytest.approx(value, abs=2e-4)  # a twenty-fifth of its rounding
    assert p[3] == pytest.approx(p[4], abs=1e-4)
    assert p[:3] == pytest.approx(np.full(3, p[:3].mean()), abs=1e-4)


def test_a_mean_alone_gives_a_geometric_margin():
    """The known solution: under a mean constraint entropy is greatest for p_k proportional to r ** k."""
    mean = replace(share((1,), 0.0), kind="mean", levels=(), value=2.5, decimals=1)
    ratios = (lambda p: p[1:] / p[:-1])(flattest(5, [mean]))
    assert ratios == pytest.approx(np.full(4, ratios.mean()), rel=1e-3)


@pytest.mark.parametrize("item", ["learning", "willingness", "tools"])
def test_no_neighbouring_margin_with_the_same_figures_is_flatter(item):
    """Moves that keep mean and shares (and SD, where published) change entropy downwards only."""
    p = margins(SURVEY)[item]
    scale = np.arange(1.0, 6.0)
    kept = [np.ones(5)]
    for row in figures_of(SURVEY, item):
        if row.kind == "share":
            kept.append(np.isin(scale, row.levels).astype(float))
        else:
            kept.append(scale if row.kind == "mean" else scale**2)
    _, singular, rows = np.linalg.svd(np.array(kept))
    free = rows[np.sum(singular > 1e-9) :]
    assert len(free) >= 1
    entropy = -(p @ np.log(p))
    for move in free:
        for step in (-0.02, 0.02):
            q = p + step * move
            assert -(q @ np.log(q)) < entropy + 1e-4


def test_the_inconsistent_mean_is_left_out_by_name_and_would_be_refused():
    """74 % in levels 1-2 cannot have mean 2.8: used in spite of its mark, it is an error that says so."""
    excluded = [f for f in SURVEY if not f.used]
    assert [f.key for f in excluded] == ["information.mean"]
    forced = tuple(replace(f, status="published") if f in excluded else f for f in SURVEY)
    with pytest.raises(InputError, match=r"information\.\w+.* cannot be met"):
        margins(forced)
