"""Taxes: what the state takes off a reused input, and what it adds to landfilling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from issim.levers.base import Lever, entries
from issim.units import ASSUMPTION, Par, par

#: Longest path of a tax, in years.
N_YEARS = 100


@dataclass(frozen=True)
class TaxRelief(Lever):
    """Relief on reused inputs, such as a tax credit: the state forgoes a share of the input's value.

    For whom  receivers that are targets; the support is part of the joint gain and so is shared by bargaining
    Units     share of the value of the reused input
    Source    Italian credits on recycled products: 25 % (decree 34/2019) and 36 % (budget law 2023)
    Keeps     revenue forgone is counted as public cost; neutral at rate 0
    """

    mechanism: ClassVar[str] = "tax_relief"

    rate: float = par(
        0.25, unit="1", low=0.0, high=1.0,
        source="it_dl_34_2019; it_budget_law_2023", prior="uniform(0.1, 0.36)",
        meaning="share of the value of the reused input that the state leaves to the firms",
    )  # fmt: skip

    def moves(self) -> dict[str, float]:
        """The relief on the input's value."""
        return {"price_relief": self.rate}


def path_pars() -> dict[str, Par]:
    """What the tax of each year means, by the year since the start."""
    return {
        str(year): Par("EUR/t", 0.0, 2000.0, f"tax added from year {year} after the start", ASSUMPTION)
        for year in range(N_YEARS)
    }


@dataclass(frozen=True)
class LandfillTax(Lever):
    """A tax on landfilling, added to the country's own, along a path of yearly steps.

    For whom  donors that are targets
    Units     EUR/t by year since the start; a step holds until the next
    Source    announced paths such as Latvia's 43 to 95 EUR/t
    Keeps     revenue is a transfer and does not lower the public cost; neutral when every step is 0
    """

    mechanism: ClassVar[str] = "landfill_tax"

    path: Mapping[str, float] = entries(path_pars, "year of the path")

    def moves(self) -> dict[str, float]:
        """The tax at the highest step of its path; the schedule scales it down in other years."""
        return {"landfill_tax": max(self.path.values(), default=0.0)}

    def schedule(self, n_months: int) -> NDArray[np.float64]:
        """Strength in each month, shape (n_months,): times this year's share of the top."""
        plain, top = super().schedule(n_months), self.moves()["landfill_tax"]
        if top == 0.0:
            return plain
        share = np.zeros(n_months)
        for year, tax in sorted((int(year), tax) for year, tax in self.path.items()):
            share[self.start + 12 * year :] = tax / top
        return plain * share
