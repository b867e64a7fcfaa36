"""What a study found, as one figure drawn from its folder: rows of dots, lines, or a field of numbers."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from issim.analysis.answers import Answer, Shown
from issim.plots import palette, style, wording
from issim.plots.study_words import axis_label, outcome_words, places, takeaway, value_label

BOTTOM, TOP, HEAD = 0.19, 0.72, 0.79
#: Room for names beside the panels, in inches.
NAMES, ROOM = 1.7, 2.1
#: Share of an axis of numbers that two ticks need between them.
APART = 0.07
#: From none to much.
FIELD = LinearSegmentedColormap.from_list("field", list(palette.FIELD))


class Source(NamedTuple):
    """Where the numbers of a study's figure come from."""

    shown: Shown

    def line(self) -> str:
        """The provenance in one line; where firms are counted, with what is meant by an adopter."""
        low, high = self.shown.n_firms
        firms = f"{low:,} firms" if low == high else f"{low:,} to {high:,} firms"
        seeds = f"{self.shown.n_seeds:,} seeds" if self.shown.n_seeds > 1 else "one seed (no interval)"
        said = f"Study: {self.shown.study} · {firms} · {seeds} · issim {self.shown.version}"
        if self.shown.outcome != "adopters":
            return said
        return (
            f"{said} · Exchanges: gives or takes a residue in at least one operating exchange, formal or not"
        )


def figure(shown: Shown) -> Figure:
    """The figure that a study asks for.

    For whom  a complete sweep whose study has a `figure`
    Units     of the outcome; dots and lines are means, with their 90 % intervals over seeds
    """
    fig = style.slide(takeaway(shown), shown.question, Source(shown))
    said = f"{outcome_words(shown)}, {reading(shown)}"
    style.section(fig, style.LEFT, HEAD, style.fitted(said, _wide(), style.HEADING, "bold", max_lines=1))
    {"rows": _rows, "lines": _lines, "heat": _heat}[shown.kind](fig, shown)
    return fig


def _wide() -> float:
    """Width of what stands on a slide, in inches."""
    return style.SIZE[0] * (style.RIGHT - style.LEFT)


def reading(shown: Shown) -> str:
    """How to read the picture."""
    if shown.n_seeds == 1:
        return "one seed"
    said = f"mean of {shown.n_seeds} seeds"
    if shown.kind != "heat":
        said += " and its 90 % interval"
    if shown.against and not all(one.is_told for one in shown.found):
        said += {"rows": "; grey: not told from none", "heat": "; in brackets: not told from none"}.get(
            shown.kind, ""
        )
    return said


def _rows(fig: Figure, shown: Shown) -> None:
    """One panel per value of x, one row per value of `by`: a dot at the mean, a line over its interval."""
    panels, names = places(shown.found, "x"), places(shown.found, "by")
    left = style.LEFT + (NAMES if shown.by else 0.2) / style.SIZE[0]
    width = (style.RIGHT - left) / len(panels)
    low = min(0.0, *(np.nan_to_num(one.low, nan=one.mean) for one in shown.found))
    high = max(0.0, *(np.nan_to_num(one.high, nan=one.mean) for one in shown.found))
    size = (high - low) or 1.0
    for place, value in enumerate(panels):
        axes = fig.add_axes((left + place * width, BOTTOM, 0.88 * width, TOP - BOTTOM))
        style.bare(axes, grid="x")
        head = style.fitted(value_label(shown.x, value), 0.88 * width * style.SIZE[0], style.LABEL, "bold", 1)
        style.heading(axes, head)
        axes.axvline(0.0, color=style.QUIET, linewidth=1.2)
        for one in (one for one in shown.found if one.x == value):
            _row(axes, one, names.index(one.by), told=one.is_told or not shown.against)
        # room on the right for the number of the longest line
        axes.set_xlim(low - 0.06 * size, high + (0.1 + 0.09 * len(panels)) * size)
        axes.set_ylim(len(names) - 0.5, -0.5)
        labels = [style.fitted(value_label(shown.by, name), NAMES - 0.1, style.LABEL) for name in names]
        axes.set_yticks(range(len(names)), labels if place == 0 and shown.by else [""] * len(names))
        axes.tick_params(axis="y", labelcolor=style.INK)
        _numbers(axes, "x")


