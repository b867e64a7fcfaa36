"""Which blocking points a firm has: those its answers show, and those drawn because no question asked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from issim.draws import BARRIERS, firm_uniforms
from issim.evidence.barriers import Barrier
from issim.evidence.vocabulary import ITEM_LEVELS, ITEMS, TICKS

#: The answers to an ordinal item that show a blocking point, where they are not simply the lower two levels:
#: no awareness; no example known; not familiar with the law (all but the upper two levels); and, for
#: guidelines, those who say that clear ones would make them more likely to join.
SHOWING = {"awareness": (1,), "examples": (1,), "legal": (1, 2, 3), "guidelines": (4, 5)}


def levels_that_show(item: str) -> tuple[int, ...]:
    """The levels of an item at which a firm has the blocking point tied to it."""
    return SHOWING.get(item, (1, 2) if ITEM_LEVELS[ITEMS.index(item)] > 3 else (1,))


def shown(barrier: Barrier, items: NDArray[np.int8], ticks: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Whether the answers of each firm show the blocking point, for one that is tied to a question."""
    if barrier.tied_to in TICKS:
        return np.asarray(ticks[:, TICKS.index(barrier.tied_to)] == 1)
    levels = levels_that_show(barrier.tied_to)
    return np.isin(items[:, ITEMS.index(barrier.tied_to)], levels)


def barrier_flags(
    barriers: tuple[Barrier, ...],
    seed: int,
    index: NDArray[np.int32],
    region: NDArray[np.int16],
    items: NDArray[np.int8],
    ticks: NDArray[np.uint8],
) -> NDArray[np.uint32]:
    """The 24 blocking points of each firm as bits, bit b - 1 for number b.

    Those that only the interviews name are drawn with their prevalence, independently: the report relates
    none of them to readiness.
    """
    u = firm_uniforms(seed, BARRIERS, index, region, len(barriers))
    flags = np.zeros(len(index), dtype=np.uint32)
    for barrier in barriers:
        has = (
            shown(barrier, items, ticks) if barrier.tied_to else u[:, barrier.number - 1] < barrier.prevalence
        )
        flags |= has.astype(np.uint32) << np.uint32(barrier.number - 1)
    return flags
