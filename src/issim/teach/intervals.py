"""Intervals in words and numbers, apart from the pictures of them, which take longer to load."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """One line of a picture of intervals."""

    words: str
    low: float
    mid: float
    high: float
    mark: float | None = None
    """What it is held against, as a black dot."""
    is_told: bool = True
    """Whether it stands out; what does not is grey."""
