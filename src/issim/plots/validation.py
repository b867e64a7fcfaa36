"""Every target on the interval that the model predicts for it: missed first, fitted and left out on slides apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from issim.analysis.validation import MISSED, UNDEFINED, WITHIN, Checked, name_of, shown, span, tally
from issim.analysis.validation_page import HEADS
from issim.evidence.targets import BUILT_IN, FITTED, LEFT_OUT
from issim.plots import style
from issim.plots.palette import MISSED as MISSED_INK
from issim.plots.palette import MODEL, MODEL_BAND, PUBLISHED, UNUSED

#: The published value of each role has a mark of its own.
MARKS = {FITTED: "o", LEFT_OUT: "D", BUILT_IN: "s"}
#: Which roles stand on which slide, by the name of its file.
SLIDES = {"validation_left_out": (LEFT_OUT,), "validation_fitted": (FITTED, BUILT_IN)}
#: Fractions of the slide: left edge of names, scale and figures (the right end of the published ones), top and bottom.
NAMES, SCALE, WIDTH, NUMBERS = style.LEFT, 0.425, 0.26, 0.765
TOP, BOTTOM = 0.775, 0.135
#: Height of a row at most, in inches, and of letters at most, in points.
TALLEST, LARGEST = 0.42, 10.0
#: How far below its row, in rows, stands what the priors give.
BELOW = 0.36
#: Ends of the scale, as multiples of the published value.
LOW, HIGH = 0.03, 33.0


class Line(NamedTuple):
    """One line of a slide: a target, or the head of a role."""

    role: str
    target: Checked | None


def figure(found: Sequence[Checked], roles: Sequence[str], constants: str, about: style.Sourced) -> Figure:
    """One row per target: prediction and tolerance as multiples of the published value, on a log scale.

    For whom  what `analysis.validation.check` found, of any number of targets, of some roles
    Units     multiples of the published value; figures at the right in the target's own unit
    """
    fig = style.slide(takeaway(found, roles), reading(constants), about)
    rows = lines(found, roles)
    height = min((TOP - BOTTOM) / max(len(rows), 1), TALLEST / style.SIZE[1])
    size = min(LARGEST, 0.66 * 72.0 * height * style.SIZE[1])
    axes = _scale(fig, len(rows), height)
    for y, row in enumerate(rows):
        if row.target is None:
            _write(axes, y, NAMES, HEADS[row.role], style.INK, size, bold=True)
        else:
            _row(axes, y, row.target, size)
    for x, text, side in ((NUMBERS, "published", "right"), (NUMBERS + 0.015, "model, median (90 %)", "left")):
        _write(axes, -1, x, text, style.QUIET, min(size, style.FOOTER), side=side)
    _key(fig, roles, any(not np.isnan(row.prior_low) for row in found))
    return fig


def takeaway(found: Sequence[Checked], roles: Sequence[str]) -> str:
    """The sentence the figure is for."""
    counts = tally(list(found), roles[0])
    missed, n = counts[MISSED] + counts[UNDEFINED] or "none", sum(counts.values())
    if roles[0] == LEFT_OUT:
        return f"The model misses {missed} of {n} published figures that were left out of the fit"
    more = tally(list(found), BUILT_IN)
    built = f"{more[MISSED] + more[UNDEFINED] or 'none'} of {sum(more.values())} that are built in"
    return f"The model misses {missed} of {n} published figures that it was fitted to, and {built}"


def reading(constants: str) -> str:
    """How to read the picture."""
    return f"Mark: published figure, its 90 % error; bar: the model {constants}; in multiples of the figure"


def lines(found: Sequence[Checked], roles: Sequence[str]) -> list[Line]:
    """The rows of a slide: a head per role, then its targets."""
    rows = []
    for role in roles:
        part = [row for row in found if row.role == role]
        rows += [Line(role, None), *(Line(role, row) for row in part)] if part else []
    return rows


def _scale(fig: Figure, n_rows: int, height: float) -> Axes:
    """The scale of all rows, from the top down."""
    tall = height * n_rows
    axes = style.bare(fig.add_axes((SCALE, TOP - tall, WIDTH, tall)))
    axes.set_xscale("log")
    axes.set_xlim(LOW, HIGH)
    axes.set_ylim(n_rows - 0.5, -0.5)
    axes.set_yticks([])
    axes.xaxis.set_major_locator(FixedLocator([0.1, 1.0, 10.0]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda tick, _: f"× {tick:g}"))
    axes.tick_params(axis="x", labelsize=style.FOOTER, pad=1)
    axes.grid(axis="x", color=style.FAINT, linewidth=1.0)
    return axes


def _row(axes: Axes, y: int, row: Checked, size: float) -> None:
    """One target: name, bars, mark, figures."""
    missed = row.verdict in (MISSED, UNDEFINED)
    ink = MISSED_INK if missed else style.INK
    weight = "bold" if missed else "normal"
    name = style.fitted(name_of(row), (SCALE - NAMES - 0.01) * style.SIZE[0], size, weight, 1)
    _write(axes, y, NAMES, name, ink, size, bold=missed)
    unit = "" if row.unit == "share" else f" {row.unit}"
    _write(axes, y, NUMBERS, f"{shown(row.published)}{unit}", ink, size, side="right")
    _write(axes, y, NUMBERS + 0.015, span(row), ink, size)
    _bar(axes, y + BELOW, row, (row.prior_low, row.prior_high), UNUSED, 1.2)
    _bar(axes, y, row, (row.low, row.high), MODEL_BAND, 0.6 * size)
    if not np.isnan(row.median):
        _middle(axes, y, times(row, row.median))
    colour = MISSED_INK if missed else PUBLISHED
    error = sorted((times(row, row.error_low), times(row, row.error_high)))
    axes.plot(np.clip(error, LOW, HIGH), [y, y], color=colour, linewidth=1.2, zorder=3)
    face = style.PAPER if row.verdict == WITHIN else colour
    axes.plot(
        [1.0], [y], MARKS[row.role], color=colour, markerfacecolor=face, markersize=0.55 * size, zorder=4
    )


def _bar(axes: Axes, y: float, row: Checked, ends: tuple[float, float], colour: str, width: float) -> None:
    """An interval; at least a hair wide, and nothing where there is none."""
    if np.isnan(ends[0]):
        return
    low, high = np.clip(sorted(times(row, end) for end in ends), LOW, HIGH)
    axes.plot(
        [low, max(high, low * 1.03)], [y, y], color=colour, linewidth=width, solid_capstyle="butt", zorder=1
    )


def _middle(axes: Axes, y: int, at: float) -> None:
    """The model's median; beyond the scale, an arrow at its end."""
    if LOW <= at <= HIGH:
        axes.plot([at] * 2, [y - 0.32, y + 0.32], color=MODEL, linewidth=1.8, zorder=2)
    else:
        edge, mark = (LOW, "<") if at < LOW else (HIGH, ">")
        axes.plot([edge], [y], mark, color=MODEL, markersize=5, zorder=2, clip_on=False)


