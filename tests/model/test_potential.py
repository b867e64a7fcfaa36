"""The most a world could do: worked by hand, found again by other solvers, and never exceeded by a run."""

from __future__ import annotations

import time

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from worlds import BUSY, both_ends, changed, full_mixing, goods, mutual, permuted, random_firms, toy

from issim.model import potential as potentials
from issim.model.potential import economic_optimum, realised, technical_potential, terms
from issim.model.simulate import simulate
from issim.rules.asking import offered_gain
from issim.rules.behaviour import Behaviour
from issim.world.blank import blank_state
from issim.world.conditions import no_policy
from issim.world.state import AGREED, OPERATING, Countries, Needs, Offers, Pairs, World

SEEDS = st.integers(0, 10**6)
#: 1,000 EUR at 8 per cent over ten years
CAPITAL = 1000 * 0.08 / (1 - 1.08**-10)
#: What a solver may be off by, relative.
TOLERANCE = 1e-6
FEW = settings(deadline=None, max_examples=25)


def two_by_two(kilometres: tuple[float, float, float] = (10, 20, 15), **changes: float) -> World:
    """Donors of 100 and 50 t/yr, receivers who can take 100 and 30 t/yr; pairs 1-1, 1-2 and 2-1, but not 2-2.

    Yield 0.9; a unit earns 80 at the gate + 20 tax + 94.50 as input - 60 processing - 0.10 per km = 134.50 - km/10.
    """
    firms = random_firms(4, np.random.default_rng(0), 0, 10.0)
    firms = firms._replace(country=np.zeros(4, np.int8), gate_factor=np.ones(4))
    rows, good = np.arange(2, dtype=np.int32), np.zeros(2, np.int8)
    offer, need = np.array([0, 0, 1], np.int32), np.array([0, 1, 0], np.int32)
    pairs = Pairs(
        offer=offer, need=need, donor=offer, receiver=need + np.int32(2), good=np.zeros(3, np.int8),
        distance=np.array(kilometres, np.float32), hops=np.ones(3, np.int8), compatibility=np.ones(3, np.float32),
        border=np.zeros(3, np.int16),
    )  # fmt: skip
    base = toy(4)
    return base._replace(
        firms=firms, offers=Offers(rows, good, np.array([100.0, 50.0])),
        needs=Needs(rows + np.int32(2), good, np.array([90.0, 27.0])), pairs=pairs,
        peers=mutual(np.array([[0, 2]]), 4), firm_pairs=both_ends(pairs, 4), goods=goods(**changes),
        countries=Countries(np.full(10, 20.0)),
    )  # fmt: skip


def state_of(world: World, flow: np.ndarray):
    """A state in which every pair with a flow operates."""
    state = blank_state(world, no_policy(len(world.firms.index), 1))
    state.pairs.flow[:] = flow
    state.pairs.stage[flow > 0.0] = OPERATING
    return state


def by_the_rule(world: World, behaviour: Behaviour, flow: np.ndarray) -> np.ndarray:
    """What the rule that firms decide by says each pair would gain at a quantity, at mean prices, without policy."""
    conditions = no_policy(len(world.firms.index), 1)
    state = blank_state(world, conditions)
    state.work.prices[:] = 1.0
    state.pairs.stage[:] = AGREED
    state.pairs.flow[:] = flow
    constants = behaviour.record()
    return np.array([
        offered_gain(pair, world, state, conditions, constants, -1) for pair in range(len(flow))
    ])  # fmt: skip


def as_a_candidate(world: World, behaviour: Behaviour) -> np.ndarray:
    """The same for pairs that have not met, at what the rule says they could move while all is still to be had."""
    conditions = no_policy(len(world.firms.index), 1)
    state = blank_state(world, conditions)
    state.work.prices[:] = 1.0
    state.market.offer_left[:] = world.offers.quantity
    state.market.need_left[:] = world.needs.quantity
    constants = behaviour.record()
    n_pairs = len(world.pairs.donor)
    return np.array([offered_gain(p, world, state, conditions, constants, -1) for p in range(n_pairs)])


