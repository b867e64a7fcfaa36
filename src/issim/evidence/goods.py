"""What a unit of each good costs, is worth, weighs on the climate, and how far it travels.

Every value is computed from the price rows that are marked comparable; where no row exists an assumption
stands in, under its own name, with its prior.

    gate_fee      median over rows of (fee - landfill tax in it); prior half to double (single plants' lists)
    value         price of the residue as traded = virgin_price * (1 - value_discount)
    processing    processing_share * (gate_fee + yield * value): the waste trade earns the fee and the price
                  and competes its profit away, so both together are what handling costs it; a direct
                  exchange spares the remainder. The share is the assumption.
    volatility    sqrt(sum (d log price)^2 / sum of years) over a stream's yearly prices
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from issim.errors import InputError
from issim.evidence.facts import Assumption, Price
from issim.evidence.good import Good
from issim.evidence.tables import ASSUMED
from issim.evidence.terms import Term, assumed, checked, field_names, joined, middle, scaled
from issim.evidence.vocabulary import GOOD_TABLE, GoodName

#: Decimals of what is computed with a logarithm: not every system agrees on its last digits.
DECIMALS = 9


@dataclass(frozen=True)
class Basis:
    """What the values of one good are computed from: its comparable price rows, and assumptions."""

    good: GoodName
    prices: Sequence[Price]
    transport: Sequence[Price]
    assumptions: Mapping[str, Assumption]
    volatilities: Mapping[str, Term]

    def rows(self, parameter: str, unit: str = "") -> list[Price]:
        """The good's comparable rows of one parameter."""
        return [row for row in self.prices if row.parameter == parameter and unit in ("", row.unit)]

    def assumed(self, name: str) -> Term:
        """The assumption about this good."""
        return assumed(self.assumptions, name, self.good.name)


def gate_fee(basis: Basis) -> Term:
    """Median fee without tax, from half to double; assumed where nothing is disposed of by weight."""
    rows = basis.rows("gate_fee", "EUR/t")
    if not rows:
        return basis.assumed("gate_fee")
    found = middle([row.value - row.tax for row in rows], [row.source for row in rows])
    return found._replace(prior=f"uniform({found.value / 2:.6g}, {found.value * 2:.6g})")


def traded_price(basis: Basis) -> Term | None:
    """Median price at which the residue is traded (EUR/unit), where rows exist."""
    rows = basis.rows("secondary_price", "EUR/t")
    fuel = basis.rows("secondary_price", "EUR/MWh")
    if rows:
        return middle([row.value for row in rows], [row.source for row in rows])
    if fuel:
        heating = basis.assumed("heating_value")
        price = middle([row.value for row in fuel], [row.source for row in fuel])
        return scaled(price, heating.value, source=heating.source)
    return None


def bought_price(basis: Basis) -> Term | None:
    """Median price of the new material or of fuel (EUR/unit), where rows exist."""
    rows = basis.rows("virgin_price", "EUR/t") or basis.rows("virgin_price_gas", "EUR/kWh")
    if not rows:
        return None
    price = middle([row.value for row in rows], [row.source for row in rows])
    return scaled(price, 1000.0) if rows[0].unit == "EUR/kWh" else price


def value_discount(basis: Basis) -> Term:
    """1 - traded / new price, from rows of one stream and year, or from the competing fuel of heat."""
    for new in basis.rows("virgin_price", "EUR/t"):
        for old in basis.rows("secondary_price", "EUR/t"):
            if (old.stream, old.year) == (new.stream, new.year):
                prior = basis.assumed("value_discount").prior
                return Term(1.0 - old.value / new.value, joined([old.source, new.source]), prior)
    bought, rival = bought_price(basis), basis.rows("competing_heat_price", "EUR/MWh")
    if bought and rival:
        prior = basis.assumed("value_discount").prior
        return Term(1.0 - rival[0].value / bought.value, joined([rival[0].source, bought.source]), prior)
    return basis.assumed("value_discount")


def virgin_price(basis: Basis) -> Term:
    """Price of the new material; else the one that the traded price and the discount imply; else assumed."""
    traded, bought = traded_price(basis), bought_price(basis)
    if bought:
        return bought
    if traded:
        discount = value_discount(basis)
        return scaled(traded, 1.0 / (1.0 - discount.value), source=discount.source)
    return basis.assumed("virgin_price")


def processing(basis: Basis) -> Term:
    """The assumed share of what the waste trade takes for the same unit: its fee and the price."""
    value = virgin_price(basis).value * (1.0 - value_discount(basis).value)
    trade = max(gate_fee(basis).value, 0.0) + basis.assumed("yield_").value * value
    return scaled(basis.assumed("processing_share"), trade)


