"""Support: what an exchange is worth as an input, and what the state adds to that."""

from __future__ import annotations

from issim.jit import process, rule
from issim.rules.force import amount_on, share_on, strength_of
from issim.world.conditions import (
    CREDIT_CAP,
    DISCOUNT_RELIEF,
    PRICE_RELIEF,
    REUSE_PAYMENT,
    TAX_CREDIT,
    Conditions,
)
from issim.world.state import AGREED, OPERATING, Floats, State, World


@rule
def input_value(replaced: float, virgin_price: float, discount: float) -> float:
    """What a unit of residue is worth as an input, in EUR/unit: yield * virgin price * (1 - discount)."""
    return replaced * virgin_price * (1.0 - discount)


@process
def value_of(
    pair: int, world: World, state: State, conditions: Conditions, prices: Floats, month: int
) -> float:
    """What a unit of an exchange is worth as an input at this month's prices, in EUR/unit.

        discount' = discount * (1 - relief)

    For whom  every exchange; a certificate of the donor takes its share off the discount
    Units     prices (2, n_goods): multipliers; EUR/unit
    Source    goods.discount; conditions (discount_relief)
    Keeps     the goods' own discount without a lever that lowers it
    """
    goods, good = world.goods, world.pairs.good[pair]
    relief = share_on(conditions, state.levers, DISCOUNT_RELIEF, world.pairs.donor[pair], month)
    discount = goods.discount[good] * (1.0 - relief)
    return input_value(goods.replaced[good], goods.virgin_price[good] * prices[0, good], discount)


@rule
def credit(claim: float, others: float, cap: float, is_operating: bool) -> float:
    """Tax credit of one exchange in a year, as far as the cap of its receiver lasts.

        operating  claim * min(1, cap / (claim + others))
        else       what is left: min(claim, cap - others), at least 0

    For whom  receivers; `others` is what their other exchanges claim
    Units     EUR/yr; a cap of 0 is none
    Source    Italian budget law 2023: 36 %, at most 20,000 EUR per firm and year
    Keeps     operating exchanges of one receiver get the cap together at most, whatever their order
    """
    if cap <= 0.0 or claim <= 0.0:
        return max(0.0, claim)
    if is_operating:
        return claim * min(1.0, cap / (claim + others))
    return max(0.0, min(claim, cap - others))


@process
def taken_besides(
    pair: int, world: World, state: State, conditions: Conditions, prices: Floats, month: int
) -> float:
    """Value of the reused inputs that a pair's receiver takes by its other exchanges, in EUR/yr.

    An operating exchange shares a cap with those that operate; a candidate comes after those agreed as well.
    """
    links, receiver = world.firm_pairs, world.pairs.receiver[pair]
    least = OPERATING if state.pairs.stage[pair] == OPERATING else AGREED
    total = 0.0
    for k in range(links.start[receiver], links.start[receiver + 1]):
        other = links.items[k]
        if other != pair and world.pairs.receiver[other] == receiver and state.pairs.stage[other] >= least:
            value = value_of(other, world, state, conditions, prices, month)
            total += max(0.0, value) * state.pairs.flow[other]
    return total


@process
def credit_of(
    lever: int,
    pair: int,
    taken: float,
    besides: float,
    world: World,
    state: State,
    conditions: Conditions,
    month: int,
) -> float:
    """What one lever credits to an exchange in a year, given the value of the inputs that its receiver takes."""
    if conditions.effect[lever, TAX_CREDIT] <= 0.0:
        return 0.0
    strength = strength_of(conditions, state.levers, lever, TAX_CREDIT, world.pairs.receiver[pair], month)
    share = min(1.0, conditions.effect[lever, TAX_CREDIT] * strength)
    operates = state.pairs.stage[pair] == OPERATING
    return credit(share * taken, share * besides, conditions.effect[lever, CREDIT_CAP], operates)


@process
def tax_credits(
    pair: int,
    quantity: float,
    value: float,
    world: World,
    state: State,
    conditions: Conditions,
    prices: Floats,
    month: int,
) -> float:
    """What all levers credit to an exchange of this quantity in a year, each up to its own cap, in EUR/yr."""
    if conditions.used[TAX_CREDIT] == 0 or value <= 0.0:
        return 0.0
    besides = taken_besides(pair, world, state, conditions, prices, month)
    total = 0.0
    for lever in range(conditions.key.shape[0]):
        total += credit_of(lever, pair, value * quantity, besides, world, state, conditions, month)
    return total


@process
def support_per_unit(
    pair: int, value: float, world: World, state: State, conditions: Conditions, month: int
) -> float:
    """Public support of an exchange per unit: the relief on the input's value, and the payment per tonne."""
    donor, receiver = world.pairs.donor[pair], world.pairs.receiver[pair]
    support = (
        value * share_on(conditions, state.levers, PRICE_RELIEF, receiver, month) if value > 0.0 else 0.0
    )
    payment = amount_on(conditions, state.levers, REUSE_PAYMENT, donor, month)
    return support + payment * world.goods.is_mass[world.pairs.good[pair]]
