"""What a sensitivity analysis varies: every number with a prior, also those that need another world.

A number whose value lies outside its own prior is held: a configuration that says so (a border within one
country has no legal friction) means something that the prior does not cover. So is what a command sets, what
is decided by the policy (unless that is asked for), and what speaks of countries that have no firm here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from issim.errors import InputError
from issim.evidence import Evidence
from issim.evidence.vocabulary import COUNTRIES, SURVEYED
from issim.levers.policy import Policy, conditions
from issim.model.batch import Job
from issim.population.firms import dependence_of
from issim.runs.assumptions import DRAWN, OF_POLICY, OF_TABLES, OF_WORLD, lever_columns, of_levers, of_model
from issim.runs.priors import distribution, quantiles
from issim.runs.settings import EVIDENCE_TABLES, Settings
from issim.runs.study import arms, world_of
from issim.runs.uncertainty import by_table, on_terms, with_numbers, with_terms
from issim.units import Parameter
from issim.world.build import SECTIONS
from issim.world.overrides import of_firms, overridden
from issim.world.state import World

Floats = NDArray[np.float64]
#: Sections of the configuration that are fields of a place and of a border.
REGION, BORDER = "region.", "region.borders."


class Case(NamedTuple):
    """Everything that one setting of the varied numbers replaces."""

    constants: Mapping[str, float]
    """Constants of behaviour; others are the settings' own, or the seed's draw from a posterior."""
    evidence: Evidence
    """With other terms of goods, countries and barriers."""
    policies: tuple[Policy, ...]


@dataclass(frozen=True)
class Varied:
    """The numbers that are varied together under common settings, and the policies that every setting meets."""

    settings: Settings
    policies: tuple[Policy, ...]
    """No policy first, if there is another."""
    factors: tuple[Parameter, ...]

    @cached_property
    def _lock(self) -> Lock:
        """Held while the answers of firms are fitted to the survey, so that it is done once."""
        return Lock()

    @cached_property
    def of_world(self) -> NDArray[np.bool_]:
        """Which factors need another world, (n_factors,)."""
        return np.array([needs_world(p.name) for p in self.factors], bool)

    @cached_property
    def is_whole(self) -> tuple[bool, ...]:
        """Which factors count something."""
        return tuple(_is_whole(self.settings, p.name) for p in self.factors)

    @cached_property
    def _columns(self) -> dict[tuple[str, str], str]:
        """The name under which each number of each policy is varied."""
        return lever_columns(self.policies)

    def values(self, unit: Floats) -> Floats:
        """Values of the factors at points of the unit cube: quantiles of their priors, whole where they count.

        For whom  `unit` (n_points, n_factors)
        Units     of each factor
        Keeps     the range of every prior
        """
        found = np.empty_like(unit)
        for k, factor in enumerate(self.factors):
            column = quantiles(distribution(factor), unit[:, k])
            found[:, k] = np.floor(column + 0.5) if self.is_whole[k] else column
        return found

    def world(self, row: Floats, seed: int) -> World:
        """The world of one setting: firms, places and candidates of its own, on the usual terms.

        Fitting the firms to the survey takes longest and is kept for the settings that share it.
        """
        settings = self.settings
        chosen = {p.name: _plain(v, w) for p, v, w, is_here in self._zipped(row) if is_here}
        own = {k: float(v) for k, v in chosen.items() if k.partition(".")[0] in EVIDENCE_TABLES}
        below = by_table(chosen)
        options = dataclasses.replace(
            settings.world,
            **{
                section: dataclasses.replace(getattr(settings.world, section), **below.get(section, {}))
                for section in SECTIONS
            },
        )
        places = [dataclasses.replace(place, **below.get("region", {})) for place in settings.places]
        borders = [dataclasses.replace(border, **below.get(border.where, {})) for border in settings.borders]
        overrides = {**settings.overrides, **own}
        with self._lock:
            dependence_of(overridden(settings.evidence, of_firms(overrides)), options.population)
        replaced = dataclasses.replace(
            settings, world=options, places=tuple(places), borders=tuple(borders), overrides=overrides
        )
        return world_of(replaced, seed)

    def _zipped(self, row: Floats) -> Any:
        """Every factor with its value, whether it counts something, and whether it needs another world."""
        return zip(self.factors, row.tolist(), self.is_whole, self.of_world.tolist(), strict=True)

    def case(self, row: Floats) -> Case:
        """What one setting replaces and needs no other world for."""
        values = {p.name: _plain(v, whole) for p, v, whole, _ in self._zipped(row)}
        known = overridden(self.settings.evidence, self.settings.overrides)
        return Case(
            by_table(values).get("behaviour", {}),
            with_terms(known, values),
            tuple(with_numbers(policy, self._columns, values) for policy in self.policies),
        )

    def job(self, case: Case, world: World, policy: int, seed: int) -> Job:
        """One run: a policy in a world on the terms of a case."""
        here = on_terms(world, case.evidence)
        terms = conditions(case.policies[policy], here, self.settings.run.n_months)
        behaviour = dataclasses.replace(self.settings.behaviour_of(seed), **case.constants)
        return Job(here, terms, behaviour, seed)


def varied(settings: Settings, decisions: bool = False, only: Sequence[str] = ()) -> Varied:
    """All that a sensitivity analysis of these settings varies; with `decisions` also what the policy decides.

    With `only`, no more than what begins with one of these words.
    """
    policies = arms(settings.policy)
    fates = (DRAWN, OF_WORLD, OF_POLICY) if decisions else (DRAWN, OF_WORLD)
    here = _countries(settings)
    found = [
        one.parameter
        for one in (*of_model(settings), *of_levers(policies))
        if one.fate in fates and _is_covered(one.parameter) and _is_here(one.parameter.name, here, settings)
    ]
    for word in only:
        if not any(parameter.name.startswith(word) for parameter in found):
            raise InputError(
                f"--only = '{word}' names nothing that can be varied here; give the beginning of names that "
                "`issim parameters` lists with a prior."
            )
    kept = [p for p in found if not only or p.name.startswith(tuple(only))]
    if len(kept) < 2:
        left = "1 number is" if kept else "No number is"
        raise InputError(
            f"{left} left to vary, and a sensitivity analysis needs two; name or leave more of them."
        )
    return Varied(settings, policies, tuple(kept))


def needs_world(name: str) -> bool:
    """Whether another value of a parameter needs another world."""
    table, _, rest = name.partition(".")
    if table in OF_TABLES:
        return rest.rpartition(".")[2] not in OF_TABLES[table]
    return table not in ("behaviour", "policy", "arms")


def _is_covered(parameter: Parameter) -> bool:
    """Whether a parameter has a prior, and a value that this covers."""
    if not parameter.par.prior or not isinstance(parameter.value, int | float):
        return False
    low, high = distribution(parameter).support()
    return bool(low <= parameter.value <= high)


def _countries(settings: Settings) -> set[str]:
    """Codes of the countries of which a firm can be."""
    codes = {place.country_code for place in settings.places}
    named = {COUNTRIES[code] for code in codes if code >= 0}
    return named | set(SURVEYED if -1 in codes else ())


def _is_here(name: str, countries: set[str], settings: Settings) -> bool:
    """Whether a parameter can matter: its country has firms, and no place of several says it for itself."""
    if name.startswith("countries."):
        return name.split(".")[1] in countries
    if name.startswith(REGION) and not name.startswith(BORDER):
        field = name.removeprefix(REGION)
        return all(getattr(place, field) == getattr(settings.region, field) for place in settings.places)
    return True


def _is_whole(settings: Settings, name: str) -> bool:
    """Whether a parameter counts something; those of levers may take any value, as in `issim run`."""
    section, _, field = name.rpartition(".")
    if section == "region":
        owner: object = settings.region
    elif section.startswith(BORDER):
        owner = settings.borders[0]
    elif section in SECTIONS:
        owner = getattr(settings.world, section)
    else:
        return False
    kinds = {f.name: f.type for f in dataclasses.fields(owner)}  # type: ignore[arg-type]
    return kinds[field] in ("int", int)


def _plain(value: float, whole: bool) -> float | int:
    """A value as a field of its type holds it."""
    return int(value) if whole else value
