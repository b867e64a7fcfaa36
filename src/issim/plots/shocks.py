"""Tax rises replayed: the path of the tax above, what the model makes of it below, one column per shock."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from issim.analysis.shocks import Response, at, last_known
from issim.plots import style, wording
from issim.plots.palette import COST

#: Fractions of the slide: left edge and right end of the columns, gap between them; bottoms and heights of both rows.
LEFT, RIGHT, GAP = 0.075, 0.965, 0.042
ABOVE, BELOW, TALL, LOW = 0.55, 0.14, 0.19, 0.3
TAX, FROZEN = COST, style.WITHOUT


def figure(
    found: list[Response], paths: pd.DataFrame, about: style.Sourced, n_firms: int, observed: int = 0
) -> Figure:
    """One column per shock: rates in EUR/t as steps; extra firms that exchange, mean with two bands.

    For whom  responses and rates as from `analysis.shocks`
    Units     EUR/t; firms. Dashed: the frozen tax. Grey ground: years whose rate is held, not known
    """
    names = list(dict.fromkeys(row.shock for row in found))
    fig = style.slide(takeaway(found, n_firms, observed), reading(), about)
    wide = (RIGHT - LEFT - GAP * (len(names) - 1)) / len(names)
    top = max(paths["tax"]) * 1.18
    shown = [at(found, name, "adopters") for name in names]
    high = max(row.runs_high for rows in shown for row in rows)
    low = min(row.runs_low for rows in shown for row in rows)
    for k, (name, rows) in enumerate(zip(names, shown, strict=True)):
        left = LEFT + k * (wide + GAP)
        rates = paths[paths["shock"] == name]
        above = fig.add_axes((left, ABOVE, wide, TALL))
        _rates(above, rates, top)
        style.heading(
            above, style.fitted(str(rates["title"].iloc[0]), wide * style.SIZE[0], style.LABEL, "bold")
        )
        below = fig.add_axes((left, BELOW, wide, LOW))
        _response(below, rows, (low, high))
        for axes in (above, below):
            _years(axes, rows, axes is below)
    _row_head(fig, ABOVE + TALL / 2.0, "Tax, EUR/t")
    _row_head(fig, BELOW + LOW / 2.0, "Extra firms that exchange")
    return fig


def takeaway(found: Sequence[Response], n_firms: int, observed: int) -> str:
    """The sentence the figure is for."""
    names = list(dict.fromkeys(row.shock for row in found))
    ends = [at(list(found), name, "adopters")[-1] for name in names]
    n_told, n = sum(row.low > 0.0 for row in ends), len(names)
    known = "few responses were observed" if observed else "no observed response is known to test this"
    if n_told == 0:
        return f"In the model no replayed tax rise clearly makes more firms exchange; {known}"
    most = wording.number(max(row.mean for row in ends))
    which = f"all {n} tax rises make" if n_told == n else f"{n_told} of {n} tax rises make"
    which = "the tax rise makes" if n == 1 else which
    return f"In the model {which} more firms exchange, {most} of {n_firms:,} at most; {known}"


def reading() -> str:
    """How to read the picture."""
    return (
        "Path against the tax of its first year, same luck; line: mean, dark: its 90 % interval, light: 90 % of runs; "
        "grey: rate held"
    )


def _rates(axes: Axes, rates: pd.DataFrame, top: float) -> None:
    """The rates of the years as steps, first and last known one written beside them."""
    style.bare(axes, grid="y")
    years = [*rates["year"], rates["year"].iloc[-1] + 1]
    tax = [*rates["tax"], rates["tax"].iloc[-1]]
    axes.plot([years[0], years[-1]], [tax[0]] * 2, "--", color=FROZEN, linewidth=1.6)
    axes.step(years, tax, where="post", color=TAX, linewidth=2.6)
    last = rates[rates["known"]].iloc[-1]
    below = tax[0] > 0.12 * top
    ends = ((years[0], tax[0], below), (float(last["year"]), float(last["tax"]), False))
    for x, y, under in ends:
        axes.annotate(
            f"{y:.0f}", (x, y), xytext=(1, -4 if under else 3), textcoords="offset points",
            va="top" if under else "bottom", fontsize=style.LABEL, fontweight="bold", color=TAX,
        )  # fmt: skip
    axes.set_ylim(0.0, top)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=3))


def _response(axes: Axes, rows: Sequence[Response], span: tuple[float, float]) -> None:
    """Extra firms at the end of every year: mean, its interval, and the central 90 % of runs."""
    style.bare(axes, grid="y")
    ends = [row.year + 1 for row in rows]
    axes.fill_between(
        ends, [r.runs_low for r in rows], [r.runs_high for r in rows], color=style.WITH, alpha=0.14, lw=0
    )
    axes.fill_between(ends, [r.low for r in rows], [r.high for r in rows], color=style.WITH, alpha=0.38, lw=0)
    axes.axhline(0.0, color=style.QUIET, linewidth=1.2)
    axes.plot([rows[0].year, *ends], [0.0, *(row.mean for row in rows)], color=style.WITH, linewidth=2.4)
    for row in (last_known(list(rows), rows[0].shock, "adopters"), rows[-1]):
        axes.annotate(
            f"{row.mean:+.1f}", (row.year + 1, row.mean), xytext=(-2, 7), textcoords="offset points", ha="right",
            fontsize=style.LABEL, fontweight="bold", color=style.WITH,
        )  # fmt: skip
    room = 0.06 * (span[1] - span[0] or 1.0)
    axes.set_ylim(span[0] - room, span[1] + room)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))


def _years(axes: Axes, rows: Sequence[Response], labelled: bool) -> None:
    """The years along the bottom; those whose rate is held stand on grey."""
    start, end = rows[0].year, rows[-1].year + 1
    since = next((row.year for row in rows if not row.known), end)
    axes.axvspan(since, end, color=style.GROUND, zorder=-2)
    axes.set_xlim(start, end)
    marks = sorted({start, since, end})
    axes.set_xticks(marks, [str(mark) for mark in marks] if labelled else [""] * len(marks))
    axes.tick_params(axis="both", labelsize=style.SMALL)


def _row_head(fig: Figure, y: float, text: str) -> None:
    """What a row of panels shows, along its left edge."""
    fig.text(
        0.028,
        y,
        text,
        rotation=90,
        fontsize=style.LABEL,
        fontweight="bold",
        color=style.INK,
        ha="center",
        va="center",
    )


def alt(found: list[Response], paths: pd.DataFrame) -> str:
    """The figure in words."""
    parts = []
    for name in dict.fromkeys(row.shock for row in found):
        row = at(found, name, "adopters")[-1]
        title = paths.loc[paths["shock"] == name, "title"].iloc[0]
        parts.append(
            f"{title} {wording.number(row.frozen_tax)} to {wording.number(row.tax)} EUR/t: {row.mean:+.1f} firms by "
            f"{row.year}"
        )
    return f"Tax rises replayed, extra firms that exchange: {'; '.join(parts)}."
