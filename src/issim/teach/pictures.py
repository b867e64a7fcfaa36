"""Pictures of a lesson: lines with bands over months, and rows of intervals, in the style of all figures."""

from __future__ import annotations

import io
from collections.abc import Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from issim.plots import adoption, funnel, palette, seeds, style, wording
from issim.plots import map as region_map
from issim.teach.intervals import Row

if TYPE_CHECKING:
    import pandas as pd

#: Pixels per inch of a picture in a notebook: as wide as its column.
DPI = 80
#: Where the one panel of a picture stands: left, bottom, width, height, as fractions of the slide.
PANEL = (0.09, 0.16, 0.62, 0.6)
#: Room for words beside rows, and for their numbers, in inches.
NAMES, NUMBERS = 3.6, 2.6


class Picture:
    """A figure that a notebook shows, and the words that say the same without it."""

    def __init__(self, figure: Figure, words: str) -> None:
        """Keep a figure and the sentence it is for."""
        self.figure, self.words = figure, words

    def __repr__(self) -> str:
        """The sentence, for whoever sees no picture."""
        return self.words

    def _repr_png_(self) -> bytes:
        """The picture as a notebook shows it."""
        found = io.BytesIO()
        self.figure.savefig(found, format="png", dpi=DPI)
        return found.getvalue()


def about(series: pd.DataFrame) -> style.Provenance:
    """Where the numbers of a lesson come from, read from the monthly series of its runs."""
    first = series[["unaware", "aware", "searching", "talking", "adopters"]].iloc[0]
    return style.Provenance("small, mixed", int(first.sum()), series["seed"].nunique(), version("issim"))


class Model(NamedTuple):
    """The source of a picture that needs no luck."""

    words: str

    def line(self) -> str:
        """The line at the foot of the picture."""
        return f"{self.words} · issim {version('issim')}"


def lines(series: pd.DataFrame, column: str, words: str) -> Picture:
    """One line per arm over the months: the median over seeds, its central 90 % as a band, its name at its end.

    For whom  the series of `runs`, up to six arms; `words` say what is counted
    Units     of the observable
    """
    arms, month = list(dict.fromkeys(series["policy"])), seeds.last_month(series)
    ends = {arm: seeds.interval(seeds.at(series, arm, month, [column])) for arm in arms}
    told = ", ".join(f"{wording.with_span(_rounded(ends[arm]))} {_quoted(arm)}" for arm in arms)
    title = f"{wording.capital(words)} {wording.after(month)}: {told}"
    n_seeds = series["seed"].nunique()
    reading = (
        f"Lines: median of {n_seeds} regions; bands: central 90 % of them" if n_seeds > 1 else "One region"
    )
    fig = style.slide(title, reading, about(series))
    axes = style.bare(fig.add_axes(PANEL), grid="y")
    colours = _colours(arms)
    for arm in arms:
        spread = seeds.by_month(series, arm, [column])
        axes.fill_between(
            spread.index, spread["low"], spread["high"], color=colours[arm], alpha=0.18, linewidth=0
        )
        axes.plot(spread.index, spread["mid"], color=colours[arm], linewidth=3.0, solid_capstyle="round")
    axes.set_ylim(bottom=0)
    axes.set_xlim(0, max(month, 1))
    axes.set_xlabel("months since the start", fontsize=style.LABEL, color=style.QUIET)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: wording.number(value)))
    style.heading(axes, words)
    _name_ends(axes, {arm: ends[arm].mid for arm in arms}, colours)
    return Picture(fig, title)


def _quoted(arm: str) -> str:
    """An arm within a sentence."""
    return "without policy" if arm == seeds.NO_POLICY else f"({wording.spoken(arm)})"


def _rounded(found: seeds.Interval) -> seeds.Interval:
    """An interval with whole ends where they are large enough to be counts."""
    return wording.counts(found) if found.high >= 10 else found


def _colours(arms: Sequence[str]) -> dict[str, str]:
    """The first arm is grey, as what others are compared with; the others have colours of their own."""
    return {arms[0]: style.WITHOUT} | dict(zip(arms[1:], style.POLICY_COLOURS, strict=False))


def _name_ends(axes: Axes, ends: dict[str, float], colours: dict[str, str]) -> None:
    """The name of every arm beside the end of its line."""
    top = axes.get_ylim()[1]
    places = style.dodge(list(ends.values()), 0.09 * top, 0.03 * top, 0.97 * top)
    for (arm, _), y in zip(ends.items(), places, strict=True):
        name = style.fitted(wording.capital(wording.spoken(_head(arm))), 2.9, style.LABEL, "bold")
        ink = style.QUIET if colours[arm] == style.WITHOUT else colours[arm]
        name_end(axes, (1.0, y), name, ink, across="axes fraction")


