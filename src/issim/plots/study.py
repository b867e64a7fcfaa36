"""What a study found, as one figure drawn from its folder: rows of dots, lines, or a field of numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from issim.analysis.answers import Answer, answers, measure
from issim.errors import InputError, unknown_name
from issim.plots import style, wording
from issim.store.dataset import Dataset
from issim.store.outcomes import MEASURES, STAGES
from issim.store.results import load_results

BOTTOM, TOP = 0.17, 0.735
#: Room for names beside the panels, in inches.
NAMES, ROOM = 1.7, 2.1
#: From none to much, in steps that differ in lightness.
FIELD = LinearSegmentedColormap.from_list("field", ["#F5F6F7", "#94C6E7", "#0A3F78"])


def figure(folder: Path) -> Figure:
    """The figure that the study in a folder asks for.

    For whom  a complete sweep whose study has a `figure`
    Units     of the outcome; dots and lines are means, with their 90 % intervals over seeds
    """
    about = Dataset(folder).manifest
    said: Mapping[str, str] = about["figure"]
    kind = said.get("kind", "lines")
    if kind not in KINDS:
        raise unknown_name("study.figure.kind", kind, KINDS)
    outcome, x, by = said.get("outcome", "adopters"), said.get("x", ""), said.get("by", "")
    if outcome not in {found.key for found in MEASURES}:
        raise unknown_name("study.figure.outcome", outcome, [found.key for found in MEASURES])
    for axis in filter(None, (x, by)):
        if axis not in about["axes"]:
            raise unknown_name("study.figure axis", axis, about["axes"])
    if not x or (kind == "heat" and not by):
        raise InputError(
            f"study.figure of kind {kind} needs {'x and by' if x else 'x'}; name axes of the study."
        )
    found = answers(load_results(folder), outcome, x, by, about["against"])
    fig = style.slide(takeaway(found, about, outcome), reading(about, outcome), provenance(folder, about))
    KINDS[kind](fig, found, x, by, outcome)
    return fig


def provenance(folder: Path, about: Mapping[str, Any]) -> style.Provenance:
    """Where the numbers of the figure come from."""
    series = load_results(folder, "series")
    there = [name for name in STAGES if name in series]
    n_firms = int(series[there].iloc[0].sum()) if len(there) == len(STAGES) else 0
    return style.Provenance(f"study {about['study']}", n_firms, len(about["seeds"]), about["version"])


def takeaway(found: Sequence[Answer], about: Mapping[str, Any], outcome: str) -> str:
    """The question, and the setting that answers it best."""
    unit = measure(outcome).unit
    best = max(found, key=lambda one: one.mean)
    where = " with ".join(_value(part) for part in (best.by, best.x) if part != "")
    more = "more " if about["against"] else ""
    return f"{about['question']} Most: {where}, {wording.number(best.mean)} {more}{unit}"


def reading(about: Mapping[str, Any], outcome: str) -> str:
    """How to read the picture."""
    n_seeds, words = len(about["seeds"]), measure(outcome).words
    words = words[0].lower() + words[1:]
    against = about["against"]
    said = f"Extra over {wording.policy_phrase(against)}: {words}" if against else wording.capital(words)
    return f"{said}; mean of {n_seeds} seeds and its 90 % interval" if n_seeds > 1 else f"{said}; one seed"


def _value(value: str | float) -> str:
    """A value of an axis in words."""
    return wording.policy_label(value) if isinstance(value, str) else f"{value:g}"


def _places(found: Sequence[Answer], axis: str) -> list[str | float]:
    """The values of an axis in their order: numbers rising, names as the study has them."""
    values = list(dict.fromkeys(getattr(one, axis) for one in found))
    return sorted(values) if all(not isinstance(value, str) for value in values) else values


def rows(fig: Figure, found: Sequence[Answer], x: str, by: str, outcome: str) -> None:
    """One panel per value of x, one row per value of `by`: a dot at the mean, a line over its interval."""
    panels, names = _places(found, "x"), _places(found, "by")
    left = style.LEFT + NAMES / style.SIZE[0]
    width = (style.RIGHT - left) / len(panels)
    low = min(0.0, *(np.nan_to_num(one.low, nan=one.mean) for one in found))
    high = max(np.nan_to_num(one.high, nan=one.mean) for one in found)
    for place, value in enumerate(panels):
        axes = fig.add_axes((left + place * width, BOTTOM, 0.8 * width, TOP - BOTTOM))
        style.bare(axes, grid="x")
        style.heading(axes, wording.capital(_value(value)))
        axes.axvline(0.0, color=style.QUIET, linewidth=1.2)
        for one in (one for one in found if one.x == value):
            row = names.index(one.by)
            colour = style.WITH if one.is_told else style.WITHOUT
            axes.plot([one.low, one.high], [row, row], color=colour, linewidth=3.0, solid_capstyle="butt")
            axes.plot([one.mean], [row], "o", color=colour, markersize=8, zorder=3)
            axes.annotate(wording.number(one.mean), (one.mean, row), (0, 9), textcoords="offset points",
                          ha="center", fontsize=style.SMALL, color=style.INK)  # fmt: skip
        axes.set_xlim(low - 0.06 * (high - low), high + 0.06 * (high - low))
        axes.set_ylim(len(names) - 0.5, -0.6)
        axes.set_yticks(
            range(len(names)), [wording.capital(_value(name)) for name in names] if place == 0 else []
        )
        axes.tick_params(axis="y", labelcolor=style.INK)
        _numbers(axes, "x")


def lines(fig: Figure, found: Sequence[Answer], x: str, by: str, outcome: str) -> None:
    """One line per value of `by` over the axis x, with a band over its interval and its name at the end."""
    names = _places(found, "by")
    colours = dict(zip(names, style.POLICY_COLOURS, strict=False))
    width = style.RIGHT - 0.09 - (ROOM if by else 0.3) / style.SIZE[0]
    axes = fig.add_axes((0.09, BOTTOM + 0.03, width, TOP - BOTTOM - 0.05))
    style.bare(axes, grid="y")
    ends = []
    for name in names:
        part = sorted((one for one in found if one.by == name), key=lambda one: float(one.x))
        at = [float(one.x) for one in part]
        colour = colours.get(name, style.QUIET)
        axes.fill_between(
            at, [one.low for one in part], [one.high for one in part], color=colour, alpha=0.18, lw=0
        )
        axes.plot(at, [one.mean for one in part], "-o", color=colour, linewidth=2.5, markersize=6)
        ends.append(part[-1].mean)
    low, high = axes.get_ylim()
    low = min(low, 0.0)
    axes.set_ylim(low, high)
    if by:
        gap = 0.06 * (high - low)
        for name, y in zip(names, style.dodge(ends, gap, low, high), strict=True):
            axes.text(1.02, y, wording.capital(_value(name)), transform=axes.get_yaxis_transform(), va="center",
                      fontsize=style.LABEL, fontweight="bold", color=colours.get(name, style.QUIET))  # fmt: skip
    style.heading(axes, wording.capital(f"{measure(outcome).words} [{measure(outcome).unit}]"))
    axes.set_xlabel(
        wording.capital(wording.parameter(x)), fontsize=style.LABEL, color=style.QUIET, loc="left"
    )
    _numbers(axes, "y")


def heat(fig: Figure, found: Sequence[Answer], x: str, by: str, outcome: str) -> None:
    """A field with the mean of every pair of values written in it; brackets: not told from none."""
    across, up = _places(found, "x"), _places(found, "by")
    table = np.full((len(up), len(across)), np.nan)
    axes = fig.add_axes((0.19, BOTTOM + 0.03, 0.6, TOP - BOTTOM - 0.03))
    for one in found:
        table[up.index(one.by), across.index(one.x)] = one.mean
    low, high = float(np.nanmin(table)), float(np.nanmax(table))
    axes.imshow(table, origin="lower", aspect="auto", cmap=FIELD, vmin=min(low, 0.0), vmax=high)
    for one in found:
        share = (one.mean - min(low, 0.0)) / max(high - min(low, 0.0), 1e-12)
        text = wording.number(one.mean) if one.is_told else f"({wording.number(one.mean)})"
        ink = style.PAPER if share > 0.55 else style.INK
        axes.text(
            across.index(one.x),
            up.index(one.by),
            text,
            ha="center",
            va="center",
            fontsize=style.LABEL,
            color=ink,
        )
    style.bare(axes)
    axes.set_xticks(range(len(across)), [_value(value) for value in across])
    axes.set_yticks(range(len(up)), [_value(value) for value in up])
    axes.set_xlabel(
        wording.capital(wording.parameter(x)), fontsize=style.LABEL, color=style.QUIET, loc="left"
    )
    axes.set_ylabel(wording.capital(wording.parameter(by)), fontsize=style.LABEL, color=style.QUIET)
    style.heading(
        axes, f"{measure(outcome).words} [{measure(outcome).unit}]; in brackets: not told from none"
    )


def _numbers(axes: Axes, which: str) -> None:
    """Few ticks, with numbers as one says them."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(MaxNLocator(nbins=3 if which == "x" else 6))
    axis.set_major_formatter(FuncFormatter(lambda tick, _: wording.number(tick)))


#: How a study may ask to be shown.
KINDS = {"rows": rows, "lines": lines, "heat": heat}
