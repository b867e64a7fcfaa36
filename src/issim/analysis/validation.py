"""Every target against what the model predicts for it: reached, reached only with the figure's own error, or missed.

A target is missed by the rule of the calibration: a figure with its error, predicted by the model, lies on one side of
the published one in more than 95 % of cases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from issim.analysis.calibration import Reached, Weighed, reached
from issim.evidence.targets import BUILT_IN, FITTED, LEFT_OUT
from issim.runs.predictive import CHOSEN, PRIOR

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

#: In this order they are told: what is missed comes first.
MISSED, WITHIN, INSIDE, UNDEFINED = "missed", "within error", "inside", "undefined"
VERDICTS = (MISSED, UNDEFINED, WITHIN, INSIDE)
ROLES = (FITTED, LEFT_OUT, BUILT_IN)
#: Standard errors on either side of a figure that cover as much as the intervals.
REACH = 1.6448536269514722


class Checked(NamedTuple):
    """One target and its predictive interval."""

    target: str
    programme: str
    year: str
    what: str
    unit: str
    role: str
    published: float
    error_low: float
    error_high: float
    """Ends of the central 90 % of the published figure: its own error and that of the correspondence."""
    median: float
    low: float
    high: float
    """What the model predicts: median and central 90 % over draws."""
    prior_low: float
    prior_high: float
    """The same under the priors; nan if these were not run."""
    p: float
    """Chance that a figure predicted with the target's error lies below the published one."""
    verdict: str
    draws: int
    undefined: int
    """Draws in which there was nothing to divide by, or to average."""
    arrangement: str
    month: int
    stands_for: str
    reason: str
    source: str
    confidence: str


def check(targets: pd.DataFrame, predicted: pd.DataFrame) -> list[Checked]:
    """Every target once, in the order of roles; within a role what is missed first."""
    keys = [str(key) for key in targets["key"]]
    chosen = table_of(predicted, CHOSEN, keys)
    before = table_of(predicted, PRIOR, keys)
    published, sd = (targets[name].to_numpy(np.float64) for name in ("value", "sd"))
    undefined = np.isnan(chosen).sum(axis=0)
    found = [
        _checked(row, after, prior, len(chosen), int(n))
        for row, after, prior, n in zip(
            targets.to_dict("records"),
            reached(keys, chosen, published, sd, equally(len(chosen))),
            reached(keys, before, published, sd, equally(len(before))),
            undefined,
            strict=True,
        )
    ]
    return sorted(found, key=lambda row: (ROLES.index(row.role), VERDICTS.index(row.verdict)))


def table_of(predicted: pd.DataFrame, constants: str, keys: list[str]) -> NDArray[np.float64]:
    """What targets come to in every draw of some constants, (n_draws, n_targets); one row of nan if there is none."""
    part = predicted[predicted["constants"] == constants]
    if not len(part):
        return np.full((1, len(keys)), np.nan)
    return part.pivot(index="seed", columns="target", values="value")[keys].to_numpy(np.float64)


def equally(n: int) -> Weighed:
    """So many draws that count alike."""
    return Weighed(np.full(n, 1.0 / n), float(n), 1.0)


def _checked(row: dict[Any, Any], after: Reached, prior: Reached, draws: int, undefined: int) -> Checked:
    """One target."""
    texts = {
        name: str(row[name])
        for name in ("programme", "what", "unit", "role", "stands_for", "reason", "source")
    }
    return Checked(
        target=after.target, year=year_of(str(row["origin"])), published=after.published,
        error_low=after.published - REACH * after.sd, error_high=after.published + REACH * after.sd,
        median=after.middle, low=after.low, high=after.high, prior_low=prior.low, prior_high=prior.high,
        p=after.tail, verdict=verdict(after, undefined / draws), draws=draws, undefined=undefined,
        arrangement=str(row["arranged"]), month=int(row["month"]), confidence=str(row["confidence"]), **texts,
    )  # fmt: skip


def year_of(origin: str) -> str:
    """The year of the latest row of evidence that a target comes from: `table|subject|metric|year`, perhaps an area."""
    return str(max(int(float(row.split("|")[3])) for row in origin.split("; ")))


def verdict(found: Reached, undefined: float) -> str:
    """Inside the model's own interval, within error, missed; undefined where most draws say nothing."""
    if undefined > 0.5:
        return UNDEFINED
    if found.is_missed:
        return MISSED
    return INSIDE if found.low <= found.published <= found.high else WITHIN


def tally(found: list[Checked], role: str | None = None) -> dict[str, int]:
    """How many targets, of one role or of all, have each verdict."""
    verdicts = [row.verdict for row in found if role in (None, row.role)]
    return {name: verdicts.count(name) for name in VERDICTS}


def in_a_sentence(found: list[Checked], constants: str) -> str:
    """How many targets of each role are missed."""
    parts = []
    for role, words in (
        (FITTED, "that it was fitted to"),
        (LEFT_OUT, "left out of the fit"),
        (BUILT_IN, "built in"),
    ):
        counts = tally(found, role)
        missed = counts[MISSED] + counts[UNDEFINED]
        parts.append(f"{missed or 'none'} of {sum(counts.values())} {words}")
    return f"Of the published figures of programmes the model {constants} misses {', '.join(parts)}."


def shown(value: float) -> str:
    """A number with three digits that count."""
    if np.isnan(value):
        return "-"
    if abs(value) >= 100.0:
        return f"{float(f'{value:.3g}'):,.0f}".replace(",", " ")
    return f"{float(f'{value:.3g}'):g}"


def span(row: Checked) -> str:
    """What the model predicts: median and interval."""
    if np.isnan(row.median):
        return "-"
    return f"{shown(row.median)} ({shown(row.low)} to {shown(row.high)})"


def name_of(row: Checked) -> str:
    """A target by programme, year and figure."""
    return f"{row.programme} {row.year}: {row.what}"


def as_text(found: list[Checked], constants: str, survey: tuple[int, int]) -> list[str]:
    """The closing words: what is missed in full, what is reached by number and name; one screen."""
    told = {role: tally(found, role) for role in ROLES}
    lines = [f"{len(found)} published figures of programmes, {constants}; intervals cover 90 %."]
    for role in ROLES:
        n = sum(told[role].values())
        parts = ", ".join(f"{count} {name}" for name, count in told[role].items() if count)
        lines.append(f"  {role:<9} {n:>2}: {parts}")
    missed = [row for row in found if row.verdict in (MISSED, UNDEFINED)]
    if missed:
        rows = [("role", "missed", "published", "model", "unit")]
        rows += [(row.role, name_of(row), shown(row.published), span(row), row.unit) for row in missed]
        widths = [max(len(cells[k]) for cells in rows) for k in range(5)]
        lines += [
            "",
            *("  ".join(c.ljust(w) for c, w in zip(cells, widths, strict=True)).rstrip() for cells in rows),
        ]
    for name in (WITHIN, INSIDE):
        keys = [row.target for row in found if row.verdict == name]
        if keys:
            lines += ["", f"{name.capitalize()} ({len(keys)}): {', '.join(keys)}."]
    inside, compared = survey
    return [
        *lines,
        "",
        f"The survey of 78, asked again: {inside} of {compared} figures inside (`issim survey` shows them).",
    ]
