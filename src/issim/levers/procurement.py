"""Public procurement: public buyers award contracts that pay a premium for reused inputs, each for a term."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from issim.levers.base import Lever
from issim.units import ASSUMPTION, par
from issim.world.conditions import Conditions
from issim.world.state import World


@dataclass(frozen=True)
class Procurement(Lever):
    """Tenders that ask for reused content; `capacity` says how many contracts are awarded in a month.

        a receiver with a contract earns premium * value of its reused inputs, for `contract_months`

    For whom  targets one by one, in the order of their draws; who had a contract comes again after the others
    Units     premium a share of the value of the reused input; contracts of whole months
    Source    assumptions: what public buyers pay for reused content was looked for and not found
    Keeps     premiums are public cost; contracts awarded are kept when the lever ends, but not when its budget
              does; neutral at premium 0 without relief
    """

    mechanism: ClassVar[str] = "procurement"
    whole: ClassVar[frozenset[str]] = Lever.whole | {"contract_months"}

    enrols: bool = True
    lasts: bool = True
    premium: float = par(
        0.1, unit="1", low=0.0, high=1.0, source=ASSUMPTION, prior="uniform(0.02, 0.25)",
        meaning="premium paid under a contract, as a share of the value of the reused input",
    )  # fmt: skip
    contract_months: int = par(
        36, unit="month", low=1, high=1200, source=ASSUMPTION, meaning="months for which a contract runs"
    )  # fmt: skip

    def moves(self) -> dict[str, float]:
        """The premium on the input's value."""
        return {"price_relief": self.premium}

    def write(self, row: int, sheet: Conditions, world: World) -> None:
        """Write the row and the term of its contracts."""
        super().write(row, sheet, world)
        sheet.term[row] = self.contract_months
