"""The page of a validation: every target with its verdict, and the tax rises replayed with what is known of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from issim.analysis.shocks import OUTCOMES, Response, at, signed
from issim.analysis.validation import MISSED, ROLES, UNDEFINED, VERDICTS, Checked, name_of, shown, span, tally
from issim.evidence.targets import BUILT_IN, FITTED, LEFT_OUT

if TYPE_CHECKING:
    import pandas as pd

HEADS = {
    FITTED: "Fitted: the constants were chosen to meet these",
    LEFT_OUT: "Left out: named beforehand, used for no fit",
    BUILT_IN: "Built in: what went into the model itself",
}
READING = """Every target is a figure that was published, with its own error and what the correspondence between it and
the model's outcome adds to that. It is *inside* when the central 90 % of the model's draws hold it, *within error* when
only its error brings it there, *missed* when a figure with that error, predicted by the model, lies on one side of it
in more than 95 %. Targets that are left out were named beforehand and entered no fit."""
BEFOREHAND = """What `targets.csv` says of these, written before the fit (of the Korean proposals with a look at what
the priors can give), as expectation or as excuse:"""
UNKNOWN = "No observed response found in the evidence."
SHOCKS = """A tax rise with a date is an experiment that nobody in the model has seen: no constant was fitted to one.
Each is replayed month by month, its rates and dates taken from `taxes.csv`, against the same region whose tax stays at
that of the first year; both meet the same firms and the same luck. Firms, gate fees, prices and digital intensity are
those of today, not of then: only the tax is moved back. Rates are nominal. After the last year whose rate is known the
rate is held, because exchanges take years to be found, agreed and built. Means of paired differences with their 90 %
interval; in the last column between what the extra firms lie in 90 % of the runs."""


class Head(NamedTuple):
    """What a page says of the runs behind it."""

    constants: str
    n_draws: int
    n_regions: int
    survey: tuple[int, int]
    """Figures of the survey inside, and compared."""


def page(found: list[Checked], head: Head, images: Sequence[str] = ()) -> str:
    """Every target: what is missed first, then the whole table, then what stands for what; `images` in Markdown."""
    rows = [row for row in found if row.verdict in (MISSED, UNDEFINED)]
    counts = {role: tally(found, role) for role in ROLES}
    lines = ["| | " + " | ".join(VERDICTS) + " |", "|---|" + "---|" * len(VERDICTS)]
    lines += [f"| {role} | {' | '.join(str(counts[role][name]) for name in VERDICTS)} |" for role in ROLES]
    inside, compared = head.survey
    parts = [
        "# Validation",
        f"Published figures of programmes against the model {head.constants}: {head.n_draws} draws, each in "
        f"{head.n_regions} regions pooled.",
        READING,
        "\n".join(lines),
        f"## What is missed ({len(rows)})",
        _targets(rows) if rows else "Nothing.",
        *_explained(rows),
        *images,
        "## All targets",
    ]
    for role in ROLES:
        part = [row for row in found if row.role == role]
        if part:
            parts += [f"### {HEADS[role]}", _targets(part)]
    parts += [
        "## What stands for what",
        "\n".join(_corresponding(row) for row in found),
        "## The survey",
        f"The survey of 78 organisations, asked again of synthetic firms: {inside} of {compared} figures inside "
        "(`issim survey`). Nearly all of these went into building the firms, so that this is no test.",
    ]
    return "\n\n".join(parts) + "\n"


def _corresponding(row: Checked) -> str:
    """What of the model stands for a target."""
    return f"- **{name_of(row)}** ({row.arrangement}; month {row.month}): {row.stands_for}."


def _targets(rows: list[Checked]) -> str:
    """Targets as a Markdown table."""
    head = (
        "target",
        "published",
        "its 90 % error",
        "model: median (90 %)",
        "unit",
        "verdict",
        "source",
        "trust",
    )
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for row in rows:
        said = f"**{row.verdict}**" if row.verdict == MISSED else row.verdict
        cells = (name_of(row), shown(row.published), f"{shown(row.error_low)} to {shown(row.error_high)}", span(row),
                 row.unit, said, row.source, row.confidence)  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _explained(rows: list[Checked]) -> list[str]:
    """What the table of targets says beforehand about those that are missed."""
    if not rows:
        return []
    said = "\n".join(f"- {name_of(row)}: {row.reason}." for row in rows)
    return [f"{BEFOREHAND}\n\n{said}"]


def shocks(
    found: list[Response],
    paths: pd.DataFrame,
    knowledge: pd.DataFrame,
    level: int = 1,
    images: Sequence[str] = (),
) -> str:
    """The tax rises; `level` is that of their first heading."""
    mark = "#" * level
    names = list(dict.fromkeys(row.shock for row in found))
    parts = [f"{mark} Tax rises replayed", SHOCKS, *images]
    for name in names:
        parts.append(_section(name, found, paths, knowledge, mark + "#"))
    elsewhere = knowledge[knowledge["shock"] == "elsewhere"]
    parts += [f"{mark}# What is known elsewhere", _listed(elsewhere)]
    return "\n\n".join(parts) + "\n"


def _section(
    name: str, found: list[Response], paths: pd.DataFrame, knowledge: pd.DataFrame, mark: str
) -> str:
    """One shock."""
    rates, known = paths[paths["shock"] == name], knowledge[knowledge["shock"] == name]
    first, last = rates.iloc[0], rates[rates["known"]].iloc[-1]
    parts = [f"{mark} {first['title']}, {first['year']} to {last['year']}"]
    parts += [f"**Question.** {text}" for text in _texts(known, "question")]
    parts += [f"**Stand-in.** {text}" for text in _texts(known, "stand-in")]
    parts += [f"**Left out.** {text}" for text in _texts(known, "remark")]
    parts += ["**The model.**", _table(name, found, rates)]
    observed = known[known["kind"] == "response"]
    parts.append(f"**Known.** {_listed(observed) if len(observed) else UNKNOWN}")
    levels = known[known["kind"] == "level"]
    if len(levels):
        parts += ["What the evidence holds of the place are levels, not a response:", _listed(levels)]
    parts += [f"**Needed.** {text}" for text in _texts(known, "needed")]
    return "\n\n".join(parts)


def _texts(known: pd.DataFrame, kind: str) -> list[str]:
    """The statements of one kind."""
    return [str(text).strip() for text in known.loc[known["kind"] == kind, "text"]]


def _listed(rows: pd.DataFrame) -> str:
    """Statements with their sources, a line each."""
    return "\n".join(
        f"- {text} [{source}]" for text, source in zip(rows["text"], rows["source"], strict=True)
    )


def _table(name: str, found: list[Response], rates: pd.DataFrame) -> str:
    """Rates and differences by year, as Markdown."""
    head = (
        "year",
        "published",
        "EUR/t",
        "extra firms that exchange",
        "extra exchanges",
        "extra t/yr",
        "90 % of runs",
    )
    lines = [f"| {' | '.join(head)} |", "|---|---|---|---|---|---|---|"]
    columns = [at(found, name, outcome) for outcome, _, _ in OUTCOMES]
    for rate, rows in zip(rates.to_dict("records"), zip(*columns, strict=True), strict=True):
        published = f"{rate['published']:g} {rate['unit']}" if rate["known"] else "held"
        spread = f"{signed(rows[0].runs_low)} to {signed(rows[0].runs_high)}"
        cells = [str(rate["year"]), published, f"{rate['tax']:.1f}", *(_cell(row) for row in rows), spread]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(row: Response) -> str:
    """A mean with its interval."""
    ends = "" if math.isnan(row.low) else f" ({signed(row.low)} to {signed(row.high)})"
    return f"{signed(row.mean)}{ends}"
