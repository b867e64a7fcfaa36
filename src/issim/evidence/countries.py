"""What differs between the countries: taxes on disposal, landfilling, VAT, digital intensity, sizes.

A value is the most recent one of the packaged rows; where a country has none, an assumption or the
European value stands in and `sources` says so. Money of other currencies is converted at the rates that
stand among the assumptions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

from issim.errors import InputError
from issim.evidence.facts import Assumption, Digital, Figure, required
from issim.evidence.tables import ASSUMED
from issim.evidence.terms import Term, assumed, checked, field_names, joined, own_parameters, scaled
from issim.evidence.vocabulary import COUNTRIES, COUNTRY_NAMES, SIZES
from issim.units import Parameter, par

COMPUTED = "computed"
#: Under which names the rows of a tax stand.
INDUSTRIAL = ("landfill tax, industrial waste",)
INCINERATION = ("incineration tax", "incineration tax, industrial waste")
#: The version of the intensity index whose years the model compares, and the year it takes.
VERSION, YEAR = 3, 2025
#: Ways of treating manufacturing waste other than landfill.
TREATMENTS = ("material recycling", "incineration", "other")


@dataclass(frozen=True)
class CountryTerms:
    """The conditions of one country; tuples run over the size classes micro, small, medium, large."""

    code: str
    name: str
    landfill_tax: float = par(
        0.0, unit="EUR/t", low=0, high=300, source=COMPUTED, meaning="tax on a tonne of landfilled waste"
    )
    incineration_tax: float = par(
        0.0, unit="EUR/t", low=0, high=300, source=COMPUTED, meaning="tax on a tonne of incinerated waste"
    )
    landfill_rate: float = par(
        0.2, unit="1", low=0, high=1, source=COMPUTED, meaning="share of waste that is landfilled"
    )
    vat_waste: float = par(
        0.1, unit="1", low=0, high=0.4, source=COMPUTED, meaning="value added tax on waste services"
    )
    digital_micro: float = par(
        0.5,
        unit="1",
        low=0,
        high=1,
        source=COMPUTED,
        meaning="share of micro firms with at least basic digital intensity",
    )
    digital_small: float = par(
        0.6,
        unit="1",
        low=0,
        high=1,
        source=COMPUTED,
        meaning="share of small firms with at least basic digital intensity",
    )
    digital_medium: float = par(
        0.8,
        unit="1",
        low=0,
        high=1,
        source=COMPUTED,
        meaning="share of medium firms with at least basic digital intensity",
    )
    digital_large: float = par(
        0.95,
        unit="1",
        low=0,
        high=1,
        source=COMPUTED,
        meaning="share of large firms with at least basic digital intensity",
    )
    size_structure: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0)
    years: Mapping[str, float] = field(default_factory=dict, compare=False)
    sources: Mapping[str, str] = field(default_factory=dict, compare=False)
    priors: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def digital(self) -> tuple[float, float, float, float]:
        """Share of firms with at least basic digital intensity by size class."""
        return self.digital_micro, self.digital_small, self.digital_medium, self.digital_large

    def parameters(self) -> Iterator[Parameter]:
        """The country's parameters with their own sources and priors."""
        yield from own_parameters(self, f"countries.{self.code}")


class Dated(NamedTuple):
    """A term and the year it is about (0 for an assumption)."""

    term: Term
    year: float


@dataclass(frozen=True)
class Basis:
    """What the terms of one country are computed from."""

    code: str
    taxes: Sequence[Figure]
    firms: Sequence[Figure]
    digital: Sequence[Digital]
    assumptions: Mapping[str, Assumption]

    def in_euro(self, row: Figure) -> Term:
        """The row's amount in EUR at the assumed rate of its currency and year (or the nearest year)."""
        currency = row.unit.partition("/")[0]
        if currency == "EUR":
            return Term(row.amount, row.source, "")
        rate = assumed(self.assumptions, f"rate_{currency}", f"{row.year:.0f}")
        return Term(row.amount / rate.value, joined([row.source, rate.source]), "")


def _tax(basis: Basis, metrics: tuple[str, ...], name: str) -> Dated:
    """Median over the country and its regions of each one's latest rate; assumed where none is known."""
    latest: dict[str, Figure] = {}
    for row in basis.taxes:
        of_country = row.country == basis.code or row.country.startswith(f"{basis.code}-")
        if row.metric in metrics and of_country and row.value is not None and row.bound == "=":
            kept = latest.get(row.country)
            latest[row.country] = row if kept is None or row.year >= kept.year else kept
    if not latest:
        return Dated(assumed(basis.assumptions, name, basis.code), 0.0)
    terms = [basis.in_euro(row) for row in latest.values()]
    values = [term.value for term in terms]
    prior = f"uniform({min(values):.6g}, {max(values):.6g})" if max(values) > min(values) else ""
    term = Term(float(median(values)), joined([term.source for term in terms]), prior)
    return Dated(term, max(row.year for row in latest.values()))


