"""Runs of every replication at reduced size."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from replications import e1, e2, e4, e5


def nothing() -> None:
    """No progress bar."""


def strict_or_cheap(cell: e2.Cell) -> bool:
    """Eight cells of the grid, two levels each of A, the reach and the cost of transport."""
    return cell.A in (0.0, 4.0) and cell.sigma == 0.1 and cell.T0 == 0.2 and cell.d0 in (10.0, 90.0)


def corners(setting: e4.Setting) -> bool:
    """The extremes of turbulence and law, on the bounded plane."""
    return setting.plane == e4.BOUNDED and setting.turbulence in (0.0, 5.0) and setting.law in (0.0, 1.0)


SMALL: dict[str, Callable[[], pd.DataFrame]] = {
    "E1": lambda: e1.measure(30, nothing),
    "E2": lambda: e2.measure(10, nothing, strict_or_cheap),
    "E4": lambda: e4.measure(1, nothing, corners),
    "E5": lambda: e5.measure(100, nothing),
}


@pytest.fixture(scope="session")
def tables() -> Callable[[str], pd.DataFrame]:
    """The runs of a replication at reduced size, made once per process."""
    made: dict[str, pd.DataFrame] = {}

    def of(name: str) -> pd.DataFrame:
        if name not in made:
            made[name] = SMALL[name]()
        return made[name]

    return of
