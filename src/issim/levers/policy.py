"""A policy: a named mix of levers, and the conditions it makes in a world."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from issim.errors import InputError, unknown_name
from issim.levers import catalogue
from issim.levers.base import N_KEYS, Lever, where
from issim.levers.checks import errors
from issim.levers.reading import read
from issim.units import ASSUMPTION, Parameter
from issim.world.conditions import MAX_PLATFORMS, Conditions, empty
from issim.world.state import World

KEYS = ("name", "question", "levers")
#: How a policy file pulls a lever in, so that every field of it can be overridden on the command line.
PULL = "/lever@levers."
#: A policy names a folder of results; one name is kept for the run without levers.
NAME = re.compile(r"\w[\w +-]*")
NOTHING = "none"


@dataclass(frozen=True)
class Policy:
    """A named mix of levers; checked when it is made."""

    name: str
    question: str
    levers: tuple[Lever, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a name that no folder can bear or two levers share, and a lever that is impossible."""
        if not isinstance(self.name, str) or not NAME.fullmatch(self.name):
            raise InputError(f"policy.name = {self.name!r} is not usable; use letters, digits, _ and -.")
        if self.name == NOTHING and self.levers:
            raise InputError(f"policy.name = {NOTHING} means no lever at all; give this policy another name.")
        if len(set(self.names)) < len(self.names):
            raise InputError(
                f"policy '{self.name}' names a lever twice ({', '.join(self.names)}); rename one."
            )
        for lever in self.levers:
            for error in errors(lever):
                raise error
        n_platforms = sum(lever.joins for lever in self.levers)
        if n_platforms > MAX_PLATFORMS:
            raise InputError(
                f"policy '{self.name}' has {n_platforms} levers that firms join; at most {MAX_PLATFORMS} platforms "
                "are allowed: leave some out, or set joins to false."
            )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the levers, in the order of the rows of the conditions."""
        return tuple(lever.name for lever in self.levers)

    def keys(self) -> tuple[int, ...]:
        """The numbers that key the levers' draws, all different: the later of two equal ones moves on."""
        taken: list[int] = []
        for lever in self.levers:
            key = lever.key
            while key in taken and len(taken) < N_KEYS:
                key = (key + 1) % N_KEYS
            taken.append(key)
        return tuple(taken)

    def parameters(self) -> Iterator[Parameter]:
        """Every number of every lever of the policy."""
        for lever in self.levers:
            yield from lever.parameters()


def conditions(policy: Policy, world: World, n_months: int) -> Conditions:
    """The conditions that a policy makes in a world over `n_months` months, one row per lever.

    An effect counts as used only if some lever has it at some strength, so that rules skip the others.
    """
    sheet = empty(len(policy.levers), len(world.firms.index), n_months)
    sheet.key[:] = policy.keys()
    for row, lever in enumerate(policy.levers):
        lever.write(row, sheet, world)
        cost = float(sheet.running_cost[row])
        if 0.0 < sheet.budget[row] < cost:  # a mechanism may add to the running cost in a world
            raise InputError(
                f"{where(lever.name)}.budget = {lever.budget} EUR does not pay the first month, which costs "
                f"{cost:.0f} EUR in this world; raise the budget, or leave it out for none."
            )
    joining = [row for row, lever in enumerate(policy.levers) if lever.joins]
    sheet.joins[joining] = [1 << platform for platform in range(len(joining))]
    in_force = sheet.strength.any(axis=1)
    sheet.used[:] = (sheet.effect[in_force] > 0.0).any(axis=0)
    return sheet


def check_months(policy: Policy, n_months: int) -> None:
    """Refuse a lever that starts when the run is over."""
    for lever in policy.levers:
        if lever.start >= n_months:
            raise InputError(
                f"{where(lever.name)}.start = {lever.start} month is not before the end of the run "
                f"(n_months = {n_months}); start the lever earlier, or simulate more months."
            )


def load(name: str) -> Policy:
    """The policy of a packaged name, or of a YAML file by path."""
    path = catalogue.found(name, "policy")
    said = read(path, "policy")
    return from_mapping({"name": path.stem, **pulled(said, path)}, path.parent)


