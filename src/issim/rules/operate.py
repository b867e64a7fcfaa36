"""Process 8, operate: residues flow, money is earned and spent, CO2 is saved."""

from __future__ import annotations

from issim.draws import Seed
from issim.jit import process, rule
from issim.rules.behaviour import Constants
from issim.rules.borders import freight_co2, kilometres_of
from issim.rules.exchange import pair_luck
from issim.rules.force import strength_of
from issim.rules.hazard import either
from issim.rules.money import gain_of, investment, penalty_avoided
from issim.rules.policy import spend
from issim.rules.support import credit_of, taken_besides, value_of
from issim.world.conditions import CAPEX_GRANT, PRICE_RELIEF, REUSE_PAYMENT, TAX_CREDIT, Conditions
from issim.world.state import CO2, FREIGHT, GAIN, N_ACTIVE, OPERATING, REPLACED, TONNES, Floats, State, World


@rule
def delivers(luck: float, interruption: float) -> bool:
    """Whether an exchange delivers this month: luck >= probability of an interruption."""
    return luck >= interruption


@rule
def co2_saved(quantity: float, per_unit: float, per_km: float, kilometres: float) -> float:
    """CO2 saved by passing on a quantity, in kg: q * (saved per unit - freight emission * km)."""
    return quantity * (per_unit - per_km * kilometres)


@process
def owe_support(
    pair: int,
    flow: float,
    value: float,
    world: World,
    state: State,
    conditions: Conditions,
    prices: Floats,
    month: int,
) -> None:
    """Note what levers owe an exchange this month, in `work.owed`.

        [relief * value + payment per tonne] * flow / 12 + credit of the year / 12

    For whom  exchanges that deliver; of two reliefs, the later is on what the earlier leaves
    Units     flow unit/yr; EUR
    Source    conditions.effect
    Keeps     supports are those that the gain counts; 0 without levers that pay
    """
    donor, receiver = world.pairs.donor[pair], world.pairs.receiver[pair]
    effects, levers, owed = conditions.effect, state.levers, state.work.owed
    taken, besides = max(0.0, value) * flow, 0.0
    if conditions.used[TAX_CREDIT] == 1 and value > 0.0:
        besides = taken_besides(pair, world, state, conditions, prices, month)
    mass = flow / 12.0 * world.goods.is_mass[world.pairs.good[pair]]
    relieved = 0.0
    for lever in range(conditions.key.shape[0]):
        if effects[lever, PRICE_RELIEF] > 0.0:
            strength = strength_of(conditions, levers, lever, PRICE_RELIEF, receiver, month)
            before, relieved = relieved, either(relieved, min(1.0, effects[lever, PRICE_RELIEF] * strength))
            owed[0, lever] += (relieved - before) * taken / 12.0
        if effects[lever, REUSE_PAYMENT] > 0.0:
            strength = strength_of(conditions, levers, lever, REUSE_PAYMENT, donor, month)
            owed[0, lever] += effects[lever, REUSE_PAYMENT] * strength * mass
        owed[0, lever] += credit_of(lever, pair, taken, besides, world, state, conditions, month) / 12.0


@process
def owe_grants(pair: int, world: World, state: State, conditions: Conditions, month: int) -> None:
    """Note the grants owed to an exchange in `work.owed`; of two, the later is on what the earlier leaves."""
    donor, granted = world.pairs.donor[pair], 0.0
    for lever in range(conditions.key.shape[0]):
        size = conditions.effect[lever, CAPEX_GRANT]
        if size > 0.0:
            strength = strength_of(conditions, state.levers, lever, CAPEX_GRANT, donor, month)
            before, granted = granted, either(granted, min(1.0, size * strength))
            state.work.owed[1, lever] += (granted - before) * investment(pair, world)


@process
def settle(state: State, conditions: Conditions, month: int) -> None:
    """Pay what levers owe this month; what a budget cannot pay is missing from every payment in proportion.

    For whom  all levers
    Units     EUR
    Source    conditions.budget
    Keeps     no lever spends more than its budget; supports that are not paid are no gain
    """
    owed, levers = state.work.owed, state.levers
    for lever in range(conditions.key.shape[0]):
        due = owed[0, lever] + owed[1, lever]
        if due > 0.0:
            left = max(0.0, conditions.budget[lever] - levers.spent[lever])
            paid = min(due, left)
            spend(lever, paid, state, conditions, month)
            state.work.sums[GAIN] -= owed[0, lever] * (1.0 - paid / due)
        owed[0, lever] = 0.0
        owed[1, lever] = 0.0


@process
def operate(
    world: World,
    state: State,
    conditions: Conditions,
    behaviour: Constants,
    prices: Floats,
    seed: Seed,
    month: int,
) -> None:
    """Let operating exchanges deliver a twelfth of their yearly quantity, unless interrupted."""
    pairs, work, goods = state.pairs, state.work, world.goods
    for k in range(work.counts[N_ACTIVE]):
        pair = work.active[k]
        if pairs.stage[pair] != OPERATING:
            continue
        pairs.months[pair] = min(32000, pairs.months[pair] + 1)
        flow = pairs.flow[pair]
        earned = gain_of(pair, flow, world, state, conditions, behaviour, prices, month)
        pairs.gain[pair] = earned + penalty_avoided(pair, flow, flow, world, state, conditions, month)
        if not delivers(pair_luck(pair, world, seed, month, 0)[0], behaviour.interruption):
            pairs.delivered[pair] = 0
            continue
        pairs.delivered[pair] = 1
        good, kilometres = world.pairs.good[pair], kilometres_of(pair, world)
        quantity = flow / 12.0
        mass = quantity * goods.is_mass[good]
        work.flows[good] += quantity
        work.sums[TONNES] += mass
        work.sums[REPLACED] += mass * goods.replaced[good]
        work.sums[CO2] += co2_saved(quantity, goods.co2_saved[good], freight_co2(pair, world), kilometres)
        work.sums[FREIGHT] += mass * kilometres
        work.sums[GAIN] += earned / 12.0
        if conditions.key.shape[0] > 0:
            value = value_of(pair, world, state, conditions, prices, month)
            owe_support(pair, flow, value, world, state, conditions, prices, month)
            if pairs.since[pair] == month:
                owe_grants(pair, world, state, conditions, month)
    settle(state, conditions, month)
