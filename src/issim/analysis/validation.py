"""Every target against what the model predicts for it: reached, reached only with the figure's own error, or missed.

    p = mean over draws of Phi((published - predicted) / error)

is the probability that a figure with the target's error lies below the published one. Beyond the central 90 % of p the
target is missed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from issim.analysis.summary import COVERED
from issim.evidence.targets import BUILT_IN, FITTED, LEFT_OUT
from issim.runs.predictive import CHOSEN, PRIOR

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

#: In this order they are told: what is missed comes first.
MISSED, WITHIN, INSIDE, UNDEFINED = "missed", "within error", "inside", "undefined"
VERDICTS = (MISSED, UNDEFINED, WITHIN, INSIDE)
ROLES = (FITTED, LEFT_OUT, BUILT_IN)
TAIL = (1.0 - COVERED) / 2.0
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
    by_key = {
        (str(label), str(key)): part.to_numpy(np.float64)
        for (label, key), part in predicted.groupby(["constants", "target"], sort=False)["value"]
    }
    found = [
        _checked(row, by_key[CHOSEN, row["key"]], by_key.get((PRIOR, row["key"])))
        for row in targets.to_dict("records")
    ]
    return sorted(found, key=lambda row: (ROLES.index(row.role), VERDICTS.index(row.verdict)))


def _checked(row: dict[Any, Any], values: NDArray[np.float64], prior: NDArray[np.float64] | None) -> Checked:
    """One target."""
    published, sd = float(row["value"]), float(row["sd"])
    low, median, high = interval(values)
    p = below(values, published, sd)
    prior_low, _, prior_high = interval(prior if prior is not None else np.array([np.nan]))
    texts = {
        name: str(row[name])
        for name in ("programme", "what", "unit", "role", "stands_for", "reason", "source")
    }
    return Checked(
        target=str(row["key"]), year=year_of(str(row["origin"])), published=published,
        error_low=published - REACH * sd, error_high=published + REACH * sd,
        median=median, low=low, high=high, prior_low=prior_low, prior_high=prior_high,
        p=p, verdict=verdict(values, published, p), draws=len(values), undefined=int(np.isnan(values).sum()),
        arrangement=str(row["arranged"]), month=int(row["month"]), confidence=str(row["confidence"]), **texts,
    )  # fmt: skip


def year_of(origin: str) -> str:
    """The year of the latest row of evidence that a target comes from: `table|subject|metric|year`, perhaps an area."""
    return str(max(int(float(row.split("|")[3])) for row in origin.split("; ")))


def interval(values: NDArray[np.float64]) -> tuple[float, float, float]:
    """Central 90 % and median of the draws that are defined: low, median, high."""
    kept = values[~np.isnan(values)]
    if not len(kept):
        return np.nan, np.nan, np.nan
    low, median, high = np.quantile(kept, [TAIL, 0.5, 1.0 - TAIL])
    return float(low), float(median), float(high)


def below(values: NDArray[np.float64], published: float, sd: float) -> float:
    """Probability that a figure predicted with the target's error lies below the published one."""
    from scipy.stats import norm

    kept = values[~np.isnan(values)]
    if not len(kept):
        return float("nan")
    if sd == 0.0:
        return float(np.mean((kept < published) + 0.5 * (kept == published)))
    return float(norm.cdf((published - kept) / sd).mean())


def verdict(values: NDArray[np.float64], published: float, p: float) -> str:
    """Inside the model's own interval, within error, missed; undefined where most draws say nothing."""
    if np.isnan(values).mean() > 0.5:
        return UNDEFINED
    low, _, high = interval(values)
    if not TAIL <= p <= 1.0 - TAIL:
        return MISSED
    return INSIDE if low <= published <= high else WITHIN


def tally(found: list[Checked], role: str | None = None) -> dict[str, int]:
    """How many targets, of one role or of all, have each verdict."""
    verdicts = [row.verdict for row in found if role in (None, row.role)]
    return {name: verdicts.count(name) for name in VERDICTS}


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
