"""What a tonne cost in tax, year by year: the dated rises that the tables of taxes hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from issim.errors import InputError
from issim.evidence.catalogue import Evidence
from issim.evidence.countries import Basis
from issim.evidence.facts import Figure

FILE = "taxes.csv"


class Step(NamedTuple):
    """The rate of one year: as published, and in EUR/t at the assumed rate of its currency."""

    year: int
    published: float
    unit: str
    tax: float
    source: str
    detail: str


def tax_path(evidence: Evidence, area: str, instrument: str, first: int, last: int) -> tuple[Step, ...]:
    """One step per year from `first` to `last`, each from a row of the table; a missing year is refused.

    For whom  an area of the table, as in LV or IE, and the name under which the rows of the tax stand
    Units     EUR/t, nominal: no price index is part of the evidence
    """
    basis = Basis(area, evidence.taxes, (), (), evidence.assumptions)
    rows = {
        int(row.year): row
        for row in evidence.taxes
        if row.country == area and row.metric == instrument and row.value is not None and row.bound == "="
    }
    if not rows:
        raise InputError(
            f"{FILE} has no rate of '{instrument}' for {area}; name one of {', '.join(known(evidence.taxes))}."
        )
    steps = []
    for year in range(first, last + 1):
        if year not in rows:
            years = ", ".join(map(str, sorted(rows)))
            raise InputError(
                f"{FILE} has no rate of '{instrument}' for {area} in {year}; choose years among {years}, or add "
                "the row."
            )
        row = rows[year]
        term = basis.in_euro(row)
        steps.append(Step(year, row.amount, row.unit, term.value, term.source, row.detail))
    return tuple(steps)


def known(taxes: Sequence[Figure]) -> list[str]:
    """Areas and taxes with rates of several years, as one names them."""
    years: dict[tuple[str, str], set[float]] = {}
    for row in taxes:
        if "tax" in row.metric and row.value is not None and row.bound == "=":
            years.setdefault((row.country, row.metric), set()).add(row.year)
    return [f"'{metric}' of {area}" for (area, metric), found in years.items() if len(found) > 1]
