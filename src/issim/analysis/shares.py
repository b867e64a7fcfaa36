"""Sobol' indices of a model with chance: shares of the variance that parameters make, apart from that of chance.

A run is y = f(x) + chance, where f is the mean over all seeds. Every setting x is run under the same few seeds
(replicates). Products of one replicate with *another* have the mean that products of f have, chance left out:

    V     = cov(y_r(A), y_s(A))                              variance that the numbers make,  r != s
    S1_i  = mean[y_r(B) (y_s(AB_i) - y_s(A))] / V            Saltelli et al. 2010
    ST_i  = mean[(y_r(A) - y_r(AB_i)) (y_s(A) - y_s(AB_i))] / (2 V)      Jansen 1999
    chance = 1 - V / var(y)

With products within one replicate a number that only reshuffles the luck of a run would have a total index above
zero. So a dummy has both indices 0 on average, and a number is told from it if its interval excludes 0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from issim.analysis.elementary import ERROR

Floats = NDArray[np.float64]
#: Resamples of the bootstrap over base samples.
RESAMPLES = 2000
#: Share of the resamples that an interval covers.
COVERED = 0.95


class Estimate(NamedTuple):
    """Some estimates with the ends of their 95 % intervals and whether they exceed 0; arrays of one shape."""

    mean: Floats
    low: Floats
    high: Floats
    is_told: NDArray[np.bool_]

    @property
    def half(self) -> Floats:
        """Half the width of the intervals."""
        return np.asarray((self.high - self.low) / 2.0)


class Shares(NamedTuple):
    """What moves one outcome, (n_groups,) each, and how much of its variance is chance."""

    first: Estimate
    """Share of the variance of f that goes if the number is known."""
    total: Estimate
    """Share that stays if all others are known: the number's own and all its interactions."""
    parameters: Estimate
    """Share of the variance of a single run that the numbers make, (1,); the rest is chance."""
    mean: float
    deviation: float
    """Standard deviation of a single run."""


def shares(outcome: Floats, seed: int = 0) -> Shares:
    """Sobol' indices of every group of numbers, with intervals by a bootstrap of the base samples.

    All indices are nan if the variance that the numbers make cannot be told from none.

    For whom  outcome (n, n_groups + 2, n_replicates): rows of a block as `runs.sensitivity.indices` makes them
    Units     shares; mean and deviation as the outcome
    Keeps     with one replicate, or equal ones, the estimators of SALib
    """
    centre = float(outcome[:, [0, -1]].mean())
    spread = float(outcome[:, [0, -1]].std())
    if spread == 0.0:
        return _nothing(outcome.shape[1] - 2, centre)
    moments = _moments((outcome - centre) / spread)
    luck = np.random.default_rng(seed)
    n = len(outcome)
    weights = luck.multinomial(n, np.full(n, 1.0 / n), RESAMPLES) / n
    here, again = _indices(moments.mean(axis=0)[None]), _indices(np.einsum("bn,nk->bk", weights, moments))
    n_groups = outcome.shape[1] - 2
    parameters = _estimate(here.parameters, again.parameters, 1)
    if not parameters.is_told[0]:
        nothing = _nothing(n_groups, centre)
        return nothing._replace(parameters=parameters, deviation=spread)
    return Shares(
        _estimate(here.first, again.first, n_groups),
        _estimate(here.total, again.total, n_groups),
        parameters,
        centre,
        spread,
    )


class _Indices(NamedTuple):
    """Indices out of moments, (n_resamples, n_groups); the share of the parameters (n_resamples, 1)."""

    first: Floats
    total: Floats
    parameters: Floats


def _moments(y: Floats) -> Floats:
    """What every base sample adds to the indices, (n, 3 + 2 n_groups)."""
    a, b = y[:, 0], y[:, -1]
    ends = np.stack([a, b], axis=1)
    change = y[:, 1:-1] - a[:, None]
    columns = [
        ends.mean(axis=(1, 2))[:, None],
        (ends**2).mean(axis=(1, 2))[:, None],
        crossed(ends, ends).mean(axis=1)[:, None],
        crossed(np.broadcast_to(b[:, None], change.shape), change),
        crossed(change, change) / 2.0,
    ]
    return np.concatenate(columns, axis=1)


def crossed(x: Floats, y: Floats) -> Floats:
    """Mean product of a replicate of x with another one of y, over the last axis; plain where there is one only."""
    n = x.shape[-1]
    within = np.asarray((x * y).sum(axis=-1))
    if n == 1:
        return within
    return np.asarray((x.sum(axis=-1) * y.sum(axis=-1) - within) / (n * (n - 1)))


def _indices(moments: Floats) -> _Indices:
    """Indices from mean moments, (n_resamples, ...)."""
    mean, square, common = moments[:, :1], moments[:, 1:2], moments[:, 2:3]
    variance, whole = common - mean**2, square - mean**2
    n_groups = (moments.shape[1] - 3) // 2
    # a resample whose parameters make no variance may have any index, and none is beyond 1
    safe = np.where(variance > 1e-12, variance, 1e-12)
    first, total = (
        np.clip(part / safe, -1.0, 1.0) for part in (moments[:, 3 : 3 + n_groups], moments[:, 3 + n_groups :])
    )
    return _Indices(first, total, variance / np.where(whole > 0.0, whole, 1.0))


def _estimate(here: Floats, again: Floats, n_tests: int) -> Estimate:
    """An estimate with its interval, and whether it exceeds 0 after Bonferroni."""
    tail = (1.0 - COVERED) / 2.0
    low, high = np.quantile(again, (tail, 1.0 - tail), axis=0)
    told = np.quantile(again, ERROR / n_tests, axis=0) > 0.0
    return Estimate(here[0], low, high, np.asarray(told))


def _nothing(n_groups: int, mean: float) -> Shares:
    """The shares of an outcome that does not vary, or only by chance."""
    nan = np.full(n_groups, np.nan)
    none = Estimate(nan, nan, nan, np.zeros(n_groups, bool))
    zero = np.zeros(1)
    return Shares(none, none, Estimate(zero, zero, zero, np.zeros(1, bool)), mean, 0.0)


class Components(NamedTuple):
    """Variance that the numbers make, and that chance makes in one run."""

    parameters: float
    chance: float


def components(outcome: Floats) -> Components:
    """The variance components of settings (..., n_replicates) that differ in their numbers."""
    within = float(outcome.var(axis=-1, ddof=1).mean())
    return Components(max(0.0, float(crossed(outcome, outcome).mean() - outcome.mean() ** 2)), within)


def replicates(found: Components, least: int = 2, most: int = 16) -> int:
    """Seeds per setting that make an index most certain for a given number of runs.

        n runs = N settings x R seeds:  the variance of an estimate of V goes as (V + E / R)^2 / N, least at R = E / V

    For whom  variance V of the numbers and E of chance; at least two, which are needed to tell them apart
    """
    if found.parameters * most <= found.chance:
        return most
    return int(min(most, max(least, round(found.chance / found.parameters)))) if found.parameters else most
