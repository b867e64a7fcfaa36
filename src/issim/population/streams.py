"""What firms could give away and what they could use instead of a bought input.

Offers: the firm's own answer which resources it could share says which groups of goods it has; documented
exchanges of its branch say which good of the group. Needs: goods that its branch is documented to take.
Quantities are log-normal by size class. Every draw is keyed by the firm, so it has the same residues in any
row order and any sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from issim.draws import NOBODY, RESIDUES, Seed, place_word, standard_normal, uniforms
from issim.elementary import exp, log
from issim.evidence import Evidence
from issim.evidence.vocabulary import BRANCHES, GOOD_RESOURCE, GOODS, TICK_GROUPS
from issim.jit import rule
from issim.own.register import GivenFlows, Register
from issim.population.documented import balanced_odds, exchange_counts, shrunk_odds
from issim.population.firms import Population
from issim.units import ASSUMPTION, par

N_GROUPS = len(TICK_GROUPS["resources"])
#: Branches that work with words and people rather than with materials.
OFFICE_BRANCHES = ("technology", "services")
#: Goods whose quantity follows persons employed; all others share the firm's tonnes of residue.
PER_PERSON = {"water": "water_per_person", "heat": "heat_per_person", "fuel_gas": "fuel_gas_per_person"}


@dataclass(frozen=True)
class StreamOptions:
    """How many residues and needs firms have, and how large."""

    available: float = par(
        1.0, unit="1", low=0.0, high=1.0,
        meaning="share of the resources ticked in the survey that really arise",
        source=ASSUMPTION, prior="uniform(0.6, 1)",
    )  # fmt: skip
    second: float = par(
        0.3, unit="1", low=0.0, high=1.0,
        meaning="probability of a second good within a ticked group of resources",
        source=ASSUMPTION, prior="uniform(0, 0.6)",
    )  # fmt: skip
    needs: float = par(
        2.0, unit="goods", low=0.0, high=12.0,
        meaning="uses for a residue in a firm that works with materials",
        source=ASSUMPTION, prior="uniform(1, 4)",
    )  # fmt: skip
    balance: float = par(
        0.5, unit="1", low=0.0, high=1.0,
        meaning="how far uses follow the resources ticked in the survey (1) rather than the library (0)",
        source=ASSUMPTION, prior="uniform(0, 1)",
    )  # fmt: skip
    shrinkage: float = par(
        3.0, unit="exchanges", low=0.01, high=1000.0,
        meaning="documented exchanges that the mean branch is worth when the goods of a branch are estimated",
        source=ASSUMPTION, prior="loguniform(1, 10)",
    )  # fmt: skip
    shareable: float = par(
        0.5, unit="1", low=0.0, high=1.0,
        meaning="share of a firm's residues that is clean and separate enough",
        source=ASSUMPTION, prior="uniform(0.2, 0.8)",
    )  # fmt: skip
    need_ratio: float = par(
        1.0, unit="1", low=0.001, high=1000.0,
        meaning="mean need relative to the mean shareable residue of a firm of that branch and size",
        source=ASSUMPTION, prior="loguniform(0.3, 3)",
    )  # fmt: skip
    need_spread: float = par(
        1.2, unit="1", low=0.0, high=3.0, meaning="standard deviation of the logarithm of a need",
        source=ASSUMPTION, prior="uniform(0.8, 1.6)",
    )  # fmt: skip
    office: float = par(
        0.1, unit="1", low=0.0, high=1.0,
        meaning="uses, heat, water and gas of technology and service firms relative to a maker of that size",
        source=ASSUMPTION, prior="loguniform(0.02, 0.3)",
    )  # fmt: skip
    fluid_spread: float = par(
        1.2, unit="1", low=0.0, high=3.0,
        meaning="standard deviation of the logarithm of heat, water and gas",
        source=ASSUMPTION, prior="uniform(0.8, 1.6)",
    )  # fmt: skip


class Flows(NamedTuple):
    """Offers or needs: firm row, code of the good, quantity per year; at most one per firm and good."""

    firm: NDArray[np.int32]
    good: NDArray[np.int8]
    quantity: NDArray[np.float64]


class Rates(NamedTuple):
    """Tables by branch, size class and good from which the streams of a firm are drawn."""

    gives: NDArray[np.float64]  # (n_branches, n_goods) odds of a residue
    takes: NDArray[np.float64]  # (n_branches, n_goods) odds of a use
    activity: NDArray[np.float64]  # (n_branches,) uses and fluids relative to a maker of that size
    tonnes: NDArray[np.float64]  # (n_branches, n_sizes) mean shareable residue, t/yr
    per_person: NDArray[np.float64]  # (n_goods,) unit/(person yr), of goods that are not solid
    spread: NDArray[np.float64]  # (n_goods,) standard deviation of the logarithm of an offer
    resource: NDArray[np.int8]  # (n_goods,) group of resources
    is_solid: NDArray[np.uint8]  # (n_goods,) 1 for goods that share the firm's tonnes


@rule
def _pick(
    odds: NDArray[np.float64], resource: NDArray[np.int8], group: int, taken: NDArray[np.uint8], u: float
) -> int:
    """A good of the group that is not taken yet, by its odds; -1 if none is left."""
    total = 0.0
    for g in range(odds.shape[0]):
        if resource[g] == group and taken[g] == 0:
            total += odds[g]
    chosen, passed = -1, 0.0
    for g in range(odds.shape[0]):
        if resource[g] == group and taken[g] == 0 and odds[g] > 0.0:
            if chosen < 0 or u * total > passed:
                chosen = g
            passed += odds[g]
    return chosen


@rule
def _log_normal(mean: float, spread: float, u: float, v: float) -> float:
    """A log-normal quantity with the given mean, out of two uniforms."""
    return mean * exp(spread * standard_normal(u, v) - 0.5 * spread * spread)


@rule
def _mark_goods(
    seed: Seed,
    index: int,
    region: int,
    ticks: NDArray[np.uint8],
    odds: NDArray[np.float64],
    resource: NDArray[np.int8],
    available: float,
    second: float,
    taken: NDArray[np.uint8],
) -> None:
    """Mark in `taken` the goods that one firm offers: one per ticked group, now and then a second."""
    for g in range(taken.shape[0]):
        taken[g] = 0
    for group in range(ticks.shape[0]):
        if ticks[group] == 0:
            continue
        u = uniforms(seed, RESIDUES, 0, index, NOBODY, place_word(region, 0, 0, 1 + group))
        if u[3] < available:
            first = _pick(odds, resource, group, taken, u[0])
            if first >= 0:
                taken[first] = 1
            other = _pick(odds, resource, group, taken, u[2]) if u[1] < second else -1
            if other >= 0:
                taken[other] = 1


@rule
def _offers(
    seed: Seed,
    index: NDArray[np.int32],
    region: NDArray[np.int16],
    branch: NDArray[np.int8],
    size: NDArray[np.int8],
    employees: NDArray[np.float64],
    ticks: NDArray[np.uint8],
    rates: Rates,
    available: float,
    second: float,
    told: NDArray[np.int8],
) -> tuple[NDArray[np.int32], NDArray[np.int8], NDArray[np.float64]]:
    """Offers of all firms: the tonnes of a firm split over its solid goods, the others per person.

    told   (n_firms, n_goods) 1 for goods that a firm is known to have, 0 for others, -1 if nobody told; or no rows
    """
    n, n_goods = index.shape[0], rates.resource.shape[0]
    firm, good = np.empty(n * n_goods, np.int32), np.empty(n * n_goods, np.int8)
    quantity = np.empty(n * n_goods)
    taken, part = np.zeros(n_goods, np.uint8), np.zeros(n_goods)
    n_offers = 0
    for i in range(n):
        b = branch[i]
        if told.shape[0] > 0 and told[i, 0] >= 0:
            for g in range(n_goods):
                taken[g] = told[i, g]
        else:
            _mark_goods(
                seed, index[i], region[i], ticks[i], rates.gives[b], rates.resource, available, second, taken
            )
        u = uniforms(seed, RESIDUES, 0, index[i], NOBODY, place_word(region[i], 0, 0, 0))
        whole = 0.0
        for g in range(n_goods):
            if taken[g] == 1:
                v = uniforms(seed, RESIDUES, 0, index[i], NOBODY, place_word(region[i], 0, g, 16))
                if rates.is_solid[g] == 0:
                    mean = rates.per_person[g] * employees[i] * rates.activity[b]
                    part[g] = _log_normal(mean, rates.spread[g], v[0], v[1])
                else:
                    part[g] = -log(v[0]) * rates.gives[b, g]
                    whole += part[g]
        for g in range(n_goods):
            if taken[g] == 1:
                amount = part[g]
                if rates.is_solid[g] == 1:
                    tonnes = _log_normal(rates.tonnes[b, size[i]], rates.spread[g], u[0], u[1])
                    amount = tonnes * part[g] / whole
                if amount > 0.0:
                    firm[n_offers], good[n_offers], quantity[n_offers] = i, g, amount
                    n_offers += 1
    return firm[:n_offers].copy(), good[:n_offers].copy(), quantity[:n_offers].copy()


@rule
def _needs(
    seed: Seed,
    index: NDArray[np.int32],
    region: NDArray[np.int16],
    branch: NDArray[np.int8],
    size: NDArray[np.int8],
    employees: NDArray[np.float64],
    rates: Rates,
    uses: float,
    ratio: float,
    spread: float,
    told: NDArray[np.int8],
) -> tuple[NDArray[np.int32], NDArray[np.int8], NDArray[np.float64]]:
    """Needs of all firms: a good is used with probability 1 - exp(-uses * activity * odds); `told` as for offers."""
    n, n_goods = index.shape[0], rates.resource.shape[0]
    firm, good = np.empty(n * n_goods, np.int32), np.empty(n * n_goods, np.int8)
    quantity = np.empty(n * n_goods)
    n_needs = 0
    for i in range(n):
        b = branch[i]
        u = (0.5, 0.5, 0.5, 0.5)
        for g in range(n_goods):
            if g % 4 == 0:
                u = uniforms(seed, RESIDUES, 0, index[i], NOBODY, place_word(region[i], 0, g, 17))
            used = u[g % 4] < 1.0 - exp(-uses * rates.activity[b] * rates.takes[b, g])
            if told.shape[0] > 0 and told[i, 0] >= 0:
                used = told[i, g] == 1
            if used:
                v = uniforms(seed, RESIDUES, 0, index[i], NOBODY, place_word(region[i], 0, g, 18))
                mean = rates.tonnes[b, size[i]]
                if rates.is_solid[g] == 0:
                    mean = rates.per_person[g] * employees[i] * rates.activity[b]
                amount = _log_normal(ratio * mean, spread, v[0], v[1])
                if amount > 0.0:
                    firm[n_needs], good[n_needs], quantity[n_needs] = i, g, amount
                    n_needs += 1
    return firm[:n_needs].copy(), good[:n_needs].copy(), quantity[:n_needs].copy()


def rates(evidence: Evidence, options: StreamOptions, counts: NDArray[np.float64]) -> Rates:
    """The tables that streams are drawn from, once per world; `counts` as in `exchange_counts`."""
    activity = np.where(np.isin(BRANCHES, OFFICE_BRANCHES), options.office, 1.0)
    waste = evidence.waste
    taken = counts.sum(axis=0).T
    is_solid = np.array([good not in PER_PERSON for good in GOODS])
    return Rates(
        gives=shrunk_odds(counts.sum(axis=2), options.shrinkage),
        takes=balanced_odds(shrunk_odds(taken, options.shrinkage), taken, evidence, options.balance),
        activity=activity,
        tonnes=np.outer(np.asarray(waste.intensity) * options.shareable, waste.by_size),
        per_person=np.array(
            [getattr(waste, PER_PERSON[good]) if good in PER_PERSON else 0.0 for good in GOODS]
        ),
        spread=np.where(is_solid, waste.log_sd, options.fluid_spread),
        resource=np.array(GOOD_RESOURCE, np.int8),
        is_solid=is_solid.astype(np.uint8),
    )


def draw(
    evidence: Evidence,
    options: StreamOptions,
    population: Population,
    seed: Seed,
    counts: NDArray[np.float64] | None = None,
    known: Register | None = None,
) -> tuple[Flows, Flows]:
    """Offers and needs of the firms, in the order of their rows and, within a firm, of the goods.

    For whom  `population` of any size; `counts` as from `exchange_counts`, if at hand; `known` says what these very
              firms are known to have, quantities drawn where only the good is known
    Units     quantities in t/yr, m3/yr (water), MWh/yr (heat)
    Keeps     one offer and one need per firm and good at most; quantities above zero
    """
    tables = rates(evidence, options, exchange_counts(evidence) if counts is None else counts)
    who = (np.uint64(seed), population.index, population.region, population.branch, population.size)
    told = _told(known)
    offers = _offers(
        *who,
        population.employees,
        population.ticks[:, :N_GROUPS],
        tables,
        options.available,
        options.second,
        told[0],
    )
    needs = _needs(
        *who, population.employees, tables, options.needs, options.need_ratio, options.need_spread, told[1]
    )
    if known is None:
        return Flows(*offers), Flows(*needs)
    return _amended(Flows(*offers), known.offers), _amended(Flows(*needs), known.needs)


def _told(known: Register | None) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Which goods each firm is known to offer and to need, (n_firms, n_goods) each; no rows without a register."""
    if known is None:
        nobody = np.empty((0, len(GOODS)), np.int8)
        return nobody, nobody
    found = []
    for flows, is_known in ((known.offers, known.offers_known), (known.needs, known.needs_known)):
        table = np.where(is_known[:, None], 0, -1).repeat(len(GOODS), axis=1).astype(np.int8)
        table[flows.firm, flows.good] = 1
        found.append(table)
    return found[0], found[1]


