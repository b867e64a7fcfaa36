"""Trust and knowledge after Ghali, Frayret and Ahabchane (2017) as coded in ABSiCE: the rule that saturates.

Two kinds of firms on a network, producers and recyclers; all quantities without dimension. Each step first
every recycler updates its knowledge, then every producer in turn

    trust       T_ij <- clip(H_ij + a_i * (mean over common contacts k of T_ik - H_ij) + U(-1, 1), -1, 1),
                H_ij <- (H_ij * (t + 1) + T_ij) / (t + 2);  no reputation term without common contacts
    knowledge   K_i <- clip(K_i + a_i * sum over trusted contacts of U(0, 1) * (K_j - K_i) + U(0, 1), 0, 1)
    acceptance  A_i <- clip(A_i + a_i * share of contacts in a synergy + b_i * (K_i - K_i before), 0, 1)
    synergy     with a trusted contact and K_i > 0.5 the producer is in a synergy from then on, and willing by
                W_ij <- A_i; material flows while W_ij >= 0.5

Nothing ever ends, and what is drawn adds to knowledge: the rule saturates by construction. Trust in firms that are
no contacts, which the original draws as well, acts on nothing and is left out; recyclers keep their first trust.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from replications.compiled import rule

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
#: From which trust on a contact is trusted, from which knowledge on a producer enters a synergy, and from which
#: willingness on material flows.
TRUSTED, KNOWING, WILLING = 0.5, 0.5, 0.5
#: What is observed after each step: shares of producers or of pairs of a producer and a contact, and means over them.
OBSERVED = ("in_synergy", "flowing", "trusted", "knowledge", "acceptance", "trust")


class Firms(NamedTuple):
    """Who knows whom, and how every firm stands; contacts of firm i are items[start[i]:start[i + 1]], ascending."""

    start: Ints
    items: Ints
    is_producer: Bools
    trust: Floats
    """Of each firm in each of its contacts."""
    knowledge: Floats
    influence: Floats
    confidence: Floats


@rule
def clip(value: float, low: float) -> float:
    """A value within [low, 1]."""
    return min(1.0, max(low, value))


@rule
def reputation(firms: Firms, i: int, pair: int, before: float) -> float:
    """How far contacts that firm `i` shares with its contact of a pair are trusted more than that one was before."""
    contact, told, n_common = firms.items[pair], 0.0, 0
    for k in range(firms.start[i], firms.start[i + 1]):
        for other in range(firms.start[contact], firms.start[contact + 1]):
            if firms.items[other] == firms.items[k]:
                told += firms.trust[k]
                n_common += 1
    return firms.influence[i] * (told / n_common - before) if n_common else 0.0


@rule
def renew_trust(random: np.random.Generator, firms: Firms, i: int, history: Floats, step: int) -> None:
    """A producer's trust in its contacts, one after the other."""
    for k in range(firms.start[i], firms.start[i + 1]):
        noise = 2.0 * random.random() - 1.0
        firms.trust[k] = clip(history[k] + reputation(firms, i, k, history[k]) + noise, -1.0)
    for k in range(firms.start[i], firms.start[i + 1]):
        history[k] = (history[k] * (step + 1) + firms.trust[k]) / (step + 2)


@rule
def learn(random: np.random.Generator, firms: Firms, i: int) -> float:
    """A firm's knowledge: from its trusted contacts, and by chance; gives by how much it rose."""
    before, told = firms.knowledge[i], 0.0
    for k in range(firms.start[i], firms.start[i + 1]):
        if firms.trust[k] >= TRUSTED:
            told += random.random() * (firms.knowledge[firms.items[k]] - before)
    firms.knowledge[i] = clip(before + firms.influence[i] * told + random.random(), 0.0)
    return firms.knowledge[i] - before


@rule
def accept(firms: Firms, i: int, acceptance: Floats, in_synergy: Bools, learnt: float) -> None:
    """A producer accepts synergies more when its contacts are in one, and as it learns."""
    contacts = firms.items[firms.start[i] : firms.start[i + 1]]
    share = in_synergy[contacts].sum() / max(1, len(contacts))
    acceptance[i] = clip(acceptance[i] + firms.influence[i] * share + firms.confidence[i] * learnt, 0.0)


@rule
def enter(firms: Firms, i: int, acceptance: Floats, willing: Floats, in_synergy: Bools) -> None:
    """A producer that knows enough enters a synergy with every contact it trusts."""
    for k in range(firms.start[i], firms.start[i + 1]):
        if firms.trust[k] >= TRUSTED and firms.knowledge[i] > KNOWING:
            willing[k] = acceptance[i]
            in_synergy[i] = True


@rule
def course(random: np.random.Generator, firms: Firms, n_steps: int) -> Floats:
    """What is observed of the producers after each step, (n_steps, 6); trust and knowledge of `firms` are moved."""
    n_firms, n_pairs = len(firms.is_producer), len(firms.items)
    history, willing = firms.trust.copy(), np.zeros(n_pairs)
    acceptance, in_synergy = np.zeros(n_firms), np.zeros(n_firms, np.bool_)
    is_theirs = np.zeros(n_pairs, np.bool_)
    for i in range(n_firms):
        is_theirs[firms.start[i] : firms.start[i + 1]] = firms.is_producer[i]
    found = np.zeros((n_steps, 6))
    for step in range(n_steps):
        for i in range(n_firms):
            if not firms.is_producer[i]:
                learn(random, firms, i)
        for i in range(n_firms):
            if firms.is_producer[i]:
                renew_trust(random, firms, i, history, step)
                learnt = learn(random, firms, i)
                accept(firms, i, acceptance, in_synergy, learnt)
                enter(firms, i, acceptance, willing, in_synergy)
        found[step, 0] = in_synergy[firms.is_producer].mean()
        found[step, 1] = (willing[is_theirs] >= WILLING).mean()
        found[step, 2] = (firms.trust[is_theirs] >= TRUSTED).mean()
        found[step, 3] = firms.knowledge[firms.is_producer].mean()
        found[step, 4] = acceptance[firms.is_producer].mean()
        found[step, 5] = firms.trust[is_theirs].mean()
    return found
