"""The normal distribution, rounded the same on every machine (see `elementary`)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from issim.elementary import exp, log, of_each, series
from issim.jit import rule

Floats = NDArray[np.float64]

_HALF_LOG_2_PI = 0.9189385332046727
#: Beyond this distance from the mean, all lies on one side of it as far as a float can tell.
_FAR = 8.3

# Wichura (1988), algorithm AS 241 (PPND16): numerators and denominators of three rational functions, from the constant
# on, for probabilities within 0.425 of one half, and for those in the tails down to exp(-25) and below it.
_MIDDLE = (
    (
        3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
        4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3,
    ),
    (
        1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
        2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3,
    ),
)  # fmt: skip
_TAIL = (
    (
        1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
        1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4,
    ),
    (
        1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
        1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
    ),
)  # fmt: skip
_FAR_TAIL = (
    (
        6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
        2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
    ),
    (
        1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
        7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
    ),
)  # fmt: skip


@rule
def below(x: float) -> float:
    """Probability that a standard normal is below x, to 15 decimals, by the series of Marsaglia (2004)."""
    if x != x:
        return x
    if x > _FAR or x < -_FAR:
        return 1.0 if x > 0.0 else 0.0
    square = x * x
    total = term = x
    n = 1.0
    while True:
        n += 2.0
        term = term * square / n
        if total + term == total:
            break
        total += term
    return min(max(0.5 + total * exp(-0.5 * square - _HALF_LOG_2_PI), 0.0), 1.0)


@rule
def quantile(p: float) -> float:
    """The number that a standard normal is below with probability p in (0, 1); infinite at 0 and 1."""
    q = p - 0.5
    if -0.425 <= q <= 0.425:
        r = 0.180625 - q * q
        return q * series(r, _MIDDLE[0]) / series(r, _MIDDLE[1])
    if not 0.0 < p < 1.0:
        return -math.inf if p == 0.0 else math.inf if p == 1.0 else math.nan
    r = math.sqrt(-log(min(p, 1.0 - p)))
    if r <= 5.0:
        z = series(r - 1.6, _TAIL[0]) / series(r - 1.6, _TAIL[1])
    else:
        z = series(r - 5.0, _FAR_TAIL[0]) / series(r - 5.0, _FAR_TAIL[1])
    return z if q > 0.0 else -z


@rule
def _fill_below(x: Floats, out: Floats) -> None:
    """`below` of every number."""
    for i in range(x.shape[0]):
        out[i] = below(x[i])


@rule
def _fill_quantiles(p: Floats, out: Floats) -> None:
    """`quantile` of every number."""
    for i in range(p.shape[0]):
        out[i] = quantile(p[i])


def ndtr(x: ArrayLike) -> Floats:
    """Probabilities that a standard normal is below each of the numbers, of any shape."""
    return of_each(_fill_below, x)


def ndtri(p: ArrayLike) -> Floats:
    """Quantiles of a standard normal for probabilities of any shape."""
    return of_each(_fill_quantiles, p)
