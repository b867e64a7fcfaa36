"""One look for every figure: the slide, its title and footer, and how it is saved; colours are from `palette`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from issim.plots.palette import (
    FAINT,
    GROUND,
    INK,
    OTHER_STREAMS,
    PAPER,
    POLICY_COLOURS,
    QUIET,
    STAGE_COLOURS,
    STAGES,
    STREAM_COLOURS,
    WITH,
    WITHOUT,
    ink_on,
    policy_colour,
    policy_colours,
    policy_ink,
)
from issim.plots.wording import headed

#: What figures take from here of the palette.
__all__ = [
    "FAINT", "GROUND", "INK", "OTHER_STREAMS", "PAPER", "POLICY_COLOURS", "QUIET", "STAGES", "STAGE_COLOURS",
    "STREAM_COLOURS", "WITH", "WITHOUT", "ink_on", "policy_colour", "policy_colours", "policy_ink",
]  # fmt: skip

#: A 16:9 slide in inches, as large as those of presentation programs: sizes in points are the slide's.
SIZE = (12.8, 7.2)
DPI = 200
#: Sizes of text in points.
TITLE_SIZES = (20.0, 18.5, 17.0, 15.5)
SUBTITLE, HEADING, LABEL, SMALL, FOOTER = 13.5, 14.0, 12.5, 11.0, 9.5

#: Left and right edge of what stands on a slide, as fractions of its width.
LEFT, RIGHT = 0.045, 0.955
#: The blank between a number and its unit.
GLUED = re.compile(r"(?<=\d) (?=(?:t|%|km|m³|MWh)(?:\W|$))")
#: Room for the name of one policy in a key, in inches.
KEY_WIDTH = 2.4


class Sourced(Protocol):
    """Whatever can say in one line where the numbers of a figure come from."""

    def line(self) -> str:
        """The line at the foot of the slide."""
        ...


class Provenance(NamedTuple):
    """Where the numbers of a figure come from."""

    region: str
    n_firms: int
    n_seeds: int
    version: str

    def line(self) -> str:
        """The provenance in one line, with what is meant by an adopter."""
        runs = f"{self.n_seeds:,} seeds" if self.n_seeds != 1 else "one seed (no interval)"
        firms = f"{self.n_firms:,} firms" if self.n_firms != 1 else "1 firm"
        return (
            f"Region: {self.region} · {firms} · {runs} · issim {self.version} · "
            "Adopter: a firm that gives or takes a residue in at least one operating exchange, formal or not"
        )


def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Width of the longest line of a text in inches, in the font of the figures."""
    font = FontProperties(family="DejaVu Sans", size=size, weight=weight)
    widths = [text_to_path.get_text_width_height_descent(line, font, False)[0] for line in text.split("\n")]
    return float(max(widths)) / 72.0


def fitted(text: str, width: float, size: float, weight: str = "normal", max_lines: int = 2) -> str:
    """`text` in lines of at most `width` inches; what exceeds `max_lines` gives way to an ellipsis.

    A number and its unit stay together.
    """
    lines = [""]
    for word in GLUED.sub("\u00a0", text).split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if not lines[-1] or text_width(longer, size, weight) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > max_lines:
        lines = lines[:max_lines]
        while " " in lines[-1] and text_width(lines[-1] + " …", size, weight) > width:
            lines[-1] = lines[-1].rpartition(" ")[0]
        lines[-1] += " …"
    return "\n".join(lines)


def balanced(title: str, width: float, size: float, told: str) -> str:
    """A title on two lines of more even length, so that no single word stands on the second."""
    for share in (0.94, 0.88, 0.82, 0.76):
        even = fitted(title, share * width, size, "bold", max_lines=9)
        if even.count("\n") > 1:
            break
        told = even
    return told


def headline(title: str, width: float) -> tuple[float, str]:
    """The largest size at which a title fits on two lines, and the title broken into them."""
    for size in TITLE_SIZES[:-1]:
        told = fitted(title, width, size, "bold", max_lines=9)
        if "\n" not in told:
            return size, told
        if told.count("\n") == 1:
            return size, balanced(title, width, size, told)
    return TITLE_SIZES[-1], fitted(title, width, TITLE_SIZES[-1], "bold")


