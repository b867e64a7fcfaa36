"""Which levers ran out of money, from when on, and in how many runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


def when(stopped: pd.Series) -> str:
    """From which month on a lever was out of money, over its runs; `stopped` as in the table of levers.

    Months are numbered as for a lever's `start` and `end`; the middle run first, in brackets the earliest and the last.
    """
    months = stopped[stopped >= 0]
    if months.empty:
        return "never"
    middle, low, high = int(np.median(months)), int(months.min()), int(months.max())
    range_ = f" ({low} to {high})" if low < high else ""
    return f"from month {middle}{range_}, in {len(months)} of {len(stopped)} runs"


def lines(levers: pd.DataFrame) -> list[str]:
    """A sentence for every lever that some run stopped for want of money."""
    policies = levers["policy"].nunique()
    found = []
    for (policy, lever), runs in levers.groupby(["policy", "lever"], sort=False):
        if (runs["stopped"] >= 0).any():
            of = f" of '{policy}'" if policies > 1 else ""
            found.append(f"Lever '{lever}'{of}: budget spent, no longer in force {when(runs['stopped'])}.")
    return found