def true_optimum(world: World, behaviour: Behaviour) -> float:
    """The optimum with yearly costs paid in full or not at all: branch and bound on gains as the rule gives them."""
    n, n_offers, n_needs = len(world.pairs.donor), len(world.offers.firm), len(world.needs.firm)
    nothing = by_the_rule(world, behaviour, np.zeros(n))
    unit = by_the_rule(world, behaviour, np.ones(n)) - nothing
    limits, most = [], []
    for table, column, quantities in (
        ("offer", np.ones(n), world.offers.quantity),
        ("need", world.goods.replaced[world.pairs.good], world.needs.quantity),
    ):
        rows = getattr(world.pairs, table)
        for row, quantity in enumerate(quantities):
            limits.append(np.r_[np.where(rows == row, column, 0.0), np.zeros(n)])
            most.append(quantity)
    assert len(limits) == n_offers + n_needs
    big = world.offers.quantity[world.pairs.offer]
    for pair in range(n):
        limits.append(np.r_[np.eye(n)[pair], -big[pair] * np.eye(n)[pair]])
        most.append(0.0)
    found = milp(
        np.r_[-unit, -nothing],
        integrality=np.r_[np.zeros(n), np.ones(n)],
        bounds=Bounds(0.0, np.r_[big, np.ones(n)]),
        constraints=LinearConstraint(np.array(limits), -np.inf, np.array(most)),
        options={"mip_rel_gap": 1e-9},
    )
    assert found.status == 0
    return -float(found.fun)


def assert_within(world: World, quantity: np.ndarray) -> None:
    """No pair moves less than nothing, no offer gives and no need takes more than there is."""
    given_ = np.bincount(world.pairs.offer, quantity, minlength=len(world.offers.firm))
    taken = quantity * world.goods.replaced[world.pairs.good]
    met = np.bincount(world.pairs.need, taken, minlength=len(world.needs.firm))
    assert (quantity >= 0.0).all()
    assert (given_ <= world.offers.quantity * (1 + 1e-12)).all()
    assert (met <= world.needs.quantity * (1 + 1e-12)).all()


def test_two_by_two_by_hand():
    """Serving the nearest first would pass on 100 t; the other two pairs let 30 t more through."""
    world = two_by_two()
    assert terms(world).greatest == pytest.approx([100, 30, 50])
    assert terms(world).per_unit == pytest.approx([133.5, 132.5, 133.0])
    most = technical_potential(world)
    assert most.quantity[1] == pytest.approx(30)
    assert most.quantity[0] + most.quantity[2] == pytest.approx(100)  # in any proportion
    assert_within(world, most.quantity)
    assert most.by_good == pytest.approx([130, *[0] * 11])
    assert most.tonnes == pytest.approx(130)

    cheap = economic_optimum(world, Behaviour(paperwork=500.0))
    revenue = 70 * 133.5 + 30 * 132.5 + 30 * 133.0
    assert cheap.quantity == pytest.approx([70, 30, 30])
    assert cheap.gain == pytest.approx(revenue - 3 * (500 + CAPITAL))
    assert cheap.bound == pytest.approx(revenue - (70 / 100 + 30 / 30 + 30 / 50) * (500 + CAPITAL))
    assert true_optimum(world, Behaviour(paperwork=500.0)) == pytest.approx(cheap.gain)


def test_where_yearly_costs_are_high_plan_and_bound_leave_a_gap():
    """At 2,000 EUR of paperwork the nearest couple alone would earn more than all three pairs."""
    world, dear = two_by_two(), Behaviour(paperwork=2000.0)
    found, best = economic_optimum(world, dear), true_optimum(world, dear)
    revenue, cost = 70 * 133.5 + 30 * 132.5 + 30 * 133.0, 2000 + CAPITAL
    assert best == pytest.approx(100 * 133.5 - cost)
    assert found.gain == pytest.approx(revenue - 3 * cost)
    assert found.bound == pytest.approx(revenue - 2.3 * cost)
    assert found.gain < best < found.bound


def test_a_pair_that_would_lose_is_left_out_of_the_plan():
    """Freight of 1 EUR/km: the first pair pays at 100 t, but not at the 70 t that the second leaves to it."""
    world, behaviour = two_by_two((100, 10, 200), freight=1), Behaviour(paperwork=3000 - CAPITAL)
    first, second = 100 * 34.5 - 3000, 30 * 124.5 - 3000
    found = economic_optimum(world, behaviour)
    assert found.bound == pytest.approx(second + 0.7 * first)
    assert found.quantity == pytest.approx([0, 30, 0])
    assert found.tonnes == pytest.approx(30)
    assert found.gain == pytest.approx(second)
    assert found.gain == pytest.approx(true_optimum(world, behaviour))


@pytest.mark.parametrize("share", [0.0, 0.37, 1.0])
def test_terms_are_the_rules_own_bit_for_bit(world, behaviour, share):
    """For a real world: the columns give what the compiled rule gives pair by pair."""
    found = terms(world, behaviour)
    quantity = share * found.greatest
    assert found.gain(quantity).tolist() == by_the_rule(world, behaviour, quantity).tolist()


def test_the_greatest_quantity_is_the_rules_own(world, behaviour):
    found = terms(world, behaviour)
    assert found.gain(found.greatest).tolist() == as_a_candidate(world, behaviour).tolist()
    assert 0 < (found.greatest < world.offers.quantity[world.pairs.offer]).mean() < 1, "either may bind"


