"""What the screening found: how far each number moves an outcome over its prior, beside what chance alone would."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from issim.analysis.sensitivity import EFFECT
from issim.plots import style, wording
from issim.plots.moved import FIRST, SHORT
from issim.plots.rows import BOTTOM, TOP, Source, named_rows, panel_places, who_moves, write_head

#: Most rows of a figure.
N_ROWS = 10
#: From which share of mu* on mu says that a number moves the outcome in one direction.
ONE_WAY = 0.8
#: The part of a panel that leaves room for its numbers.
USED = 0.66
#: What the numbers of a panel are given in if the greatest is one of these or more.
SCALES = ((1e6, "million "), (1e3, "thousand "))


def figure(kind: str, tables: Mapping[str, pd.DataFrame], about: Mapping[str, Any]) -> Figure | None:
    """One row per number, strongest first, one panel per outcome: its mean absolute effect, interval and direction.

    For whom  outcomes, or effects, of an analysis; None where no number is told from chance
    Units     of the outcome, per whole range of a number's prior; hollow: not told from chance
    """
    morris = tables["morris"][tables["morris"]["kind"] == kind]
    names = ranked(morris)
    if not names:
        return None
    last = tables["steps"][tables["steps"]["stage"] == "screening"].iloc[-1]
    besides = f"{about['n_parameters']} numbers were screened"
    source = Source(about, int(last["samples"]), "trajectories", int(last["replicates"]), besides)
    fig = style.slide(takeaway(kind, morris, about), reading(), source)
    keys = [key for key in SHORT if (morris["outcome"] == key).any()]
    meanings = dict(zip(tables["parameters"]["parameter"], tables["parameters"]["meaning"], strict=True))
    for key, (left, width) in zip(keys, panel_places(len(keys)), strict=True):
        rows = morris[morris["outcome"] == key].set_index("parameter")
        size, scale = scale_of(float(rows["mu_star"].max()))
        _panel(fig.add_axes((left, BOTTOM, width, TOP - BOTTOM)), rows, names, size)
        write_head(fig, left, wording.capital(SHORT[key]), f"{scale}{rows['unit'].iloc[0]}", width)
    named_rows(fig, names, meanings)
    return fig


def ranked(morris: pd.DataFrame) -> list[str]:
    """The numbers of a figure: by the largest share of an outcome's greatest effect, of those told from chance."""
    greatest = morris.groupby("outcome")["mu_star"].transform("max")
    share = (morris["mu_star"] / greatest.where(greatest > 0.0)).where(morris["is_told"], 0.0).fillna(0.0)
    best = share.groupby(morris["parameter"], sort=False).max().sort_values(ascending=False, kind="stable")
    return [str(name) for name in best.index if best[name] > 0.0][:N_ROWS]


def scale_of(greatest: float) -> tuple[float, str]:
    """The number that a panel's numbers are divided by, and its name before the unit."""
    return next(((size, name) for size, name in SCALES if greatest >= size), (1.0, ""))


def takeaway(kind: str, morris: pd.DataFrame, about: Mapping[str, Any]) -> str:
    """The sentence that the figure is for."""
    rows = morris[(morris["outcome"] == FIRST) & morris["is_told"]].sort_values("mu_star", ascending=False)
    policy = about["policies"][-1]
    if rows.empty:
        return f"{wording.under(policy)}: no number can be told from chance as what moves how many firms exchange"
    who = "how many extra firms exchange" if kind == EFFECT else "how many firms exchange"
    return f"{wording.under(policy)}: {who_moves(rows['parameter'])} {who} most, over the whole of what is likely"


def reading() -> str:
    """How to read the picture."""
    return (
        "Mean change over a number's prior, and 95 %; ▲ raises, ▼ lowers, ◆ both; "
        "grey: chance alone; hollow: not told from it"
    )


def _panel(axes: Axes, rows: pd.DataFrame, names: list[str], size: float) -> None:
    """The marks of one outcome, with its numbers in so many of its units."""
    style.bare(axes)
    shown = rows.loc[[name for name in names if name in rows.index]]
    end = max(float((shown["mu_star"] + shown["mu_star_conf"]).max()), float(shown["noise"].max()))
    axes.axvline(0.0, color=style.QUIET, linewidth=1.2)
    axes.set_xlim(0.0, (end or 1.0) / USED)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks([])
    axes.set_xticks([])
    for name, found in shown.iterrows():
        _mark(axes, names.index(str(name)), found, end, size)


def _mark(axes: Axes, place: int, found: pd.Series, end: float, size: float) -> None:
    """The effect of one number on one outcome."""
    middle, half, told = float(found["mu_star"]), float(found["mu_star_conf"]), bool(found["is_told"])
    colour = style.STAGE_COLOURS["talking"] if told else style.WITHOUT
    reach = (max(0.0, middle - half), min(end, middle + half))
    axes.plot(reach, [place, place], color=colour, linewidth=1.6)
    if found["noise"] > 0.0:
        axes.plot([float(found["noise"])] * 2, [place - 0.3, place + 0.3], color=style.WITHOUT, linewidth=1.6)
    way = float(found["mu"]) / middle if middle > 0.0 else 0.0
    marker = "^" if way >= ONE_WAY else "v" if way <= -ONE_WAY else "D"
    face = colour if told else style.PAPER
    axes.plot(
        [middle], [place], marker, markersize=7, markerfacecolor=face, markeredgecolor=colour, clip_on=False
    )
    axes.annotate(
        wording.number(middle / size), (reach[1], place), (6, 0), textcoords="offset points", va="center",
        fontsize=style.FOOTER, color=style.INK if told else style.QUIET,
    )  # fmt: skip
