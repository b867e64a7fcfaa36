"""A square grid over points in the plane: which points lie in which cell, and how far unseen ones must be.

Peers and candidate exchanges both walk outward from a firm, ring of cells by ring of cells, and stop when no
unseen point can matter. The walk is exact, so what is found does not depend on the grid.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from issim.jit import rule

#: Points per cell that keep a walk short (measured; results do not depend on it).
PER_CELL = 2.0


class Grid(NamedTuple):
    """Points in n_side x n_side cells, numbered row by row; cell c owns items[start[c]:start[c + 1]]."""

    x0: float
    y0: float
    width: float
    n_side: int
    start: NDArray[np.int64]
    items: NDArray[np.int32]


@rule
def cell_of(value: float, origin: float, width: float, n_side: int) -> int:
    """Column (or row) of a coordinate; points beyond the edge belong to the outermost cells."""
    return min(n_side - 1, max(0, int((value - origin) / width)))


@rule
def sorted_into_cells(
    x: NDArray[np.float64], y: NDArray[np.float64], members: NDArray[Any], per_cell: float
) -> Grid:
    """The grid over the points `members` (rows of x and y), as wide as these points need.

    Units     x, y km; about per_cell points in a cell
    Keeps     every member is in exactly one cell, and within it in the order of `members`
    """
    n = members.shape[0]
    n_side = max(1, min(4096, int(np.sqrt(n / per_cell))))
    x0, x1, y0, y1 = np.inf, -np.inf, np.inf, -np.inf
    for m in members:
        x0, x1, y0, y1 = min(x0, x[m]), max(x1, x[m]), min(y0, y[m]), max(y1, y[m])
    span = max(x1 - x0, y1 - y0) if n > 0 else 0.0
    width = span / n_side if span > 0.0 else 1.0
    start = np.zeros(n_side * n_side + 1, np.int64)
    cells = np.empty(n, np.int64)
    for k in range(n):
        m = members[k]
        row, col = cell_of(y[m], y0, width, n_side), cell_of(x[m], x0, width, n_side)
        cells[k] = row * n_side + col
        start[cells[k] + 1] += 1
    for c in range(n_side * n_side):
        start[c + 1] += start[c]
    fill = start[:-1].copy()
    items = np.empty(n, np.int32)
    for k in range(n):
        items[fill[cells[k]]] = members[k]
        fill[cells[k]] += 1
    return Grid(x0, y0, width, n_side, start, items)


@rule
def unseen_beyond(grid: Grid, px: float, py: float, ring: int) -> float:
    """Lower bound of the distance from (px, py) to any point outside the rings 0..ring, in km.

    Units     px, py km; ring counts cells
    Keeps     never above the true distance (a hair less, because cell borders are rounded); infinite when
              the rings cover the grid
    """
    col = cell_of(px, grid.x0, grid.width, grid.n_side)
    row = cell_of(py, grid.y0, grid.width, grid.n_side)
    bound = np.inf
    if col - ring > 0:
        bound = min(bound, px - grid.x0 - (col - ring) * grid.width)
    if row - ring > 0:
        bound = min(bound, py - grid.y0 - (row - ring) * grid.width)
    if col + ring < grid.n_side - 1:
        bound = min(bound, (col + ring + 1) * grid.width - px + grid.x0)
    if row + ring < grid.n_side - 1:
        bound = min(bound, (row + ring + 1) * grid.width - py + grid.y0)
    return max(0.0, bound * (1.0 - 1e-9))


@rule
def stretch(middle: int, ring: int, is_whole: bool, side: int, n_side: int) -> tuple[int, int]:
    """Columns [left, right) of a ring in one row: all, or the cell at its left (0) or right (1) side."""
    if is_whole:
        return max(0, middle - ring), min(n_side, middle + ring + 1)
    column = middle - ring if side == 0 else middle + ring
    return (column, column + 1) if 0 <= column < n_side else (0, 0)
