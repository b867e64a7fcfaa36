"""What a pattern is: a question with its source, runs that answer it, rules of judgement, a figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from issim.analysis.effects import paired
from issim.plots.style import Provenance
from issim.plots.wording import number
from issim.runs.job import Plan, plan
from issim.runs.settings import Settings
from issim.runs.study import over_seeds

Floats = NDArray[np.float64]
Row = dict[str, Any]
#: Share of a bootstrap's resamples, or of an interval, that lies between its ends.
COVERED = 0.9
RESAMPLES = 2000
#: The first seed of the runs: beyond those on which the experiments were worked out.
FIRST_SEED = 1001


class Check(NamedTuple):
    """One rule of judgement, and what it met."""

    rule: str
    found: str
    passed: bool


class Estimate(NamedTuple):
    """A mean over seeds, or a quantity fitted to such means, with the ends of its 90 % interval."""

    mean: float
    low: float
    high: float

    def said(self, scale: float = 1.0) -> str:
        """The estimate in words: 0.21 (0.18 to 0.24)."""
        return f"{number(self.mean * scale)} ({number(self.low * scale)} to {number(self.high * scale)})"


@dataclass(frozen=True)
class Pattern:
    """One published pattern and how this model is asked for it."""

    name: str
    title: str
    question: str
    source: str
    literature: str
    design: str
    n_seeds: int
    n_months: int
    measure: Callable[[Settings, Callable[[], object]], pd.DataFrame]
    """All runs as a table, one row per run or moment of a run."""
    judge: Callable[[pd.DataFrame], tuple[Check, ...]]
    """Every rule of judgement on such a table."""
    remarks: Callable[[pd.DataFrame], tuple[str, ...]]
    """What else the table says, a sentence each."""
    draw: Callable[[pd.DataFrame, Provenance], Figure]
    alt: Callable[[pd.DataFrame], str]
    """What the figure shows, for those who cannot see it."""
    overrides: tuple[str, ...] = ()

    def plan(self, n_seeds: int | None = None, *overrides: str) -> Plan:
        """The composed configuration of the pattern's runs."""
        size = (f"seed={FIRST_SEED}", f"n_seeds={n_seeds or self.n_seeds}", f"n_months={self.n_months}")
        return plan(["policy=none", *size, *self.overrides, *overrides])


def verdict(checks: Sequence[Check]) -> str:
    """What the rules add up to."""
    passed = sum(check.passed for check in checks)
    if passed == len(checks):
        return "holds"
    return "holds in part" if passed else "does not hold"


def table_of(
    settings: Settings, one: Callable[[int], Iterable[Row]], tick: Callable[[], object]
) -> pd.DataFrame:
    """The rows that `one` gives for every seed, below one another, threads over seeds."""
    return pd.DataFrame(
        [row for rows in over_seeds(settings, lambda seed: list(one(seed)), tick) for row in rows]
    )


def mean_of(values: Floats | pd.Series) -> Estimate:
    """Mean of one value per seed with its 90 % interval (Student's t); nan values are left out."""
    kept = np.asarray(values, np.float64)
    return Estimate(*paired(kept[~np.isnan(kept)]))


def resampled(n_seeds: int) -> Floats:
    """Bootstrap weights of the seeds, (RESAMPLES, n_seeds), each row adding up to 1; the same at every call."""
    draws = np.random.default_rng(n_seeds).multinomial(n_seeds, np.full(n_seeds, 1.0 / n_seeds), RESAMPLES)
    return np.asarray(draws / n_seeds, np.float64)


def percentiles(middle: float, values: Floats) -> Estimate:
    """An estimate whose ends are percentiles of its bootstrap."""
    tail = (1.0 - COVERED) / 2.0
    low, high = np.quantile(values, [tail, 1.0 - tail])
    return Estimate(middle, float(low), float(high))


def by_seed(table: pd.DataFrame, rows: pd.Series, value: str, columns: str | list[str]) -> pd.DataFrame:
    """A value of some rows, one row per seed."""
    return table[rows].pivot(index="seed", columns=columns, values=value)
