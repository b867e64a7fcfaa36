"""Documented cases as small worlds: packaged registers in the form that `firms=FILE` reads."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from issim.errors import InputError, unknown_name
from issim.own.firms import read_firms
from issim.own.register import Register

PACKAGED = Path(__file__).resolve().parent / "data"


def names() -> tuple[str, ...]:
    """Names of the packaged registers."""
    return tuple(sorted(path.stem for path in PACKAGED.glob("case_*.csv")))


@lru_cache(maxsize=8)
def register(name: str) -> Register:
    """The register of a case by name."""
    if name not in names():
        raise unknown_name("register of a case", name, names())
    found = read_firms(PACKAGED / f"{name}.csv")
    if isinstance(found, Register):
        return found
    raise InputError("\n".join(fault.sentence() for fault in found))
