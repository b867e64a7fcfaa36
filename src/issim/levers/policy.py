"""A policy: a named mix of levers, and the conditions it makes in a world."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from issim.errors import InputError, unknown_name
from issim.levers import catalogue
from issim.levers.base import N_KEYS, Lever, where
from issim.levers.checks import errors
from issim.levers.reading import read
from issim.units import ASSUMPTION, Parameter
from issim.world.conditions import Conditions, empty
from issim.world.state import World

KEYS = ("name", "question", "levers")
HEADER = ("policy", "question", "levers")
#: How a policy file pulls a lever in, so that every field of it can be overridden on the command line.
PULL = "/lever@levers."


@dataclass(frozen=True)
class Policy:
    """A named mix of levers; checked when it is made."""

    name: str
    question: str
    levers: tuple[Lever, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a lever that is impossible, or a name that two levers share."""
        if len(set(self.names)) < len(self.names):
            raise InputError(f"policy '{self.name}' names a lever twice ({', '.join(self.names)}); rename one.")
        for lever in self.levers:
            for error in errors(lever):
                raise error

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
    in_force = sheet.strength.any(axis=1)
    sheet.used[:] = (sheet.effect[in_force] > 0.0).any(axis=0)
    return sheet


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

    Below `levers`, each lever is named and may change any of its fields. It starts from the catalogue's lever of
    that name, or of the name (or path, from `folder`) that its own field `name` gives; one with a `mechanism` of
    its own need not be in the catalogue.
    """
    for key in said:
        if key not in KEYS:
            raise unknown_name("key", f"policy.{key}", [f"policy.{known}" for known in KEYS])
    name, question = said.get("name", "unnamed"), said.get("question", "")
    if not isinstance(name, str) or not isinstance(question, str):
        raise InputError(f"policy.name = {name!r} and policy.question = {question!r} must be texts; quote them.")
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
    tables = {table: dict(said.get(table) or {}) for table in ("sources", "priors")}
    if not all(isinstance(said.get(table) or {}, dict) for table in tables):
        return said
    given = {table: stock.get(table) or {} for table in tables}
    for path, value in _leaves(said).items():
        if value == _leaves(stock).get(path, value):
            continue
        field = path.partition(".")[0]
        if tables["sources"].get(path, tables["sources"].get(field)) == given["sources"].get(path, given["sources"].get(field)):
            tables["sources"][path] = ASSUMPTION
        if tables["priors"].get(path) == given["priors"].get(path):
            tables["priors"].pop(path, None)
    return {**said, **{table: rows for table, rows in tables.items() if rows}}


def _leaves(said: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers of a lever's fields by `field` or `field.entry`."""
    flat: dict[str, Any] = {}
    for key, value in said.items():
        rows = {f"{key}.{entry}": number for entry, number in value.items()} if isinstance(value, Mapping) else {key: value}
        flat |= {path: number for path, number in rows.items() if isinstance(number, int | float)}
    return {path: number for path, number in flat.items() if not isinstance(number, bool)}


def _merged(base: Mapping[str, Any], changes: Any, alias: str) -> dict[str, Any]:
    """A lever's fields with some changed; tables (relief, effects, ...) are merged entry by entry."""
    if changes is None:
        changes = {}
    if not isinstance(changes, Mapping):
        raise InputError(f"{where(alias)} = {changes!r} is no table of fields; write fields below it, or {{}}.")
    found = dict(base)
    for key, value in changes.items():
        both = isinstance(found.get(key), dict) and isinstance(value, Mapping)
        found[key] = {**found[key], **value} if both else value
    return found


def listing() -> Iterator[tuple[str, str, str]]:
    """One row per packaged policy: its name, question and levers."""
    for name in catalogue.names("policy"):
        policy = load(name)
        yield policy.name, policy.question, ", ".join(policy.names) or "no lever"


def neutral(policy: Policy) -> Policy:
    """The same levers at intensity 0: a run under it equals one without levers, bit for bit."""
    return replace(policy, levers=tuple(replace(lever, intensity=0.0) for lever in policy.levers))
