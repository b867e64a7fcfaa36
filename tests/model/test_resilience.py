"""The network of exchanges: told by hand, by networkx and by the run's own counts; what one firm's leaving costs."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import BUSY, both_ends, permuted, toy

from issim.model.resilience import fall, gini, network
from issim.model.simulate import simulate
from issim.world.blank import blank_state
from issim.world.conditions import no_policy
from issim.world.state import OPERATING, Pairs, State, World

FEW = settings(deadline=None, max_examples=25)
SEEDS = st.integers(0, 10**6)
#: A hub that gives to three firms, and a couple with two goods between them; good 9 is no mass.
EXCHANGES = [(0, 1, 0, 10.0), (0, 2, 0, 20.0), (3, 0, 0, 30.0), (4, 5, 0, 70.0), (5, 4, 9, 1e6)]


def made(exchanges: list[tuple[int, int, int, float]], n: int = 7) -> tuple[World, State]:
    """Firms that operate exchanges (donor, receiver, good, flow); one candidate more is idle."""
    donor, receiver, good, flow = (
        np.array(column) for column in zip(*exchanges, (6, 0, 0, 0.0), strict=True)
    )
    rows = np.zeros(len(donor), np.int32)
    pairs = Pairs(
        offer=rows, need=rows, donor=donor.astype(np.int32), receiver=receiver.astype(np.int32),
        good=good.astype(np.int8), distance=np.ones(len(donor), np.float32), hops=np.ones(len(donor), np.int8),
        compatibility=np.ones(len(donor), np.float32), border=np.zeros(len(donor), np.int16),
    )  # fmt: skip
    world = toy(n)
    mass = np.where(np.arange(12) == 9, 0.0, 1.0)
    world = world._replace(
        pairs=pairs, firm_pairs=both_ends(pairs, n), goods=world.goods._replace(is_mass=mass)
    )
    state = blank_state(world, no_policy(n, 1))
    state.pairs.flow[:] = flow
    state.pairs.stage[: len(exchanges)] = OPERATING
    return world, state


def test_a_hub_and_a_couple_by_hand():
    found = network(*made(EXCHANGES))
    assert (found.adopters, found.exchanges, found.tonnes) == (6, 5, 130.0)
    assert found.degree.tolist() == [3, 1, 1, 1, 1, 1, 0]
    assert found.mean_degree == pytest.approx(8 / 6)
    assert found.gini == pytest.approx((-5 - 3 - 1 + 1 + 3 + 5 * 3) / (6 * 8))
    assert found.sizes.tolist() == [4, 2]


def test_the_firm_with_most_tonnes_is_not_the_one_with_most_exchanges():
    world, state = made(EXCHANGES)
    tonnes, exchanges = fall(world, state), fall(world, state, "exchanges")
    assert tonnes[:4] == (4, 2, 2, 70.0)  # firm 5 ties with 4: the lower number
    assert tonnes.rest.sizes.tolist() == [4]
    assert exchanges[:4] == (0, 4, 3, 60.0)
    assert exchanges.rest.sizes.tolist() == [2]
    assert exchanges.rest.degree.tolist() == [0, 0, 0, 0, 1, 1, 0]


def test_partners_with_another_exchange_go_on():
    """A chain 0-1-2-3-4: when the middle leaves, two couples remain."""
    world, state = made([(0, 1, 0, 5.0), (1, 2, 0, 9.0), (2, 3, 0, 9.0), (3, 4, 0, 5.0)])
    found = fall(world, state)
    assert found[:4] == (2, 1, 2, 18.0)
    assert found.rest.sizes.tolist() == [2, 2]
    assert network(world, state).sizes.tolist() == [5]


def test_without_tonnes_the_number_of_exchanges_decides():
    world, state = made([(0, 1, 9, 5.0), (3, 1, 9, 1.0)])
    assert fall(world, state)[:4] == (1, 3, 2, 0.0)


def test_nobody_exchanges():
    world = toy(9)
    state = blank_state(world, no_policy(9, 1))
    found, after = network(world, state), fall(world, state)
    assert (found.adopters, found.exchanges, found.tonnes, found.sizes.tolist()) == (0, 0, 0.0, [])
    assert np.isnan([found.mean_degree, found.gini]).all()
    assert after[:4] == (-1, 0, 0, 0.0)


@given(st.lists(st.integers(1, 60), min_size=1, max_size=40))
def test_gini_is_half_the_relative_mean_difference(values):
    v = np.array(values)
    assert gini(v) == pytest.approx(np.abs(v[:, None] - v).mean() / (2 * v.mean()), abs=1e-12)
    assert gini(v * 7) == pytest.approx(gini(v), abs=1e-12)


@FEW
@given(SEEDS, SEEDS, st.sampled_from(["tonnes", "exchanges"]))
def test_a_run_ends_as_networkx_sees_it(seed, luck, by):
    world = toy(50, seed)
    after = simulate(world, None, BUSY, seed=luck, n_months=30)
    found, lost = network(world, after.state), fall(world, after.state, by)
    assert found.adopters == after.column("adopters")[-1]
    assert found.exchanges == after.column("operating")[-1]
    rows = np.flatnonzero(after.state.pairs.stage == OPERATING)
    graph = nx.Graph(zip(world.pairs.donor[rows].tolist(), world.pairs.receiver[rows].tolist(), strict=True))
    assert dict(graph.degree()) == {k: d for k, d in enumerate(found.degree.tolist()) if d}
    assert sorted(map(len, nx.connected_components(graph)), reverse=True) == found.sizes.tolist()
    assert lost.rest.adopters + lost.adopters == found.adopters == found.sizes.sum()
    assert lost.rest.exchanges + lost.exchanges == found.exchanges
    assert lost.rest.tonnes + lost.tonnes == pytest.approx(found.tonnes)
    if len(rows):
        graph.remove_node(lost.firm)
        left = {firm for firm, degree in graph.degree() if degree}
        assert lost.adopters == found.adopters - len(left)
        assert lost.rest.degree[lost.firm] == 0
        ends = np.r_[world.pairs.donor[rows], world.pairs.receiver[rows]]
        weights = None if by == "exchanges" else np.tile(after.state.pairs.flow[rows], 2)
        most = np.bincount(ends, weights)
        assert most[lost.firm] == pytest.approx(most.max())


@FEW
@given(SEEDS, SEEDS)
def test_the_order_of_rows_changes_nothing(seed, shuffle):
    world = toy(40, seed)
    other, order = permuted(world, shuffle)
    ends = [simulate(w, None, BUSY, seed=seed, n_months=24).state for w in (world, other)]
    a, b = network(world, ends[0]), network(other, ends[1])
    assert (a.adopters, a.exchanges, a.sizes.tolist()) == (b.adopters, b.exchanges, b.sizes.tolist())
    assert a.degree[order.firms].tolist() == b.degree.tolist()
    assert a.gini == pytest.approx(b.gini, nan_ok=True)
    before, after = fall(world, ends[0]), fall(other, ends[1])
    assert before[1:3] == after[1:3]
    assert before.firm == (order.firms[after.firm] if after.firm >= 0 else -1)
