"""A federation of platforms: while it is in force, members of separate platforms see each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from issim.levers.platform import Platform
from issim.units import ASSUMPTION, par


@dataclass(frozen=True)
class Federation(Platform):
    """A public platform that joins the separate ones to itself and to each other.

        two members who share no platform see each other with openness * strength * the lesser of their
        platforms' views (recall * data quality); a firm on several platforms brings its best view

    For whom  members of any platform whose firms are targets, reached by the federation or not; `joins: false`
              and `enrols: false` leave a federation without members of its own
    Units     openness a share of recall
    Source    assumption: no federation of platforms has been observed
    Keeps     between separate platforms (openness 0) and one platform (openness 1); neutral at intensity 0
    """

    mechanism: ClassVar[str] = "federation"

    openness: float = par(
        0.8, unit="1", low=0.0, high=1.0, source=ASSUMPTION, prior="uniform(0.3, 1)",
        meaning="share of their recall with which platforms show members to each other's",
    )  # fmt: skip

    def moves(self) -> dict[str, float]:
        """Its openness, and as a platform that firms join its own recall and data quality."""
        return {**(super().moves() if self.joins else {}), "federation": self.openness}
