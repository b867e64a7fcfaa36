"""What a person at the dashboard has chosen: a place and a policy, as plain words, and checked.

A scenario travels in three forms that say the same: the state of the page (JSON), the address of a link, and
a policy file (`files.py`). All of them end here, and what is impossible is an InputError.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from issim.app.limits import Limits
from issim.app.uploads import KINDS, Uploads
from issim.errors import InputError, unknown_name
from issim.levers import catalogue
from issim.levers.base import Lever
from issim.levers.policy import NOTHING, Policy, check_months, from_mapping
from issim.levers.policy import load as load_policy
from issim.own import cases
from issim.runs.job import plan
from issim.runs.schema import groups
from issim.runs.settings import Settings

#: A policy of the page that has no name of its own.
UNNAMED = "my policy"
#: The group of regions has a file that is the start of all others.
NOT_REGIONS = ("default",)
NAME = re.compile(r"\w[\w +-]{0,59}")
#: Fields of a lever that the page never changes: what it is called, and what it says of itself.
KEPT = ("name", "mechanism", "sources", "priors", "title", "question", "meaning", "actor", "action")


@dataclass(frozen=True)
class Place:
    """Everything that decides which regions are simulated, and what happens in them without policy."""

    region: str = "mixed"
    n_firms: int = 1000
    composition: str = "survey"
    n_months: int = 120
    n_seeds: int = 50
    seed: int = 1
    behaviour: str = "default"
    firms: str = ""
    """Key and file of a register of the person's own (`uploads.py`), empty where all firms are drawn; then of a survey
    that firms are recalibrated to, and of prices."""
    survey: str = ""
    streams: str = ""

    def own(self) -> dict[str, str]:
        """The files of the person's own, by kind."""
        return {kind: handle for kind in KINDS if (handle := getattr(self, kind))}

    def overrides(self, paths: Mapping[str, Path] | None = None) -> list[str]:
        """The place as the command line says it; files of the person's own by their names, or by their paths."""
        said = [f"region={self.region}", f"population={self.composition}"]
        for kind, handle in self.own().items():
            said.append(f"{kind}={paths[kind] if paths else handle.rpartition('/')[2]}")
        if not self.firms and case_of(self.region) is None:
            said.append(f"population.n_firms={self.n_firms}")
        if self.behaviour != Place.behaviour:
            said.append(f"behaviour={self.behaviour}")
        return [*said, f"n_months={self.n_months}", f"n_seeds={self.n_seeds}", f"seed={self.seed}"]


@dataclass(frozen=True)
class Scenario:
    """A place and a policy; `levers` are the ones switched on, each with what differs from the catalogue."""

    place: Place = field(default_factory=Place)
    name: str = UNNAMED
    levers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, hash=False)

    @property
    def question(self) -> str:
        """What the policy asks, for the file and the report."""
        named = [name for name, changes in starting_points().items() if changes == self.levers]
        return questions()[named[0]] if named else f"What does the policy '{self.name}' change?"

    def policy(self) -> Policy:
        """The policy, checked: *none* where no lever is switched on."""
        if not self.levers:
            return load_policy(NOTHING)
        found = from_mapping({"name": self.name, "question": self.question, "levers": self.levers})
        check_months(found, self.place.n_months)
        return found


def settings_of(place: Place, paths: Mapping[str, Path] | None = None) -> Settings:
    """The settings of a place without policy; `paths` are those of the person's own files."""
    return plan([*place.overrides(paths), f"policy={NOTHING}"]).settings


@lru_cache(maxsize=64)
def case_of(region: str) -> int | None:
    """How many firms a documented case has; None for a region whose firms are drawn."""
    text = (catalogue.configs() / "region" / f"{region}.yaml").read_text(encoding="utf-8")
    name = yaml.safe_load(text).get("register")
    return len(cases.register(str(name))) if name else None


def regions() -> list[str]:
    """Names of all packaged regions."""
    return [name for name in groups()["region"] if name not in NOT_REGIONS]


def compositions() -> list[str]:
    """Names of all packaged populations."""
    return [name for name in groups()["population"] if name not in NOT_REGIONS]


def behaviours() -> list[str]:
    """Names of all packaged constants of behaviour, the default ones first."""
    return sorted(groups()["behaviour"], key=lambda name: name != Place.behaviour)


@lru_cache(maxsize=1)
def starting_points() -> dict[str, dict[str, dict[str, Any]]]:
    """The packaged policies, each as levers with what differs from the catalogue."""
    return {name: changes_of(load_policy(name)) for name in catalogue.names("policy") if name != NOTHING}


@lru_cache(maxsize=1)
def questions() -> dict[str, str]:
    """What every packaged policy asks."""
    return {name: load_policy(name).question for name in catalogue.names("policy")}


@lru_cache(maxsize=1)
def stock() -> dict[str, Lever]:
    """Every packaged lever by its name."""
    return {lever.name: lever for lever in catalogue.levers()}


def changes_of(policy: Policy) -> dict[str, dict[str, Any]]:
    """The levers of a policy, each with what differs from the catalogue's lever of that name."""
    return {lever.name: differences(lever) for lever in policy.levers}


