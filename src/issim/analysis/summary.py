"""The closing table: what a policy does to a region, in words and with intervals over seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

#: Central share of the seeds that an interval covers.
COVERED = 0.9
_TAILS = ((1 - COVERED) / 2, 0.5, 1 - (1 - COVERED) / 2)


class Measure(NamedTuple):
    """One line of the table: its words, its unit, how to read it from a run's monthly series."""

    key: str
    words: str
    unit: str
    column: str
    how: str  # "last" value, sum over the "year" that ends the run, or "total" over all months
    scale: float = 1.0


MEASURES = (
    Measure("adopters", "Firms that exchange residues at the end", "firms", "adopters", "last"),
    Measure("exchanges", "Exchanges in operation at the end", "exchanges", "operating", "last"),
    Measure("aware", "Firms that have at least heard of symbiosis", "firms", "unaware", "rest"),
    Measure("tonnes_year", "Residues passed on in the last year", "t/yr", "tonnes", "year"),
    Measure("tonnes", "Residues passed on in all years", "t", "tonnes", "total"),
    Measure("co2", "CO2 saved in all years, transport subtracted", "t CO2", "co2", "total", 1e-3),
    Measure("gain", "Gained by the firms in all years", "million EUR", "gain", "total", 1e-6),
    Measure("public_cost", "Paid by the public in all years", "million EUR", "public_cost", "total", 1e-6),
)


class Line(NamedTuple):
    """One measure under one policy, and its paired difference from no policy (same seeds, same luck)."""

    key: str
    words: str
    unit: str
    policy: str
    low: float
    middle: float
    high: float
    change_low: float
    change: float
    change_high: float


def value_of(measure: Measure, series: pd.DataFrame) -> NDArray[np.float64]:
    """A measure for every seed of one policy, in the order of the seeds, shape (n_seeds,)."""
    table = series.pivot(index="seed", columns="month", values=measure.column).to_numpy(np.float64)
    if measure.how == "last":
        values = table[:, -1]
    elif measure.how == "rest":
        stages = ["unaware", "aware", "searching", "talking", "adopters"]
        last = series[series["month"] == series["month"].max()].sort_values("seed")
        values = last[stages].sum(axis=1).to_numpy(np.float64) - table[:, -1]
    elif measure.how == "year":
        values = table[:, 1:][:, -12:].sum(axis=1)
    else:
        values = table[:, 1:].sum(axis=1)
    return np.asarray(values * measure.scale)


def summary(series: pd.DataFrame) -> list[Line]:
    """Every measure under every policy: median and central 90 % over seeds, and the paired change."""
    policies = list(dict.fromkeys(series["policy"]))
    by_policy = {policy: series[series["policy"] == policy] for policy in policies}
    lines = []
    for measure in MEASURES:
        base = value_of(measure, by_policy[policies[0]])
        for policy in policies:
            values = value_of(measure, by_policy[policy])
            low, middle, high = np.quantile(values, _TAILS)
            change_low, change, change_high = np.quantile(values - base, _TAILS)
            lines.append(
                Line(
                    measure.key,
                    measure.words,
                    measure.unit,
                    policy,
                    float(low),
                    float(middle),
                    float(high),
                    float(change_low),
                    float(change),
                    float(change_high),
                )
            )
    return lines


def amount(value: float) -> str:
    """A number as one says it: 107 200, 46, 3.4."""
    size = abs(value)
    if size >= 10_000:
        return f"{round(value, -2):,.0f}".replace(",", " ")
    if size >= 10 or float(value).is_integer():
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.1f}"


def span(low: float, middle: float, high: float) -> str:
    """A median with its interval."""
    return f"{amount(middle)} ({amount(low)} to {amount(high)})"


def as_text(series: pd.DataFrame, region: str, question: str) -> str:
    """The table that `issim run` closes with."""
    lines = summary(series)
    policies = list(dict.fromkeys(line.policy for line in lines))
    n_seeds, n_months = series["seed"].nunique(), int(series["month"].max())
    n_firms = int(series[["unaware", "aware", "searching", "talking", "adopters"]].iloc[0].sum())
    out = [
        f"Region {region}: {n_firms} firms, {n_months} months, {n_seeds} runs per policy.",
        f"Middle of the runs, and in brackets where {COVERED:.0%} of them lie.",
    ]
    if question:
        out.append(f"Question: {question}")
    words = {line.key: f"{line.words} [{line.unit}]" for line in lines}
    width = max(map(len, words.values()))
    heads = ["without policy" if policy == "none" else f"with {policy}" for policy in policies]
    cells = {line.key: [] for line in lines}  # type: dict[str, list[str]]
    for line in lines:
        cells[line.key].append(span(line.low, line.middle, line.high))
        if line.policy != policies[0]:
            cells[line.key].append(span(line.change_low, line.change, line.change_high))
    heads = [heads[0], *(text for head in heads[1:] for text in (head, "change"))]
    widths = [max(len(head), *(len(row[k]) for row in cells.values())) for k, head in enumerate(heads)]
    out.append("")
    out.append("  ".join([" " * width, *(head.rjust(w) for head, w in zip(heads, widths, strict=True))]))
    for key, row in cells.items():
        out.append(
            "  ".join([words[key].ljust(width), *(c.rjust(w) for c, w in zip(row, widths, strict=True))])
        )
    return "\n".join([*out, "", *verdict(lines)])


def verdict(lines: list[Line]) -> list[str]:
    """What the policy did, in sentences, the plain truth included when the runs cannot tell."""
    found = []
    by_key = {(line.key, line.policy): line for line in lines}
    for policy in list(dict.fromkeys(line.policy for line in lines))[1:]:
        adopters, tonnes, cost = (by_key[key, policy] for key in ("adopters", "tonnes", "public_cost"))
        if adopters.change_low <= 0.0 <= adopters.change_high:
            found.append(f"These runs cannot tell '{policy}' from no policy in firms that exchange.")
        else:
            more = "more" if adopters.change > 0 else "fewer"
            found.append(
                f"With '{policy}' about {amount(abs(adopters.change))} {more} firms exchange than without."
            )
        if tonnes.change_low > 0.0 and cost.middle > 0.0:
            per_tonne = 1e6 * cost.middle / tonnes.change
            found.append(f"Each extra tonne passed on costs the public about {amount(per_tonne)} EUR.")
    found.append(
        "'Exchange' means: passes a residue to, or takes one from, another firm as an input. "
        "Old sales of scrap and formal symbiosis are not told apart."
    )
    return found
