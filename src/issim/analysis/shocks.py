"""What replayed tax rises changed: paired differences by year, from the tables of a result folder."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from issim.analysis.effects import paired
from issim.analysis.summary import COVERED, amount
from issim.runs.shocks import FROZEN, PATH

if TYPE_CHECKING:
    import pandas as pd

#: Outcomes of a year: column, words of the difference, unit.
OUTCOMES = (
    ("adopters", "extra firms that exchange at the end of the year", "firms"),
    ("exchanges", "extra exchanges in operation at the end of the year", "exchanges"),
    ("tonnes", "extra residues passed on in the year", "t/yr"),
)


class Response(NamedTuple):
    """One outcome of one year: the path against the tax of its first year, the same worlds and luck."""

    shock: str
    year: int
    known: bool
    """Whether the rate of the year is in the evidence; later the last one is held."""
    tax: float
    frozen_tax: float
    outcome: str
    unit: str
    frozen: float
    """Mean over seeds with the tax frozen."""
    mean: float
    low: float
    high: float
    """Mean paired difference and the ends of its 90 % interval; nan ends for one seed."""
    runs_low: float
    runs_high: float
    """Between these lies the difference in the central 90 % of the runs."""

    @property
    def is_told(self) -> bool:
        """Whether the interval of the mean excludes zero."""
        return self.low > 0.0 or self.high < 0.0


def responses(runs: pd.DataFrame, paths: pd.DataFrame) -> list[Response]:
    """Every outcome of every shock and year."""
    tails = ((1.0 - COVERED) / 2.0, 1.0 - (1.0 - COVERED) / 2.0)
    found = []
    for name, part in runs.groupby("shock", sort=False):
        rates = paths[paths["shock"] == name].set_index("year")
        first = float(rates["tax"].iloc[0])
        for column, _, unit in OUTCOMES:
            table = part.pivot(index="seed", columns=["arm", "year"], values=column)
            for year in rates.index:
                frozen, path = (table[arm, year].to_numpy(np.float64) for arm in (FROZEN, PATH))
                tax, known = float(rates["tax"][year]), bool(rates["known"][year])
                ends = (float(q) for q in np.quantile(path - frozen, tails))
                found.append(
                    Response(
                        *(str(name), int(year), known, tax, first, column, unit, float(frozen.mean())),
                        *paired(path - frozen),
                        *ends,
                    )
                )
    return found


def at(found: list[Response], shock: str, outcome: str) -> list[Response]:
    """One outcome of one shock, by year."""
    return [row for row in found if (row.shock, row.outcome) == (shock, outcome)]


def last_known(found: list[Response], shock: str, outcome: str) -> Response:
    """The last year whose rate the evidence holds."""
    return [row for row in at(found, shock, outcome) if row.known][-1]


def told(row: Response) -> str:
    """A difference in words: +2.4 firms (+2.1 to +2.7); no interval for one seed."""
    ends = "" if math.isnan(row.low) else f" ({signed(row.low)} to {signed(row.high)})"
    return f"{signed(row.mean)} {row.unit}{ends}"


def signed(value: float) -> str:
    """A difference with its sign; nil has none, whole ones no decimals, and what is not known is a dash."""
    if math.isnan(value):
        return "-"
    text = amount(abs(value)) if abs(value) >= 9.995 or value == int(value) else f"{abs(value):.2f}"
    return text if not float(text.replace(" ", "")) else f"{'+' if value > 0 else '-'}{text}"


def as_text(found: list[Response], paths: pd.DataFrame, knowledge: pd.DataFrame) -> list[str]:
    """The shocks as lines for a terminal: what the model says, and what is known."""
    lines = []
    for name in dict.fromkeys(row.shock for row in found):
        rates = paths[(paths["shock"] == name) & paths["known"]]
        first, last = rates.iloc[0], rates.iloc[-1]
        soon, late = last_known(found, name, "adopters"), at(found, name, "adopters")[-1]
        lines += [
            f"{first['title']}, {first['year']} to {last['year']}: {first['tax']:.0f} to {last['tax']:.0f} EUR/t",
            f"  extra firms that exchange: {told(soon)} by the end of {soon.year}, {told(late)} by that of {late.year}",
            f"  extra residues passed on in {late.year}: {told(at(found, name, 'tonnes')[-1])}",
        ]
    n_observed = int((knowledge["kind"] == "response").sum())
    known = f"{n_observed} observed responses" if n_observed else "no observed response found in the evidence"
    return [
        "Tax rises replayed: the path against the tax of its first year, with the last known rate held afterwards;",
        "means of paired runs with their 90 % interval.",
        *lines,
        f"Known of these rises: {known}; validation.md in the folder says what would be needed.",
    ]
