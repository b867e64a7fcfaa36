"""What every lever is: when it is in force, whom it reaches, what it lifts and moves, what it costs.

A lever writes one row of the table of conditions and does nothing else. A mechanism is a subclass in a file
of this folder: it names itself, says in `moves` which effects follow from its own parameters, and inherits
the rest.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from issim.errors import InputError
from issim.evidence import load
from issim.evidence.vocabulary import BRANCHES, COUNTRIES, SECTORS, SIZES
from issim.units import ASSUMPTION, Par, Parameter, par, parameters_of
from issim.world.conditions import EFFECT_NAMES, EFFECTS, FIRM_STAGES, Conditions
from issim.world.state import World

#: Numbers of a lever that say which policy is meant; nobody is uncertain about these.
DECISIONS = (
    "start", "end", "ramp", "intensity", "capacity", "budget", "quota", "threshold", "fine",
    "check_probability", "rate", "path", "effects.quota", "effects.penalty", "effects.landfill_tax",
    "effects.price_relief", "effects.reuse_payment", "effects.capex_grant", "cap", "premium", "contract_months",
    "openness",
)  # fmt: skip
#: Fields that limit whom a lever is meant for, and the names that each allows (regions go by number).
TARGETS = {
    "countries": COUNTRIES,
    "sectors": SECTORS,
    "sizes": SIZES,
    "branches": BRANCHES,
    "stages": FIRM_STAGES,
}
#: Which column of the table of firms each target field looks at.
TARGET_COLUMNS = {"countries": "country", "sectors": "sector", "sizes": "size", "branches": "branch"}
N_KEYS = 1 << 16


def own_key(name: str) -> int:
    """The number in 0..65535 that keys a lever's draws: the same for the same name, anywhere."""
    return int.from_bytes(blake2b(name.encode(), digest_size=2).digest())


@lru_cache(maxsize=1)
def relief_pars() -> dict[str, Par]:
    """What the relief of each blocking point means, by the barrier's key."""
    return {
        barrier.key: Par(
            "1", 0.0, 1.0, f"share lifted of barrier {barrier.number}: {barrier.text}", ASSUMPTION
        )
        for barrier in load().barriers
    }


@lru_cache(maxsize=1)
def effect_pars() -> dict[str, Par]:
    """What each effect means, by its name."""
    return {e.name: Par(e.unit, float(e.low), float(e.high), e.meaning, ASSUMPTION) for e in EFFECTS}


def entries(
    pars: Callable[[], Mapping[str, Par]], kind: str, default: Mapping[str, float] | None = None
) -> Any:
    """A dataclass field that holds one number per name; `pars` gives the names and what each number means."""
    return dataclasses.field(
        default_factory=lambda: dict(default or {}), metadata={"entries": pars, "kind": kind}, hash=False
    )


