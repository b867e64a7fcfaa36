"""Dependence: correlations, country differences and margins of a large sample are the published ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from issim import evidence
from issim.errors import InputError
from issim.evidence.vocabulary import COUNTRIES, ITEMS, SIZES, SURVEYED, TICKS
from issim.population import PopulationOptions, dependence_of, draw, grade
from issim.population.association import (
    chi_square_noncentrality,
    kruskal_noncentrality,
    mixture_thresholds,
    spearman,
)
from issim.population.dependence import PARENT, TRAITS, WEAKLY_POSITIVE, fit
from issim.population.indices import INDICES, READINESS_CLASSES
from issim.population.published import published

EVIDENCE = evidence.load()
OPTIONS = PopulationOptions()
N = 30_000
#: Five standard errors of a rank correlation of N firms: what a right fit misses once in two million draws.
RHO_ERROR = 5.0 / np.sqrt(N)


@pytest.fixture(scope="module")
def firms():
    return draw(EVIDENCE, OPTIONS, np.arange(N, dtype=np.int32), np.zeros(N, np.int16), -1, 11)


def index(firms, name):
    return firms.items[:, [ITEMS.index(item) for item in INDICES[name]]].mean(axis=1)


def trait_correlation():
    """Correlation matrix of the latent traits: products of the links along the tree."""
    links = dependence_of(EVIDENCE, OPTIONS).links
    matrix = np.eye(len(TRAITS))
    for k, parent in enumerate(PARENT):
        if parent >= 0:
            matrix[k, :k] = links[k] * matrix[parent, :k]
            matrix[:k, k] = matrix[k, :k]
    return matrix


def test_the_latent_correlation_matrix_is_positive_definite():
    assert np.linalg.eigvalsh(trait_correlation()).min() > 0.1


def test_pairs_without_an_edge_have_no_partial_correlation():
    """The tree is the maximum-entropy completion: its precision matrix is zero wherever nothing is known."""
    precision = np.linalg.inv(trait_correlation())
    edges = {(k, parent) for k, parent in enumerate(PARENT) if parent >= 0}
    for i in range(len(TRAITS)):
        for j in range(i):
            assert ((i, j) in edges) == (abs(precision[i, j]) > 1e-9)


@pytest.mark.parametrize(
    ("figure", "answer"),
    [
        ("correlation.awareness_readiness", lambda f: index(f, "awareness")),
        ("correlation.benefits_readiness", lambda f: grade(f.benefits)),
        ("correlation.digital_readiness", lambda f: grade(f.digital)),
        ("correlation.exchange_readiness", lambda f: f.practice),
    ],
)
def test_spearman_of_the_ordinal_answers_is_the_published_one(firms, figure, answer):
    rho = stats.spearmanr(answer(firms), index(firms, "readiness")).statistic
    assert rho == pytest.approx(EVIDENCE.figure(figure).value, abs=RHO_ERROR)


@pytest.mark.parametrize("name", TICKS)
def test_ticks_relate_to_readiness_only_where_the_report_says_so(firms, name):
    rho = stats.spearmanr(firms.ticks[:, TICKS.index(name)], index(firms, "readiness")).statistic
    if name in WEAKLY_POSITIVE:
        assert 0.05 < rho < 0.2
    else:
        assert abs(rho) < RHO_ERROR


@pytest.mark.parametrize("item", ITEMS)
def test_pooled_answers_have_the_published_margin(firms, item):
    p = published(EVIDENCE.survey).margins[item]
    found = np.bincount(firms.items[:, ITEMS.index(item)], minlength=len(p) + 1)[1:] / N
    assert found == pytest.approx(p, abs=5.0 * np.sqrt(0.25 / N))


@pytest.mark.parametrize(
    ("name", "key"), [("awareness", "awareness"), ("readiness", "readiness"), ("interest", "digital")]
)
def test_norway_has_its_index_and_latvia_the_lowest(firms, name, key):
    means = np.array([index(firms, name)[firms.country == c].mean() for c in range(len(SURVEYED))])
    n_norway = (firms.country == COUNTRIES.index("NO")).sum()
    assert means[COUNTRIES.index("NO")] == pytest.approx(
        EVIDENCE.figure(f"index.NO.{key}").value, abs=5.0 * 1.2 / np.sqrt(n_norway)
    )
    assert means.argmax() == COUNTRIES.index("NO")
    assert means.argmin() == COUNTRIES.index("LV")


@given(
    st.lists(st.floats(-2.0, 2.0), min_size=5, max_size=5),
    st.lists(st.floats(0.05, 1.0), min_size=4, max_size=4),
)
def test_thresholds_of_a_mixture_keep_the_pooled_margin_whatever_the_shifts(shifts, weights):
    margin = np.array(weights) / sum(weights)
    cumulative = np.cumsum(margin)[:-1]
    shares = published(EVIDENCE.survey).country_shares
    t = mixture_thresholds(cumulative, shares, np.array(shifts))
    pooled = stats.norm.cdf(t[:, None] - np.array(shifts)) @ shares
    assert pooled == pytest.approx(cumulative, abs=1e-9)
    assert (np.diff(t) > 0).all()


def test_exact_spearman_of_a_table_is_that_of_its_rows():
    counts = np.array([[10, 4, 1], [3, 8, 6], [0, 5, 13]])
    x, y = (np.repeat(axis.ravel(), counts.ravel()) for axis in np.indices(counts.shape))
    assert spearman(counts / counts.sum()) == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)


def test_noncentralities_are_the_statistics_of_a_sample_with_exactly_these_shares():
    """H and chi-square of the table itself, at sizes so large that n + 1 is n."""
    table = np.array([[300, 500, 200], [100, 400, 500], [250, 250, 500]]) * 100
    groups = [np.repeat([1, 2, 3], row) for row in table]
    by_group, sizes = table / table.sum(axis=1, keepdims=True), table.sum(axis=1).astype(float)
    assert kruskal_noncentrality(by_group, sizes) == pytest.approx(stats.kruskal(*groups).statistic, rel=1e-4)
    assert chi_square_noncentrality(by_group, sizes) == pytest.approx(
        stats.chi2_contingency(table).statistic, rel=1e-9
    )


def test_readiness_classes_cover_every_sum_once():
    covered = [k for part in READINESS_CLASSES for k in range(9)[part]]
    assert covered == list(range(9))


def test_digital_readiness_is_anchored_to_the_share_with_basic_intensity(firms):
    for c, terms in enumerate(EVIDENCE.countries[: len(SURVEYED)]):
        for s in range(len(SIZES)):
            own = firms.digital[(firms.country == c) & (firms.size == s)]
            assert (own > 0.5).mean() == pytest.approx(
                np.clip(terms.digital[s], 0.01, 0.99), abs=5.0 * np.sqrt(0.25 / len(own))
            )


def test_countries_that_were_not_surveyed_have_no_shift_and_that_is_the_middle_of_those_surveyed():
    model, n = dependence_of(EVIDENCE, OPTIONS), len(SURVEYED)
    assert model.shifts.shape == (len(COUNTRIES), 3)
    assert not model.shifts[n:].any()
    assert np.abs(model.shifts[:n].mean(axis=0)).max() < 0.1


def test_the_fit_does_not_depend_on_countries_that_were_not_surveyed():
    digital = tuple(terms.digital for terms in EVIDENCE.countries)
    n = len(SURVEYED)
    low = (*digital[:n], *[(0.1, 0.2, 0.3, 0.4)] * (len(COUNTRIES) - n))
    one, other = (fit(EVIDENCE.survey, shares, OPTIONS) for shares in (digital, low))
    for name in set(one._fields) - {"digital_offset"}:
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    assert (one.digital_offset[n:] != other.digital_offset[n:]).all()


@settings(deadline=None, max_examples=8)
@given(st.floats(0.65, 0.9), st.floats(0.15, 0.45))
def test_the_fit_exists_all_over_the_priors(loading, practice):
    model = dependence_of(EVIDENCE, PopulationOptions(item_loading=loading, practice_share=practice))
    assert (np.abs(model.links) < 1.0).all()
    assert (model.shifts[COUNTRIES.index("LV")] < 0.0).all()
    assert (model.shifts[COUNTRIES.index("NO")] > 0.0).all()


def test_a_correlation_out_of_reach_is_refused_with_what_is_possible():
    from dataclasses import replace

    survey = tuple(
        replace(f, value=0.99) if f.key == "correlation.awareness_readiness" else f for f in EVIDENCE.survey
    )
    with pytest.raises(InputError, match=r"awareness with readiness = 0\.99 is outside"):
        dependence_of(replace(EVIDENCE, survey=survey), OPTIONS)
