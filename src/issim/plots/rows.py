"""Slides with one row per number and one panel per outcome: their places, their names, their heads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from matplotlib.figure import Figure

from issim.plots import style, wording
from issim.plots.moved import parameter

#: Left edge of the panels and their vertical ends, as shares of the slide.
PANELS, BOTTOM, TOP = 0.345, 0.15, 0.69
#: Room for the name and meaning of a number, in inches.
NAMES = 3.7


class Source(NamedTuple):
    """Where the numbers of a figure come from."""

    about: Mapping[str, Any]
    samples: int
    what: str
    """What is sampled."""
    replicates: int
    besides: str
    """What is said at the end."""

    def line(self) -> str:
        """The provenance in one line."""
        said = self.about
        return (
            f"Region: {said['region']} · {said['n_firms']:,} firms · {self.samples:,} {self.what}, "
            f"{self.replicates} seeds each · issim {said['issim']} · {self.besides}"
        )


def panel_places(n: int) -> list[tuple[float, float]]:
    """Left edge and width of so many panels side by side."""
    width = (style.RIGHT + 0.02 - PANELS) / n
    return [(PANELS + place * width, 0.93 * width) for place in range(n)]


def write_head(fig: Figure, x: float, what: str, besides: str, width: float) -> None:
    """What a panel shows, and a quiet line below it."""
    told = style.fitted(what, width * style.SIZE[0], style.LABEL, "bold")
    fig.text(x, TOP + 0.075, told, fontsize=style.LABEL, fontweight="bold", color=style.INK, va="center")
    told = style.fitted(besides, width * style.SIZE[0], style.FOOTER)
    fig.text(x, TOP + 0.018, told, fontsize=style.FOOTER, color=style.QUIET, va="center")


def named_rows(fig: Figure, names: list[str], meanings: Mapping[str, str]) -> None:
    """Every number by its name, and below it what it means."""
    for row, name in enumerate(names):
        y = BOTTOM + (TOP - BOTTOM) * (1.0 - (row + 0.5) / len(names))
        told = style.fitted(wording.capital(parameter(name)), NAMES, style.SMALL, "bold", 1)
        fig.text(
            style.LEFT, y + 0.011, told, fontsize=style.SMALL, fontweight="bold", color=style.INK, va="center"
        )
        words = meanings.get(name) or "those without an index of their own, exchanged at once"
        told = style.fitted(words, NAMES, 8.5, max_lines=1)
        fig.text(style.LEFT, y - 0.014, told, fontsize=8.5, color=style.QUIET, va="center")


def who_moves(parameters: Iterable[str]) -> str:
    """The first three numbers with their verb: "'a', 'b' and 'c' move"."""
    names = [f"'{parameter(name)}'" for name in list(parameters)[:3]]
    said = " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
    return f"{said} {'move' if len(names) > 1 else 'moves'}"
