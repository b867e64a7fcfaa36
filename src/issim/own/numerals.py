"""Numbers as people and their spreadsheets write them: decimal points, decimal commas, separated thousands.

What could be read in two ways is not read at all: `1,234` among decimal points is refused, not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

#: Signs that separate thousands in some country: blanks of all widths and apostrophes.
BLANKS = re.compile("[\\s\u00a0\u2007\u2009\u202f'\u2019]")
PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
#: A comma that can only be a decimal one.
COMMA = re.compile(r"[+-]?\d+,\d+")
GROUPED = {
    ",": re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?"),
    ".": re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?"),
}
#: One separator before exactly three digits: thousands to some, decimals to others.
TWOFOLD = re.compile(r"[+-]?\d{1,3}([.,])\d{3}")


class AmbiguousError(ValueError):
    """A number that means one thing in one country and another elsewhere."""


def has_decimal_commas(cells: Iterable[str], separator: str) -> bool:
    """Whether a file writes decimals with a comma; never where the comma separates cells."""
    return separator != "," and any(COMMA.fullmatch(BLANKS.sub("", cell)) for cell in cells)


def number(text: str, decimal_comma: bool, in_degrees: bool = False) -> float:
    """The number that a cell holds; ValueError if it holds none, AmbiguousError if it could be two.

    in_degrees   small numbers with many decimals, which nobody groups by thousands
    """
    bare = BLANKS.sub("", text)
    mark, other = (",", ".") if decimal_comma else (".", ",")
    twofold = TWOFOLD.fullmatch(bare)
    if twofold and twofold[1] == other and not in_degrees:
        raise AmbiguousError(bare)
    if not in_degrees and GROUPED[other].fullmatch(bare):
        bare = bare.replace(other, "")
    elif other in bare and mark not in bare and bare.count(other) == 1:
        bare = bare.replace(other, ".")
        mark = "."
    bare = bare.replace(mark, ".") if bare.count(mark) <= 1 else bare
    if not PLAIN.fullmatch(bare):
        raise ValueError(text)
    return float(bare)
