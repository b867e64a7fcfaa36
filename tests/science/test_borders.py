"""What borders do to a run: neutral ones nothing, every friction less, harmonised rules never less."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import BUSY, bordered, changed, every_kind, policy, tables, toy

from issim import evidence
from issim.model.simulate import simulate
from issim.rules.behaviour import Behaviour
from issim.world import state as S  # noqa: N812  (its constants)
from issim.world.borders import Border
from issim.world.build import build
from issim.world.conditions import no_policy
from issim.world.region import Region

N, MONTHS = 60, 30
NEUTRAL = {"legal": 0.0, "legal_cost": 0.0, "unfamiliarity": 0.0, "distrust": 0.0}
#: Nothing holds firms back but borders.
EAGER = Behaviour(
    start_searching=1.0,
    contact_rate=5.0,
    decision_rate=20.0,
    lapse_rate=0.0,
    start_share=0.0,
    worthwhile=20.0,
)


def same(one, other):
    first, second = tables(one.state), tables(other.state)
    return one.series.tobytes() == other.series.tobytes() and all(
        first[name].tobytes() == second[name].tobytes() for name in first
    )


@pytest.mark.parametrize("kind", ["no policy", "every kind of lever"])
def test_a_border_without_frictions_changes_nothing_to_the_bit(kind):
    world = toy(N, seed=1)
    conditions = no_policy(N, MONTHS) if kind == "no policy" else every_kind(N, MONTHS)
    runs = [
        simulate(w, conditions, BUSY, seed=3, n_months=MONTHS)
        for w in (world, bordered(world, share=1.0, **NEUTRAL), bordered(world))
    ]
    assert same(*runs[:2])
    assert not same(*runs[1:])  # frictions as declared do change it


def test_relief_of_nothing_changes_nothing_to_the_bit():
    world = bordered(toy(N, seed=1))
    plain = simulate(world, no_policy(N, MONTHS), BUSY, seed=3, n_months=MONTHS)
    for row in ({"border_relief": 0.9, "strength": 0.0}, {"border_relief": 0.0}):
        conditions = policy(N, MONTHS, [row])
        conditions.used[:] = 1  # rules look at it and find nothing
        run = simulate(world, conditions, BUSY, seed=3, n_months=MONTHS)
        assert run.series.tobytes() == plain.series.tobytes()
    lone = policy(N, MONTHS, [{"border_relief": 0.9}])
    inland = [
        simulate(toy(N, seed=1), c, BUSY, seed=3, n_months=MONTHS) for c in (no_policy(N, MONTHS), lone)
    ]
    assert inland[0].series.tobytes() == inland[1].series.tobytes()  # a world without borders


def crossing(frictions, seeds=range(24), conditions=None, behaviour=BUSY):
    """Exchange-months across a border, summed over worlds and seeds."""
    total = 0.0
    for seed in seeds:
        world = bordered(toy(N, seed=seed), **(NEUTRAL | frictions))
        run = simulate(world, conditions, behaviour, seed=seed, n_months=MONTHS)
        on = (run.state.pairs.stage == S.OPERATING) & (world.pairs.border == 1)
        total += float(on.sum())
    return total


@pytest.mark.parametrize(
    ("friction", "steps"),
    [
        ("legal", (0.0, 0.7, 1.0)),
        ("legal_cost", (0.0, 4000.0, 1e6)),
        ("crossing", (0.0, 700.0, 5000.0)),
        ("freight_factor", (0.0, 30.0, 1000.0)),
        ("handling", (0.0, 70.0, 1000.0)),
        ("contact_factor", (0.1, 2.0, 10.0)),
        ("unfamiliarity", (0.0, 0.6, 1.0)),
        ("distrust", (0.0, 0.6, 1.0)),
    ],
)
def test_each_friction_means_fewer_exchanges_across(friction, steps):
    low, middle, high = (crossing({friction: value}) for value in steps)
    assert low > 1.1 * middle > 1.2 * high


def test_technical_friction_means_fewer_candidates_and_fewer_exchanges_across():
    known = evidence.load()
    places = [
        Region("a", "IT", 1, n_firms=300, side=20.0),
        Region("b", "SI", 2, n_firms=300, side=20.0, east=20.0),
    ]
    candidates, exchanges = [], []
    for share in (0.0, 0.5, 0.95):
        border = Border("x", ("a", "b"), technical=share, per_offer=4, **NEUTRAL)
        worlds = [build(known, places, seed=seed, borders=[border]) for seed in range(6)]
        runs = [simulate(world, None, EAGER, seed=1, n_months=36) for world in worlds]
        across = [world.pairs.border == 1 for world in worlds]
        candidates.append(sum(int(here.sum()) for here in across))
        operate = [run.state.pairs.stage == S.OPERATING for run in runs]
        exchanges.append(sum(int((on & here).sum()) for on, here in zip(operate, across, strict=True)))
    assert candidates[0] > candidates[1] > candidates[2]
    assert exchanges[0] > exchanges[1] > exchanges[2]


def first_acceptances(world, seed, relief):
    """Pairs across the border that both ends accept in the first month, with law settled so far."""
    conditions = policy(len(world.firms.index), 1, [{"border_relief": relief}])
    run = simulate(world, conditions, EAGER, seed=seed, n_months=1)
    return run.column("new_accepted")[1]


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 40), st.integers(0, 2**63), st.lists(st.floats(0, 1), min_size=1, max_size=3))
def test_harmonised_rules_never_lower_the_first_acceptances(which, seed, reliefs):
    world = bordered(toy(40, seed=which), legal=0.9, legal_cost=6000.0)
    accepted = [first_acceptances(world, seed, relief) for relief in (0.0, *sorted(reliefs), 1.0)]
    assert accepted == sorted(accepted)


def test_harmonised_rules_can_raise_them_and_more_exchanges_cross():
    worlds = [bordered(toy(40, seed=k), legal=0.9, legal_cost=6000.0) for k in range(20)]
    gained = [
        first_acceptances(world, k, 1.0) - first_acceptances(world, k, 0.0) for k, world in enumerate(worlds)
    ]
    assert sum(gained) > 20
    divided = {"legal": 0.9, "legal_cost": 4000.0}
    settled = policy(N, MONTHS, [{"border_relief": 0.8}])
    one_sided = policy(N, MONTHS, [{"border_relief": 0.8, "target": np.zeros(N, np.int8)}])
    plain = crossing(divided)
    assert crossing(divided, conditions=settled) > 1.2 * plain
    assert crossing(divided, conditions=one_sided) == plain


def test_harbours_that_trade_do_more_than_harbours_that_do_not():
    """A region's unmet demand is met by its neighbours: what crosses comes on top."""
    known = evidence.load()
    places = [
        Region("a", "PL", 1, n_firms=120, side=20.0),
        Region("b", "IT", 2, n_firms=120, side=20.0, east=25.0),
    ]
    open_border = Border("x", ("a", "b"), **NEUTRAL)  # type: ignore[arg-type]
    tonnes = {"apart": 0.0, "together": 0.0}
    for seed in range(6):
        for name, between in (("apart", []), ("together", [open_border])):
            world = build(known, places, seed=seed, borders=between)
            run = simulate(world, None, changed(EAGER, start_share=0.1), seed=seed, n_months=36)
            tonnes[name] += run.column("tonnes")[1:].sum()
    assert tonnes["together"] > 1.1 * tonnes["apart"]


