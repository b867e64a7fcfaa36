"""A register of firms: what is known of each, and nothing where it is not known.

Firms are in the order of their keys, which follow from their names alone: no result depends on the order of lines in a
file, and a firm keeps its draws when others are added. Names stay in memory; what is written carries the number of the
line instead.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int8]


class GivenFlows(NamedTuple):
    """Offers or needs that are given: row of the firm, code of the good, quantity per year (nan: to be drawn)."""

    firm: NDArray[np.int32]
    good: Codes
    quantity: Floats


class Link(NamedTuple):
    """A documented exchange: rows of the firms that could give and take (several where one line stands for them)."""

    donors: NDArray[np.int32]
    good: int
    receivers: NDArray[np.int32]
    words: str
    source: str


@dataclass(frozen=True, eq=False)
class Register:
    """One row per firm; -1 or nan where nothing is given. Compared by identity, shown by its digest."""

    file: str
    """Name of the file it came from, without the path."""
    digest: str
    """SHA-256 of all that was read."""
    names: tuple[str, ...]
    lines: NDArray[np.int32]
    """Line of the file, the first being 1; firms that one line stands for share it."""
    index: NDArray[np.int32]
    """What keys the draws of a firm."""
    country: Codes
    sector: Codes
    branch: Codes
    size: Codes
    employees: Floats
    x: Floats
    """km east of the south-west corner of all firms that have a position."""
    y: Floats
    width: float
    """km from the westernmost to the easternmost firm, and `height` from south to north."""
    height: float
    coordinates: str
    """In which coordinates positions were given, in words; empty if none was."""
    items: Codes
    """Answers to the items of the survey, (n_firms, n_items); 0 where not given."""
    ticks: Codes
    """Options ticked, (n_firms, n_ticks)."""
    digital: Floats
    trust: Floats
    offers: GivenFlows
    needs: GivenFlows
    offers_known: NDArray[np.bool_]
    """Whether the offers given are all that the firm has; nothing is drawn then."""
    needs_known: NDArray[np.bool_]
    assumed: tuple[frozenset[str], ...]
    """Which columns of each firm are assumptions rather than known facts."""
    notes: tuple[str, ...] = field(default=())
    links: tuple[Link, ...] = field(default=())
    """Exchanges that are documented between these firms, and so technically possible."""

    def __len__(self) -> int:
        """How many firms there are."""
        return len(self.index)

    def __repr__(self) -> str:
        """The register by what it holds, without telling any of it."""
        return f"Register({self.digest[:16]}, {len(self)} firms)"

    @property
    def placed(self) -> NDArray[np.bool_]:
        """Whether each firm's position is given."""
        return np.isfinite(self.x)

    @property
    def is_answered(self) -> NDArray[np.bool_]:
        """Whether anything is known of a firm that goes with its other answers."""
        return np.asarray((self.items > 0).any(axis=1) | np.isfinite(self.digital))


def identity(name: str) -> str:
    """A name as it tells firms apart: small letters, single blanks."""
    return " ".join(name.casefold().split())


def keys(names: Sequence[str]) -> NDArray[np.int32]:
    """The key of each firm, in [0, 2^31): a hash of its name; of two names with one hash the later yields.

    Keeps     different keys for different names, whatever their order
    """
    digests = {
        name: hashlib.sha256(identity(name).encode("utf-8", "surrogatepass")).digest() for name in names
    }
    taken: dict[int, str] = {}
    found: dict[str, int] = {}
    for name in sorted(digests, key=digests.__getitem__):
        digest = digests[name]
        while (key := int.from_bytes(digest[:4], "big") >> 1) in taken:
            digest = hashlib.sha256(digest).digest()
        taken[key], found[name] = name, key
    return np.array([found[name] for name in names], np.int32)
