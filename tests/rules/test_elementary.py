"""Exponential, logarithm and the normal distribution of our own: right, compiled or not."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from decimal import Context, Decimal
from typing import Any

import numpy as np
import pytest
from scipy import special

from issim import elementary, normal
from issim.jit import is_compiled

EXACT = Context(prec=60)
SOME = random.Random(7)
NEAR = [SOME.uniform(-1.0, 1.0) for _ in range(400)] + [SOME.gauss(0.0, 1e-6) for _ in range(100)]
WIDE = [SOME.uniform(-700.0, 700.0) for _ in range(400)] + NEAR
POSITIVE = [math.ldexp(SOME.uniform(0.5, 1.0), SOME.randint(-1060, 1020)) for _ in range(300)] + [
    1.0 + x for x in NEAR if x > -1.0
]
#: Function, what it is, where, and how many units in the last place it may be off.
CLAIMS: list[tuple[Callable[[float], float], Callable[[Decimal], Decimal], list[float], float]] = [
    (elementary.exp, lambda x: EXACT.exp(x), WIDE, 1.1),
    (
        elementary.expm1,
        lambda x: EXACT.subtract(EXACT.exp(x), Decimal(1)),
        [x for x in WIDE if x < 30.0],
        4.5,
    ),
    (elementary.log, lambda x: EXACT.ln(x), POSITIVE, 1.1),
    (elementary.log1p, lambda x: EXACT.ln(EXACT.add(x, Decimal(1))), [x for x in WIDE if x > -0.9], 2.5),
]


@pytest.mark.parametrize(("ours", "truth", "places", "limit"), CLAIMS, ids=["exp", "expm1", "log", "log1p"])
def test_right_to_the_last_digits(
    ours: Callable[[float], float], truth: Callable[[Decimal], Decimal], places: list[float], limit: float
) -> None:
    def off(x: float) -> float:
        exact = truth(Decimal(x))
        return float(abs(Decimal(ours(x)) - exact) / Decimal(math.ulp(float(exact))))

    worst = max(places, key=off)
    assert off(worst) < limit, worst


def test_the_ends_of_the_exponential() -> None:
    assert elementary.exp(0.0) == 1.0
    assert elementary.exp(709.79) == math.inf == elementary.exp(math.inf)
    assert elementary.exp(709.78) == pytest.approx(math.exp(709.78), rel=1e-15)
    assert elementary.exp(-745.0) == 5e-324
    assert elementary.exp(-746.0) == 0.0 == elementary.exp(-math.inf)
    assert math.isnan(elementary.exp(math.nan))
    assert math.isnan(elementary.expm1(math.nan))
    assert elementary.expm1(0.0) == 0.0


def test_the_ends_of_the_logarithm() -> None:
    assert elementary.log(1.0) == 0.0
    assert elementary.log(0.0) == -math.inf
    assert elementary.log(math.inf) == math.inf
    assert elementary.log(5e-324) == pytest.approx(-1074 * math.log(2.0), rel=1e-15)
    assert math.isnan(elementary.log(-1.0))
    assert math.isnan(elementary.log(math.nan))
    assert elementary.log1p(0.0) == 0.0
    assert elementary.log1p(-1.0) == -math.inf
    np.testing.assert_array_equal(elementary.logs([[1.0, 0.0]]), [[0.0, -math.inf]])


def test_powers() -> None:
    for _ in range(300):
        x, y = SOME.uniform(0.0, 1000.0), SOME.uniform(-4.0, 4.0)
        assert elementary.power(x, y) == pytest.approx(x**y, rel=1e-14)
    assert elementary.power(0.3, 1.0) == 0.3
    assert elementary.power(0.3, 0.0) == 1.0 == elementary.power(0.0, 0.0)
    assert elementary.power(0.0, 0.5) == 0.0
    assert elementary.power(0.0, -0.5) == math.inf
    assert elementary.power(1.0, 7.5) == 1.0


def test_the_circle() -> None:
    quarters = [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)]
    for k, point in enumerate(quarters):
        assert elementary.circle(0.25 * k) == point
    for _ in range(300):
        turns = SOME.random()
        truth = math.cos(2.0 * math.pi * turns), math.sin(2.0 * math.pi * turns)
        assert elementary.circle(turns) == pytest.approx(truth, abs=1e-15)


def test_the_normal_distribution() -> None:
    x = np.linspace(-9.0, 9.0, 1803).reshape(3, -1)
    assert np.abs(normal.ndtr(x) - special.ndtr(x)).max() < 3e-15
    np.testing.assert_array_equal(normal.ndtr([-math.inf, 0.0, math.inf]), [0.0, 0.5, 1.0])
    p = np.concatenate([np.linspace(0.0005, 0.9995, 1999), 10.0 ** -np.arange(4.0, 300.0, 7.0)])
    np.testing.assert_allclose(normal.ndtri(p), special.ndtri(p), rtol=5e-15, atol=1e-15)
    np.testing.assert_array_equal(normal.ndtri([0.0, 0.5, 1.0]), [-math.inf, 0.0, math.inf])
    assert np.isnan(normal.ndtri([-0.1, 1.1, math.nan])).all()
    assert np.isnan(normal.ndtr([math.nan])).all()


FUNCTIONS = [
    elementary.exp, elementary.expm1, elementary.log, elementary.log1p, elementary.power, elementary.circle,
    normal.below, normal.quantile,
]  # fmt: skip


@pytest.mark.skipif(not is_compiled(), reason="compares compiled with plain")
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_compiled_and_plain_give_the_same_bits(function: Any) -> None:
    for x in (*NEAR[:60], *(abs(x) for x in WIDE[:60])):
        given = (abs(x), 0.7) if function is elementary.power else (x,)
        compiled, plain = function(*given), function.py_func(*given)
        assert np.asarray(compiled).tobytes() == np.asarray(plain).tobytes(), x
