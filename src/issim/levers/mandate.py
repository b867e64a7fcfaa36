"""The reuse mandate: firms above a size must pass on a share of their residues or risk a fine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from issim.levers.base import Lever
from issim.units import ASSUMPTION, par
from issim.world.conditions import Conditions
from issim.world.state import World


@dataclass(frozen=True)
class Mandate(Lever):
    """A quota with a threshold, a fine and checks.

        penalty = fine * chance of a check;  cost of checks = check_cost * chance * firms bound / 12 per month

    For whom  targets with at least `threshold` employees: only they are bound, only their barriers lifted
    Units     quota a share of solid residues; fine EUR per tonne and year short; chance per firm and year
    Source    all parameters are assumptions: no country has such a quota for residues yet
    Keeps     fines paid are a transfer and do not lower the public cost; neutral at intensity 0
    """

    mechanism: ClassVar[str] = "mandate"

    quota: float = par(
        0.3, unit="1", low=0.0, high=1.0, source=ASSUMPTION, prior="uniform(0.1, 0.5)",
        meaning="share of its solid residues that a firm bound must pass on",
    )  # fmt: skip
    threshold: float = par(
        50.0, unit="persons", low=0.0, high=1e6, source=ASSUMPTION,
        meaning="firms with fewer employees are not bound",
    )  # fmt: skip
    fine: float = par(
        150.0, unit="EUR/t", low=0.0, high=2000.0, source=ASSUMPTION, prior="loguniform(50, 500)",
        meaning="fine per tonne and year short of the quota, if checked",
    )  # fmt: skip
    check_probability: float = par(
        0.2, unit="1/yr", low=0.0, high=1.0, source=ASSUMPTION, prior="uniform(0.05, 0.5)",
        meaning="chance that a firm bound is checked in a year",
    )  # fmt: skip
    check_cost: float = par(
        600.0, unit="EUR/check", low=0.0, high=1e6, source=ASSUMPTION, prior="loguniform(200, 2000)",
        meaning="public cost of one check",
    )  # fmt: skip

    def moves(self) -> dict[str, float]:
        """The quota, and the penalty that a firm must expect per tonne short of it."""
        return {"quota": self.quota, "penalty": self.fine * self.check_probability}

    def reaches(self, world: World) -> NDArray[np.bool_]:
        """Targets that are large enough to be bound, shape (n_firms,)."""
        return super().reaches(world) & (world.firms.employees >= self.threshold)

    def limits(self) -> dict[str, object]:
        """The target fields that are set, and the threshold."""
        return {**super().limits(), "threshold": self.threshold}

    def write(self, row: int, sheet: Conditions, world: World) -> None:
        """Write the row, the threshold, and the cost of checking the firms bound."""
        super().write(row, sheet, world)
        n_bound = int(sheet.target[row].sum())
        sheet.min_employees[row] = self.threshold
        sheet.running_cost[row] += self.check_cost * self.check_probability * n_bound / 12.0