@FEW
@given(SEEDS, st.floats(0, 20000))
def test_the_true_optimum_lies_between_plan_and_bound(seed, paperwork):
    world, behaviour = toy(12, seed), Behaviour(paperwork=paperwork)
    found, best = economic_optimum(world, behaviour), true_optimum(world, behaviour)
    slack = TOLERANCE * max(1.0, best)
    assert found.gain - slack <= best <= found.bound + slack
    assert_within(world, found.quantity)


@FEW
@given(SEEDS)
def test_without_yearly_costs_the_plan_is_the_optimum(seed):
    world, free = toy(12, seed, capex=0.0), Behaviour(paperwork=0.0)
    found = economic_optimum(world, free)
    assert found.gain == pytest.approx(found.bound, rel=TOLERANCE)
    assert found.gain == pytest.approx(true_optimum(world, free), rel=TOLERANCE)


@FEW
@given(SEEDS)
def test_the_technical_potential_is_a_maximum_flow(seed):
    """One network per good, from offers through pairs to needs, solved by a path-augmenting algorithm."""
    world = toy(25, seed)
    found = technical_potential(world)
    assert_within(world, found.quantity)
    for good in range(12):
        graph = nx.DiGraph()
        graph.add_nodes_from(("source", "sink"))
        for pair in np.flatnonzero(world.pairs.good == good):
            offer, need = ("offer", world.pairs.offer[pair]), ("need", world.pairs.need[pair])
            graph.add_edge("source", offer, capacity=float(world.offers.quantity[offer[1]]))
            graph.add_edge(offer, need)
            graph.add_edge(need, "sink", capacity=float(world.needs.quantity[need[1]] / 0.9))
        most = nx.maximum_flow_value(
            graph, "source", "sink", flow_func=nx.algorithms.flow.shortest_augmenting_path
        )
        assert found.by_good[good] == pytest.approx(most, rel=TOLERANCE, abs=1e-6)


@FEW
@given(SEEDS, st.integers(0, 2**63))
def test_no_run_does_better_than_the_optimum(seed, luck):
    world = toy(40, seed)
    state = simulate(world, None, BUSY, seed=luck, n_months=30).state
    found = realised(world, state, technical_potential(world), economic_optimum(world, BUSY), BUSY)
    assert 0.0 <= found.share_of_potential <= 1 + TOLERANCE
    assert found.share_of_optimum <= 1 + TOLERANCE
    assert (found.tonnes > 0.0) == bool((state.pairs.stage == OPERATING).any())


def test_a_real_run_realises_part_of_both(world, behaviour):
    """The end of a run adds up as its own series does in a month in which nothing is interrupted."""
    calm = changed(behaviour, interruption=0.0)
    after = simulate(world, None, calm, seed=5, n_months=36)
    found = realised(world, after.state, technical_potential(world), economic_optimum(world, calm), calm)
    assert 0.0 < found.share_of_potential < 1.0
    assert 0.0 < found.share_of_optimum < 1.0
    operating = after.state.pairs.stage == OPERATING
    assert operating.sum() == after.column("operating")[-1] > 0
    flow = after.state.pairs.flow[operating]
    solid = world.goods.is_mass[world.pairs.good[operating]] == 1.0
    assert found.tonnes == pytest.approx(flow[solid].sum())
    assert found.gain == pytest.approx(by_the_rule(world, calm, after.state.pairs.flow)[operating].sum())


def test_a_plan_carried_out_is_realised_in_full():
    world = toy(60, 3)
    most, best = technical_potential(world), economic_optimum(world, BUSY)
    assert realised(
        world, state_of(world, most.quantity), most, best, BUSY
    ).share_of_potential == pytest.approx(1)
    done = realised(world, state_of(world, best.quantity), most, best, BUSY)
    assert done.gain == pytest.approx(best.gain)
    assert done.tonnes == pytest.approx(best.tonnes)
    assert 0.8 < done.share_of_optimum <= 1 + TOLERANCE


def test_only_operating_exchanges_count_and_support_does_not():
    """Agreed is not yet done; a pair that only a subsidy keeps going has a negative gain."""
    world, dear = two_by_two(), Behaviour(paperwork=20000.0)
    most, best = technical_potential(world), economic_optimum(world, Behaviour())
    state = state_of(world, np.array([70.0, 0.0, 0.0]))
    assert realised(world, state, most, best, dear).gain == pytest.approx(70 * 133.5 - 20000 - CAPITAL)
    state.pairs.stage[0] = AGREED
    assert realised(world, state, most, best, dear)[:3] == (0.0, 0.0, 0.0)


