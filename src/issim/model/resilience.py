"""The network of operating exchanges: how evenly it is spread, and what falls when its largest firm leaves."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from issim.world.state import OPERATING, Ints, State, World


class Network(NamedTuple):
    """The network of operating exchanges: its nodes are adopters, its links partners."""

    adopters: int
    exchanges: int
    tonnes: float
    """Solids and sludges agreed, t/yr."""
    degree: Ints
    """Partners of each firm, (n_firms,); two goods between the same two firms make one partner."""
    mean_degree: float
    """Mean number of partners of an adopter; nan without adopters."""
    gini: float
    """Gini coefficient of the adopters' numbers of partners, 0 if all have as many; nan without adopters."""
    sizes: Ints
    """Firms in each connected component, largest first, (n_components,)."""


class Fall(NamedTuple):
    """What ends when one firm leaves; nothing if nobody exchanges."""

    firm: int
    """Row of the firm that leaves, -1 if nobody exchanges."""
    adopters: int
    """Adopters fewer: the firm, and partners who have no other exchange."""
    exchanges: int
    tonnes: float
    """Solids and sludges that are no longer passed on, t/yr."""
    rest: Network
    """The network without the firm."""


def network(world: World, state: State) -> Network:
    """Who exchanges with whom at the end of a run, and how evenly."""
    return _network(world, state, (state.pairs.stage == OPERATING).nonzero()[0])


def fall(world: World, state: State, by: Literal["tonnes", "exchanges"] = "tonnes") -> Fall:
    """What ends at once when the firm with the most tonnes, or exchanges, leaves; nobody replaces it.

    Tonnes given and taken count alike. Ties go to the firm with more of the other, then to the lower region
    and number, so the order of rows does not matter.
    """
    rows = (state.pairs.stage == OPERATING).nonzero()[0]
    before = _network(world, state, rows)
    if not len(rows):
        return Fall(-1, 0, 0, 0.0, before)
    n_firms, pairs = len(world.firms.index), world.pairs
    ends = np.concatenate([pairs.donor[rows], pairs.receiver[rows]])
    mass = state.pairs.flow[rows] * world.goods.is_mass[pairs.good[rows]]
    tonnes, exchanges = np.bincount(ends, np.tile(mass, 2), n_firms), np.bincount(ends, minlength=n_firms)
    first, second = (tonnes, exchanges) if by == "tonnes" else (exchanges, tonnes)
    firm = int(np.lexsort((world.firms.index, world.firms.region, -second, -first))[0])
    rest = _network(world, state, rows[(pairs.donor[rows] != firm) & (pairs.receiver[rows] != firm)])
    lost = (before.adopters - rest.adopters, before.exchanges - rest.exchanges, float(tonnes[firm]))
    return Fall(firm, *lost, rest)


def gini(values: NDArray[Any]) -> float:
    """Gini coefficient: half the mean difference of two of the values, relative to their mean; nan for none.

    sum over i of (2 i - n - 1) * v_i / (n * sum of v),  v ascending, i = 1..n
    """
    n, total = len(values), float(np.sum(values))
    if total <= 0.0:
        return float("nan")
    return float((2 * np.arange(1, n + 1) - n - 1) @ np.sort(values)) / (n * total)


def _network(world: World, state: State, rows: NDArray[np.intp]) -> Network:
    """The network made of the exchanges in these rows."""
    n_firms, donor, receiver = len(world.firms.index), world.pairs.donor[rows], world.pairs.receiver[rows]
    couples = np.unique(np.sort(np.stack([donor, receiver], axis=1), axis=1), axis=0)
    degree = np.bincount(couples.ravel(), minlength=n_firms).astype(np.int32)
    links = csr_array((np.ones(len(couples)), (couples[:, 0], couples[:, 1])), shape=(n_firms, n_firms))
    labels = connected_components(links, directed=False)[1]
    sizes = np.sort(np.bincount(labels[degree > 0])) if len(couples) else np.zeros(0, np.int64)
    partners = degree[degree > 0]
    return Network(
        adopters=len(partners),
        exchanges=len(rows),
        tonnes=float((state.pairs.flow[rows] * world.goods.is_mass[world.pairs.good[rows]]).sum()),
        degree=degree,
        mean_degree=float(partners.mean()) if len(partners) else float("nan"),
        gini=gini(partners),
        sizes=sizes[sizes > 0][::-1].astype(np.int32),
    )
