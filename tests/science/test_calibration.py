"""Weighing draws: against a case that is known exactly, and on known truths; what is not learnt is not claimed."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from issim.analysis.calibration import (
    NOTHING_SHOWN,
    Weighed,
    distances,
    learnt,
    quantiles,
    reached,
    recovered,
    resampled,
    together,
    weighed,
)

N = 8000
RANDOM = np.random.default_rng(4)
#: Parameters with uniform priors on (0, 1); the summaries are the sum of two of them, and noise.
VALUES = RANDOM.random((N, 3))
FOUND = np.stack([VALUES[:, 0] + VALUES[:, 1], RANDOM.standard_normal(N)], axis=1)
SD = np.array([0.1, 2.0])
NAMES = ("first", "second", "idle")


def test_weights_are_the_chance_of_the_errors() -> None:
    found = np.array([[1.0, 2.0], [1.1, 2.0], [np.nan, 2.0]])
    fit = weighed(found, np.array([1.0, 2.0]), np.array([0.1, 5.0]))
    raw = np.exp([0.0, -0.5, -0.5 * NOTHING_SHOWN**2])
    assert fit.weights == pytest.approx(raw / raw.sum())
    assert fit.ess == pytest.approx(raw.sum() ** 2 / (raw**2).sum())
    assert fit.kept == pytest.approx(raw.mean())
    assert distances(found, np.array([1.0, 2.0]), np.array([0.1, 5.0]))[2, 0] == NOTHING_SHOWN


def test_the_posterior_is_the_exact_one() -> None:
    """One parameter, uniform on (0, 1), seen with a normal error: a truncated normal."""
    from scipy import stats

    fit = weighed(VALUES[:, :1], np.array([0.8]), np.array([0.15]))
    exact = stats.truncnorm(-0.8 / 0.15, 0.2 / 0.15, loc=0.8, scale=0.15)
    ends = quantiles(VALUES[:, 0], fit.weights, (0.05, 0.5, 0.95))
    assert ends == pytest.approx(exact.ppf([0.05, 0.5, 0.95]), abs=0.015)
    rows = resampled(fit.weights, 500, seed=1)
    assert stats.kstest(VALUES[rows, 0], exact.cdf).pvalue > 0.01


def test_resampling_keeps_weights_to_within_one() -> None:
    weights = np.array([0.5, 0.3, 0.15, 0.05])
    counts = np.bincount(resampled(weights, 10, seed=3), minlength=4)
    assert counts.sum() == 10
    assert (np.abs(counts - 10 * weights) < 1.0).all()
    assert (resampled(weights, 10, seed=3) == resampled(weights, 10, seed=3)).all()


def test_what_is_told_is_told_and_noise_is_not() -> None:
    fit = weighed(FOUND, np.array([0.3, 0.0]), SD)
    by_name = {one.parameter: one for one in learnt(NAMES, VALUES, VALUES, fit)}
    assert [by_name[name].is_told for name in NAMES] == [True, True, False]
    assert by_name["first"].contraction > 0.7
    assert abs(by_name["idle"].contraction) < 0.15
    assert (by_name["first"].prior_low, by_name["first"].prior_high) == pytest.approx((0.05, 0.95), abs=0.02)
    pairs = together(NAMES, VALUES, fit)
    assert [(pair.first, pair.second) for pair in pairs] == [("first", "second")]
    assert pairs[0].correlation < -0.4


def test_a_target_out_of_reach_is_missed() -> None:
    far = np.array([3.5, 0.0])
    met, missed = (reached(("sum", "noise"), FOUND, at, SD, weighed(FOUND, at, SD))[0] for at in
                   (np.array([1.0, 0.0]), far))  # fmt: skip
    assert (met.is_missed, missed.is_missed) == (False, True)
    assert met.low < 1.0 < met.high
    assert missed.tail > 0.95
    assert (missed.prior_low, missed.prior_high) == (met.prior_low, met.prior_high)


def test_known_truths_are_recovered() -> None:
    ranks, sizes = recovered(NAMES, VALUES, FOUND, SD, n_truths=300, seed=2)
    assert np.median(sizes) > 100
    for one in ranks:
        assert one.ks_p > 0.01, one
        assert one.chi2_p > 0.01, one
        assert one.covered == pytest.approx(0.9, abs=0.05)


def test_a_method_that_is_too_sure_is_found_out() -> None:
    def sure(found: NDArray[np.float64], seen: NDArray[np.float64], sd: NDArray[np.float64]) -> Weighed:
        return weighed(found, seen, sd / 3.0)

    own, sd = VALUES[:, :1], np.array([0.1])
    (right,), _ = recovered(NAMES[:1], own, own, sd, n_truths=300, seed=2)
    (wrong,), _ = recovered(NAMES[:1], own, own, sd, n_truths=300, seed=2, weigh=sure)
    assert min(right.ks_p, right.chi2_p) > 0.01
    assert wrong.chi2_p < 1e-6
    assert wrong.covered < 0.6
