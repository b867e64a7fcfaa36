"""What is known of firms beside what is drawn: facts stand, and drawn answers go with the answers that are known.

The traits behind a firm whose answers are partly known are one of CANDIDATES draws from the population, picked in
proportion to how likely each makes what is known (sampling and resampling: Rubin 1987; Smith and Gelfand 1992). All
draws are keyed by the firm.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from issim.draws import GIVEN, firm_uniforms
from issim.evidence.vocabulary import ITEMS
from issim.normal import ndtr, ndtri
from issim.own.register import Register
from issim.population.dependence import N_SHIFTED, PARENT, TRAITS, Dependence, item_traits

if TYPE_CHECKING:
    from issim.population.firms import Population

Floats = NDArray[np.float64]

#: Draws of the traits of a firm among which one is picked; with the pick they use 897 of a firm's 1,024 uniforms.
CANDIDATES = 128
#: An item that is its trait without noise is given this much, so that some candidate is always possible.
LEAST_NOISE = 0.15
#: Columns of a register that are cut with the rows of a population.
BY_FIRM = ("country", "sector", "branch", "size", "employees", "items", "ticks", "digital", "trust")


def rows_of(known: Register, rows: slice) -> Register:
    """What is known of some of the firms."""
    return dataclasses.replace(known, **{name: getattr(known, name)[rows] for name in BY_FIRM})


def put(column: NDArray, facts: NDArray, least: int = 0) -> None:
    """Write facts over what was drawn; below `least`, or not a number, means that nothing is known."""
    is_known = facts >= least  # false for nan
    column[is_known] = facts[is_known]


def on_tree(own: Floats, links: Floats) -> Floats:
    """The traits (..., n_traits) of firms out of the standard normals of their own, along the tree of traits."""
    traits = np.empty_like(own)
    for k, parent in enumerate(PARENT):
        link = links[k]
        traits[..., k] = (
            own[..., k] if parent < 0 else link * traits[..., parent] + np.sqrt(1 - link**2) * own[..., k]
        )
    return traits


def condition(traits: Floats, part: Population, facts: Register, model: Dependence, seed: int) -> None:
    """Write the traits of firms of which answers are known over those drawn without knowing any."""
    some = np.flatnonzero((facts.items > 0).any(axis=1) | np.isfinite(facts.digital))
    if not len(some):
        return
    u = firm_uniforms(seed, GIVEN, part.index[some], part.region[some], CANDIDATES * len(TRAITS) + 1)
    own = ndtri(u[:, :-1]).reshape(len(some), CANDIDATES, len(TRAITS))
    found = on_tree(own, model.links)
    log_weight = _of_digital(found, own, part, facts, model, some) + _of_items(
        found, part, facts, model, some
    )
    weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
    cumulative = np.cumsum(weight, axis=1)
    pick = (u[:, -1:] * cumulative[:, -1:] >= cumulative).sum(axis=1)
    traits[some] = found[np.arange(len(some)), pick]


def _of_digital(
    found: Floats, own: Floats, part: Population, facts: Register, model: Dependence, some: NDArray[np.int64]
) -> Floats:
    """Set the digital competence that a known digital readiness means; the log-likelihood of it, (n, candidates)."""
    k = TRAITS.index("competence")
    child = TRAITS.index("it_use")
    level = np.clip(facts.digital[some], 1e-6, 1.0 - 1e-6)
    competence = ndtri(level) - model.digital_offset[part.country[some], part.size[some]]
    is_known = np.isfinite(competence)
    link, below = model.links[k], model.links[child]
    off = (competence[:, None] - link * found[:, :, PARENT[k]]) / np.sqrt(1.0 - link**2)
    found[is_known, :, k] = competence[is_known, None]
    found[is_known, :, child] = (
        below * competence[is_known, None] + np.sqrt(1.0 - below**2) * own[is_known, :, child]
    )
    return np.where(is_known[:, None], -0.5 * off**2, 0.0)


def _of_items(
    found: Floats, part: Population, facts: Register, model: Dependence, some: NDArray[np.int64]
) -> Floats:
    """The log-likelihood of the known answers to the items under each candidate, (n, candidates)."""
    total = np.zeros(found.shape[:2])
    edges = np.concatenate(
        [np.full((len(ITEMS), 1), -np.inf), model.thresholds, np.full((len(ITEMS), 1), np.inf)], axis=1
    )
    for j, trait in enumerate(item_traits()):
        level = facts.items[some, j].astype(np.int64)
        shift = model.shifts[part.country[some], trait] if trait < N_SHIFTED else np.zeros(len(some))
        mean = model.loadings[j] * (found[:, :, trait] + shift[:, None])
        noise = max(np.sqrt(1.0 - model.loadings[j] ** 2), LEAST_NOISE)
        low, high = edges[j][np.maximum(level - 1, 0)], edges[j][np.maximum(level, 1)]
        chance = ndtr((high[:, None] - mean) / noise) - ndtr((low[:, None] - mean) / noise)
        total += np.where(level[:, None] > 0, np.log(np.maximum(chance, 1e-12)), 0.0)
    return total
