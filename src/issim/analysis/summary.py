"""The closing table: what a policy does to a region, in words and with intervals over seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from issim.analysis import budgets
from issim.analysis.student import upper
from issim.store.outcomes import MEASURES, Measure, outcome

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

#: Central share of the seeds that an interval covers.
COVERED = 0.9
_TAILS = ((1 - COVERED) / 2, 0.5, 1 - (1 - COVERED) / 2)


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
    mean: float
    mean_change: float
    mean_error: float
    """Half-width of the 90 % confidence interval of the mean paired change (nan for one seed)."""


def value_of(measure: Measure, series: pd.DataFrame) -> NDArray[np.float64]:
    """A measure for every seed of one policy, in the order of the seeds, shape (n_seeds,)."""

    def monthly(column: str) -> NDArray[np.float64]:
        return series.pivot(index="seed", columns="month", values=column).to_numpy(np.float64)

    return outcome(measure, monthly)


def summary(series: pd.DataFrame) -> list[Line]:
    """Every measure under every policy: median and central 90 % over seeds, and the paired change."""
    policies = list(dict.fromkeys(series["policy"]))
    by_policy = {policy: series[series["policy"] == policy] for policy in policies}
    lines = []
    for measure in MEASURES:
        base = value_of(measure, by_policy[policies[0]])
        for policy in policies:
            values = value_of(measure, by_policy[policy])
            paired = values - base
            low, middle, high = (float(x) for x in np.quantile(values, _TAILS))
            change_low, change, change_high = (float(x) for x in np.quantile(paired, _TAILS))
            lines.append(
                Line(
                    *(measure.key, measure.words, measure.unit, policy),
                    *(low, middle, high, change_low, change, change_high),
                    *(float(values.mean()), float(paired.mean()), error_of_mean(paired)),
                )
            )
    return lines


def error_of_mean(values: NDArray[np.float64]) -> float:
    """Half-width of the 90 % confidence interval of a mean (Student's t); nan for fewer than two values."""
    n = len(values)
    if n < 2:
        return float("nan")
    return float(upper((1.0 - COVERED) / 2.0, n - 1) * values.std(ddof=1) / np.sqrt(n))


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


def as_text(series: pd.DataFrame, region: str, question: str, levers: pd.DataFrame | None = None) -> str:
    """The table that `issim run` closes with; with the table of levers, which of them ran out of money."""
    lines = summary(series)
    n_seeds, n_months = series["seed"].nunique(), int(series["month"].max())
    n_firms = int(series[["unaware", "aware", "searching", "talking", "adopters"]].iloc[0].sum())
    out = [
        f"Region {region}: {n_firms} firms, {n_months} months, {n_seeds} runs per policy.",
        f"Middle of the runs, and in brackets where {COVERED:.0%} of them lie.",
    ]
    if question:
        out.append(f"Question: {question}")
    spent = [] if levers is None else budgets.lines(levers)
    return "\n".join([*out, "", *_table(lines), "", *verdict(lines), *spent])


def across_borders(structure: pd.DataFrame) -> str:
    """How many operating exchanges cross a border at the end, and what they carry, under every policy."""
    found = []
    for policy in dict.fromkeys(structure["policy"]):
        ends = structure[structure["policy"] == policy]
        exchanges, tonnes = (
            span(*(float(x) for x in np.quantile(ends[name], _TAILS)))
            for name in ("crossing", "crossing_tonnes")
        )
        under = "without policy" if policy == "none" else f"with '{policy}'"
        found.append(f"{under} {exchanges} exchanges with {tonnes} t/yr")
    return f"Across borders at the end: {'; '.join(found)}."


def _scaled(lines: list[Line]) -> tuple[str, float]:
    """The words of a row and what to multiply it with: large sums of money are told in millions."""
    unit, scale = lines[0].unit, 1.0
    if unit == "EUR" and max(abs(line.high) for line in lines) >= 1e6:
        unit, scale = "million EUR", 1e-6
    return f"{lines[0].words} [{unit}]", scale


def cells(lines: list[Line]) -> tuple[list[str], list[list[str]]]:
    """Heads and rows: one measure per row, per policy the level and, after the first, the paired change."""
    rows: list[list[str]] = []
    policies = list(dict.fromkeys(line.policy for line in lines))
    heads = ["", "without policy" if policies[0] == "none" else f"with {policies[0]}"]
    heads += [head for policy in policies[1:] for head in (f"with {policy}", "change")]
    for key in dict.fromkeys(line.key for line in lines):
        row = [line for line in lines if line.key == key]
        words, scale = _scaled(row)
        rows.append([words])
        for line in row:
            rows[-1].append(span(line.low * scale, line.middle * scale, line.high * scale))
            if line.policy != policies[0]:
                rows[-1].append(span(line.change_low * scale, line.change * scale, line.change_high * scale))
    return heads, rows


def _table(lines: list[Line]) -> list[str]:
    """The cells as aligned lines."""
    heads, rows = cells(lines)
    widths = [max(len(row[k]) for row in [heads, *rows]) for k in range(len(heads))]
    return [
        "  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))])
        for row in [heads, *rows]
    ]


def verdict(lines: list[Line]) -> list[str]:
    """What the policy did, in sentences, the plain truth included when the runs cannot tell."""
    found = []
    by_key = {(line.key, line.policy): line for line in lines}
    for policy in list(dict.fromkeys(line.policy for line in lines))[1:]:
        adopters, tonnes, cost = (by_key[key, policy] for key in ("adopters", "tonnes", "public_cost"))
        if not abs(adopters.mean_change) > adopters.mean_error:
            found.append(
                f"These runs cannot tell '{policy}' from no policy in firms that exchange; raise n_seeds."
            )
        else:
            more = "more" if adopters.mean_change > 0 else "fewer"
            found.append(
                f"With '{policy}' on average {amount(abs(adopters.mean_change))} {more} firms exchange than without "
                f"(give or take {amount(adopters.mean_error)}: 90 % confidence)."
            )
        if tonnes.mean_change > tonnes.mean_error and cost.mean > 0.0:
            found.append(
                f"Each extra tonne passed on costs the public about {amount(cost.mean / tonnes.mean_change)} EUR."
            )
    found.append(
        "'Exchange' means: passes a residue to, or takes one from, another firm as an input. "
        "Old sales of scrap and formal symbiosis are not told apart."
    )
    return found
