"""Re-run the survey on synthetic firms and see where every published figure falls.

Each of many surveys asks as many firms as the report did, with its composition, and computes the report's own
statistics. A published figure is *inside* when the central 95 % of the surveys reach it, both known no better
than they are printed: the figure stands for everything that rounds to it. A figure given as a bound ("below
0.001", "not negative") is inside when the median survey obeys it. What the evidence excludes keeps its
reason, and what needs firms of all five surveyed countries does not apply to a region of one, nor to firms of
countries that were not surveyed.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from issim.analysis.figures import GROUPS, group_of, label, statistic
from issim.analysis.samples import Answers, Samples, answers_of, sampled
from issim.evidence import Evidence, SurveyFigure
from issim.evidence.vocabulary import COUNTRIES, SURVEYED
from issim.population import PopulationOptions, draw
from issim.population.published import published

INSIDE, OUTSIDE, EXCLUDED, NOT_APPLICABLE = "inside", "outside", "excluded", "not applicable"
#: What the comparison cannot show.
CAUTION = (
    "Nearly all of these figures went into building the firms: that they fall inside shows that they hold "
    "together in one population, not that the firms are right in what the survey did not ask."
)


class Comparison(NamedTuple):
    """One published figure against its distribution over surveys of synthetic firms."""

    key: str
    group: str
    label: str
    kind: str
    published: float
    bound: str
    unit: str
    rounding: float
    median: float
    low: float
    high: float
    verdict: str
    reason: str


def resurvey(
    evidence: Evidence, answers: Answers, n_surveys: int = 2000, n: int | None = None, seed: int = 0
) -> tuple[Comparison, ...]:
    """Every published figure against `n_surveys` surveys of `n` firms (None: as many as answered)."""
    facts = published(evidence.survey)
    rows = sampled(answers, facts, n_surveys, n or int(facts.country_counts.sum()), seed)
    samples = Samples(answers, rows)
    elsewhere = not_comparable(answers)
    return tuple(_compare(figure, samples, elsewhere) for figure in evidence.survey)


def not_comparable(answers: Answers) -> str:
    """Why figures that compare countries do not apply to these firms; empty where they do."""
    firms = np.bincount(answers.country, minlength=len(COUNTRIES))
    n = len(SURVEYED)
    if firms[n:].any():
        some = "some" if firms[:n].any() else "all"
        return f"compares the surveyed countries, and {some} of these firms are of others"
    return "" if firms[:n].all() else "compares countries, and these firms are not of all five"


def _compare(figure: SurveyFigure, samples: Samples, elsewhere: str) -> Comparison:
    """One figure: its synthetic median, central 95 % interval, and the verdict; `elsewhere` as not_comparable."""
    group = group_of(figure)
    between = group == "countries" or figure.item == "country"
    low = median = high = float("nan")
    if between and elsewhere:
        verdict, reason = NOT_APPLICABLE, elsewhere
    elif np.isnan(values := statistic(figure, samples)).all():
        verdict, reason = NOT_APPLICABLE, "cannot be computed: these firms are too few or too much alike"
    else:
        low, median, high = (float(q) for q in np.nanpercentile(values, (2.5, 50.0, 97.5)))
        verdict, reason = verdict_of(figure, low, median, high)
    return Comparison(
        figure.key, group, label(figure), figure.kind, figure.value, figure.bound, figure.unit,
        figure.rounding, median, low, high, verdict, reason,
    )  # fmt: skip


def verdict_of(figure: SurveyFigure, low: float, median: float, high: float) -> tuple[str, str]:
    """Inside, outside or excluded, with the reason where there is one."""
    if not figure.used:
        return EXCLUDED, figure.reason
    if figure.bound == "<":
        met = median < figure.value
    elif figure.bound == ">=":
        met = median >= figure.value
    else:
        slack = figure.rounding + 1e-9
        met = low - slack <= figure.value <= high + slack
    if figure.kind in ("composition", "sample"):
        return (INSIDE if met else OUTSIDE), "set by the design of the samples"
    return (INSIDE, "") if met else (OUTSIDE, "")


def synthetic_answers(
    evidence: Evidence, options: PopulationOptions | None = None, n_firms: int = 40_000, seed: int = 0
) -> Answers:
    """Answers of a large population of all five surveyed countries with the published composition."""
    index, region = np.arange(n_firms, dtype=np.int32), np.zeros(n_firms, dtype=np.int16)
    return answers_of(draw(evidence, options or PopulationOptions(), index, region, -1, seed))


def tally(table: tuple[Comparison, ...]) -> dict[str, int]:
    """How many figures have each verdict, in the order inside, outside, excluded, not applicable."""
    verdicts = [row.verdict for row in table]
    return {name: verdicts.count(name) for name in (INSIDE, OUTSIDE, EXCLUDED, NOT_APPLICABLE)}


def by_design(table: tuple[Comparison, ...]) -> int:
    """How many of the figures inside are so because samples are drawn with the published composition."""
    return sum(row.verdict == INSIDE and row.kind in ("composition", "sample") for row in table)


def as_printed(row: Comparison) -> str:
    """The published value as the report prints it."""
    if row.kind in ("share", "composition"):
        return f"{100 * row.published:.0f} %"
    return f"{row.published:.{max(0, round(-math.log10(2.0 * row.rounding)))}f}"


def shown(row: Comparison, value: float) -> str:
    """A synthetic value with the digits that the figure deserves."""
    if np.isnan(value):
        return "-"
    if row.kind in ("share", "composition"):
        return f"{100 * value:.0f} %"
    if row.kind == "p_value":
        return f"{value:.2g}"
    digits = 0 if row.kind in ("order", "sample") else max(2, round(-math.log10(2.0 * row.rounding)))
    return f"{value:.{digits}f}"


def as_text(table: tuple[Comparison, ...]) -> str:
    """The comparison as a table for a terminal."""
    width = max(len(row.label) for row in table)
    lines = []
    for group in GROUPS:
        rows = [row for row in table if row.group == group]
        if rows:
            lines += ["", f"{group:<{width}}  {'published':>10} {'median':>8} {'95 % of surveys':>19}"]
        for row in rows:
            bound = {"=": "", "up to": "<= "}.get(row.bound, f"{row.bound} ")
            span = f"{shown(row, row.low)} to {shown(row, row.high)}" if not np.isnan(row.low) else "-"
            told = row.verdict + (f": {row.reason}" if row.verdict in (EXCLUDED, NOT_APPLICABLE) else "")
            lines.append(
                f"{row.label:<{width}}  {bound + as_printed(row):>10} {shown(row, row.median):>8} "
                f"{span:>19}  {told}"
            )
    if any(row.verdict == NOT_APPLICABLE for row in table):
        lines += [
            "",
            "The countries of these firms are not the five surveyed; the other figures describe the mix of the five.",
        ]
    found = ", ".join(f"{count} {name}" for name, count in tally(table).items() if count)
    lines += [
        "",
        f"{len(table)} published figures: {found} ({by_design(table)} set by the design of the samples).",
    ]
    return "\n".join([*lines, CAUTION])
