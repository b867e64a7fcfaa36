"""Adoption over time: how many firms exchange residues, and at which stage all firms stand."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from issim.plots import seeds, style, wording

#: Where the panels stand: left, bottom, width, height, as fractions of the slide.
LINES = (0.08, 0.17, 0.29, 0.545)
STACKS = ((0.565, 0.17, 0.11, 0.545), (0.738, 0.17, 0.11, 0.545))
ONE_STACK = ((0.565, 0.17, 0.283, 0.545),)
HEADS = 0.765
#: Length of the line from an area to its label, in widths of the slide.
LEADER = 0.0039
#: Room beside the lines for the name of a policy and its value, in inches.
ROOM = 1.75


def figure(series: pd.DataFrame, about: style.Provenance) -> Figure:
    """Adopters with and without policy, each with its 90 % band, beside the stages of all firms.

    For whom  the monthly series of a run, any number of seeds, one policy or two
    Units     firms; share of firms; years since the start
    """
    shown = seeds.policies(series)
    fig = style.slide(takeaway(series, about), _reading(series, about), about)
    style.section(fig, style.LEFT, HEADS, "Firms that exchange residues")
    style.section(fig, STACKS[0][0] - 0.045, HEADS, "All firms, by stage")
    _adopters(fig.add_axes(LINES), series, shown)
    places = STACKS if len(shown) == 2 else ONE_STACK
    for place, policy in zip(places, shown, strict=True):
        _stages(
            fig.add_axes(place), series, policy, about, named=policy == shown[-1], first=policy == shown[0]
        )
    return fig


def takeaway(series: pd.DataFrame, about: style.Provenance) -> str:
    """The sentence the figure is for."""
    month = seeds.last_month(series)
    shown = seeds.policies(series)
    ends = {policy: seeds.at(series, policy, month, ["adopters"]) for policy in shown}
    now = wording.counts(seeds.interval(ends[shown[-1]]))
    who = f"{wording.count(now.mid)} of {about.n_firms:,} firms exchange"
    if about.n_firms == 1 or now.mid == 0:
        who = "no firm exchanges" if now.mid == 0 else "the only firm exchanges"
    of_all = f"{who} residues {wording.after(month)}"
    if len(shown) == 1:
        start = wording.counts(seeds.interval(seeds.at(series, shown[0], 0, ["adopters"])))
        return f"{wording.under(shown[0])}, {of_all}; at the start {wording.were(start.mid)} did"
    gain = wording.counts(seeds.difference(ends[shown[1]], ends[shown[0]]))
    return f"{wording.under(shown[1])}, {of_all}{wording.compared(gain, about.n_seeds)}"


def _reading(series: pd.DataFrame, about: style.Provenance) -> str:
    """How to read the picture."""
    if about.n_seeds == 1:
        return "One run, so no interval over seeds can be shown"
    return f"Lines: median of {about.n_seeds} seeds; bands: central 90 %"


def _years(axes: Axes, months: int, narrow: int = 5) -> None:
    """An axis of years (of months in a run of less than two years) without margins."""
    unit = 12 if months >= 24 else 1
    axes.set_xlim(0, max(months, 1))
    ticks = MaxNLocator(nbins=narrow, integer=True, steps=[1, 2, 5, 10]).tick_values(0, max(months, 1) / unit)
    axes.set_xticks([tick * unit for tick in ticks if tick * unit <= max(months, 1)])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda month, _: f"{month / unit:g}"))
    axes.set_xlabel("years since the start" if unit == 12 else "months since the start", fontsize=style.LABEL,
                    color=style.QUIET)  # fmt: skip


def _adopters(axes: Axes, series: pd.DataFrame, shown: list[str]) -> None:
    """One line and band per policy, each labelled at its end with its value."""
    style.bare(axes, grid="y")
    month, top = seeds.last_month(series), 1.0
    found = {policy: seeds.by_month(series, policy, ["adopters"]) for policy in shown}
    for policy, spread in found.items():
        colour = style.policy_colour(policy)
        axes.fill_between(spread.index, spread["low"], spread["high"], color=colour, alpha=0.22, linewidth=0)
        axes.plot(spread.index, spread["mid"], color=colour, linewidth=3.0, solid_capstyle="round")
        top = max(top, float(spread["high"].max()))
    axes.set_ylim(0, top * 1.05)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    _years(axes, month)
    style.heading(axes, "number of adopters")
    ends = [float(spread["mid"].iloc[-1]) for spread in found.values()]
    for policy, y in zip(found, style.dodge(ends, top * 0.17, 0.05 * top, top), strict=True):
        found_end = wording.counts(seeds.interval(seeds.at(series, policy, month, ["adopters"])))
        value = wording.with_span(found_end)
        if style.text_width(value, style.LABEL, "bold") > ROOM:
            value = value.replace(" (", "\n(")
        name = style.policy_name(policy, ROOM, max_lines=2)
        axes.annotate(
            f"{name}\n{value}", (1.0, y), xycoords=("axes fraction", "data"), xytext=(8, 0),
            textcoords="offset points", va="center", fontsize=style.LABEL, fontweight="bold",
            color=style.policy_ink(policy), annotation_clip=False,
        )  # fmt: skip


def _stages(
    axes: Axes, series: pd.DataFrame, policy: str, about: style.Provenance, *, named: bool, first: bool
) -> None:
    """Shares of all firms by stage, the furthest at the bottom; a pale band where a boundary is uncertain."""
    style.bare(axes)
    month = seeds.last_month(series)
    columns = ["adopters" if stage == "operating" else stage for stage in style.STAGES]
    scale = 100.0 / about.n_firms
    below = np.zeros(month + 1)
    for k in reversed(range(len(style.STAGES))):
        edge = seeds.by_month(series, policy, columns[k:]) * scale
        axes.fill_between(
            edge.index, below, edge["mid"], color=style.STAGE_COLOURS[style.STAGES[k]], linewidth=0
        )
        below = edge["mid"].to_numpy()
    for k in range(1, len(style.STAGES)):
        edge = seeds.by_month(series, policy, columns[k:]) * scale
        axes.fill_between(edge.index, edge["low"], edge["high"], color="white", alpha=0.4, linewidth=0)
        axes.plot(edge.index, edge["mid"], color="white", linewidth=1.2)
    axes.set_ylim(0, 100)
    _years(axes, month, narrow=3)
    axes.set_yticks(
        [0, 25, 50, 75, 100], [f"{tick} %" for tick in (0, 25, 50, 75, 100)] if first else [""] * 5
    )
    style.heading(axes, style.policy_name(policy, 2.7 if named else 1.95))
    _label_stages(axes, series, policy, scale, named=named)


def _label_stages(axes: Axes, series: pd.DataFrame, policy: str, scale: float, *, named: bool) -> None:
    """The share of each stage at the end, at the height of its area; with its name beside the last panel."""
    month = seeds.last_month(series)
    columns = ["adopters" if stage == "operating" else stage for stage in style.STAGES]
    tops = [
        seeds.interval(seeds.at(series, policy, month, columns[k:])).mid * scale for k in range(len(columns))
    ]
    edges = [*tops, 0.0][::-1]  # from the bottom, where those stand who came furthest
    shares = np.diff(edges)
    middles = [float(edges[k] + shares[k] / 2) for k in range(len(shares))]
    for k, y in enumerate(style.dodge(middles, 6.5, 2.0, 98.0)):
        stage = style.STAGES[::-1][k]
        text = wording.percent(shares[k]) + (f"  {stage}" if named else "")
        there = 1.0 + LEADER / axes.get_position().width
        axes.plot([1.0, there], [middles[k], y], color=style.STAGE_COLOURS[stage], linewidth=3,
                  transform=axes.get_yaxis_transform(), clip_on=False, solid_capstyle="butt")  # fmt: skip
        axes.annotate(
            text, (1.0, y), xycoords=("axes fraction", "data"), xytext=(8, 0), textcoords="offset points",
            va="center", fontsize=style.SMALL, color=style.INK, annotation_clip=False,
            fontweight="bold" if stage == "operating" else "normal",
        )  # fmt: skip
