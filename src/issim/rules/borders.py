"""What a border takes from an exchange across it, and what harmonised rules give back.

Row 0 of the table of borders is no border: every function here leaves an exchange within a region as it is,
to the last bit.
"""

from __future__ import annotations

from issim.jit import process, rule
from issim.rules.force import share_on
from issim.rules.hazard import unrelieved
from issim.world.conditions import BORDER_RELIEF, FREIGHT_RELIEF, Conditions
from issim.world.state import FirmState, LeverState, World


@rule
def haulage(freight: float, factor: float, kilometres: float, relief: float, handling: float) -> float:
    """What it costs to move one unit from donor to receiver.

        freight * factor * km * (1 - relief) + handling

    For whom  every exchange; factor 1 and no handling within a region
    Units     freight EUR/(unit km); factor relative to road; relief a share; handling and result EUR/unit
    Source    goods.*.freight; borders (freight_factor, handling); conditions.effect (freight_relief)
    Keeps     shared logistics saves on the way, not on handling
    """
    return freight * factor * kilometres * (1.0 - relief) + handling


@process
def kilometres_of(pair: int, world: World) -> float:
    """How far an exchange is hauled: the distance, and for goods counted in tonnes what the crossing adds."""
    crossing = world.borders.crossing[world.pairs.border[pair]]
    return float(world.pairs.distance[pair]) + crossing * world.goods.is_mass[world.pairs.good[pair]]


@process
def haulage_of(pair: int, world: World, levers: LeverState, conditions: Conditions, month: int) -> float:
    """Haulage of an exchange per unit; ships and transshipment are for goods in tonnes, not for pipes."""
    good, border = world.pairs.good[pair], world.pairs.border[pair]
    mass = world.goods.is_mass[good]
    factor = world.borders.freight_factor[border] if mass > 0.0 else 1.0
    relief = share_on(conditions, levers, FREIGHT_RELIEF, world.pairs.donor[pair], month)
    handling = world.borders.handling[border] * mass
    return haulage(world.goods.freight[good], factor, kilometres_of(pair, world), relief, handling)


@process
def freight_co2(pair: int, world: World) -> float:
    """CO2 of moving one unit of an exchange one km, in kg; relative to road for goods in tonnes."""
    good = world.pairs.good[pair]
    factor = world.borders.co2_factor[world.pairs.border[pair]]
    return world.goods.freight_co2[good] * (factor if world.goods.is_mass[good] > 0.0 else 1.0)


@process
def settled(pair: int, world: World, levers: LeverState, conditions: Conditions, month: int) -> float:
    """How much of the legal friction at its border has fallen away for a pair.

        min(relief of the donor, relief of the receiver)

    For whom  exchanges across a border: rules that only one side has changed are not harmonised
    Units     share in [0, 1]
    Source    conditions.effect (border_relief)
    Keeps     0 without a lever that has the effect, and within a region
    """
    if world.pairs.border[pair] == 0:
        return 0.0
    here = share_on(conditions, levers, BORDER_RELIEF, world.pairs.donor[pair], month)
    there = share_on(conditions, levers, BORDER_RELIEF, world.pairs.receiver[pair], month)
    return min(here, there)


@process
def left_by_law(pair: int, world: World, levers: LeverState, conditions: Conditions, month: int) -> float:
    """What unsettled law at a border leaves of the hazard that a met pair decides: 1 - legal * (1 - settled)."""
    relief = settled(pair, world, levers, conditions, month)
    return unrelieved(world.borders.legal[world.pairs.border[pair]], relief)


@process
def legal_cost(pair: int, world: World, levers: LeverState, conditions: Conditions, month: int) -> float:
    """Yearly cost of shipping what may be waste across a border, in EUR; what is settled need not be notified."""
    cost = world.borders.legal_cost[world.pairs.border[pair]]
    return cost * (1.0 - settled(pair, world, levers, conditions, month))


@process
def first_trust(firm: int, pair: int, world: World, firms: FirmState) -> float:
    """Trust that a firm brings to a first meeting: its general trust, less what is lost across a border."""
    return firms.trust[firm] * (1.0 - world.borders.distrust[world.pairs.border[pair]])


@process
def openness(pair: int, world: World) -> float:
    """What a border leaves of the chance that an exchange comes about, next to one within a region.

        (1 - unfamiliarity) * (1 - distrust) * (1 - legal)

    For whom  exchanges before month 0, and the ranking of facilitators
    Units     in [0, 1]
    Source    borders
    Keeps     1 within a region; gains are weighed by it, on top of what the border costs
    """
    borders, border = world.borders, world.pairs.border[pair]
    met = (1.0 - borders.unfamiliarity[border]) * (1.0 - borders.distrust[border])
    return met * (1.0 - borders.legal[border])
