"""Calibration, the weighing: which draws from the priors agree with what was published, and what that leaves.

Approximate Bayesian computation with the errors of the targets as its kernel: a draw counts by the chance that its
summaries, seen with the published errors, look like what was published,

    w = exp(-1/2 * sum over targets of ((simulated - published) / sd)^2).

That is exact for this model of the errors but for the chance of drawing from a finite table, which the effective sample
size measures. There is no tolerance to choose.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from issim.elementary import exp, log
from issim.normal import ndtr

Floats = NDArray[np.float64]

#: How far off, in standard errors, a run counts that had nothing to show (no exchange began: no distance). Assumption.
NOTHING_SHOWN = 3.0
#: Ends of the intervals that are shown.
TAILS = (0.05, 0.5, 0.95)
#: Equally likely slices of a prior in which posterior draws are counted.
SLICES = 8
#: Chance of calling any parameter informed by the data that is not.
ERROR = 0.05
#: Rank correlations below this are not worth a picture, told from noise or not.
NOTABLE = 0.2


class Weighed(NamedTuple):
    """A table of draws and how much each counts."""

    weights: Floats
    """Sum to 1, (n_draws,)."""
    ess: float
    """Effective sample size: as many independent draws from the posterior would tell as much."""
    kept: float
    """Share of draws that rejection would have kept: mean weight over the greatest."""


class Learnt(NamedTuple):
    """What the targets say about one parameter."""

    parameter: str
    prior_low: float
    prior_middle: float
    prior_high: float
    low: float
    middle: float
    high: float
    contraction: float
    """1 - variance of the posterior over that of the prior, both in equally likely slices of the prior."""
    divergence: float
    """Kullback-Leibler divergence of posterior from prior over the slices (nat)."""
    is_told: bool
    """Whether that is more than noise, with one chance in twenty that any of all parameters is so called wrongly."""


class Together(NamedTuple):
    """Two parameters that the posterior ties to each other."""

    first: str
    second: str
    correlation: float


class Reached(NamedTuple):
    """One target before and after."""

    target: str
    published: float
    sd: float
    prior_low: float
    prior_middle: float
    prior_high: float
    low: float
    middle: float
    high: float
    tail: float
    """Chance that a posterior run, seen with the published error, lies below what was published."""
    is_missed: bool


def distances(found: Floats, published: Floats, sd: Floats) -> Floats:
    """How far every draw is from every target, in standard errors, (n_draws, n_targets)."""
    apart = (found - published) / sd
    return np.where(np.isnan(apart), NOTHING_SHOWN, apart)


def weighed(found: Floats, published: Floats, sd: Floats) -> Weighed:
    """How much every draw counts."""
    exponent = -0.5 * (distances(found, published, sd) ** 2).sum(axis=1)
    raw = np.array([exp(x) for x in exponent - exponent.max()])
    weights = raw / raw.sum()
    return Weighed(weights, float(1.0 / (weights**2).sum()), float(raw.mean()))


def resampled(weights: Floats, n: int, seed: int) -> NDArray[np.int64]:
    """Rows of `n` equally likely draws in random order, systematic: weight w gives n w of them, rounded up or down."""
    random = np.random.default_rng([seed, 20250319])
    places = (random.random() + np.arange(n)) / n
    rows = np.searchsorted(np.cumsum(weights), places * weights.sum()).clip(max=len(weights) - 1)
    return random.permutation(rows)


def quantiles(values: Floats, weights: Floats, at: Sequence[float] = TAILS) -> Floats:
    """Quantiles of weighted values; nan are left out."""
    seen = ~np.isnan(values)
    order = np.argsort(values[seen])
    cumulative = np.cumsum(weights[seen][order])
    if not len(order) or cumulative[-1] <= 0.0:
        return np.full(len(at), np.nan)
    places = np.searchsorted(cumulative, np.asarray(at) * cumulative[-1]).clip(max=len(order) - 1)
    return np.asarray(values[seen][order][places], np.float64)


def learnt(
    names: Sequence[str], values: Floats, uniform: Floats, fit: Weighed, slices: int = SLICES
) -> list[Learnt]:
    """What is learnt about each parameter; `uniform` has the draws as quantiles of their priors."""
    equal = np.full(len(values), 1.0 / len(values))
    limit = stats.chi2.ppf(1.0 - ERROR / len(names), slices - 1) / (2.0 * fit.ess)
    found = []
    for k, name in enumerate(names):
        u = uniform[:, k]
        mean = float((fit.weights * u).sum())
        variance = float((fit.weights * (u - mean) ** 2).sum())
        counts, _ = np.histogram(u, bins=slices, range=(0.0, 1.0), weights=fit.weights)
        before, _ = np.histogram(u, bins=slices, range=(0.0, 1.0), weights=equal)
        pairs = zip(counts.tolist(), before.tolist(), strict=True)
        divergence = sum(now * log(now / then) for now, then in pairs if now > 0.0)
        (low, middle, high), (low_after, middle_after, high_after) = (
            quantiles(values[:, k], count).tolist() for count in (equal, fit.weights)
        )
        contraction = 1.0 - variance / float(u.var())
        after = low_after, middle_after, high_after
        found.append(Learnt(name, low, middle, high, *after, contraction, divergence, divergence > limit))
    return found


def together(names: Sequence[str], values: Floats, fit: Weighed) -> list[Together]:
    """Pairs of parameters whose rank correlation in the posterior is notable and more than noise, strongest first."""
    ranks = stats.rankdata(values, axis=0)
    middle = (fit.weights[:, None] * ranks).sum(axis=0)
    spread = ranks - middle
    covariance = np.einsum("ni,nj->ij", spread * fit.weights[:, None], spread)
    scale = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(scale, scale)
    n_pairs = len(names) * (len(names) - 1) / 2
    noise = stats.norm.ppf(1.0 - ERROR / (2.0 * n_pairs)) / np.sqrt(max(fit.ess - 1.0, 1.0))
    rows, columns = np.triu_indices(len(names), 1)
    found = [
        Together(names[i], names[j], float(correlation[i, j]))
        for i, j in zip(rows.tolist(), columns.tolist(), strict=True)
        if abs(correlation[i, j]) > max(noise, NOTABLE)
    ]
    return sorted(found, key=lambda pair: -abs(pair.correlation))


def reached(
    targets: Sequence[str], found: Floats, published: Floats, sd: Floats, fit: Weighed
) -> list[Reached]:
    """Every target before and after; it is missed if a run seen with the published error hardly ever lies there."""
    equal = np.full(len(found), 1.0 / len(found))
    rows = []
    for k, name in enumerate(targets):
        seen = ~np.isnan(found[:, k])
        below = ndtr((published[k] - found[seen, k]) / sd[k])
        weights = fit.weights[seen]
        tail = float((weights * below).sum() / weights.sum()) if weights.sum() > 0.0 else float("nan")
        (low, middle, high), (low_after, middle_after, high_after) = (
            quantiles(found[:, k], count).tolist() for count in (equal, fit.weights)
        )
        before, after = (low, middle, high), (low_after, middle_after, high_after)
        is_missed = not TAILS[0] <= tail <= TAILS[2]
        rows.append(Reached(name, float(published[k]), float(sd[k]), *before, *after, tail, is_missed))
    return rows


class Ranks(NamedTuple):
    """Simulation-based calibration of one parameter: where known truths fall in their own posteriors."""

    parameter: str
    ranks: Floats
    """Share of the posterior below the truth, one per truth; uniform if the method is right."""
    ks_p: float
    """p-value of the Kolmogorov-Smirnov test of that."""
    chi2_p: float
    """p-value of the chi-square test over ten slices."""
    covered: float
    """Share of truths within the central 90 % of their posterior."""


def recovered(
    names: Sequence[str],
    values: Floats,
    found: Floats,
    sd: Floats,
    n_truths: int,
    seed: int,
    weigh: Callable[[Floats, Floats, Floats], Weighed] = weighed,
) -> tuple[list[Ranks], Floats]:
    """Rank of known truths in their posteriors, and the effective sample size of each (n_truths,).

    A truth is a draw of the table; its summaries with errors of the published size stand for what was published, and
    all other draws are weighed by them as in the fit. Rows that had nothing to show are no truths: there is nothing to
    add an error to.

    Source    Talts et al. 2018, simulation-based calibration
    """
    random = np.random.default_rng([seed, 20180418])
    sound = np.flatnonzero(~np.isnan(found).any(axis=1))
    truths = random.choice(sound, size=min(n_truths, len(sound)), replace=False)
    ranks, sizes = np.empty((len(truths), len(names))), np.empty(len(truths))
    for row, truth in enumerate(truths):
        seen = found[truth] + sd * random.standard_normal(len(sd))
        others = np.delete(sound, np.searchsorted(sound, truth))
        fit = weigh(found[others], seen, sd)
        # a draw equal to the truth counts half, so that ties leave ranks uniform
        less = (values[others] < values[truth]) + 0.5 * (values[others] == values[truth])
        ranks[row], sizes[row] = (fit.weights[:, None] * less).sum(axis=0), fit.ess
    return [_ranks(name, ranks[:, k]) for k, name in enumerate(names)], sizes


def _ranks(name: str, ranks: Floats) -> Ranks:
    """The tests of one parameter's ranks."""
    counts, _ = np.histogram(ranks, bins=10, range=(0.0, 1.0))
    return Ranks(
        name, ranks, float(stats.kstest(ranks, "uniform").pvalue), float(stats.chisquare(counts).pvalue),
        float(((ranks >= TAILS[0]) & (ranks <= TAILS[2])).mean()),
    )  # fmt: skip
