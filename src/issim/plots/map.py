"""The region's map: where firms stand, how far each has come, and which exchanges operate between them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray

from issim.plots import keys, seeds, style, wording

Floats = NDArray[np.float64]
#: West and south edge of a region as drawn, and its side, in km.
Square = tuple[float, float, float]

#: Code of an operating exchange in the table of events.
OPERATING = 4
#: Area of a firm's mark by size class, in square points, on a map of up to a thousand firms; the least of one
#: that operates.
MARK = {"micro": 5.0, "small": 11.0, "medium": 26.0, "large": 60.0}
CROWD = 1000.0
STANDS_OUT = 14.0
#: Firms from which on an SVG holds their marks as pixels, not as shapes.
AS_PIXELS = 2500
#: Exchanges on one map from which on their lines get thinner.
DENSE = 100
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
    colours = stream_colours(pd.concat(found))
    fig = style.slide(takeaway(series, about), _reading(series, about), about)
    beside = len(frames) < 3
    height = TALL if beside else LOW
    width = (style.RIGHT - style.LEFT - BETWEEN * (len(frames) - 1)) / len(frames)
    for k, frame in enumerate(frames):
        side = min(width, height * style.SIZE[1] / style.SIZE[0])
        axes = fig.add_axes((style.LEFT + k * (width + BETWEEN), TOP - height, side, height), anchor="NW")
        stages = stages_of(frame, panel)
        _draw(axes, placed, squares, stages, found[k], colours)
        scale_bar(axes, squares)
        if beside:
            style.heading(axes, wording.headed(frame.policy), color=style.policy_ink(frame.policy))
            keys.beside(axes, stages, found[k], colours)
        else:
            style.heading(
                axes, f"{wording.capital(wording.after(frame.month))}: {keys.exchanges(len(found[k]))}"
            )
    if not beside:
        keys.below(fig, colours)
    return fig


def chosen(series: pd.DataFrame) -> list[Frame]:
    """The frames that tell most: both policies at the end; of a single one the start, the middle, the end."""
    shown, end = seeds.policies(series), seeds.last_month(series)
    if len(shown) == 2:
        return [Frame(policy, end) for policy in shown]
    return [Frame(shown[0], month) for month in sorted({0, end // 2, end})]


def operating(frame: Frame, pairs: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """The pairs whose exchange operates in the frame's month: their last event up to then says so."""
    past = events[(events["policy"] == frame.policy) & (events["month"] <= frame.month)]
    last = past.sort_values("month", kind="stable").groupby("pair")["stage"].last()
    return pairs[pairs["pair"].isin(last.index[last == OPERATING])]


def stages_of(frame: Frame, panel: pd.DataFrame) -> pd.Series:
    """The code of each firm's stage in the frame's month, by firm."""
    here = panel[(panel["policy"] == frame.policy) & (panel["month"] == frame.month)]
    return here.set_index("firm")["stage"]


def laid_out(firms: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Square]]:
    """Firms with drawn positions, and the square of each region: west, south, side in km.

    Regions stand closer than they lie, northern ones above southern ones and in a row from west to east.
    """
    names = firms["region"].astype(str)
    corner = corners(firms)
    inside = firms[["x", "y"]].to_numpy() - np.array([corner[name] for name in names])
    side = max(1.0, float(inside.max()))
    southward = sorted(corner, key=lambda name: -corner[name][1])
    columns = math.ceil(math.sqrt(len(corner)))
    rows = [southward[k : k + columns] for k in range(0, len(southward), columns)]
    squares = {}
    for level, row in enumerate(reversed(rows)):
        for column, name in enumerate(sorted(row, key=lambda name: corner[name][0])):
            squares[name] = (column * side * (1 + GAP), level * side * (1 + GAP), side)
    shift = np.array([squares[name][:2] for name in names])
    drawn = inside + shift
    return firms.set_index("firm").assign(drawn_x=drawn[:, 0], drawn_y=drawn[:, 1]), squares


