"""Which mechanisms and levers there are: found by looking, so that a new one touches no existing file."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.resources
import pkgutil
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import issim.levers
from issim.errors import InputError, unknown_name
from issim.evidence import load
from issim.levers.base import DECISIONS, Lever, entry_fields, relief_pars, where
from issim.levers.checks import errors
from issim.levers.reading import read
from issim.units import ASSUMPTION, Parameter

SUFFIXES = (".yaml", ".yml")
#: Effects that are public money paid, or forgone, for every exchange.
SUPPORTS = ("price_relief", "tax_credit", "reuse_payment", "capex_grant")


class Row(NamedTuple):
    """One line of `issim levers`, in words."""

    lever: str
    mechanism: str
    relieves: str
    moves: str
    reaches: str
    cost: str
    rests_on: str
    action: str


def configs() -> Path:
    """The folder of configurations: in a source tree the one beside `src`, else the packaged `issim.configs`."""
    beside = Path(__file__).resolve().parents[3] / "configs"
    if (beside / "run.yaml").is_file():
        return beside
    return Path(str(importlib.resources.files("issim.configs")))


def mechanisms() -> dict[str, type[Lever]]:
    """Every mechanism that a module of this package declares, by its name."""
    found: dict[str, type[Lever]] = {}
    for module in pkgutil.iter_modules(issim.levers.__path__):
        for kind in vars(importlib.import_module(f"issim.levers.{module.name}")).values():
            named = isinstance(kind, type) and issubclass(kind, Lever) and kind.mechanism
            if named and found.setdefault(kind.mechanism, kind) is not kind:
                raise ValueError(f"mechanism '{kind.mechanism}' is declared twice")
    return found


def names(group: str = "lever") -> tuple[str, ...]:
    """Names of the packaged levers, or policies, in alphabetical order."""
    return tuple(sorted(path.stem for path in (configs() / group).glob("*.yaml")))


def is_path(name: str) -> bool:
    """Whether a name means a file of the user's own."""
    return name.endswith(SUFFIXES) or "/" in name or "\\" in name


def found(name: str, group: str, folder: Path | None = None) -> Path:
    """The file of a packaged lever or policy by name, or of the user's own by path (from `folder`)."""
    if is_path(name):
        return (folder or Path()) / name
    if name not in names(group):
        raise unknown_name(group, name, names(group))
    return configs() / group / f"{name}.yaml"


def spec(name: str, folder: Path | None = None) -> dict[str, Any]:
    """What the YAML of a lever says."""
    return read(found(name, "lever", folder), "lever")


def lever(name: str) -> Lever:
    """The lever of a packaged name, or of a YAML file by path, as it stands there."""
    said = spec(name)
    return build(said, str(said.get("name", Path(name).stem)))


def build(said: Mapping[str, Any], name: str) -> Lever:
    """A lever out of what a configuration says about it; the first fault is an InputError."""
    if "mechanism" not in said:
        raise InputError(f"{where(name)} has no mechanism; name one of {', '.join(sorted(mechanisms()))}.")
    kinds = mechanisms()
    if str(said["mechanism"]) not in kinds:
        raise unknown_name(f"{where(name)}.mechanism", str(said["mechanism"]), kinds)
    kind = kinds[str(said["mechanism"])]
    fields = {field.name: field for field in dataclasses.fields(kind)}
    for key in said:
        if key not in fields and key != "mechanism":
            raise unknown_name("key", f"{where(name)}.{key}", [f"{where(name)}.{field}" for field in fields])
    values = {key: _plain(key, value, kind) for key, value in said.items() if key != "mechanism"}
    made = kind(**{**values, "name": name})
    for error in errors(made):
        raise error
    return made


def _plain(field: str, value: Any, kind: type[Lever]) -> Any:
    """A value as the dataclass holds it: lists as tuples, barriers and years by key, nothing as empty."""
    if field in kind.vocabularies or field == "regions":
        chosen = () if value is None else value if isinstance(value, list | tuple) else (value,)
        # YAML 1.1, which Hydra reads, takes Norway's bare NO for false
        return tuple("NO" if field == "countries" and item is False else item for item in chosen)
    if field in entry_fields(kind):
        value = {} if value is None else value
        return (
            {_entry(field, key): number for key, number in value.items()}
            if isinstance(value, dict)
            else value
        )
    return {} if field in ("sources", "priors") and value is None else value


def _entry(field: str, key: Any) -> str:
    """The key of an entry as text; a barrier may be given by its number."""
    barriers = tuple(relief_pars())
    if field == "relief" and str(key).isdigit() and 1 <= int(key) <= len(barriers):
        return barriers[int(key) - 1]
    return str(key)


def levers() -> tuple[Lever, ...]:
    """Every packaged lever as its YAML says."""
    return tuple(lever(name) for name in names())


def parameters() -> Iterator[Parameter]:
    """Every number of every packaged lever, for `issim parameters`."""
    for each in levers():
        yield from each.parameters()


def listing() -> Iterator[Row]:
    """One row of text per packaged lever, for `issim levers`."""
    for each in levers():
        yield row(each)


def row(each: Lever) -> Row:
    """A lever in words, be it packaged or a user's own."""
    numbers = _numbers()
    relieves = "; ".join(f"{numbers[key]} {key} {share:g}" for key, share in each.lifts().items() if share)
    moves = "; ".join(f"{name} {size:.4g}" for name, size in each.all_effects().items() if size)
    words = (reach_in_words(each), cost_in_words(each), basis(each), str(each.action or ""))
    return Row(each.name, each.mechanism, relieves, moves, *words)


@lru_cache(maxsize=1)
def _numbers() -> dict[str, int]:
    """The number of every blocking point by its key."""
    return {barrier.key: barrier.number for barrier in load().barriers}


def reach_in_words(each: Lever) -> str:
    """Whom a lever reaches, and how many at a time."""
    said = {name: ", ".join(map(str, value)) if isinstance(value, list) else f"{value:g}"
            for name, value in each.limits().items()}  # fmt: skip
    limits = "; ".join(f"{name} {value}" for name, value in said.items())
    if each.stages:
        limits = "; ".join(filter(None, [limits, f"stages {', '.join(each.stages)}"]))
    pace = "all at once"
    if each.enrols:
        pace = "one by one" if each.capacity is None else f"{each.capacity:g} firms/month"
    return f"{pace}, {limits or 'all firms'}"


def cost_in_words(each: Lever) -> str:
    """What a lever costs the public, and which support it pays per exchange."""
    parts = [f"{each.unit_cost:g} EUR/firm"] if each.unit_cost else []
    parts += [f"{each.running_cost:g} EUR/month"] if each.running_cost else []
    parts += [f"budget {each.budget:g} EUR"] if each.budget is not None else []
    parts += [f"{name} per exchange" for name in SUPPORTS if each.all_effects().get(name)]
    return ", ".join(parts)


def basis(each: Lever) -> str:
    """The sources that a lever rests on, and how many of its numbers in use are assumptions."""
    prefix = f"{where(each.name)}."
    used = [row for row in each.parameters() if row.value not in (0, 0.0, "none")]
    keys = [key for row in used for key in row.par.source.split("; ") if key != ASSUMPTION]
    assumed = sum(  # one without a prior is one all the same, unless it is what the policy decides
        row.par.source == ASSUMPTION
        and (bool(row.par.prior) or row.name.removeprefix(prefix) not in DECISIONS)
        for row in used
    )
    return "; ".join([*dict.fromkeys(keys), f"{assumed} assumptions"])
