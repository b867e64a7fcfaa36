"""What one line of a register says, cell by cell."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from issim.evidence.vocabulary import COUNTRIES, EMPLOYEES, ITEM_LEVELS, ITEMS, SIZES, TICKS
from issim.own import activity, flows
from issim.own.activity import UNKNOWN, Activity
from issim.own.columns import ALIASES, AWARENESS_WORDS, COUNTRY_WORDS, KNOWN, SIZE_WORDS, YES_NO
from issim.own.flows import Flow
from issim.own.sheet import Row, Sheet, plain

#: The most firms that a region can have, and the longest name.
MAX_FIRMS, MAX_NAME = 1_000_000, 200
#: More persons than the largest employer of Europe has.
MAX_EMPLOYEES = 1e6


class Entry(NamedTuple):
    """What one line says."""

    row: Row
    name: str
    n: int
    """How many firms the line stands for."""
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


def entry_of(sheet: Sheet, row: Row) -> Entry:
    """One line, its faults taken down."""
    name = " ".join(row["name"].split())
    if not name:
        sheet.refuse(row, "name", "is empty; give every firm a name or a number of its own.")
    elif len(name) > MAX_NAME or not name.isprintable():
        sheet.refuse(row, "name", f"is no name; give at most {MAX_NAME} printable letters.")
    count = sheet.number(row, "count", 1, MAX_FIRMS, "how many firms the line stands for")
    if count is not None and count != int(count):
        sheet.refuse(row, "count", "is no whole number; give how many firms the line stands for.")
    size, employees = size_of(sheet, row)
    return Entry(
        row, name, int(count or 1), sheet.word(row, "country", COUNTRY_WORDS, "country of the model", COUNTRIES),
        activity_of(sheet, row), size, employees, answers(sheet, row), ticked(sheet, row),
        _share(sheet, row, "digital"), _share(sheet, row, "trust"),
        flows.of_row(sheet, row, "offer"), flows.of_row(sheet, row, "need"), _assumed(sheet, row),
    )  # fmt: skip


def _share(sheet: Sheet, row: Row, column: str) -> float:
    """A share from 0 to 1; nan where not given."""
    found = sheet.number(row, column, 0, 1, "a share from 0 to 1")
    return np.nan if found is None else found


def activity_of(sheet: Sheet, row: Row) -> Activity:
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


def size_of(sheet: Sheet, row: Row) -> tuple[int, float]:
    """Size class and persons employed; the class follows from the persons."""
    employees = sheet.number(row, "employees", 1, MAX_EMPLOYEES, "persons employed, the owner counted")
    said = plain(row["size"]).replace("–", "_").removesuffix("_employees").removesuffix("_persons")
    size = sheet.word(Row(row.line, {"size": said}), "size", SIZE_WORDS, "size class", SIZES)
    if employees is None:
        return size, np.nan
    found = int(np.searchsorted([low for low, _ in EMPLOYEES[1:]], int(employees), side="right"))
    if size >= 0 and size != found:
        sheet.refuse(
            row, "size", f"does not go with {employees:g} employees, which is {SIZES[found]}; correct one."
        )
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
        sheet.refuse(
            row, "assumed", f"names '{word}', which is no column; name columns whose cells are assumed."
        )
    return frozenset(known & allowed)
