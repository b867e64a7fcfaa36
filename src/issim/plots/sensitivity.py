"""What moves outcomes, and effects of a policy: ranked indices with their intervals, drawn from a folder's tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from issim.analysis.sensitivity import EFFECT, OUTCOME
from issim.errors import InputError
from issim.plots import style, wording
from issim.plots.moved import FIRST, SHORT, heading, parameter
from issim.store.blocks import REST
from issim.store.folder import MANIFEST

#: Tables of an analysis; the last two only where there were runs enough for indices.
TABLES = ("parameters", "morris", "steps", "sobol", "variance")
NEEDED = TABLES[:3]
#: Most rows of a figure besides that of all other numbers.
N_ROWS = 9
#: Left edge of the panels and their vertical ends, as shares of the slide.
PANELS, BOTTOM, TOP = 0.345, 0.15, 0.69
#: Room for the name and meaning of a number, in inches.
NAMES = 3.7
#: What an index is shown up to, and the part of its panel that leaves room for its number.
END, USED = 1.0, 0.72
#: The part of a total index that is a number's own, and what it has with others.
OWN, SHARED = style.STAGE_COLOURS["talking"], style.STAGE_COLOURS["aware"]


class Source(NamedTuple):
    """Where the numbers of a figure come from."""

    about: Mapping[str, Any]
    samples: int
    replicates: int

    def line(self) -> str:
        """The provenance in one line, with what is meant by exchanging."""
        said = self.about
        return (
            f"Region: {said['region']} · {said['n_firms']:,} firms · {self.samples:,} base samples, "
            f"{self.replicates} seeds each · issim {said['issim']} · "
            "Exchanging: gives or takes a residue in an operating exchange, formal or not"
        )


def read(folder: Path) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """The tables of an analysis and its manifest; InputError if the folder is none."""
    try:
        about: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        tables = {
            name: pd.read_csv(folder / f"{name}.csv")
            for name in TABLES
            if name in NEEDED or (folder / f"{name}.csv").exists()
        }
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error).partition("\n")[0].rstrip(".")
        raise InputError(
            f"'{folder}' is no finished sensitivity analysis ({reason}); give the folder that "
            "`issim sensitivity` printed, or its command again."
        ) from None
    return tables, about


def figures(tables: Mapping[str, pd.DataFrame], about: Mapping[str, Any]) -> Iterator[tuple[str, Figure]]:
    """A figure for the outcomes and one for the effects of the policy, each with its kind; none without indices."""
    if "sobol" not in tables:
        return
    for kind in (OUTCOME, EFFECT):
        rows = tables["sobol"][tables["sobol"]["kind"] == kind]
        if rows["ST"].notna().any():
            yield kind, figure(kind, tables, about)


def figure(kind: str, tables: Mapping[str, pd.DataFrame], about: Mapping[str, Any]) -> Figure:
    """One row per number, strongest first, one panel per outcome: its total index, its own part of it, its interval.

    For whom  outcomes, or effects, of an analysis with indices
    Units     shares of the variance that the numbers make; grey and hollow: not told from chance
    """
    sobol, variance = (tables[name][tables[name]["kind"] == kind] for name in ("sobol", "variance"))
    keys = [key for key in SHORT if (sobol["outcome"] == key).any()]
    names = ranked(sobol)
    source = Source(about, int(variance["samples"].iloc[0]), int(variance["replicates"].iloc[0]))
    fig = style.slide(takeaway(kind, sobol, about), reading(), source)
    width = (style.RIGHT + 0.02 - PANELS) / len(keys)
    meanings = dict(zip(tables["parameters"]["parameter"], tables["parameters"]["meaning"], strict=True))
    for place, key in enumerate(keys):
        axes = fig.add_axes((PANELS + place * width, BOTTOM, 0.93 * width, TOP - BOTTOM))
        _panel(axes, sobol[sobol["outcome"] == key], names)
        chance = variance[variance["outcome"] == key].iloc[0]
        _head(fig, PANELS + place * width, key, 100.0 * float(chance["chance"]), 0.93 * width)
    for row, name in enumerate(names):
        _name(fig, BOTTOM + (TOP - BOTTOM) * (1.0 - (row + 0.5) / len(names)), name, meanings.get(name, ""))
    return fig


def ranked(sobol: pd.DataFrame) -> list[str]:
    """The numbers of a figure: by the largest total index that is told from chance in any outcome, all others last."""
    own = sobol[sobol["parameter"] != REST]
    shown = own["ST"].where(own["ST_is_told"], 0.0).fillna(0.0)
    best = shown.groupby(own["parameter"], sort=False).max().sort_values(ascending=False, kind="stable")
    rest = [REST] if (sobol["parameter"] == REST).any() else []
    return [*[str(name) for name in best.index if best[name] > 0.0][:N_ROWS], *rest]


def takeaway(kind: str, sobol: pd.DataFrame, about: Mapping[str, Any]) -> str:
    """The sentence that the figure is for."""
    rows = sobol[(sobol["outcome"] == FIRST) & (sobol["parameter"] != REST) & sobol["ST_is_told"]]
    what = heading(kind, about["policies"][-1])
    if rows.empty:
        return f"No single number can be told from chance as what moves {what} on firms that exchange"
    names = [f"'{parameter(name)}'" for name in rows.sort_values("ST", ascending=False)["parameter"].head(3)]
    said = " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
    who = "how many extra firms exchange" if kind == EFFECT else "how many firms exchange"
    under = wording.under(about["policies"][-1])
    verb = "move" if len(names) > 1 else "moves"
    return f"{under}: {said} {verb} {who} most"


def reading() -> str:
    """How to read the picture."""
    return (
        "Share of the variance that the numbers make: dark alone, light with others; lines: 95 %; "
        "hollow: not told from chance"
    )


def _head(fig: Figure, x: float, key: str, chance: float, width: float) -> None:
    """What a panel shows, and how much of the variance of a single run is chance."""
    told = style.fitted(wording.capital(SHORT[key]), width * style.SIZE[0], style.LABEL, "bold")
    fig.text(x, TOP + 0.075, told, fontsize=style.LABEL, fontweight="bold", color=style.INK, va="center")
    told = style.fitted(f"chance: {chance:.0f} %", width * style.SIZE[0], style.FOOTER)
    fig.text(x, TOP + 0.018, told, fontsize=style.FOOTER, color=style.QUIET, va="center")


def _name(fig: Figure, y: float, name: str, meaning: str) -> None:
    """A number by its name, and below it what it means."""
    told = style.fitted(wording.capital(parameter(name)), NAMES, style.SMALL, "bold", 1)
    fig.text(
        style.LEFT, y + 0.011, told, fontsize=style.SMALL, fontweight="bold", color=style.INK, va="center"
    )
    words = meaning or "those without an index of their own, exchanged at once"
    told = style.fitted(words, NAMES, 8.5, max_lines=1)
    fig.text(style.LEFT, y - 0.014, told, fontsize=8.5, color=style.QUIET, va="center")


def _panel(axes: Axes, rows: pd.DataFrame, names: list[str]) -> None:
    """The bars of one outcome."""
    style.bare(axes)
    axes.axvline(0.0, color=style.QUIET, linewidth=1.2)
    axes.set_xlim(0.0, END / USED)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks([])
    axes.set_xticks([0.0, 0.5, 1.0], ["0", "50 %", "100 %"], fontsize=style.FOOTER)
    for row, name in enumerate(names):
        for _, found in rows[(rows["parameter"] == name) & rows["ST"].notna()].iterrows():
            _bar(axes, row, found)
    if not rows["ST"].notna().any():
        axes.text(0.02, 0.5, "chance\nalone", fontsize=style.SMALL, color=style.QUIET)


def _bar(axes: Axes, row: int, found: pd.Series) -> None:
    """A total index with its own part, its interval and its number."""
    total, own = min(END, max(0.0, float(found["ST"]))), max(0.0, float(found["S1"]))
    told = bool(found["ST_is_told"])
    low, high = (min(END, max(0.0, float(found[f"ST_{end}"]))) for end in ("low", "high"))
    edge = SHARED if told else style.WITHOUT
    axes.barh(
        [row], [total], height=0.5, color=SHARED if told else style.PAPER, edgecolor=edge, linewidth=1.0
    )
    if told:
        axes.barh([row], [min(own, total)], height=0.5, color=OWN, linewidth=0.0)
    axes.plot([low, high], [row, row], color=style.INK if told else style.WITHOUT, linewidth=1.4, zorder=3)
    number = f"{100.0 * max(0.0, float(found['ST'])):.0f} %"
    axes.annotate(number, (max(total, high), row), (4, 0), textcoords="offset points", va="center",
                  fontsize=style.FOOTER, color=style.INK if told else style.QUIET)  # fmt: skip
