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
BARS = (0.565, 0.17, 0.31, 0.5)
HEADS = 0.765
#: Length of the line from an area to its label, in widths of the slide.
LEADER = 0.0039
#: Policies on one slide at most; more than two are told apart by colour, without bands.
MOST = 6
#: Shares of all firms from which on a part of a bar has room for its number.
ROOMY = 7.0
#: Room beside the lines for the name of a policy and its value, in inches.
ROOM = 1.75


def figure(series: pd.DataFrame, about: style.Provenance) -> Figure:
    """Adopters under every policy over time, beside the stages of all firms.

    Up to two policies have a 90 % band each and their stages month by month; more have their stages at the end.

    For whom  the monthly series of a run or a comparison, any number of seeds, up to `MOST` policies
    Units     firms; share of firms; years since the start
    """
    shown = seeds.policies(series, MOST)
    fig = style.slide(takeaway(series, about), _reading(series, about), about)
    style.section(fig, style.LEFT, HEADS, "Firms that exchange residues")
    _adopters(fig.add_axes(LINES), series, shown)
    if len(shown) > 2:
        when = wording.after(seeds.last_month(series))
        style.section(fig, STACKS[0][0] - 0.045, HEADS, f"All firms, by stage, {when}")
        _ends(fig.add_axes(BARS), series, shown, about)
        return fig
    style.section(fig, STACKS[0][0] - 0.045, HEADS, "All firms, by stage")
    places = STACKS if len(shown) == 2 else ONE_STACK
    for place, policy in zip(places, shown, strict=True):
        _stages(
            fig.add_axes(place), series, policy, about, named=policy == shown[-1], first=policy == shown[0]
        )
    return fig


def takeaway(series: pd.DataFrame, about: style.Provenance) -> str:
    """The sentence the figure is for; of several policies it tells the one that adds most."""
    month = seeds.last_month(series)
    shown = seeds.policies(series, MOST)
    ends = {policy: seeds.at(series, policy, month, ["adopters"]) for policy in shown}
    gains = {policy: wording.counts(seeds.difference(ends[policy], ends[shown[0]])) for policy in shown[1:]}
    best = max(gains, key=lambda policy: gains[policy].mid, default=shown[0])
    now = wording.counts(seeds.interval(ends[best]))
    who = f"{wording.count(now.mid)} of {about.n_firms:,} firms exchange"
    if about.n_firms == 1 or now.mid == 0:
        who = "no firm exchanges" if now.mid == 0 else "the only firm exchanges"
    of_all = f"{who} residues {wording.after(month)}"
    if not gains:
        start = wording.counts(seeds.interval(seeds.at(series, shown[0], 0, ["adopters"])))
        return f"{wording.under(shown[0])}, {of_all}; at the start {wording.were(start.mid)} did"
    if len(gains) > 1 and all(gain.mid == 0 for gain in gains.values()):
        when = wording.after(month)
        return f"In the median run none of {len(gains)} policies changes how many firms exchange {when}"
    return f"{wording.under(best)}, {of_all}{wording.compared(gains[best], about.n_seeds, against=shown[0])}"


def _reading(series: pd.DataFrame, about: style.Provenance) -> str:
    """How to read the picture."""
    n_policies = series["policy"].nunique()
    some = f"; the first {MOST} of {n_policies} policies" if n_policies > MOST else ""
    if about.n_seeds == 1:
        return f"One run, so no interval over seeds can be shown{some}"
    spread = "bands" if n_policies < 3 else "in brackets"
    return f"Lines: median of {about.n_seeds} seeds; {spread}: central 90 %{some}"


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
    """One line per policy, with its band where there are two at most, labelled at its end with its value."""
    style.bare(axes, grid="y")
    month, top = seeds.last_month(series), 1.0
    found = {policy: seeds.by_month(series, policy, ["adopters"]) for policy in shown}
    colours = style.policy_colours(shown)
    for policy, spread in found.items():
        if len(shown) < 3:
            axes.fill_between(
                spread.index, spread["low"], spread["high"], color=colours[policy], alpha=0.22, linewidth=0
            )
        axes.plot(spread.index, spread["mid"], color=colours[policy], linewidth=3.0, solid_capstyle="round")
        top = max(top, float(spread["high" if len(shown) < 3 else "mid"].max()))
    axes.set_ylim(0, top * 1.05)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    _years(axes, month)
    style.heading(axes, "number of adopters")
    _line_labels(axes, {policy: seeds.at(series, policy, month, ["adopters"]) for policy in shown}, colours)


