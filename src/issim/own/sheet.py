"""A table of the user's own: rows by column name, and every fault that reading them finds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from issim.own.faults import Fault
from issim.own.numerals import AmbiguousError, number


@dataclass(frozen=True)
class Row:
    """One line of data."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """The cell of a column; empty where the file has no such column."""
        return self.cells.get(column, "")


@dataclass
class Sheet:
    """A table by known column names, and what is wrong with it so far."""

    file: str
    columns: tuple[str, ...] = ()
    units: dict[str, str] = field(default_factory=dict)
    """What stood in brackets behind the name of a column."""
    rows: list[Row] = field(default_factory=list)
    decimal_comma: bool = False
    notes: list[str] = field(default_factory=list)
    """What the person should know though nothing is wrong."""
    faults: list[Fault] = field(default_factory=list)

    def refuse(self, row: Row | None, column: str, advice: str) -> None:
        """Take down a fault of a cell, or of the whole file."""
        line, value = (row.line, row[column]) if row else (0, "")
        self.faults.append(Fault(self.file, line, column, value, advice))

    def number(
        self, row: Row, column: str, low: float, high: float, what: str, in_degrees: bool = False
    ) -> float | None:
        """The number in a cell, None if the cell is empty or was refused."""
        if not row[column]:
            return None
        try:
            found = number(row[column], self.decimal_comma, in_degrees)
        except AmbiguousError:
            self.refuse(
                row, column, "can be read as thousands or as decimals; write it without thousands marks."
            )
            return None
        except ValueError:
            self.refuse(row, column, f"is no number; give {what} in [{low:g}, {high:g}], or leave it empty.")
            return None
        if not low <= found <= high:
            self.refuse(row, column, f"is outside [{low:g}, {high:g}]; give {what}, or leave it empty.")
            return None
        return found

    def word(
        self, row: Row, column: str, words: Mapping[str, int], what: str, shown: Iterable[str] = ()
    ) -> int:
        """The code of a word, -1 if the cell is empty or was refused; `shown` are the words to tell of."""
        said = plain(row[column])
        if not said:
            return -1
        if said not in words:
            self.refuse(row, column, f"is no {what}; {nearest(said, words, shown)} Or leave it empty.")
            return -1
        return words[said]


def plain(text: str) -> str:
    """A word as it is compared: small letters, blanks and hyphens as underscores."""
    return re.sub(r"[\s\-]+", "_", text.strip().lower())


def nearest(said: str, words: Iterable[str], shown: Iterable[str] = ()) -> str:
    """The words that were perhaps meant, or those to tell of, or all of them, as the end of a sentence."""
    known = list(words)
    near = get_close_matches(said, known, n=3, cutoff=0.6)
    return f"did you mean {' or '.join(near)}?" if near else f"allowed are {', '.join(list(shown) or known)}."
