"""The rules of Raimbault's market by hand: products, deals, trades, and where companies stand."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from replications import chance, e2, market, places

NEAR = np.zeros((3, 3))
FREE = market.Terms(reach=1e9, threshold=0.1, cost=0.0, diagonal=100.0)


def mass(*bins: int) -> np.ndarray:
    """Distributions of equal parts in some bins of each company, as counts."""
    found = np.zeros((len(bins), market.N_BINS), np.int32)
    for i, k in enumerate(bins):
        found[i, k : k + 10] = market.SAMPLES // 10
    return found


def test_overlap_is_what_both_have() -> None:
    a, b = mass(0, 4)
    assert market.overlap(a, b) == 0.6
    assert market.overlap(a, a) == 1.0
    assert market.overlap(a, mass(500)[0]) == 0.0


def test_samples_are_shifted_floored_and_clipped() -> None:
    counts = np.zeros(market.N_BINS, np.int32)
    for mean, bin_ in ((0.5, 100), (-0.5, 99), (-500.0, 0), (5000.0, 1199)):
        market.sample(np.random.default_rng(0), mean, 0.0, counts)
        assert counts[bin_] == counts.sum() == market.SAMPLES
    market.sample(np.random.default_rng(0), 300.0, 50.0, counts)
    bins = np.arange(market.N_BINS)
    middle = (counts * bins).sum() / counts.sum()
    assert middle == pytest.approx(399.5, abs=2.0)
    assert np.sqrt((counts * (bins - middle) ** 2).sum() / counts.sum()) == pytest.approx(50.0, rel=0.03)


def test_only_those_with_the_fewest_partners_are_asked() -> None:
    random, partners = np.random.default_rng(0), np.array([2, 1, 3, 1, 1])
    picked = np.bincount([market.pick(random, partners) for _ in range(3000)], minlength=5) / 3000
    assert picked == pytest.approx([0, 1 / 3, 0, 1 / 3, 1 / 3], abs=0.04)


def test_the_best_deal_is_made_and_at_a_tie_the_purchase() -> None:
    random = np.random.default_rng(0)
    # 0 gives off 0..9: company 1 takes 60 % of it, company 2 80 %; company 2 gives off half of what 0 takes in
    supply, demand = mass(0, 900, 505), mass(500, 4, 2)
    assert market.deal(random, 0, NEAR, supply, demand, FREE) == (0, 2)
    # a purchase that is worth more; the best sale is with company 2, the best purchase from company 1
    assert market.deal(random, 0, NEAR, mass(0, 501, 900), demand, FREE) == (1, 0)
    assert market.deal(random, 0, NEAR, mass(0, 502, 900), demand, FREE) == (1, 0)
    # nothing above the threshold, or nothing left after transport
    assert market.deal(random, 0, NEAR, supply, demand, FREE._replace(threshold=0.8)) == (-1, -1)
    assert market.deal(random, 0, NEAR + 50.0, supply, demand, FREE._replace(cost=1.7)) == (-1, -1)
    assert market.deal(random, 0, NEAR + 50.0, supply, demand, FREE._replace(cost=1.5)) == (0, 2)


def test_who_is_considered_falls_with_distance_and_nobody_deals_with_itself() -> None:
    random, terms = np.random.default_rng(0), FREE._replace(reach=50.0)
    distance = np.array([[0.0, 35.0], [35.0, 0.0]])
    supply, demand = mass(0, 900), mass(500, 0)
    made = [market.deal(random, 0, distance, supply, demand, terms) == (0, 1) for _ in range(3000)]
    assert np.mean(made) == pytest.approx(np.exp(-35.0 / 50.0), abs=0.03)
    alone = mass(0)
    assert market.deal(random, 0, np.zeros((1, 1)), alone, alone, FREE) == (-1, -1)


def test_every_order_is_as_likely() -> None:
    random, found = np.random.default_rng(0), []
    for _ in range(3000):
        order = np.arange(3)
        chance.shuffle(random, order)
        found.append(tuple(order.tolist()))
    shares = [found.count(order) / 3000 for order in permutations(range(3))]
    assert shares == pytest.approx([1 / 6] * 6, abs=0.025)


def test_one_overlap_above_the_threshold_keeps_a_company_for_both_ways() -> None:
    """Company 1 can sell 0.9 to 0 at much transport, company 2 is near but fits worse."""
    random = np.random.default_rng(0)
    distance = np.array([[0.0, 80.0, 0.0], [80.0, 0.0, 80.0], [0.0, 80.0, 0.0]])
    supply, demand = mass(0, 501, 900), mass(500, 900, 8)
    terms = FREE._replace(threshold=0.3, cost=1.0)
    # company 2 takes 0.2 of 0's supply, not above the threshold either way: company 1 is the only one kept
    assert market.deal(random, 0, distance, supply, demand, terms) == (1, 0)
    # at a higher cost that purchase is worth nothing, though company 2 would buy
    assert market.deal(random, 0, distance, supply, demand, terms._replace(cost=1.2)) == (-1, -1)
    # once company 2 also gives off what 0 takes in, it is kept, and its small purchase counts
    supply[2] = mass(504)[0] // 2 + mass(900)[0] // 2
    assert market.deal(random, 0, distance, supply, demand, terms._replace(threshold=0.29)) == (2, 0)
    supply[2] = mass(506)[0]
    demand[2] = mass(9)[0]
    near = terms._replace(cost=2.0)
    assert market.deal(random, 0, distance, supply, demand, near) == (2, 0)


def test_a_trade_moves_what_fits_and_weighs_its_link_once() -> None:
    supply, demand = mass(0, 900, 700), mass(500, 4, 600)
    weight, partners = np.zeros((3, 3)), np.zeros(3, np.int64)
    market.trade(0, 1, supply, demand, weight, partners)
    assert weight[0, 1] == weight.sum() == 0.6
    assert partners.tolist() == [1, 1, 0]
    assert supply[0].sum() == demand[1].sum() == 4000
    assert market.overlap(supply[0], demand[1]) == 0.0
    demand[1] = mass(0)[0]
    market.trade(0, 1, supply, demand, weight, partners)
    assert (weight[0, 1], supply[0].sum()) == (0.6, 0)
    # the other way round it is another link between the same partners
    supply[1], demand[0] = mass(500)[0], mass(500)[0]
    market.trade(1, 0, supply, demand, weight, partners)
    assert (weight[1, 0], partners.tolist()) == (1.0, [1, 1, 0])


def test_the_outcome_of_a_market_by_hand() -> None:
    distance = np.array([[0.0, 3.0, 4.0], [3.0, 0.0, 5.0], [4.0, 5.0, 0.0]])
    weight = np.array([[0.0, 0.6, 0.0], [0.2, 0.0, 0.0], [0.0, 0.0, 0.0]])
    supply = mass(0, 0, 0) // np.array([[1], [2], [4]], np.int32)
    found = market.outcome(distance, supply, weight, 10.0)
    assert found == pytest.approx((1.75 / 3, (1.8 + 0.6) / 10, 2, 2, 0.4))
    weight[1, 0] = 0.0  # one way is connected, too
    assert market.outcome(distance, supply, weight, 10.0)[2:] == (1, 2, 0.6)


def test_a_blocked_queue_stays_blocked() -> None:
    """Company 2 fits nobody: as the only one without partner it is asked for ever, though others could trade on."""
    supply, demand = mass(0, 300, 900), mass(300, 4, 1100)
    weight = market.market(np.random.default_rng(1), NEAR, supply, demand, FREE, 200)
    assert np.count_nonzero(weight) == 1
    assert market.overlap(supply[0], demand[1]) > 0.0 or market.overlap(supply[1], demand[0]) > 0.0


# places


def test_companies_stand_where_they_may() -> None:
    random, square = np.random.default_rng(0), places.Square(121, 97)
    towns = np.concatenate([places.centres(random, square) for _ in range(2000)])
    assert towns.min(axis=0).tolist() == [11, 11]
    assert towns.max(axis=0).tolist() == [109, 85]
    assert square.diagonal == pytest.approx(155.08, abs=0.005)
    anywhere = np.concatenate([places.uniform(random, square) for _ in range(400)])
    assert anywhere.min() >= -0.5
    assert (anywhere.max(axis=0) < [120.5, 96.5]).all()
    assert anywhere.mean(axis=0) == pytest.approx([60, 48], abs=0.8)


def test_density_and_placing_follow_the_cities() -> None:
    random, square = np.random.default_rng(0), places.Square(101, 101)
    towns = np.array([[50.0, 50.0], [20.0, 20.0], [80.0, 80.0], [20.0, 80.0], [80.0, 20.0]])
    dense = places.density(square, towns)
    far = np.hypot(30, 30)
    own = [np.exp(-far / (5 / k**0.3)) for k in range(2, 6)]
    assert dense[50, 50] == pytest.approx(1.0 + sum(own))
    assert dense[50, 57] == pytest.approx(np.exp(-7 / 5) + sum(
        np.exp(-np.hypot(x - 50, y - 57) / (5 / k**0.3)) for k, (x, y) in enumerate(towns[1:], 2)
    ))  # fmt: skip
    stand = np.concatenate([places.around(random, square, towns) for _ in range(200)])
    within = stand - np.round(stand)
    assert within.mean(axis=0) == pytest.approx([0, 0], abs=0.01)
    assert within.std(axis=0) == pytest.approx([12**-0.5] * 2, rel=0.02)
    share = dense**1.5 / (dense**1.5).sum()
    near = np.hypot(*(stand - towns[0]).T) < 10
    cells = np.hypot(*np.meshgrid(np.arange(101) - 50, np.arange(101) - 50, indexing="ij")) < 10
    assert near.mean() == pytest.approx(share[cells].sum(), abs=0.02)


def test_products_follow_the_nearest_centre_and_stray_with_its_distance() -> None:
    random = np.random.default_rng(0)
    towns = np.array([[10.0, 10.0], [90.0, 10.0], [10.0, 80.0], [90.0, 80.0], [50.0, 45.0]])
    stand = np.repeat(towns, 10, axis=0) + np.array([3.0, 4.0])
    strict = e2.means_of(random, stand, towns, 0.0)
    assert (strict[:, 0] == strict[:, 1]).all()
    assert sorted(set(strict[:, 0])) == pytest.approx([200, 400, 600, 800, 1000])
    assert (strict.reshape(5, 10, 2) == strict.reshape(5, 10, 2)[:, :1]).all()
    stray = np.concatenate([e2.means_of(random, stand, towns, 4.0) for _ in range(200)])
    wide = np.sqrt((1000 * 4 * 5 / e2.WORLD.diagonal) ** 2 + 1000**2 * e2.VALUES.var())
    assert stray.std() == pytest.approx(wide, rel=0.05)
    assert np.corrcoef(stray.T)[0, 1] < 0.95  # drawn twice
    orders = {tuple(e2.means_of(random, towns, towns, 0.0)[:, 0]) for _ in range(50)}
    assert len(orders) > 20