def name_end(axes: Axes, end: tuple[float, float], text: str, colour: str, across: str = "data") -> None:
    """Text in the colour of a line beside its end; `across` is what the first number of the end is measured in."""
    axes.annotate(
        text, end, xycoords=(across, "data"), xytext=(10, 0), textcoords="offset points", va="center",
        fontsize=style.LABEL, fontweight="bold", color=colour, annotation_clip=False,
    )  # fmt: skip


def _head(arm: str) -> str:
    """An arm as a head."""
    return "without policy" if arm == seeds.NO_POLICY else arm


def rows(found: Sequence[Row], title: str, reading: str, foot: str, unit: str = "") -> Picture:
    """Lines from low to high with a dot in the middle, one below the other, named and told in numbers.

    For whom  anything with an interval; a row's `mark` is a black dot on its line
    Units     `unit`, the same for all rows
    """
    fig = style.slide(title, reading, Model(foot))
    left = style.LEFT + NAMES / style.SIZE[0]
    width = style.RIGHT - left - NUMBERS / style.SIZE[0]
    axes = style.bare(fig.add_axes((left, 0.16, width, 0.62)), grid="x")
    lowest, highest = min(row.low for row in found), max(row.high for row in found)
    if lowest <= 0.0 <= highest:
        axes.axvline(0.0, color=style.QUIET, linewidth=1.2)
    for k, row in enumerate(found):
        colour = style.WITH if row.is_told else style.WITHOUT
        axes.plot([row.low, row.high], [k, k], color=colour, linewidth=5.0, solid_capstyle="butt", alpha=0.55)
        axes.plot([row.mid], [k], "o", color=colour, markersize=9, zorder=3)
        if row.mark is not None:
            axes.plot([row.mark], [k], "D", color=palette.PUBLISHED, markersize=7, zorder=4)
        name = style.fitted(row.words, NAMES - 0.2, style.LABEL)
        _beside(axes, k, -0.03, name, style.INK, "right")
        told = f"{wording.number(row.mid)} ({wording.number(row.low)} to {wording.number(row.high)}){unit}"
        _beside(axes, k, 1.03, told, style.INK if row.is_told else style.QUIET, "left")
    axes.set_ylim(max(len(found), 3) - 0.5, -0.5)
    axes.set_yticks([])
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: wording.number(value)))
    return Picture(fig, title)


def _beside(axes: Axes, y: float, x: float, text: str, colour: str, side: str) -> None:
    """Text at the height of a row, `x` in widths of the panel."""
    axes.text(x, y, text, transform=axes.get_yaxis_transform(), fontsize=style.LABEL, color=colour, ha=side,
              va="center", linespacing=1.15)  # fmt: skip


def bars(series: pd.DataFrame) -> Picture:
    """Firms that exchange under every arm, and the stages of all firms: the figure that `issim run` draws."""
    source = about(series)
    return Picture(adoption.figure(series, source), adoption.takeaway(series, source))


def map_picture(n_firms: int = 150, n_months: int = 60, seed: int = 3, **arm: Any) -> Picture:
    """One region on the map at the start, half-way and at the end, firms coloured by stage, exchanges as arcs."""
    from issim.teach.regions import Arm, recorded

    tables = recorded(Arm(**arm), n_firms, n_months, seed)
    source = about(tables["series"])
    firms, panel, pairs, events = (tables[name] for name in ("firms", "panel", "pairs", "events"))
    fig = region_map.figure(firms, panel, pairs, events, source, tables["series"])
    return Picture(fig, region_map.takeaway(tables["series"], source))


def brakes_picture(series: pd.DataFrame, arm: Any) -> Picture:
    """Where firms stand at the end without policy and under an arm, and which barriers brake each step most.

    For whom  the series of `runs` of "none" and that arm; the barriers are those of its first region
    """
    import pandas as pd

    from issim.teach.regions import Arm, recorded

    source, seed, month = about(series), int(series["seed"].min()), seeds.last_month(series)
    found = [
        recorded(one, source.n_firms, month, seed)["barriers"] for one in (Arm(behaviour=arm.behaviour), arm)
    ]
    barriers = pd.concat(found, ignore_index=True)
    texts = funnel.barrier_texts()
    fig = funnel.figure(series, barriers, source, texts)
    return Picture(fig, funnel.takeaway(series, barriers, source, texts))
