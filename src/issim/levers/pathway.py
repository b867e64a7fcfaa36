"""A training pathway: modules that a firm's people take, each of which lifts the barriers it is about."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from issim.levers.base import TARGETS, Lever, entries, relief_pars
from issim.units import ASSUMPTION, Par, par


class Module(NamedTuple):
    """One module: what it teaches, and the barriers that this is about."""

    teaches: str
    barriers: tuple[str, ...]


#: The seven modules of both SymbioTech pathways; which barriers each is about is our reading of its subject.
MODULES = {
    "framework": Module("what symbiosis is", ("symbiosis_unknown", "no_guidelines", "confusing_concept")),
    "life_cycle": Module("life-cycle assessment", ("uncertain_return", "poor_data", "short_term")),
    "relations": Module("relations between firms", ("partners_unknown", "poor_fit")),
    "machine_learning": Module("machine learning", ("tools_unknown", "no_digital_skills", "hard_tools")),
    "blockchain": Module("blockchain", ("privacy_worries", "poor_data")),
    "energy": Module("symbiotic energy efficiency", ("uncertain_return",)),
    "management": Module(
        "environmental management systems", ("complex_rules", "law_unknown", "manual_processes")
    ),
}
#: What is gained beyond barriers, and the modules that share in teaching it.
TAUGHT_BY = {
    "awareness_gain": ("framework",),
    "skills_gain": ("machine_learning", "blockchain"),
    "trust_gain": ("relations",),
}


def depth_pars() -> dict[str, Par]:
    """What the depth of each module means."""
    return {
        name: Par(
            "1", 0.0, 1.0, f"share lifted of each barrier that the module on {module.teaches} is about",
            ASSUMPTION, "uniform(0, 0.9)",
        )
        for name, module in MODULES.items()
    }  # fmt: skip


@dataclass(frozen=True)
class Pathway(Lever):
    """A course of several modules; a firm reached takes all those listed, and what was learnt stays.

        relief of a barrier = 1 - (1 - own relief) * product over modules about it of (1 - depth)
        gain                = full gain * share of the modules that teach it which are taken

    For whom  firms enrolled one by one
    Units     shares of a barrier, of missing digital readiness, of missing trust
    Source    assumptions: the pathways say what they teach, nobody has measured what it changes
    Keeps     a further module never lifts less; neutral at intensity 0
    """

    mechanism: ClassVar[str] = "pathway"
    vocabularies: ClassVar[Mapping[str, tuple[str, ...]]] = {**TARGETS, "modules": tuple(MODULES)}

    enrols: bool = True
    lasts: bool = True
    modules: tuple[str, ...] = tuple(MODULES)
    depth: Mapping[str, float] = entries(depth_pars, "module", dict.fromkeys(MODULES, 0.3))
    awareness: float = par(
        0.9, unit="1", low=0.0, high=1.0, source=ASSUMPTION, prior="uniform(0.5, 1)",
        meaning="probability that the whole pathway makes a firm at least somewhat aware",
    )  # fmt: skip
    skills: float = par(
        0.3, unit="1", low=0.0, high=1.0, source=ASSUMPTION, prior="uniform(0.1, 0.6)",
        meaning="share of the missing digital readiness that the whole pathway gives",
    )  # fmt: skip
    trust: float = par(
        0.1, unit="1", low=0.0, high=1.0, source=ASSUMPTION, prior="uniform(0, 0.2)",
        meaning="share of the missing general trust that the whole pathway gives",
    )  # fmt: skip

    def lifts(self) -> dict[str, float]:
        """Its own reliefs and those of its modules, one after the other; repeating a module adds nothing."""
        about = {key for name in self.modules for key in MODULES[name].barriers}
        return {
            key: 1.0
            - (1.0 - self.relief.get(key, 0.0))
            * math.prod(1.0 - self.depth.get(name, 0.0) for name in self._about(key))
            for key in relief_pars()
            if key in self.relief or key in about
        }

    def _about(self, barrier: str) -> list[str]:
        """The modules taken that are about a barrier, in the order of the pathway."""
        return [name for name in MODULES if name in self.modules and barrier in MODULES[name].barriers]

    def moves(self) -> dict[str, float]:
        """What the modules taken teach, where that is anything."""
        full = {"awareness_gain": self.awareness, "skills_gain": self.skills, "trust_gain": self.trust}
        taken = {
            gain: sum(name in self.modules for name in names) / len(names)
            for gain, names in TAUGHT_BY.items()
        }
        return {gain: size * taken[gain] for gain, size in full.items() if size * taken[gain] > 0.0}
