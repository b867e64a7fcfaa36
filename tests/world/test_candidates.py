"""Candidate exchanges against a search that looks at everything, and what they must keep."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from issim.evidence import Evidence
from issim.evidence.vocabulary import BRANCHES, GOODS
from issim.population.documented import exchange_counts
from issim.world import matching
from issim.world.build import WorldOptions, build
from issim.world.candidates import CandidateOptions, compatibility, find
from issim.world.peers import as_networkx
from issim.world.region import Region
from issim.world.state import World


def looked_at_everything(world: World, fits: np.ndarray, options: CandidateOptions) -> list[tuple[int, int]]:
    """Candidate (offer, need) by scoring every offer against every need of its good."""
    firms, offers, needs, goods = world.firms, world.offers, world.needs, world.goods
    kept: list[tuple[float, int, int, int]] = []
    for o, (donor, good, amount) in enumerate(zip(*offers, strict=True)):
        rows = np.flatnonzero(needs.good == good)
        taker = needs.firm[rows]
        km = np.sqrt((firms.x[taker] - firms.x[donor]) ** 2 + (firms.y[taker] - firms.y[donor]) ** 2)
        fit = fits[firms.branch[donor], good, firms.branch[taker]]
        with np.errstate(divide="ignore"):
            score = np.log(fit) - np.abs(np.log(amount * goods.replaced[good]) - np.log(needs.quantity[rows]))
        score = score - km / options.distance_scale
        may = (fit > 0) & (taker != donor) & (km <= min(goods.reach[good], options.max_distance))
        ranked = sorted((-score[k], firms.index[taker[k]], rows[k]) for k in np.flatnonzero(may))
        kept += [
            (minus, int(firms.index[donor]), o, int(need)) for minus, _, need in ranked[: options.per_offer]
        ]
    by_need: dict[int, list[tuple[float, int, int]]] = {}
    for minus, donor_index, o, need in kept:
        by_need.setdefault(need, []).append((minus, donor_index, o))
    return sorted((o, need) for need, rows in by_need.items() for _, _, o in sorted(rows)[: options.per_need])


@pytest.fixture(scope="module", params=[(1, 300, 20.0), (2, 3000, 40.0)], ids=["sparse", "dense"])
def dense(request: pytest.FixtureRequest, known: Evidence) -> World:
    seed, n_firms, side = request.param
    return build(known, [Region(n_firms=n_firms, side=side)], WorldOptions(), seed)


@pytest.mark.parametrize(
    "options",
    [CandidateOptions(), CandidateOptions(per_offer=2, per_need=1, distance_scale=3.0, max_distance=9.0)],
)
def test_the_search_finds_what_looking_at_everything_finds(
    dense: World, known: Evidence, options: CandidateOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    fits = compatibility(exchange_counts(known), options, 3.0)
    wanted = looked_at_everything(dense, fits, options)
    for large in (10**9, 0):  # goods in turn, then side by side in threads
        monkeypatch.setattr(matching, "LARGE", large)
        pairs, _ = find(dense.firms, dense.offers, dense.needs, dense.goods, dense.peers, fits, options)
        assert sorted(zip(pairs.offer.tolist(), pairs.need.tolist(), strict=True)) == wanted


def test_the_walk_outward_is_tested_on_more_than_one_cell(dense: World) -> None:
    if len(dense.firms.index) > 1000:
        assert np.bincount(dense.needs.good).max() > 4 * matching.NEEDS_PER_CELL


def test_pairs_join_an_offer_and_a_need_of_one_good(world: World) -> None:
    pairs = world.pairs
    assert len(pairs.offer) > 300
    assert (world.offers.good[pairs.offer] == pairs.good).all()
    assert (world.needs.good[pairs.need] == pairs.good).all()
    assert (world.offers.firm[pairs.offer] == pairs.donor).all()
    assert (world.needs.firm[pairs.need] == pairs.receiver).all()
    assert (pairs.donor != pairs.receiver).all()
    assert (pairs.distance <= np.minimum(world.goods.reach, 100.0)[pairs.good] * (1 + 1e-6)).all()
    assert np.bincount(pairs.offer).max() <= CandidateOptions().per_offer
    assert np.bincount(pairs.need).max() <= CandidateOptions().per_need
    assert len(set(zip(pairs.offer.tolist(), pairs.need.tolist(), strict=True))) == len(pairs.offer)


def test_pairs_are_compatible_as_counted(world: World, known: Evidence) -> None:
    fits = compatibility(exchange_counts(known), CandidateOptions(), 3.0)
    pairs, branch = world.pairs, world.firms.branch
    expected = fits[branch[pairs.donor], pairs.good, branch[pairs.receiver]]
    assert (expected >= CandidateOptions().min_compatibility).all()
    assert np.allclose(pairs.compatibility, expected, rtol=1e-6)


def test_pairs_stand_in_order(world: World) -> None:
    order = np.lexsort((world.firms.index[world.pairs.receiver], world.pairs.offer))
    assert (order == np.arange(len(order))).all()


def test_every_firm_lists_its_pairs_by_partner(world: World) -> None:
    pairs, table = world.pairs, world.firm_pairs
    listed = 0
    for firm in range(len(world.firms.index)):
        items = table.items[table.start[firm] : table.start[firm + 1]]
        is_donor = pairs.donor[items] == firm
        assert (is_donor | (pairs.receiver[items] == firm)).all()
        partner = np.where(is_donor, pairs.receiver[items], pairs.donor[items])
        keys = list(zip(world.firms.index[partner], pairs.good[items], ~is_donor, strict=True))
        assert keys == sorted(keys)
        listed += len(items)
    assert listed == 2 * len(pairs.offer)


def test_hops_are_steps_in_the_network(world: World) -> None:
    graph = as_networkx(world)
    for donor, receiver, hops in zip(world.pairs.donor, world.pairs.receiver, world.pairs.hops, strict=True):
        steps = nx.single_source_shortest_path_length(graph, int(donor), cutoff=2).get(int(receiver), 3)
        assert hops == steps
    assert set(np.unique(world.pairs.hops)) == {1, 2, 3}


def test_a_documented_exchange_makes_branches_more_compatible(known: Evidence) -> None:
    counts = exchange_counts(known)
    before = compatibility(counts, CandidateOptions(), 3.0)
    donor, good, receiver = BRANCHES.index("textiles"), GOODS.index("textile"), BRANCHES.index("machinery")
    assert counts[donor, good, receiver] == 0
    more = counts.copy()
    more[donor, good, receiver] += 1
    assert (
        compatibility(more, CandidateOptions(), 3.0)[donor, good, receiver]
        > before[donor, good, receiver] + 0.3
    )


def test_compatibility_by_hand() -> None:
    counts = np.zeros((16, 12, 16))
    counts[0, 0, 1], counts[2, 0, 1] = 3, 1
    options = CandidateOptions(half=1.0, smoothing=0.5, min_compatibility=0.0)
    found = compatibility(counts, options, shrinkage=1e-9)
    assert found[0, 0, 1] == pytest.approx(1 - (1 - 3 / 4) * (1 - 0.5))  # both the most typical
    assert found[2, 0, 1] == pytest.approx(1 - (1 - 1 / 2) * (1 - 0.5 * np.sqrt(1 / 3)))
    assert found[1, 0, 0] == pytest.approx(0.0, abs=1e-4)  # never gave, never took
    assert (found[:, 1:] == 0).all()


def test_documented_branches_are_candidates_and_strangers_are_not(known: Evidence) -> None:
    counts = exchange_counts(known)
    fits = compatibility(counts, CandidateOptions(), 3.0)
    assert (fits[counts > 0] >= 0.6).all()
    assert 0.02 < (fits[counts == 0] > 0).mean() < 0.6
    assert fits[BRANCHES.index("technology"), GOODS.index("fuel_gas"), BRANCHES.index("textiles")] == 0


def test_most_makers_have_a_candidate_and_offices_fewer(known: Evidence) -> None:
    world = build(known, [Region()], WorldOptions(), 4)
    has = np.diff(world.firm_pairs.start) > 0
    share = [float(has[world.firms.sector == code].mean()) for code in range(4)]
    makers, food, technology, other = share
    print("share of firms with a candidate by sector:", [round(value, 2) for value in share])
    print("median distance of candidates:", float(np.median(world.pairs.distance)), "km")
    assert makers > 0.75
    assert food > 0.75
    assert 0.02 < technology < other < food
    assert 5.0 < np.median(world.pairs.distance) < 45.0
