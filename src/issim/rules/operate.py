"""Process 8, operate: residues flow, money is earned and spent, CO2 is saved."""

from __future__ import annotations

from issim.draws import Seed
from issim.jit import process, rule
from issim.rules.behaviour import Constants
from issim.rules.borders import freight_co2, kilometres_of
from issim.rules.exchange import pair_luck
from issim.rules.force import strength_of
from issim.rules.money import gain_of, input_value, investment, penalty_avoided
from issim.rules.policy import spend
from issim.world.conditions import CAPEX_GRANT, PRICE_RELIEF, REUSE_PAYMENT, Conditions
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
def pay_support(
    pair: int, quantity: float, value: float, world: World, state: State, conditions: Conditions, month: int
) -> None:
    """Pay what levers owe an exchange this month, each out of its own budget.

        relief * value of the input + payment per tonne, times the quantity; a grant in the first month

    For whom  exchanges that deliver
    Units     quantity unit/month; EUR
    Source    conditions.effect
    Keeps     0 without levers that pay
    """
    donor, receiver = world.pairs.donor[pair], world.pairs.receiver[pair]
    effects, levers = conditions.effect, state.levers
    mass = quantity * world.goods.is_mass[world.pairs.good[pair]]
    for lever in range(conditions.key.shape[0]):
        money = 0.0
        if effects[lever, PRICE_RELIEF] > 0.0 and value > 0.0:
            strength = strength_of(conditions, levers, lever, PRICE_RELIEF, receiver, month)
            money += min(1.0, effects[lever, PRICE_RELIEF] * strength) * value * quantity
        if effects[lever, REUSE_PAYMENT] > 0.0:
            strength = strength_of(conditions, levers, lever, REUSE_PAYMENT, donor, month)
            money += effects[lever, REUSE_PAYMENT] * strength * mass
        if effects[lever, CAPEX_GRANT] > 0.0 and state.pairs.since[pair] == month:
            strength = strength_of(conditions, levers, lever, CAPEX_GRANT, donor, month)
            money += min(1.0, effects[lever, CAPEX_GRANT] * strength) * investment(pair, world)
        if money > 0.0:
            spend(lever, money, state, conditions, month)


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
        value = input_value(
            goods.replaced[good], goods.virgin_price[good] * prices[0, good], goods.discount[good]
        )
        work.flows[good] += quantity
        work.sums[TONNES] += mass
        work.sums[REPLACED] += mass * goods.replaced[good]
        work.sums[CO2] += co2_saved(quantity, goods.co2_saved[good], freight_co2(pair, world), kilometres)
        work.sums[FREIGHT] += mass * kilometres
        work.sums[GAIN] += earned / 12.0
        if conditions.key.shape[0] > 0:
            pay_support(pair, quantity, value, world, state, conditions, month)
