"""The region in motion: a map per policy, month by month, beside the curve of those who exchange."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from issim.plots import keys, seeds, style, wording
from issim.plots import map as region_map
from issim.plots.map import OPERATING

Tables = Mapping[str, pd.DataFrame]
Pixels = NDArray[np.uint8]

#: Pixels per inch: 960 by 540 in all, both even, as films ask for.
DPI = 75
#: Where the panels stand on the slide: side of a map, gap, and left edge, bottom, width and height of the curve.
SIDE, TOP, GAP = 0.303, 0.755, 0.02
CURVE = (0.735, 0.225, 0.175, 0.335)
#: Months for which a new exchange is drawn heavier, and how much at first.
FRESH, HEAVY = 8, 2.6
#: Months between two frames such that a film has about as many as this.
FRAMES = 61


class Stage(NamedTuple):
    """One map of the film, with what it needs month by month."""

    policy: str
    axes: Axes
    tally: Text
    stages: pd.DataFrame
    """Code of every firm's stage, one row per month."""
    spells: pd.DataFrame
    """Every spell of operation: pair, donor, receiver, good, from (month), until (month; the end if it lasts)."""


def months(last: int, every: int | None = None) -> list[int]:
    """The months that are shown: the first, every so many, and the last."""
    step = every or max(1, round(last / (FRAMES - 1)))
    return [*range(0, last, step), last]


def frames(tables: Tables, about: style.Provenance, shown: Sequence[int]) -> Iterator[Pixels]:
    """The pictures of the months `shown`, each (height, width, 3), of the first seed; the curve has all seeds.

    For whom  the tables of a run's folder, one policy or two
    """
    series = tables["series"]
    placed, squares = region_map.laid_out(tables["firms"])
    policies = seeds.policies(series)
    spells = {policy: spells_of(policy, tables["pairs"], tables["events"]) for policy in policies}
    colours = region_map.stream_colours(pd.concat(spells.values()))
    fig = style.slide(_title(series, about), _reading(series, about), about)
    canvas = FigureCanvasAgg(fig)
    fig.set_dpi(DPI)
    maps = [_map(fig, k, policy, tables, spells[policy], squares) for k, policy in enumerate(policies)]
    clock, curve = _clock(fig), _curve(fig, series, policies)
    keys.below(fig, colours)
    canvas.draw()
    still = canvas.copy_from_bbox(fig.bbox)
    crowd = region_map.crowding(placed, squares)
    for month in shown:
        canvas.restore_region(still)
        for stage in maps:
            _draw_map(stage, month, placed, crowd, colours)
        _draw_clock(clock, month)
        _draw_curve(curve, series, policies, month)
        yield np.asarray(canvas.buffer_rgba())[..., :3].copy()


def _title(series: pd.DataFrame, about: style.Provenance) -> str:
    """The sentence the film is for: that of the map, for exchanges are what appears."""
    return region_map.takeaway(series, about)


def _reading(series: pd.DataFrame, about: style.Provenance) -> str:
    """How to read the film."""
    first = series["seed"].iloc[0]
    if about.n_seeds == 1:
        return f"The one run made (seed {first}), so there is no interval; new exchanges are heavier"
    return (
        f"Maps and lines: one run (seed {first}) of {about.n_seeds}; bands: central 90 % of all; "
        "new exchanges are heavier"
    )


