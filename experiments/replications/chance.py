"""Draws that the rules of replications share, out of uniform numbers alone: they compile in a moment."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from replications.compiled import rule


@rule
def below(random: np.random.Generator, n: int) -> int:
    """A whole number in 0 .. n - 1, each with the same chance."""
    return int(random.random() * n)


@rule
def shuffle(random: np.random.Generator, order: NDArray[np.int64]) -> None:
    """Put numbers into a fresh random order, in place (Fisher and Yates)."""
    for k in range(len(order) - 1, 0, -1):
        j = below(random, k + 1)
        order[k], order[j] = order[j], order[k]
