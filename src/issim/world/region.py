"""A region: how large, how many firms, in which country, and where firms stand in it.

Firms stand in industrial clusters or anywhere. A cluster has an anchor branch; a firm is drawn to clusters
whose anchor it is related to, which is counted from documented exchanges between the two branches.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from issim.draws import NOBODY, PLACE, Seed, place_word, uniforms
from issim.elementary import circle, exp, log
from issim.errors import InputError, out_of_range, unknown_name
from issim.evidence.vocabulary import COUNTRIES
from issim.jit import rule
from issim.own.register import Register
from issim.units import ASSUMPTION, Par, Parameter, par, parameters_of

MIXED = "mixed"
#: The least side of a region, in km.
SMALLEST_SIDE = 1.0


@dataclass(frozen=True)
class Region:
    """What a region is before anybody lives in it.

    `country` is a code of the vocabulary, or *mixed*: the five of the survey side by side.
    """

    name: str = "mixed"
    country: str = MIXED
    number: int = par(
        0,
        unit="1",
        low=0,
        high=255,
        meaning="number of the region; keys the draws of its firms",
        source=ASSUMPTION,
    )
    n_firms: int = par(
        1000, unit="firms", low=1, high=1_000_000, meaning="firms in the region", source=ASSUMPTION
    )
    side: float = par(
        120.0,
        unit="km",
        low=SMALLEST_SIDE,
        high=2000.0,
        meaning="side of the square region",
        source=ASSUMPTION,
    )
    east: float = par(
        0.0, unit="km", low=-5000.0, high=5000.0,
        meaning="position of the south-west corner on the map that regions share, eastward", source=ASSUMPTION,
    )  # fmt: skip
    north: float = par(
        0.0, unit="km", low=-5000.0, high=5000.0,
        meaning="position of the south-west corner on the map that regions share, northward", source=ASSUMPTION,
    )  # fmt: skip
    n_clusters: int = par(
        12, unit="clusters", low=0, high=1000, meaning="industrial clusters in the region",
        source=ASSUMPTION, prior="uniform(4, 30)",
    )  # fmt: skip
    clustered: float = par(
        0.6, unit="1", low=0.0, high=1.0, meaning="share of firms that stand in a cluster",
        source=ASSUMPTION, prior="uniform(0.2, 0.9)",
    )  # fmt: skip
    cluster_radius: float = par(
        4.0, unit="km", low=0.01, high=200.0,
        meaning="standard deviation of positions in a cluster, each way",
        source=ASSUMPTION, prior="uniform(1, 10)",
    )  # fmt: skip
    attraction: float = par(
        1.5, unit="1", low=0.0, high=6.0,
        meaning="log-odds with which a firm prefers a cluster of its own branch to an unrelated one",
        source=ASSUMPTION, prior="uniform(0, 3)",
    )  # fmt: skip

    @property
    def country_code(self) -> int:
        """Code of the country, -1 if the region is mixed."""
        return -1 if self.country == MIXED else COUNTRIES.index(self.country)


def parameters(region: Region, where: str = "region") -> Iterator[Parameter]:
    """The parameters of a region; the number of firms is set, and so listed, under `population`."""
    for name, value, meta in parameters_of(region, where):
        yield Parameter("population.n_firms" if name == f"{where}.n_firms" else name, value, meta)


def errors(region: Region, where: str = "region") -> list[InputError]:
    """Everything that makes the region impossible, one sentence each; `where` it stands in the configuration."""
    found: list[InputError] = []
    if region.country != MIXED and region.country not in COUNTRIES:
        found.append(unknown_name(f"{where}.country", str(region.country), (*COUNTRIES, MIXED)))
    for name, value, meta in parameters(region, where):
        if isinstance(value, bool) or not isinstance(value, int | float) or not _fits(value, meta):
            listed = name.replace(f"{where}.", "region.")
            found.append(out_of_range(name, value, meta.unit, meta.low, meta.high, explained=listed))
        elif name.rpartition(".")[2] in ("number", "n_firms", "n_clusters") and value != int(value):
            found.append(InputError(f"{name} = {value} {meta.unit} is no whole number; round it."))
    return found


def _fits(value: float, meta: Par) -> bool:
    """Whether a number lies in the declared range (not a number does not)."""
    return meta.low <= value <= meta.high


def relatedness(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """How related two branches are, (n_branches, n_branches) in [0, 1], from documented exchanges.

        r(a, b) = 1 where a = b, else m(a, b) / max over c of m(a, c),  m = exchanges of the two, either way

    For whom  `counts` (donor branch, good, receiver branch)
    """
    between = counts.sum(axis=1)
    between = between + between.T
    np.fill_diagonal(between, 0.0)
    related = between / np.maximum(between.max(axis=1, keepdims=True), 1.0)
    np.fill_diagonal(related, 1.0)
    return related


@rule
def _choose(cumulative: NDArray[np.float64], u: float) -> int:
    """The place in a cumulative distribution that u in (0, 1) falls on."""
    k = 0
    while k < cumulative.shape[0] - 1 and u > cumulative[k]:
        k += 1
    return k


@rule
def _reflected(value: float, side: float) -> float:
    """A coordinate folded back into [0, side] at the region's edges."""
    folded = value % (2.0 * side)
    return 2.0 * side - folded if folded > side else folded


