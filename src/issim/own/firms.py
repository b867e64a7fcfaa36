"""Read a register of firms: one line per firm, or per several that are alike; what a line does not say is drawn.

Nothing is written and nothing leaves the machine. Either the whole file is sound or every fault in it is told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from issim.evidence.vocabulary import GOOD_RESOURCE, TICK_GROUPS
from issim.own import flows
from issim.own.columns import ALIASES, KNOWN, REQUIRED
from issim.own.decoding import Bytes, content_of
from issim.own.entries import MAX_FIRMS, Entry, entry_of
from issim.own.faults import Fault
from issim.own.positions import Positions, located
from issim.own.reading import read_sheet
from issim.own.register import GivenFlows, Register, identity, keys
from issim.own.sheet import Sheet

N_RESOURCES = len(TICK_GROUPS["resources"])


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
    entries = [entry_of(sheet, row) for row in sheet.rows]
    _check_names(sheet, entries)
    entries = _with_table(sheet, entries, flow_table)
    positions = located(sheet, places)
    total = sum(entry.n for entry in entries)
    if total > MAX_FIRMS:
        sheet.refuse(None, "", f"has {total:,} firms; give at most {MAX_FIRMS:,}.")
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


def _check_names(sheet: Sheet, entries: Sequence[Entry]) -> None:
    """Refuse firms that cannot be told apart."""
    first: dict[str, int] = {}
    for entry in entries:
        line = first.setdefault(identity(entry.name), entry.row.line)
        if line != entry.row.line and entry.name:
            advice = (
                f"already stands on line {line}; add a place or a number to tell the two apart, or drop one."
            )
            sheet.refuse(entry.row, "name", advice)
    several = {identity(entry.name): entry.n for entry in entries if entry.n > 1}
    for entry in entries if several else ():
        stem, _, number = identity(entry.name).rpartition(" ")
        if number.isdecimal() and 1 <= int(number) <= several.get(stem, 0):
            advice = f"is what one of the firms of line {first[stem]} is called; give it another name."
            sheet.refuse(entry.row, "name", advice)


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
        entries[firms[who]] = entry._replace(offers=found) if way == "offer" else entry._replace(needs=found)
    return entries


def _register(sheet: Sheet, entries: Sequence[Entry], positions: Positions, digest: str) -> Register:
    """Firms in the order of their keys."""
    line_of = np.repeat(np.arange(len(entries)), [entry.n for entry in entries])
    names = [
        entry.name if entry.n == 1 else f"{entry.name} {k}"
        for entry in entries
        for k in range(1, entry.n + 1)
    ]
    index = keys(names)
    order = np.argsort(index)
    line_of = line_of[order]

    def column(values: list[Any], dtype: Any) -> NDArray[Any]:
        return np.array(values, dtype)[line_of]

    ticks = np.array([entry.ticks for entry in entries], np.int8)[line_of]
    known = {
        way: column([getattr(entry, f"{way}s") is not None for entry in entries], np.bool_)
        for way in flows.WAYS
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
        assumed=tuple(entries[k].assumed for k in line_of.tolist()), notes=tuple(sheet.notes),
    )  # fmt: skip


def _flows(entries: Sequence[Entry], line_of: NDArray[np.int64], way: str) -> GivenFlows:
    """Given offers or needs of all firms, by firm and good."""
    told = [
        (row, flow)
        for row, line in enumerate(line_of.tolist())
        for flow in (getattr(entries[line], way) or ())
    ]
    found = sorted((row, flow.good, np.nan if flow.quantity is None else flow.quantity) for row, flow in told)
    return GivenFlows(
        np.array([row for row, _, _ in found], np.int32),
        np.array([good for _, good, _ in found], np.int8),
        np.array([amount for _, _, amount in found], np.float64),
    )
