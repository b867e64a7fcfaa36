"""Firms: keyed draws, declared columns, composition, and blocking points that agree with the answers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from issim import evidence
from issim.errors import InputError
from issim.evidence.vocabulary import (
    BRANCH_SECTOR,
    BRANCHES,
    COUNTRIES,
    EMPLOYEES,
    ITEMS,
    SECTORS,
    SIZES,
    SURVEYED,
    TICKS,
)
from issim.population import Population, PopulationOptions, draw
from issim.population.firms import CHUNK
from issim.population.obstacles import levels_that_show
from issim.population.options import check
from issim.population.published import published
from issim.population.structure import branch_shares, mean_employees
from issim.units import columns, parameters_of

EVIDENCE = evidence.load()
OPTIONS = PopulationOptions()


def drawn(n, seed=5, country=-1, options=OPTIONS, region=0):
    return draw(EVIDENCE, options, np.arange(n, dtype=np.int32), np.full(n, region, np.int16), country, seed)


@pytest.fixture(scope="module")
def firms():
    return drawn(20_000)


def same(a: Population, b: Population) -> bool:
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


@settings(deadline=None, max_examples=15)
@given(st.permutations(range(60)), st.integers(0, 2**63))
def test_a_firm_keeps_its_answers_in_any_order_of_rows(order, seed):
    straight = drawn(60, seed)
    index = np.array(order, dtype=np.int32)
    mixed = draw(EVIDENCE, OPTIONS, index, np.zeros(60, np.int16), -1, seed)
    assert same(mixed, Population(*(column[index] for column in straight)))


def test_a_firm_keeps_its_answers_in_any_number_of_firms():
    n = CHUNK + 7
    many, few = drawn(n), drawn(9)
    assert same(few, Population(*(column[:9] for column in many)))
    last = draw(EVIDENCE, OPTIONS, np.array([n - 1], np.int32), np.zeros(1, np.int16), -1, 5)
    assert same(last, Population(*(column[-1:] for column in many)))


@pytest.mark.parametrize("other", [{"seed": 6}, {"region": 1}])
def test_another_seed_or_region_gives_other_firms(other):
    a, b = drawn(200), drawn(200, **other)
    assert (a.items != b.items).mean() > 0.5
    assert (a.trust != b.trust).all()


def test_a_country_is_given_and_changes_nothing_else_about_who_the_firm_is():
    mixed, latvia = drawn(500), drawn(500, country=COUNTRIES.index("LV"))
    assert (latvia.country == COUNTRIES.index("LV")).all()
    for name in ("sector", "branch", "size", "employees", "trust", "benefits"):
        assert np.array_equal(getattr(mixed, name), getattr(latvia, name))
    own = mixed.country == COUNTRIES.index("LV")
    assert np.array_equal(mixed.items[own], latvia.items[own])


@pytest.mark.parametrize("code", COUNTRIES[len(SURVEYED) :])
def test_firms_of_a_country_that_was_not_surveyed_answer_without_a_shift(code):
    own, poland = drawn(2000, country=COUNTRIES.index(code)), drawn(2000, country=COUNTRIES.index("PL"))
    assert (own.country == COUNTRIES.index(code)).all()
    for name in set(Population._fields) - {"country", "digital"}:
        assert np.array_equal(getattr(own, name), getattr(poland, name)), name
    terms = EVIDENCE.country(code)
    for size in range(len(SIZES)):
        digital = own.digital[own.size == size]
        assert (digital > 0.5).mean() == pytest.approx(
            np.clip(terms.digital[size], 0.01, 0.99), abs=5.0 * np.sqrt(0.25 / len(digital))
        )


def test_a_mixed_region_is_of_the_surveyed_countries(firms):
    assert set(np.unique(firms.country)) == set(range(len(SURVEYED)))


@pytest.mark.parametrize(("name", "column"), list(columns(Population).items()))
def test_columns_are_as_declared(firms, name, column):
    values = getattr(firms, name)
    assert values.dtype == np.dtype(column.dtype)
    assert len(values) == len(firms.index)
    assert values.min() >= column.low
    assert values.max() <= column.high


@pytest.mark.parametrize(
    ("name", "shares"),
    [("country", "country_shares"), ("sector", "sector_shares"), ("size", "size_shares")],
)
def test_composition_is_the_published_one(firms, name, shares):
    wanted = getattr(published(EVIDENCE.survey), shares)
    found = np.bincount(getattr(firms, name), minlength=len(wanted)) / len(firms.index)
    assert found == pytest.approx(wanted, abs=5.0 * np.sqrt(0.25 / len(firms.index)))


def test_business_composition_has_the_size_classes_of_business_statistics():
    firms = drawn(20_000, options=PopulationOptions(composition="business"))
    danish = drawn(20_000, country=COUNTRIES.index("DK"), options=PopulationOptions(composition="business"))
    assert np.array_equal(danish.size, firms.size)
    found = np.bincount(firms.size, minlength=len(SIZES)) / 20_000
    assert found == pytest.approx(EVIDENCE.countries[0].size_structure, abs=0.012)
    assert found[0] > 0.9


def test_branches_belong_to_the_sector_and_have_the_documented_weights(firms):
    assert np.array_equal(np.array(BRANCH_SECTOR)[firms.branch], firms.sector)
    for sector in range(len(SECTORS)):
        own = firms.branch[firms.sector == sector]
        found = np.bincount(own, minlength=len(BRANCH_SECTOR)) / len(own)
        assert found == pytest.approx(branch_shares()[sector], abs=5.0 * np.sqrt(0.25 / len(own)))


def test_services_are_six_of_the_nine_kinds_of_other_firms_and_branches_are_even_elsewhere():
    shares = {
        name: dict(zip(BRANCHES, row, strict=True))
        for name, row in zip(SECTORS, branch_shares(), strict=True)
    }
    assert shares["other"]["services"] == pytest.approx(6 / 9)
    assert shares["other"]["energy"] == shares["other"]["construction"] == pytest.approx(1 / 9)
    assert shares["agri-food"]["food"] == pytest.approx(1 / 2)
    assert shares["manufacturing"]["wood"] == pytest.approx(1 / 9)


@pytest.mark.parametrize("size", range(len(SIZES)))
def test_employees_fit_their_size_class_and_its_mean(firms, size):
    own = firms.employees[firms.size == size]
    low, high = EMPLOYEES[size]
    assert own.min() >= low
    assert own.max() <= high
    assert (own == np.floor(own)).all()
    assert own.mean() == pytest.approx(
        mean_employees(EVIDENCE)[size], abs=5.0 * own.std() / np.sqrt(len(own))
    )


def test_trust_has_the_mean_and_spread_of_its_options():
    for mean, spread in ((0.5, 0.2), (0.3, 0.1)):
        trust = drawn(20_000, options=PopulationOptions(trust_mean=mean, trust_spread=spread)).trust
        assert trust.mean() == pytest.approx(mean, abs=5.0 * spread / np.sqrt(20_000))
        assert trust.std() == pytest.approx(spread, rel=0.03)


@pytest.mark.parametrize("barrier", EVIDENCE.barriers, ids=lambda b: b.key)
def test_blocking_points_agree_with_the_answers_and_have_their_prevalence(firms, barrier):
    has = (firms.barriers >> (barrier.number - 1)) & 1 == 1
    if barrier.tied_to in TICKS:
        assert np.array_equal(has, firms.ticks[:, TICKS.index(barrier.tied_to)] == 1)
    elif barrier.tied_to:
        level = firms.items[:, ITEMS.index(barrier.tied_to)]
        assert np.array_equal(has, np.isin(level, levels_that_show(barrier.tied_to)))
    error = 5.0 * np.sqrt(0.25 / len(has))
    assert has.mean() == pytest.approx(
        barrier.prevalence, abs=error + 0.006
    )  # 0.006: shares are whole per cent


def test_blocking_points_use_no_other_bits(firms):
    assert int(firms.barriers.max()) < 2**24


def test_awareness_and_readiness_are_the_answers_given(firms):
    assert np.array_equal(firms.awareness, firms.items[:, ITEMS.index("awareness")])
    assert np.array_equal(firms.readiness, firms.items[:, ITEMS.index("willingness")])


def test_practice_has_the_share_that_its_source_gives():
    row = next(f for f in EVIDENCE.smes if f.metric == "SMEs selling scrap to another company" and f.value)
    assert row.value / 100 == OPTIONS.practice_share
    assert drawn(20_000).practice.mean() == pytest.approx(OPTIONS.practice_share, abs=0.016)


@pytest.mark.parametrize("row", list(parameters_of(OPTIONS, "population")), ids=lambda row: row.name)
def test_every_option_has_a_source_that_the_catalogue_knows(row):
    assert row.par.meaning
    assert row.par.unit
    for key in row.par.source.split("; "):
        assert key == "assumption" or key in EVIDENCE.sources
    assert row.par.prior or row.value == "survey"


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"composition": "buisness"}, "did you mean business"),
        ({"trust_mean": 1.4}, r"population.trust_mean = 1.4 is outside \[0.02, 0.98\]"),
        ({"trust_mean": 0.04, "trust_spread": 0.3}, "too wide"),
        ({"item_loading": float("nan")}, "item_loading = nan"),
    ],
)
def test_options_that_no_population_can_have_are_refused(bad, message):
    with pytest.raises(InputError, match=message):
        check(PopulationOptions(**bad))


def test_a_country_that_does_not_exist_is_refused():
    with pytest.raises(InputError, match=r"country_code = 10 is outside \[-1, 9\]"):
        drawn(3, country=10)


def test_no_firms_are_no_firms():
    assert all(len(column) == 0 for column in drawn(0))
