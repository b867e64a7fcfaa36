"""Read a register of firms: one line per firm, or per several that are alike; what a line does not say is drawn.

Nothing is written and nothing leaves the machine. Either the whole file is sound or every fault in it is told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from issim.evidence.vocabulary import EMPLOYEES, GOOD_RESOURCE, ITEM_LEVELS, ITEMS, SIZES, TICK_GROUPS, TICKS
from issim.own import activity, flows
from issim.own.activity import UNKNOWN, Activity
from issim.own.columns import (
    ALIASES,
    AWARENESS_WORDS,
    COUNTRY_WORDS,
    KNOWN,
    REQUIRED,
    SIZE_WORDS,
    YES_NO,
)
from issim.own.faults import Fault
from issim.own.flows import Flow
from issim.own.positions import Positions, located
from issim.own.register import GivenFlows, Register, identity, keys
from issim.own.sheet import Bytes, Row, Sheet, content_of, plain, read_sheet

#: The most firms that a region can have, and the longest name.
MAX_FIRMS, MAX_NAME = 1_000_000, 200
#: More persons than the largest employer of Europe has.
MAX_EMPLOYEES = 1e6
N_RESOURCES = len(TICK_GROUPS["resources"])


class Entry(NamedTuple):
    """What one line says."""

    row: Row
    name: str
    count: int
    country: int
    activity: Activity
    size: int
    employees: float
    items: tuple[int, ...]
    ticks: tuple[int, ...]
    digital: float
    trust: float
    offers: list[Flow] | None
    needs: list[Flow] | None
    assumed: frozenset[str]


def read_firms(
    source: Bytes | str | Path,
    name: str = "",
    places: Bytes | str | Path | None = None,
    flow_table: Bytes | str | Path | None = None,
) -> Register | list[Fault]:
    """The register in a file or an upload, or everything that is wrong with it.

    name         what an upload is called; `places` are centroids of postcodes, `flow_table` offers and needs in a table
    """
    sheet = read_sheet(source, KNOWN, REQUIRED, ALIASES, name)
    if sheet.faults and not sheet.rows:
        return sheet.faults
    flows.check_units(sheet)
    entries = [_entry(sheet, row) for row in sheet.rows]
    _check_names(sheet, entries)
    entries = _with_table(sheet, entries, flow_table)
    positions = located(sheet, places)
    total = sum(entry.count for entry in entries)
    if total > MAX_FIRMS:
        sheet.refuse(None, "", f"has {total:,} firms; a region can have {MAX_FIRMS:,}.")
    if sheet.faults:
        return sheet.faults
    return _register(sheet, entries, positions, _digest(source, places, flow_table))


def _digest(*sources: Bytes | str | Path | None) -> str:
    """SHA-256 over all that was read."""
    whole = hashlib.sha256()
    for source in sources:
        content = b"" if source is None else content_of(source)[0]
        whole.update(f"{len(content)}\n".encode() + content)
    return whole.hexdigest()


def _entry(sheet: Sheet, row: Row) -> Entry:
    """One line, its faults taken down."""
    name = " ".join(row["name"].split())
    if not name:
        sheet.refuse(row, "name", "is empty; give every firm a name or a number of its own.")
    elif len(name) > MAX_NAME or not name.isprintable():
        sheet.refuse(row, "name", f"is no name; give at most {MAX_NAME} printable letters.")
    count = sheet.number(row, "count", 1, MAX_FIRMS, "how many firms the line stands for")
    if count is not None and count != int(count):
        sheet.refuse(row, "count", "is no whole number; say how many firms the line stands for.")
    size, employees = _size(sheet, row)
    shares = [sheet.number(row, column, 0, 1, "a share from 0 to 1") for column in ("digital", "trust")]
    return Entry(
        row, name, int(count or 1), sheet.word(row, "country", COUNTRY_WORDS, "country of the model"),
        _activity(sheet, row), size, employees, answers(sheet, row), ticked(sheet, row),
        *(np.nan if share is None else share for share in shares),
        flows.of_row(sheet, row, "offer"), flows.of_row(sheet, row, "need"), _assumed(sheet, row),
    )  # fmt: skip


def _activity(sheet: Sheet, row: Row) -> Activity:
    """Sector and branch, from the NACE code if there is one, else from the words of the sector."""
    found = UNKNOWN
    for column, read in (("sector", activity.of_words), ("nace", activity.of_nace)):
        if not row[column]:
            continue
        try:
            told = read(row[column])
        except ValueError as error:
            if not (column == "sector" and row["nace"]):
                sheet.refuse(row, column, f"{error}.")
            continue
        if column == "nace" and found.sector >= 0 and found.sector != told.sector:
            sheet.refuse(row, column, f"is in another sector than '{row['sector']}'; correct one of the two.")
        found = told
    return found


def _size(sheet: Sheet, row: Row) -> tuple[int, float]:
    """Size class and persons employed; the class follows from the persons."""
    employees = sheet.number(row, "employees", 1, MAX_EMPLOYEES, "persons employed, the owner counted")
    said = plain(row["size"]).replace("–", "_").removesuffix("_employees").removesuffix("_persons")
    size = sheet.word(Row(row.line, {"size": said}), "size", SIZE_WORDS, "size class")
    if employees is None:
        return size, np.nan
    found = int(np.searchsorted([low for low, _ in EMPLOYEES[1:]], int(employees), side="right"))
    if size >= 0 and size != found:
        sheet.refuse(row, "size", f"does not go with {employees:g} employees, which is {SIZES[found]}; correct one.")
    return found, employees


def answers(sheet: Sheet, row: Row) -> tuple[int, ...]:
    """Answers to the ordinal items of the survey; 0 where not given."""
    found = []
    for item, n_levels in zip(ITEMS, ITEM_LEVELS, strict=True):
        text = plain(row[item])
        if item == "awareness" and text in AWARENESS_WORDS:
            found.append(AWARENESS_WORDS[text])
            continue
        level = sheet.number(row, item, 1, n_levels, f"a level from 1 to {n_levels}")
        if level is not None and level != int(level):
            sheet.refuse(row, item, f"is no level; give a whole number from 1 to {n_levels}.")
            level = None
        found.append(0 if level is None else int(level))
    return tuple(found)


def ticked(sheet: Sheet, row: Row) -> tuple[int, ...]:
    """Options ticked; -1 where not given."""
    return tuple(sheet.word(row, tick, YES_NO, "yes or no") for tick in TICKS)


def _assumed(sheet: Sheet, row: Row) -> frozenset[str]:
    """The columns whose cells on this line are assumptions."""
    said = [plain(word) for word in row["assumed"].replace(";", " ").replace(",", " ").split()]
    known = {ALIASES.get(word, word) for word in said}
    allowed = KNOWN | {"position"}
    for word in sorted(known - allowed):
        sheet.refuse(row, "assumed", f"names '{word}', which is no column; name columns whose cells are assumed.")
    return frozenset(known & allowed)


def _check_names(sheet: Sheet, entries: Sequence[Entry]) -> None:
    """Refuse firms that cannot be told apart."""
    first: dict[str, int] = {}
    for entry in entries:
        line = first.setdefault(identity(entry.name), entry.row.line)
        if line != entry.row.line and entry.name:
            advice = f"already stands on line {line}; add a place or a number to tell the two apart, or drop one."
            sheet.refuse(entry.row, "name", advice)
    for entry in entries:
        if entry.count > 1 and (line := first.get(identity(f"{entry.name} 1"))):
            sheet.refuse(entry.row, "name", f"stands for several firms, the first of them called as line {line}.")


def _with_table(sheet: Sheet, entries: list[Entry], table: Bytes | str | Path | None) -> list[Entry]:
    """The lines with the offers and needs of a table of their own."""
    if table is None:
        return entries
    firms = {identity(entry.name): k for k, entry in enumerate(entries)}
    told, source = flows.read_flows(table, firms)
    sheet.faults += source.faults
    sheet.notes += source.notes
    entries = list(entries)
    for (way, who), found in told.items():
        entry, column = entries[firms[who]], f"{way}s"
        if getattr(entry, column) is not None:
            sheet.refuse(entry.row, column, f"stand in {source.file}, too; keep them in one place.")
        entries[firms[who]] = entry._replace(**{column: found})
    return entries


def _register(sheet: Sheet, entries: Sequence[Entry], positions: Positions, digest: str) -> Register:
    """Firms in the order of their keys."""
    line_of = np.repeat(np.arange(len(entries)), [entry.count for entry in entries])
    names = [
        entry.name if entry.count == 1 else f"{entry.name} {k}" for entry in entries for k in range(1, entry.count + 1)
    ]
    index = keys(names)
    order = np.argsort(index)
    line_of = line_of[order]

    def column(values: list[Any], dtype: Any) -> NDArray[Any]:
        return np.array(values, dtype)[line_of]

    ticks = np.array([entry.ticks for entry in entries], np.int8)[line_of]
    known = {
        way: column([getattr(entry, f"{way}s") is not None for entry in entries], np.bool_) for way in flows.WAYS
    }
    offers = _flows(entries, line_of, "offers")
    ticks[known["offer"], :N_RESOURCES] = 0
    ticks[offers.firm, np.array(GOOD_RESOURCE, np.int64)[offers.good]] = 1
    return Register(
        file=sheet.file, digest=digest, names=tuple(names[k] for k in order), index=index[order],
        lines=column([entry.row.line for entry in entries], np.int32),
        country=column([entry.country for entry in entries], np.int8),
        sector=column([entry.activity.sector for entry in entries], np.int8),
        branch=column([entry.activity.branch for entry in entries], np.int8),
        size=column([entry.size for entry in entries], np.int8),
        employees=column([entry.employees for entry in entries], np.float64),
        x=positions.x[line_of], y=positions.y[line_of], width=positions.width, height=positions.height,
        coordinates=positions.words,
        items=np.array([entry.items for entry in entries], np.int8)[line_of], ticks=ticks,
        digital=column([entry.digital for entry in entries], np.float64),
        trust=column([entry.trust for entry in entries], np.float64),
        offers=offers, needs=_flows(entries, line_of, "needs"),
        offers_known=known["offer"], needs_known=known["need"],
        assumed=tuple(entries[k].assumed for k in line_of), notes=tuple(sheet.notes),
    )  # fmt: skip


def _flows(entries: Sequence[Entry], line_of: NDArray[np.int64], way: str) -> GivenFlows:
    """Given offers or needs of all firms, by firm and good."""
    told = [(row, flow) for row, line in enumerate(line_of) for flow in (getattr(entries[line], way) or ())]
    found = sorted((row, flow.good, np.nan if flow.quantity is None else flow.quantity) for row, flow in told)
    return GivenFlows(
        np.array([row for row, _, _ in found], np.int32),
        np.array([good for _, good, _ in found], np.int8),
        np.array([amount for _, _, amount in found], np.float64),
    )
