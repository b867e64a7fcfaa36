"""What a series says over its seeds: medians with central 90 % intervals, and paired differences."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

#: Months over which a yearly flow is measured.
YEAR = 12
NO_POLICY = "none"


class Interval(NamedTuple):
    """The median of runs that differ by their seed, and the ends of their central 90 %."""

    low: float
    mid: float
    high: float


def interval(values: pd.Series) -> Interval:
    """Median and central 90 % of values, one per seed."""
    low, mid, high = np.quantile(values.to_numpy(dtype=float), [0.05, 0.5, 0.95])
    return Interval(float(low), float(mid), float(high))


def policies(series: pd.DataFrame, most: int = 2) -> list[str]:
    """The policies to show side by side, at most so many: *none* first, then the others in their order."""
    found = [str(name) for name in series["policy"].unique()]
    return sorted(found, key=lambda name: name != NO_POLICY)[:most]


def last_month(series: pd.DataFrame) -> int:
    """The month at which the series ends."""
    return int(series["month"].max())


def by_month(series: pd.DataFrame, policy: str, columns: list[str]) -> pd.DataFrame:
    """Median and central 90 % over seeds of the sum of some columns: low, mid, high by month."""
    part = series[series["policy"] == policy]
    total = part[columns].sum(axis=1)
    spread = total.groupby(part["month"]).quantile(np.array([0.05, 0.5, 0.95])).unstack()
    return spread.set_axis(["low", "mid", "high"], axis=1)


def at(series: pd.DataFrame, policy: str, month: int, columns: list[str]) -> pd.Series:
    """The sum of some columns in one month, by seed."""
    part = series[(series["policy"] == policy) & (series["month"] == month)]
    return part.set_index("seed")[columns].sum(axis=1)


def yearly(series: pd.DataFrame, policy: str, column: str) -> pd.Series:
    """A monthly flow per year, by seed: over the last twelve months, or a shorter run scaled to a year."""
    end = last_month(series)
    months = min(YEAR, end)
    part = series[(series["policy"] == policy) & (series["month"] > end - months) & (series["month"] > 0)]
    seeds = series.loc[series["policy"] == policy, "seed"].unique()
    total = part.groupby("seed")[column].sum().reindex(seeds, fill_value=0.0)
    return total * (YEAR / max(months, 1))


def difference(with_policy: pd.Series, without: pd.Series) -> Interval:
    """What a policy adds: the difference of runs with the same seed."""
    paired = (with_policy - without).dropna()
    if paired.empty:
        raise ValueError("no seed was run both with and without the policy, so there is no paired difference")
    return interval(paired)