def price_volatility(basis: Basis) -> Term:
    """Volatility of the good's own price series, or the median of the goods that have one."""
    own = basis.volatilities.get(basis.good.name)
    if own:
        return own
    others = list(basis.volatilities.values())
    found = middle([term.value for term in others], [term.source for term in others])
    return found._replace(source=joined([found.source, ASSUMED]))


def co2_saved(basis: Basis) -> Term:
    """Median factor of substitution; digestion instead of landfill for organic matter; else assumed."""
    rows = basis.rows("co2_saved_substitution") or basis.rows("co2_saved_landfill_to_AD")
    if rows:
        return middle([row.value for row in rows], [row.source for row in rows])
    supply = basis.rows("embodied_supply") + basis.rows("embodied_treatment")
    if supply:
        return Term(sum(row.value for row in supply), joined([row.source for row in supply]), "")
    return basis.assumed("co2_saved")


def by_road(parameter: str, name: str) -> Callable[[Basis], Term]:
    """Median of the transport rows for goods moved by weight; assumed for what flows in a pipe."""

    def term(basis: Basis) -> Term:
        rows = [row for row in basis.transport if row.parameter == parameter and row.comparable]
        if basis.good.unit != "t" or basis.good.name == "fuel_gas" or not rows:
            return basis.assumed(name)
        return middle([row.value for row in rows], [row.source for row in rows])

    return term


def reach(basis: Basis) -> Term:
    """The longest pipe that a source reports, or the assumed limit for goods that travel by road."""
    rows = [row for row in basis.prices if row.unit == "km"]
    if not rows:
        return basis.assumed("reach")
    longest = max(rows, key=lambda row: row.value)
    return Term(longest.value, longest.source, f"uniform({longest.value / 2:.6g}, {longest.value * 2:.6g})")


def gate_fee_spread(basis: Basis) -> Term:
    """ln(2) / 1.96: 95 % of firms pay between half and double the typical fee."""
    width = basis.assumed("gate_fee_factor")
    return Term(round(math.log(width.value) / 1.959964, DECIMALS), width.source, "uniform(0.15, 0.6)")


#: The formula of each field; every other field is an assumption of the same name.
FORMULAS: dict[str, Callable[[Basis], Term]] = {
    "gate_fee": gate_fee,
    "gate_fee_spread": gate_fee_spread,
    "virgin_price": virgin_price,
    "value_discount": value_discount,
    "price_volatility": price_volatility,
    "processing": processing,
    "freight": by_road("freight_cost_tkm", "freight"),
    "freight_co2": by_road("freight_emission", "freight_co2"),
    "co2_saved": co2_saved,
    "reach": reach,
}


def volatility(series: Sequence[Price]) -> float:
    """sqrt(sum (d log price)^2 / sum of years) of one stream's prices, per square root of a year."""
    ordered = sorted(series, key=lambda row: row.year)
    squares = sum(math.log(b.value / a.value) ** 2 for a, b in pairwise(ordered))
    return round(math.sqrt(squares / (ordered[-1].year - ordered[0].year)), DECIMALS)


def volatilities(prices: Sequence[Price]) -> dict[str, Term]:
    """Median volatility per good over the streams whose traded price is known in several years."""
    series: dict[tuple[str, str], list[Price]] = {}
    for row in prices:
        if row.parameter == "secondary_price" and row.good and row.comparable:
            series.setdefault((row.good, row.stream), []).append(row)
    found: dict[str, list[tuple[float, str]]] = {}
    for (good, _), rows in series.items():
        if len({row.year for row in rows}) > 1:
            found.setdefault(good, []).append((volatility(rows), joined([row.source for row in rows])))
    return {
        good: Term(median([value for value, _ in pairs]), joined([source for _, source in pairs]), "")
        for good, pairs in found.items()
    }


def _good(basis: Basis) -> Good:
    """One good, every field computed or assumed, ranges checked."""
    terms = {
        name: FORMULAS[name](basis) if name in FORMULAS else basis.assumed(name) for name in field_names(Good)
    }
    values: dict[str, Any] = {name: term.value for name, term in terms.items()}
    good = Good(
        *basis.good, **values,
        sources={name: term.source for name, term in terms.items()},
        priors={name: term.prior for name, term in terms.items()},
    )  # fmt: skip
    checked(good, f"goods.{good.name}")
    return good


def build_goods(prices: Sequence[Price], assumptions: Mapping[str, Assumption]) -> tuple[Good, ...]:
    """The goods of the vocabulary in its order."""
    known = volatilities(prices)
    if not known:
        raise InputError(
            "prices.csv has no traded price in two years of one stream; volatility cannot be computed, "
            "restore the packaged rows."
        )
    transport = [row for row in prices if row.stream == "transport"]
    goods = []
    for name in GOOD_TABLE:
        rows = [row for row in prices if row.good == name.name and row.comparable]
        goods.append(_good(Basis(name, rows, transport, assumptions, known)))
    return tuple(goods)
