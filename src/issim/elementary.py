"""Exponential, logarithm, powers and the circle, rounded the same on every machine.

The functions of a C library are right to nearly the last digit, but no two systems, versions or processors need agree
on that digit, and a firm that says yes by a hair on one machine says no on the next. Here only the four operations
are used, each of which IEEE 754 rounds in one way, in an order that the compiler keeps (no fast-math, no contraction).

Methods: reduction of the argument and a series, as in Muller, "Elementary functions" (3rd ed. 2016), chapters 4 and 11.
Every series is cut where its rest is below a twentieth of the last digit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Context, Decimal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from issim.jit import rule

Floats = NDArray[np.float64]

#: The exponential reads 2**(j / STEPS) from a table, so that its series is short.
STEPS = 64
_EXACT = Context(prec=50)
_LN2 = _EXACT.ln(Decimal(2))


def _split(value: Decimal, bits: int) -> tuple[float, float]:
    """A constant as the sum of two floats, the first of so few bits that small multiples of it are exact."""
    scale = 2**bits
    high = float(_EXACT.divide(Decimal(round(_EXACT.multiply(value, Decimal(scale)))), Decimal(scale)))
    return high, float(_EXACT.subtract(value, Decimal(high)))


_HIGH, _LOW = _split(_LN2, 32)
_STEP_HIGH, _STEP_LOW = _split(_EXACT.divide(_LN2, Decimal(STEPS)), 38)
_PER_STEP = float(_EXACT.divide(Decimal(STEPS), _LN2))
_TABLE = np.array([float(_EXACT.power(Decimal(2), Decimal(j) / Decimal(STEPS))) for j in range(STEPS)])
_SQRT_HALF = math.sqrt(0.5)
#: 2**n for n from -1074 to 1023, to be multiplied with.
_LEAST = -1074
_TWOS = np.array([math.ldexp(1.0, n) for n in range(_LEAST, 1024)])
_EXPM1 = tuple(1.0 / math.factorial(n) for n in range(2, 13))
_COSINE = tuple((-1.0) ** n / math.factorial(2 * n) for n in range(9))
_SINE = tuple((-1.0) ** n / math.factorial(2 * n + 1) for n in range(9))
_EVEN = tuple(2.0 / n for n in range(5, 22, 4))
_ODD = tuple(2.0 / n for n in range(3, 24, 4))
_TURN = 2.0 * math.pi
#: Beyond these the exponential is infinite, or zero.
_LARGEST, _SMALLEST = 709.782712893384, -745.1332191019412


@rule
def series(x: float, coefficients: tuple[float, ...]) -> float:
    """Sum of the coefficients times the powers of x, from the smallest term on (Horner)."""
    total = 0.0
    for k in range(len(coefficients) - 1, -1, -1):
        total = total * x + coefficients[k]
    return total


@rule
def exp(x: float) -> float:
    """E to the power of x; infinite above 709.78 and 0 below -745.13."""
    if x != x:
        return x
    if x > _LARGEST:
        return math.inf
    if x < _SMALLEST:
        return 0.0
    k = math.floor(x * _PER_STEP + 0.5)
    r = (x - k * _STEP_HIGH) - k * _STEP_LOW
    scale = _TABLE[k & (STEPS - 1)]
    rest = r + r * r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0)))))
    first = k >> 7  # in two factors: the whole may lie beyond the largest float or below the least normal one
    return (scale + scale * rest) * _TWOS[first - _LEAST] * _TWOS[(k >> 6) - first - _LEAST]


@rule
def expm1(x: float) -> float:
    """E to the power of x less 1, to the last digits also where x is small."""
    if x > 0.25 or x < -0.25 or x != x:
        return exp(x) - 1.0
    return x + x * x * series(x, _EXPM1)


@rule
def log(x: float) -> float:
    """Natural logarithm; minus infinity at 0, not a number below."""
    if x == 0.0:
        return -math.inf
    if not 0.0 < x < math.inf:
        return x if x > 0.0 else math.nan
    part, exponent = math.frexp(x)
    if part < _SQRT_HALF:
        part, exponent = 2.0 * part, exponent - 1
    return _log_of(part - 1.0, float(exponent))


@rule
def log1p(x: float) -> float:
    """Natural logarithm of 1 + x, to the last digits also where x is small."""
    if -0.25 < x < 0.4:
        return _log_of(x, 0.0)
    return log(1.0 + x)


@rule
def _log_of(f: float, exponent: float) -> float:
    """Logarithm of (1 + f) * 2**exponent for f in (-0.3, 0.42), by the series of the area tangent."""
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    half = 0.5 * f * f
    rest = w * series(w, _EVEN) + z * series(w, _ODD)
    return exponent * _HIGH - ((half - (s * (half + rest) + exponent * _LOW)) - f)


@rule
def power(x: float, y: float) -> float:
    """X to the power of y for x of at least 0; exact where y is 0 or 1."""
    if y == 1.0 or y == 0.0:
        return x if y == 1.0 else 1.0
    return exp(y * log(x))


def of_each(fill: Callable[..., None], x: ArrayLike, *fixed: float) -> Floats:
    """What a compiled loop fills in for numbers of any shape; what is the same for all of them comes before."""
    given = np.ascontiguousarray(x, dtype=np.float64)
    out = np.empty(given.shape)
    fill(*fixed, given.reshape(-1), out.reshape(-1))
    return out


@rule
def _fill_logs(x: Floats, out: Floats) -> None:
    """`log` of every number."""
    for i in range(x.shape[0]):
        out[i] = log(x[i])


def logs(x: ArrayLike) -> Floats:
    """Natural logarithms of numbers of any shape."""
    return of_each(_fill_logs, x)


@rule
def _fill_powers(x: float, y: Floats, out: Floats) -> None:
    """`power` of one number to each of many."""
    for i in range(y.shape[0]):
        out[i] = power(x, y[i])


def powers(x: float, y: ArrayLike) -> Floats:
    """X to the power of each of the numbers, of any shape."""
    return of_each(_fill_powers, y, float(x))


@rule
def circle(turns: float) -> tuple[float, float]:
    """Cosine and sine after so many turns: the point of the unit circle."""
    quarter = math.floor(4.0 * turns + 0.5)
    angle = (turns - 0.25 * quarter) * _TURN  # at most an eighth of a turn either way
    z = angle * angle
    cosine, sine = series(z, _COSINE), angle * series(z, _SINE)
    place = quarter & 3
    if place == 0:
        return cosine, sine
    if place == 1:
        return -sine, cosine
    if place == 2:
        return -cosine, -sine
    return sine, -cosine
