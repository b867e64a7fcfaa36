"""Policies side by side: what each adds and what it costs the public, every mean with its 90 % interval."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from issim.analysis.effects import Effect
from issim.plots import style, wording

#: What is shown: key of the effect, head of the panel, and its left edge as a fraction of the slide.
PANELS = (
    ("adopters", "Extra firms that exchange", 0.175),
    ("tonnes", "Extra tonnes, all years", 0.452),
    ("cost_per_tonne", "Public EUR per extra tonne", 0.729),
)
WIDTH, BOTTOM, TOP = 0.125, 0.17, 0.735
#: Room for the name of a policy, in inches.
NAMES = 1.5
#: From so many policies on a value and its interval are told in smaller letters.
MANY = 9


def figure(found: Sequence[Effect], about: style.Provenance) -> Figure:
    """One row per policy, one panel per effect: a dot at the mean difference, a line over its 90 % interval.

    For whom  the effects of a comparison, any number of policies against the first
    Units     firms; tonnes; EUR per tonne. Grey and hollow: cannot be told from none
    """
    policies = list(dict.fromkeys(effect.policy for effect in found))
    fig = style.slide(takeaway(found, about), _reading(found[0].against, about), about)
    for key, head, left in PANELS:
        axes = fig.add_axes((left, BOTTOM, WIDTH, TOP - BOTTOM))
        _panel(axes, [effect for effect in found if effect.key == key], head)
        if key == PANELS[0][0]:
            for row, policy in enumerate(policies):
                name = style.fitted(
                    wording.capital(wording.policy_label(policy)), NAMES, style.LABEL, max_lines=2
                )
                _beside(axes, row, -0.12, name, style.INK, "right", style.LABEL)
    return fig


def takeaway(found: Sequence[Effect], about: style.Provenance) -> str:
    """The sentence the figure is for: which policy adds most, or that none is told from the first."""
    adopters = {effect.policy: effect for effect in found if effect.key == "adopters"}
    price = {effect.policy: effect.mean for effect in found if effect.key == "cost_per_tonne"}
    against = wording.policy_phrase(found[0].against)
    told = [effect for effect in adopters.values() if effect.is_told and effect.mean > 0.0]
    if about.n_seeds == 1:
        return f"One run cannot tell policies from {against}: raise n_seeds"
    if not told:
        return f"In {about.n_seeds} runs no policy makes clearly more firms exchange than {against}"
    best = max(told, key=lambda effect: effect.mean)
    name = wording.capital(wording.policy_phrase(best.policy))
    does = "adds most" if len(adopters) > 1 else "adds to exchange"
    said = f"{name} {does}: {wording.number(best.mean)} more firms exchange than with {against}"
    if math.isnan(price[best.policy]):
        return said
    return f"{said}, at {wording.number(price[best.policy])} EUR of public money per extra tonne"


def _reading(against: str, about: style.Provenance) -> str:
    """How to read the picture."""
    if about.n_seeds == 1:
        return "One run, so no interval over seeds can be shown"
    return (
        f"Mean difference from {wording.policy_phrase(against)} over {about.n_seeds} seeds, the same luck for all; "
        "lines: its 90 % interval; grey: not told from none"
    )


def _panel(axes: Axes, shown: Sequence[Effect], head: str) -> None:
    """One effect under every policy, from the top down."""
    style.bare(axes, grid="x")
    style.heading(axes, head)
    size = style.SMALL if len(shown) < MANY else style.FOOTER
    axes.axvline(0.0, color=style.QUIET, linewidth=1.2)
    for row, effect in enumerate(shown):
        if math.isnan(effect.mean):
            _beside(axes, row, 1.06, "not told", style.QUIET, "left", size)
            continue
        colour = style.WITH if effect.is_told else style.WITHOUT
        if not math.isnan(effect.low):
            axes.plot(
                [effect.low, effect.high], [row, row], color=colour, linewidth=3.0, solid_capstyle="butt"
            )
        face = colour if effect.is_told else style.PAPER
        axes.plot([effect.mean], [row], "o", color=colour, markerfacecolor=face, markersize=8, zorder=3)
        _beside(axes, row, 1.06, value(effect), style.INK if effect.is_told else style.QUIET, "left", size)
    axes.set_ylim(len(shown) - 0.5, -0.5)
    axes.set_yticks([])
    axes.xaxis.set_major_locator(MaxNLocator(nbins=2))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda tick, _: wording.number(tick)))
    axes.tick_params(axis="x", labelsize=style.SMALL)


def value(effect: Effect) -> str:
    """A mean and, below it, its interval; at one place after the point where they are small."""
    if math.isnan(effect.low):
        return wording.number(effect.mean)
    return f"{wording.number(effect.mean)}\n{wording.number(effect.low)} to {wording.number(effect.high)}"


def _beside(axes: Axes, row: int, x: float, text: str, colour: str, side: str, size: float) -> None:
    """Text at the height of a row, `x` in widths of the panel."""
    axes.text(
        x, row, text, transform=axes.get_yaxis_transform(), fontsize=size, color=colour, ha=side, va="center",
        linespacing=1.15,
    )  # fmt: skip
