"""Documented exchanges as arrays: who gave what to whom, and what that says about a branch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from issim.evidence import Evidence
from issim.evidence.vocabulary import BRANCHES, GOOD_RESOURCE, GOODS, TICK_GROUPS
from issim.own.register import Register
from issim.population.firms import Population


def exchange_counts(evidence: Evidence) -> NDArray[np.float64]:
    """Documented exchanges as an array (donor branch, good, receiver branch)."""
    counts = np.zeros((len(BRANCHES), len(GOODS), len(BRANCHES)))
    for row in evidence.exchange_counts:
        counts[row.donor, row.good, row.receiver] += row.documented
    return counts


def with_links(counts: NDArray[np.float64], firms: Register, population: Population) -> NDArray[np.float64]:
    """The counts with one more exchange for each that is documented between firms of a register.

    What was done there can be done there, even where the library has no such exchange between these branches.
    """
    found = counts.copy()
    for link in firms.links:
        donors = np.unique(population.branch[link.donors])
        receivers = np.unique(population.branch[link.receivers])
        found[donors[:, None], link.good, receivers] += 1.0
    return found


def shrunk_odds(counts: NDArray[np.float64], shrinkage: float) -> NDArray[np.float64]:
    """Share of each good among a branch's documented exchanges, pulled towards the mean branch.

        odds(b, g) = (n(b, g) + k * n(g) / n) / (n(b) + k)

    For whom  counts (n_branches, n_goods), as donors or as receivers; k exchanges of shrinkage
    Keeps     rows add to 1; a branch without a documented exchange is the mean branch
    """
    mean = counts.sum(axis=0) / max(counts.sum(), 1.0)
    odds: NDArray[np.float64] = (counts + shrinkage * mean) / (counts.sum(axis=1, keepdims=True) + shrinkage)
    return odds


def balanced_odds(
    odds: NDArray[np.float64], counts: NDArray[np.float64], evidence: Evidence, balance: float
) -> NDArray[np.float64]:
    """Odds of a use that lean towards the resources that firms say they could share.

        odds'(b, g) ~ odds(b, g) * [ticked(G) / documented(G)] ^ balance,   G the resource group of good g

    The library of exchanges lists what is called symbiosis; plain recycling of metal, plastic, paper and wood
    is common and hardly in it, while 44 % of the surveyed firms have such materials to share.

    For whom  odds and counts (n_branches, n_goods) of receivers; balance 0 keeps the library's view
    Keeps     rows add to 1; a good that is not documented stays out
    """
    options = TICK_GROUPS["resources"]
    groups = np.array(GOOD_RESOURCE)
    ticked = np.array([evidence.figure(f"resources.{option}").value for option in options], np.float64)
    documented = np.bincount(groups, weights=counts.sum(axis=0), minlength=len(options))
    lean = (ticked / ticked.sum() / np.maximum(documented / max(documented.sum(), 1.0), 1e-12)) ** balance
    leaning = odds * np.where(documented > 0, lean, 0.0)[groups]
    total = leaning.sum(axis=1, keepdims=True)
    return np.asarray(leaning / np.where(total > 0, total, 1.0))
