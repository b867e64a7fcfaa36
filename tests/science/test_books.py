"""The books are right every month: mass, counters, the funnel, and every column within its range."""

import itertools

import numpy as np
import pytest
from worlds import BUSY, bordered, check_state, check_world, every_kind, recount, toy

from issim.model.simulate import EVE, advance
from issim.rules.observe import N_OBSERVABLES, NAMES
from issim.world import state as S  # noqa: N812  (its constants)
from issim.world.blank import blank_state
from issim.world.conditions import no_policy

N, MONTHS = 60, 36


def months(world, conditions, seed, behaviour=BUSY):
    """(state, row by name) of the eve and of every month, one at a time."""
    state, record = blank_state(world, conditions), behaviour.record()
    for month in range(EVE, MONTHS):
        row = np.zeros(N_OBSERVABLES)
        advance(world, state, conditions, record, seed, month, row)
        yield month, state, dict(zip(NAMES, row.tolist(), strict=True))


@pytest.fixture(params=["no policy", "every kind of lever", "a border"])
def run(request):
    world = toy(N, seed=4)
    if request.param == "a border":
        world = bordered(world, legal=0.1, unfamiliarity=0.1)
    check_world(world)
    conditions = every_kind(N, MONTHS) if request.param == "every kind of lever" else no_policy(N, MONTHS)
    return world, months(world, conditions, 11)


def test_mass_is_kept_for_every_offer_and_need(run):
    world, story = run
    pairs, n_flowing = world.pairs, 0
    for _, state, _ in story:
        flow = state.pairs.flow
        assert not flow[state.pairs.stage < S.AGREED].any()
        assert (flow[state.pairs.stage >= S.AGREED] > 0).all()
        n_flowing += int((flow > 0).sum())
        given = np.bincount(pairs.offer, flow, minlength=len(world.offers.firm))
        taken = np.bincount(
            pairs.need, flow * world.goods.replaced[pairs.good], minlength=len(world.needs.firm)
        )
        np.testing.assert_allclose(state.market.offer_left + given, world.offers.quantity, rtol=1e-12)
        np.testing.assert_allclose(state.market.need_left + taken, world.needs.quantity, rtol=1e-12)
    assert n_flowing > 5 * MONTHS


def test_what_firms_count_is_what_there_is(run):
    world, story = run
    flips = 0
    for month, state, _ in story:
        for name, counted in recount(world, state).items():
            stored = getattr(state.firms, name)
            if stored.dtype.kind == "i":
                assert np.array_equal(stored, counted), f"{name} in month {month}"
            else:
                np.testing.assert_allclose(
                    stored, counted, rtol=1e-12, atol=1e-9, err_msg=f"{name} in month {month}"
                )
        flips += int((state.firms.peers_operating > 0).sum())
        active = np.sort(state.work.active[: state.work.counts[S.N_ACTIVE]])
        assert np.array_equal(active, np.flatnonzero(state.pairs.stage > S.CANDIDATE))
        assert not state.work.leaving.any()
    assert flips > MONTHS


def test_no_exchange_without_both_firms_operating(run):
    world, story = run
    for _, state, _ in story:
        on = state.pairs.stage == S.OPERATING
        for end in (world.pairs.donor[on], world.pairs.receiver[on]):
            assert (state.firms.operating[end] > 0).all()
            assert (state.firms.awareness[end] > 0).all()


def test_the_funnel_adds_up(run):
    _, story = run
    for _, state, row in story:
        assert sum(row[name] for name in ("unaware", "aware", "searching", "talking", "adopters")) == N
        for group in ("sector", "size", "country"):
            assert (
                sum(row[name] for name in NAMES if name.startswith(f"adopters_{group}_")) == row["adopters"]
            )
        assert row["adopters"] == (state.firms.operating > 0).sum()
        stages = np.bincount(state.pairs.stage, minlength=5)
        assert [row[name] for name in S.EXCHANGE_STAGES[1:]] == stages[1:].tolist()


def test_every_exchange_in_the_stocks_came_in_and_went_out_by_a_counted_door(run):
    _, story = run
    rows = [row for _, _, row in story]
    for before, row in itertools.pairwise(rows):
        ended = sum(row[name] for name in NAMES if name.startswith("ended_"))
        stock, stock_before = (sum(r[name] for name in S.EXCHANGE_STAGES[1:]) for r in (row, before))
        assert stock - stock_before == row["new_met"] - ended
        assert row["new_agreed"] <= row["new_accepted"]
    assert sum(row["new_operating"] for row in rows) > 3
    assert sum(row["ended_firm_left"] for row in rows) > 0


def test_every_column_stays_within_its_declared_range(run):
    _, story = run
    for _, state, _ in story:
        check_state(state)


def test_flows_are_a_twelfth_of_what_is_agreed(run):
    world, story = run
    for _, state, row in story:
        if (
            row["new_closed"]
            or row["ended_unprofitable"]
            or row["ended_trust_failed"]
            or row["flow_metal"] < 0
        ):
            continue  # what ended this month delivered before it ended
        on = (state.pairs.stage == S.OPERATING) & (state.pairs.delivered == 1)
        moved = float((state.pairs.flow[on] * world.goods.is_mass[world.pairs.good[on]]).sum()) / 12
        assert row["tonnes"] == pytest.approx(moved, rel=1e-9, abs=1e-12)


def test_money_spent_is_the_sum_over_levers():
    world, conditions = toy(N, seed=4), every_kind(N, MONTHS)
    total = 0.0
    for _, state, row in months(world, conditions, 11):
        total += row["public_cost"]
        assert total == pytest.approx(state.levers.spent.sum(), rel=1e-9)
    training = state.levers.spent[2]
    assert 9000 <= training < 9000 + 800  # a firm reached is paid for, the next one is not


def test_a_lever_whose_money_ran_out_spends_no_more():
    from worlds import policy

    world = toy(N, seed=4)
    conditions = policy(N, MONTHS, [{"enrols": 1, "lasts": 1, "reuse_payment": 50.0, "budget": 100.0}])
    spent = [
        (int(state.levers.stopped[0]), float(state.levers.spent[0]))
        for _, state, _ in months(world, conditions, 11)
    ]
    stop = next(month for month, (stopped, _) in enumerate(spent) if stopped >= 0)
    assert spent[-1][1] == spent[stop][1]
