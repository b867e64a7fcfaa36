"""The test that counts: the survey asked again of synthetic firms gives the published figures."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from issim import evidence
from issim.analysis import ranks
from issim.analysis.samples import Samples, answers_of, quotas, raked, sampled
from issim.analysis.survey import (
    EXCLUDED,
    INSIDE,
    NOT_APPLICABLE,
    OUTSIDE,
    as_text,
    resurvey,
    synthetic_answers,
    tally,
    verdict_of,
)
from issim.evidence.vocabulary import ITEMS
from issim.population import PopulationOptions, draw
from issim.population.published import published

EVIDENCE = evidence.load()
FACTS = published(EVIDENCE.survey)
N_SURVEYS = 400


@pytest.fixture(scope="module")
def answers():
    return synthetic_answers(EVIDENCE, n_firms=20_000, seed=3)


@pytest.fixture(scope="module")
def table(answers):
    return resurvey(EVIDENCE, answers, N_SURVEYS, seed=4)


def verdicts(table):
    return {row.key: row.verdict for row in table}


def test_every_published_figure_is_compared(table):
    assert [row.key for row in table] == [figure.key for figure in EVIDENCE.survey]
    assert [row.published for row in table] == [figure.value for figure in EVIDENCE.survey]
    for row in table:
        assert row.low <= row.median <= row.high


@pytest.mark.parametrize("figure", EVIDENCE.survey, ids=lambda f: f.key)
def test_every_figure_is_inside_but_the_one_that_cannot_be_true(table, figure):
    row = next(row for row in table if row.key == figure.key)
    assert row.verdict == (EXCLUDED if figure.key == "information.mean" else INSIDE), as_text(table)
    assert (row.verdict == EXCLUDED) <= bool(row.reason)


@pytest.mark.parametrize("loading", [0.65, 0.9])
def test_the_assumed_loading_of_the_items_does_not_decide_what_is_inside(loading):
    answers = synthetic_answers(EVIDENCE, PopulationOptions(item_loading=loading), 20_000, 3)
    assert tally(resurvey(EVIDENCE, answers, N_SURVEYS, seed=4))[OUTSIDE] == 0


def test_medians_of_shares_means_and_correlations_are_close_to_the_published_values(table):
    """Not only inside a wide interval: the typical survey gives the figure to a tenth of the interval."""
    for row in table:
        if (
            row.kind in ("share", "mean", "correlation", "index")
            and row.verdict == INSIDE
            and row.bound == "="
        ):
            assert abs(row.median - row.published) < 0.1 * (row.high - row.low) + row.rounding, row.key


def test_firms_that_differ_from_the_report_are_found_out(answers):
    """The check has power: other firms fall outside where they differ."""
    items = answers.items.copy()
    items[:, ITEMS.index("willingness")] = np.roll(items[:, ITEMS.index("willingness")], 1)
    items[:, ITEMS.index("likelihood")] = np.roll(items[:, ITEMS.index("likelihood")], 1)
    unrelated = verdicts(resurvey(EVIDENCE, answers._replace(items=items), N_SURVEYS, seed=4))
    assert unrelated["correlation.awareness_readiness"] == OUTSIDE
    assert unrelated["willingness.mean"] == INSIDE

    swapped = np.array([0, 2, 1, 3, 4], np.int8)[answers.country]
    upside_down = verdicts(resurvey(EVIDENCE, answers._replace(country=swapped), N_SURVEYS, seed=4))
    assert upside_down["index.NO.digital"] == OUTSIDE
    assert upside_down["lowest.LV.readiness"] == OUTSIDE

    aware = answers.items.copy()
    aware[:, ITEMS.index("awareness")] = 3
    informed = verdicts(resurvey(EVIDENCE, answers._replace(items=aware), N_SURVEYS, seed=4))
    assert {informed[f"awareness.{name}"] for name in ("share.1", "mean", "sd")} == {OUTSIDE}


def test_a_seed_gives_one_table_and_another_seed_another(answers):
    first, again, other = (resurvey(EVIDENCE, answers, 50, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_firms_of_one_country_are_not_compared_between_countries():
    latvia = draw(
        EVIDENCE, PopulationOptions(), np.arange(1000, dtype=np.int32), np.zeros(1000, np.int16), 1, 0
    )
    table = resurvey(EVIDENCE, answers_of(latvia), 50)
    between = [row for row in table if row.verdict == NOT_APPLICABLE]
    assert {row.group for row in between} == {"countries", "who answered"}
    assert all(row.reason and np.isnan(row.median) for row in between)
    assert len(between) == 20
    assert "not applicable" in as_text(table)
    assert verdicts(table)["resources.energy"] == INSIDE


@pytest.mark.parametrize(("also", "who"), [((), "all"), ((0, 1, 2, 3, 4), "some"), ((2,), "some")])
def test_firms_of_countries_that_were_not_surveyed_are_not_compared_between_countries(also, who):
    """Denmark (code 6) alone, beside all five and beside one of them: all firms are asked, whatever their country."""
    asked = answers_of(
        draw(EVIDENCE, PopulationOptions(), np.arange(1400, dtype=np.int32), np.zeros(1400, np.int16), 6, 0)
    )
    country = np.resize(np.array((6, *also), np.int8), 1400)
    asked = asked._replace(country=country)
    table = resurvey(EVIDENCE, asked, 50)
    between = [row for row in table if row.verdict == NOT_APPLICABLE]
    assert {row.group for row in between} == {"countries", "who answered"}
    assert {row.reason for row in between} == {
        f"compares the surveyed countries, and {who} of these firms are of others"
    }
    assert len(between) == 20
    assert "are not the five surveyed" in as_text(table)
    rows = sampled(asked, FACTS, 200, 78, 0)
    danish = (country[rows] == 6).mean()
    assert danish == pytest.approx((country == 6).mean(), abs=5.0 * np.sqrt(0.25 / rows.size))
    assert np.bincount(asked.size[rows].ravel()) / rows.size == pytest.approx(FACTS.size_shares, abs=0.02)


def test_answers_in_a_later_month_are_those_of_the_state():
    firms = draw(
        EVIDENCE, PopulationOptions(), np.arange(300, dtype=np.int32), np.zeros(300, np.int16), -1, 0
    )
    start = answers_of(firms)
    later = answers_of(
        firms,
        awareness=np.full(300, 3, np.int8),
        readiness=np.minimum(firms.readiness + 0.6, 5.0),
        digital=np.full(300, 0.99),
        practice=np.ones(300, bool),
    )
    assert np.array_equal(start.items, firms.items)
    assert (later.items[:, ITEMS.index("awareness")] == 3).all()
    willing = ITEMS.index("willingness")
    assert np.array_equal(later.items[:, willing], np.minimum(firms.items[:, willing] + 1, 5))
    assert (later.competence == 5).all()
    assert (later.practice == 1).all()
    untouched = [k for k in range(len(ITEMS)) if k not in (willing, ITEMS.index("awareness"))]
    assert np.array_equal(later.items[:, untouched], firms.items[:, untouched])
    assert np.array_equal(start.items, firms.items), "asking later must not change the firms"


def test_samples_have_the_published_composition(answers):
    rows = sampled(answers, FACTS, 200, 78, 0)
    country = answers.country[rows]
    for code, count in enumerate(FACTS.country_counts):
        assert ((country == code).sum(axis=1) == count).all()
    assert np.bincount(answers.size[rows].ravel()) / rows.size == pytest.approx(FACTS.size_shares, abs=0.02)


def test_business_firms_are_weighted_to_the_published_sizes():
    options = PopulationOptions(composition="business")
    firms = answers_of(
        draw(EVIDENCE, options, np.arange(20_000, dtype=np.int32), np.zeros(20_000, np.int16), -1, 1)
    )
    assert np.bincount(firms.size, raked(firms, FACTS)) == pytest.approx(FACTS.size_shares, abs=1e-6)
    assert np.bincount(firms.sector, raked(firms, FACTS)) == pytest.approx(FACTS.sector_shares, abs=1e-6)
    only_micro = firms._replace(size=np.zeros_like(firms.size))
    assert raked(only_micro, FACTS).sum() == pytest.approx(1.0)


@given(st.integers(10, 1000), st.lists(st.booleans(), min_size=5, max_size=5).filter(any))
def test_quotas_add_up_and_leave_out_absent_countries(n, present):
    found = quotas(np.array(present), FACTS.country_shares, n)
    assert found.sum() == n
    assert (found[~np.array(present)] == 0).all()
    assert quotas(np.ones(5, bool), FACTS.country_shares, 78).tolist() == FACTS.country_counts.tolist()


SAMPLES = st.integers(0, 2**32 - 1).map(np.random.default_rng)


@settings(deadline=None, max_examples=25)
@given(SAMPLES)
def test_rank_statistics_are_those_of_scipy(rng):
    x, y = rng.integers(0, 5, (4, 78)), rng.integers(0, 9, (4, 78))
    group = np.tile(np.repeat(np.arange(5), [23, 17, 16, 16, 6]), (4, 1))
    rho = ranks.spearman(ranks.midranks(x, 5), ranks.midranks(y, 9))
    tested, table = ranks.kruskal(x, 5, group, 5), ranks.chi_square(x % 3, 3, group, 5)
    for k in range(4):
        expected = stats.spearmanr(x[k], y[k])
        assert rho[k] == pytest.approx(expected.statistic, abs=1e-12)
        assert ranks.spearman_p(rho, 78)[k] == pytest.approx(expected.pvalue, abs=1e-10)
        h = stats.kruskal(*[x[k][group[k] == g] for g in range(5)])
        assert (tested.statistic[k], tested.p_value[k]) == pytest.approx((h.statistic, h.pvalue), abs=1e-10)
        counts = np.array([[((x[k] % 3 == c) & (group[k] == g)).sum() for c in range(3)] for g in range(5)])
        chi = stats.chi2_contingency(counts, correction=False)
        assert (table.statistic[k], table.p_value[k]) == pytest.approx((chi.statistic, chi.pvalue), abs=1e-10)


def test_empty_groups_and_classes_do_not_count():
    x = np.array([[0, 0, 1, 1, 2, 2, 2, 1]])
    group = np.array([[0, 0, 0, 0, 3, 3, 3, 3]])
    h = stats.kruskal(x[0, :4], x[0, 4:])
    assert ranks.kruskal(x, 5, group, 5).p_value[0] == pytest.approx(h.pvalue)
    chi = stats.chi2_contingency(np.array([[2, 2, 0], [0, 1, 3]]), correction=False)
    assert ranks.chi_square(x, 4, group, 5).p_value[0] == pytest.approx(chi.pvalue)


def test_size_and_sector_do_not_matter_for_interest_in_tools(answers):
    """Under no effect a p-value is uniform: five per cent of surveys find one at the five per cent level."""
    samples = Samples(answers, sampled(answers, FACTS, 2000, 78, 9))
    for attribute in ("size", "sector"):
        found = (samples.by("interest", attribute).p_value < 0.05).mean()
        assert found == pytest.approx(0.05, abs=5.0 * np.sqrt(0.05 * 0.95 / 2000))


@pytest.mark.parametrize(
    ("value", "bound", "verdict"),
    [
        (0.43, "=", INSIDE),
        (0.395, "=", INSIDE),  # within half a printed per cent of the interval's end
        (0.394, "=", OUTSIDE),
        (0.605, "=", INSIDE),
        (0.606, "=", OUTSIDE),
        (0.34, "up to", OUTSIDE),
        (0.51, "<", INSIDE),
        (0.49, "<", OUTSIDE),
        (0.50, ">=", INSIDE),
        (0.51, ">=", OUTSIDE),
    ],
)
def test_the_verdict_is_two_sided_and_exact_about_rounding(value, bound, verdict):
    figure = replace(EVIDENCE.figure("awareness.share.1"), value=value, bound=bound, decimals=2)
    assert verdict_of(figure, 0.40, 0.50, 0.60)[0] == verdict


def test_the_text_names_every_figure_and_counts_the_verdicts(table):
    text = as_text(table)
    for row in table:
        assert row.label in text
    assert (
        f"{len(table)} published figures: {len(table) - 1} inside, 1 excluded (14 set by the design" in text
    )
    assert "0.546" in text
    assert "14.72" in text
    assert next(row.reason for row in table if row.verdict == EXCLUDED) in text


def test_the_picture_shows_every_figure_once(table):
    from issim.plots.survey import PANELS, figure

    for row in table:
        if row.kind != "sample":
            assert sum(panel.holds(row) for panel in PANELS) == 1, row.key
    picture = figure(table)
    assert sum(len(axes.get_yticks()) for axes in picture.axes) == len(table) - 1
    drawn = BytesIO()
    picture.savefig(drawn, format="png", dpi=40)
    assert drawn.getvalue().startswith(b"\x89PNG")
