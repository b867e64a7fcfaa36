"""Money: budgets to the cent, a credit with a cap, contracts for a term."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from issim.levers import catalogue
from issim.levers.base import Lever
from issim.levers.credit import TaxCredit
from issim.levers.policy import Policy, conditions
from issim.levers.procurement import Procurement
from issim.levers.relief import Relief
from issim.model.simulate import Trajectory, simulate
from issim.rules.behaviour import Behaviour
from issim.world.conditions import EFFECT_NAMES, Conditions
from issim.world.state import OPERATING, World

#: Many exchanges from the start, and none that begins, ends or is interrupted: what is paid can be worked out.
STILL = Behaviour(
    start_share=0.5, search_rate=0.0, start_searching=0.0, interruption=0.0, patience=0.0, distrust_end=0.0,
    closure=0.0, obliged_search=0.0,
)  # fmt: skip
BUSY = Behaviour(start_share=0.3)
CENT = 0.01


def made(world: World, *levers: Lever, n_months: int = 36) -> Conditions:
    """The conditions of some levers."""
    return conditions(Policy("these", "", levers), world, n_months)


def run(world: World, *levers: Lever, n_months: int = 36, behaviour: Behaviour = BUSY) -> Trajectory:
    """A run under some levers."""
    return simulate(world, made(world, *levers, n_months=n_months), behaviour, seed=5, n_months=n_months)


def steady(world: World) -> World:
    """The world at prices that stand still."""
    still = np.zeros_like(world.goods.price_volatility)
    return world._replace(goods=world.goods._replace(price_volatility=still, gate_volatility=still))


# --- budgets ------------------------------------------------------------------------------------------------


def course(**changes: float | None) -> Lever:
    """A course for four firms a month at 1,000 EUR each, and 500 EUR a month to run it."""
    values = {"capacity": 4.0, "unit_cost": 1000.0, "running_cost": 500.0, "stages": ()} | changes
    return dataclasses.replace(catalogue.lever("training"), **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("budget", "spent", "stopped", "reached"),
    [
        (18_000.0, 18_000.0, 4, 16),  # four months to the cent
        (18_499.0, 18_000.0, 4, 16),  # the fifth month cannot be paid
        (18_500.0, 18_500.0, 5, 16),  # it can, but nobody in it
        (20_000.0, 19_500.0, 5, 17),  # one firm in it, and 500 EUR are no second
        (20_500.0, 20_500.0, 5, 18),
    ],
)
def test_a_budget_stops_enrolment_before_a_firm_that_it_cannot_pay(
    budget: float, spent: float, stopped: int, reached: int, world: World
) -> None:
    levers = run(world, course(budget=budget), behaviour=STILL).state.levers
    assert (levers.spent[0], levers.stopped[0]) == (spent, stopped)
    assert (levers.reached[0] >= 0).sum() == reached
    assert levers.reached[0].max() < stopped


def test_a_budget_that_suffices_stops_nothing(world: World) -> None:
    assert run(world, course(budget=1e9)).state.levers.stopped[0] == -1


@pytest.mark.parametrize(("budget", "months"), [(650.0, 6), (700.0, 7), (100.0, 1)])
def test_running_costs_are_paid_for_whole_months_only(budget: float, months: int, world: World) -> None:
    campaign = dataclasses.replace(catalogue.lever("awareness_campaign"), end=None, running_cost=100.0)
    short = run(world, dataclasses.replace(campaign, budget=budget))
    ended = run(world, dataclasses.replace(campaign, ramp=0, end=months, intensity=1.0))
    assert short.state.levers.stopped[0] == months
    assert short.state.levers.spent[0] == 100.0 * months
    plain = dataclasses.replace(campaign, ramp=0)
    assert_array_equal(run(world, dataclasses.replace(plain, budget=budget)).series, ended.series)


@pytest.mark.parametrize(
    "effects", [{"reuse_payment": 40.0}, {"price_relief": 0.3}, {"tax_credit": 0.3}, {"capex_grant": 0.9}]
)
def test_payments_spend_the_budget_and_not_a_cent_more(effects: dict[str, float], world: World) -> None:
    free = run(world, Relief("pays", effects=effects)).state.levers
    assert free.spent[0] > 1000.0
    budget = round(float(free.spent[0]) / 2, 2)
    trajectory = run(world, Relief("pays", effects=effects, budget=budget))
    levers, cost = trajectory.state.levers, trajectory.column("public_cost")
    assert levers.spent[0] == pytest.approx(budget, abs=CENT)
    assert cost.sum() == pytest.approx(budget, abs=CENT)
    last = int(levers.stopped[0]) - 1
    assert cost[last + 1] > 0.0 == cost[last + 2 :].sum()


def test_the_last_month_pays_in_proportion_and_only_what_is_paid_is_gain(world: World) -> None:
    still = steady(world)
    pays = Relief("pays", effects={"reuse_payment": 40.0})
    free = run(still, pays, n_months=3, behaviour=STILL)
    monthly = free.column("public_cost")[1]
    assert monthly == free.column("public_cost")[2] > 0.0
    short = run(still, dataclasses.replace(pays, budget=1.25 * monthly), n_months=3, behaviour=STILL)
    assert short.column("public_cost")[1:] == pytest.approx([monthly, 0.25 * monthly, 0.0])
    assert short.state.levers.stopped[0] == 2
    missing = free.column("gain") - short.column("gain")
    assert missing[1:] == pytest.approx([0.0, 0.75 * monthly, monthly], abs=1e-6)


def test_no_packaged_lever_spends_more_than_a_budget(lever_name: str, world: World) -> None:
    lever = catalogue.lever(lever_name)
    needed = max(lever.unit_cost, float(made(world, lever).running_cost[0]), 100.0)
    poor = dataclasses.replace(lever, budget=round(3.3 * needed, 2), start=0)
    levers = run(world, poor, n_months=12).state.levers
    assert levers.spent[0] <= poor.budget + CENT


# --- the tax credit -----------------------------------------------------------------------------------------


def credited(world: World, trajectory: Trajectory, rate: float) -> np.ndarray:
    """What each receiver claims in a year by what it operates at mean prices, (n_firms,)."""
    pairs, goods = world.pairs, world.goods
    on = trajectory.state.pairs.stage == OPERATING
    good = pairs.good[on]
    value = goods.replaced[good] * goods.virgin_price[good] * (1.0 - goods.discount[good])
    claims = rate * np.maximum(value, 0.0) * trajectory.state.pairs.flow[on]
    return np.bincount(pairs.receiver[on], claims, minlength=len(world.firms.index))


def test_a_credit_without_a_cap_is_what_a_relief_of_the_same_rate_is(world: World) -> None:
    one = run(world, TaxCredit("one", rate=0.3), n_months=24)
    other = run(world, Relief("one", effects={"price_relief": 0.3}), n_months=24)
    np.testing.assert_allclose(one.series, other.series, rtol=1e-9, atol=1e-6)
    assert one.state.levers.spent[0] > 0.0


def test_the_cap_binds_each_receiver_over_the_year(world: World) -> None:
    still, rate = steady(world), 0.36
    free = run(still, TaxCredit("credit", rate=rate), n_months=12, behaviour=STILL)
    claims = credited(still, free, rate)
    assert free.state.levers.spent[0] == pytest.approx(claims.sum())
    cap = float(np.median(claims[claims > 0.0]))
    capped = run(still, TaxCredit("credit", rate=rate, cap=cap), n_months=12, behaviour=STILL)
    assert (claims > cap).sum() > 3
    assert capped.state.levers.spent[0] == pytest.approx(np.minimum(claims, cap).sum())


def test_a_loose_cap_changes_nothing(world: World) -> None:
    free, loose = (run(world, TaxCredit("credit", cap=cap)) for cap in (None, 1e9))
    np.testing.assert_allclose(loose.series, free.series, rtol=1e-12)


def test_a_tighter_cap_never_costs_more(world: World) -> None:
    still = steady(world)
    spent = [
        run(still, TaxCredit("credit", cap=cap), n_months=12, behaviour=STILL).state.levers.spent[0]
        for cap in (100.0, 1_000.0, 20_000.0, None)
    ]
    assert spent == sorted(spent)
    assert spent[0] < spent[-1]


def test_the_packaged_credit_is_the_italian_one(world: World) -> None:
    sheet = made(world, catalogue.lever("tax_credit"))
    moved = {EFFECT_NAMES[k]: sheet.effect[0, k] for k in np.flatnonzero(sheet.effect[0])}
    assert moved == {"tax_credit": 0.36, "credit_cap": 20_000.0}


# --- procurement --------------------------------------------------------------------------------------------


def test_contracts_are_awarded_one_by_one_and_end_after_their_months(world: World) -> None:
    tenders = Procurement("tenders", capacity=3.0, contract_months=5, premium=0.5)
    months = [run(world, tenders, n_months=n, behaviour=STILL).state.levers.reached[0] for n in (1, 5, 12)]
    assert [(reached >= 0).sum() for reached in months] == [3, 15, 36]


def test_a_premium_is_paid_to_receivers_with_a_contract_and_no_longer(world: World) -> None:
    still = steady(world)
    tenders = Procurement("tenders", contract_months=4, premium=0.5, end=1)
    paid = run(still, tenders, n_months=8, behaviour=STILL).column("public_cost")
    free = run(still, Relief("free", effects={"price_relief": 0.5}), n_months=8, behaviour=STILL)
    assert paid[1:5] == pytest.approx(free.column("public_cost")[1:5])
    assert paid[1] > 0.0 == paid[5:].sum()


def test_contracts_run_on_after_the_last_tender_but_not_without_money(world: World) -> None:
    still = steady(world)
    tenders = Procurement("tenders", contract_months=10, premium=0.5, end=2)
    monthly = run(still, tenders, n_months=4, behaviour=STILL).column("public_cost")[2]
    poor = dataclasses.replace(tenders, budget=5.5 * monthly)
    cost = run(still, poor, n_months=8, behaviour=STILL)
    assert cost.column("public_cost")[1:] == pytest.approx([monthly] * 5 + [0.5 * monthly, 0.0, 0.0])
    assert cost.state.levers.stopped[0] == 6


def test_a_premium_of_nothing_changes_nothing(world: World) -> None:
    without = simulate(world, None, BUSY, seed=5, n_months=24)
    assert_array_equal(run(world, Procurement("tenders", premium=0.0), n_months=24).series, without.series)


def test_tenders_cost_and_premiums_count_against_one_budget(world: World) -> None:
    tenders = Procurement("tenders", capacity=5.0, premium=0.3, unit_cost=200.0, budget=9_000.0)
    levers = run(world, tenders).state.levers
    assert levers.stopped[0] > 0
    assert 8_000.0 < levers.spent[0] <= 9_000.0 + CENT