def corners(firms: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """South-west corner of each region on the map that they share, in km, in the order of the table."""
    if "east" not in firms:  # a folder of a time when every region began at nought
        return {str(name): (0.0, 0.0) for name in firms["region"].unique()}
    first = firms.drop_duplicates("region")
    return {
        str(name): (x, y) for name, x, y in zip(first["region"], first["east"], first["north"], strict=True)
    }


def takeaway(series: pd.DataFrame, about: style.Provenance) -> str:
    """The sentence the figure is for."""
    month, shown = seeds.last_month(series), seeds.policies(series)
    ends = {policy: seeds.at(series, policy, month, ["operating"]) for policy in shown}
    now = wording.counts(seeds.interval(ends[shown[-1]]))
    verb = "operates" if now.mid <= 1 else "operate"
    told = f"{wording.under(shown[-1])}, {keys.exchanges(int(now.mid))} {verb} {wording.after(month)}"
    if len(shown) == 1:
        start = wording.counts(seeds.interval(seeds.at(series, shown[0], 0, ["operating"])))
        return f"{told}; at the start {wording.were(start.mid)} did"
    gain = wording.counts(seeds.difference(ends[shown[1]], ends[shown[0]]))
    return told + wording.compared(gain, about.n_seeds, against=shown[0])


def _reading(series: pd.DataFrame, about: style.Provenance) -> str:
    """Which run the map shows; the title speaks of all."""
    first = series["seed"].iloc[0]
    if about.n_seeds == 1:
        return f"The one run made (seed {first}), so there is no interval; larger dots: larger firms"
    return (
        f"Maps: one run (seed {first}) of {about.n_seeds}; headline: median and central 90 % of all; "
        "larger dots: larger firms"
    )


def stream_colours(found: pd.DataFrame) -> dict[str, str]:
    """The colour of every stream that flows, the most frequent first; rare ones share a grey."""
    names = [str(name) for name in found["good"].value_counts(sort=True).index]
    own = {name: style.STREAM_COLOURS[name] for name in names[:MOST_STREAMS]}
    return own | dict.fromkeys(names[MOST_STREAMS:], style.OTHER_STREAMS)


def _points(firms: pd.DataFrame) -> Floats:
    """Drawn positions of firms, shape (n, 2)."""
    return firms[["drawn_x", "drawn_y"]].to_numpy(dtype=float)


def arcs(start: Floats, end: Floats, centre: tuple[float, float]) -> Floats:
    """Lines from start to end, both (n, 2), that bend towards a centre; shape (n, STEPS + 1, 2)."""
    t = np.linspace(0.0, 1.0, STEPS + 1)[None, :, None]
    middle, way = (start + end) / 2, end - start
    across = np.stack([-way[:, 1], way[:, 0]], axis=1)
    inward = ((np.asarray(centre) - middle) * across).sum(axis=1, keepdims=True)
    knee = middle + 2 * BEND * across * np.where(inward < 0, -1.0, 1.0)
    return np.asarray((1 - t) ** 2 * start[:, None] + 2 * t * (1 - t) * knee[:, None] + t**2 * end[:, None])


def _draw(
    axes: Axes,
    placed: pd.DataFrame,
    squares: dict[str, Square],
    stages: pd.Series,
    found: pd.DataFrame,
    colours: dict[str, str],
) -> None:
    """The ground, the firms, and the arcs over the firms that wait but under those that operate."""
    ground(axes, squares)
    dots(axes, placed, stages, crowding(placed, squares))
    curves(axes, placed, found, colours)


def crowding(placed: pd.DataFrame, squares: dict[str, Square]) -> float:
    """How much marks shrink where there are many firms or several regions, in (0, 1]."""
    return min(1.0, CROWD / len(placed)) * min(1.0, 2.0 / len(squares))


def ground(axes: Axes, squares: dict[str, Square]) -> None:
    """A pale square per region, named where there are several; one scale for all."""
    style.bare(axes)
    axes.set_xticks([])
    axes.set_yticks([])
    for name, (west, south, side) in squares.items():
        axes.fill_between([west, west + side], south, south + side, color=style.GROUND, linewidth=0, zorder=0)
        if len(squares) > 1:
            axes.text(
                west + side, south - 0.012 * side, name, fontsize=style.SMALL, color=style.QUIET, va="top",
                ha="right",
            )  # fmt: skip
    edge = 0.01 * max(side for _, _, side in squares.values())
    axes.set_xlim(-edge, max(west + side for west, _, side in squares.values()) + edge)
    axes.set_ylim(-edge, max(south + side for _, south, side in squares.values()) + edge)
    axes.set_aspect("equal")


def dots(axes: Axes, placed: pd.DataFrame, stages: pd.Series, crowd: float) -> list[Artist]:
    """Firms as dots coloured by stage and sized by size class; marks shrink on a crowded map."""
    drawn: list[Artist] = []
    for code, stage in enumerate(style.STAGES):
        there = placed.loc[stages.index[stages == code]]
        area = there["size"].map(MARK).to_numpy(dtype=float) * crowd
        arrived = stage == "operating"
        marks = axes.scatter(
            there["drawn_x"], there["drawn_y"],
            s=np.maximum(area, STANDS_OUT * math.sqrt(crowd)) if arrived else area,
            color=style.STAGE_COLOURS[stage], edgecolors=style.INK if arrived else "none", linewidths=0.6,
            alpha=1.0 if code > 1 else 0.75, zorder=5 if arrived else 1 + 0.1 * code, clip_on=False,
            rasterized=len(placed) > AS_PIXELS,
        )  # fmt: skip
        drawn.append(marks)
    return drawn


def curves(
    axes: Axes,
    placed: pd.DataFrame,
    found: pd.DataFrame,
    colours: dict[str, str],
    heavier: Floats | None = None,
) -> list[Artist]:
    """The operating exchanges, from donor to receiver, coloured by stream; thinner where there are many.

    `heavier` are multiples of the width of a line, one per exchange.
    """
    if found.empty:
        return []
    centre = (float(np.mean(axes.get_xlim())), float(np.mean(axes.get_ylim())))
    lines = arcs(_points(placed.loc[found["donor"]]), _points(placed.loc[found["receiver"]]), centre)
    weight = max(0.25, min(1.0, math.sqrt(DENSE / len(found))))
    widths = 2.0 * weight * (np.ones(len(found)) if heavier is None else heavier)
    hues = [colours[str(good)] for good in found["good"]]
    drawn = LineCollection(list(lines), colors=hues, linewidths=widths, alpha=0.9, zorder=4, capstyle="round")
    axes.add_collection(drawn)
    return [drawn]


def scale_bar(axes: Axes, squares: dict[str, Square]) -> None:
    """A bar of a round number of km below the map: about a fifth of a region's side."""
    west, _, side = next(iter(squares.values()))
    bottom = min(low for _, low, _ in squares.values())
    rough = side / 5
    power = 10 ** math.floor(math.log10(rough))
    length = max(step * power for step in (1, 2, 5) if step * power <= rough)
    below_names = 0.035 if len(squares) == 1 else 0.11
    y = bottom - below_names * (axes.get_ylim()[1] - bottom)
    ends = [west, west + length]
    axes.plot(ends, [y, y], color=style.INK, linewidth=2.5, clip_on=False, solid_capstyle="butt")
    within = " within a region" if len(squares) > 1 else ""
    axes.annotate(
        f"{length:g} km{within}", (west + length, y), xytext=(6, 0), textcoords="offset points", va="center",
        fontsize=style.SMALL, color=style.INK, annotation_clip=False,
    )  # fmt: skip
