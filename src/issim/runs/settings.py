"""What a run can be told: the sections of its configuration and their checks."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_type_hints

from issim.errors import InputError, out_of_range, unknown_name
from issim.evidence import Evidence
from issim.evidence import load as load_evidence
from issim.evidence.catalogue import PACKAGED
from issim.levers.policy import Policy, check_months
from issim.model.posterior import Posterior
from issim.own.answers import OwnSurvey
from issim.own.prices import PriceTable
from issim.own.recalibration import with_survey
from issim.own.register import Register
from issim.population.options import COMPOSITIONS, PopulationOptions
from issim.population.options import check as check_population
from issim.population.streams import StreamOptions
from issim.rules.behaviour import Behaviour
from issim.runs import constants, own_data
from issim.runs.places import layout
from issim.units import ASSUMPTION, Par, Parameter, par, range_errors
from issim.world.borders import Border
from issim.world.build import WorldOptions
from issim.world.build import errors as world_errors
from issim.world.candidates import CandidateOptions
from issim.world.overrides import overridden
from issim.world.peers import PeerOptions
from issim.world.region import Region

#: Tables of evidence whose values a configuration may replace.
EVIDENCE_TABLES = ("goods", "countries", "barriers", "waste")


@dataclass(frozen=True)
class RunOptions:
    """How often and how long a run is made."""

    seed: int = par(1, unit="1", low=0, high=2**62, meaning="first seed of the runs", source=ASSUMPTION)
    n_seeds: int = par(
        40,
        unit="runs",
        low=1,
        high=100_000,
        meaning="runs per policy; intervals are over these",
        source=ASSUMPTION,
    )
    n_months: int = par(120, unit="month", low=1, high=1200, meaning="months simulated", source=ASSUMPTION)
    threads: int = par(
        0, unit="threads", low=0, high=1024, meaning="threads, 0 for all cores", source=ASSUMPTION
    )


@dataclass(frozen=True)
class UncertaintyOptions:
    """How often the assumptions behind a run are drawn anew."""

    draws: int = par(
        64,
        unit="draws",
        low=0,
        high=100_000,
        meaning="times that all assumptions are drawn from their priors, 0 for never",
        source=ASSUMPTION,
    )


@dataclass(frozen=True)
class Settings:
    """Everything that decides the numbers of a run, checked."""

    region: Region
    """By its name, with all firms of its places."""
    places: tuple[Region, ...]
    """The regions of the world: the region itself, or the places that it names."""
    borders: tuple[Border, ...]
    world: WorldOptions
    behaviour: Behaviour
    policy: Policy
    run: RunOptions
    evidence: Evidence
    overrides: Mapping[str, float] = field(default_factory=dict)
    uncertainty: UncertaintyOptions = field(default_factory=UncertaintyOptions)
    firms: Register | None = None
    """The firms of the region as far as they are known; None where all are drawn."""
    names: bool = False
    """Whether the names of known firms may be written beside results."""
    posterior: Posterior | None = None
    """What constants of behaviour are drawn from; `behaviour` then has their medians."""
    drawn: tuple[str, ...] = ()
    """The constants that are drawn from it."""
    survey: OwnSurvey | None = None
    """A survey of the user's own to which firms are calibrated, resampled for every seed."""
    prices: PriceTable | None = None
    """Prices of the user's own; `evidence` has them already."""
    evidence_folder: Path = PACKAGED

    def evidence_of(self, seed: int) -> Evidence:
        """What firms of one seed are drawn from: the evidence, or the user's survey as its respondents answer again."""
        if self.survey is None or not self.survey.n:
            return self.evidence
        return with_survey(self.evidence, self.survey, self.evidence_folder, seed)

    def behaviour_of(self, seed: int) -> Behaviour:
        """The constants of one seed: its own draw of those that are drawn, the same under every policy."""
        if self.posterior is None:
            return self.behaviour
        return self.posterior.behaviour(seed, self.behaviour, self.drawn)

    def provenance_of_posterior(self) -> dict[str, object]:
        """What a manifest says about the posterior that constants are drawn from; nothing without one."""
        if self.posterior is None:
            return {}
        about = {"drawn": list(self.drawn), "told": self.told_of_posterior()}
        return {"posterior": {**self.posterior.provenance(), **about}}

    def told_of_posterior(self) -> list[str]:
        """What intervals over seeds mean where every run draws constants; nothing where none does."""
        if self.posterior is None:
            return []
        return self.posterior.told(len(self.drawn), self.evidence.hashes)

    def words_of_posterior(self) -> str:
        """The same as what is added to closing words."""
        return "".join(f"\n{line}" for line in ["", *told]) if (told := self.told_of_posterior()) else ""

    @property
    def origins(self) -> dict[str, str]:
        """Hashes of the files that numbers rest on: the evidence, and the posterior if constants are drawn."""
        drawn = {} if self.posterior is None else {"posterior": self.posterior.digest}
        return {**self.evidence.hashes, **drawn}


