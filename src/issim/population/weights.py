"""What the published correlations imply about readiness when its correlates are taken together.

The weights are those of the linear regression of willingness (1..5) on awareness (1..3), digital readiness,
acknowledged benefits (both in [0, 1]) and exchanging practice (0 or 1), all standardised, in the fitted
population pooled over countries. They describe who is ready, not what makes a firm ready: the survey is
cross-sectional, and whoever lets a change act through them multiplies by a causal share of his own.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from issim.evidence import Evidence
from issim.evidence.vocabulary import ITEMS
from issim.population.association import NODES, WEIGHTS, Floats, kept, levels_given
from issim.population.dependence import TRAITS, Dependence
from issim.population.firms import dependence_of
from issim.population.options import PopulationOptions
from issim.population.published import Published, published

CORRELATES = ("awareness", "digital", "benefits", "practice")


class ReadinessWeights(NamedTuple):
    """Standardised partial weights on readiness, and the standard deviations that give them units.

    A change of `x` moves readiness by `weight_x * sd_readiness / sd_x` scale points per unit of x.
    """

    awareness: float
    digital: float
    benefits: float
    practice: float
    sd_awareness: float
    sd_digital: float
    sd_benefits: float
    sd_practice: float
    sd_readiness: float
    r_squared: float

    def points(self) -> tuple[float, float, float, float]:
        """Scale points of readiness per unit of awareness, digital readiness, benefits and practice."""
        return (
            self.awareness * self.sd_readiness / self.sd_awareness,
            self.digital * self.sd_readiness / self.sd_digital,
            self.benefits * self.sd_readiness / self.sd_benefits,
            self.practice * self.sd_readiness / self.sd_practice,
        )


def _item_mean(model: Dependence, item: str, trait: Floats, shift: Floats, power: int) -> Floats:
    """Mean of an item's level (to a power) by country, given its trait; shape (n_surveyed, *trait.shape)."""
    j = ITEMS.index(item)
    thresholds = model.thresholds[j][np.isfinite(model.thresholds[j])]
    mean = model.loadings[j] * (trait[None] + shift.reshape(-1, *([1] * trait.ndim)))
    levels = levels_given(thresholds, mean, np.sqrt(1.0 - model.loadings[j] ** 2))
    return np.asarray(levels @ np.arange(1.0, levels.shape[-1] + 1) ** power)


def _means_given_readiness(model: Dependence, size_shares: Floats) -> Floats:
    """Mean of willingness and of each correlate by country and readiness, (5, n_surveyed, n_nodes)."""
    link = dict(zip(TRAITS, model.links, strict=True))
    spread = {name: np.sqrt(1.0 - link[name] ** 2) for name in TRAITS}
    aware = link["awareness"] * NODES[:, None] + spread["awareness"] * NODES[None, :]
    awareness = _item_mean(model, "awareness", aware, model.shifts[:, 1], 1) @ WEIGHTS
    # the mean of Phi(offset + x) over x ~ normal(m, s) is Phi((offset + m) / sqrt(1 + s^2))
    offset = model.digital_offset[:, :, None] + link["competence"] * NODES
    digital = np.einsum("s,csn->cn", size_shares, ndtr(offset / np.sqrt(1.0 + spread["competence"] ** 2)))
    benefits = ndtr(link["benefits"] * NODES / np.sqrt(1.0 + spread["benefits"] ** 2))
    practice = ndtr((link["practice"] * NODES - model.practice_threshold) / spread["practice"])
    willing = _item_mean(model, "willingness", NODES, model.shifts[:, 0], 1)
    flat = np.ones_like(willing)
    return np.stack([willing, awareness, digital, benefits * flat, practice * flat])


def _variances(model: Dependence, facts: Published) -> Floats:
    """Variances of willingness and of each correlate, pooled over countries."""

    def of_item(item: str) -> float:
        p = facts.margins[item]
        scale = np.arange(1.0, len(p) + 1)
        return float(p @ scale**2 - (p @ scale) ** 2)

    cell = np.outer(facts.country_shares, facts.size_shares)
    digital = ndtr(NODES[:, None, None] + model.digital_offset)
    first, second = (np.einsum("n,cs,ncs->", WEIGHTS, cell, digital**k) for k in (1, 2))
    share = float(ndtr(-model.practice_threshold))
    return np.array(
        [of_item("willingness"), of_item("awareness"), second - first**2, 1.0 / 12.0, share * (1.0 - share)]
    )


def correlations(model: Dependence, facts: Published) -> tuple[Floats, Floats]:
    """Pearson correlation matrix (5, 5) of willingness and its correlates, and their standard deviations.

    Given readiness and surveyed country the five are independent, so that covariances are those of their means.
    """
    n = len(facts.country_shares)
    model = model._replace(shifts=model.shifts[:n], digital_offset=model.digital_offset[:n])
    means = _means_given_readiness(model, facts.size_shares)
    weight = np.outer(facts.country_shares, WEIGHTS)
    pooled = np.einsum("kcn,cn->k", means, weight)
    covariance = np.einsum("kcn,lcn,cn->kl", means, means, weight) - np.outer(pooled, pooled)
    np.fill_diagonal(covariance, _variances(model, facts))
    sd = np.sqrt(np.diag(covariance))
    return covariance / np.outer(sd, sd), sd


@lru_cache(maxsize=32)
def readiness_weights(evidence: Evidence, options: PopulationOptions | None = None) -> ReadinessWeights:
    """The weights that the evidence implies under the given options (None: the defaults)."""
    model = dependence_of(evidence, options or PopulationOptions())
    matrix, sd = correlations(model, published(evidence.survey))
    beta = np.linalg.solve(matrix[1:, 1:], matrix[1:, 0])
    spreads = (*sd[1:], sd[0])
    return ReadinessWeights._make(kept([*beta, *spreads, beta @ matrix[1:, 0]]).tolist())
