"""Who hears of whom: an undirected information network of neighbours, colleagues of the branch and chance.

Each firm names its nearest firms, some firms of its branch, and, as in a small world (Watts and Strogatz
1998), now and then a firm anywhere in the region instead of a near one. Naming makes a tie both ways.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from issim.draws import NOBODY, PEERS, Seed, place_word, uniforms
from issim.jit import rule
from issim.units import ASSUMPTION, par
from issim.world.grid import PER_CELL, Grid, cell_of, sorted_into_cells, stretch, unseen_beyond
from issim.world.state import Firms, Ints, Links, Longs, World

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True)
class PeerOptions:
    """How many firms each firm names; ties run both ways, so a firm has almost twice as many peers."""

    near: float = par(
        3.0, unit="firms", low=0.0, high=50.0, meaning="nearest firms that a firm knows",
        source=ASSUMPTION, prior="uniform(1, 6)",
    )  # fmt: skip
    branch: float = par(
        1.5, unit="firms", low=0.0, high=50.0,
        meaning="firms of its own branch in the region that a firm knows",
        source=ASSUMPTION, prior="uniform(0, 3)",
    )  # fmt: skip
    rewired: float = par(
        0.1, unit="1", low=0.0, high=1.0,
        meaning="share of near ties that lead to any firm of the region instead",
        source=ASSUMPTION, prior="uniform(0, 0.3)",
    )  # fmt: skip


class Rolls(NamedTuple):
    """Firms of a region by number, and by branch and number, and where each firm stands in these lists."""

    by_index: Ints
    place: Ints
    by_branch: Ints
    branch_first: Longs
    branch_size: Longs
    branch_place: Longs


@rule
def _keep_nearest(
    i: int,
    begin: int,
    end: int,
    items: NDArray[np.int32],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    index: NDArray[np.int32],
    far: NDArray[np.float64],
    who: NDArray[np.int32],
    found: int,
) -> int:
    """Take the points of one cell into firm i's nearest ones (`far` squared km, ascending; ties by index)."""
    n_near = far.shape[0]
    for p in range(begin, end):
        j = items[p]
        d2 = (x[j] - x[i]) * (x[j] - x[i]) + (y[j] - y[i]) * (y[j] - y[i])
        if j == i:
            continue
        if found == n_near:
            last = who[n_near - 1]
            if d2 > far[n_near - 1] or (d2 == far[n_near - 1] and index[j] > index[last]):
                continue
        else:
            found += 1
        k = found - 1
        while k > 0 and (far[k - 1] > d2 or (far[k - 1] == d2 and index[who[k - 1]] > index[j])):
            far[k], who[k] = far[k - 1], who[k - 1]
            k -= 1
        far[k], who[k] = d2, j
    return found


@rule
def _nearest(
    i: int,
    grid: Grid,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    index: NDArray[np.int32],
    far: NDArray[np.float64],
    who: NDArray[np.int32],
) -> int:
    """Fill `who` with the firms nearest to firm i, nearest first; returns how many there are."""
    col = cell_of(x[i], grid.x0, grid.width, grid.n_side)
    row = cell_of(y[i], grid.y0, grid.width, grid.n_side)
    n_near, n_side = far.shape[0], grid.n_side
    found = 0
    for ring in range(n_side):
        for r in range(max(0, row - ring), min(n_side, row + ring + 1)):
            whole = ring == 0 or abs(r - row) == ring
            for side in range(1 if whole else 2):
                left, right = stretch(col, ring, whole, side, n_side)
                if left < right:
                    begin, end = grid.start[r * n_side + left], grid.start[r * n_side + right]
                    found = _keep_nearest(i, begin, end, grid.items, x, y, index, far, who, found)
        beyond = unseen_beyond(grid, x[i], y[i], ring)
        if np.isinf(beyond) or (found == n_near and beyond * beyond > far[n_near - 1]):
            break
    return found


@rule
def _other(order: NDArray[np.int32], first: int, n: int, own: int, u: float) -> int:
    """One of the n firms order[first:first + n] other than the one at place `own`, chosen by u in (0, 1)."""
    k = int(u * (n - 1))
    return order[first + (k + 1 if k >= own else k)]