def _row(axes: Axes, one: Answer, row: int, told: bool) -> None:
    """One mean with its interval and its number."""
    colour = style.WITH if told else style.WITHOUT
    axes.plot([one.low, one.high], [row, row], color=colour, linewidth=3.0, solid_capstyle="butt")
    axes.plot([one.mean], [row], "o", color=colour, markersize=8, zorder=3)
    end = float(np.nan_to_num(one.high, nan=one.mean))
    axes.annotate(wording.number(one.mean), (max(end, 0.0), row), (9, 0), textcoords="offset points", va="center",
                  fontsize=style.SMALL, color=style.INK if told else style.QUIET)  # fmt: skip


def _lines(fig: Figure, shown: Shown) -> None:
    """One line per value of `by` over the axis x, with a band over its interval and its name at the end."""
    names = places(shown.found, "by")
    colours = dict(zip(names, style.POLICY_COLOURS, strict=False))
    width = style.RIGHT - 0.09 - (ROOM if shown.by else 0.3) / style.SIZE[0]
    axes = fig.add_axes((0.09, BOTTOM + 0.03, width, TOP - BOTTOM))
    style.bare(axes, grid="y")
    ends, values = [], sorted({float(one.x) for one in shown.found})
    for name in names:
        part = sorted((one for one in shown.found if one.by == name), key=lambda one: float(one.x))
        at = [float(one.x) for one in part]
        colour = colours.get(name, style.QUIET)
        axes.fill_between(
            at, [one.low for one in part], [one.high for one in part], color=colour, alpha=0.18, lw=0
        )
        axes.plot(at, [one.mean for one in part], "-o", color=colour, linewidth=2.5, markersize=6)
        ends.append(part[-1].mean)
    low, high = axes.get_ylim()
    axes.set_ylim(low := min(low, 0.0), high := max(high, 0.0))
    if shown.by:
        for name, y in zip(names, style.dodge(ends, 0.06 * (high - low), low, high), strict=True):
            told = style.fitted(value_label(shown.by, name), ROOM - 0.2, style.LABEL, "bold", 1)
            axes.text(1.02, y, told, transform=axes.get_yaxis_transform(), va="center", fontsize=style.LABEL,
                      fontweight="bold", color=colours.get(name, style.QUIET))  # fmt: skip
    axes.set_xlabel(
        axis_label(shown.x, shown.unit_of(shown.x)), fontsize=style.LABEL, color=style.QUIET, loc="left"
    )
    _numbers(axes, "y")
    if all(b - a >= APART * (values[-1] - values[0]) for a, b in pairwise(values)):
        axes.set_xticks(values, [f"{value:g}" for value in values])


def _heat(fig: Figure, shown: Shown) -> None:
    """A field with the mean of every pair of values written in it; brackets: not told from none."""
    across, up = places(shown.found, "x"), places(shown.found, "by")
    table = np.full((len(up), len(across)), np.nan)
    axes = fig.add_axes((0.15, BOTTOM + 0.03, 0.7, TOP - BOTTOM))
    for one in shown.found:
        table[up.index(one.by), across.index(one.x)] = one.mean
    low, high = min(float(np.nanmin(table)), 0.0), max(float(np.nanmax(table)), 0.0)
    axes.imshow(table, origin="lower", aspect="auto", cmap=FIELD, vmin=low, vmax=high)
    for one in shown.found:
        share = (one.mean - low) / max(high - low, 1e-12)
        is_told = one.is_told or not shown.against
        text = wording.number(one.mean) if is_told else f"({wording.number(one.mean)})"
        axes.text(across.index(one.x), up.index(one.by), text, ha="center", va="center", fontsize=style.LABEL,
                  color=style.ink_on(to_hex(FIELD(share))))  # fmt: skip
    style.bare(axes)
    axes.set_xticks(range(len(across)), [value_label(shown.x, value) for value in across])
    axes.set_yticks(range(len(up)), [value_label(shown.by, value) for value in up])
    look: dict[str, Any] = {"fontsize": style.LABEL, "color": style.QUIET}
    axes.set_xlabel(axis_label(shown.x, shown.unit_of(shown.x)), loc="left", **look)
    axes.set_ylabel(axis_label(shown.by, shown.unit_of(shown.by)), loc="bottom", **look)


def _numbers(axes: Axes, which: str) -> None:
    """Few ticks, with numbers as one says them."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(MaxNLocator(nbins=3 if which == "x" else 6))
    axis.set_major_formatter(FuncFormatter(lambda tick, _: wording.number(tick)))