def test_regions_apart_are_alone_whatever_stands_between_others():
    """A third region without a border is, beside two that trade, what it is alone: to the last bit."""
    known = evidence.load()
    lone = Region("lone", "NO", 3, n_firms=150, side=30.0, east=-90.0, north=40.0)
    trading = [
        Region("a", "PL", 1, n_firms=120, side=20.0),
        Region("b", "IT", 2, n_firms=120, side=20.0, east=25.0),
    ]
    behaviour = dataclasses.replace(EAGER, start_share=0.1)
    by_itself = build(known, [lone], seed=5)
    together = build(known, [*trading, lone], seed=5, borders=[Border("x", ("a", "b"))])
    assert (together.pairs.border == 1).any()
    alone = simulate(by_itself, None, behaviour, seed=5, n_months=24)
    beside = simulate(together, None, behaviour, seed=5, n_months=24)
    firms = together.firms.region == 3
    pairs = together.firms.region[together.pairs.donor] == 3
    for table, rows in (("firms", firms), ("pairs", pairs)):
        for name, column in getattr(alone.state, table)._asdict().items():
            other = getattr(getattr(beside.state, table), name)[..., rows]
            assert np.ascontiguousarray(other).tobytes() == column.tobytes(), f"{table}.{name}"
    assert (alone.state.pairs.stage == S.OPERATING).any()
