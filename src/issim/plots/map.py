"""The region's map: where firms stand, how far each has come, and which exchanges operate between them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray

from issim.plots import keys, seeds, style, wording

Floats = NDArray[np.float64]

#: Code of an operating exchange in the table of events.
OPERATING = 4
#: Area of a firm's mark by size class, in square points, on a map of up to a thousand firms; a firm that
#: operates stands out whatever its size.
MARK = {"micro": 5.0, "small": 11.0, "medium": 26.0, "large": 60.0}
CROWD = 1000.0
#: Bend of an arc: how far its middle stands off the straight line, as a share of its length.
BEND, STEPS = 0.16, 24
#: Upper edge of the maps and their height when they have counts at their side, or keys below; the space
#: between maps; the gap between regions in shares of a region's side.
TOP, TALL, LOW, BETWEEN, GAP = 0.765, 0.575, 0.5, 0.03, 0.12
#: Streams with a colour of their own on one slide; rarer ones share a grey.
MOST_STREAMS = 7


class Frame(NamedTuple):
    """One map on the slide: a policy in a month."""

    policy: str
    month: int


def figure(
    firms: pd.DataFrame,
    panel: pd.DataFrame,
    pairs: pd.DataFrame,
    events: pd.DataFrame,
    about: style.Provenance,
    series: pd.DataFrame,
    frames: list[Frame] | None = None,
) -> Figure:
    """Maps side by side: the last month without and with policy, or start, middle and end of a single policy.

    For whom  the tables of a run's first seed; `series` gives the interval over all seeds
    Units     km; a region is drawn as a square of its own, several stand side by side
    """
    frames = frames or chosen(series)
    placed, squares = laid_out(firms)
    found = [operating(frame, pairs, events) for frame in frames]
    colours = _stream_colours(pd.concat(found))
    fig = style.slide(takeaway(series, about), _reading(series, about), about)
    beside = len(frames) < 3
    height = TALL if beside else LOW
    width = (style.RIGHT - style.LEFT - BETWEEN * (len(frames) - 1)) / len(frames)
    for k, frame in enumerate(frames):
        side = min(width, height * style.SIZE[1] / style.SIZE[0])
        axes = fig.add_axes((style.LEFT + k * (width + BETWEEN), TOP - height, side, height), anchor="NW")
        stages = _stages(frame, panel)
        _draw(axes, placed, squares, stages, found[k], colours)
        _scale_bar(axes, squares)
        if beside:
            style.heading(axes, wording.under(frame.policy), color=style.policy_ink(frame.policy))
            keys.beside(axes, stages, found[k], colours)
        else:
            style.heading(axes, f"{wording.capital(wording.after(frame.month))}: {keys.exchanges(len(found[k]))}")
    if not beside:
        keys.below(fig, colours)
    return fig


def chosen(series: pd.DataFrame) -> list[Frame]:
    """The frames that tell most: both policies at the end; of one policy the start, the middle and the end."""
    shown, end = seeds.policies(series), seeds.last_month(series)
    if len(shown) == 2:
        return [Frame(policy, end) for policy in shown]
    return [Frame(shown[0], month) for month in sorted({0, end // 2, end})]


def operating(frame: Frame, pairs: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """The rows of `pairs` whose exchange operates in the frame's month: their last event up to then says so."""
    past = events[(events["policy"] == frame.policy) & (events["month"] <= frame.month)]
    last = past.sort_values("month", kind="stable").groupby("pair")["stage"].last()
    return pairs[pairs["pair"].isin(last.index[last == OPERATING])]


def _stages(frame: Frame, panel: pd.DataFrame) -> pd.Series:
    """The code of each firm's stage in the frame's month, by firm."""
    here = panel[(panel["policy"] == frame.policy) & (panel["month"] == frame.month)]
    return here.set_index("firm")["stage"]


def laid_out(firms: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, tuple[float, float, float]]]:
    """Firms with drawn positions, and the square of each region: west, south, side in km."""
    regions = [str(name) for name in firms["region"].unique()]
    side = max(1.0, float(firms[["x", "y"]].to_numpy().max()))
    columns = math.ceil(math.sqrt(len(regions)))
    rows = math.ceil(len(regions) / columns)
    squares = {}
    for k, name in enumerate(regions):
        row, column = divmod(k, columns)
        squares[name] = (column * side * (1 + GAP), (rows - 1 - row) * side * (1 + GAP), side)
    names = firms["region"].astype(str)
    placed = firms.set_index("firm").assign(
        drawn_x=(firms["x"] + names.map({name: west for name, (west, _, _) in squares.items()})).to_numpy(),
        drawn_y=(firms["y"] + names.map({name: south for name, (_, south, _) in squares.items()})).to_numpy(),
    )
    return placed, squares


def takeaway(series: pd.DataFrame, about: style.Provenance) -> str:
    """The sentence the figure is for."""
    month, shown = seeds.last_month(series), seeds.policies(series)
    ends = {policy: seeds.at(series, policy, month, ["operating"]) for policy in shown}
    now = wording.counts(seeds.interval(ends[shown[-1]]))
    noun, verb = ("exchange", "operates") if now.mid == 1 else ("exchanges", "operate")
    when = wording.after(month)
    told = f"{wording.under(shown[-1])}, {wording.count(now.mid)} {noun} {verb} {when}"
    if len(shown) == 1:
        start = wording.counts(seeds.interval(seeds.at(series, shown[0], 0, ["operating"])))
        return f"{told}; at the start it was {wording.count(start.mid)}"
    gain = wording.counts(seeds.difference(ends[shown[1]], ends[shown[0]]))
    sure = f" ({wording.span(gain)} in 90 % of runs)" if wording.span(gain) else ""
    if about.n_seeds > 1 and not wording.is_clear(gain):
        return f"{told}: no clear difference from no policy{sure}"
    return f"{told}, {wording.more(gain.mid)} than without policy{sure}"