@dataclass(frozen=True)
class Lever:
    """One lever of a policy; as it stands, a lever that neither lifts nor moves anything.

    `action` is the number of the blocking point whose action of the plan the lever carries out; 0: none.
    """

    mechanism: ClassVar[str] = ""
    #: Fields where nothing (null) means without limit.
    unlimited: ClassVar[frozenset[str]] = frozenset({"end", "capacity", "budget"})
    #: Fields that count months and so are whole numbers.
    whole: ClassVar[frozenset[str]] = frozenset({"start", "end", "ramp"})
    #: Fields that list names, and the names that each allows.
    vocabularies: ClassVar[Mapping[str, tuple[str, ...]]] = TARGETS

    name: str
    title: str = ""
    question: str = ""
    meaning: str = ""
    actor: str = ""
    action: int = 0
    start: int = par(
        0, unit="month", low=0, high=1200, meaning="first month in force", source=ASSUMPTION
    )  # fmt: skip
    end: int | None = par(
        None, unit="month", low=1, high=1200, source=ASSUMPTION,
        meaning="first month no longer in force; none: to the end",
    )  # fmt: skip
    ramp: int = par(
        0, unit="month", low=0, high=1200, source=ASSUMPTION,
        meaning="months after the start until full strength; before, strength grows evenly",
    )  # fmt: skip
    intensity: float = par(
        1.0,
        unit="1",
        low=0.0,
        high=1.0,
        meaning="full strength; 0 is as if there were no lever",
        source=ASSUMPTION,
    )
    countries: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    regions: tuple[int, ...] = ()
    stages: tuple[str, ...] = ()
    enrols: bool = False
    lasts: bool = False
    joins: bool = False
    capacity: float | None = par(
        None, unit="firms/month", low=0.0, high=1e6, source=ASSUMPTION,
        meaning="firms that can be reached in a month, over all regions; none: without limit",
    )  # fmt: skip
    unit_cost: float = par(
        0.0, unit="EUR/firm", low=0.0, high=1e6, meaning="public cost per firm reached", source=ASSUMPTION
    )
    running_cost: float = par(
        0.0, unit="EUR/month", low=0.0, high=1e8, meaning="public cost per month in force", source=ASSUMPTION
    )
    budget: float | None = par(
        None, unit="EUR", low=0.0, high=1e12, source=ASSUMPTION,
        meaning="public money that the lever may spend; it stops when that is spent; none: without limit",
    )  # fmt: skip
    relief: Mapping[str, float] = entries(relief_pars, "barrier")
    effects: Mapping[str, float] = entries(effect_pars, "effect")
    sources: Mapping[str, str] = dataclasses.field(default_factory=dict, hash=False)
    priors: Mapping[str, str] = dataclasses.field(default_factory=dict, hash=False)

    @property
    def key(self) -> int:
        """The number that keys the lever's draws."""
        return own_key(self.name)

    def lifts(self) -> dict[str, float]:
        """The share of each barrier that is lifted at full strength, by the barrier's key."""
        return dict(self.relief)

    def moves(self) -> dict[str, float]:
        """The effects that follow from the mechanism's own parameters, by name."""
        return {}

    def all_effects(self) -> dict[str, float]:
        """Every effect at full strength: the mechanism's own and those declared."""
        return {**self.effects, **self.moves()}

    def schedule(self, n_months: int) -> NDArray[np.float64]:
        """Strength in each month, shape (n_months,).

        intensity * min(1, (t - start + 1) / (ramp + 1)) for start <= t < end, else 0; 0 without any budget
        """
        months = np.arange(n_months)
        grown = np.minimum(1.0, (months - self.start + 1) / (self.ramp + 1))
        runs = (months >= self.start) & (months < (np.inf if self.end is None else self.end))
        return np.where(runs & (self.budget != 0), self.intensity * grown, 0.0)

    def reaches(self, world: World) -> NDArray[np.bool_]:
        """Which firms of a world the lever is meant for, shape (n_firms,)."""
        meant = np.ones(len(world.firms.index), np.bool_)
        for field, column in TARGET_COLUMNS.items():
            chosen = getattr(self, field)
            if chosen:
                codes = [TARGETS[field].index(name) for name in chosen]
                meant &= np.isin(getattr(world.firms, column), codes)
        if self.regions:
            meant &= np.isin(world.firms.region, self.regions)
        return meant

    def write(self, row: int, sheet: Conditions, world: World) -> None:
        """Write the lever into one row of the conditions of a world; a target that is nobody is refused."""
        meant = self.reaches(world)
        if not meant.any():
            raise self.meant_for_nobody(len(meant))
        sheet.strength[row] = self.schedule(sheet.strength.shape[1])
        sheet.target[row] = meant
        if self.stages:
            sheet.stages[row] = sum(1 << FIRM_STAGES.index(stage) for stage in self.stages)
        sheet.enrols[row], sheet.lasts[row] = self.enrols, self.lasts
        sheet.capacity[row] = np.inf if self.capacity is None else self.capacity
        sheet.unit_cost[row], sheet.running_cost[row] = self.unit_cost, self.running_cost
        sheet.budget[row] = np.inf if self.budget is None else self.budget
        lifted = self.lifts()
        for place, barrier in enumerate(relief_pars()):
            sheet.relief[row, place] = lifted.get(barrier, 0.0)
        for effect, size in self.all_effects().items():
            sheet.effect[row, EFFECT_NAMES.index(effect)] = size

    def limits(self) -> dict[str, Any]:
        """The target fields that are set, by name."""
        return {
            name: list(getattr(self, name)) for name in (*TARGET_COLUMNS, "regions") if getattr(self, name)
        }

    def meant_for_nobody(self, n_firms: int) -> InputError:
        """The sentence for a target that matches no firm of the world."""
        said = ", ".join(f"{name} = {value}" for name, value in self.limits().items()) or "its own conditions"
        return InputError(
            f"{where(self.name)} is meant for nobody: none of the {n_firms} firms of this world fits {said}; "
            "widen the target (an empty list means all) or choose another region."
        )

    def meta(self, field: str, entry: str, declared: Par) -> Par:
        """A parameter's meaning with the source and prior of this very lever."""
        names = (f"{field}.{entry}", field) if entry else (field,)
        source = next((self.sources[name] for name in names if name in self.sources), declared.source)
        prior = next((self.priors[name] for name in names if name in self.priors), declared.prior)
        return declared._replace(source=source, prior=prior)

    def parameters(self) -> Iterator[Parameter]:
        """Every number of the lever with unit, range, prior, meaning and source; none is shown as a word."""
        prefix = where(self.name)
        for name, value, declared in parameters_of(self, prefix):
            shown = "none" if value is None else value
            yield Parameter(name, shown, self.meta(name.removeprefix(f"{prefix}."), "", declared))
        for field, pars in entry_fields(type(self)).items():
            for entry, value in getattr(self, field).items():
                yield Parameter(f"{prefix}.{field}.{entry}", value, self.meta(field, entry, pars[entry]))


def where(name: str) -> str:
    """The path under which a lever stands in a configuration."""
    return f"policy.levers.{name}"


def entry_fields(kind: type[Lever]) -> dict[str, Mapping[str, Par]]:
    """The fields of a mechanism that hold one number per name, with the names each allows."""
    return {
        field.name: field.metadata["entries"]()
        for field in dataclasses.fields(kind)
        if "entries" in field.metadata
    }
