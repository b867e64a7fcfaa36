"""Prices of the user's own: gate fees, virgin prices, freight and other terms of goods, each with its source."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from issim.evidence import Evidence
from issim.evidence.facts import Source
from issim.evidence.good import Good
from issim.evidence.terms import field_names
from issim.evidence.vocabulary import GOODS
from issim.own.columns import GOOD_WORDS
from issim.own.decoding import Bytes, content_of
from issim.own.faults import Fault
from issim.own.reading import read_sheet
from issim.own.sheet import Row, Sheet, nearest, plain
from issim.units import Par, parameters_of

COLUMNS = ("good", "parameter", "value", "unit", "low", "high", "source")
REQUIRED = ("good", "parameter", "value")
ALIASES = {
    "stream": "good",
    "term": "parameter",
    "price": "value",
    "from": "low",
    "to": "high",
    "reference": "source",
}
#: The key under which the user's file stands among the sources of the evidence.
OWN_SOURCE = "own_prices"
TERMS = field_names(Good)
TERM_WORDS = {plain(name.rstrip("_")): k for k, name in enumerate(TERMS)}
LETTERS = 200


@dataclass(frozen=True)
class OwnPrice:
    """One term of one good; a prior if the user gave a range."""

    good: str
    parameter: str
    value: float
    prior: str
    source: str
    """What the user says of where it comes from."""


@dataclass(frozen=True, eq=False)
class PriceTable:
    """The prices of one file; compared by identity, shown by its digest."""

    file: str
    digest: str
    prices: tuple[OwnPrice, ...]
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        """The table by what it holds, without telling any of it."""
        return f"PriceTable({self.digest[:16]}, {len(self.prices)} prices)"


def read_prices(source: Bytes | str | Path, name: str = "") -> PriceTable | list[Fault]:
    """The prices in a file or an upload, or everything that is wrong with it."""
    sheet = read_sheet(source, COLUMNS, REQUIRED, ALIASES, name)
    found: dict[tuple[str, str], tuple[int, OwnPrice]] = {}
    for row in sheet.rows:
        price = _price(sheet, row)
        if price is None:
            continue
        before = found.setdefault((price.good, price.parameter), (row.line, price))[0]
        if before != row.line:
            sheet.refuse(
                row, "parameter", f"of {price.good} already stands on line {before}; keep one of them."
            )
    if sheet.faults:
        return sheet.faults
    digest = hashlib.sha256(content_of(source)[0]).hexdigest()
    return PriceTable(sheet.file, digest, tuple(price for _, price in found.values()), tuple(sheet.notes))


def _price(sheet: Sheet, row: Row) -> OwnPrice | None:
    """One line; None if it was refused."""
    good, term = sheet.word(row, "good", GOOD_WORDS, "good"), plain(row["parameter"])
    for column in REQUIRED:
        if not row[column]:
            sheet.refuse(row, column, "is empty; give good, parameter and value.")
    if row["parameter"] and term not in TERM_WORDS:
        sheet.refuse(row, "parameter", f"is no term of a good; {nearest(term, TERM_WORDS)}")
    if good < 0 or term not in TERM_WORDS:
        return None
    field = TERMS[TERM_WORDS[term]]
    meta, unit = _meta(GOODS[good], field)
    _check_unit(sheet, row, unit)
    value = sheet.number(row, "value", meta.low, meta.high, f"{field.rstrip('_')} in {unit}")
    low, high = (
        sheet.number(row, end, meta.low, meta.high, f"a number of {unit}") for end in ("low", "high")
    )
    if (low is None) != (high is None) and not (bool(row["low"]) and bool(row["high"])):
        sheet.refuse(
            row, "low" if low is None else "high", "is empty beside the other end; give both or neither."
        )
    if low is not None and high is not None and value is not None and not low <= value <= high:
        sheet.refuse(row, "value", f"is outside its own range from {low:g} to {high:g}; correct one of them.")
    if value is None:
        return None
    prior = f"uniform({low:.6g}, {high:.6g})" if low is not None and high is not None and low < high else ""
    return OwnPrice(GOODS[good], field, value, prior, " ".join(row["source"].split())[:LETTERS])


@lru_cache(maxsize=256)
def _meta(good: str, field: str) -> tuple[Par, str]:
    """The declared range of a term, and its unit for this good."""
    from issim.evidence.vocabulary import GOOD_UNITS

    unit = GOOD_UNITS[GOODS.index(good)]
    found = next(
        row.par for row in parameters_of(Good(good, unit, ""), "") if row.name.removeprefix(".") == field
    )
    return found, found.unit.replace("unit", unit)


def _check_unit(sheet: Sheet, row: Row, unit: str) -> None:
    """Refuse a unit that is not the term's."""
    if row["unit"] and _bare(row["unit"]) != _bare(unit):
        sheet.refuse(row, "unit", f"is not the unit of this term; give it in {unit}.")


def _bare(unit: str) -> str:
    """A unit as it is compared."""
    return re.sub(r"[\s()*·]", "", unit.lower().replace("€", "eur").replace("³", "3"))


def with_prices(evidence: Evidence, table: PriceTable) -> Evidence:
    """The evidence with the user's prices in place of its own, each with its source; read once per file."""
    return _with_prices(evidence, table)


@lru_cache(maxsize=8)
def _with_prices(evidence: Evidence, table: PriceTable) -> Evidence:
    goods = []
    for good in evidence.goods:
        own = [price for price in table.prices if price.good == good.name]
        told = {price.parameter: price for price in own}
        goods.append(
            dataclasses.replace(
                good,
                **{name: price.value for name, price in told.items()},  # type: ignore[arg-type]
                sources={**good.sources, **dict.fromkeys(told, OWN_SOURCE)},
                priors={**good.priors, **{name: price.prior for name, price in told.items()}},
            )
        )
    source = Source(OWN_SOURCE, f"{table.file}, given by the user", "medium")
    return dataclasses.replace(evidence, goods=tuple(goods), sources={**evidence.sources, OWN_SOURCE: source})


def words(table: PriceTable) -> list[str]:
    """What was replaced, in words."""
    told = [
        f"- goods.{price.good}.{price.parameter} = {price.value:g}"
        + (f", drawn from {price.prior}" if price.prior else ", not drawn")
        + (f" ({price.source})" if price.source else "")
        for price in table.prices
    ]
    return [
        f"Prices: {len(table.prices)} of {table.file} replace those of the evidence.",
        *told,
        *(f"- {n}" for n in table.notes),
    ]
