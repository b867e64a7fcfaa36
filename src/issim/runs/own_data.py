"""The files of the user's own that a configuration names: read once, every fault told, known by name and digest.

A path stays in the memory of the process. What is written beside a result holds the name of a file and the SHA-256 of
what was read, never its content.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any, NamedTuple, TypeVar

from omegaconf import DictConfig, OmegaConf

from issim.errors import InputError
from issim.evidence import Evidence
from issim.evidence.catalogue import PACKAGED
from issim.own import cases
from issim.own.answers import OwnSurvey, read_survey
from issim.own.faults import Fault, refusal
from issim.own.firms import read_firms
from issim.own.prices import PriceTable, read_prices, with_prices
from issim.own.recalibration import with_survey
from issim.own.register import Register

#: Settings that name a file: the register, centroids of its postcodes, its offers and needs as a table.
FILES = ("firms", "places", "flows", "survey", "prices")
#: What the table `streams` means when it is a file: prices of streams.
PRICES, STREAMS = "prices", "streams"
#: Files that only add to a register.
BESIDE = ("places", "flows")

Read = TypeVar("Read")


class Own(NamedTuple):
    """What the user's files come to."""

    firms: Register | None
    evidence: Evidence
    survey: OwnSurvey | None
    prices: PriceTable | None
    names: bool = False
    """Whether names of firms may be written: if the user says so, and those of a documented case."""


def read_own(values: Mapping[str, Any], evidence: Evidence) -> Own:
    """The register and the evidence of a configuration; InputError that tells all faults of all files."""
    case = str(values["region"].get("register") or "")
    told = {name: str(values[name]) for name in FILES if values.get(name)}
    if not told and not case:
        return Own(None, evidence, None, None)
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
    faults: list[Fault] = []

    def sound(found: Read | list[Fault]) -> Read | None:
        if isinstance(found, list):
            faults.extend(_named(fault, told) for fault in found)
            return None
        return found

    register = cases.register(case) if case else sound(_register(stamps)) if "firms" in told else None
    survey = sound(_survey(stamps, evidence)) if "survey" in told else None
    prices = sound(_prices(stamps)) if PRICES in told else None
    if faults:
        raise refusal(faults)
    if prices is not None:
        evidence = with_prices(evidence, prices)
    if survey is not None:
        evidence = with_survey(evidence, survey, folder_of(values["evidence"]))
    read = {"firms": register, "survey": survey, PRICES: prices}
    digests = tuple((f"{name}: {one.file}", one.digest) for name, one in read.items() if one is not None)
    return Own(register, _signed(evidence, digests), survey, prices, bool(case or values["names"]))


def _named(fault: Fault, told: Mapping[str, str]) -> Fault:
    """A fault of a whole file with the setting that names the file; any other as it is."""
    labels = {PRICES: f"{STREAMS} ({PRICES})"}  # one setting that goes by two names
    keys = [labels.get(key, key) for key, path in told.items() if PurePath(path).name == fault.file]
    return fault._replace(file=f"{keys[0]} = {fault.file}") if keys and not fault.line else fault


def folder_of(evidence: str | None) -> Path:
    """The folder of the evidence of a configuration."""
    return PACKAGED if evidence is None else Path(evidence)


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


@lru_cache(maxsize=8)
def _survey(
    stamps: tuple[tuple[str, str, tuple[int, int]], ...], evidence: Evidence
) -> OwnSurvey | list[Fault]:
    """The survey of some files as they are now."""
    return read_survey(Path({name: path for name, path, _ in stamps}["survey"]), evidence.survey)


@lru_cache(maxsize=8)
def _prices(stamps: tuple[tuple[str, str, tuple[int, int]], ...]) -> PriceTable | list[Fault]:
    """The prices of some files as they are now."""
    return read_prices(Path({name: path for name, path, _ in stamps}[PRICES]))


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
        is_file = equals and (key.lstrip("+") in FILES or (key == STREAMS and not value.startswith("{")))
        found.append(f"{key}={PurePath(value.strip(chr(39) + chr(34))).name}" if is_file else word)
    return found


def quoted(override: str) -> str:
    """A word that names a file, quoted so that blanks and signs in a path mean themselves.

    `streams=FILE` is `prices=FILE`: the table of the same name has keys below it and takes no text.
    """
    key, _, value = override.partition("=")
    if key.lstrip("+") == STREAMS and value and not value.startswith("{"):
        key = PRICES
        override = f"{key}={value}"
    if key.lstrip("+") not in FILES or not value or value[0] in "'\"" or value in ("null", "~"):
        return override
    return f"{key}='" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
