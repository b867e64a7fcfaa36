"""Money: what an exchange is worth to its two firms."""

from __future__ import annotations

from issim.elementary import exp, expm1, log1p
from issim.jit import process, rule
from issim.rules.behaviour import Constants
from issim.rules.borders import haulage_of, legal_cost
from issim.rules.force import amount_on, share_on, strength_on
from issim.rules.support import support_per_unit, tax_credits, value_of
from issim.world.conditions import (
    CAPEX_GRANT,
    LANDFILL_TAX,
    PAPERWORK_RELIEF,
    PENALTY,
    QUOTA,
    Conditions,
)
from issim.world.state import FirmState, Floats, LeverState, Market, State, World


@rule
def annuity(interest: float, lifetime: float) -> float:
    """Share of an investment that falls due each year.

        a = i / (1 - (1 + i)^-n);  1 / n where i is nil

    For whom  the investment of an exchange
    Units     interest 1/yr; lifetime yr; a 1/yr
    Source    behaviour.interest, behaviour.lifetime
    Keeps     a >= 1 / n
    """
    if interest < 1e-12:
        return 1.0 / lifetime
    return interest / -expm1(-lifetime * log1p(interest))


@rule
def gain_per_unit(gate: float, tax: float, value: float, processing: float, haulage: float) -> float:
    """Joint gain of passing on one unit, before yearly costs.

        gate fee + landfill tax + input value - processing - haulage

    For whom  a candidate exchange
    Units     EUR/unit
    Source    goods, countries
    Keeps     grows one to one with the gate fee and the tax
    """
    return gate + tax + value - processing - haulage


@rule
def yearly_gain(quantity: float, per_unit: float, support: float, paperwork: float, capital: float) -> float:
    """Joint gain of an exchange per year.

        gain = q * (gain per unit + support per unit) - paperwork - capital cost

    For whom  a candidate or operating exchange
    Units     q unit/yr; EUR/unit; EUR/yr
    Source    model equation; behaviour.paperwork
    Keeps     linear in q; -(paperwork + capital) at q = 0
    """
    return quantity * (per_unit + support) - paperwork - capital


@process
def shortfall(
    firm: int,
    employees: float,
    without: float,
    firms: FirmState,
    conditions: Conditions,
    levers: LeverState,
    month: int,
) -> float:
    """Tonnes a year that a firm would still have to pass on to meet the quotas that bind it.

        max over levers of [quota * residues] - (diverted - without), at least 0

    For whom  firms with at least the lever's number of employees; `without` an exchange it already has, or 0
    Units     t/yr
    Source    conditions.effect (quota), conditions.min_employees
    Keeps     0 without a mandate
    """
    if conditions.used[QUOTA] == 0:
        return 0.0
    quota = 0.0
    for lever in range(conditions.key.shape[0]):
        size = conditions.effect[lever, QUOTA]
        if size > 0.0 and employees >= conditions.min_employees[lever]:
            quota = max(quota, size * strength_on(conditions, levers, lever, firm, month))
    kept = firms.diverted[firm] - without
    return max(0.0, min(1.0, quota) * firms.residues[firm] - kept)


@process
def gain_of(
    pair: int,
    quantity: float,
    world: World,
    state: State,
    conditions: Conditions,
    behaviour: Constants,
    prices: Floats,
    month: int,
) -> float:
    """Joint gain per year of one exchange at this month's prices, reliefs and grants included.

    For whom  candidates that decide, and operating exchanges
    Units     quantity unit/yr; prices (2, n_goods): multipliers of virgin price and gate fee; EUR/yr
    Source    gain_per_unit, yearly_gain
    Keeps     grows with the gate fee
    """
    goods, pairs, levers = world.goods, world.pairs, state.levers
    good, donor = pairs.good[pair], pairs.donor[pair]
    country = world.firms.country[donor]
    tax = goods.taxable[good] * (
        world.countries.landfill_tax[country] + amount_on(conditions, levers, LANDFILL_TAX, donor, month)
    )
    value = value_of(pair, world, state, conditions, prices, month)
    haulage = haulage_of(pair, world, levers, conditions, month)
    per_unit = gain_per_unit(
        goods.gate_fee[good] * prices[1, good] * world.firms.gate_factor[donor],
        tax,
        value,
        goods.processing[good],
        haulage,
    )
    support = support_per_unit(pair, value, world, state, conditions, month)
    paperwork = behaviour.paperwork * (1.0 - share_on(conditions, levers, PAPERWORK_RELIEF, donor, month))
    paperwork += legal_cost(pair, world, levers, conditions, month)
    capital = investment(pair, world) * (1.0 - share_on(conditions, levers, CAPEX_GRANT, donor, month))
    yearly = annuity(behaviour.interest, behaviour.lifetime)
    credited = tax_credits(pair, quantity, value, world, state, conditions, prices, month)
    return yearly_gain(quantity, per_unit, support, paperwork, capital * yearly) + credited


@process
def investment(pair: int, world: World) -> float:
    """Investment that an exchange needs, in EUR: a fixed part and one per km (pipes)."""
    good = world.pairs.good[pair]
    return world.goods.capex[good] + world.goods.capex_km[good] * float(world.pairs.distance[pair])


@process
def penalty_avoided(
    pair: int,
    quantity: float,
    reserved: float,
    world: World,
    state: State,
    conditions: Conditions,
    month: int,
) -> float:
    """Expected penalty that a donor avoids by an exchange.

        penalty * min(quantity, shortfall without it)

    For whom  candidates (nothing reserved yet) and operating exchanges (their own flow is reserved)
    Units     quantity and reserved unit/yr; EUR/yr
    Source    conditions.effect (penalty, quota)
    Keeps     0 without a mandate, and for a firm that meets its quota anyway
    """
    if conditions.used[PENALTY] == 0:
        return 0.0
    donor, mass = world.pairs.donor[pair], world.goods.is_mass[world.pairs.good[pair]]
    employees = world.firms.employees[donor]
    short = shortfall(donor, employees, reserved * mass, state.firms, conditions, state.levers, month)
    return min(short, quantity * mass) * amount_on(conditions, state.levers, PENALTY, donor, month)


@process
def set_prices(market: Market, prices: Floats) -> None:
    """Write this month's prices against their means into `prices` (2, n_goods): virgin price, gate fee."""
    for good in range(market.virgin.shape[0]):
        prices[0, good] = exp(market.virgin[good])
        prices[1, good] = exp(market.gate[good])