def _amended(drawn: Flows, told: GivenFlows) -> Flows:
    """The flows with the quantities that are known."""
    quantity = drawn.quantity.copy()
    place = {pair: row for row, pair in enumerate(zip(drawn.firm.tolist(), drawn.good.tolist(), strict=True))}
    extra = []
    for firm, good, amount in zip(
        told.firm.tolist(), told.good.tolist(), told.quantity.tolist(), strict=True
    ):
        if (firm, good) in place and amount == amount:
            quantity[place[firm, good]] = amount
        elif amount == amount:
            extra.append((firm, good, amount))
    if not extra:
        return drawn._replace(quantity=quantity)
    rows = sorted([*zip(drawn.firm.tolist(), drawn.good.tolist(), quantity.tolist(), strict=True), *extra])
    firm, good, amounts = zip(*rows, strict=True)
    return Flows(np.array(firm, np.int32), np.array(good, np.int8), np.array(amounts, np.float64))


@rule
def gate_factors(
    seed: Seed, index: NDArray[np.int32], region: NDArray[np.int16], spread: float
) -> NDArray[np.float64]:
    """What each firm pays at the gate relative to the typical fee: log-normal, median 1, keyed by firm."""
    factors = np.empty(index.shape[0])
    for i in range(index.shape[0]):
        u = uniforms(seed, RESIDUES, 0, index[i], NOBODY, place_word(region[i], 0, 0, 0))
        factors[i] = exp(spread * standard_normal(u[2], u[3]))
    return factors