def _line_labels(axes: Axes, ends: dict[str, pd.Series], colours: dict[str, str]) -> None:
    """The policy of every line and the value at which it ends, beside that end."""
    size = style.LABEL if len(ends) < 5 else style.SMALL
    found = {policy: seeds.interval(values) for policy, values in ends.items()}
    told = {policy: f"{_name(policy, len(ends), size)}\n{_value(found[policy], size)}" for policy in ends}
    lines = max(text.count("\n") + 1 for text in told.values())
    top = axes.get_ylim()[1]
    gap = top * lines * size * 1.45 / 72.0 / (style.SIZE[1] * LINES[3])
    places = style.dodge([interval.mid for interval in found.values()], gap, 0.05 * top, 0.95 * top)
    for policy, y in zip(ends, places, strict=True):
        axes.annotate(
            told[policy], (1.0, y), xycoords=("axes fraction", "data"), xytext=(8, 0),
            textcoords="offset points", va="center", fontsize=size, fontweight="bold",
            color=style.policy_ink(policy, colours), annotation_clip=False,
        )  # fmt: skip


def _name(policy: str, n_policies: int, size: float, width: float = ROOM) -> str:
    """The name of a policy in a figure; several are told apart by what fits of it."""
    if n_policies < 3:
        return style.policy_name(policy, width, size, max_lines=2)
    told = "Without policy" if policy == seeds.NO_POLICY else wording.capital(wording.policy_label(policy))
    return style.fitted(told, width, size, "bold", max_lines=2 if n_policies < 5 else 1)


def _value(found: seeds.Interval, size: float) -> str:
    """A number of firms with its interval, on two lines where one is too short."""
    value = wording.with_span(wording.counts(found))
    return value if style.text_width(value, size, "bold") <= ROOM else value.replace(" (", "\n(")


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
        axes.fill_between(edge.index, edge["low"], edge["high"], color=style.PAPER, alpha=0.4, linewidth=0)
        axes.plot(edge.index, edge["mid"], color=style.PAPER, linewidth=1.2)
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


def _ends(axes: Axes, series: pd.DataFrame, shown: list[str], about: style.Provenance) -> None:
    """A bar of all firms per policy at the end, those who came furthest at its left; the key stands above."""
    style.bare(axes)
    month, colours = seeds.last_month(series), style.policy_colours(shown)
    columns = {stage: "adopters" if stage == "operating" else stage for stage in style.STAGES[::-1]}
    for row, policy in enumerate(shown):
        counts = [seeds.at(series, policy, month, [column]).mean() for column in columns.values()]
        left = 0.0
        for stage, share in zip(columns, np.array(counts) * 100.0 / about.n_firms, strict=True):
            axes.barh(row, share, left=left, height=0.5, color=style.STAGE_COLOURS[stage], linewidth=0)
            if share >= ROOMY:
                axes.text(left + share / 2, row, wording.percent(round(share)), fontsize=style.SMALL, ha="center",
                          va="center", color=style.ink_on(style.STAGE_COLOURS[stage]))  # fmt: skip
            left += share
        axes.text(0.0, row - 0.31, _name(policy, 6, style.LABEL, 4.0), fontsize=style.LABEL, fontweight="bold",
                  color=style.policy_ink(policy, colours), va="bottom")  # fmt: skip
    axes.set_xlim(0, 100)
    axes.set_ylim(len(shown) - 0.5, -0.75)
    axes.set_yticks([])
    axes.set_xticks([0, 25, 50, 75, 100], [f"{tick} %" for tick in (0, 25, 50, 75, 100)])
    axes.set_xlabel(f"share of {about.n_firms:,} firms, mean of {about.n_seeds} seeds" if about.n_seeds > 1 else
                    f"share of {about.n_firms:,} firms", fontsize=style.LABEL, color=style.QUIET)  # fmt: skip
    _stage_key(axes, list(columns))


def _stage_key(axes: Axes, stages: list[str]) -> None:
    """The colours of the stages in one line above the bars, in the order of their parts."""
    x, wide = 0.0, style.SIZE[0] * axes.get_position().width
    for stage in stages:
        axes.text(
            x, 1.03, "■", transform=axes.transAxes, fontsize=style.LABEL, color=style.STAGE_COLOURS[stage]
        )
        x += 0.19 / wide
        axes.text(x, 1.03, stage, transform=axes.transAxes, fontsize=style.SMALL, color=style.INK)
        x += (style.text_width(stage, style.SMALL) + 0.16) / wide
