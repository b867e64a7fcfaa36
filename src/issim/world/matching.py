"""The search for candidate exchanges, compiled: best needs per offer, best offers per need, lists per firm.

The score of a match is the logarithm of compatibility * exp(-distance / scale) * (smaller / larger quantity):

    s = log c(d, g, r) - distance / scale - |log(yield * offer) - log(need)|

No match farther away than R can score more than max over r of log c(d, g, r) - R / scale, so the walk outward
from an offer stops as soon as that is below the worst match it would keep. The result is the same as if every
need had been looked at.
"""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from issim.jit import rule
from issim.world.grid import Grid, cell_of, sorted_into_cells, stretch, unseen_beyond

#: Offers from which on goods are searched side by side (threads cost a small world more than they give).
LARGE = 100_000
#: Needs per cell that keep a walk short: wider than for peers, because a match is looked for farther away.
NEEDS_PER_CELL = 80.0


class Search(NamedTuple):
    """What makes a match: log compatibility, limits of distance by good, and the scale of distance."""

    log_fits: NDArray[np.float64]  # (n_branches, n_goods, n_branches), -inf where none
    limit: NDArray[np.float64]  # (n_goods,) km
    scale: float  # km


class Targets(NamedTuple):
    """The needs of one good in the order of the grid's cells."""

    row: NDArray[np.int32]
    firm: NDArray[np.int32]
    number: NDArray[np.int32]
    branch: NDArray[np.int8]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    size: NDArray[np.float64]


class Place(NamedTuple):
    """Where firms stand and what they are; one row per firm of the region."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    branch: NDArray[np.int8]
    number: NDArray[np.int32]


class FlowSizes(NamedTuple):
    """Firm, good and log quantity of offers (in units of need replaced) and needs."""

    offer_firm: NDArray[np.int32]
    offer_good: NDArray[np.int8]
    offer_size: NDArray[np.float64]
    need_firm: NDArray[np.int32]
    need_good: NDArray[np.int8]
    need_size: NDArray[np.float64]


@rule
def _keep_best(
    need: int,
    score: float,
    key: int,
    scores: NDArray[np.float64],
    found: NDArray[np.int32],
    keys: NDArray[np.int32],
    n_found: int,
) -> int:
    """Insert a match into the best ones, best first, ties by the receiver's index; returns how many."""
    most = scores.shape[0]
    if n_found == most:
        if score < scores[most - 1] or (score == scores[most - 1] and key > keys[most - 1]):
            return n_found
    else:
        n_found += 1
    k = n_found - 1
    while k > 0 and (scores[k - 1] < score or (scores[k - 1] == score and keys[k - 1] > key)):
        scores[k], found[k], keys[k] = scores[k - 1], found[k - 1], keys[k - 1]
        k -= 1
    scores[k], found[k], keys[k] = score, need, key
    return n_found


@rule
def _targets(needs: NDArray[np.int32], flows: FlowSizes, place: Place) -> tuple[Grid, Targets]:
    """A grid over the needs of one good, which ascend by size, and what the search asks of them."""
    sizes, firm = flows.need_size[needs], flows.need_firm[needs]
    x, y = place.x[firm], place.y[firm]
    grid = sorted_into_cells(x, y, np.arange(needs.shape[0]), NEEDS_PER_CELL)
    order = grid.items
    firm = firm[order]
    return grid, Targets(
        needs[order], firm, place.number[firm], place.branch[firm], x[order], y[order], sizes[order]
    )


@rule
def _first_at_least(sizes: NDArray[np.float64], begin: int, end: int, value: float) -> int:
    """The first place in the ascending sizes[begin:end] that holds `value` or more; `end` if none does."""
    while begin < end:
        middle = (begin + end) // 2
        if sizes[middle] < value:
            begin = middle + 1
        else:
            end = middle
    return begin


@rule
def _scan(
    start: NDArray[np.int64],
    first: int,
    last: int,
    targets: Targets,
    donor: int,
    px: float,
    py: float,
    size: float,
    fit: NDArray[np.float64],
    ceiling: float,
    limit: float,
    scale: float,
    scores: NDArray[np.float64],
    found: NDArray[np.int32],
    keys: NDArray[np.int32],
    n_found: int,
) -> int:
    """Score the needs in cells first..last against one offer and keep the best.

    Within a cell needs ascend by size, so those too large or too small to be kept are not looked at;
    `ceiling` is what a need of just the right size could score here.
    """
    most = scores.shape[0]
    floor = scores[most - 1] if n_found == most else -np.inf
    for cell in range(first, last):
        begin, end = start[cell], start[cell + 1]
        apart = (ceiling - floor) * (1.0 + 1e-9) + 1e-9
        k = _first_at_least(targets.size, begin, end, size - apart) if apart < np.inf else begin
        while k < end and targets.size[k] <= size + apart:
            near_by = fit[targets.branch[k]] - abs(size - targets.size[k])
            if near_by >= floor and near_by > -np.inf:
                dx, dy = targets.x[k] - px, targets.y[k] - py
                d2 = dx * dx + dy * dy
                score = near_by - math.sqrt(d2) / scale
                if score >= floor and d2 <= limit * limit and targets.firm[k] != donor:
                    n_found = _keep_best(
                        targets.row[k], score, targets.number[k], scores, found, keys, n_found
                    )
                    floor = scores[most - 1] if n_found == most else -np.inf
            k += 1
    return n_found