@rule
def _named(
    seed: Seed, firms: Firms, rolls: Rolls, near: float, per_branch: float, rewired: float
) -> NDArray[np.int32]:
    """The firms that each firm names, (n_firms, most), -1 where it names fewer.

    A mean number of ties that is no whole number is reached by a draw per firm. Draws are keyed by the firm;
    chance picks from lists sorted by index, so no row order matters.
    """
    index, region = firms.index, firms.region
    n = index.shape[0]
    most_near, most_branch = int(np.ceil(near)), int(np.ceil(per_branch))
    named = np.full((n, most_near + most_branch), -1, np.int32)
    grid = sorted_into_cells(firms.x, firms.y, rolls.by_index, PER_CELL)
    far, who = np.empty(most_near), np.empty(most_near, np.int32)
    for i in range(n):
        whole = uniforms(seed, PEERS, 0, index[i], NOBODY, place_word(region[i], 0, 0, 0))
        n_near = int(near + whole[0]) if near > 0 else 0
        n_branch = int(per_branch + whole[1])
        found = _nearest(i, grid, firms.x, firms.y, index, far, who) if n_near > 0 else 0
        for k in range(min(n_near, found)):
            draw = uniforms(seed, PEERS, 0, index[i], NOBODY, place_word(region[i], 0, 0, 1 + k))
            chance = _other(rolls.by_index, 0, n, rolls.place[i], draw[1])
            named[i, k] = chance if draw[0] < rewired else who[k]
        first, size = rolls.branch_first[i], rolls.branch_size[i]
        for k in range(min(n_branch, size - 1)):
            draw = uniforms(seed, PEERS, 0, index[i], NOBODY, place_word(region[i], 0, 0, 101 + k))
            named[i, most_near + k] = _other(rolls.by_branch, first, size, rolls.branch_place[i], draw[0])
    return named


@rule
def _both_ways(
    named: NDArray[np.int32], index: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """CSR table of the ties named by either side: no self, no doubles, neighbours by index."""
    n = named.shape[0]
    start = np.zeros(n + 1, np.int64)
    for i in range(n):
        for j in named[i]:
            if j >= 0:
                start[i + 1] += 1
                start[j + 1] += 1
    for i in range(n):
        start[i + 1] += start[i]
    fill = start[:-1].copy()
    items = np.empty(start[n], np.int32)
    for i in range(n):
        for j in named[i]:
            if j >= 0:
                items[fill[i]], items[fill[j]] = j, i
                fill[i] += 1
                fill[j] += 1
    kept = 0
    for i in range(n):
        begin, end = start[i], start[i + 1]
        start[i] = kept
        for p in range(begin + 1, end):
            value, q = items[p], p
            while q > begin and index[items[q - 1]] > index[value]:
                items[q] = items[q - 1]
                q -= 1
            items[q] = value
        for p in range(begin, end):
            if p == begin or items[p] != items[kept - 1]:
                items[kept] = items[p]
                kept += 1
    start[n] = kept
    return start, items[:kept].copy()


def links(seed: Seed, firms: Firms, options: PeerOptions) -> Links:
    """The information network of the firms of one region, whatever the order of its rows."""
    near = float(options.near) if len(firms.index) > 1 else 0.0
    named = _named(np.uint64(seed), firms, _rolls(firms), near, float(options.branch), float(options.rewired))
    return Links(*_both_ways(named, firms.index))


def _rolls(firms: Firms) -> Rolls:
    """The lists that chance picks from."""
    by_index = np.argsort(firms.index).astype(np.int32)
    by_branch = by_index[np.argsort(firms.branch[by_index], kind="stable")]
    sizes = np.bincount(firms.branch)
    first = np.concatenate(([0], np.cumsum(sizes)[:-1]))[firms.branch]
    place = _inverse(by_branch).astype(np.int64) - first
    return Rolls(by_index, _inverse(by_index), by_branch, first, sizes[firms.branch], place)


def _inverse(order: Ints) -> Ints:
    """The place of every row in `order`."""
    place = np.empty_like(order)
    place[order] = np.arange(len(order), dtype=np.int32)
    return place


def as_networkx(world: World) -> nx.Graph[Any]:
    """The information network for people: nodes are firm rows with what is fixed about them."""
    import networkx as nx

    graph: nx.Graph[Any] = nx.Graph()
    firms = world.firms
    names = ("index", "region", "country", "sector", "branch", "size", "x", "y")
    table = [getattr(firms, name).tolist() for name in names]
    graph.add_nodes_from(
        (row, dict(zip(names, values, strict=True))) for row, values in enumerate(zip(*table, strict=True))
    )
    owner = np.repeat(np.arange(len(firms.index)), np.diff(world.peers.start))
    once = owner < world.peers.items
    graph.add_edges_from(zip(owner[once].tolist(), world.peers.items[once].tolist(), strict=True))
    return graph
