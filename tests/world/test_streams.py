"""Offers and needs: tied to the firm, to what it ticked, and of the quantities that evidence gives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from issim.evidence import Evidence
from issim.evidence.vocabulary import BRANCHES, GOOD_RESOURCE, GOODS, SIZES
from issim.population.documented import balanced_odds, exchange_counts, shrunk_odds
from issim.population.firms import Population
from issim.population.streams import PER_PERSON, Flows, StreamOptions, draw, gate_factors

SOLID = np.array([good not in PER_PERSON for good in GOODS])


def by_firm(flows: Flows, index: np.ndarray) -> dict[tuple[int, int], float]:
    """Quantity by (number of the firm, good)."""
    keys = zip(index[flows.firm].tolist(), flows.good.tolist(), strict=True)
    return dict(zip(keys, flows.quantity.tolist(), strict=True))


def crowd(population: Population, n: int, size: int, branch: str) -> Population:
    """Many firms of one size class and branch that tick every resource."""
    index = np.arange(n, dtype=np.int32)
    columns = {name: np.repeat(column[:1], n, axis=0) for name, column in population._asdict().items()}
    columns |= {"index": index, "size": np.full(n, size, np.int8), "employees": np.full(n, 20.0)}
    columns |= {
        "branch": np.full(n, BRANCHES.index(branch), np.int8),
        "ticks": np.ones_like(columns["ticks"]),
    }
    return Population(**columns)


def test_a_firm_has_its_streams_in_any_row_and_any_sample(
    known: Evidence, population: Population, shuffled: Population
) -> None:
    some = Population(*(column[100:150] for column in population))
    for whole, moved, part in zip(*(draw(known, StreamOptions(), p, 7) for p in (population, shuffled, some)),
                                  strict=True):  # fmt: skip
        all_firms = by_firm(whole, population.index)
        assert all_firms == by_firm(moved, shuffled.index)
        assert by_firm(part, some.index) == {k: v for k, v in all_firms.items() if 100 <= k[0] < 150}
        assert len(all_firms) == len(whole.firm)  # one per firm and good
        assert (whole.quantity > 0).all()
        assert (np.diff(whole.firm) >= 0).all()


def test_a_firm_offers_what_it_ticked_and_nothing_else(known: Evidence, population: Population) -> None:
    offers, _ = draw(known, StreamOptions(), population, 7)
    groups = np.array(GOOD_RESOURCE)[offers.good]
    offered = np.zeros((len(population.index), 5), bool)
    offered[offers.firm, groups] = True
    assert (offered == population.ticks[:, :5].astype(bool)).all()


@pytest.mark.parametrize(("second", "per_group"), [(0.0, 1.0), (0.4, 1.4), (1.0, 2.0)])
def test_a_second_good_comes_as_often_as_said(
    known: Evidence, population: Population, second: float, per_group: float
) -> None:
    everyone = crowd(population, 4000, 1, "chemicals")
    offers, _ = draw(known, StreamOptions(second=second), everyone, 7)
    groups = np.array(GOOD_RESOURCE)[offers.good]
    n_goods = np.bincount(GOOD_RESOURCE)
    for group in range(5):
        wanted = min(per_group, n_goods[group])
        assert (groups == group).sum() / 4000 == pytest.approx(wanted, abs=0.04)


@pytest.mark.parametrize("size", range(4))
def test_the_tonnes_of_a_firm_have_the_mean_of_its_size_class(
    known: Evidence, population: Population, size: int
) -> None:
    n = 40_000
    everyone = crowd(population, n, size, "food")
    offers, _ = draw(known, StreamOptions(shareable=0.4), everyone, 7)
    tonnes = np.bincount(offers.firm, offers.quantity * SOLID[offers.good], n)
    expected = 0.4 * known.waste.intensity[BRANCHES.index("food")] * known.waste.by_size[size]
    spread = known.waste.log_sd
    error = expected * np.sqrt((np.exp(spread**2) - 1) / n)
    assert abs(tonnes.mean() - expected) < 4 * error
    assert np.log(tonnes).std() == pytest.approx(spread, rel=0.02)


def test_water_and_heat_follow_persons_employed(known: Evidence, population: Population) -> None:
    everyone = crowd(population, 20_000, 1, "energy")
    offers, needs = draw(known, StreamOptions(fluid_spread=0.5, need_spread=0.5, need_ratio=2.0), everyone, 7)
    for good in ("water", "heat"):
        of_good = offers.quantity[offers.good == GOODS.index(good)]
        wanted = 20.0 * getattr(known.waste, PER_PERSON[good])
        assert of_good.mean() == pytest.approx(wanted, rel=0.03)
        used = needs.quantity[needs.good == GOODS.index(good)]
        assert used.mean() == pytest.approx(2.0 * wanted, rel=0.05)


def test_uses_come_as_often_as_documented(known: Evidence, population: Population) -> None:
    everyone = crowd(population, 20_000, 1, "minerals")
    _, needs = draw(known, StreamOptions(needs=3.0, balance=0.0), everyone, 7)
    taken = exchange_counts(known).sum(axis=0).T
    odds = shrunk_odds(taken, StreamOptions().shrinkage)[BRANCHES.index("minerals")]
    share = np.bincount(needs.good, minlength=len(GOODS)) / 20_000
    assert share == pytest.approx(1 - np.exp(-3.0 * odds), abs=0.015)


def test_odds_lean_from_the_library_to_what_firms_tick(known: Evidence) -> None:
    taken = exchange_counts(known).sum(axis=0).T
    odds = shrunk_odds(taken, 1e6)
    groups = np.array(GOOD_RESOURCE)
    ticked = np.array([known.figure(f"resources.{name}").value for name in
                       ("materials", "by_products", "energy", "water", "other")])  # fmt: skip
    assert balanced_odds(odds, taken, known, 0.0) == pytest.approx(odds)
    full = balanced_odds(odds, taken, known, 1.0)[0]
    assert np.bincount(groups, full) == pytest.approx(ticked / ticked.sum(), rel=1e-4)


def test_a_branch_without_documents_is_the_mean_branch(known: Evidence) -> None:
    given = exchange_counts(known).sum(axis=2)
    odds = shrunk_odds(given, 3.0)
    assert odds.sum(axis=1) == pytest.approx(1.0)
    assert odds[BRANCHES.index("technology")] == pytest.approx(given.sum(axis=0) / given.sum())


def test_offices_have_little(known: Evidence, population: Population) -> None:
    makers, offices = (crowd(population, 3000, 1, branch) for branch in ("metals", "technology"))
    tonnes, uses = [], []
    for who in (makers, offices):
        offers, needs = draw(known, StreamOptions(), who, 7)
        tonnes.append((offers.quantity * SOLID[offers.good]).sum())
        uses.append(len(needs.firm))
    assert tonnes[1] < 0.1 * tonnes[0]
    assert uses[1] < 0.2 * uses[0]


def test_nothing_arises_where_nothing_is_shareable(known: Evidence, population: Population) -> None:
    for options in (StreamOptions(available=0.0), StreamOptions(shareable=0.0, second=1.0)):
        offers, needs = draw(known, options, population, 7)
        assert not SOLID[offers.good].any()
        assert (offers.quantity > 0).all()
        assert (needs.quantity > 0).all()
    none, _ = draw(known, replace(StreamOptions(), available=0.0), population, 7)
    assert len(none.firm) == 0


def test_the_gate_factor_has_median_one_and_the_stated_spread() -> None:
    index = np.arange(50_000, dtype=np.int32)
    factors = gate_factors(np.uint64(9), index, np.zeros(50_000, np.int16), 0.354)
    assert np.median(factors) == pytest.approx(1.0, abs=0.01)
    assert ((factors > 0.5) & (factors < 2.0)).mean() == pytest.approx(0.95, abs=0.005)
    assert (gate_factors(np.uint64(9), index[::-1], np.zeros(50_000, np.int16), 0.354) == factors[::-1]).all()


def test_size_classes_are_those_of_evidence(known: Evidence) -> None:
    assert len(known.waste.by_size) == len(SIZES)
    assert list(known.waste.by_size) == sorted(known.waste.by_size)
