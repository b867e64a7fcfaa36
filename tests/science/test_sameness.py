"""What must not matter does not: order of rows, neutral levers, threads, steps, neighbours, compilation."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from worlds import BUSY, EVERY_KIND, bordered, every_kind, permuted, policy, tables, toy

from issim.model.batch import Job
from issim.model.simulate import EVE, advance, simulate, simulate_many
from issim.rules.behaviour import Behaviour
from issim.rules.observe import N_OBSERVABLES, OBSERVABLES
from issim.world.blank import blank_state
from issim.world.build import joined
from issim.world.conditions import EFFECT_NAMES, Conditions, no_policy

N, MONTHS = 60, 30
#: Means, money and mass: sums over firms or pairs, whose last bits depend on the order of adding.
SUMS = [
    k
    for k, o in enumerate(OBSERVABLES)
    if o.unit not in ("firms", "exchanges", "exchanges/month", "firms/month")
]
COUNTS = [k for k in range(N_OBSERVABLES) if k not in SUMS]


def same(one, other, but=()):
    """Whether two trajectories have the same bits in the series and in every array of the state."""
    first, second = tables(one.state), tables(other.state)
    return one.series.tobytes() == other.series.tobytes() and all(
        first[name].tobytes() == second[name].tobytes() for name in first if name not in but
    )


def run(world, conditions=None, seed=3, n_months=MONTHS, behaviour=BUSY):
    return simulate(world, conditions, behaviour, seed=seed, n_months=n_months)


# --- neutral levers ---------------------------------------------------------------------------------------


def without_levers(trajectory):
    """What of a state there is without levers."""
    return {name: array for name, array in tables(trajectory.state).items() if not name.startswith("levers.")}


def assert_neutral(world, conditions):
    plain, neutral = run(world), run(world, conditions)
    assert neutral.series.tobytes() == plain.series.tobytes()
    first, second = without_levers(plain), without_levers(neutral)
    for name, array in first.items():
        assert array.tobytes() == second[name].tobytes(), name


@pytest.mark.parametrize("kind", range(len(EVERY_KIND)))
def test_a_lever_without_strength_changes_nothing(kind):
    world = toy(N, seed=1)
    conditions = policy(N, MONTHS, [EVERY_KIND[kind] | {"strength": 0.0}])
    assert conditions.used.any()
    assert_neutral(world, conditions)


def test_all_levers_without_strength_change_nothing():
    assert_neutral(toy(N, seed=1), every_kind(N, MONTHS, strength=0.0))


@pytest.mark.parametrize("enrols", [0, 1])
def test_a_lever_in_force_without_effect_changes_nothing(enrols):
    conditions = policy(N, MONTHS, [{"enrols": enrols, "lasts": enrols}])
    conditions.used[:] = 1  # every branch that an effect opens is taken, with nothing in it
    assert_neutral(toy(N, seed=1), conditions)


#: Effects that do nothing without another: see the tests of those that need each other, and of federation.
NEEDY = ("penalty", "recall", "data_quality", "credit_cap", "federation")


@pytest.mark.parametrize("effect", [name for name in EFFECT_NAMES if name not in NEEDY])
def test_every_effect_moves_something(effect):
    """The other side of neutrality: an effect that moved nothing would be decoration."""
    row = {effect: {"introductions": 3.0, "landfill_tax": 300.0, "reuse_payment": 300.0}.get(effect, 0.9)}
    conditions = policy(N, MONTHS, [row | {"enrols": int(effect.endswith("_gain"))}])
    world = bordered(toy(N, seed=1))
    assert not same(run(world), run(world, conditions), but=("levers.reached",))
    assert run(world).series.tobytes() != run(world, conditions).series.tobytes()


@pytest.mark.parametrize(
    "lone",
    [
        {"quota": 0.9, "penalty": 500.0},
        {"recall": 1.0, "data_quality": 1.0},
        {"tax_credit": 0.9, "credit_cap": 50.0},
    ],
)
def test_effects_that_need_each_other_move_something_together(lone):
    world = toy(N, seed=1)
    joins = {"enrols": 1, "joins": 1}
    first, *_ = lone
    alone, both = (run(world, policy(N, MONTHS, [joins | row])) for row in ({first: lone[first]}, lone))
    assert alone.series.tobytes() != both.series.tobytes()


def test_a_federation_moves_separate_platforms_and_nothing_else():
    world = toy(N, seed=1)
    two = [EVERY_KIND[3], EVERY_KIND[8]]
    federation = {"federation": 0.9}
    apart, joined_ = (run(world, policy(N, MONTHS, rows)) for rows in (two, [*two, federation]))
    assert apart.series.tobytes() != joined_.series.tobytes()
    alone, with_one = (run(world, policy(N, MONTHS, rows)) for rows in (two[:1], [two[0], federation]))
    assert alone.series.tobytes() == with_one.series.tobytes(), "one platform has nobody to be joined to"


# --- order of rows ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["none", *range(len(EVERY_KIND)), "all"])
@pytest.mark.parametrize("shuffle", [1, 2])
def test_relabelling_firms_changes_nothing(kind, shuffle):
    world = bordered(toy(N, seed=2), legal=0.2)
    moved, order = permuted(world, shuffle)
    conditions = no_policy(N, MONTHS)
    if kind == "all":
        conditions = every_kind(N, MONTHS)
    elif kind != "none":
        conditions = policy(N, MONTHS, [EVERY_KIND[kind]])
    one, other = run(world, conditions), run(moved, conditions)
    assert np.array_equal(one.series[:, COUNTS], other.series[:, COUNTS])
    np.testing.assert_allclose(other.series[:, SUMS], one.series[:, SUMS], rtol=1e-9, atol=1e-6)
    for table, rows in (("firms", order.firms), ("pairs", order.pairs)):
        for name in getattr(one.state, table)._fields:
            straight = getattr(getattr(one.state, table), name)[..., rows]
            found = getattr(getattr(other.state, table), name)
            if name in (
                "diverted",
                "flow",
                "gain",
            ):  # what is left of an offer depends on the order of giving back
                np.testing.assert_allclose(found, straight, rtol=1e-9, atol=1e-9, err_msg=name)
            else:
                assert straight.tobytes() == found.tobytes(), f"{table}.{name}"
    np.testing.assert_allclose(
        other.state.market.offer_left, one.state.market.offer_left[order.offers], atol=1e-9
    )


def test_relabelling_firms_changes_nothing_when_gains_are_equal():
    world = toy(N, seed=2)
    some = np.where(np.arange(2 * N) % 3 == 0, world.needs.quantity, 0.0)
    world = world._replace(needs=world.needs._replace(quantity=some))
    moved, order = permuted(world, 1)
    conditions = policy(N, MONTHS, [{"introductions": 20.0}])
    one, other = run(world, conditions), run(moved, conditions)
    assert np.array_equal(one.state.pairs.introduced[order.pairs], other.state.pairs.introduced)


# --- regions without ties ---------------------------------------------------------------------------------


def halves(conditions_of):
    """Two regions alone and together, with conditions made by `conditions_of(n_firms)`."""
    parts = [toy(N, seed=6, region=0), toy(40, seed=6, region=1)]
    alone = [run(part, conditions_of(len(part.firms.index))) for part in parts]
    together = run(joined(parts), conditions_of(N + 40))
    return alone, together


def assert_apart(alone, together, but=()):
    for name in ("firms", "pairs", "market"):
        whole = getattr(together.state, name)
        for column in whole._fields:
            if column in (*but, "virgin", "gate"):
                continue
            parts = [getattr(getattr(run_.state, name), column) for run_ in alone]
            assert np.concatenate(parts, axis=-1).tobytes() == getattr(whole, column).tobytes(), (
                f"{name}.{column}"
            )
    assert np.array_equal(alone[0].series[:, COUNTS] + alone[1].series[:, COUNTS], together.series[:, COUNTS])


def test_two_unconnected_regions_are_each_alone():
    assert_apart(*halves(lambda n: no_policy(n, MONTHS)))


def test_two_unconnected_regions_are_each_alone_under_policy():
    rows = [EVERY_KIND[0], EVERY_KIND[1], EVERY_KIND[3] | {"capacity": np.inf}]
    assert_apart(*halves(lambda n: policy(n, MONTHS, rows)))


@pytest.mark.parametrize("introductions", [4.0])
def test_two_unconnected_regions_are_each_alone_with_facilitators(introductions):
    assert_apart(*halves(lambda n: policy(n, MONTHS, [{"introductions": introductions}])))


# --- threads, batches, steps ------------------------------------------------------------------------------


def test_threads_and_batches_give_the_same_bits():
    world = toy(N, seed=1)
    conditions = every_kind(N, MONTHS)
    jobs = [Job(world, conditions, BUSY, seed) for seed in range(6)]
    alone = [run(*job[:2], seed=job.seed) for job in jobs]
    for threads in (1, 2):
        for batch in (jobs, jobs[::-1]):
            found = simulate_many(batch, MONTHS, threads=threads)
            order = alone if batch is jobs else alone[::-1]
            assert all(same(one, other) for one, other in zip(found, order, strict=True))
    one_by_one = [simulate_many([job], MONTHS, threads=2)[0] for job in jobs]
    assert all(same(one, other) for one, other in zip(one_by_one, alone, strict=True))
    assert not same(alone[0], alone[1])


def test_unequal_runs_in_one_batch_are_each_as_alone():
    """Worlds and conditions shared and not, large and small, with and without levers; more threads than runs."""
    shared, conditions = toy(N, seed=1), every_kind(N, MONTHS)
    jobs = [
        Job(shared, conditions, BUSY, 3),
        Job(toy(3 * N, seed=2), None, BUSY, 3),
        Job(shared, None, Behaviour(), 4),
        Job(shared, conditions, BUSY, 5),
        Job(toy(N, seed=3), None, None, 3),
        Job(shared, policy(N, MONTHS, [EVERY_KIND[1]]), BUSY, 3),
        Job(shared, None, BUSY, 3),
    ]
    alone = [simulate(*job[:3], seed=job.seed, n_months=MONTHS) for job in jobs]
    for threads in (1, 2, 3, 16):
        found = simulate_many(jobs, MONTHS, threads=threads)
        assert [same(one, other) for one, other in zip(found, alone, strict=True)] == [True] * len(jobs)
    assert simulate_many([], MONTHS) == []


def test_a_month_at_a_time_is_all_at_once():
    world, conditions = toy(N, seed=1), every_kind(N, MONTHS)
    whole = run(world, conditions)
    state, record = blank_state(world, conditions), BUSY.record()
    for month in range(EVE, MONTHS):
        row = np.zeros(N_OBSERVABLES)
        advance(world, state, conditions, record, 3, month, row)
        assert row.tobytes() == whole.series[month + 1].tobytes(), f"month {month}"
    assert same(whole, whole._replace(state=state))


def test_a_shorter_run_is_the_beginning_of_a_longer_one():
    world = toy(N, seed=1)
    assert run(world, n_months=12).series.tobytes() == run(world, n_months=30).series[:13].tobytes()


def test_worlds_are_not_touched_by_runs():
    world = toy(N, seed=1)
    before = [column.tobytes() for table in world for column in table]
    run(world, every_kind(N, MONTHS))
    assert [column.tobytes() for table in world for column in table] == before


# --- compiled and plain -----------------------------------------------------------------------------------


def digests() -> dict[str, str]:
    """Hashes of the series and of every array of the state, for runs without and with every kind of lever."""
    found = {}
    cases: list[tuple[str, Conditions, Behaviour]] = [
        ("default", no_policy(N, 18), Behaviour()),
        ("busy", no_policy(N, 18), BUSY),
        ("levers", every_kind(N, 18), BUSY),
    ]
    for name, conditions, behaviour in cases:
        done = run(toy(N, seed=8), conditions, n_months=18, behaviour=behaviour)
        arrays = {"series": done.series} | tables(done.state)
        found |= {
            f"{name}.{key}": hashlib.sha256(array.tobytes()).hexdigest() for key, array in arrays.items()
        }
    for done in simulate_many([Job(toy(N, seed=8), None, BUSY, seed) for seed in (3, 4)], 18):
        key = f"batch.{len(found)}"
        found[key] = hashlib.sha256(done.series.tobytes()).hexdigest()
    return found


def test_compiled_and_plain_give_the_same_bits():
    text = (
        "import json, sys; sys.path[:0] = sys.argv[1:]; "
        "import test_sameness as t; print(json.dumps(t.digests()))"
    )
    here = Path(__file__).parent
    plain = subprocess.run(
        [
            sys.executable,
            "-W",
            "ignore",
            "-c",
            text,
            str(here),
            str(here.parent),
            str(here.parents[1] / "src"),
        ],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=900,
    )
    compiled = digests()
    assert json.loads(plain.stdout) == compiled
    assert compiled["busy.series"] != compiled["levers.series"]
    assert run(toy(N, seed=8), every_kind(N, 18), n_months=18).column("adopters")[-1] > 0
