"""Candidate exchanges: which offer could meet which need, and how good a match that would be.

An offer and a need match if they are of one good, in one region, of two firms near enough, and of branches
between which such an exchange is documented or at least likely. The search is exact: every offer keeps its
best matches among all needs of its good, then every need its best among those. Across a border the same
search runs from one region to the other, once each way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from issim.elementary import logs
from issim.evidence.vocabulary import GOODS
from issim.own.register import Register
from issim.population.documented import shrunk_odds
from issim.units import ASSUMPTION, par
from issim.world.matching import FlowSizes, Place, Search, best_needs
from issim.world.shortlist import by_firm, chosen, hops_between
from issim.world.state import Codes, Firms, Goods, Ints, Links, Needs, Offers, Pairs


@dataclass(frozen=True)
class CandidateOptions:
    """Which exchanges are worth thinking of."""

    max_distance: float = par(
        100.0, unit="km", low=0.1, high=5000.0, meaning="farthest partner that a firm would think of",
        source=ASSUMPTION, prior="uniform(60, 200)",
    )  # fmt: skip
    distance_scale: float = par(
        25.0, unit="km", low=0.1, high=5000.0,
        meaning="distance that makes a match worth 1/e of one next door when candidates are ranked",
        source=ASSUMPTION, prior="uniform(10, 60)",
    )  # fmt: skip
    per_offer: int = par(
        6, unit="needs", low=1, high=64, meaning="best needs that each offer keeps as candidates",
        source=ASSUMPTION, prior="uniform(3, 10)",
    )  # fmt: skip
    per_need: int = par(
        8, unit="offers", low=1, high=64, meaning="best offers that each need keeps as candidates",
        source=ASSUMPTION, prior="uniform(4, 12)",
    )  # fmt: skip
    smoothing: float = par(
        0.4, unit="1", low=0.0, high=1.0,
        meaning="compatibility of an undocumented exchange between a good's most typical donor and receiver",
        source=ASSUMPTION, prior="uniform(0.2, 0.6)",
    )  # fmt: skip
    half: float = par(
        0.5, unit="exchanges", low=0.001, high=1000.0,
        meaning="documented exchanges at which two branches are taken to be half compatible in a good",
        source=ASSUMPTION, prior="loguniform(0.1, 2)",
    )  # fmt: skip
    min_compatibility: float = par(
        0.05, unit="1", low=0.0, high=1.0, meaning="compatibility below which nobody thinks of an exchange",
        source=ASSUMPTION, prior="uniform(0.01, 0.2)",
    )  # fmt: skip


#: The most that a need or an offer keeps where a register makes many firms share one.
MOST_KEPT = 512


def wide_enough(options: CandidateOptions, firms: Register) -> CandidateOptions:
    """The options with room for what a register shows to be shared: a plant that treats the water of a district.

    A need keeps at least as many offers as there are known offers for each known need of its good, and so for offers.
    """
    offered, needed = (np.bincount(flows.good, minlength=len(GOODS)) for flows in (firms.offers, firms.needs))
    both = (offered > 0) & (needed > 0)
    if not both.any():
        return options
    per_need = int(np.ceil((offered[both] / needed[both]).max()))
    per_offer = int(np.ceil((needed[both] / offered[both]).max()))
    return replace(
        options,
        per_need=max(int(options.per_need), min(per_need, MOST_KEPT)),
        per_offer=max(int(options.per_offer), min(per_offer, MOST_KEPT)),
    )


class Crossing(NamedTuple):
    """One way across one border: from the region `giving` to the region `taking`, by their numbers."""

    row: int
    giving: int
    taking: int
    technical: float
    contact_factor: float
    max_distance: float
    per_offer: int
    per_need: int


def compatibility(
    counts: NDArray[np.float64], options: CandidateOptions, shrinkage: float
) -> NDArray[np.float64]:
    """Technical compatibility of a donor branch and a receiver branch in a good, from documented exchanges.

        c = 1 - [1 - n / (n + half)] * [1 - s * sqrt(t(d, g) * t(r, g))]

    Documented exchanges n(d, g, r) count by themselves; besides, an undocumented pair is likelier the more
    typical both are for the good: t(d, g) is how many documented donors of the good are of that branch,
    relative to its most frequent donor branch, each branch's goods pulled towards the mean branch; t(r, g)
    likewise.

    For whom  counts (donor branch, good, receiver branch)
    Units     in [0, 1), (n_branches, n_goods, n_branches); 0 below `min_compatibility`
    Keeps     grows with every documented exchange of the pair; 0 for a good that is not documented
    """
    donors = _typical(counts.sum(axis=2), shrinkage)
    receivers = _typical(counts.sum(axis=0).T, shrinkage)
    likely = options.smoothing * np.sqrt(donors[:, :, None] * receivers.T[None, :, :])
    found = 1.0 - (1.0 - counts / (counts + options.half)) * (1.0 - likely)
    return np.where(found >= options.min_compatibility, found, 0.0)


def _typical(counts: NDArray[np.float64], shrinkage: float) -> NDArray[np.float64]:
    """Frequency of each branch for each good relative to the good's most frequent branch, in [0, 1]."""
    expected = shrunk_odds(counts, shrinkage) * (counts.sum(axis=1, keepdims=True) + shrinkage)
    most = expected.max(axis=0)
    return np.asarray(expected / np.where(most > 0.0, most, 1.0))