def mutable(table: type, leave_out: Collection[str] = ()) -> type:
    """A dataclass with the same typed fields that a configuration may fill in (frozen ones are read-only)."""
    hints = get_type_hints(table)
    fields = [
        (f.name, hints[f.name], dataclasses.field(default=f.default))
        for f in dataclasses.fields(table)
        if f.name not in leave_out
    ]
    return dataclasses.make_dataclass(table.__name__, fields, namespace={"__module__": table.__module__})


def checked(values: Mapping[str, Any], policy: Policy) -> Settings:
    """Settings out of a plain configuration; every fault is named, all in one InputError."""
    population = dict(values["population"])
    n_firms = population.pop("n_firms")
    world = WorldOptions(
        population=PopulationOptions(**population),
        streams=StreamOptions(**values["streams"]),
        peers=PeerOptions(**values["peers"]),
        candidates=CandidateOptions(**values["candidates"]),
    )
    told = constants.told(values["behaviour"])
    run = RunOptions(**{f.name: values[f.name] for f in dataclasses.fields(RunOptions)})
    errors = [*world_errors([Region()], world), *range_errors(told.behaviour, "behaviour")]
    errors += [_bare(name, value, meta) for name, value, meta in _outside(run)]
    uncertainty = UncertaintyOptions(**values["uncertainty"])
    errors += range_errors(uncertainty, "uncertainty")
    if world.population.composition not in COMPOSITIONS:
        errors.append(unknown_name("population.composition", str(world.population.composition), COMPOSITIONS))
    try:
        found = layout(values["region"], n_firms)
    except InputError as error:
        errors.append(error)
    if errors:
        raise InputError("\n".join(dict.fromkeys(str(error) for error in errors)))
    check_population(world.population)
    check_months(policy, run.n_months)
    own = own_data.read_own(values, _evidence(values["evidence"]))
    if own.firms is not None:
        own_data.check_count(n_firms, Region().n_firms, own.firms)
        found = found.holding(own.firms)
    overrides = flat(values)
    overridden(own.evidence, overrides)
    return Settings(
        *found, world, told.behaviour, policy, run, own.evidence, overrides, uncertainty, own.firms,
        own.names, told.posterior, told.drawn, own.survey, own.prices, own_data.folder_of(values["evidence"]),
    )  # fmt: skip


def _evidence(folder: str | None) -> Evidence:
    """The evidence of a folder, or the packaged one."""
    try:
        return load_evidence(None if folder is None else Path(folder))
    except OSError as error:
        raise InputError(
            f"evidence = {folder} cannot be read ({error.strerror}); name a folder of evidence tables."
        ) from None


def _outside(run: RunOptions) -> list[Parameter]:
    """The run options outside their range."""
    return [
        p for p in run_parameters(run) if isinstance(p.value, str) or not p.par.low <= p.value <= p.par.high
    ]


def run_parameters(run: RunOptions) -> list[Parameter]:
    """The parameters of a run, named as in the configuration (at the top level)."""
    return [Parameter(f.name, getattr(run, f.name), f.metadata["par"]) for f in dataclasses.fields(run)]


def _bare(name: str, value: Any, meta: Par) -> InputError:
    """The sentence for a run option outside its range."""
    return out_of_range(name, value, meta.unit, meta.low, meta.high)


def flat(values: Mapping[str, Any]) -> dict[str, float]:
    """Other values for the evidence as dotted keys: {'goods.metal.gate_fee': 120.0}."""
    found: dict[str, float] = {}
    for table in EVIDENCE_TABLES:
        found |= _flat(values[table], f"{table}.", depth=1 if table == "waste" else 2)
    return found


def _flat(values: Any, prefix: str, depth: int) -> dict[str, float]:
    """The numbers `depth` levels down, by dotted key."""
    if not isinstance(values, Mapping):
        raise InputError(
            f"{prefix[:-1]} = {values} names no column; write {prefix}COLUMN=VALUE "
            f"(`issim parameters {prefix.partition('.')[0]}` lists them)."
        )
    found: dict[str, float] = {}
    for key, value in values.items():
        name = f"{prefix}{key}"
        if depth > 1:
            found |= _flat(value, f"{name}.", depth - 1)
        elif isinstance(value, bool) or not isinstance(value, int | float):
            raise InputError(f"{name} = {value} is not a number; give one.")
        else:
            found[name] = float(value)
    return found
