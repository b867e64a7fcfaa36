"""Where a scenario is simulated: a region, how many firms of which kind, how long, and files of one's own."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from issim.app.uploads import KINDS, Uploads
from issim.errors import InputError, unknown_name
from issim.levers import catalogue
from issim.levers.policy import NOTHING
from issim.own import cases
from issim.runs.job import plan
from issim.runs.schema import groups
from issim.runs.settings import Settings

#: The group of regions has a file that is the start of all others.
NOT_REGIONS = ("default",)


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


def place_of(said: Mapping[str, Any], uploads: Uploads | None = None) -> Place:
    """The place out of what a page sends; the first fault is an InputError."""
    place = Place(**{f.name: _setting(f.name, said[f.name], f.default) for f in dataclasses.fields(Place)
                     if f.name in said})  # fmt: skip
    for kind, value, allowed in (
        ("region", place.region, regions()),
        ("population", place.composition, compositions()),
        ("behaviour", place.behaviour, behaviours()),
    ):
        if value not in allowed:
            raise unknown_name(kind, value[:60], allowed)
    return _counted(place, uploads)


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
