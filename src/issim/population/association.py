"""Latent normals behind ordinal answers: thresholds of mixtures, indices, rank statistics of exact tables.

Everything here is integrated on fixed Gauss-Hermite nodes, so that fitting needs no random numbers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

Floats = NDArray[np.float64]

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(48)
#: Nodes and weights for expectations over one standard normal, shape (48,) each.
NODES: Floats = np.asarray(_NODES, dtype=np.float64)
WEIGHTS: Floats = np.asarray(_WEIGHTS / _WEIGHTS.sum(), dtype=np.float64)

#: Decimals to which a fitted number is kept. Sums of products and elementary functions differ between processors in
#: their last digits, and a fit carries that on: kept to nine decimals, all processors build the same firms.
DECIMALS = 9


def kept(fitted: ArrayLike) -> Floats:
    """A fitted number or an array of them, to as many decimals as every processor agrees on."""
    return np.asarray(np.round(np.asarray(fitted, np.float64), DECIMALS))


def mixture_thresholds(cumulative: Floats, shares: Floats, shifts: Floats) -> Floats:
    """Thresholds t with sum_c shares_c * Phi(t_k - shifts_c) = cumulative_k, shape (n_levels - 1,).

    Keeps     the pooled margin, whatever the shifts of the groups
    """
    low = np.full(len(cumulative), -12.0) + shifts.min()
    high = np.full(len(cumulative), 12.0) + shifts.max()
    t = np.clip(ndtri(np.clip(cumulative, 1e-12, 1.0 - 1e-12)) + shares @ shifts, low, high)
    for _ in range(60):
        gap = ndtr(t[:, None] - shifts) @ shares - cumulative
        if np.abs(gap).max() < 1e-13:
            break
        low, high = np.where(gap > 0, low, t), np.where(gap > 0, t, high)
        slope = np.exp(-0.5 * (t[:, None] - shifts) ** 2) @ shares / np.sqrt(2.0 * np.pi)
        newton = t - gap / np.maximum(slope, 1e-300)
        t = np.where((newton > low) & (newton < high), newton, 0.5 * (low + high))
    return np.asarray(t)


def levels_given(thresholds: Floats, mean: Floats, sd: float) -> Floats:
    """Probabilities of the levels of an item whose latent is normal(mean, sd); shape (..., n_levels)."""
    below = ndtr((thresholds - mean[..., None]) / sd)
    edges = np.zeros((*mean.shape, 1))
    return np.diff(np.concatenate([edges, below, edges + 1.0], axis=-1), axis=-1)


def sum_of(levels: list[Floats]) -> Floats:
    """Distribution of the sum of independent items, each (..., n_levels); level 0 is the smallest sum."""
    total = levels[0]
    for item in levels[1:]:
        n, m = total.shape[-1], item.shape[-1]
        out = np.zeros((*total.shape[:-1], n + m - 1))
        for k in range(m):
            out[..., k : k + n] += total * item[..., k : k + 1]
        total = out
    return total


def ridits(p: Floats) -> Floats:
    """Mean rank of each level as a fraction of the sample: cumulative share up to its middle."""
    return np.asarray(np.cumsum(p, axis=-1) - 0.5 * p)


def spearman(joint: Floats) -> float:
    """Spearman's rho of two ordinal variables from their joint distribution (n_rows, n_columns)."""
    rows, columns = joint.sum(axis=1), joint.sum(axis=0)
    x, y = ridits(rows) - 0.5, ridits(columns) - 0.5
    return float((x @ joint @ y) / np.sqrt((rows @ x**2) * (columns @ y**2)))


def kruskal_noncentrality(by_group: Floats, counts: Floats) -> float:
    """Noncentrality of the Kruskal-Wallis H of samples with the given group sizes.

    by_group (n_groups, n_levels) are the distributions; H of such samples is nearly noncentral chi-square.
    """
    n = counts.sum()
    pooled = counts @ by_group / n
    effect = by_group @ ridits(pooled) - 0.5
    ties = 1.0 - float((pooled**3).sum())
    return float(12.0 * n / (n + 1.0) * (counts @ effect**2) / ties)


def chi_square_noncentrality(by_group: Floats, counts: Floats) -> float:
    """Noncentrality of Pearson's chi-square of samples with the given group sizes."""
    pooled = counts @ by_group / counts.sum()
    return float(counts @ ((by_group - pooled) ** 2 / pooled).sum(axis=1))
