"""The figure of the funnel: stages of a firm and of an exchange, barriers at each move, and levers that lift them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

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
    """The barriers that most firms have."""


def moves() -> dict[str, Move]:
    """Barriers and levers by stage, counted in the packaged evidence and levers."""
    known = evidence.load().barriers
    lifted = {each.name: {key for key, share in each.lifts().items() if share} for each in catalogue.levers()}
    found = {}
    for stage in "ABCD":
        here = sorted((b for b in known if str(b.stage) == stage), key=lambda b: -float(b.prevalence))
        keys = {b.key for b in here}
        n_levers = sum(bool(keys & barriers) for barriers in lifted.values())
        found[stage] = Move(stage, len(here), n_levers, tuple(b.text for b in here[:2]))
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
    axes = fig.add_axes((0.03, 0.07, 0.94, 0.75))
    axes.set_axis_off()
    axes.set_xlim(0.0, len(CHAIN))
    axes.set_ylim(0.0, 1.0)
    colours = [*list(style.STAGE_COLOURS.values())[:3], *[style.STAGE_COLOURS["talking"]] * 3, style.WITH]
    for place, ((name, _), colour) in enumerate(zip(CHAIN, colours, strict=True)):
        axes.add_patch(
            FancyBboxPatch((place + 0.1, 0.74), 0.72, 0.13, boxstyle="round,pad=0.02", fc=colour, ec="none")
        )
        axes.text(
            place + 0.46,
            0.805,
            name,
            ha="center",
            va="center",
            fontsize=style.LABEL,
            color=style.ink_on(colour),
        )
        if place + 1 < len(CHAIN):
            axes.annotate(
                "",
                (place + 1.07, 0.805),
                (place + 0.86, 0.805),
                arrowprops={"arrowstyle": "->", "color": style.INK},
            )
    _below(axes, list(moves().values()))
    return fig


def _below(axes: object, found: Sequence[Move]) -> None:
    """What bites at each stage, under the moves that it slows."""
    spans = {"A": (0.1, 1.35), "B": (1.45, 3.1), "C": (3.2, 4.35), "D": (4.45, 6.92)}
    words = {
        "A": "becoming aware, starting to search",
        "B": "searching, meeting",
        "C": "agreeing",
        "D": "building, keeping",
    }
    for move in found:
        low, high = spans[move.stage]
        middle, width = (low + high) / 2, (high - low) / len(CHAIN) * 0.94 * style.SIZE[0]
        axes.plot([low, high], [0.66, 0.66], color=style.QUIET, linewidth=1.5)  # type: ignore[attr-defined]
        common = [style.fitted(text, width, style.SMALL, max_lines=4) for text in move.commonest]
        lines = [
            (
                style.fitted(f"{move.stage}: {words[move.stage]}", width, style.LABEL, "bold"),
                style.LABEL,
                "bold",
                style.INK,
            ),
            (f"{move.n_barriers} barriers, {move.n_levers} levers", style.LABEL, "normal", style.WITH),
            ("most firms have:", style.SMALL, "normal", style.QUIET),
            *((text, style.SMALL, "normal", style.INK) for text in common),
        ]
        y = 0.62
        for text, size, weight, colour in lines:
            axes.text(middle, y, text, ha="center", va="top", fontsize=size, fontweight=weight, color=colour)  # type: ignore[attr-defined]
            y -= 0.0215 * size / 8.0 * (1.4 + 1.15 * text.count("\n")) * 1.18