def test_the_share_is_of_the_bound():
    """At 2,000 EUR of paperwork the best that can be done is less than the bound, and so is its share."""
    world, dear = two_by_two(), Behaviour(paperwork=2000.0)
    best = economic_optimum(world, dear)
    nearest = state_of(world, np.array([100.0, 0.0, 0.0]))
    done = realised(world, nearest, technical_potential(world), best, dear)
    assert done.share_of_potential == pytest.approx(100 / 130)
    assert done.share_of_optimum == pytest.approx((100 * 133.5 - 2000 - CAPITAL) / best.bound)
    assert best.gain < done.gain < best.bound, "a plan is no bound"


def test_nothing_to_exchange_has_no_share():
    world = full_mixing(5, 2)
    most, best = technical_potential(world), economic_optimum(world)
    assert (most.tonnes, best.gain, best.bound, best.tonnes) == (0.0, 0.0, 0.0, 0.0)
    found = realised(world, None, most, best)
    assert (found.tonnes, found.gain) == (0.0, 0.0)
    assert np.isnan([found.share_of_potential, found.share_of_optimum]).all()


def test_where_nobody_gains_the_optimum_is_to_do_nothing():
    """Processing at 1,000 EUR/t: 130 t could still be passed on, but at a loss."""
    world = two_by_two(processing=1000)
    best = economic_optimum(world)
    assert (best.gain, best.bound, best.tonnes) == (0.0, 0.0, 0.0)
    assert technical_potential(world).tonnes == pytest.approx(130)
    assert np.isnan(realised(world, None, technical_potential(world), best).share_of_optimum)


def test_a_residue_that_replaces_nothing_is_bound_by_its_offer_only():
    """As in the rules: without a yield no need is ever filled."""
    world = two_by_two(replaced=0)
    assert technical_potential(world).tonnes == pytest.approx(150)


def test_water_and_heat_are_no_tonnes_but_earn():
    world = two_by_two(is_mass=0)
    assert technical_potential(world).tonnes == 0.0
    assert technical_potential(world).by_good[0] == pytest.approx(130)
    assert economic_optimum(world).gain == economic_optimum(two_by_two()).gain > 0.0


@FEW
@given(SEEDS, SEEDS)
def test_the_order_of_rows_changes_nothing(seed, shuffle):
    world = toy(30, seed)
    other, _ = permuted(world, shuffle)
    assert technical_potential(other).by_good == pytest.approx(
        technical_potential(world).by_good, rel=TOLERANCE
    )
    assert economic_optimum(other).bound == pytest.approx(economic_optimum(world).bound, rel=TOLERANCE)


@FEW
@given(SEEDS, st.floats(0, 100))
def test_more_to_gain_is_never_worse(seed, more):
    """A dearer gate raises the optimum by at most what the whole potential would earn by it."""
    low, high = toy(25, seed), toy(25, seed, gate_fee=80 + more)
    before, after = economic_optimum(low).bound, economic_optimum(high).bound
    factor = low.firms.gate_factor.max()
    assert before * (1 - TOLERANCE) <= after
    assert after <= before + more * factor * technical_potential(low).by_good.sum() + TOLERANCE * after


def test_quantities_of_any_size_are_solved_together():
    """A kilogram beside megatonnes: each is found to its own precision."""
    world = toy(30, 8)
    scale = np.where(np.arange(12) == world.offers.good[0], 1e-6, 1e6)
    grown = world._replace(
        offers=world.offers._replace(quantity=world.offers.quantity * scale[world.offers.good]),
        needs=world.needs._replace(quantity=world.needs.quantity * scale[world.needs.good]),
    )
    expected = technical_potential(world).by_good * scale
    assert expected.min() > 0.0
    assert technical_potential(grown).by_good == pytest.approx(expected, rel=TOLERANCE)


def test_a_thousand_firms_take_less_than_a_second():
    world = toy(1000, 1)
    begun = time.process_time()
    economic_optimum(world)
    technical_potential(world)
    assert time.process_time() - begun < 1.0


def test_what_a_solver_overdraws_is_taken_back(monkeypatch):
    """All three pairs at their greatest would ask 150 t of the first receiver, who takes 100."""

    def overdraws(*args, **options):
        return type("Found", (), {"status": 0, "x": np.ones(3)})

    monkeypatch.setattr(potentials, "linprog", overdraws)
    assert technical_potential(two_by_two()).quantity == pytest.approx(np.array([100, 30, 50]) / 1.5)


def test_a_solver_that_fails_is_not_believed(monkeypatch):
    def gives_up(*args, **options):
        return type("Found", (), {"status": 1, "message": "iteration limit", "x": np.zeros(3)})

    monkeypatch.setattr(potentials, "linprog", gives_up)
    with pytest.raises(RuntimeError, match="iteration limit"):
        technical_potential(two_by_two())
