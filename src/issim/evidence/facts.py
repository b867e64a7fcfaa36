"""What a row of evidence is, beside the survey's: prices, figures, conversions, cases, gaps."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from issim.errors import InputError


@dataclass(frozen=True)
class Source:
    """Where figures come from: a short key, the citation, and how far it can be trusted by default."""

    key: str
    citation: str
    confidence: str


@dataclass(frozen=True)
class Assumption:
    """A number that no source gives, with the range in which it may lie; `key` is `field.scope`."""

    key: str
    value: float
    unit: str
    low: float
    high: float
    prior: str
    meaning: str


@dataclass(frozen=True)
class Price:
    """A price, freight cost, distance or emission factor of one stream; `good` is empty for transport.

    `tax` is the landfill tax inside a gate fee (EUR/t) where the source splits it off. `comparable` rows
    enter the goods' values; the others say in `why_not` what keeps them out.
    """

    key: str
    stream: str
    good: str
    parameter: str
    value: float
    unit: str
    year: int
    country: str
    tax: float
    comparable: bool
    why_not: str
    source: str
    confidence: str


@dataclass(frozen=True)
class Figure:
    """One figure of a tax, a firm structure, an SME survey or a programme; rules have no value but a text."""

    subject: str
    metric: str
    value: float | None
    bound: str
    unit: str
    year: float
    country: str
    detail: str
    source: str
    confidence: str

    @property
    def amount(self) -> float:
        """The value of a figure that must have one."""
        if self.value is None:
            raise InputError(f"The figure '{self.metric}' of {self.country} has no value; give it a number.")
        return self.value


@dataclass(frozen=True)
class Conversion:
    """How many of `denominator` came through one stage of a programme, or how much there was of it."""

    programme: str
    stage: str
    numerator: float | None
    denominator: float | None
    value: float
    unit: str
    year: int
    country: str
    detail: str
    source: str
    confidence: str


@dataclass(frozen=True)
class Digital:
    """Share of enterprises with at least basic digital intensity; never compare different `version`s."""

    country: str
    size: str
    version: int
    year: int
    share: float
    source: str
    confidence: str


@dataclass(frozen=True)
class ExchangeCount:
    """How often a donor branch gave a good to a receiver branch among documented exchanges (codes)."""

    donor: int
    good: int
    receiver: int
    documented: int
    implemented: int


@dataclass(frozen=True)
class Case:
    """A real exchange or network and, where published, one of its figures."""

    key: str
    name: str
    country: str
    what: str
    value: float | None
    bound: str
    unit: str
    figure: str
    source: str
    confidence: str


@dataclass(frozen=True)
class Gap:
    """Something that was searched for and not found, and what stands in for it."""

    key: str
    missing: str
    searched: str
    stand_in: str


def required(rows: Collection[Figure], metric: str, country: str, file: str) -> Figure:
    """The most recent figure of a metric in a country; a missing one is the user's to mend."""
    found = [row for row in rows if row.metric == metric and row.country == country and row.value is not None]
    if not found:
        raise InputError(
            f"{file} has no value of '{metric}' for {country}; add such a row or restore the packaged file."
        )
    return max(found, key=lambda row: row.year)
