"""Which sweep a folder holds: its manifest is written once, and every later sweep on the folder is compared with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from issim.errors import InputError
from issim.store import sealed
from issim.store.atomic import leftovers, place
from issim.store.claims import Claim, claim, signed
from issim.store.folder import MANIFEST

if TYPE_CHECKING:
    import pandas as pd

DESIGN = "design.parquet"
#: The lock of whoever fills a folder, and word of who it is.
DRIVER, HOLDER = Path("claims") / "driver.lock", Path("claims") / "driver.txt"
#: Columns that the store gives a meaning to; no axis of a design may have their names.
OWN = ("run", "cell", "seed", "month", "fault")
#: Fields of a manifest that decide numbers: one that differs makes another sweep.
DECIDE = (
    "version", "rules", "evidence", "packages", "config", "n_cells", "n_runs", "design", "bounds", "key",
)  # fmt: skip


def manifest_of(folder: Path) -> dict[str, Any] | None:
    """The manifest of a folder; None if it has none, DamagedError if it is not what was written."""
    try:
        content = (folder / MANIFEST).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return sealed.json_of(content)


def described(manifest: Mapping[str, Any], design: pd.DataFrame) -> tuple[dict[str, Any], bytes]:
    """Manifest and design as they are stored: the manifest names the digest of the design.

    ValueError if they do not go together, which is the fault of whoever planned the sweep, not of a user.
    """
    bounds = list(manifest["bounds"])
    if bounds[:1] != [0] or len(bounds) < 2 or any(after <= before for before, after in pairwise(bounds)):
        raise ValueError(f"bounds of shards must begin with 0 and rise: {bounds}")
    if list(design["cell"]) != list(range(len(design))):
        raise ValueError("the cells of a design must be numbered from 0, in order")
    if clash := set(design) & set(OWN) - {"cell"}:
        raise ValueError(f"axes have names that mean something else in a dataset: {sorted(map(str, clash))}")
    table = sealed.seal_table(design, {"table": "design"})
    about = json.loads(json.dumps({**manifest, "bounds": bounds, "design": sealed.check(table)}))
    return about, table


def make(folder: Path, manifest: Mapping[str, Any], design: bytes) -> None:
    """Write the design and then the manifest of a sweep, where they are missing or damaged.

    InputError if the folder is another sweep's, or if somebody else is making it just now.
    """
    if _is_made(folder, manifest, design):
        return
    folder.mkdir(parents=True, exist_ok=True)
    with claim(folder / DRIVER) as found:
        if _is_made(folder, manifest, design):
            return
        if found is Claim.OTHERS:
            raise busy(folder)
        for name, content in ((DESIGN, design), (MANIFEST, sealed.seal_json(manifest))):
            for path in leftovers(folder / name) if found is Claim.OURS else ():
                path.unlink(missing_ok=True)
            place(folder / name, content)


def _is_made(folder: Path, manifest: Mapping[str, Any], design: bytes) -> bool:
    """Whether manifest and design of this very sweep are there and whole."""
    try:
        there = manifest_of(folder)
    except sealed.DamagedError:
        return False  # its parts still say whose they are
    if there is None:
        return False
    if differs := differences(there, manifest):
        raise InputError(
            f"'{folder}' holds another sweep: {differs}; give this one a folder of its own, "
            "or go on there with what it was made with."
        )
    path = folder / DESIGN
    return path.is_file() and path.read_bytes() == design


def busy(folder: Path) -> InputError:
    """The sentence for a folder that somebody else is filling."""
    return InputError(
        f"'{folder}' is being filled by {signed(folder / HOLDER)}; wait until it ends, or end it, "
        "and give the same command again."
    )


def differences(there: Mapping[str, Any], here: Mapping[str, Any], shown: int = 3) -> str:
    """What decides numbers and is not the same in two manifests, the first few in words; empty if nothing is."""
    ours, theirs = (dict(_flat({name: each.get(name) for name in DECIDE})) for each in (here, there))
    found = [name for name in {**theirs, **ours} if theirs.get(name) != ours.get(name)]
    words = [
        f"{name} is {_brief(theirs, name)} there and {_brief(ours, name)} here" for name in found[:shown]
    ]
    return ", ".join([*words, *([f"and {len(found) - shown} more differ"] if len(found) > shown else [])])


def _flat(value: Any, name: str = "") -> list[tuple[str, Any]]:
    """Nested settings as (dotted name, value)."""
    if isinstance(value, Mapping):
        return [pair for key, inner in value.items() for pair in _flat(inner, f"{name}.{key}".lstrip("."))]
    return [(name, value)]


def _brief(values: Mapping[str, Any], name: str) -> str:
    """A value in few letters."""
    if name not in values:
        return "absent"
    text = str(values[name])
    return text if len(text) <= 40 else f"{text[:37]}..."