def _reading(series: pd.DataFrame, about: style.Provenance) -> str:
    """Which run the map shows; the title speaks of all."""
    first = series["seed"].iloc[0]
    if about.n_seeds == 1:
        return f"The one run made (seed {first}), so there is no interval; larger dots: larger firms"
    return (
        f"Maps: one run (seed {first}) of {about.n_seeds}; headline: median and central 90 % of all; "
        "larger dots: larger firms"
    )


def _stream_colours(found: pd.DataFrame) -> dict[str, str]:
    """The colour of every stream that flows, the most frequent first; rare ones share a grey."""
    names = [str(name) for name in found["good"].value_counts(sort=True).index]
    return {name: style.STREAM_COLOURS[name] if k < MOST_STREAMS else style.OTHER_STREAMS for k, name in enumerate(names)}


def arcs(west: Floats, south: Floats, east: Floats, north: Floats) -> Floats:
    """Bent lines from (west, south) to (east, north), shape (n, STEPS + 1, 2); all bend to the left of their way."""
    t = np.linspace(0.0, 1.0, STEPS + 1)
    middle_x = (west + east) / 2 - (north - south) * 2 * BEND
    middle_y = (south + north) / 2 + (east - west) * 2 * BEND
    weights = ((1 - t) ** 2, 2 * t * (1 - t), t**2)
    x = sum(np.outer(point, weight) for point, weight in zip((west, middle_x, east), weights, strict=True))
    y = sum(np.outer(point, weight) for point, weight in zip((south, middle_y, north), weights, strict=True))
    return np.stack([np.asarray(x), np.asarray(y)], axis=-1)


def _draw(
    axes: Axes,
    placed: pd.DataFrame,
    squares: dict[str, tuple[float, float, float]],
    stages: pd.Series,
    found: pd.DataFrame,
    colours: dict[str, str],
) -> None:
    """The ground, the firms by stage and size, and the arcs over the firms that wait but under those that operate."""
    style.bare(axes)
    axes.set_xticks([])
    axes.set_yticks([])
    for name, (west, south, side) in squares.items():
        axes.fill_between([west, west + side], south, south + side, color="#F5F6F7", linewidth=0, zorder=0)
        if len(squares) > 1:
            axes.text(west + 0.02 * side, south + 0.97 * side, name, fontsize=style.SMALL, color=style.QUIET, va="top")
    crowd = min(1.0, CROWD / len(placed)) * min(1.0, 2.0 / len(squares))
    for code, stage in enumerate(style.STAGES):
        there = placed.loc[stages.index[stages == code]]
        area = there["size"].map(MARK).astype(float) * crowd
        axes.scatter(
            there["drawn_x"], there["drawn_y"], s=np.maximum(area, 14.0) if stage == "operating" else area,
            color=style.STAGE_COLOURS[stage], zorder=5 if stage == "operating" else 1 + 0.1 * code,
            edgecolors=style.INK if stage == "operating" else "none", linewidths=0.6, alpha=1.0 if code > 1 else 0.75,
            rasterized=len(placed) > 5000,
        )  # fmt: skip
    _arcs(axes, placed, found, colours)
    sides = [(west + side, south + side) for west, south, side in squares.values()]
    axes.set_xlim(-0.01 * sides[0][0], max(east for east, _ in sides) * 1.01)
    axes.set_ylim(-0.01 * sides[0][1], max(north for _, north in sides) * 1.01)
    axes.set_aspect("equal")


def _arcs(axes: Axes, placed: pd.DataFrame, found: pd.DataFrame, colours: dict[str, str]) -> None:
    """The operating exchanges, from donor to receiver, coloured by stream."""
    if found.empty:
        return
    donor, receiver = placed.loc[found["donor"]], placed.loc[found["receiver"]]
    ends = [part[name].to_numpy(dtype=float) for part in (donor, receiver) for name in ("drawn_x", "drawn_y")]
    lines = arcs(*ends)
    axes.add_collection(
        LineCollection(
            list(lines), colors=[colours[str(good)] for good in found["good"]], linewidths=2.0, alpha=0.9, zorder=4,
            capstyle="round",
        )
    )  # fmt: skip


def _scale_bar(axes: Axes, squares: dict[str, tuple[float, float, float]]) -> None:
    """A bar of a round number of km below the map: about a fifth of a region's side."""
    west, south, side = next(iter(squares.values()))
    bottom = min(low for _, low, _ in squares.values())
    rough = side / 5
    power = 10 ** math.floor(math.log10(rough))
    length = max(step * power for step in (1, 2, 5) if step * power <= rough)
    y = bottom - 0.035 * (axes.get_ylim()[1] - bottom)
    axes.plot([west, west + length], [y, y], color=style.INK, linewidth=2.5, clip_on=False, solid_capstyle="butt")
    axes.annotate(
        f"{length:g} km", (west + length, y), xytext=(6, 0), textcoords="offset points", va="center",
        fontsize=style.SMALL, color=style.INK, annotation_clip=False,
    )  # fmt: skip
