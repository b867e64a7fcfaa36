"""Raimbault's market where products cluster around cities, on a grid of 432 cells.

    python experiments/replications/run.py E2 --csv CELLS.csv
    python experiments/replications/run.py E2 --against PUBLISHED.csv

Raimbault et al. (2020), arXiv:2003.14133; rules as in the code of commit 3ac2b2e of 2018-06-16.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from replications import market, places
from replications.e1 import SOURCE
from replications.market import Terms
from replications.replication import Line, Replication, Source, generator, over_runs

from issim.errors import InputError
from issim.plots import palette, style

WORLD = places.Square(121, 97)
N_STEPS = 100
#: Which product the companies around a centre stand for, as parts of 1,000; who gets which is drawn.
VALUES = np.arange(1, places.N_CENTRES + 1) / places.N_CENTRES
GRID: dict[str, tuple[float, ...]] = {
    "A": (0.0, 4.0, 8.0, 12.0, 16.0, 20.0),
    "sigma": (0.1, 0.6),
    "d0": (10.0, 50.0, 90.0),
    "T0": (0.0, 0.1, 0.2, 0.3, 0.4, 0.5),
    "c": (0.5, 3.5),
}
KEYS = ["sigma", "c", "d0", "T0", "A"]
MEANS = ["waste_mean", "cost_mean"]
#: Least correlation over cells and greatest bias that are expected against the published cells.
EXPECTED = {"waste_mean": (0.96, 0.005), "cost_mean": (0.97, 0.05)}
#: Cell means of the full grid as they were last computed, kept to be compared from outside.
CELLS = Path(__file__).with_name("e2_cells.csv")
SHADES = dict(
    zip(
        (10.0, 50.0, 90.0),
        (style.STAGE_COLOURS[stage] for stage in ("aware", "searching", "talking")),
        strict=True,
    )
)


class Cell(NamedTuple):
    """One setting of the grid."""

    A: float
    """How far products stray per distance from the nearest centre; 0 is strict clustering."""
    sigma: float
    d0: float
    T0: float
    c: float


def grid() -> list[Cell]:
    """All cells in order."""
    return [Cell(*levels) for levels in product(*GRID.values())]


def means_of(random: np.random.Generator, stand: np.ndarray, towns: np.ndarray, stray: float) -> np.ndarray:
    """Two means of products per company, (n, 2), that follow its nearest centre.

    mean = Normal(1000 * value of the centre, 1000 * A * d / dmax)
    """
    values = random.permutation(VALUES)
    far = places.distances(stand, towns)
    nearest = far.argmin(axis=1)[:, None]
    wide = 1000.0 * stray * np.take_along_axis(far, nearest, axis=1) / WORLD.diagonal
    return 1000.0 * values[nearest] + wide * random.standard_normal((len(stand), 2))


def one(cell: Cell, *key: int) -> market.Outcome:
    """One run of a cell."""
    random = generator(2, *key)
    towns = places.centres(random, WORLD)
    stand = places.around(random, WORLD, towns)
    means = means_of(random, stand, towns, cell.A)
    terms = Terms(cell.d0, cell.T0, cell.c, WORLD.diagonal)
    return market.played(random, stand, means, 1000.0 * cell.sigma, terms, N_STEPS)


def measure(
    n_runs: int, tick: Callable[[], object], chosen: Callable[[Cell], bool] = lambda _: True
) -> pd.DataFrame:
    """What is left and what came about, a row per cell and run; of all cells, or of those chosen."""
    jobs = [(cell, k, run) for k, cell in enumerate(grid()) for run in range(n_runs) if chosen(cell)]
    found = over_runs(jobs, lambda job: one(*job), tick)
    return pd.DataFrame(
        [
            {**cell._asdict(), "run": run, "waste": o.waste, "cost": o.cost, "links": o.links}
            for (cell, _, run), o in zip(jobs, found, strict=True)
        ]
    )


def cells(table: pd.DataFrame) -> pd.DataFrame:
    """Mean and standard deviation over the runs of every cell; links per company."""
    means = table.groupby(KEYS, sort=True).agg(
        waste_mean=("waste", "mean"),
        waste_sd=("waste", "std"),
        cost_mean=("cost", "mean"),
        cost_sd=("cost", "std"),
        links_per_company=("links", lambda links: links.mean() / places.N_COMPANIES),
    )
    return means.round(6).reset_index()


def read_cells(path: Path) -> pd.DataFrame:
    """A table of cells in the columns of ours; InputError if it is none."""
    try:
        found = pd.read_csv(path, comment="#")
    except (OSError, ValueError) as error:
        raise InputError(
            f"'{path}' cannot be read as CSV ({str(error).splitlines()[0]}); name a table of cells."
        ) from None
    missing = [name for name in (*KEYS, *MEANS) if name not in found]
    if missing:
        raise InputError(f"'{path}' has no column {missing[0]}; it needs {', '.join((*KEYS, *MEANS))}.")
    return found


def agreement(ours: pd.DataFrame, theirs: pd.DataFrame) -> tuple[Line, ...]:
    """Correlation over cells and bias of waste and cost against a table of published cells, judged."""
    both = ours.round(dict.fromkeys(KEYS, 6)).merge(
        theirs.round(dict.fromkeys(KEYS, 6)), on=KEYS, suffixes=("", "_published")
    )
    if len(both) < len(ours):
        raise InputError(f"Only {len(both)} of our {len(ours)} cells are in the published table.")
    found = []
    for name, (least, most) in EXPECTED.items():
        a, b = both[name].to_numpy(np.float64), both[f"{name}_published"].to_numpy(np.float64)
        r, bias = float(np.corrcoef(a, b)[0, 1]), float((a - b).mean())
        what = name.removesuffix("_mean")
        found += [
            Line(f"{len(both)} cells", f"{what}: correlation", f"at least {least:g}", f"{r:.4f}", "r", r, r >= least),
            Line(
                f"{len(both)} cells", f"{what}: ours minus published", f"at most {most:g}", f"{bias:+.4f}",
                "bias", bias, abs(bias) <= most,
            ),
        ]  # fmt: skip
    return tuple(found)


def ceiling(found: pd.DataFrame, what: str, n_runs: int) -> float:
    """Correlation that two such grids with different luck can be expected to have.

    r = 1 - (variance within cells / n) / variance of the cell means
    """
    noise = (found[f"{what}_sd"] ** 2).mean() / n_runs
    return float(1.0 - noise / found[f"{what}_mean"].var())


def lines(table: pd.DataFrame) -> tuple[Line, ...]:
    """What is expected of a comparison from outside; beside it the agreement that chance allows."""
    found, n_runs = cells(table), table["run"].nunique()
    return tuple(
        Line(
            f"{len(found)} cells", f"{what}: correlation", f"at least {EXPECTED[f'{what}_mean'][0]:g} expected",
            f"at most {ceiling(found, what, n_runs):.3f} possible", "", np.nan, True,
        )
        for what in ("waste", "cost")
    )  # fmt: skip


def remarks(table: pd.DataFrame) -> tuple[str, ...]:
    """What strict clustering changes, and where the cells are."""
    strict, loose = (by_stray(table, "waste", stray) for stray in GRID["A"][:2])
    return (
        "The published cells are not printed here; `--against FILE` compares ours with a table of them. What is "
        "possible is what two grids with different luck would show: r = 1 - (variance within cells / 10) / variance "
        "of cell means. Cell means of the full grid: [e2_cells.csv](../experiments/replications/e2_cells.csv).",
        f"Over all other levels a share of {strict:.3f} is wasted under strict clustering (A = 0) and {loose:.3f} "
        f"under the next level (A = {GRID['A'][1]:g}).",
    )


def by_stray(table: pd.DataFrame, what: str, stray: float) -> float:
    """Mean outcome at one level of A."""
    return float(table.loc[table["A"] == stray, what].mean())


def draw(table: pd.DataFrame, about: Source) -> Figure:
    """Waste and cost against A, a column per spread of products, a line per reach and cost of transport."""
    strict, loose = (by_stray(table, "waste", stray) for stray in GRID["A"][:2])
    fig = style.slide(
        f"Clustering saves waste where it is strict: {100 * strict:.0f} % are wasted then, {100 * loose:.0f} % where "
        "products stray a little"
        if strict < loose
        else f"Strict clustering wastes {100 * strict:.0f} %, a little straying {100 * loose:.0f} %",
        "By how far products stray from those of the nearest centre (A); full lines: transport costs 0.5, dashed: 3.5",
        about,
    )
    means = table.groupby(["sigma", "c", "d0", "A"])[["waste", "cost"]].mean()
    for row, (what, word) in enumerate((("waste", "Waste (share)"), ("cost", "Relative cost"))):
        for column, sigma in enumerate(GRID["sigma"]):
            axes = style.bare(fig.add_axes((0.07 + 0.47 * column, 0.49 - 0.34 * row, 0.35, 0.27)), grid="y")
            style.heading(axes, f"{word}, spread of products {sigma:g}")
            top = 1.08 * float(means[what].max())
            panel(axes, table[table["sigma"] == sigma], what, top)
            axes.set_ylim(0, top)
            if not row:
                axes.set_xticklabels([])
    fig.text(0.48, 0.065, "A (0: strict clustering)", fontsize=style.LABEL, color=style.QUIET, ha="center")
    return fig


def panel(axes: Axes, table: pd.DataFrame, what: str, top: float) -> None:
    """One outcome by A; the reaches are named at the right end."""
    means = table.groupby(["d0", "c", "A"])[what].mean()
    ends = [float(means[d0, GRID["c"][0], GRID["A"][-1]]) for d0 in GRID["d0"]]
    heights = style.dodge(ends, 0.11 * top, 0.0, top)
    for (d0, colour), height in zip(SHADES.items(), heights, strict=True):
        for cost, dashes in zip(GRID["c"], ("-", (0, (4, 2))), strict=True):
            axes.plot(GRID["A"], means[d0, cost].to_numpy(), color=colour, linewidth=2.2, linestyle=dashes)
        axes.annotate(
            f"reach {d0:g}", (GRID["A"][-1], height), xytext=(8, 0), textcoords="offset points", va="center",
            fontsize=style.SMALL, fontweight="bold", color=palette.PALE_INK if d0 == GRID["d0"][0] else colour,
            annotation_clip=False,
        )  # fmt: skip
    axes.set_xticks(GRID["A"])


def alt(table: pd.DataFrame) -> str:
    """The figure in words."""
    told = "; ".join(
        f"A = {stray:g}: waste {by_stray(table, 'waste', stray):.3f}, cost {by_stray(table, 'cost', stray):.3f}"
        for stray in GRID["A"]
    )
    return f"Waste and relative cost by A, means over all other levels: {told}."


REPLICATION = Replication(
    name="E2",
    title="The same market where products cluster, on a grid",
    question="Does it save waste when companies of one product stand around one city, and how strict must that be?",
    source=f"{SOURCE}; rules of the code of commit 3ac2b2e, 2018-06-16",
    published="A table of 432 cells, means over ten runs, that is not printed here: the comparison is made from "
    "outside.",
    design=f"50 companies on {WORLD.width} x {WORLD.height} cells around five centres, {N_STEPS} steps, products that "
    "follow the nearest centre. A in {0, 4, 8, 12, 16, 20}, sigma in {0.1, 0.6}, d0 in {10, 50, 90}, T0 in "
    "{0, 0.1, ..., 0.5}, c in {0.5, 3.5}; ten runs per cell.",
    open=(
        "The queue blocks, as in E1; here the freezing of the network makes a second hump in some distributions.",
        "The diagonal is that of this world, 155.08 cells, in cost as in the distance that products stray with.",
        "The two means of a company are drawn independently around the value of the same centre.",
        "Reaches of the cities and the placing of companies are those of E1; the values 1/5 to 1 go to the centres "
        "in random order, so that they are not tied to a city's rank.",
        "Where no link comes about relative cost is 0, and the run counts.",
    ),
    rule="Against the published cells, from outside: correlation over cells at least 0.96 for waste and 0.97 for "
    "relative cost, difference of the means at most 0.005 and 0.05.",
    n_runs=10,
    measure=measure,
    n_jobs=lambda n_runs: len(grid()) * n_runs,
    lines=lines,
    remarks=remarks,
    draw=draw,
    alt=alt,
)  # fmt: skip