@rule
def _search(
    grid: Grid,
    targets: Targets,
    donor: int,
    px: float,
    py: float,
    size: float,
    fit: NDArray[np.float64],
    best_fit: float,
    limit: float,
    scale: float,
    scores: NDArray[np.float64],
    found: NDArray[np.int32],
    keys: NDArray[np.int32],
) -> int:
    """Fill `scores` and `found` with the needs that match one offer best; returns how many there are."""
    col = cell_of(px, grid.x0, grid.width, grid.n_side)
    row = cell_of(py, grid.y0, grid.width, grid.n_side)
    most, n_side = scores.shape[0], grid.n_side
    n_found, ceiling = 0, best_fit
    for ring in range(n_side):
        for r in range(max(0, row - ring), min(n_side, row + ring + 1)):
            whole = ring == 0 or abs(r - row) == ring
            for side in range(1 if whole else 2):
                left, right = stretch(col, ring, whole, side, n_side)
                if left < right:
                    n_found = _scan(
                        grid.start, r * n_side + left, r * n_side + right, targets, donor, px, py, size, fit,
                        ceiling, limit, scale, scores, found, keys, n_found,
                    )  # fmt: skip
        beyond = unseen_beyond(grid, px, py, ring)
        ceiling = best_fit - beyond / scale
        if beyond > limit or (n_found == most and ceiling < scores[most - 1]):
            break
    return n_found


@rule
def rows_by_good(good: NDArray[np.int8], n_goods: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Rows of each good, CSR: start (n_goods + 1,), rows in ascending order within a good."""
    start = np.zeros(n_goods + 1, np.int64)
    for g in good:
        start[g + 1] += 1
    for g in range(n_goods):
        start[g + 1] += start[g]
    fill = start[:-1].copy()
    rows = np.empty(good.shape[0], np.int32)
    for k in range(good.shape[0]):
        rows[fill[good[k]]] = k
        fill[good[k]] += 1
    return start, rows


@rule
def _best_of_good(
    g: int,
    offers: NDArray[np.int32],
    needs: NDArray[np.int32],
    flows: FlowSizes,
    place: Place,
    search: Search,
    best: NDArray[np.int32],
    best_score: NDArray[np.float64],
) -> None:
    """The search for all offers of one good, walking them cell by cell so that memory stays near."""
    most = best.shape[1]
    grid, targets = _targets(needs, flows, place)
    firm = flows.offer_firm[offers]
    x, y = place.x[firm], place.y[firm]
    present = np.zeros(search.log_fits.shape[2], np.uint8)
    present[targets.branch] = 1
    scores, found, keys = np.empty(most), np.empty(most, np.int32), np.empty(most, np.int32)
    for k in sorted_into_cells(x, y, np.arange(offers.shape[0]), NEEDS_PER_CELL).items:
        fit, best_fit = search.log_fits[place.branch[firm[k]], g], -np.inf
        for b in range(fit.shape[0]):
            if present[b] == 1:
                best_fit = max(best_fit, fit[b])
        if best_fit > -np.inf:
            n_found = _search(
                grid, targets, firm[k], x[k], y[k], flows.offer_size[offers[k]], fit, best_fit,
                search.limit[g], search.scale, scores, found, keys,
            )  # fmt: skip
            for j in range(n_found):
                best[offers[k], j], best_score[offers[k], j] = found[j], scores[j]


@rule
def _best_of_goods(
    first: int,
    last: int,
    offer_start: NDArray[np.int64],
    offers: NDArray[np.int32],
    need_start: NDArray[np.int64],
    needs: NDArray[np.int32],
    flows: FlowSizes,
    place: Place,
    search: Search,
    best: NDArray[np.int32],
    best_score: NDArray[np.float64],
) -> None:
    """The search for the goods first..last; goods do not touch each other's rows."""
    for g in range(first, last):
        of_good = needs[need_start[g] : need_start[g + 1]]
        if of_good.shape[0] > 0:
            givers = offers[offer_start[g] : offer_start[g + 1]]
            _best_of_good(g, givers, of_good, flows, place, search, best, best_score)


def best_needs(
    flows: FlowSizes, place: Place, search: Search, per_offer: int
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """The needs that match each offer best, (n_offers, per_offer), -1 where there are fewer, and scores.

    Keeps     the same whatever the order of firms, offers and needs: ties go to the smaller index; the same
              whether goods are searched in turn or, in a large world, side by side
    """
    n_offers, n_goods = len(flows.offer_firm), len(search.limit)
    best, best_score = np.full((n_offers, per_offer), -1, np.int32), np.empty((n_offers, per_offer))
    by_size = np.argsort(flows.need_size).astype(np.int32)
    need_start, place_in_size = rows_by_good(flows.need_good[by_size], n_goods)
    by_good: tuple[Any, Any, Any, Any]  # start and rows of offers, then of needs
    by_good = (*rows_by_good(flows.offer_good, n_goods), need_start, by_size[place_in_size])
    if n_offers < LARGE:
        _best_of_goods(0, n_goods, *by_good, flows, place, search, best, best_score)
    else:
        with ThreadPoolExecutor(min(n_goods, os.cpu_count() or 1)) as threads:
            work = [
                threads.submit(_best_of_goods, g, g + 1, *by_good, flows, place, search, best, best_score)
                for g in range(n_goods)
            ]
            for part in work:
                part.result()
    return best, best_score
