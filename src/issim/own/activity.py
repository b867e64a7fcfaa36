"""What a firm does: survey sectors, branches of the model, and NACE Rev. 2 codes as people write them."""

from __future__ import annotations

import re
from typing import NamedTuple

from issim.evidence.vocabulary import BRANCH_SECTOR, BRANCHES, SECTORS, branch_of
from issim.own.sheet import nearest, plain

NACE = re.compile(r"([A-Za-z])?\s*(\d{1,2})(?:[.,]\s*(\d{1,2})(?:[.,]\s*(\d{1,2}))?)?")
DIGITS = re.compile(r"([A-Za-z])?\s*(\d{2,6})")

#: Sections whose divisions lie in one branch, by letter; C and M hold several.
SECTION_BRANCH = {"A": "agriculture", "B": "minerals", "D": "energy", "E": "water_waste", "F": "construction",
                  "J": "technology"} | dict.fromkeys("GHIKLNOPQRSTU", "services")  # fmt: skip
WHAT = "give two to four digits of NACE Rev. 2, as in 16.10 or C16"


class Activity(NamedTuple):
    """Sector and branch by code; -1 where unknown."""

    sector: int = -1
    branch: int = -1


UNKNOWN = Activity()


def of_branch(branch: int) -> Activity:
    """The activity of a branch."""
    return Activity(BRANCH_SECTOR[branch], branch)


def of_nace(text: str) -> Activity:
    """The activity of a NACE Rev. 2 code or section letter; ValueError says what is wrong with any other text."""
    said = text.strip().removeprefix("NACE").strip()
    if len(said) == 1 and said.isalpha():
        if said.upper() not in SECTION_BRANCH:
            raise ValueError(f"is a section of several branches or none; {WHAT}")
        return of_branch(BRANCHES.index(SECTION_BRANCH[said.upper()]))
    dotted, bare = NACE.fullmatch(said), DIGITS.fullmatch(said)
    if dotted:
        digits = dotted[2].zfill(2)
    elif bare:
        digits = bare[2][:2]
    else:
        raise ValueError(f"is no code; {WHAT}")
    try:
        return of_branch(branch_of(digits))
    except ValueError:
        raise ValueError(f"begins with division {digits}, which NACE Rev. 2 does not have; {WHAT}") from None


def of_words(text: str) -> Activity:
    """The activity that a sector, a branch or a NACE code names; ValueError says what is wrong with another text."""
    said = plain(text)
    if said in BRANCHES:
        return of_branch(BRANCHES.index(said))
    sectors = {plain(sector): code for code, sector in enumerate(SECTORS)}
    if said in sectors:
        return Activity(sectors[said])
    if any(letter.isdigit() for letter in said) or len(said) == 1:
        return of_nace(text)
    raise ValueError(f"is no sector; {nearest(said, [*SECTORS, *BRANCHES])} Or give a NACE code")