def pulled(said: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """What a policy file says once the levers of its `defaults` list are entered below `levers`."""
    chosen: dict[str, Any] = {}
    for item in said.get("defaults") or ():
        if item == "_self_":
            continue
        key, name = next(iter(item.items())) if isinstance(item, dict) and len(item) == 1 else (item, None)
        if not isinstance(key, str) or not key.startswith(PULL) or not isinstance(name, str):
            raise InputError(f"{path}: the default {item!r} is no lever; write '{PULL}NAME: LEVER'.")
        chosen[key.removeprefix(PULL)] = {"name": name}
    own = said.get("levers")
    if own is not None and not isinstance(own, dict):
        raise InputError(f"{path}: levers = {own!r} is no table; write one lever per line below it.")
    for name, changes in (own or {}).items():
        chosen[name] = _merged(chosen.get(name) or {}, changes, str(name))
    return {key: value for key, value in said.items() if key != "defaults"} | {"levers": chosen}


def from_mapping(said: Mapping[str, Any], folder: Path | None = None) -> Policy:
    """A policy out of plain names and values, as a file or a composed configuration holds them.

    Below `levers`, each lever is named and may change any of its fields. It starts from the catalogue's
    lever of that name, or of the name (or path, from `folder`) that its own field `name` gives; one with a
    `mechanism` of its own need not be in the catalogue.
    """
    for key in said:
        if key not in KEYS:
            raise unknown_name("key", f"policy.{key}", [f"policy.{known}" for known in KEYS])
    name, question = said.get("name", "unnamed"), said.get("question", "")
    if not isinstance(name, str) or not isinstance(question, str):
        raise InputError(
            f"policy.name = {name!r} and policy.question = {question!r} must be texts; quote them."
        )
    chosen = said.get("levers") or {}
    if not isinstance(chosen, Mapping):
        raise InputError(f"policy.levers = {chosen!r} is no table; write one lever per line below it.")
    levers = tuple(_chosen(str(alias), changes, folder) for alias, changes in chosen.items())
    return Policy(name, question, levers)


def _chosen(alias: str, changes: Any, folder: Path | None) -> Lever:
    """One lever of a policy: the catalogue's, with changes."""
    base = _merged({}, changes, alias)
    name = str(base.get("name", alias))
    if "mechanism" in base and not catalogue.is_path(name) and name not in catalogue.names():
        return catalogue.build(base, alias)
    stock = catalogue.spec(name, folder)
    return catalogue.build(_own(_merged(stock, base, alias), stock), alias)


def _own(said: dict[str, Any], stock: Mapping[str, Any]) -> dict[str, Any]:
    """A lever whose changed numbers no longer claim the source and prior of the number they replace."""
    sources, priors = said.get("sources") or {}, said.get("priors") or {}
    if not isinstance(sources, dict) or not isinstance(priors, dict):
        return said  # refused when the lever is built
    before, given, told = _leaves(stock), stock.get("sources") or {}, stock.get("priors") or {}
    changed = [path for path, value in _leaves(said).items() if value != before.get(path, value)]
    for path in changed:
        if _origin(sources, path) == _origin(given, path):
            sources = {**sources, path: ASSUMPTION}
        if priors.get(path) == told.get(path):
            priors = {name: prior for name, prior in priors.items() if name != path}
    return {**said, "sources": sources, "priors": priors}


def _origin(table: Mapping[str, Any], path: str) -> Any:
    """What a table says about `field.entry`, or else about the whole field."""
    return table.get(path, table.get(path.partition(".")[0]))


def _leaves(said: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers of a lever's fields by `field` or `field.entry`."""
    flat: dict[str, Any] = {}
    for key, value in said.items():
        flat |= (
            {f"{key}.{entry}": n for entry, n in value.items()}
            if isinstance(value, Mapping)
            else {key: value}
        )
    return {
        path: value
        for path, value in flat.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def _merged(base: Mapping[str, Any], changes: Any, alias: str) -> dict[str, Any]:
    """A lever's fields with some changed; tables (relief, effects, ...) are merged entry by entry."""
    if changes is None:
        changes = {}
    if not isinstance(changes, Mapping):
        raise InputError(
            f"{where(alias)} = {changes!r} is no table of fields; write fields below it, or {{}}."
        )
    found = dict(base)
    for key, value in changes.items():
        both = isinstance(found.get(key), dict) and isinstance(value, Mapping)
        found[key] = {**found[key], **value} if both else value
    return found


class Row(NamedTuple):
    """One packaged policy in words."""

    policy: str
    question: str
    levers: str


def listing() -> Iterator[Row]:
    """One row per packaged policy."""
    for name in catalogue.names("policy"):
        policy = load(name)
        yield Row(policy.name, policy.question, ", ".join(policy.names) or "no lever")


def neutral(policy: Policy) -> Policy:
    """The same levers at intensity 0: a run under it equals one without levers, bit for bit."""
    return replace(policy, levers=tuple(replace(lever, intensity=0.0) for lever in policy.levers))
