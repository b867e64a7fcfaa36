"""Rank statistics of many small samples at once: one row per sample, ordinal answers as level codes from 0.

The same numbers as scipy's `spearmanr`, `kruskal` and `chi2_contingency`, without calling them thousands of
times.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


class Tested(NamedTuple):
    """A test statistic and its p-value, each (n_samples,)."""

    statistic: Floats
    p_value: Floats


def counts(codes: Codes, n_codes: int) -> Floats:
    """How often each code occurs in each sample, (n_samples, n_codes)."""
    return np.stack([(codes == k).sum(axis=1) for k in range(n_codes)], axis=1).astype(np.float64)


def midranks(codes: Codes, n_codes: int) -> Floats:
    """Average ranks from 1 within each sample, (n_samples, n)."""
    found = counts(codes, n_codes)
    middle = np.cumsum(found, axis=1) - 0.5 * found + 0.5
    return np.take_along_axis(middle, codes, axis=1)


def spearman(x: Floats, y: Floats) -> Floats:
    """Spearman's rho of each sample from its midranks; NaN where all answers are equal."""
    x = x - x.mean(axis=1, keepdims=True)
    y = y - y.mean(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((x * y).sum(axis=1) / np.sqrt((x * x).sum(axis=1) * (y * y).sum(axis=1)))


def spearman_p(rho: Floats, n: int) -> Floats:
    """Two-sided p-value of rho by its t approximation."""
    from scipy.special import stdtr

    with np.errstate(divide="ignore"):
        t = np.abs(rho) * np.sqrt((n - 2) / np.maximum(1.0 - rho**2, 0.0))
    return np.asarray(2.0 * stdtr(n - 2, -t))


def kruskal(codes: Codes, n_codes: int, group: Codes, n_groups: int) -> Tested:
    """Kruskal-Wallis H corrected for ties and its chi-square p-value; groups without answers do not count."""
    from scipy.special import chdtrc

    n = codes.shape[1]
    ranks = midranks(codes, n_codes)
    total = np.zeros(len(codes))
    for g in range(n_groups):
        member = group == g
        size = member.sum(axis=1)
        total += np.where(size > 0, (ranks * member).sum(axis=1) ** 2 / np.maximum(size, 1), 0.0)
    tied = counts(codes, n_codes)
    ties = 1.0 - (tied**3 - tied).sum(axis=1) / (n**3 - n)
    with np.errstate(invalid="ignore", divide="ignore"):
        h = (12.0 / (n * (n + 1.0)) * total - 3.0 * (n + 1.0)) / ties
    freedom = (counts(group, n_groups) > 0).sum(axis=1) - 1
    return Tested(np.asarray(h), np.asarray(chdtrc(freedom, np.maximum(h, 0.0))))


def chi_square(classes: Codes, n_classes: int, group: Codes, n_groups: int) -> Tested:
    """Pearson's chi-square of classes by groups and its p-value; empty rows and columns do not count."""
    from scipy.special import chdtrc

    table = np.stack(
        [
            ((group == g)[:, :, None] & (classes[:, :, None] == np.arange(n_classes))).sum(axis=1)
            for g in range(n_groups)
        ],
        axis=1,
    ).astype(np.float64)
    rows, columns = table.sum(axis=2), table.sum(axis=1)
    expected = rows[:, :, None] * columns[:, None, :] / classes.shape[1]
    statistic = np.where(expected > 0, (table - expected) ** 2 / np.where(expected > 0, expected, 1.0), 0.0)
    freedom = ((rows > 0).sum(axis=1) - 1) * ((columns > 0).sum(axis=1) - 1)
    h = statistic.sum(axis=(1, 2))
    return Tested(h, np.asarray(np.where(freedom > 0, chdtrc(np.maximum(freedom, 1), h), np.nan)))
