"""How the answers hang together: a tree of latent normals whose ordinal answers correlate as published.

Every firm has seven latent traits. Within a country they are standard normals on a tree rooted in readiness,

    readiness - awareness, interest in tools, digital competence, acknowledged benefits, exchanging practice
    digital competence - use of IT tools

with one correlation per edge. An item is a thresholded mixture of its trait and noise of its own,

    z = loading * (trait + shift of the country) + sqrt(1 - loading^2) * noise

The report publishes correlations with readiness and nothing else about pairs. The tree is the maximum-entropy
completion of exactly that knowledge (pairs without an edge are independent given the traits between them),
the same principle as for the margins, and it is positive definite whatever the edges in (-1, 1).

Countries Norway's shift meets its index; Latvia's makes the published test statistic the median one of
          samples with the published counts; Italy, Poland and Slovenia are not told apart: the report gives
          nothing to tell them by. Countries that were not surveyed have no shift, either (an assumption): the
          five surveyed shifts average to less than a tenth of a standard deviation.
Keeps     the pooled margins: thresholds are those of the mixture over the surveyed countries.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq, root
from scipy.special import chndtrinc, ndtr, ndtri

from issim.errors import InputError
from issim.evidence.survey import SurveyFigure
from issim.evidence.vocabulary import COUNTRIES, ITEM_LEVELS, ITEMS, SURVEYED, TICKS
from issim.population.association import NODES, WEIGHTS, Floats, kept, mixture_thresholds, spearman
from issim.population.indices import (
    INDICES,
    cumulative,
    index_by_country,
    index_given_trait,
    mean_index,
    noncentrality,
)
from issim.population.options import PopulationOptions
from issim.population.published import FREEDOM, Published, published

TRAITS = ("readiness", "awareness", "interest", "competence", "it_use", "benefits", "practice")
#: Position of the trait that each trait hangs on; readiness is the root.
PARENT = (-1, 0, 0, 0, 3, 0, 0)
#: The first three traits differ between countries.
N_SHIFTED = 3

#: The trait behind each item; for items outside the indices an assumption: what a firm knows goes with
#: awareness, what it would do goes with readiness.
ITEM_TRAIT: dict[str, str] = {
    "awareness": "awareness",
    "examples": "awareness",
    "sustainability": "awareness",
    "learning": "readiness",
    "willingness": "readiness",
    "likelihood": "readiness",
    "information": "awareness",
    "guidelines": "readiness",
    "legal": "awareness",
    "tools": "interest",
    "training": "readiness",
}
#: Obstacles that the report finds weakly positively related to readiness (its questions 25a, b and d).
WEAKLY_POSITIVE = (
    "digital_obstacles.high_cost",
    "digital_obstacles.lack_of_knowledge",
    "digital_obstacles.privacy",
)

#: A grade on 1..5 of a quantity in [0, 1]: equal fifths.
GRADE_CUTS = np.array([0.2, 0.4, 0.6, 0.8])


class Dependence(NamedTuple):
    """The fitted latent model; positions follow TRAITS, COUNTRIES, ITEMS and TICKS."""

    links: Floats  # (n_traits,) correlation with the parent within a country
    shifts: Floats  # (n_countries, 3) of readiness, awareness and interest, in latent SDs
    loadings: Floats  # (n_items,)
    thresholds: Floats  # (n_items, 4) padded with +inf
    tick_links: Floats  # (n_ticks,) latent correlation with readiness
    tick_thresholds: Floats  # (n_ticks,) a tick is a latent above its threshold
    practice_threshold: float
    digital_offset: Floats  # (n_countries, n_sizes) added to competence before it is graded


def item_traits() -> np.ndarray:
    """Position in TRAITS of the trait behind each item, shape (n_items,)."""
    return np.array([TRAITS.index(ITEM_TRAIT[item]) for item in ITEMS])


def _country_shifts(facts: Published, index: str, loading: float) -> Floats:
    """Latent shifts of an index by surveyed country: Norway's meets its mean, Latvia's the test statistic."""
    items = INDICES[index]
    norway, latvia = SURVEYED.index("NO"), SURVEYED.index("LV")
    target = float(chndtrinc(facts.statistic[index], FREEDOM[index], 0.5))

    def shifts_of(x: Floats) -> Floats:
        shifts = np.zeros(len(SURVEYED))
        shifts[norway], shifts[latvia] = x
        return shifts

    def gap(x: Floats) -> list[float]:
        by_country = index_by_country(facts, items, loading, shifts_of(x))
        reached = noncentrality(facts, index, by_country)
        return [
            mean_index(by_country[norway], len(items)) - facts.norway[index],
            (reached - target) / target,
        ]

    near = root(gap, np.array([1.0, -0.8]), method="hybr")
    found = root(gap, near.x, method="hybr", tol=1e-14)  # to the last digits: see `kept`
    met = found.x[1] < 0.0 and np.abs(gap(found.x)).max() <= 1e-6
    if not met:
        raise InputError(
            f"survey index '{index}' = {facts.norway[index]} for Norway and test statistic "
            f"{facts.statistic[index]} cannot be met together with Latvia lowest; check these figures in the "
            "survey table."
        )
    return kept(shifts_of(found.x))


def _solve_link(target: float, joint_of: Callable[[float], Floats], what: str, strict: bool) -> float:
    """The latent correlation at which the ordinal Spearman correlation is the published one.

    strict   refuse a correlation that the margins do not allow; else (a sample of few) take the nearest they do
    """

    def gap(link: float) -> float:
        return spearman(joint_of(link)) - target

    if not strict and gap(-0.99) > 0.0:
        return -0.99
    if not strict and gap(0.99) < 0.0:
        return 0.99
    if gap(-0.99) > 0.0 or gap(0.99) < 0.0:
        raise InputError(
            f"survey correlation of {what} with readiness = {target} is outside what the margins allow "
            f"[{target + gap(-0.99):.2f}, {target + gap(0.99):.2f}]; correct the survey table or choose a "
            "population.item_loading nearer to 1."
        )
    return float(brentq(gap, -0.99, 0.99, xtol=1e-14))


def _link_awareness(facts: Published, loading: float, shifts: Floats, ready: Floats) -> float:
    """Latent correlation of awareness and readiness from that of their indices."""

    def joint(link: float) -> Floats:
        trait = link * NODES[:, None] + np.sqrt(1.0 - link**2) * NODES[None, :]
        aware = index_given_trait(facts, INDICES["awareness"], loading, shifts[:, 1], trait)
        given = np.einsum("cnga,g->cna", aware, WEIGHTS)
        return np.einsum("c,n,cna,cnr->ar", facts.country_shares, WEIGHTS, given, ready)

    return _solve_link(facts.correlation["awareness"], joint, "awareness", strict=bool(facts.norway))


def _link_grade(facts: Published, name: str, thresholds: Floats, weights: Floats, ready: Floats) -> float:
    """Latent correlation of a graded trait with readiness.

    thresholds (n_surveyed, n_cells, n_levels - 1) and weights (n_cells,) cover the size classes that differ.
    """

    def joint(link: float) -> Floats:
        below = ndtr((thresholds[:, :, None, :] - link * NODES[:, None]) / np.sqrt(1.0 - link**2))
        edges = np.zeros((*below.shape[:-1], 1))
        levels = np.diff(np.concatenate([edges, below, edges + 1.0], axis=-1), axis=-1)
        given = np.einsum("csnl,s->cnl", levels, weights)
        return np.einsum("c,n,cnl,cnr->lr", facts.country_shares, WEIGHTS, given, ready)

    return _solve_link(facts.correlation[name], joint, name, strict=bool(facts.norway))


def _links(facts: Published, options: PopulationOptions, shifts: Floats, offset: Floats) -> Floats:
    """Correlation of each trait with its parent within a country, shape (n_traits,)."""
    ready = index_given_trait(facts, INDICES["readiness"], options.item_loading, shifts[:, 0], NODES)
    n, whole = len(SURVEYED), np.ones(1)
    fifths = np.broadcast_to(ndtri(GRADE_CUTS), (n, 1, 4))
    practised = np.full((n, 1, 1), ndtri(1.0 - options.practice_share))
    graded = ndtri(GRADE_CUTS)[None, None, :] - offset[:, :, None]
    links = np.zeros(len(TRAITS))
    links[1] = _link_awareness(facts, options.item_loading, shifts, ready)
    links[2] = options.interest_link
    links[3] = _link_grade(facts, "competence", graded, facts.size_shares, ready)
    links[4] = options.it_use_link
    links[5] = _link_grade(facts, "benefits", fifths, whole, ready)
    links[6] = _link_grade(facts, "practice", practised, whole, ready)
    return kept(links)


@lru_cache(maxsize=32)
def fit(
    survey: tuple[SurveyFigure, ...], digital: tuple[tuple[float, ...], ...], options: PopulationOptions
) -> Dependence:
    """The latent model that meets the published margins, correlations and country differences.

    Fitted to the surveyed countries; the others take its links and thresholds with their own digital intensity.

    digital   share of firms with at least basic digital intensity, (n_countries, n_sizes)
    """
    facts = published(survey)
    shares = facts.country_shares
    shifts = np.zeros((len(SURVEYED), N_SHIFTED))
    if facts.norway:
        shifts = np.stack(
            [_country_shifts(facts, name, options.item_loading) for name in TRAITS[:N_SHIFTED]], axis=1
        )
    loadings = np.where(item_traits() == TRAITS.index("interest"), 1.0, options.item_loading)
    thresholds = np.full((len(ITEMS), max(ITEM_LEVELS) - 1), np.inf)
    for j, item in enumerate(ITEMS):
        shifted = loadings[j] * shifts[:, item_traits()[j]]
        thresholds[j, : ITEM_LEVELS[j] - 1] = mixture_thresholds(
            cumulative(facts.margins[item]), shares, shifted
        )
    tick_links = np.array([options.obstacle_link if name in WEAKLY_POSITIVE else 0.0 for name in TICKS])
    tick_thresholds = np.array(
        [
            mixture_thresholds(np.array([1.0 - share]), shares, link * shifts[:, 0])[0]
            for share, link in zip(facts.tick_shares, tick_links, strict=True)
        ]
    )
    offset = np.asarray(ndtri(np.clip(digital, 0.01, 0.99)))
    return Dependence(
        links=_links(facts, options, shifts, offset[: len(SURVEYED)]),
        shifts=np.concatenate([shifts, np.zeros((len(COUNTRIES) - len(SURVEYED), N_SHIFTED))]),
        loadings=loadings,
        thresholds=kept(thresholds),
        tick_links=tick_links,
        tick_thresholds=kept(tick_thresholds),
        practice_threshold=float(kept(ndtri(1.0 - options.practice_share))),
        digital_offset=kept(offset),
    )
