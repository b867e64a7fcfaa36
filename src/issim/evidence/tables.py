"""Read a packaged CSV file and refuse whatever is malformed, naming file, line, column and value."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from issim.errors import InputError

NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
DECIMAL = re.compile(NUMBER)
PRIOR = re.compile(rf"(uniform|loguniform)\(({NUMBER}), ({NUMBER})\)")
CONFIDENCES = ("high", "medium", "low")
ASSUMED = "assumption"


@dataclass(frozen=True)
class Line:
    """One line of a table; every getter checks the cell it returns."""

    file: str
    number: int
    cells: dict[str, str]

    def refusal(self, column: str, allowed: str) -> InputError:
        """The sentence that refuses the cell of `column`."""
        value = self.cells.get(column, "")
        return InputError(
            f"{self.file} line {self.number}, column {column}: '{value}' is not usable; {allowed} "
            "(the packaged file of that name shows the form)."
        )

    def text(self, column: str, empty: bool = False) -> str:
        """A printable text; empty only where allowed."""
        value = self.cells[column]
        if not value and not empty:
            raise self.refusal(column, "a text is needed")
        if not value.isprintable():
            raise self.refusal(column, "only printable characters are allowed")
        return value

    def number_in(self, column: str, low: float, high: float, unit: str = "") -> float:
        """A finite decimal number in [low, high]."""
        value = self.cells[column]
        bounds = f"a decimal number in [{low:g}, {high:g}]{' ' + unit if unit else ''} is needed"
        if not DECIMAL.fullmatch(value):
            raise self.refusal(column, bounds)
        number = float(value)
        if not low <= number <= high:
            raise self.refusal(column, bounds)
        return number

    def optional(self, column: str, low: float, high: float) -> float | None:
        """A number as in `number_in`, or None for an empty cell."""
        return None if self.cells[column] == "" else self.number_in(column, low, high)

    def share(self, column: str) -> float:
        """A fraction in [0, 1]."""
        return self.number_in(column, 0.0, 1.0, "(a share)")

    def whole(self, column: str, low: int, high: int) -> int:
        """A whole number in [low, high]."""
        value = self.number_in(column, low, high)
        if value != int(value):
            raise self.refusal(column, f"a whole number in [{low}, {high}] is needed")
        return int(value)

    def one_of(self, column: str, allowed: Collection[str], empty: bool = False) -> str:
        """A word of a vocabulary."""
        value = self.cells[column]
        if value not in allowed and not (empty and value == ""):
            raise self.refusal(column, f"allowed are {', '.join(sorted(allowed))}")
        return value

    def source(self, sources: Collection[str], assumed: bool = False) -> str:
        """Key(s) of the source catalogue joined by '; ', or *assumption* where that is allowed."""
        value = self.text("source")
        for key in value.split("; "):
            if key not in sources and not (assumed and key == ASSUMED):
                raise self.refusal("source", "every source must be a key of sources.csv")
        return value

    def prior(self) -> str:
        """A prior as `uniform(low, high)` or `loguniform(low, high)`, or nothing for a fixed number."""
        value = self.cells["prior"]
        parts = PRIOR.fullmatch(value)
        low, high = (float(parts[2]), float(parts[3])) if parts else (0.0, 0.0)
        sound = -math.inf < low < high < math.inf and (low > 0.0 or value.startswith("uniform"))
        if value and not sound:
            raise self.refusal("prior", "uniform(low, high), loguniform(low, high) or nothing is needed")
        return value

    def confidence(self) -> str:
        """How far the row can be trusted."""
        return self.one_of("confidence", CONFIDENCES)


def _decoded(path: Path) -> str:
    """The text of a file, which must exist and be UTF-8."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path.name} is not UTF-8 (byte {error.start}); save it as UTF-8 text and try again."
        ) from None
    except OSError as error:
        raise InputError(
            f"Evidence file {path.name} cannot be read in {path.parent} ({error.strerror}); "
            "the folder must hold every file that the packaged evidence has."
        ) from None


def _checked_header(name: str, header: list[str], columns: tuple[str, ...]) -> None:
    """Every declared column is present once and no other."""
    for column in columns:
        if header.count(column) != 1:
            raise InputError(
                f"{name} line 1: column '{column}' is {'missing' if column not in header else 'repeated'}; "
                f"the columns are {', '.join(columns)}."
            )
    for column in header:
        if column not in columns:
            raise InputError(
                f"{name} line 1: column '{column}' is unknown; allowed are {', '.join(columns)}."
            )


def read(folder: Path, name: str, columns: tuple[str, ...], key: str = "") -> tuple[Line, ...]:
    """All lines of `folder/name`, header and cell counts checked; values of column `key` are unique."""
    reader = csv.reader(io.StringIO(_decoded(folder / name), newline=""), strict=True)
    lines: list[Line] = []
    first: dict[str, int] = {}
    try:
        header = next(reader, [])
        _checked_header(name, header, columns)
        for cells in reader:
            if len(cells) != len(header):
                raise InputError(
                    f"{name} line {reader.line_num}: {len(cells)} cells where the header has "
                    f"{len(header)}; quote texts that hold a comma."
                )
            line = Line(name, reader.line_num, dict(zip(header, map(str.strip, cells), strict=True)))
            if key and first.setdefault(line.text(key), line.number) != line.number:
                raise line.refusal(key, f"the key already stands on line {first[line.cells[key]]}")
            lines.append(line)
    except csv.Error as error:
        raise InputError(f"{name} line {reader.line_num}: {error}; mend the quotes of that line.") from None
    if not lines:
        raise InputError(f"{name} holds no rows; copy the packaged file of that name and change that.")
    return tuple(lines)
