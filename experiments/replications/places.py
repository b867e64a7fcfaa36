"""Where the companies of Raimbault's market stand: anywhere, or around the centres of a system of cities."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: Companies, centres of cities, cells between a centre and the edge of the world.
N_COMPANIES, N_CENTRES, MARGIN = 50, 5, 11
#: Reach of the largest city in cells, how fast reaches fall with rank, how steeply companies follow density.
REACH, RANK, STEEPNESS = 5.0, 0.3, 1.5


class Square(NamedTuple):
    """A world of cells without wrapping; coordinates run from -0.5, so that a cell's centre is its number."""

    width: int
    height: int

    @property
    def diagonal(self) -> float:
        """Distance from corner to corner, dmax."""
        return float(np.hypot(self.width, self.height))


def uniform(random: np.random.Generator, square: Square) -> Floats:
    """Companies anywhere with the same chance, (N_COMPANIES, 2)."""
    return random.uniform(-0.5, (square.width - 0.5, square.height - 0.5), (N_COMPANIES, 2))


def centres(random: np.random.Generator, square: Square) -> Floats:
    """Centres of cities by rank: whole cells away from the edge, (N_CENTRES, 2)."""
    beyond = (square.width - MARGIN - 1, square.height - MARGIN - 1)
    return random.integers(MARGIN, beyond, (N_CENTRES, 2), endpoint=True).astype(np.float64)


def density(square: Square, towns: Floats) -> Floats:
    """How dense a system of cities is in every cell, (width, height).

    density = sum over k = 1..5 of exp(-d_k / r_k),  r_k = 5 / k^0.3
    """
    x, y = np.arange(square.width)[:, None], np.arange(square.height)[None, :]
    reach = REACH / np.arange(1, N_CENTRES + 1) ** RANK
    distances = (np.hypot(x - a, y - b) for a, b in towns)
    return np.asarray(sum(np.exp(-d / r) for d, r in zip(distances, reach, strict=True)))


def around(random: np.random.Generator, square: Square, towns: Floats) -> Floats:
    """Companies in cells with a chance proportional to density^1.5, anywhere within the cell, (N_COMPANIES, 2)."""
    chance = density(square, towns).ravel() ** STEEPNESS
    cell = random.choice(len(chance), N_COMPANIES, p=chance / chance.sum())
    corner = np.stack(np.divmod(cell, square.height), axis=1)
    return corner + random.uniform(-0.5, 0.5, (N_COMPANIES, 2))


def distances(places: Floats, others: Floats) -> Floats:
    """From each place to each other one, as the crow flies."""
    return np.asarray(np.hypot(*(places[:, None, :] - others[None, :, :]).transpose(2, 0, 1)))
