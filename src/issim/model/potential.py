"""What a world's candidate exchanges could carry and earn at most, and how much of it a run realises.

The optimum is one for the region: its planner knows every firm and needs nobody's consent. It is bound by the
same offers, needs, distances and prices as the firms of a run, and by the candidates that the world lists.
Prices stand at their means and no lever helps, so every policy on one world is measured against one optimum.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

from issim.rules.behaviour import Behaviour
from issim.rules.borders import haulage
from issim.rules.money import annuity, gain_per_unit, yearly_gain
from issim.rules.support import input_value
from issim.world.state import OPERATING, Floats, State, World

#: Share of a pair's greatest quantity below which an optimum does not use the pair; the solver is no finer.
_UNUSED = 1e-7


class Terms(NamedTuple):
    """What each candidate exchange could move and earn, at mean prices and without support; length n_pairs."""

    greatest: Floats
    """min(offer, need / yield), with nothing promised to others; unit/yr."""
    per_unit: Floats
    """Joint gain per unit, EUR/unit."""
    paperwork: Floats
    """Yearly cost of permits and coordination, and of shipping across a border, EUR/yr."""
    capital: Floats
    """Yearly cost of the investment, EUR/yr."""

    def gain(self, quantity: Floats) -> Floats:
        """Joint yearly gain of each exchange if it is used for that quantity, (n_pairs,); EUR/yr."""
        return _plain(yearly_gain)(quantity, self.per_unit, 0.0, self.paperwork, self.capital)


class Potential(NamedTuple):
    """The most that could be passed on if money were no object."""

    quantity: Floats
    """Of one best plan, (n_pairs,); unit/yr."""
    by_good: Floats
    """The greatest quantity of each good, (n_goods,); unit/yr."""
    tonnes: float
    """Solids and sludges among it, t/yr."""


class Optimum(NamedTuple):
    """The greatest joint gain: a plan that earns `gain`, and the `bound` that no plan can exceed."""

    quantity: Floats
    """Of the plan, (n_pairs,); unit/yr."""
    gain: float
    """What the plan earns when every pair it uses pays its yearly costs in full, EUR/yr."""
    bound: float
    """Upper bound: as if a pair used for half its quantity bore half its yearly costs, EUR/yr."""
    tonnes: float
    """Solids and sludges that the plan moves, t/yr."""


class Realised(NamedTuple):
    """What operating exchanges do at their agreed quantities, against the most that could be done."""

    tonnes: float
    """Solids and sludges passed on, t/yr."""
    gain: float
    """Joint gain at mean prices without support, below 0 if only support keeps exchanges going; EUR/yr."""
    share_of_potential: float
    """Tonnes over those of the technical potential, at most 1; nan where nothing could be passed on."""
    share_of_optimum: float
    """Gain over the bound of the economic optimum, at most 1; nan where nothing could be gained."""


def terms(world: World, behaviour: Behaviour | None = None) -> Terms:
    """What every candidate could move and earn, by the rules of `rules.money` taken column by column."""
    behaviour = behaviour or Behaviour()
    goods, firms, pairs, good = world.goods, world.firms, world.pairs, world.pairs.good
    offered, needed = world.offers.quantity[pairs.offer], world.needs.quantity[pairs.need]
    yields, kilometres = goods.replaced[good], pairs.distance
    border, mass = pairs.border, goods.is_mass[good]
    factor = np.where(mass > 0.0, world.borders.freight_factor[border], 1.0)
    hauled, handling = (
        kilometres + world.borders.crossing[border] * mass,
        world.borders.handling[border] * mass,
    )
    enough = np.divide(needed, yields, out=np.full(len(good), np.inf), where=yields > 0.0)
    gate = goods.gate_fee[good] * firms.gate_factor[pairs.donor]
    tax = goods.taxable[good] * world.countries.landfill_tax[firms.country[pairs.donor]]
    value = _plain(input_value)(yields, goods.virgin_price[good], goods.discount[good])
    cost = _plain(haulage)(goods.freight[good], factor, hauled, 0.0, handling)
    investment = goods.capex[good] + goods.capex_km[good] * kilometres
    return Terms(
        greatest=np.minimum(offered, enough),
        per_unit=_plain(gain_per_unit)(gate, tax, value, goods.processing[good], cost),
        paperwork=behaviour.paperwork + world.borders.legal_cost[border],
        capital=investment * _plain(annuity)(behaviour.interest, behaviour.lifetime),
    )


def technical_potential(world: World) -> Potential:
    """The most that candidates could pass on, whatever it costs: a linear programme.

        max sum over pairs of x,  sum of x over an offer <= offer,  sum of yield * x over a need <= need

    No two goods share an offer or a need, so the one programme finds the most of each good, in its own unit.
    """
    greatest, good = terms(world).greatest, world.pairs.good
    quantity = greatest * _relaxed(world, greatest, greatest)
    by_good = np.zeros(len(world.goods.is_mass))
    np.add.at(by_good, good, quantity)
    return Potential(quantity, by_good, float((by_good * world.goods.is_mass).sum()))


def economic_optimum(world: World, behaviour: Behaviour | None = None) -> Optimum:
    """The greatest joint yearly gain of all candidates together at mean prices, without support.

        max sum over pairs of [per unit * x - (paperwork + capital) * used],  x <= greatest * used

    Offers and needs bind as in `technical_potential`. Whether a pair is used is 0 or 1; letting it be anything
    between, so that the yearly cost is spread over the pair's greatest quantity, makes this a linear programme:
    its value is the `bound`. The plan is its solution once every pair that it uses has paid its yearly cost in
    full and those that would lose are left out: no more than the true optimum, as the bound is no less.
    """
    offered = terms(world, behaviour)
    worth = offered.gain(offered.greatest)
    used = _relaxed(world, offered.greatest, worth)
    quantity = np.where(used > _UNUSED, used * offered.greatest, 0.0)
    gain = np.where(quantity > 0.0, offered.gain(quantity), 0.0)
    quantity[gain <= 0.0] = 0.0
    tonnes = float((quantity * world.goods.is_mass[world.pairs.good]).sum())
    return Optimum(quantity, float(gain[gain > 0.0].sum()), float((worth * used).sum()), tonnes)


def realised(
    world: World,
    state: State | None,
    potential: Potential,
    optimum: Optimum,
    behaviour: Behaviour | None = None,
) -> Realised:
    """How much of both the operating exchanges of a state realise; without a state, nothing operates.

    An exchange counts with its agreed yearly quantity, interruptions not subtracted. `potential` and `optimum`
    are those of the same world, and the latter of the same behaviour, of which it takes the yearly costs.
    """
    tonnes = gain = 0.0
    if state is not None:
        operating = state.pairs.stage == OPERATING
        flow = np.where(operating, state.pairs.flow, 0.0)
        tonnes = float((flow * world.goods.is_mass[world.pairs.good]).sum())
        gain = float(terms(world, behaviour).gain(flow)[operating].sum())
    return Realised(tonnes, gain, _share(tonnes, potential.tonnes), _share(gain, optimum.bound))


def _plain(rule: Any) -> Callable[..., Any]:
    """The text of a rule uncompiled: it is arithmetic only, so it takes whole columns as it takes numbers."""
    text: Callable[..., Any] = getattr(rule, "py_func", rule)
    return text


def _share(part: float, whole: float) -> float:
    """Part over whole; nan where there is nothing to realise."""
    return part / whole if whole > 0.0 else float("nan")


def _claims(world: World, greatest: Floats, rows: NDArray[np.intp]) -> Any:
    """Share of each offer and need that each pair of `rows` claims at its greatest quantity, (offers + needs, rows).

    Everything is a share, so a solver's tolerance means the same for a kilogram and for a kilotonne.
    """
    pairs, offers, needs = world.pairs, world.offers.quantity, world.needs.quantity
    offer, need, quantity = pairs.offer[rows], pairs.need[rows], greatest[rows]
    taken = quantity * world.goods.replaced[pairs.good[rows]]
    cover = np.divide(taken, needs[need], out=np.zeros(len(rows)), where=taken > 0.0)
    values, columns = np.concatenate([quantity / offers[offer], cover]), np.tile(np.arange(len(rows)), 2)
    places = np.concatenate([offer, len(offers) + need])
    return csr_array((values, (places, columns)), shape=(len(offers) + len(needs), len(rows)))


def _relaxed(world: World, greatest: Floats, worth: Floats) -> Floats:
    """How far to use each pair, in [0, 1], (n_pairs,), so that the sum of worth * used is greatest.

    A pair of no worth only takes away from others: it is left out beforehand.
    """
    used = np.zeros(len(greatest))
    rows = ((worth > 0.0) & (greatest > 0.0)).nonzero()[0]
    if len(rows):
        claims = _claims(world, greatest, rows)
        found = linprog(-worth[rows], A_ub=claims, b_ub=np.ones(claims.shape[0]), bounds=(0.0, 1.0))
        used[rows] = _within(claims, _solution(found))
    return used


def _solution(found: Any) -> Floats:
    """What the solver found. Doing nothing is always allowed, and no offer is endless: there is an optimum."""
    if found.status != 0:
        raise RuntimeError(f"the optimum was not found: {found.message}")
    values: Floats = np.clip(found.x, 0.0, 1.0)
    return values


def _within(claims: Any, used: Floats) -> Floats:
    """The same plan, taken back by as much as the solver's tolerance let it overdraw an offer or a need."""
    return used / max(1.0, float((claims @ used).max()))
