"""The regions of a run: one, or several places of one world with borders between them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, NamedTuple

import numpy as np

from issim.errors import InputError, unknown_name
from issim.own.register import Register
from issim.units import ASSUMPTION, Par, Parameter
from issim.world import borders as frontiers
from issim.world import region as regions
from issim.world.borders import Border
from issim.world.build import holding
from issim.world.region import MIXED, Region

PLACES, BORDERS = "region.places", frontiers.WHERE
#: What a place may say: what a region says, save how many firms it has, and its share of those there are.
OF_PLACE = (*(f.name for f in dataclasses.fields(Region) if f.name not in ("name", "n_firms")), "share")
#: Letters of a file's name by which its region is called.
MAX_NAME = 40
OF_BORDER = tuple(f.name for f in dataclasses.fields(Border) if f.name != "name")
SHARE = Par("1", 0.0, 1e6, "share of population.n_firms, relative to those of the other places", ASSUMPTION)


class Layout(NamedTuple):
    """What the section `region` of a configuration comes to."""

    region: Region
    """The region by its name, with all firms; what its places have unless they say otherwise."""
    places: tuple[Region, ...]
    """The regions that are built: the region itself where it has no places."""
    borders: tuple[Border, ...]

    def holding(self, firms: Register) -> Layout:
        """The same with room for the firms of a register, and called after its file where no country was chosen."""
        places = tuple(holding(place, firms, len(self.places)) for place in self.places)
        if places[0].name == MIXED:
            stem = re.sub(r"\W+", "_", PurePath(firms.file).stem).strip("_")[:MAX_NAME] or MIXED
            places = (dataclasses.replace(places[0], name=stem),)
        return Layout(places[0], places, self.borders)


def parameters() -> list[Parameter]:
    """What a place may say that a region alone cannot, and what a border has unless it says otherwise."""
    return [Parameter(f"{PLACES}.{frontiers.ANY}.share", 1.0, SHARE), *frontiers.parameters()]


def layout(said: Mapping[str, Any], n_firms: int) -> Layout:
    """Regions and borders as a configuration describes them; every fault is named, all in one InputError."""
    own = {key: value for key, value in said.items() if key not in ("places", "borders", "register")}
    region = Region(**own, n_firms=n_firms)
    faults = regions.errors(region)
    if not faults:
        faults = [*_faults_of_places(said["places"], n_firms), *_faults_of_borders(said)]
    if faults:
        raise InputError("\n".join(str(fault) for fault in faults))
    places = _places(region, said["places"]) or (region,)
    borders = tuple(
        Border(**{"name": name, **entry, "between": _ends(entry)}) for name, entry in said["borders"].items()
    )
    for place in places if said["places"] else ():
        faults += regions.errors(place, f"{PLACES}.{place.name}")
    faults += frontiers.errors(borders, [place.name for place in places])
    if faults:
        raise InputError("\n".join(str(fault) for fault in faults))
    return Layout(region, places, borders)


def _ends(entry: Mapping[str, Any]) -> Any:
    """The two ends of a border as a tuple, if they are a list."""
    ends = entry["between"]
    return tuple(ends) if isinstance(ends, list) else ends


def _places(region: Region, said: Mapping[str, Mapping[str, Any]]) -> tuple[Region, ...]:
    """The regions of a world, each as the region itself but for what it says; firms divided by share."""
    shares = np.array([float(entry.get("share", 1.0)) for entry in said.values()])
    own = [{key: value for key, value in entry.items() if key != "share"} for entry in said.values()]
    return tuple(
        dataclasses.replace(region, name=name, n_firms=int(n), **fields)
        for name, n, fields in zip(said, divided(region.n_firms, shares), own, strict=True)
    )


def divided(n_firms: int, shares: np.ndarray[Any, np.dtype[np.float64]]) -> list[int]:
    """Whole numbers of firms in proportion to shares, by the largest remainder; the first of equals gains.

    Keeps     they add up to n_firms
    """
    exact = n_firms * shares / shares.sum() if len(shares) else shares
    found = np.floor(exact).astype(int)
    for place in np.argsort(-(exact - found), kind="stable")[: n_firms - found.sum()]:
        found[place] += 1
    return [int(n) for n in found]


def _faults_of_places(said: Mapping[str, Any], n_firms: int) -> list[InputError]:
    """What is wrong with the places before any is made: keys, numbers, shares."""
    found: list[InputError] = []
    for name, entry in said.items():
        where = f"{PLACES}.{name}"
        if not isinstance(entry, Mapping):
            found.append(InputError(f"{where} = {entry} is no table; write {where}.KEY=VALUE."))
            continue
        found += [
            unknown_name("key", f"{where}.{key}", _full(where, OF_PLACE))
            for key in entry
            if key not in OF_PLACE
        ]
        share = entry.get("share", 1.0)
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0.0 < share <= SHARE.high:
            found.append(
                InputError(
                    f"{where}.share = {share} is no share of the firms; give a number above 0, relative to the "
                    "shares of the other places."
                )
            )
        if "number" not in entry:
            others = [other for other in said if other != name and "number" in (said[other] or {})]
            found.append(_incomplete(where, name, "number", "a number of its own, as in number: 3", others))
    if found or not said:
        return found
    return _faults_together(said, n_firms)


def _faults_together(said: Mapping[str, Mapping[str, Any]], n_firms: int) -> list[InputError]:
    """What is wrong with places that are sound alone."""
    found: list[InputError] = []
    holder: dict[str, str] = {}
    for name, entry in said.items():
        number = str(entry["number"])
        if number in holder:
            found.append(
                InputError(
                    f"{PLACES}.{name}.number = {number} is the number of {holder[number]}, too; "
                    "give every place its own."
                )
            )
        holder.setdefault(number, name)
    counts = divided(n_firms, np.array([float(entry.get("share", 1.0)) for entry in said.values()]))
    if 0 in counts:
        found.append(
            InputError(
                f"population.n_firms = {n_firms} firms leaves none for {PLACES}.{list(said)[counts.index(0)]}; "
                "raise it, or the share of that place."
            )
        )
    return found


def _faults_of_borders(said: Mapping[str, Any]) -> list[InputError]:
    """What is wrong with the borders before any is made: keys, and sides that are not said."""
    found: list[InputError] = []
    if said["borders"] and not said["places"]:
        first = next(iter(said["borders"]))
        found.append(
            InputError(
                f"{BORDERS}.{first} needs places to lie between, and region '{said['name']}' has none; "
                "choose a region with places, as in region=nwe_harbours."
            )
        )
        return found
    for name, entry in said["borders"].items():
        where = f"{BORDERS}.{name}"
        if not isinstance(entry, Mapping):
            found.append(InputError(f"{where} = {entry} is no table; write {where}.KEY=VALUE."))
            continue
        found += [
            unknown_name("key", f"{where}.{key}", _full(where, OF_BORDER))
            for key in entry
            if key not in OF_BORDER
        ]
        if "between" not in entry:
            others = [other for other, told in said["borders"].items() if "between" in (told or {})]
            found.append(
                _incomplete(where, name, "between", f"[A, B], two of {', '.join(said['places'])}", others)
            )
    return found


def _full(where: str, keys: tuple[str, ...]) -> list[str]:
    """Keys by their whole path."""
    return [f"{where}.{key}" for key in keys]


def _incomplete(where: str, name: str, key: str, wanted: str, others: list[str]) -> InputError:
    """The sentence for an entry that lacks what makes it one: mostly another one's name with a slip in it."""
    from difflib import get_close_matches

    near = get_close_matches(name, others, n=1, cutoff=0.6)
    hint = f"did you mean {where.rpartition('.')[0]}.{near[0]}?" if near else f"give it {wanted}."
    return InputError(f"{where} has no {key}; {hint}")
