"""From the best matches of every offer to candidate exchanges: cut by needs, put in order, list by firm."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from issim.jit import rule


@rule
def _worst_of(
    members: NDArray[np.int64], scores: NDArray[np.float64], donor_index: NDArray[np.int32], per_offer: int
) -> int:
    """Place of the match that a full need would let go: the lowest score, among equals the largest index."""
    worst = 0
    for k in range(1, members.shape[0]):
        score, lowest = scores[members[k]], scores[members[worst]]
        later = donor_index[members[k] // per_offer] > donor_index[members[worst] // per_offer]
        if score < lowest or (score == lowest and later):
            worst = k
    return worst


@rule
def _let_needs_choose(
    best: NDArray[np.int32],
    scores: NDArray[np.float64],
    donor_index: NDArray[np.int32],
    n_needs: int,
    per_need: int,
) -> int:
    """Strike from `best` (n_offers, per_offer) what a need has better offers for; returns how many stay.

    Keeps     the order of offers does not matter: a need's offers are of different firms, so no two are equal
    """
    n_offers, per_offer = best.shape
    count = np.zeros(n_needs, np.int32)
    held = np.empty((n_needs, per_need), np.int64)
    for o in range(n_offers):
        for k in range(per_offer):
            need, match = best[o, k], o * per_offer + k
            if need < 0:
                break
            if count[need] < per_need:
                held[need, count[need]] = match
                count[need] += 1
                continue
            place = _worst_of(held[need], scores, donor_index, per_offer)
            worst = held[need, place]
            better = scores[match] > scores[worst]
            equal = scores[match] == scores[worst]
            if better or (equal and donor_index[o] < donor_index[worst // per_offer]):
                held[need, place] = match
    best[:] = -1
    n_kept = 0
    for need in range(n_needs):
        for k in range(count[need]):
            best[held[need, k] // per_offer, held[need, k] % per_offer] = need
            n_kept += 1
    return n_kept


@rule
def chosen(
    best: NDArray[np.int32],
    best_score: NDArray[np.float64],
    donor_index: NDArray[np.int32],
    need_firm: NDArray[np.int32],
    index: NDArray[np.int32],
    per_need: int,
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Offer and need of every candidate exchange, in the order of offers, then of the receiver's index.

    For whom  `best` (n_offers, per_offer) needs per offer, -1 for none, and their scores; it is used up
    Keeps     a need has at most `per_need` candidates, its best; no match depends on the order of rows
    """
    n_kept = _let_needs_choose(best, best_score.reshape(-1), donor_index, need_firm.shape[0], per_need)
    offer, need = np.empty(n_kept, np.int32), np.empty(n_kept, np.int32)
    n = 0
    for o in range(best.shape[0]):
        first = n
        for k in range(best.shape[1]):
            value = best[o, k]
            if value >= 0:
                p = n
                while p > first and index[need_firm[need[p - 1]]] > index[need_firm[value]]:
                    need[p] = need[p - 1]
                    p -= 1
                need[p], offer[n] = value, o
                n += 1
    return offer, need


@rule
def hops_between(
    donor: NDArray[np.int32], receiver: NDArray[np.int32], start: NDArray[np.int64], items: NDArray[np.int32]
) -> NDArray[np.int8]:
    """Steps from donor to receiver in the information network: 1, 2, or 3 for more; pairs in donor order."""
    hops = np.empty(donor.shape[0], np.int8)
    known = np.full(start.shape[0] - 1, -1, np.int32)
    for k in range(donor.shape[0]):
        i, j = donor[k], receiver[k]
        if k == 0 or donor[k - 1] != i:
            for p in range(start[i], start[i + 1]):
                known[items[p]] = i
        hops[k] = 3
        if known[j] == i:
            hops[k] = 1
        else:
            for p in range(start[j], start[j + 1]):
                if known[items[p]] == i:
                    hops[k] = 2
                    break
    return hops


@rule
def by_firm(
    donor: NDArray[np.int32],
    receiver: NDArray[np.int32],
    good: NDArray[np.int8],
    region: NDArray[np.int16],
    index: NDArray[np.int32],
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """CSR list of each firm's candidate exchanges, as donor or receiver, by partner, good and role."""
    n, n_pairs = index.shape[0], donor.shape[0]
    start = np.zeros(n + 1, np.int64)
    for k in range(n_pairs):
        start[donor[k] + 1] += 1
        start[receiver[k] + 1] += 1
    for i in range(n):
        start[i + 1] += start[i]
    fill = start[:-1].copy()
    items, keys = np.empty(2 * n_pairs, np.int32), np.empty(2 * n_pairs, np.int64)
    for k in range(n_pairs):
        for role in range(2):
            own, partner = (donor[k], receiver[k]) if role == 0 else (receiver[k], donor[k])
            key = ((np.int64(region[partner]) << 32 | np.int64(index[partner])) << 5) | (good[k] << 1) | role
            p = fill[own]
            while p > start[own] and keys[p - 1] > key:
                items[p], keys[p] = items[p - 1], keys[p - 1]
                p -= 1
            items[p], keys[p] = k, key
            fill[own] += 1
    return start, items