def _vat(basis: Basis) -> Dated:
    """Value added tax on waste services; assumed where the country has no row."""
    metric = "VAT on waste services"
    if not any(row.metric == metric and row.country == basis.code for row in basis.taxes):
        return Dated(assumed(basis.assumptions, "vat_waste", basis.code), 0.0)
    row = required(basis.taxes, metric, basis.code, "taxes.csv")
    return Dated(Term(row.amount / 100.0, row.source, ""), row.year)


def _landfill_rate(basis: Basis) -> Dated:
    """The published rate; else landfilled over all treated manufacturing waste; else that of EU27."""
    metric, landfilled = "landfill rate without major mineral waste", "manufacturing waste landfilled"
    own = {row.metric for row in basis.firms if row.country == basis.code}
    if metric in own:
        row = required(basis.firms, metric, basis.code, "firms.csv")
        return Dated(Term(row.amount / 100.0, row.source, ""), row.year)
    if landfilled in own:
        names = (landfilled, *(f"manufacturing waste to {way}" for way in TREATMENTS))
        rows = [required(basis.firms, name, basis.code, "firms.csv") for name in names]
        share = rows[0].amount / sum(row.amount for row in rows)
        return Dated(Term(share, joined([row.source for row in rows]), ""), rows[0].year)
    row = required(basis.firms, metric, "EU27", "firms.csv")
    share, width = row.amount / 100.0, assumed(basis.assumptions, "landfill_rate_factor", basis.code)
    prior = f"uniform({share / width.value:.6g}, {min(1.0, share * width.value):.6g})"
    return Dated(Term(share, joined([row.source, width.source]), prior), row.year)


def _intensity(basis: Basis, size: str) -> Term:
    """Intensity of a size class; that of EU27 with a wide prior where an assumption says how wide."""
    factor = basis.assumptions.get(f"digital_odds_factor.{basis.code}")
    area = "EU27" if factor else basis.code
    for row in basis.digital:
        if (row.country, row.size, row.version, row.year) == (area, size, VERSION, YEAR):
            if factor is None:
                return Term(row.share, row.source, "")
            low, high = (
                row.share / (row.share + (1.0 - row.share) * f) for f in (factor.value, 1.0 / factor.value)
            )
            return Term(row.share, joined([row.source, ASSUMED]), f"uniform({low:.6g}, {high:.6g})")
    raise InputError(
        f"digital.csv has no row for {area}, size {size}, version {VERSION}, year {YEAR}; restore that row."
    )


def _digital(basis: Basis, size: str) -> Dated:
    """Intensity of a size class; micro firms are not covered and stand at an assumed ratio to small ones."""
    if size != "micro":
        return Dated(_intensity(basis, size), YEAR)
    small, ratio = _intensity(basis, "small"), assumed(basis.assumptions, "digital_micro_ratio", basis.code)
    return Dated(scaled(ratio, small.value, source=small.source), YEAR)


def _sizes(firms: Sequence[Figure]) -> tuple[tuple[float, ...], str]:
    """Shares of enterprises by size class in EU27, which stand in for every country."""
    rows = [required(firms, f"share of enterprises, {size}", "EU27", "firms.csv") for size in SIZES]
    shares = [row.amount / 100.0 for row in rows]
    if abs(sum(shares) - 1.0) > 0.005:
        raise InputError(
            f"firms.csv: the shares of enterprises by size add to {sum(shares):.3f}; they must add to 1."
        )
    return tuple(share / sum(shares) for share in shares), joined([row.source for row in rows])


def _country(basis: Basis, name: str) -> CountryTerms:
    """The terms of one country, every one computed or assumed, ranges checked."""
    terms: dict[str, Dated] = {
        "landfill_tax": _tax(basis, INDUSTRIAL, "landfill_tax"),
        "incineration_tax": _tax(basis, INCINERATION, "incineration_tax"),
        "landfill_rate": _landfill_rate(basis),
        "vat_waste": _vat(basis),
        **{f"digital_{size}": _digital(basis, size) for size in SIZES},
    }  # fmt: skip
    assert set(terms) == set(field_names(CountryTerms))
    structure, source = _sizes(basis.firms)
    country = CountryTerms(
        basis.code, name, **{key: dated.term.value for key, dated in terms.items()}, size_structure=structure,
        years={key: dated.year for key, dated in terms.items()},
        sources={**{key: dated.term.source for key, dated in terms.items()}, "size_structure": source},
        priors={key: dated.term.prior for key, dated in terms.items()},
    )  # fmt: skip
    checked(country, f"countries.{basis.code}")
    return country


def build_countries(
    taxes: Sequence[Figure],
    firms: Sequence[Figure],
    digital: Sequence[Digital],
    assumptions: Mapping[str, Assumption],
) -> tuple[CountryTerms, ...]:
    """The countries of the vocabulary in its order."""
    return tuple(
        _country(Basis(code, taxes, firms, digital, assumptions), name)
        for code, name in zip(COUNTRIES, COUNTRY_NAMES, strict=True)
    )