def spells_of(policy: str, pairs: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Every spell in which an exchange operates under a policy: the pair, `from` and `until` (not included)."""
    here = events[events["policy"] == policy].sort_values("month", kind="stable")
    here = here.assign(until=here.groupby("pair")["month"].shift(-1))
    begun = here[here["stage"] == OPERATING].rename(columns={"month": "from"})
    begun = begun.assign(until=begun["until"].fillna(np.inf))[["pair", "from", "until"]]
    return begun[begun["until"] > begun["from"]].merge(pairs, on="pair", how="left").reset_index(drop=True)


def operating(spells: pd.DataFrame, month: int) -> pd.DataFrame:
    """The spells that last through a month."""
    return spells[(spells["from"] <= month) & (month < spells["until"])]


def _map(
    fig: Figure, k: int, policy: str, tables: Tables, spells: pd.DataFrame,
    squares: dict[str, region_map.Square],
) -> Stage:  # fmt: skip
    """The ground of one map, with the policy above it; what moves is drawn later."""
    height = SIDE * style.SIZE[0] / style.SIZE[1]
    axes = fig.add_axes((style.LEFT + k * (SIDE + GAP), TOP - height, SIDE, height), anchor="NW")
    region_map.ground(axes, squares)
    region_map.scale_bar(axes, squares)
    style.heading(axes, style.policy_name(policy, 2.5), color=style.policy_ink(policy))
    tally = axes.text(1.0, 1.0, "", transform=axes.transAxes, fontsize=style.LABEL, fontweight="bold", ha="right",
                      va="bottom", color=style.INK, animated=True)  # fmt: skip
    panel = tables["panel"]
    stages = panel[panel["policy"] == policy].pivot(index="month", columns="firm", values="stage")
    return Stage(policy, axes, tally, stages, spells)


def _draw_map(stage: Stage, month: int, placed: pd.DataFrame, crowd: float, colours: dict[str, str]) -> None:
    """Firms as they stand in a month, and the exchanges that operate."""
    axes, here = stage.axes, operating(stage.spells, month)
    age = (month - here["from"].to_numpy(float)) if month > 0 else np.full(len(here), float(FRESH))
    age = np.where(here["from"] == 0, FRESH, age)
    heavier = 1.0 + (HEAVY - 1.0) * np.clip(1.0 - age / FRESH, 0.0, 1.0)
    moving = region_map.dots(axes, placed, pd.Series(stage.stages.loc[month]), crowd)
    moving += region_map.curves(axes, placed, here, colours, heavier)
    for artist in sorted(moving, key=lambda each: each.get_zorder()):
        axes.draw_artist(artist)
        artist.remove()
    stage.tally.set_text(wording.capital(keys.exchanges(len(here))))
    stage.tally.set_y(1.0 + 7.0 / (72.0 * axes.get_position().height * style.SIZE[1]))
    axes.draw_artist(stage.tally)


def _clock(fig: Figure) -> tuple[Axes, Text, Text]:
    """The counter of months: two lines of text on a panel of their own."""
    axes = style.bare(fig.add_axes((CURVE[0] - 0.035, 0.665, 0.2, 0.095)))
    axes.set_axis_off()
    large = axes.text(0.0, 1.0, "", fontsize=26, fontweight="bold", color=style.INK, va="top", animated=True)
    small = axes.text(0.0, 0.0, "", fontsize=style.LABEL, color=style.QUIET, va="bottom", animated=True)
    return axes, large, small


def _draw_clock(clock: tuple[Axes, Text, Text], month: int) -> None:
    """Which month it is, and how long that is since the start."""
    axes, large, small = clock
    large.set_text(f"Month {month}")
    small.set_text(since_start(month))
    axes.draw_artist(large)
    axes.draw_artist(small)


def since_start(month: int) -> str:
    """A time since the start in years and months: "2 years and 1 month"."""
    told = [
        f"{n} {unit}{'' if n == 1 else 's'}"
        for n, unit in ((month // 12, "year"), (month % 12, "month"))
        if n
    ]
    return " and ".join(told) or "At the start"


def _curve(fig: Figure, series: pd.DataFrame, policies: Sequence[str]) -> Axes:
    """The bands of all seeds over all months; the run that is shown grows over them."""
    axes = style.bare(fig.add_axes(CURVE), grid="y")
    last, top = seeds.last_month(series), 1.0
    for policy in policies:
        spread = seeds.by_month(series, policy, ["adopters"])
        axes.fill_between(spread.index, spread["low"], spread["high"], color=style.policy_colour(policy), alpha=0.18,
                          linewidth=0)  # fmt: skip
        top = max(top, float(spread["high"].max()), float(_run(series, policy).max()))
    axes.set_xlim(0, max(last, 1))
    axes.set_ylim(0, 1.05 * top)
    axes.set_xticks([0, last])
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.set_xlabel("months", fontsize=style.LABEL, color=style.QUIET, labelpad=-4)
    style.heading(axes, "firms that exchange")
    return axes


def _run(series: pd.DataFrame, policy: str) -> NDArray[np.float64]:
    """Adopters of the run that the maps show, by month."""
    here = series[(series["policy"] == policy) & (series["seed"] == series["seed"].iloc[0])]
    return here.sort_values("month")["adopters"].to_numpy(float)


def _draw_curve(axes: Axes, series: pd.DataFrame, policies: Sequence[str], month: int) -> None:
    """The lines of the run up to a month, the moment, and the number of either policy beside it."""
    runs = {policy: _run(series, policy)[: month + 1] for policy in policies}
    moving: list[Artist] = [axes.axvline(month, color=style.QUIET, linewidth=1.0)]
    top = axes.get_ylim()[1]
    places = style.dodge([float(run[-1]) for run in runs.values()], 0.13 * top, 0.04 * top, 0.97 * top)
    for (policy, run), y in zip(runs.items(), places, strict=True):
        colour = style.policy_colour(policy)
        moving += axes.plot(np.arange(len(run)), run, color=colour, linewidth=2.6, solid_capstyle="round")
        moving += axes.plot([month], [run[-1]], "o", color=colour, markersize=6, clip_on=False)
        moving.append(_number(axes, float(run[-1]), y, style.policy_ink(policy)))
    for artist in moving:
        axes.draw_artist(artist)
        artist.remove()


def _number(axes: Axes, value: float, y: float, ink: str) -> Artist:
    """A number of firms at the right of the curve."""
    return axes.annotate(
        wording.count(value), (1.0, y), xycoords=("axes fraction", "data"), xytext=(8, 0),
        textcoords="offset points", va="center", fontsize=style.LABEL, fontweight="bold", color=ink,
        annotation_clip=False,
    )  # fmt: skip
