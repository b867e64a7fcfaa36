"""Comparisons, fair and unfair: differences in the same regions with the same luck, and in regions of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from issim.analysis.effects import paired
from issim.errors import InputError
from issim.plots import seeds
from issim.teach.intervals import Row

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


class Wrong(NamedTuple):
    """In how many classes a comparison points the wrong way."""

    paired: float
    """Share of classes whose difference has not the sign of the one over all seeds, same regions for both."""
    unpaired: float
    """The same with regions of their own for each."""


def at_end(series: pd.DataFrame, arm: str, column: str) -> Floats:
    """An observable in the last month, one value per seed."""
    found = seeds.at(series, arm, seeds.last_month(series), [column])
    return found.sort_index().to_numpy(np.float64)


def differences(series: pd.DataFrame, column: str) -> list[Row]:
    """What every arm changes against the first in the last month: mean over seeds and its 90 % interval, paired."""
    arms = list(dict.fromkeys(series["policy"]))
    base = at_end(series, arms[0], column)
    found = []
    for arm in arms[1:]:
        mean, low, high = paired(at_end(series, arm, column) - base)
        found.append(Row(arm, low, mean, high, is_told=low > 0.0 or high < 0.0))
    return found


def fair_and_unfair(series: pd.DataFrame, column: str, n: int) -> tuple[Row, Row]:
    """The second arm against the first over `n` seeds: in the same regions, and each in `n` regions of its own.

    For whom  series of two arms and at least 2 n seeds; the second arm has the first n of them either way
    Source    paired: Student's t of the differences; unpaired: Welch's t of two samples
    """
    from scipy.stats import ttest_ind

    base, other = _two(series, column, 2 * n)
    mean, low, high = paired(other[:n] - base[:n])
    apart = ttest_ind(other[:n], base[n : 2 * n], equal_var=False).confidence_interval(0.9)
    difference = float(other[:n].mean() - base[n : 2 * n].mean())
    return (
        Row(f"Same {n} regions, same luck", low, mean, high, is_told=low > 0.0 or high < 0.0),
        Row(
            f"{n} regions for each", float(apart.low), difference, float(apart.high),
            is_told=bool(apart.low > 0.0 or apart.high < 0.0),
        ),
    )  # fmt: skip


def _two(series: pd.DataFrame, column: str, least: int) -> tuple[Floats, Floats]:
    """The last values of the two arms of a series, by seed."""
    arms = list(dict.fromkeys(series["policy"]))
    if len(arms) != 2 or series["seed"].nunique() < least:
        raise InputError(
            f"{len(arms)} arms and {series['seed'].nunique()} seeds do not do; take two arms and {least} seeds."
        )
    return at_end(series, arms[0], column), at_end(series, arms[1], column)


def wrong_way(series: pd.DataFrame, column: str, n: int, classes: int = 4000, seed: int = 0) -> Wrong:
    """How often a class that makes `n` runs per policy would find the wrong sign, or none.

    Classes draw their seeds at random from those of the series; truth is the difference over all of them.
    """
    base, other = _two(series, column, n)
    sign, luck = np.sign(other.mean() - base.mean()), np.random.default_rng(seed)
    here, there = luck.integers(0, len(base), (2, classes, n))
    fair = (other[here] - base[here]).mean(axis=1)
    unfair = other[there].mean(axis=1) - base[here].mean(axis=1)
    return Wrong(float((np.sign(fair) != sign).mean()), float((np.sign(unfair) != sign).mean()))
