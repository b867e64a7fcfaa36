"""Raimbault's market of by-products: companies in a plane, each with what it gives off and what it takes in.

Both are distributions over an axis of products in 1,200 bins, drawn as 10,000 samples each. Masses are counted in
samples, so that sums and differences are exact; a mass of one is all 10,000. Each step one of the companies with the
fewest partners looks for the best deal within reach. If it finds none it is asked again, and again: the original's
queue blocks, and so does this one.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from replications.chance import below
from replications.compiled import rule
from replications.places import distances
from scipy.sparse.csgraph import connected_components

Floats = NDArray[np.float64]
Counts = NDArray[np.int32]

N_BINS, SAMPLES, SHIFT = 1200, 10_000, 100
NOBODY = -1


class Terms(NamedTuple):
    """What a company weighs: all dimensionless but for the reach, which is in cells."""

    reach: float
    """d0: distance over which the chance to be considered falls by a factor e."""
    threshold: float
    """T0: overlap above which two companies can deal."""
    cost: float
    """c: cost of transport across the diagonal of the world, in masses."""
    diagonal: float
    """dmax: length of the world's diagonal."""


class Outcome(NamedTuple):
    """What is left and what came about."""

    waste: float
    cost: float
    links: float
    components: float
    flow: float


@rule
def sample(random: np.random.Generator, mean: float, spread: float, counts: Counts) -> None:
    """A distribution over products: floor(Normal(mean, spread) + 100), clipped to the axis, 10,000 times."""
    counts[:] = 0
    for _ in range(SAMPLES):
        product = math.floor(mean + spread * random.standard_normal() + SHIFT)
        counts[min(N_BINS - 1, max(0, product))] += 1


@rule
def products(
    random: np.random.Generator, means: Floats, spread: float, supply: Counts, demand: Counts
) -> None:
    """What every company gives off and takes in around its two means, (n, 2): first supply, then demand."""
    for i in range(len(means)):
        sample(random, means[i, 0], spread, supply[i])
        sample(random, means[i, 1], spread, demand[i])


@rule
def overlap(supply: Counts, demand: Counts) -> float:
    """Mass that one company gives off and another takes in.

    s = sum over bins of min(supply, demand)
    """
    shared = 0
    for k in range(len(supply)):
        shared += min(supply[k], demand[k])
    return shared / SAMPLES


@rule
def pick(random: np.random.Generator, n_partners: NDArray[np.int64]) -> int:
    """A company with the fewest distinct partners, each with the same chance."""
    fewest = n_partners.min()
    left = below(random, (n_partners == fewest).sum())
    for i in range(len(n_partners)):
        if n_partners[i] == fewest:
            if left == 0:
                return i
            left -= 1
    return NOBODY


@rule
def deal(
    random: np.random.Generator, i: int, distance: Floats, supply: Counts, demand: Counts, terms: Terms
) -> tuple[int, int]:
    """Seller and buyer of the best deal that company `i` sees, or nobody twice.

    Another company is considered with probability exp(-d / d0) and kept if either overlap exceeds T0. The best sale
    maximises overlap - c * d / dmax over all kept, the best purchase likewise; the better of the two is made if it
    is worth more than nothing, at a tie the purchase.
    """
    best_sale, best_purchase = -np.inf, -np.inf
    buyer, seller = NOBODY, NOBODY
    for j in range(len(distance)):
        if j == i or random.random() >= math.exp(-distance[i, j] / terms.reach):
            continue
        sold, bought = overlap(supply[i], demand[j]), overlap(supply[j], demand[i])
        if sold > terms.threshold or bought > terms.threshold:
            transport = terms.cost * distance[i, j] / terms.diagonal
            if sold - transport > best_sale:
                best_sale, buyer = sold - transport, j
            if bought - transport > best_purchase:
                best_purchase, seller = bought - transport, j
    if best_sale > best_purchase:
        return (i, buyer) if best_sale > 0.0 else (NOBODY, NOBODY)
    return (seller, i) if best_purchase > 0.0 else (NOBODY, NOBODY)


@rule
def trade(
    seller: int, buyer: int, supply: Counts, demand: Counts, weight: Floats, n_partners: NDArray[np.int64]
) -> None:
    """All that fits changes hands; a first trade makes a link with what was traded as its weight for good."""
    moved = 0
    for k in range(N_BINS):
        mass = min(supply[seller, k], demand[buyer, k])
        supply[seller, k] -= mass
        demand[buyer, k] -= mass
        moved += mass
    if weight[seller, buyer] == 0.0:
        if weight[buyer, seller] == 0.0:
            n_partners[seller] += 1
            n_partners[buyer] += 1
        weight[seller, buyer] = moved / SAMPLES


@rule
def market(
    random: np.random.Generator,
    distance: Floats,
    supply: Counts,
    demand: Counts,
    terms: Terms,
    n_steps: int,
) -> Floats:
    """Weights of the links after some steps, (seller, buyer); supply and demand keep what is left."""
    n = len(distance)
    weight, n_partners = np.zeros((n, n)), np.zeros(n, np.int64)
    for _ in range(n_steps):
        i = pick(random, n_partners)
        seller, buyer = deal(random, i, distance, supply, demand, terms)
        if seller != NOBODY:
            trade(seller, buyer, supply, demand, weight, n_partners)
    return weight


def outcome(distance: Floats, supply: Counts, weight: Floats, diagonal: float) -> Outcome:
    """What a market left, by its links and what was not sold.

    waste = mean over companies of the supply left,  cost = sum over links of weight * length / dmax
    """
    n_links = np.count_nonzero(weight)
    return Outcome(
        waste=float(supply.sum(axis=1).mean() / SAMPLES),
        cost=float((weight * distance).sum() / diagonal),
        links=float(n_links),
        components=float(connected_components(weight, connection="weak")[0]),
        flow=float(weight.sum() / n_links) if n_links else np.nan,
    )


def played(
    random: np.random.Generator, stand: Floats, means: Floats, spread: float, terms: Terms, n_steps: int
) -> Outcome:
    """The outcome of a market of companies that stand somewhere, (n, 2), with means of products, (n, 2)."""
    supply, demand = (np.zeros((len(stand), N_BINS), np.int32) for _ in range(2))
    products(random, means, spread, supply, demand)
    distance = distances(stand, stand)
    weight = market(random, distance, supply, demand, terms, n_steps)
    return outcome(distance, supply, weight, terms.diagonal)
