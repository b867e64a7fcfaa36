"""A tax credit: part of the value of reused inputs comes back, up to a cap for each firm and year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from issim.levers.base import Lever
from issim.units import par


@dataclass(frozen=True)
class TaxCredit(Lever):
    """A tax credit on reused inputs of the Italian form, with a cap.

    For whom  receivers that are targets; the cap binds a receiver over all its exchanges, however strong the lever
    Units     share of the value of the reused input; EUR per firm and year
    Source    Italian budget law 2023, paragraphs 685-690: 36 %, at most 20,000 EUR per firm and year
    Keeps     what is credited is counted as public cost; neutral at rate 0
    """

    mechanism: ClassVar[str] = "tax_credit"
    unlimited: ClassVar[frozenset[str]] = Lever.unlimited | {"cap"}

    rate: float = par(
        0.36, unit="1", low=0.0, high=1.0, source="it_budget_law_2023", prior="uniform(0.25, 0.45)",
        meaning="share of the value of the reused input that is credited",
    )  # fmt: skip
    cap: float | None = par(
        None, unit="EUR/(firm yr)", low=1.0, high=1e9, source="it_budget_law_2023",
        meaning="most that one receiver gets in a year; none: without limit",
    )  # fmt: skip

    def moves(self) -> dict[str, float]:
        """The credit, and its cap if there is one."""
        capped = {} if self.cap is None else {"credit_cap": self.cap}
        return {"tax_credit": self.rate, **capped}
