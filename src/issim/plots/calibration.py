"""Figures of a calibration: what was learnt about every parameter, targets before and after, ties, known truths."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from issim.analysis.calibration import Floats, Learnt, Ranks, Reached, Together
from issim.plots import palette, style

BEFORE, AFTER, PUBLISHED, MISS = style.WITHOUT, palette.MODEL, palette.PUBLISHED, palette.MISSED
#: Pairs and histograms that one slide has room for.
N_PAIRS = 8
N_SHOWN = 12
BINS = 16


class Foot(NamedTuple):
    """Where the numbers of a figure come from."""

    n_draws: int
    ess: float
    version: str

    def line(self) -> str:
        """The line at the foot of the slide."""
        return (
            f"{self.n_draws:,} draws from the priors, effective sample size {self.ess:,.0f} · issim {self.version} · "
            "Posterior: draws weighted by the chance of what programmes published, with its errors"
        )


def _boxes(fig: Figure, n: int, columns: int) -> list[Axes]:
    """Small panels of equal size, row by row."""
    rows = max(1, math.ceil(n / columns))
    left, right, top, bottom = style.LEFT, style.RIGHT, 0.76, 0.1
    width, height = (right - left) / columns, (top - bottom) / rows
    return [
        fig.add_axes((
            left + (k % columns) * width, top - (k // columns + 1) * height + 0.3 * height,
            0.82 * width, 0.48 * height,
        ))
        for k in range(n)
    ]  # fmt: skip


def learnt_figure(found: Sequence[Learnt], uniform: Floats, weights: Floats, about: Foot) -> Figure:
    """Prior and posterior of the parameters that the data inform most, in equally likely slices of the prior."""
    order = sorted(range(len(found)), key=lambda k: -found[k].divergence)[:N_SHOWN]
    told = sum(one.is_told for one in found)
    title = f"What programmes achieved says something about {told} of {len(found)} constants of behaviour"
    fig = style.slide(
        title, "Share of the posterior in sixteen equally likely slices of the prior, with its 5 % and 95 %; "
        "line: the prior", about,
    )  # fmt: skip
    for axes, k in zip(_boxes(fig, len(order), 4), order, strict=True):
        one = found[k]
        axes.hist(
            uniform[:, k], bins=BINS, range=(0, 1), weights=weights * BINS,
            color=AFTER if one.is_told else palette.MODEL_BAND,
        )  # fmt: skip
        axes.axhline(1.0, color=BEFORE, linewidth=2.0)
        style.bare(axes)
        axes.set_yticks([])
        axes.set_xlim(0.0, 1.0)
        axes.set_xticks(
            [0.05, 0.95], [f"{one.prior_low:.3g}", f"{one.prior_high:.3g}"], fontsize=style.FOOTER
        )
        style.heading(axes, f"{_short(one.parameter)}{'' if one.is_told else ' (noise)'}")
    return fig


def _short(parameter: str) -> str:
    """A parameter's name as words."""
    return parameter.removeprefix("behaviour.").replace("_", " ")


def intervals_figure(found: Sequence[Learnt], quantiles: NDArray[np.float64], about: Foot) -> Figure:
    """The central 90 % of every posterior within its prior, most informed first; `quantiles` (n, 3) of the prior."""
    order = sorted(range(len(found)), key=lambda k: -found[k].divergence)
    unknown = sum(not one.is_told for one in found)
    fig = style.slide(
        f"{unknown} of {len(found)} constants are as unknown as before",
        "Central 90 % of the posterior as quantiles of the prior; grey: of the prior; hollow: no more than noise",
        about,
    )
    half = math.ceil(len(order) / 2)
    for column, part in enumerate((order[:half], order[half:])):
        axes = fig.add_axes((0.17 + 0.48 * column, 0.09, 0.3, 0.7))
        axes.axvspan(0.05, 0.95, color=style.FAINT, zorder=0)
        for y, k in enumerate(part):
            low, middle, high = quantiles[k]
            face = AFTER if found[k].is_told else style.PAPER
            axes.plot([low, high], [y, y], color=AFTER, linewidth=2.2, zorder=1)
            axes.plot(middle, y, "o", color=AFTER, markerfacecolor=face, markersize=6, zorder=2)
        style.bare(axes)
        axes.set_ylim(half - 0.5, -0.5)
        axes.set_xlim(0.0, 1.0)
        axes.set_xticks([0.05, 0.5, 0.95], ["5 %", "half", "95 %"], fontsize=style.FOOTER)
        axes.set_yticks(
            range(len(part)), [_short(found[k].parameter) for k in part], fontsize=style.SMALL - 1
        )
    return fig