def times(row: Checked, value: float) -> float:
    """A value as a multiple of the published one; below 0 where its sign is another."""
    return value / row.published if row.published else float("nan")


def _write(
    axes: Axes,
    y: int,
    x: float,
    text: str,
    colour: str,
    size: float,
    *,
    bold: bool = False,
    side: str = "left",
) -> None:
    """Text at the height of a row, `x` as a fraction of the slide."""
    axes.text(
        (x - SCALE) / WIDTH, y, text, transform=axes.get_yaxis_transform(), va="center", ha=side, fontsize=size,
        color=colour, fontweight="bold" if bold else "normal",
    )  # fmt: skip


def _key(fig: Figure, roles: Sequence[str], with_prior: bool) -> None:
    """What the marks mean, in one line at the foot."""
    first = MARKS[roles[0]]
    marks = [
        Line2D(
            [], [], color=PUBLISHED, marker=MARKS[role], markersize=6, linewidth=1.2, label=f"{role}, inside"
        )
        for role in roles
    ]
    marks += [
        Line2D([], [], color=PUBLISHED, marker=first, markerfacecolor=style.PAPER, markersize=6, linewidth=1.2,
               label="within its error only"),
        Line2D([], [], color=MISSED_INK, marker=first, markersize=6, linewidth=1.2, label="missed"),
        Line2D([], [], color=MODEL_BAND, linewidth=7, label="model, 90 % of draws"),
        Line2D([], [], color=MODEL, marker="|", markersize=10, markeredgewidth=1.8, linestyle="", label="its median"),
    ]  # fmt: skip
    if with_prior:
        marks.append(Line2D([], [], color=UNUSED, linewidth=1.2, label="before the fit (priors)"))
    fig.legend(
        handles=marks, loc="lower left", bbox_to_anchor=(style.LEFT - 0.006, 0.048), ncols=len(marks), frameon=False,
        fontsize=style.FOOTER, handlelength=1.8, columnspacing=1.5, handletextpad=0.5,
    )  # fmt: skip


def alt(found: Sequence[Checked], roles: Sequence[str]) -> str:
    """The figure in words."""
    part = [row for row in found if row.role in roles]
    missed = [
        f"{name_of(row)} {shown(row.published)} (model {span(row)})" for row in part if row.verdict == MISSED
    ]
    told = "; ".join(missed) or "none"
    return f"{len(part)} published figures ({', '.join(roles)}) on the model's intervals; missed: {told}."
