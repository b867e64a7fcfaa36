"""Ordinal margins: the flattest distribution of answers that agrees with every published figure of an item.

    maximise   H(p) - 1/2 * sum_i [(f_i(p) - b_i) / h_i]^2,    H(p) = -sum_k p_k log p_k

over the probabilities p of the levels 1..n of an item, where f_i is a share, mean or standard deviation, b_i
its published value and h_i half a unit of its last printed digit. A unit of the penalty is worth one nat,
which is steep: figures that can be met together are met to a small part of their rounding. Figures that only
agree within rounding (43/36/21 % has mean 1.78, printed as 1.8) share the difference; figures that cannot
agree are an error, unless the evidence marks one of them as excluded.

Source    maximum entropy: Jaynes (1957), Information theory and statistical mechanics.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from issim.errors import InputError
from issim.evidence.survey import SurveyFigure
from issim.evidence.vocabulary import ITEM_LEVELS, ITEMS
from issim.population.association import kept

Floats = NDArray[np.float64]

#: Half a unit of the last digit below which a figure was computed from answers rather than printed.
FINE = 1e-5


def statistic(kind: str, levels: tuple[int, ...], p: Floats) -> float:
    """A share, mean or standard deviation of an ordinal distribution on 1..n."""
    scale = np.arange(1, len(p) + 1, dtype=np.float64)
    if kind == "share":
        return float(p[[level - 1 for level in levels]].sum())
    mean = float(p @ scale)
    return mean if kind == "mean" else math.sqrt(max(float(p @ scale**2) - mean**2, 1e-12))


def _gradient(kind: str, levels: tuple[int, ...], p: Floats) -> Floats:
    """Derivative of `statistic` with respect to each probability."""
    scale = np.arange(1, len(p) + 1, dtype=np.float64)
    if kind == "share":
        return np.isin(scale, levels).astype(np.float64)
    if kind == "mean":
        return scale
    mean = float(p @ scale)
    return (scale**2 - 2.0 * mean * scale) / (2.0 * statistic("sd", levels, p))


def _softmax(theta: Floats) -> Floats:
    """Probabilities proportional to exp(theta)."""
    raised = np.exp(theta - np.max(theta))
    return np.asarray(raised / raised.sum())


def flattest(n_levels: int, figures: Iterable[SurveyFigure]) -> Floats:
    """The maximum-entropy distribution on 1..n_levels under the given figures."""
    from scipy.optimize import least_squares, minimize

    rows = [(f.kind, f.levels, f.value, f.rounding) for f in figures]

    def loss(theta: Floats) -> tuple[float, Floats]:
        p = _softmax(theta)
        log_p = np.log(np.maximum(p, 1e-300))
        value, slope = float(p @ log_p), log_p + 1.0
        for kind, levels, target, half in rows:
            off = (statistic(kind, levels, p) - target) / half
            value += 0.5 * off * off
            slope = slope + off / half * _gradient(kind, levels, p)
        return value, p * (slope - p @ slope)

    found = minimize(
        loss, np.zeros(n_levels), jac=True, method="BFGS", options={"gtol": 1e-7, "maxiter": 1000}
    )

    def slope(free: Floats) -> Floats:  # the last level is the one that others are relative to
        return loss(np.append(free, 0.0))[1][:-1]

    # BFGS stops where its path ends, which the processor's arithmetic decides; the root of the slope is one
    polished = least_squares(
        slope, found.x[:-1] - found.x[-1], method="lm", xtol=1e-15, ftol=1e-15, gtol=1e-15
    )
    return _softmax(np.append(polished.x, 0.0))


def whole(n_levels: int, figures: Iterable[SurveyFigure]) -> Floats | None:
    """The distribution itself where the share of every single level is known to more than it is printed."""
    shares = {f.levels[0]: f for f in figures if f.kind == "share" and len(f.levels) == 1}
    if len(shares) < n_levels or max(f.rounding for f in shares.values()) > FINE:
        return None
    p = np.array([shares[level].value for level in range(1, n_levels + 1)])
    return np.asarray(p / p.sum())


def figures_of(survey: Iterable[SurveyFigure], item: str) -> tuple[SurveyFigure, ...]:
    """The published shares, means and standard deviations of an item that its margin must meet."""
    wanted = ("share", "mean", "sd")
    return tuple(f for f in survey if f.item == item and f.kind in wanted and f.used)


@lru_cache(maxsize=8)
def margins(survey: tuple[SurveyFigure, ...]) -> dict[str, Floats]:
    """The distribution of answers to every ordinal item, by item name.

    Figures that the evidence excludes (with its reason) are left out: the printed mean of `information`, for
    one, is above anything that its printed shares allow.
    """
    found: dict[str, Floats] = {}
    for item, n_levels in zip(ITEMS, ITEM_LEVELS, strict=True):
        rows = figures_of(survey, item)
        p = whole(n_levels, rows)
        if p is None:
            p = kept(flattest(n_levels, rows))
            p = p / p.sum()
        for row in rows:
            got = statistic(row.kind, row.levels, p)
            if abs(got - row.value) > row.rounding * 1.02:
                raise InputError(
                    f"{row.key} = {row.value:g} cannot be met with the other figures of item '{item}' "
                    f"(nearest {got:.3f}); correct the survey table or mark one figure as excluded."
                )
        p.flags.writeable = False
        found[item] = p
    return found
