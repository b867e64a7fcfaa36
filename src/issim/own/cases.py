"""Documented cases as small worlds: packaged registers as `firms=FILE` reads them, and what is published of them."""

from __future__ import annotations

import dataclasses
import hashlib
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from issim.errors import unknown_name
from issim.evidence import Evidence
from issim.evidence.facts import Case
from issim.evidence.tables import read
from issim.evidence.vocabulary import GOODS
from issim.own.faults import refusal
from issim.own.firms import read_firms
from issim.own.register import Link, Register

PACKAGED = Path(__file__).resolve().parent / "data"
LINKS = "links.csv"
LINK_COLUMNS = ("case", "donor", "good", "receiver", "what", "source")
#: How the keys of a case's figures begin in the evidence.
FIGURES = {"case_kalundborg": "kalundborg", "case_getlini": "getlini", "case_tuscan_tanneries": "tannery"}


def names() -> tuple[str, ...]:
    """Names of the packaged registers."""
    return tuple(sorted(path.stem for path in PACKAGED.glob("case_*.csv")))


@lru_cache(maxsize=8)
def register(name: str) -> Register:
    """The register of a case by name, with its documented exchanges."""
    if name not in names():
        raise unknown_name("register of a case", name, names())
    found = read_firms(PACKAGED / f"{name}.csv")
    if not isinstance(found, Register):
        raise refusal(found)
    whole = hashlib.sha256(found.digest.encode() + (PACKAGED / LINKS).read_bytes()).hexdigest()
    return dataclasses.replace(found, links=_links(name, found), digest=whole)


def _links(name: str, firms: Register) -> tuple[Link, ...]:
    """The documented exchanges of a case, by rows of its register."""
    return tuple(
        Link(
            _rows(firms, line.text("donor")),
            GOODS.index(line.one_of("good", GOODS)),
            _rows(firms, line.text("receiver")),
            f"{line.text('donor')} to {line.text('receiver')}, {line.text('good')}",
            line.text("source"),
        )
        for line in read(PACKAGED, LINKS, LINK_COLUMNS)
        if line.text("case") == name
    )


def _rows(firms: Register, name: str) -> NDArray[np.int32]:
    """The rows of the firms of one line, by its name."""
    rows = [row for row, found in enumerate(firms.names) if found == name or found.rpartition(" ")[0] == name]
    return np.array(rows, np.int32)


def published(name: str, evidence: Evidence) -> tuple[Case, ...]:
    """What the evidence has published of a case."""
    key = FIGURES.get(name, "")
    return tuple(case for case in evidence.cases if key and case.key.partition(".")[0] == key)
