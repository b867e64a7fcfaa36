"""The files of the user's own that a configuration names: read once, every fault told, known by name and digest.

A path stays in the memory of the process. What is written beside a result holds the name of a file and the SHA-256 of
what was read, never its content.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from omegaconf import DictConfig, OmegaConf

from issim.errors import InputError
from issim.evidence import Evidence
from issim.own import cases
from issim.own.faults import Fault, refusal
from issim.own.firms import read_firms
from issim.own.register import Register

#: Settings that name a file: the register, centroids of its postcodes, its offers and needs as a table.
FILES = ("firms", "places", "flows")
#: Files that only add to a register.
BESIDE = ("places", "flows")


class Own(NamedTuple):
    """What the user's files come to."""

    firms: Register | None
    evidence: Evidence
    names: bool = False
    """Whether names of firms may be written: if the user says so, and those of a documented case."""


def read_own(values: Mapping[str, Any], evidence: Evidence) -> Own:
    """The register and the evidence of a configuration; InputError that tells all faults of all files."""
    case = str(values["region"].get("register") or "")
    told = {name: str(values[name]) for name in FILES if values.get(name)}
    if not told and not case:
        return Own(None, evidence)
    if case and "firms" in told:
        raise InputError(
            f"firms = {told['firms']} and region {values['region']['name']} both say who the firms are; choose another "
            "region, as in region=default."
        )
    for name in BESIDE:
        if name in told and "firms" not in told:
            raise InputError(
                f"{name} = {told[name]} belongs to a register of firms; name it, as in firms=my_firms.csv."
            )
    stamps = tuple((name, path, _stamp(path)) for name, path in told.items())
    register = cases.register(case) if case else None
    faults: list[Fault] = []
    if "firms" in told:
        found = _register(stamps)
        register, faults = (found, faults) if isinstance(found, Register) else (None, [*faults, *found])
    if faults:
        raise refusal(faults)
    digests = tuple((f"firms: {register.file}", register.digest) for _ in "1" if register)
    return Own(register, _signed(evidence, digests), bool(case or values["names"]))


def check_count(n_firms: int, default: int, firms: Register) -> None:
    """Refuse a number of firms that is not that of the register."""
    if n_firms not in (default, len(firms)):
        raise InputError(
            f"population.n_firms = {n_firms} is not the {len(firms)} firms of {firms.file}; leave it out, the register "
            "says how many there are."
        )


def _stamp(path: str) -> tuple[int, int]:
    """What changes when a file does: time and size; zeros if there is none."""
    try:
        about = Path(path).stat()
    except (OSError, ValueError):
        return 0, 0
    return about.st_mtime_ns, about.st_size


@lru_cache(maxsize=8)
def _register(stamps: tuple[tuple[str, str, tuple[int, int]], ...]) -> Register | list[Fault]:
    """The register of some files as they are now."""
    paths = {name: path for name, path, _ in stamps}
    return read_firms(Path(paths["firms"]), places=_path(paths, "places"), flow_table=_path(paths, "flows"))


def _path(paths: Mapping[str, str], name: str) -> Path | None:
    """The path under a name, if there is one."""
    return Path(paths[name]) if name in paths else None


@lru_cache(maxsize=16)
def _signed(evidence: Evidence, digests: tuple[tuple[str, str], ...]) -> Evidence:
    """The same evidence, known by the digests of the user's files besides its own."""
    return dataclasses.replace(evidence, hashes={**evidence.hashes, **dict(digests)})


def recorded(config: DictConfig) -> DictConfig:
    """A configuration as it is written: files of the user's own by name, without the path to them."""
    found = OmegaConf.create(OmegaConf.to_container(config, resolve=True))
    assert isinstance(found, DictConfig)
    for name in FILES:
        if found.get(name):
            found[name] = PurePath(str(found[name])).name
    return found


def public(overrides: Sequence[str]) -> list[str]:
    """The words of a command as they are written: files of the user's own without the path to them."""
    found = []
    for word in overrides:
        key, equals, value = word.partition("=")
        is_file = equals and key.lstrip("+") in FILES
        found.append(f"{key}={PurePath(value.strip(chr(39) + chr(34))).name}" if is_file else word)
    return found


def quoted(override: str) -> str:
    """A word that names a file, quoted so that blanks and signs in a path mean themselves."""
    key, _, value = override.partition("=")
    if key.lstrip("+") not in FILES or not value or value[0] in "'\"" or value in ("null", "~"):
        return override
    return f"{key}='" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
