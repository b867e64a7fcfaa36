"""How much the assumptions matter: each policy's effect with and without them varied, and what moves it most."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from issim.analysis.importance import Influence, Robust, strongest
from issim.plots import style, wording

#: The effect that is shown.
SHOWN = "adopters"
#: How many assumptions are shown, strongest first.
N_BARS = 7
BOTTOM, TOP, HEADS = 0.15, 0.68, 0.755
#: Left edge and width of the two panels, and the room for names beside them in inches.
EFFECTS, BARS = (0.17, 0.2), (0.735, 0.19)
NAMES, NUMBERS = 1.45, 2.55
#: Half the distance between the two lines of a policy, in rows.
APART = 0.16


def figure(robust: Sequence[Robust], found: Sequence[Influence], about: style.Provenance) -> Figure:
    """Left every policy's extra firms, over seeds and over draws; right what moves those of the strongest policy.

    For whom  the effects and influences of a folder in which assumptions were drawn
    Units     firms; rank correlation. Grey and hollow: cannot be told from noise
    """
    shown, best = [one for one in robust if one.key == SHOWN], headmost(robust)
    fig = style.slide(takeaway(robust, found), _reading(best), about)
    _effects(fig, shown)
    _bars(fig, strongest(found, best.policy, SHOWN, N_BARS), best)
    return fig


def headmost(robust: Sequence[Robust]) -> Robust:
    """The policy that makes most firms exchange at the default values."""
    return max((one for one in robust if one.key == SHOWN), key=lambda one: one.mean)


def takeaway(robust: Sequence[Robust], found: Sequence[Influence]) -> str:
    """The sentence the figure is for: what remains of the strongest policy's effect, and what it hangs on."""
    best = headmost(robust)
    name = wording.capital(wording.policy_phrase(best.policy))
    told = [one for one in strongest(found, best.policy, SHOWN, N_BARS) if one.is_told]
    moved = f"{wording.parameter(told[0].parameter)} matters most" if told else "no single number stands out"
    return (
        f"{name} adds {wording.number(best.draws_mean)} firms that exchange ({wording.number(best.draws_low)} to "
        f"{wording.number(best.draws_high)}) if assumptions vary, {wording.number(best.mean)} at {best.base}; "
        f"{moved}"
    )


def _reading(best: Robust) -> str:
    """How to read the picture."""
    return (
        f"{best.draws} draws of the assumptions from their priors, {best.seeds} seeds at {best.base}; "
        "lines: where 90 % of them lie; dots: means"
    )


def _effects(fig: Figure, shown: Sequence[Robust]) -> None:
    """One row per policy, from the top down: chance alone, and below it chance and assumptions."""
    left, width = EFFECTS
    against = wording.policy_phrase(shown[0].against)
    style.section(fig, style.LEFT, HEADS, f"Extra firms that exchange, against {against}")
    for x, words, colour in (
        (style.LEFT, "■ chance alone", style.QUIET),
        (0.19, "■ chance and assumptions", style.WITH),
    ):
        fig.text(x, HEADS - 0.04, words, fontsize=style.SMALL, color=colour, fontweight="bold")
    axes = style.bare(fig.add_axes((left, BOTTOM, width, TOP - BOTTOM)), grid="x")
    axes.axvline(0.0, color=style.QUIET, linewidth=1.2)
    for row, one in enumerate(shown):
        name = wording.capital(wording.policy_phrase(one.policy))
        _beside(axes, row, -0.06, style.fitted(name, NAMES, style.LABEL), style.INK, "right", style.LABEL)
        for y, mean, low, high, colour, ink in (
            (row - APART, one.mean, one.seeds_low, one.seeds_high, style.WITHOUT, style.QUIET),
            (row + APART, one.draws_mean, one.draws_low, one.draws_high, style.WITH, style.WITH),
        ):
            axes.plot([low, high], [y, y], color=colour, linewidth=3.0, solid_capstyle="butt")
            axes.plot([mean], [y], "o", color=colour, markersize=7, zorder=3)
            told = f"{wording.number(mean)} ({wording.number(low)} to {wording.number(high)})"
            _beside(axes, y, 1.05, told, ink, "left", style.FOOTER)
    axes.set_ylim(len(shown) - 0.5, -0.5)
    axes.set_yticks([])
    axes.xaxis.set_major_locator(MaxNLocator(nbins=3))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda tick, _: wording.number(tick)))


def _bars(fig: Figure, bars: Sequence[Influence], best: Robust) -> None:
    """One bar per assumption, strongest first; dotted lines where noise ends."""
    left, width = BARS
    style.section(fig, 0.525, HEADS, f"What moves the effect of {wording.policy_phrase(best.policy)}")
    if not bars:
        fig.text(
            0.525, TOP, "The effect is the same in all draws, or they are too few.", fontsize=style.LABEL
        )
        return
    fig.text(
        0.525, HEADS - 0.04, f"Rank correlation with the number drawn; dotted: noise up to {bars[0].needed:.2f}",
        fontsize=style.SMALL, color=style.QUIET,
    )  # fmt: skip
    axes = style.bare(fig.add_axes((left, BOTTOM, width, TOP - BOTTOM)))
    axes.axvline(0.0, color=style.QUIET, linewidth=1.2)
    for end in (-bars[0].needed, bars[0].needed):
        axes.axvline(end, color=style.QUIET, linewidth=1.2, linestyle=(0, (1, 2)))
    for row, bar in enumerate(bars):
        colour = style.WITH if bar.is_told else style.WITHOUT
        axes.barh(
            [row], [bar.correlation], height=0.55, edgecolor=colour, linewidth=1.6,
            color=colour if bar.is_told else style.PAPER,
        )  # fmt: skip
        ink = style.INK if bar.is_told else style.QUIET
        name = style.fitted(wording.parameter(bar.parameter), NUMBERS, style.SMALL)
        _beside(axes, row, -0.04, name, ink, "right", style.SMALL)
        _beside(axes, row, 1.04, f"{bar.correlation:+.2f}".replace("-", "−"), ink, "left", style.SMALL)
    axes.set_ylim(max(len(bars), N_BARS) - 0.5, -0.5)
    axes.set_xlim(-1.0, 1.0)
    axes.set_yticks([])
    axes.set_xticks([-1.0, 0.0, 1.0])


def _beside(axes: Axes, y: float, x: float, text: str, colour: str, side: str, size: float) -> None:
    """Text at some height of a panel, `x` in widths of the panel."""
    axes.text(
        x, y, text, transform=axes.get_yaxis_transform(), fontsize=size, color=colour, ha=side, va="center",
        linespacing=1.15,
    )  # fmt: skip
