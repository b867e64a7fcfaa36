"""The keys of a map: stages as dots and streams as lines, with how many of each there are."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from issim.plots import style, wording

DOT, LINE = "●", "▬"
#: Heights of the two rows below maps, and of one line beside a map, as fractions of slide and map.
ROWS = (0.152, 0.095)
PITCH = 0.062


def exchanges(n: int) -> str:
    """A number of exchanges in words."""
    return "no exchange" if n == 0 else f"{wording.count(n)} exchange{'' if n == 1 else 's'}"


def beside(axes: Axes, stages: pd.Series, found: pd.DataFrame, colours: Mapping[str, str]) -> None:
    """What the map holds, at its right: firms by stage, exchanges by stream, and how far these reach."""
    y = 0.97
    y = _title(axes, y, "Firms")
    for code, stage in enumerate(style.STAGES):
        n = int((stages == code).sum())
        y = _entry(
            axes,
            y,
            DOT,
            style.STAGE_COLOURS[stage],
            f"{wording.count(n)} {stage}",
            strong=stage == "operating",
        )
    y = _title(axes, y - 0.3 * PITCH, wording.capital(exchanges(len(found))))
    for name, n in by_stream(found, colours).items():
        y = _entry(
            axes, y, LINE, colours.get(name, style.OTHER_STREAMS), f"{n} {wording.spoken(name)}", strong=False
        )
    if len(found):
        half = wording.number(float(found["distance"].median()))
        _text(axes, 0.035, y - 0.3 * PITCH, f"half within {half} km", style.SMALL, style.QUIET, "normal")


def by_stream(found: pd.DataFrame, colours: Mapping[str, str]) -> dict[str, int]:
    """Exchanges by stream, the slide's most frequent first; those without a colour of their own together."""
    counted = found["good"].value_counts()
    own = {
        name: int(counted.get(name, 0)) for name, colour in colours.items() if colour != style.OTHER_STREAMS
    }
    rest = len(found) - sum(own.values())
    return {name: n for name, n in own.items() if n} | ({"others": rest} if rest else {})


def _title(axes: Axes, y: float, text: str) -> float:
    """A bold line beside the map; returns the height of the next."""
    _text(axes, 0.035, y, text, style.LABEL, style.INK, "bold")
    return y - PITCH


def _entry(axes: Axes, y: float, sign: str, colour: str, text: str, *, strong: bool) -> float:
    """A sign in its colour and what it stands for; returns the height of the next."""
    _text(axes, 0.035, y, sign, style.LABEL, colour, "normal")
    _text(axes, 0.095, y, text, style.LABEL, style.INK, "bold" if strong else "normal")
    return y - PITCH


def _text(axes: Axes, x: float, y: float, text: str, size: float, colour: str, weight: str) -> None:
    """Text at the right of the map, `x` in widths of the map from its edge."""
    axes.text(
        1.0 + x,
        y,
        text,
        transform=axes.transAxes,
        fontsize=size,
        color=colour,
        fontweight=weight,
        va="center",
    )


def below(fig: Figure, colours: Mapping[str, str]) -> None:
    """Stages and streams in two rows below several maps."""
    _row(fig, ROWS[0], "Firms", [(stage, style.STAGE_COLOURS[stage], DOT) for stage in style.STAGES])
    shown = [(wording.spoken(name), hue, LINE) for name, hue in colours.items() if hue != style.OTHER_STREAMS]
    if style.OTHER_STREAMS in colours.values():
        shown.append(("other streams", style.OTHER_STREAMS, LINE))
    if shown:
        _row(fig, ROWS[1], "Exchanges", shown)
    else:
        fig.text(style.LEFT, ROWS[1], "No exchange operates", fontsize=style.LABEL, color=style.QUIET)


def _row(fig: Figure, y: float, title: str, items: list[tuple[str, str, str]]) -> None:
    """One row of a key across the slide."""
    fig.text(style.LEFT, y, title, fontsize=style.LABEL, fontweight="bold", color=style.INK)
    x = style.LEFT + 0.1
    for name, colour, sign in items:
        fig.text(x, y, sign, fontsize=style.LABEL, color=colour)
        x += (style.text_width(sign, style.LABEL) + 0.06) / style.SIZE[0]
        fig.text(x, y, name, fontsize=style.LABEL, color=style.INK)
        x += (style.text_width(name, style.LABEL) + 0.22) / style.SIZE[0]
