"""A digital platform: members see compatible members, the better the more it can do and its data tell."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from issim.levers.base import TARGETS, Lever, entries
from issim.units import ASSUMPTION, Par, par

#: What platforms can do, as the report names it.
CAPABILITIES = {
    "matchmaking": "proposes partners",
    "online_platform": "shows offers and needs on line",
    "intelligent_management": "ranks and plans with algorithms",
    "ontology": "knows that two words mean one material",
    "industry_4_0": "reads streams from sensors and systems",
    "blockchain": "records what was said and delivered",
    "digital_twin": "tries an exchange before it is built",
}


#: Prior of every part: nobody has measured them.
PARTS = "uniform(0, 0.9)"


def recall_pars() -> dict[str, Par]:
    """How much of full recall each capability contributes."""
    return {
        name: Par("1", 0.0, 1.0, f"part of full recall added by a platform that {does}", ASSUMPTION, PARTS)
        for name, does in CAPABILITIES.items()
    }


def quality_pars() -> dict[str, Par]:
    """How much of the missing data quality each capability repairs."""
    return {
        name: Par("1", 0.0, 1.0, f"part of bad records mended by a platform that {does}", ASSUMPTION, PARTS)
        for name, does in CAPABILITIES.items()
    }


@dataclass(frozen=True)
class Platform(Lever):
    """A platform with members, capabilities and data of some quality.

        recall  = full_recall * [1 - product over its capabilities of (1 - recall_of)]
        quality = 1 - (1 - data_quality) * product over its capabilities of (1 - quality_of)

    For whom  firms enrolled; a pair is shown only when both are members, and only while the platform runs
    Units     recall per month and compatible member; quality a share of records
    Source    assumptions: platforms publish members and matches, not hit rates
    Keeps     each further capability adds less; neutral at intensity 0
    """

    mechanism: ClassVar[str] = "platform"
    vocabularies: ClassVar[Mapping[str, tuple[str, ...]]] = {**TARGETS, "capabilities": tuple(CAPABILITIES)}

    enrols: bool = True
    joins: bool = True
    capabilities: tuple[str, ...] = ("matchmaking", "online_platform")
    full_recall: float = par(
        0.2, unit="1/month", low=0.0, high=2.0, source=ASSUMPTION, prior="loguniform(0.05, 0.6)",
        meaning="hazard that a platform with every capability and perfect data shows two fully compatible "
        "members to each other",
    )  # fmt: skip
    data_quality: float = par(
        0.5, unit="1", low=0.0, high=1.0, source=ASSUMPTION, prior="uniform(0.2, 0.8)",
        meaning="share of records that are good enough to act on, before capabilities mend some",
    )  # fmt: skip
    recall_of: Mapping[str, float] = entries(
        recall_pars, "capability",
        {"matchmaking": 0.5, "online_platform": 0.4, "intelligent_management": 0.3, "ontology": 0.3,
         "industry_4_0": 0.1, "blockchain": 0.0, "digital_twin": 0.1},
    )  # fmt: skip
    quality_of: Mapping[str, float] = entries(
        quality_pars, "capability",
        {"matchmaking": 0.0, "online_platform": 0.0, "intelligent_management": 0.1, "ontology": 0.2,
         "industry_4_0": 0.4, "blockchain": 0.2, "digital_twin": 0.2},
    )  # fmt: skip

    def moves(self) -> dict[str, float]:
        """Recall and data quality that the capabilities add up to."""
        missed = math.prod(1.0 - self.recall_of.get(name, 0.0) for name in self.capabilities)
        unmended = math.prod(1.0 - self.quality_of.get(name, 0.0) for name in self.capabilities)
        return {
            "recall": self.full_recall * (1.0 - missed),
            "data_quality": 1.0 - (1.0 - self.data_quality) * unmended,
        }
