"""What is read out of a run's monthly series: the outcomes that every table, figure and sweep reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Measure(NamedTuple):
    """One outcome: its words, its unit, how to read it from a run's monthly series."""

    key: str
    words: str
    unit: str
    column: str
    how: str  # "last" value, sum over the "year" that ends the run, or "total" over all months
    scale: float = 1.0


MEASURES = (
    Measure("adopters", "Firms that exchange residues at the end", "firms", "adopters", "last"),
    Measure("exchanges", "Exchanges in operation at the end", "exchanges", "operating", "last"),
    Measure("aware", "Firms that have at least heard of symbiosis", "firms", "unaware", "rest"),
    Measure("tonnes_year", "Residues passed on in the last year", "t/yr", "tonnes", "year"),
    Measure("tonnes", "Residues passed on in all years", "t", "tonnes", "total"),
    Measure("co2", "CO2 saved in all years, transport subtracted", "t CO2", "co2", "total", 1e-3),
    Measure("gain", "Gained by the firms in all years", "EUR", "gain", "total"),
    Measure("public_cost", "Paid by the public in all years", "EUR", "public_cost", "total"),
)
#: The firms of a month by stage.
STAGES = ("unaware", "aware", "searching", "talking", "adopters")


def outcome(measure: Measure, monthly: Callable[[str], NDArray[np.float64]]) -> NDArray[np.float64]:
    """A measure for every run, shape (n_runs,).

    For whom  `monthly` gives an observable of all runs by name, (n_runs, n_months + 1), row 0 the start
    Units     of the measure
    """
    table = monthly(measure.column)
    if measure.how == "last":
        values = table[:, -1]
    elif measure.how == "rest":
        values = sum(monthly(stage)[:, -1] for stage in STAGES) - table[:, -1]
    elif measure.how == "year":
        values = table[:, 1:][:, -12:].sum(axis=1)
    else:
        values = table[:, 1:].sum(axis=1)
    return np.asarray(values * measure.scale, np.float64)