def targets_figure(rows: Sequence[Reached], words: Sequence[str], about: Foot) -> Figure:
    """Every fitted target: published value with its error, and the model before and after."""
    missed = sum(row.is_missed for row in rows)
    title = f"{len(rows) - missed} of {len(rows)} fitted targets are met" + (
        "" if missed else ", within the errors that were given to them"
    )
    fig = style.slide(
        title, "Central 90 % of runs: grey with constants from the priors, blue from the posterior; black: published, "
        "with one standard error", about,
    )  # fmt: skip
    height = 0.7 / max(len(rows), 1)
    for k, (row, said) in enumerate(zip(rows, words, strict=True)):
        axes = fig.add_axes((0.42, 0.8 - (k + 1) * height + 0.35 * height, 0.5, 0.55 * height))
        for y, ends, colour in (
            (1.0, (row.prior_low, row.prior_middle, row.prior_high), BEFORE),
            (0.0, (row.low, row.middle, row.high), AFTER),
        ):
            axes.plot([ends[0], ends[2]], [y, y], color=colour, linewidth=5.0, solid_capstyle="butt")
            axes.plot(ends[1], y, "o", color=style.PAPER, markeredgecolor=colour, markersize=8)
        colour = MISS if row.is_missed else PUBLISHED
        axes.errorbar(row.published, 0.5, xerr=row.sd, fmt="D", color=colour, markersize=6, elinewidth=1.6)
        style.bare(axes, grid="x")
        axes.set_ylim(-0.6, 1.6)
        axes.set_yticks([])
        axes.tick_params(labelsize=style.FOOTER)
        verdict = " · missed" if row.is_missed else ""
        told = style.fitted(said + verdict, 0.36 * style.SIZE[0], style.LABEL, max_lines=2)
        fig.text(style.LEFT, 0.8 - (k + 0.38) * height, told, fontsize=style.LABEL, va="center", color=colour)
    return fig


def pairs_figure(
    pairs: Sequence[Together], names: Sequence[str], posterior: Floats, prior: Floats, about: Foot
) -> Figure:
    """Posterior draws of the parameters that go together; grey: draws from the priors."""
    shown = pairs[:N_PAIRS]
    title = (
        f"{len(pairs)} pairs of constants are known better together than apart"
        if len(pairs) != 1
        else "One pair of constants is known better together than apart"
    )
    fig = style.slide(
        title if pairs else "No two constants are tied to each other by the targets",
        "Grey: draws from the priors; blue: equally likely draws from the posterior; with the rank correlation", about,
    )  # fmt: skip
    for axes, pair in zip(_boxes(fig, len(shown), min(4, max(2, len(shown)))), shown, strict=True):
        i, j = names.index(pair.first), names.index(pair.second)
        axes.plot(prior[:600, i], prior[:600, j], ".", color=style.FAINT, markersize=3)
        axes.plot(posterior[:300, i], posterior[:300, j], ".", color=AFTER, markersize=4)
        style.bare(axes)
        axes.tick_params(labelsize=style.FOOTER - 1)
        axes.set_xlabel(_short(pair.first), fontsize=style.SMALL, color=style.QUIET)
        style.heading(axes, f"{_short(pair.second)} ({pair.correlation:+.2f})")
    return fig


def ranks_figure(found: Sequence[Ranks], names: Sequence[str], n_truths: int, about: Foot) -> Figure:
    """Where known truths fall in their own posteriors: evenly if the method is right."""
    by_name = {one.parameter: one for one in found}
    shown = [by_name[name] for name in names if name in by_name][:N_SHOWN]
    worst = min((one.ks_p for one in found), default=1.0) * max(len(found), 1)
    title = (
        "The method finds known constants again: their ranks are even"
        if worst >= 0.05
        else "Ranks of known constants are uneven: some posteriors are too narrow, too wide or shifted"
    )
    fig = style.slide(
        title, f"{n_truths} truths from the priors, each fitted to its own simulated targets: ranks in posteriors; "
        "band: 99 % of even ones", about,
    )  # fmt: skip
    even = n_truths / 10.0
    room = 2.576 * math.sqrt(n_truths * 0.1 * 0.9)
    for axes, one in zip(_boxes(fig, len(shown), 4), shown, strict=True):
        axes.axhspan(even - room, even + room, color=style.FAINT, zorder=0)
        axes.set_ylim(0.0, 1.25 * (even + room))
        axes.set_xlim(0.0, 1.0)
        axes.hist(one.ranks, bins=10, range=(0, 1), color=AFTER, rwidth=0.9)
        style.bare(axes)
        axes.set_yticks([])
        axes.set_xticks([0.0, 1.0], ["0", "1"], fontsize=style.FOOTER)
        style.heading(axes, f"{_short(one.parameter)} (p = {one.ks_p:.2f})")
    return fig
