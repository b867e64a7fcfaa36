"""Descriptors that turn a declared column into an attribute of one firm: read the row, check and write it.

A column that rules derive from others cannot be written: each such column says what to write instead.
"""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

import numpy as np
from numpy.typing import NDArray

from issim.errors import InputError
from issim.evidence.vocabulary import BRANCHES, COUNTRIES, SECTORS, SIZES
from issim.units import Col, columns
from issim.world.state import Firms, FirmState

#: Words for the codes of a column.
WORDS = {"country": COUNTRIES, "sector": SECTORS, "branch": BRANCHES, "size": SIZES}

_COUNTED = "it is counted from exchanges; let the firm's exchanges start or end instead"
_BARRIERS = (
    "it follows from the firm's barriers and what levers relieve; give the world a lever, or other barriers"
)
#: Columns of FirmState that follow from others, and what to write instead.
DERIVED = {
    "readiness": "it follows from the start, awareness, skills and practice; write awareness or digital",
    "operating": _COUNTED,
    "talking": _COUNTED,
    "practised": "it says what was before month 0; build the world with another start_share instead",
    "peers_aware": "it is counted from the peers; write the awareness of a peer",
    "peers_operating": "it is counted from the peers; let the exchanges of a peer start or end instead",
    "diverted": "it is summed over the firm's exchanges; let these start or end instead",
    "residues": "it is summed over the firm's offers; build the world with other offers instead",
    "threshold": _BARRIERS,
    "factor": _BARRIERS,
    "contacts": "it is summed over the firm's candidates; build the world with other candidates instead",
}
#: What a firm answered before month 0 has the name of what it may become; the answer gets another name.
AT_START = {name: f"{name}_at_start" for name in Firms._fields if name in FirmState._fields}


def shown(values: NDArray[Any], row: int) -> Any:
    """One firm's entry of a column as a Python number; as a tuple if the column has several rows."""
    return values.item(row) if values.ndim == 1 else tuple(values[..., row].tolist())


def checked(name: str, value: Any, col: Col) -> Any:
    """`value` as a number that the column can hold, or an InputError that says what is allowed."""
    unit = "" if col.unit == "1" else f" {col.unit}"
    if isinstance(value, np.generic):
        value = value.item()
    if not isinstance(value, int | float):
        raise InputError(
            f"firm.{name} = {value!r} is no number; write a number in [{col.low}, {col.high}]{unit}."
        )
    high = col.high
    if np.dtype(col.dtype).kind in "iu":
        high = min(high, float(np.iinfo(col.dtype).max))
        if col.low <= value <= high and value != int(value):
            raise InputError(f"firm.{name} = {value}{unit} is no whole number; round it ({col.meaning}).")
    if not col.low <= value <= high:
        raise InputError(
            f"firm.{name} = {value}{unit} is outside [{col.low}, {high}]; write a value in that range "
            f"({col.meaning})."
        )
    return value


class Trait:
    """What a firm is: a column of the world's firms, which a run never changes."""

    def __init__(self, column: str, col: Col) -> None:
        """Show the column of that name; a coded one as its word."""
        self.column, self.col, self.words = column, col, WORDS.get(column)
        self.__doc__ = f"{col.meaning} ({col.unit}); fixed for a run"

    def __get__(self, firm: Any, owner: type | None = None) -> Any:
        """The firm's value, or the descriptor itself when asked of the class."""
        if firm is None:
            return self
        value = shown(getattr(firm.model.world.firms, self.column), firm.row)
        return value if self.words is None else self.words[value]

    def __set__(self, firm: Any, value: Any) -> None:
        """Refuse: the world does not change during a run."""
        raise AttributeError(
            f"firm.{self.column} cannot be written: it is fixed for a run; build another world."
        )


class Standing:
    """How a firm stands this month: a column of the state's firms, writable unless it follows from others."""

    def __init__(self, column: str, col: Col, write: Callable[[Any, Any], None] | None = None) -> None:
        """Show the column of that name; `write(firm, value)` replaces the plain assignment."""
        self.column, self.col, self.write = column, col, write
        self.__doc__ = f"{col.meaning} ({col.unit})"

    def __get__(self, firm: Any, owner: type | None = None) -> Any:
        """The firm's value now, or the descriptor itself when asked of the class."""
        if firm is None:
            return self
        return shown(getattr(firm.model.state.firms, self.column), firm.row)

    def __set__(self, firm: Any, value: Any) -> None:
        """Write the array, after a check of the range; a derived column is refused."""
        if self.column in DERIVED:
            raise AttributeError(f"firm.{self.column} cannot be written: {DERIVED[self.column]}.")
        value = checked(self.column, value, self.col)
        if self.write is None:
            getattr(firm.model.state.firms, self.column)[firm.row] = value
        else:
            self.write(firm, value)


def give_columns(cls: type, writers: dict[str, Callable[[Any, Any], None]], apart: tuple[str, ...]) -> None:
    """Give a class one attribute per declared column of a firm, save those in `apart`."""
    for name, col in columns(Firms).items():
        if name not in apart:
            setattr(cls, AT_START.get(name, name), Trait(name, col))
    for name, col in columns(FirmState).items():
        setattr(cls, name, Standing(name, col, writers.get(name)))


def unknown_attribute(cls: type, name: str) -> AttributeError:
    """The error for an attribute that a class does not have, with the nearest ones that it has."""
    known = [other for other in dir(cls) if not other.startswith("_")]
    near = get_close_matches(name, known, n=3, cutoff=0.6)
    hint = f"did you mean {' or '.join(near)}?" if near else "dir(firm) lists what there is."
    return AttributeError(f"{cls.__name__} has no attribute '{name}'; {hint}")
