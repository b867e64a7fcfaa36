"""What a person at the dashboard has chosen: a place and a policy, as plain words, and checked.

A scenario travels in three forms that say the same: the state of the page (JSON), the address of a link, and
a policy file (`files.py`). All of them end here, and what is impossible is an InputError.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from issim.app.limits import Limits
from issim.app.place import Place, place_of
from issim.app.uploads import Uploads
from issim.errors import InputError, unknown_name
from issim.levers import catalogue
from issim.levers.base import Lever
from issim.levers.policy import NOTHING, Policy, check_months, from_mapping
from issim.levers.policy import load as load_policy

#: A policy of the page that has no name of its own.
UNNAMED = "my policy"
NAME = re.compile(r"\w[\w +-]{0,59}")
#: Fields of a lever that the page never changes: what it is called, and what it says of itself.
KEPT = ("name", "mechanism", "sources", "priors", "title", "question", "meaning", "actor", "action")


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
    place = place_of(said, uploads)
    name, levers = said.get("name") or UNNAMED, _levers(said.get("levers") or {})
    if not isinstance(name, str) or not NAME.fullmatch(name) or name == NOTHING:
        raise InputError(
            f"'{str(name)[:60]}' cannot name a policy; use up to 60 letters, digits, blanks, - or _, and not "
            f"'{NOTHING}'."
        )
    limits.check(place.n_firms, place.n_months, place.n_seeds, len(levers))
    return checked(Scenario(place, name, levers))


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
