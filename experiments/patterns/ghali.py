"""Trust and knowledge after Ghali, Frayret and Ahabchane (2017) as coded in ABSiCE: the rule that saturates.

Two kinds of firms on a network, producers and recyclers; all quantities without dimension. Each step first
every recycler updates its knowledge, then every producer in turn

    trust       T_ij <- clip(H_ij + a_i * (mean over common contacts k of T_ik - H_ij) + U(-1, 1), -1, 1),
                H_ij <- (H_ij * (t + 1) + T_ij) / (t + 2);  no reputation term without common contacts
    knowledge   K_i <- clip(K_i + a_i * sum over trusted contacts of U(0, 1) * (K_j - K_i) + U(0, 1), 0, 1)
    synergy     with a trusted contact and K_i > 0.5 the producer is in a synergy from then on

Nothing ever ends, and what is drawn adds to knowledge: the rule saturates by construction. Acceptance, which sets
whether material flows in a synergy and acts on nothing else, is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: From which trust on a contact is trusted, and from which knowledge on a producer enters a synergy.
TRUSTED, KNOWING = 0.5, 0.5


@dataclass
class Firms:
    """Who knows whom, and how every firm stands; contacts are listed in ascending order."""

    contacts: list[list[int]]
    is_producer: NDArray[np.bool_]
    trust: list[NDArray[np.float64]]
    """Trust of each firm in each of its contacts."""
    knowledge: NDArray[np.float64]
    influence: NDArray[np.float64]


def shares_in_synergy(firms: Firms, n_steps: int, random: np.random.Generator) -> NDArray[np.float64]:
    """Share of the producers in a synergy after each step, (n_steps,)."""
    n_firms = len(firms.contacts)
    place = [{j: k for k, j in enumerate(contacts)} for contacts in firms.contacts]
    common = [
        [[own[k] for k in firms.contacts[j] if k in own] for j in firms.contacts[i]]
        for i, own in enumerate(place)
    ]
    history = [trust.copy() for trust in firms.trust]
    in_synergy = np.zeros(n_firms, np.bool_)
    producers: list[int] = np.flatnonzero(firms.is_producer).tolist()
    recyclers: list[int] = np.flatnonzero(~firms.is_producer).tolist()
    shares = np.zeros(n_steps)
    for step in range(n_steps):
        for i in recyclers:
            learn(firms, i, random)
        for i in producers:
            renew_trust(firms, i, history[i], common[i], step, random)
            learn(firms, i, random)
            if firms.knowledge[i] > KNOWING and (firms.trust[i] >= TRUSTED).any():
                in_synergy[i] = True
        shares[step] = in_synergy[producers].mean()
    return shares


def renew_trust(
    firms: Firms,
    i: int,
    history: NDArray[np.float64],
    common: list[list[int]],
    step: int,
    random: np.random.Generator,
) -> None:
    """A producer's trust in its contacts, one after the other; `common` lists the places of common contacts."""
    trust, noise = firms.trust[i], random.uniform(-1.0, 1.0, len(history))
    for k, shared in enumerate(common):
        reputation = firms.influence[i] * (trust[shared].mean() - history[k]) if shared else 0.0
        trust[k] = min(1.0, max(-1.0, history[k] + reputation + noise[k]))
    history[:] = (history * (step + 1) + trust) / (step + 2)


def learn(firms: Firms, i: int, random: np.random.Generator) -> None:
    """A firm's knowledge: from its trusted contacts, and by chance."""
    trusted = [j for j, trust in zip(firms.contacts[i], firms.trust[i], strict=True) if trust >= TRUSTED]
    told = (random.uniform(size=len(trusted)) * (firms.knowledge[trusted] - firms.knowledge[i])).sum()
    knowledge = firms.knowledge[i] + firms.influence[i] * told + random.uniform()
    firms.knowledge[i] = min(1.0, max(0.0, knowledge))
