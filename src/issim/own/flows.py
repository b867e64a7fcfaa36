"""Offers and needs as people write them: `wood:120; heat:3000 MWh`, a column for each good, or a table of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from issim.evidence.vocabulary import GOOD_UNITS, GOODS
from issim.own.columns import GOOD_WORDS
from issim.own.decoding import Bytes
from issim.own.numerals import AmbiguousError, number
from issim.own.reading import read_sheet
from issim.own.register import identity
from issim.own.sheet import Row, Sheet, nearest, plain

WAYS = ("offer", "need")
#: Words for a firm that has none.
NONE = ("none", "nothing", "-", "0")
LARGEST = 1e9
PARTS = re.compile(r"[;|\n]+|,(?=\s*[A-Za-z])")
PART = re.compile(r"\s*([A-Za-z][A-Za-z _-]*?)\s*(?:[:=]\s*(.*?)\s*)?")
AMOUNT = re.compile(r"([-+\d.,\s\u00a0'\u2019eE]*?)\s*([A-Za-zµ³][\w³ ]*(?:/\s*(?:yr|year|a))?)?")
UNKNOWN = ("", "?")


class Flow(NamedTuple):
    """A good that a firm offers or needs; no quantity where that is to be drawn."""

    good: int
    quantity: float | None


def units_of(good: int) -> tuple[str, ...]:
    """The spellings of the unit of a good."""
    unit = GOOD_UNITS[good].lower()
    spellings = {"m3": ("m3", "m³", "cbm"), "t": ("t", "tonnes", "tons", "tonne")}.get(unit, (unit,))
    return tuple(f"{word}{per}" for word in spellings for per in ("", "/yr", "/year", "/a", "/y"))


def quantity(sheet: Sheet, row: Row, column: str, good: int, text: str) -> Flow | None:
    """A quantity with or without its unit; None if it was refused."""
    if text.strip() in UNKNOWN:
        return Flow(good, None)
    name, unit = GOODS[good], GOOD_UNITS[good]
    parts = AMOUNT.fullmatch(text.strip())
    try:
        if parts is None:
            raise ValueError(text)
        found = number(parts[1], sheet.decimal_comma)
    except AmbiguousError:
        sheet.refuse(
            row,
            column,
            f"({name}) can be read as thousands or as decimals; write it without thousands marks.",
        )
        return None
    except ValueError:
        sheet.refuse(
            row, column, f"gives no quantity of {name}; write a number of {unit}/yr, or {name} alone."
        )
        return None
    if parts[2] and parts[2].replace(" ", "").lower() not in units_of(good):
        sheet.refuse(
            row, column, f"gives {name} in {parts[2].strip()}; {name} is counted in {unit}/yr, so convert it."
        )
        return None
    if not 0.0 < found <= LARGEST:
        sheet.refuse(
            row,
            column,
            f"gives {found:g} {unit}/yr of {name}; a quantity is above 0 and at most {LARGEST:g}.",
        )
        return None
    return Flow(good, found)


def in_cell(sheet: Sheet, row: Row, column: str) -> list[Flow] | None:
    """The flows in one cell as `wood:120; heat:3000`; None if nothing is said."""
    text = row[column]
    if not text:
        return None
    if plain(text) in NONE or text.strip() in NONE:
        return []
    found: list[Flow] = []
    for piece in PARTS.split(text):
        if not piece.strip():
            continue
        part = PART.fullmatch(piece)
        if part is None:
            sheet.refuse(
                row, column, "cannot be read; write GOOD:QUANTITY; GOOD:QUANTITY, as in wood:120; heat:3000."
            )
            continue
        good = GOOD_WORDS.get(plain(part[1]))
        if good is None:
            sheet.refuse(
                row, column, f"names '{part[1]}', which is no good; {nearest(plain(part[1]), GOODS)}"
            )
        elif any(flow.good == good for flow in found):
            sheet.refuse(row, column, f"names {GOODS[good]} twice; add the two up.")
        elif (flow := quantity(sheet, row, column, good, part[2] or "")) is not None:
            found.append(flow)
    return found


def of_row(sheet: Sheet, row: Row, way: str) -> list[Flow] | None:
    """The offers or the needs of one line, from the cell of all and from the columns of each good; None if unknown."""
    found = in_cell(sheet, row, f"{way}s")
    for good, name in enumerate(GOODS):
        column = f"{way}.{name}"
        text = row[column]
        if not text:
            continue
        found = found or []
        unit = sheet.units.get(column, "")
        if unit and unit not in units_of(good):
            continue  # told once, of the header
        if text.strip() in NONE:
            continue
        if any(flow.good == good for flow in found):
            sheet.refuse(row, column, f"gives {name} again, which {way}s already has; keep one of them.")
        elif (flow := quantity(sheet, row, column, good, text)) is not None:
            found.append(flow)
    return found


def check_units(sheet: Sheet) -> None:
    """Refuse columns of goods whose header names another unit."""
    for way in WAYS:
        for good, name in enumerate(GOODS):
            unit = sheet.units.get(f"{way}.{name}", "")
            if unit and unit not in units_of(good):
                sheet.refuse(None, f"{way}.{name}", f"is in {unit}; convert it to {GOOD_UNITS[good]}/yr.")


COLUMNS = ("name", "way", "good", "quantity")
ALIASES = {"firm": "name", "company": "name", "kind": "way", "direction": "way", "role": "way", "stream": "good",
           "amount": "quantity", "quantity_per_year": "quantity"}  # fmt: skip
WAY_WORDS = {"offer": 0, "offers": 0, "gives": 0, "output": 0, "need": 1, "needs": 1, "takes": 1, "input": 1}
Table = dict[tuple[str, str], list[Flow]]


def read_flows(source: Bytes | str | Path, firms: Mapping[str, int], file: str = "") -> tuple[Table, Sheet]:
    """A table with one line per firm and good, by way and identity of the firm; its sheet says what is wrong."""
    sheet = read_sheet(source, COLUMNS, COLUMNS[:3], ALIASES, file)
    found: Table = {}
    for row in sheet.rows:
        who = identity(row["name"])
        if who not in firms:
            sheet.refuse(row, "name", f"is no firm of the register; {nearest(who, firms, ['its names'])}")
            continue
        way = sheet.word(row, "way", WAY_WORDS, "way")
        good = sheet.word(row, "good", GOOD_WORDS, "good")
        for column, code in (("way", way), ("good", good)):
            if code < 0 and not row[column]:
                sheet.refuse(
                    row, column, f"is empty; give {'offer or need' if column == 'way' else 'a good'}."
                )
        if way < 0 or good < 0:
            continue
        flows = found.setdefault((WAYS[way], who), [])
        if any(flow.good == good for flow in flows):
            sheet.refuse(row, "good", "stands twice for this firm; add the two up.")
        elif (flow := quantity(sheet, row, "quantity", good, row["quantity"])) is not None:
            flows.append(flow)
    return found, sheet
