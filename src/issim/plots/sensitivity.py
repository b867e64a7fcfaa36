"""What moves outcomes, and effects of a policy: ranked indices with their intervals, drawn from a folder's tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from issim.analysis.sensitivity import EFFECT, OUTCOME
from issim.errors import InputError
from issim.plots import screening, style, wording
from issim.plots.moved import FIRST, SHORT, heading
from issim.plots.rows import BOTTOM, TOP, Source, named_rows, panel_places, who_moves, write_head
from issim.store.blocks import REST
from issim.store.folder import MANIFEST

#: Tables of an analysis; the last two only where there were runs enough for indices.
TABLES = ("parameters", "morris", "steps", "sobol", "variance")
NEEDED = TABLES[:3]
#: Most rows of a figure besides that of all other numbers.
N_ROWS = 9
#: What an index is shown up to, and the part of its panel that leaves room for its number.
END, USED = 1.0, 0.72
#: The part of a total index that is a number's own, and what it has with others.
OWN, SHARED = style.STAGE_COLOURS["talking"], style.STAGE_COLOURS["aware"]


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
    """Figures by name, for the outcomes and for the effects of the policy: of the indices, and of the screening.

    None of indices that there are not, none of a screening that told nothing from chance.
    """
    for kind in (OUTCOME, EFFECT):
        screened = screening.figure(kind, tables, about)
        if screened is not None:
            yield f"screening_{kind}s", screened
        if "sobol" in tables and tables["sobol"].loc[tables["sobol"]["kind"] == kind, "ST"].notna().any():
            yield f"sensitivity_{kind}s", figure(kind, tables, about)


def figure(kind: str, tables: Mapping[str, pd.DataFrame], about: Mapping[str, Any]) -> Figure:
    """One row per number, strongest first, one panel per outcome: its total index, its own part of it, its interval.

    For whom  outcomes, or effects, of an analysis with indices
    Units     shares of the variance that the numbers make; grey and hollow: not told from chance
    """
    sobol, variance = (tables[name][tables[name]["kind"] == kind] for name in ("sobol", "variance"))
    keys = [key for key in SHORT if (sobol["outcome"] == key).any()]
    names = ranked(sobol)
    source = Source(
        about, int(variance["samples"].iloc[0]), "base samples", int(variance["replicates"].iloc[0]),
        "Exchanging: gives or takes a residue in an operating exchange, formal or not",
    )  # fmt: skip
    fig = style.slide(takeaway(kind, sobol, about), reading(), source)
    meanings = dict(zip(tables["parameters"]["parameter"], tables["parameters"]["meaning"], strict=True))
    for key, (left, width) in zip(keys, panel_places(len(keys)), strict=True):
        axes = fig.add_axes((left, BOTTOM, width, TOP - BOTTOM))
        _panel(axes, sobol[sobol["outcome"] == key], names)
        chance = 100.0 * float(variance[variance["outcome"] == key].iloc[0]["chance"])
        write_head(fig, left, wording.capital(SHORT[key]), f"chance: {chance:.0f} %", width)
    named_rows(fig, names, meanings)
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
    said = who_moves(rows.sort_values("ST", ascending=False)["parameter"])
    who = "how many extra firms exchange" if kind == EFFECT else "how many firms exchange"
    under = wording.under(about["policies"][-1])
    return f"{under}: {said} {who} most"


def reading() -> str:
    """How to read the picture."""
    return (
        "Share of the variance that the numbers make: dark alone, light with others; lines: 95 %; "
        "hollow: not told from chance"
    )


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
