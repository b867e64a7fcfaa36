"""Ranking: the order of numbers, written into given space.

A heapsort of our own, because rules allocate nothing (numpy's sort would): that halves the time to
compile them and keeps reference counting out of the months.
"""

from __future__ import annotations

from issim.jit import rule
from issim.world.state import Floats, Ints


@rule
def sift(keys: Floats, order: Ints, root: int, n_values: int) -> None:
    """Let the row at `root` sink until no row below it has a greater key."""
    while 2 * root + 1 < n_values:
        child = 2 * root + 1
        if child + 1 < n_values and keys[order[child]] < keys[order[child + 1]]:
            child += 1
        if keys[order[root]] >= keys[order[child]]:
            return
        order[root], order[child] = order[child], order[root]
        root = child


@rule
def rank(keys: Floats, n_values: int, order: Ints) -> None:
    """Write into `order` the positions of the first `n_values` keys, smallest first.

    For whom  accepted pairs and facilitators' lists (keys are minus the gain), queues of levers (keys are luck)
    Units     keys any; order int32
    Source    Williams (1964), heapsort
    Keeps     a permutation of 0..n_values - 1; equal keys in no particular order
    """
    for k in range(n_values):
        order[k] = k
    for root in range(n_values // 2 - 1, -1, -1):
        sift(keys, order, root, n_values)
    for last in range(n_values - 1, 0, -1):
        order[0], order[last] = order[last], order[0]
        sift(keys, order, 0, last)
