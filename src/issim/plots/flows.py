"""What is passed on: residues by stream and year, with and without policy."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from issim.evidence.vocabulary import GOOD_TABLE
from issim.plots import seeds, style, wording

#: Streams by the unit they are measured in; each unit has its own panel and scale.
UNITS = (
    ("t", "By weight", "t per year"),
    ("m3", "Process water", "m³ per year"),
    ("MWh", "Heat", "MWh per year"),
)
#: Where the panels stand: left, bottom, width, height, as fractions of the slide.
PLACES = {
    "t": (0.15, 0.115, 0.265, 0.595),
    "m3": (0.665, 0.495, 0.13, 0.215),
    "MWh": (0.665, 0.115, 0.13, 0.215),
}
HEAD = 0.055
#: Flows from here on are given in thousands.
IN_THOUSANDS = 1e5


def figure(series: pd.DataFrame, about: style.Provenance) -> Figure:
    """Bars of the yearly flow of every stream by policy, with central 90 % over seeds.

    For whom  the monthly series of a run, one policy or two
    Units     t, m3 and MWh per year, over the last twelve months of the run
    """
    shown = seeds.policies(series)
    fig = style.slide(takeaway(series, about), _reading(series, about), about)
    for unit, title, per_year in UNITS:
        left, bottom, width, height = PLACES[unit]
        start = style.LEFT if unit == "t" else 0.59
        found = yearly_flows(series, shown, unit)
        thousands = max(ends.high for ends in found.values()) >= IN_THOUSANDS
        style.section(
            fig, start, bottom + height + HEAD, f"{title}, {'1,000 ' if thousands else ''}{per_year}"
        )
        _bars(fig.add_axes((left, bottom, width, height)), found, shown, 1e-3 if thousands else 1.0)
    style.policy_key(fig, 0.15, 0.733, shown)
    return fig


def takeaway(series: pd.DataFrame, about: style.Provenance) -> str:
    """The sentence the figure is for."""
    shown = seeds.policies(series)
    totals = {policy: seeds.yearly(series, policy, "tonnes") for policy in shown}
    now = seeds.interval(totals[shown[-1]])
    if all(seeds.interval(total).high == 0 for total in totals.values()):
        return f"No residue counted by weight is passed on {wording.after(seeds.last_month(series))}"
    told = f"{wording.under(shown[-1])}, firms pass on {wording.number(now.mid)} t of residues a year"
    if len(shown) == 1:
        leading = _leading(series, shown[-1])
        return f"{told}; {leading} comes first" if leading else told
    gain = seeds.difference(totals[shown[1]], totals[shown[0]])
    return told + wording.compared(gain, about.n_seeds, unit=" t", less="less", against=shown[0])


def _leading(series: pd.DataFrame, policy: str) -> str:
    """The stream with the greatest median weight, or nothing where none flows."""
    sizes = {
        good.name: seeds.interval(seeds.yearly(series, policy, f"flow_{good.name}")).mid
        for good in GOOD_TABLE
        if good.unit == "t"
    }
    name = max(sizes, key=lambda key: sizes[key])
    return wording.spoken(name) if sizes[name] > 0 else ""


def _reading(series: pd.DataFrame, about: style.Provenance) -> str:
    """How to read the picture, and over which months the flows are counted."""
    months = min(seeds.YEAR, seeds.last_month(series))
    over = "last twelve months of the run" if months == seeds.YEAR else f"{months} months, scaled to a year"
    if about.n_seeds == 1:
        return f"One run, {over}; one run has no interval"
    return f"Bars: median of {about.n_seeds} seeds, {over}; lines: central 90 %"


def yearly_flows(series: pd.DataFrame, shown: list[str], unit: str) -> dict[tuple[str, str], seeds.Interval]:
    """The yearly flow by policy and stream, of all streams with that unit."""
    return {
        (policy, good.name): seeds.interval(seeds.yearly(series, policy, f"flow_{good.name}"))
        for policy in shown
        for good in GOOD_TABLE
        if good.unit == unit
    }


def _bars(axes: Axes, flows: dict[tuple[str, str], seeds.Interval], shown: list[str], scale: float) -> None:
    """One row per stream, the largest on top, one bar per policy."""
    style.bare(axes, grid="x")
    found = {key: seeds.Interval(*(scale * end for end in ends)) for key, ends in flows.items()}
    names = list(dict.fromkeys(name for _, name in found))
    top = max(ends.high for ends in found.values())
    if top == 0:
        axes.set_axis_off()
        axes.text(
            0,
            1,
            "none passed on",
            fontsize=style.LABEL,
            color=style.QUIET,
            va="top",
            transform=axes.transAxes,
        )
        return
    names.sort(
        key=lambda name: (-max(found[p, name].mid for p in shown), -max(found[p, name].high for p in shown))
    )
    axes.set_xlim(0, top * 1.02)
    axes.set_ylim(len(names) - 0.5, -0.5)
    thick = 0.76 / len(shown) if len(names) > 1 else 0.5 / len(shown)
    for row, name in enumerate(names):
        for k, policy in enumerate(shown):
            y = row + (k - (len(shown) - 1) / 2) * thick
            _bar(axes, y, 0.86 * thick, found[policy, name], policy)
        _swatch(axes, row, name)
    axes.set_yticks(range(len(names)), [wording.spoken(name) for name in names], color=style.INK)
    axes.tick_params(axis="y", pad=20)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=3 if len(names) > 1 else 2))
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{value:,.6g}" if value < 1e5 else f"{value:,.0f}")
    )


def _bar(axes: Axes, y: float, thick: float, found: seeds.Interval, policy: str) -> None:
    """One bar with its interval and its value."""
    colour = style.policy_colour(policy)
    axes.barh(y, found.mid, height=thick, color=colour)
    if found.high > found.low:
        axes.plot([found.low, found.high], [y, y], color=style.INK, linewidth=1.4, solid_capstyle="butt")
    axes.annotate(
        wording.with_span(found), (max(found.mid, found.high), y), xytext=(6, 0),
        textcoords="offset points", va="center", fontsize=style.SMALL, annotation_clip=False,
        color=style.policy_ink(policy),
    )  # fmt: skip


def _swatch(axes: Axes, row: int, name: str) -> None:
    """The colour that the stream has on the map, beside its name."""
    axes.annotate(
        "■", (0, row), xycoords=("axes fraction", "data"), xytext=(-6, 0), textcoords="offset points",
        ha="right", va="center", fontsize=style.LABEL, color=style.STREAM_COLOURS[name],
        annotation_clip=False,
    )  # fmt: skip
