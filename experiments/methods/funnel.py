"""The figure of the funnel: stages of a firm and of an exchange, barriers at each move, and levers that lift them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from issim import evidence
from issim.levers import catalogue
from issim.plots import style

#: Stages in their order, with the stage of barriers at the move to the next.
CHAIN = (
    ("unaware", "A"), ("aware", "A/B"), ("searching", "B"), ("met", "C"), ("agreed", "D"), ("implementing", "D"),
    ("operating", ""),
)  # fmt: skip
STAGES = "ABCD"
#: So many barriers and levers of a stage are named.
SHOWN = 3
#: Where each stage of barriers stands, from and to, and which moves it slows.
SPANS = {
    "A": (0.0, 1.6, "becoming aware, starting to search"),
    "B": (1.75, 3.35, "searching, meeting"),
    "C": (3.5, 5.1, "agreeing"),
    "D": (5.25, 6.95, "building, keeping it running"),
}
TITLE = "Adoption is a funnel: barriers slow each move, levers lift barriers"
READING = (
    "Stages of a firm (grey to blue) and of one exchange; below each move what bites there and what lifts it"
)


class Move(NamedTuple):
    """What bites at one stage of barriers, and what lifts it."""

    stage: str
    n_barriers: int
    n_levers: int
    commonest: tuple[str, ...]
    """The barriers that most firms have, with the share of firms."""
    strongest: tuple[str, ...]
    """The levers that lift most there, summed over barriers."""


def moves() -> dict[str, Move]:
    """Barriers and levers by stage, counted in the packaged evidence and levers."""
    known = evidence.load().barriers
    lifts = {each.name.replace("_", " "): each.lifts() for each in catalogue.levers()}
    found = {}
    for stage in STAGES:
        here = sorted((b for b in known if str(b.stage) == stage), key=lambda b: -float(b.prevalence))
        sums = {name: sum(lifted.get(b.key, 0.0) for b in here) for name, lifted in lifts.items()}
        best = sorted(
            (name for name, total in sums.items() if total > 0), key=lambda name: (-sums[name], name)
        )
        common = tuple(f"{b.text} ({100 * float(b.prevalence):.0f} %)" for b in here[:SHOWN])
        found[stage] = Move(stage, len(here), len(best), common, tuple(best[:SHOWN]))
    return found


def alt() -> str:
    """The figure in words."""
    said = [
        f"stage {m.stage}: {m.n_barriers} barriers, lifted by {m.n_levers} levers" for m in moves().values()
    ]
    return f"The funnel from unaware to operating; {'; '.join(said)}."


class Origin(NamedTuple):
    """Where the numbers of the figure come from."""

    def line(self) -> str:
        """The line at the foot."""
        n_levers, n_barriers = len(catalogue.names()), len(evidence.load().barriers)
        return (
            f"Packaged evidence: {n_barriers} blocking points; {n_levers} levers, of which many lift several"
        )


def figure() -> Figure:
    """The funnel as one slide."""
    fig = style.slide(TITLE, READING, Origin())
    axes = fig.add_axes((0.042, 0.07, 0.925, 0.75))
    axes.set_axis_off()
    axes.set_xlim(0.0, len(CHAIN))
    axes.set_ylim(0.0, 1.0)
    colours = [*list(style.STAGE_COLOURS.values())[:3], *[style.STAGE_COLOURS["talking"]] * 3, style.WITH]
    for place, ((name, _), colour) in enumerate(zip(CHAIN, colours, strict=True)):
        axes.add_patch(
            FancyBboxPatch((place + 0.04, 0.79), 0.7, 0.12, boxstyle="round,pad=0.02", fc=colour, ec="none")
        )
        axes.text(
            place + 0.39,
            0.85,
            name,
            ha="center",
            va="center",
            fontsize=style.LABEL,
            color=style.ink_on(colour),
        )
        if place + 1 < len(CHAIN):
            axes.annotate(
                "",
                (place + 1.01, 0.85),
                (place + 0.77, 0.85),
                arrowprops={"arrowstyle": "->", "color": style.INK},
            )
    _below(axes, list(moves().values()))
    return fig


def _below(axes: Axes, found: Sequence[Move]) -> None:
    """What bites at each stage, and what lifts it."""
    for move in found:
        low, high, words = SPANS[move.stage]
        width = (high - low) / len(CHAIN) * 0.94 * style.SIZE[0]
        axes.plot([low, high], [0.69, 0.69], color=style.QUIET, linewidth=1.5)
        lines = [(f"{move.stage}: {words}", style.LABEL, "bold", style.INK)]
        lines += [(f"{move.n_barriers} barriers; most firms have", style.SMALL, "normal", style.QUIET)]
        lines += [(text, style.SMALL, "normal", style.INK) for text in move.commonest]
        lines += [(f"{move.n_levers} levers lift some, most of all", style.SMALL, "normal", style.QUIET)]
        lines += [(text, style.SMALL, "normal", style.WITH) for text in move.strongest]
        y = 0.66
        for text, size, weight, colour in lines:
            told = style.fitted(text, width, size, weight, max_lines=3)
            axes.text(
                low, y, told, va="top", fontsize=size, fontweight=weight, color=colour, linespacing=1.15
            )
            y -= size / 72.0 / (0.75 * style.SIZE[1]) * (0.7 + 1.2 * (1 + told.count("\n")))
