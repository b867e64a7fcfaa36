"""The shape of the configuration: its groups, its keys and their types."""

from __future__ import annotations

from dataclasses import field, fields, make_dataclass
from functools import lru_cache
from typing import Any

from omegaconf import OmegaConf

from issim.levers.catalogue import configs
from issim.population.options import PopulationOptions
from issim.population.streams import StreamOptions
from issim.runs import constants
from issim.runs.own_data import FILES
from issim.runs.places import BORDERS, PLACES
from issim.runs.settings import EVIDENCE_TABLES, RunOptions, UncertaintyOptions, mutable
from issim.world.candidates import CandidateOptions
from issim.world.peers import PeerOptions
from issim.world.region import Region

#: Tables that take keys of which `run.yaml` does not know.
OPEN_TABLES = (*EVIDENCE_TABLES, "policy", "study", PLACES, BORDERS)


@lru_cache(maxsize=1)
def groups() -> dict[str, list[str]]:
    """Every group of the configuration and the names to choose from."""
    root = configs()
    return {
        folder.name: sorted(path.stem for path in folder.glob("*.yaml"))
        for folder in sorted(root.iterdir())
        if folder.is_dir() and not folder.name.startswith("_")
    }


@lru_cache(maxsize=1)
def schema() -> type:
    """The type of the whole configuration: unknown keys and wrong types are refused by it."""
    count = ("n_firms", int, field(default=Region().n_firms))
    several: list[tuple[str, Any, Any]] = [
        (path.rpartition(".")[2], dict[str, Any], field(default_factory=dict)) for path in (PLACES, BORDERS)
    ]
    several.append(("register", str, field(default="")))
    tables = {
        "region": make_dataclass("Region", several, bases=(mutable(Region, leave_out=("n_firms",)),)),
        "population": make_dataclass("Population", [count], bases=(mutable(PopulationOptions),)),
        "streams": mutable(StreamOptions),
        "peers": mutable(PeerOptions),
        "candidates": mutable(CandidateOptions),
        "behaviour": constants.table(),
        "uncertainty": mutable(UncertaintyOptions),
    }
    found: list[tuple[str, Any, Any]] = [
        (name, table, field(default_factory=table)) for name, table in tables.items()
    ]
    found += [(name, dict[str, Any], field(default_factory=dict)) for name in OPEN_TABLES if "." not in name]
    found += [(name, str | None, None) for name in ("evidence", *FILES)]
    found += [("names", bool, False), ("outputs", str, "outputs")]
    return make_dataclass("RunConfig", found, bases=(mutable(RunOptions),))


@lru_cache(maxsize=1)
def types() -> dict[str, type]:
    """The type of every key of the configuration: int, float, str, or dict where there are keys below it."""

    def walk(table: Any, prefix: str) -> dict[str, type]:
        found: dict[str, type] = {}
        for item in fields(table):
            below = hasattr(item.type, "__dataclass_fields__")
            value = getattr(table(), item.name)
            found[f"{prefix}{item.name}"] = dict if below else str if value is None else type(value)
            if below:
                found |= walk(item.type, f"{prefix}{item.name}.")
        return found

    return walk(schema(), "")


def open_table(key: str) -> str | None:
    """The table of free keys that a dotted key is, or stands below; None if it is in none."""
    return next((name for name in OPEN_TABLES if f"{key}.".startswith(f"{name}.")), None)


def known_keys() -> list[str]:
    """Every dotted key of the configuration."""
    return list(types())


def defaults() -> Any:
    """The configuration as the schema alone gives it, for Hydra to fill in."""
    return OmegaConf.structured(schema())