@rule
def _clusters(
    seed: Seed,
    region: int,
    n_clusters: int,
    side: float,
    anchor_odds: NDArray[np.float64],
    related: NDArray[np.float64],
    attraction: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Centres (n_clusters,) in km, and per branch the cumulative preference for each cluster."""
    n_branches = related.shape[0]
    x, y = np.empty(n_clusters), np.empty(n_clusters)
    preference = np.empty((n_branches, n_clusters))
    for c in range(n_clusters):
        u = uniforms(seed, PLACE, 0, c, 0, place_word(region, 0, 0, 0))
        x[c], y[c] = u[0] * side, u[1] * side
        anchor = _choose(anchor_odds, u[2])
        for b in range(n_branches):
            weight = exp(attraction * related[anchor, b])
            preference[b, c] = weight + (preference[b, c - 1] if c > 0 else 0.0)
    for b in range(n_branches):
        total = preference[b, n_clusters - 1] if n_clusters > 0 else 1.0
        for c in range(n_clusters):
            preference[b, c] /= total
    return x, y, preference


@rule
def _place(
    seed: Seed,
    index: NDArray[np.int32],
    region: NDArray[np.int16],
    branch: NDArray[np.int8],
    side: float,
    clustered: float,
    radius: float,
    centre_x: NDArray[np.float64],
    centre_y: NDArray[np.float64],
    preference: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Positions of firms in km, keyed by firm: normal around a cluster's centre, or anywhere."""
    n = index.shape[0]
    x, y = np.empty(n), np.empty(n)
    for i in range(n):
        u = uniforms(seed, PLACE, 0, index[i], NOBODY, place_word(region[i], 0, 0, 0))
        if u[0] < clustered and centre_x.shape[0] > 0:
            c = _choose(preference[branch[i]], u[1])
            away = radius * math.sqrt(-2.0 * log(u[2]))
            east, north = circle(u[3])
            x[i] = _reflected(centre_x[c] + away * east, side)
            y[i] = _reflected(centre_y[c] + away * north, side)
        else:
            x[i], y[i] = u[2] * side, u[3] * side
    return x, y


def positions(
    seed: Seed,
    place: Region,
    index: NDArray[np.int32],
    region: NDArray[np.int16],
    branch: NDArray[np.int8],
    counts: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where the firms stand, in km east and north of the region's south-west corner.

    For whom  firms of one region; `counts` (donor branch, good, receiver branch) relates branches to clusters
    Keeps     0 <= x, y <= side; a firm's position does not depend on the other firms
    """
    active = 1.0 + counts.sum(axis=(1, 2)) + counts.sum(axis=(0, 1))
    clusters = _clusters(
        np.uint64(seed), place.number, int(place.n_clusters), float(place.side),
        np.cumsum(active) / active.sum(), relatedness(counts), float(place.attraction),
    )  # fmt: skip
    return _place(
        np.uint64(seed), index, region, branch, float(place.side), float(place.clustered),
        float(place.cluster_radius), *clusters,
    )  # fmt: skip


def beside(
    place: Region, firms: Register, x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Known positions in the middle of the region, and the drawn ones of firms without any beside them.

    Where most firms have a position the others stand in the rectangle around these, else anywhere in the region.

    For whom  x, y drawn for all firms in [0, side]
    """
    east, north = (place.side - firms.width) / 2.0, (place.side - firms.height) / 2.0
    if 2 * int(firms.placed.sum()) > len(firms):
        x, y = east + x * firms.width / place.side, north + y * firms.height / place.side
    return np.where(firms.placed, firms.x + east, x), np.where(firms.placed, firms.y + north, y)
