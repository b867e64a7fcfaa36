"""The world of a model when none is handed to it: a country, a region, a documented case, firms of one's own."""

from __future__ import annotations

from pathlib import Path

from issim.errors import InputError, unknown_name
from issim.evidence import load
from issim.evidence.vocabulary import COUNTRIES, COUNTRY_NAMES
from issim.levers.catalogue import configs
from issim.levers.reading import read
from issim.own import cases
from issim.own.decoding import Bytes
from issim.own.faults import refusal
from issim.own.firms import read_firms
from issim.own.register import Register
from issim.world.build import WorldOptions, build
from issim.world.region import MIXED, Region
from issim.world.state import World

#: Keys of a region's file that do not describe the region itself.
BESIDE = ("defaults", "register")


def opened(
    region: str | Region,
    firms: Register | Bytes | str | Path | None,
    n_firms: int,
    options: WorldOptions | None,
    seed: int,
) -> tuple[World, tuple[str, ...]]:
    """The world of one region out of the packaged evidence, and the names of its firms if they have any."""
    if isinstance(region, str) and region in cases.names():
        if firms is not None:
            raise InputError(
                f"firms and region '{region}' both say who the firms are; leave one of them out."
            )
        firms = cases.register(region)
        said = read(configs() / "region" / f"{region}.yaml", "region")
        region = Region(**{key: value for key, value in said.items() if key not in BESIDE})
    elif isinstance(region, str):
        region = _of_country(region, n_firms)
    if firms is None:
        return build(load(), [region], options, seed), ()
    register = firms if isinstance(firms, Register) else read_firms(firms)
    if not isinstance(register, Register):
        raise refusal(register)
    return build(load(), [region], options, seed, firms=register), register.names


def _of_country(name: str, n_firms: int) -> Region:
    """The region of a country by code or English name, or the mixed one."""
    codes = {known.lower(): code for known, code in zip(COUNTRY_NAMES, COUNTRIES, strict=True)}
    codes |= {code.lower(): code for code in COUNTRIES} | {MIXED: MIXED}
    if name.lower() not in codes:
        raise unknown_name("region", name, [*codes, *cases.names()])
    return Region(name=name.lower(), country=codes[name.lower()], n_firms=n_firms)