def find(
    firms: Firms,
    offers: Offers,
    needs: Needs,
    goods: Goods,
    peers: Links,
    fits: NDArray[np.float64],
    options: CandidateOptions,
) -> tuple[Pairs, Links]:
    """Candidate exchanges within one region, and for each firm the list of its own.

    For whom  firms of one region in any row order; `fits` as from `compatibility`
    Keeps     donor is not receiver; distance within `max_distance` and the good's reach; pairs are in the
              order of offers, and within one by the receiver's index; a firm's list is by partner, good, role
    """
    limit = np.minimum(goods.reach, options.max_distance)
    search = Search(logs(fits), limit, float(options.distance_scale))
    offer, need = matched(firms, offers, needs, goods, search, options.per_offer, options.per_need)
    hops = hops_between(offers.firm[offer], needs.firm[need], peers.start, peers.items)
    pairs = paired(firms, offers, needs, offer, need, fits, hops)
    return pairs, listed(pairs, firms)


def matched(
    firms: Firms,
    offers: Offers,
    needs: Needs,
    goods: Goods,
    search: Search,
    per_offer: int,
    per_need: int,
) -> tuple[Ints, Ints]:
    """Rows of the offer and the need of every match: an offer's best needs, of which needs keep their best.

    For whom  offers and needs whose firms are rows of `firms`; the needs of one region
    Keeps     in the order of offers, and within one by the receiver's index
    """
    place = Place(firms.x, firms.y, firms.branch, firms.index)
    worth = logs(offers.quantity * goods.replaced[offers.good])
    flows = FlowSizes(offers.firm, offers.good, worth, needs.firm, needs.good, logs(needs.quantity))
    best, score = best_needs(flows, place, search, per_offer)
    return chosen(best, score, firms.index[offers.firm], needs.firm, firms.index, per_need)


def paired(
    firms: Firms,
    offers: Offers,
    needs: Needs,
    offer: Ints,
    need: Ints,
    fits: NDArray[np.float64],
    hops: Codes,
    border: int = 0,
) -> Pairs:
    """The table of candidate exchanges out of the rows of their offers and needs."""
    donor, receiver, good = offers.firm[offer], needs.firm[need], offers.good[offer]
    east, north = firms.x[donor] - firms.x[receiver], firms.y[donor] - firms.y[receiver]
    distance = np.sqrt(east * east + north * north)
    return Pairs(
        offer=offer,
        need=need,
        donor=donor,
        receiver=receiver,
        good=good,
        distance=distance.astype(np.float32),
        hops=hops,
        compatibility=fits[firms.branch[donor], good, firms.branch[receiver]].astype(np.float32),
        border=np.full(len(offer), border, np.int16),
    )


def listed(pairs: Pairs, firms: Firms) -> Links:
    """For each firm the list of its candidate exchanges, by partner, good and role."""
    return Links(*by_firm(pairs.donor, pairs.receiver, pairs.good, firms.region, firms.index))


def across(
    firms: Firms,
    offers: Offers,
    needs: Needs,
    goods: Goods,
    fits: NDArray[np.float64],
    options: CandidateOptions,
    search: Crossing,
) -> Pairs:
    """Candidate exchanges from the firms of one region to those of another.

    What ships carry goes as far as the border allows, whatever a good's reach on land; pipes keep their reach.

    For whom  tables of joined regions; `fits` as from `compatibility`
    Keeps     at most so many per offer and need as the border says, besides those within regions; nobody
              knows anybody across a border (three steps in the network)
    """
    given = np.flatnonzero(firms.region[offers.firm] == search.giving).astype(np.int32)
    taken = np.flatnonzero(firms.region[needs.firm] == search.taking).astype(np.int32)
    lowered = fits * (1.0 - search.technical)
    lowered = np.where(lowered >= options.min_compatibility, lowered, 0.0)
    limit = np.where(goods.is_mass > 0.0, search.max_distance, np.minimum(goods.reach, search.max_distance))
    how = Search(logs(lowered), limit, float(options.distance_scale / search.contact_factor))
    some = Offers(offers.firm[given], offers.good[given], offers.quantity[given])
    others = Needs(needs.firm[taken], needs.good[taken], needs.quantity[taken])
    offer, need = matched(firms, some, others, goods, how, search.per_offer, search.per_need)
    hops = np.full(len(offer), 3, np.int8)
    return paired(firms, offers, needs, given[offer], taken[need], lowered, hops, search.row)
