"""What is wrong with a file of the user's own: every faulty cell with its line, column, value and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from issim.errors import InputError

#: Faults that are told one by one; the rest is counted.
SHOWN = 50
#: Letters of a value that are repeated to the person who wrote it.
LETTERS = 40


class Fault(NamedTuple):
    """One thing that cannot be used, and what to do about it."""

    file: str
    line: int
    """Line of the file, the first being 1; 0 for the file as a whole."""
    column: str
    """Name of the column; empty for the line as a whole."""
    value: str
    advice: str

    def sentence(self) -> str:
        """The fault as one sentence."""
        where = f"{self.file} line {self.line}" if self.line else self.file
        where += f", column {clipped(self.column)}" if self.column else ""
        shown = clipped(self.value)
        return f"{where}: '{shown}' {self.advice}" if shown else f"{where}: {self.advice}"


def clipped(text: str, letters: int = LETTERS) -> str:
    """The beginning of a text of somebody else's, on one line and printable."""
    line = " ".join(text.split())
    line = line if len(line) <= letters else f"{line[: letters - 3]}..."
    return "".join(letter if letter.isprintable() else "?" for letter in line)


def as_text(faults: Sequence[Fault], shown: int = SHOWN) -> str:
    """One sentence per fault, by line, at most `shown` of them."""
    ordered = sorted(dict.fromkeys(faults), key=lambda fault: (fault.file, fault.line))
    words = [fault.sentence() for fault in ordered[:shown]]
    if len(ordered) > shown:
        words.append(f"... and {len(ordered) - shown} faults more; mend these first.")
    return "\n".join(words)


def refusal(faults: Sequence[Fault]) -> InputError:
    """The error that tells every fault."""
    return InputError(as_text(faults))
