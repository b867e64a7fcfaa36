"""What a curve over increasing shares says: how steep it is, where it begins, where it leaves the negative.

A curve is a table of one value per seed and share, (n_seeds, n_shares); ends of intervals are percentiles over a
bootstrap of the seeds, but for the slope, which is one number per seed.
"""

from __future__ import annotations

import numpy as np
from patterns.pattern import Estimate, Floats, mean_of, percentiles, resampled

#: Where the kink of a hinge may lie; below 0 there is none.
KINKS = np.round(np.arange(-1.0, 0.91, 0.01), 2)


def weights(curve: Floats) -> Floats:
    """Inverse variances of the mean at each share, (n_shares,)."""
    return np.asarray(1.0 / np.maximum(curve.var(axis=0, ddof=1), 1e-12))


def slope(curve: Floats, shares: Floats) -> Estimate:
    """How much a curve rises per unit of the share: mean over seeds of a weighted straight line."""
    weight = weights(curve)
    centred = shares - (weight @ shares) / weight.sum()
    return mean_of(curve @ (weight * centred) / (weight @ centred**2))


def kink(curve: Floats, shares: Floats) -> Estimate:
    """Share at which a curve that is nil below and linear above begins, by weighted least squares.

    curve = m * max(0, share - kink),  m >= 0
    """
    weight = weights(curve)
    rise = np.maximum(0.0, shares[None, :] - KINKS[:, None])
    means = np.vstack([curve.mean(axis=0), resampled(len(curve)) @ curve])
    both, size = (means * weight) @ rise.T, (weight * rise**2).sum(axis=1)
    steep = np.maximum(0.0, both / size)
    # the part of the squared error that depends on the kink
    fitted = KINKS[np.argmin(steep**2 * size - 2.0 * steep * both, axis=1)]
    return percentiles(float(fitted[0]), fitted[1:])


def turning_positive(curve: Floats, shares: Floats) -> Estimate:
    """Share from which on a curve is no longer negative; the last one where it stays so."""
    means = np.vstack([curve.mean(axis=0), resampled(len(curve)) @ curve])
    found = np.array([crossing(mean, shares) for mean in means])
    return percentiles(float(found[0]), found[1:])


def crossing(curve: Floats, shares: Floats) -> float:
    """Where one curve leaves the negative for good, between two shares by a straight line."""
    below = np.flatnonzero(curve < 0.0)
    if not len(below):
        return float(shares[0])
    last = int(below[-1])
    if last == len(shares) - 1:
        return float(shares[-1])
    part = curve[last] / (curve[last] - curve[last + 1])
    return float(shares[last] + part * (shares[last + 1] - shares[last]))
