"""Morris' screening of a model with chance: which numbers move an outcome at all, and which cannot be told from noise.

Every step of a trajectory is run under the same seeds before and after. Half the sum of what two seeds say of a step
holds the effect and noise, half the difference the same noise alone: where a number does nothing, both have one
distribution. So the difference is each number's own dummy: its mean size is what chance alone would be taken for.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: Levels of the grid of the trajectories (SALib's own), which decide the size of a step.
LEVELS = 4
#: Chance that a number without any influence is taken for one with it, for all numbers of an outcome together.
ERROR = 0.05
#: Resamples behind an interval of the mean absolute effect.
RESAMPLES = 1000


class Elementary(NamedTuple):
    """The effect of every number on one outcome, per whole range of its prior; arrays (n_factors,)."""

    mu: Floats
    """Mean effect: which way a number pushes."""
    mu_star: Floats
    """Mean absolute effect: how hard it pushes, noise included."""
    mu_star_conf: Floats
    """Half-width of its 95 % interval, by a bootstrap of trajectories."""
    sigma: Floats
    """Standard deviation of the effect: how much it depends on the other numbers."""
    noise: Floats
    """What the mean absolute effect would be if there were nothing but chance; nan for one replicate."""
    p_value: Floats
    """Chance that noise gives one as strong in any of the numbers (Bonferroni)."""

    @property
    def is_told(self) -> NDArray[np.bool_]:
        """Which numbers can be told from noise."""
        return np.asarray(self.p_value <= ERROR)


def elementary(values: Floats, outcome: Floats, seed: int = 0) -> Elementary:
    """Morris' measures of every number, and whether it can be told from noise.

    A number is told if its effects point one way (signed-rank test over trajectories), or if the sums of what two
    replicates say are larger than their differences (the same test, one-sided); twice the smaller p, after Bonferroni.

    For whom  `values` (n_trajectories, n_factors + 1, n_factors), one number changed at every step by two thirds of
              its range; `outcome` (n_trajectories, n_factors + 1, n_replicates) under common seeds
    Units     of the outcome, per range of a prior
    Source    Morris 1991; Campolongo et al. 2007 (mu*); SALib; Wilcoxon's signed ranks
    """
    from SALib.analyze import morris

    n, rows, n_factors = values.shape
    names = [str(k) for k in range(n_factors)]
    problem = {"num_vars": n_factors, "names": names, "bounds": [[0.0, 1.0]] * n_factors, "groups": None}
    said = morris.analyze(
        problem, values.reshape(n * rows, n_factors), outcome.mean(axis=2).ravel(),
        num_resamples=RESAMPLES, num_levels=LEVELS, seed=seed,
    )  # fmt: skip
    steps = effects(values, outcome)
    mu, mu_star, conf, sigma = (
        np.asarray(np.ma.filled(said[key], np.nan), np.float64)
        for key in ("mu", "mu_star", "mu_star_conf", "sigma")
    )
    return Elementary(mu, mu_star, conf, sigma, _noise(steps), np.minimum(1.0, n_factors * _p_values(steps)))


def effects(values: Floats, outcome: Floats) -> Floats:
    """Every elementary effect under every replicate, (n_trajectories, n_factors, n_replicates)."""
    step = np.diff(values, axis=1)
    moved = (step != 0.0).argmax(axis=2)
    sign = np.sign(np.take_along_axis(step, moved[:, :, None], axis=2))
    size = LEVELS / (2.0 * (LEVELS - 1))
    found = np.empty((*moved.shape, outcome.shape[2]))
    np.put_along_axis(found, moved[:, :, None], np.diff(outcome, axis=1) * sign / size, axis=1)
    return found


def _noise(steps: Floats) -> Floats:
    """Mean absolute half-difference of the first two replicates, (n_factors,)."""
    if steps.shape[2] < 2:
        return np.full(steps.shape[1], np.nan)
    return np.asarray(np.abs(steps[:, :, 0] - steps[:, :, 1]).mean(axis=0) / 2.0)


def _p_values(steps: Floats) -> Floats:
    """Chance of effects as strong as each number's if it had none, before the correction for many numbers."""
    found = signed_rank(steps.mean(axis=2), "two-sided")
    if steps.shape[2] > 1:
        # (half the sum) ^ 2 - (half the difference) ^ 2
        found = np.minimum(found, signed_rank(steps[:, :, 0] * steps[:, :, 1], "greater"))
        found = np.minimum(1.0, 2.0 * found)
    return found


def signed_rank(values: Floats, alternative: Literal["two-sided", "greater"]) -> Floats:
    """Wilcoxon's signed-rank test of every column against zero; 1 where all are zero.

    For whom  values (n, n_columns), symmetric about zero where there is nothing to find
    """
    from scipy.stats import wilcoxon

    found = np.ones(values.shape[1])
    live = (values != 0.0).any(axis=0)
    if live.any():
        # zeros keep their ranks and count for neither side, so that columns of few others do not stand out
        found[live] = wilcoxon(
            values[:, live], zero_method="zsplit", method="approx", alternative=alternative, axis=0
        ).pvalue
    return found