def fits(title: str) -> bool:
    """Whether a slide can show a title in full."""
    return not headline(title, SIZE[0] * (RIGHT - LEFT))[1].endswith("…")


def slide(title: str, subtitle: str, about: Sourced) -> Figure:
    """An empty slide with its takeaway as title, a line on how to read it, and its provenance at the foot.

    Panels belong between 0.08 and 0.8 of its height.
    """
    fig = Figure(figsize=SIZE, facecolor=PAPER)
    wide = SIZE[0] * (RIGHT - LEFT)
    size, told = headline(title, wide)
    fig.text(LEFT, 0.965, told, fontsize=size, fontweight="bold", color=INK, va="top", linespacing=1.15)
    below = 0.952 - 0.0024 * size * (1 + told.count("\n"))
    fig.text(
        LEFT, below, fitted(subtitle, wide, SUBTITLE, max_lines=1), fontsize=SUBTITLE, color=QUIET, va="top"
    )
    fig.text(LEFT, 0.022, fitted(about.line(), wide, FOOTER, max_lines=1), fontsize=FOOTER, color=QUIET)
    return fig


def policy_name(policy: str, width: float, size: float = LABEL, max_lines: int = 1) -> str:
    """Under which policy, in bold within some inches; just "With policy" where its name is too long."""
    told = fitted(headed(policy), width, size, "bold", max_lines=9)
    return told if told.count("\n") < max_lines and text_width(told, size, "bold") <= width else "With policy"


def policy_key(fig: Figure, x: float, y: float, shown: Sequence[str]) -> None:
    """The policies of a figure in one line, each in its colour."""
    for policy in shown:
        name = policy_name(policy, KEY_WIDTH)
        fig.text(x, y, "■", fontsize=LABEL, color=policy_colour(policy), va="baseline")
        x += 0.22 / SIZE[0]
        fig.text(x, y, name, fontsize=LABEL, fontweight="bold", color=policy_ink(policy), va="baseline")
        x += (text_width(name, LABEL, "bold") + 0.3) / SIZE[0]


def bare(axes: Axes, *, grid: str = "") -> Axes:
    """Axes without frame and ticks, with a faint grid along "x", "y" or neither."""
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(axis="both", length=0, pad=6, labelsize=LABEL, labelcolor=QUIET)
    axes.set_axisbelow(True)
    if grid:
        axes.grid(axis="x" if grid == "x" else "y", color=FAINT, linewidth=1.0)
    return axes


def section(fig: Figure, x: float, y: float, text: str) -> None:
    """A bold line above one or several panels, from `x` on."""
    fig.text(x, y, text, fontsize=HEADING, fontweight="bold", color=INK, va="bottom")


def heading(axes: Axes, text: str, *, color: str = INK) -> None:
    """What one panel shows, above it from its left edge."""
    axes.set_title(text, loc="left", fontsize=LABEL, fontweight="bold", color=color, pad=7.0)


def dodge(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions near the wanted ones, in the same order, at least `gap` apart and in [low, high].

    Where there is no room for all the gap shrinks.
    """
    count = len(wanted)
    if count > 1:
        gap = min(gap, (high - low) / (count - 1))
    order = sorted(range(count), key=lambda k: wanted[k])
    placed = [0.0] * count
    floor = low
    for k in order:
        placed[k] = floor = max(wanted[k], floor)
        floor += gap
    ceiling = high
    for k in reversed(order):
        placed[k] = ceiling = min(placed[k], ceiling)
        ceiling -= gap
    return placed


def save(fig: Figure, folder: Path, name: str) -> list[Path]:
    """Write `name.png` (200 dpi) and `name.svg` into the folder; the same figure gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / f"{name}.png", folder / f"{name}.svg"]
    undated: dict[str, Any] = {"Date": None}
    with rc_context({"svg.hashsalt": "issim", "svg.fonttype": "path"}):
        fig.savefig(written[0], dpi=DPI)
        fig.savefig(written[1], metadata=undated)
    return written