def differences(lever: Lever) -> dict[str, Any]:
    """What a lever says otherwise than the catalogue's of its name; one that is not there says all."""
    if lever.name not in stock():
        fields = {f.name: getattr(lever, f.name) for f in dataclasses.fields(lever)}
        return {"mechanism": lever.mechanism} | {
            name: _plain(value) for name, value in fields.items() if name != "name" and value not in ("", ())
        }
    usual_lever, found = stock()[lever.name], {}
    if usual_lever.mechanism != lever.mechanism:
        raise InputError(
            f"policy.levers.{lever.name} has another mechanism than the catalogue's lever of that name; "
            "give it a name of its own."
        )
    for each in dataclasses.fields(lever):
        value, usual = getattr(lever, each.name), getattr(usual_lever, each.name)
        if each.name in KEPT or value == usual:
            continue
        if isinstance(value, Mapping):
            found[each.name] = {key: n for key, n in value.items() if n != usual.get(key)}
        else:
            found[each.name] = _plain(value)
    return found


def _plain(value: Any) -> Any:
    """A value as JSON and YAML hold it."""
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value


def from_state(said: Any, limits: Limits, uploads: Uploads | None = None) -> Scenario:
    """A scenario out of what a page sends, whatever it is; the first fault is an InputError."""
    if not isinstance(said, Mapping):
        raise InputError("What the page sent is no scenario; load the page again.")
    known = {"name", "levers", *(f.name for f in dataclasses.fields(Place))}
    for key in said:
        if key not in known:
            raise unknown_name("setting", str(key)[:60], known)
    place = Place(**{f.name: _setting(f.name, said[f.name], f.default) for f in dataclasses.fields(Place)
                     if f.name in said})  # fmt: skip
    for kind, value, allowed in (
        ("region", place.region, regions()),
        ("population", place.composition, compositions()),
        ("behaviour", place.behaviour, behaviours()),
    ):
        if value not in allowed:
            raise unknown_name(kind, value[:60], allowed)
    place = _counted(place, uploads)
    name, levers = said.get("name") or UNNAMED, _levers(said.get("levers") or {})
    if not isinstance(name, str) or not NAME.fullmatch(name) or name == NOTHING:
        raise InputError(
            f"'{str(name)[:60]}' cannot name a policy; use up to 60 letters, digits, blanks, - or _, and not "
            f"'{NOTHING}'."
        )
    limits.check(place.n_firms, place.n_months, place.n_seeds, len(levers))
    return checked(Scenario(place, name, levers))


def _counted(place: Place, uploads: Uploads | None) -> Place:
    """The place with as many firms as are known by name, where any are; files that it names are there."""
    case, own = case_of(place.region), place.own()
    if own and uploads is None:
        raise InputError("A scenario with files of your own is opened by the page only; load it there.")
    if place.firms and case is not None:
        raise InputError(
            f"The region {place.region} and your own firms both say who the firms are; choose another region."
        )
    kept = {kind: uploads.find(kind, handle) for kind, handle in own.items()} if uploads else {}
    if "firms" in kept:
        return dataclasses.replace(place, n_firms=kept["firms"].n_firms)
    return place if case is None else dataclasses.replace(place, n_firms=case)


def _setting(key: str, value: Any, default: Any) -> Any:
    """One setting of the place in the type that it has."""
    if isinstance(default, str):
        if not isinstance(value, str):
            raise InputError(f"{key} = {str(value)[:60]} is no name; choose one of the list.")
        return value
    low = 0 if key == "seed" else 1
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not math.isfinite(value)
        or value != int(value)
        or not low <= value <= 2**62
    ):
        raise InputError(f"{key} = {str(value)[:60]} is no whole number of at least {low}; give one.")
    return int(value)


def _levers(said: Any) -> dict[str, dict[str, Any]]:
    """The levers that a page switches on; a lever may not be a file of the machine that runs the page."""
    if not isinstance(said, Mapping):
        raise InputError(f"levers = {str(said)[:60]} is no table; write one lever per line below it.")
    found: dict[str, dict[str, Any]] = {}
    for alias, changes in said.items():
        if not isinstance(alias, str) or not isinstance(changes, Mapping | None):
            raise InputError(
                f"The lever {str(alias)[:60]!r} is no table of fields; write {{}} for the usual lever."
            )
        told = dict(changes or {})
        for name in (alias, str(told.get("name", alias))):
            if catalogue.is_path(name):
                raise InputError(
                    f"The lever '{name[:60]}' is a file, which this page does not read; choose a lever of the "
                    "catalogue, or write its mechanism out."
                )
        found[alias] = told
    return found


def checked(scenario: Scenario) -> Scenario:
    """The scenario with its levers in the least words, once they are found to be possible."""
    return dataclasses.replace(scenario, levers=changes_of(scenario.policy()))


def to_state(scenario: Scenario) -> dict[str, Any]:
    """A scenario as a page holds it."""
    levers = {name: dict(changes) for name, changes in scenario.levers.items()}
    return dataclasses.asdict(scenario.place) | {"name": scenario.name, "levers": levers}
