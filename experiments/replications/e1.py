"""Raimbault's market at one point of its parameters, companies placed anywhere and around cities.

    python experiments/replications/run.py E1

Raimbault et al. (2020), A spatial agent based model for simulating and optimizing networked eco-industrial systems,
arXiv:2003.14133.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from replications import market, places
from replications.market import Terms
from replications.replication import MAX_Z, Line, Replication, Source, by_z, generator, over_runs

from issim.plots import palette, style

SOURCE = (
    "Raimbault, Broere, Somveille, Serna, Strombom, Moore, Zhu and Sugar 2020, A spatial agent based model for "
    "simulating and optimizing networked eco-industrial systems, arXiv:2003.14133"
)
WORLD = places.Square(101, 101)
N_STEPS = 500
#: The published point: spread of products, reach, threshold, cost of transport.
SIGMA, REACH, THRESHOLD, COST = 0.0331267920125225, 51.46312546832345, 0.11433814155588778, 2.8849684474084283
TERMS = Terms(REACH, THRESHOLD, COST, WORLD.diagonal)
UNIFORM, CITY = "uniform", "city system"
LAYOUTS = (UNIFORM, CITY)
COLOURS = {UNIFORM: palette.MODEL, CITY: palette.MISSED}
#: Runs that the published means are over, per layout.
N_PUBLISHED = 50
#: Mean and standard deviation over the published runs, by layout: (uniform, city system); and decimals to show.
PUBLISHED = {
    "waste": ((0.6262, 0.0349), (0.5197, 0.0732), 4),
    "cost": ((2.5934, 0.3820), (1.8842, 0.4405), 4),
    "links": ((26.68, 2.142), (35.56, 8.036), 2),
    "components": ((23.32, 2.142), (20.42, 6.590), 2),
    "flow": ((0.7008, 0.0398), (0.6874, 0.0722), 4),
}
WORDS = {
    "waste": "waste", "cost": "relative cost", "links": "links", "components": "components", "flow": "mean flow",
}  # fmt: skip
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
WASTE_QUANTILES = {
    UNIFORM: (0.568, 0.605, 0.628, 0.646, 0.685),
    CITY: (0.379, 0.466, 0.549, 0.571, 0.600),
}
#: The published components of the city layout count the centres of the cities, which are agents there.
CENTRES_COUNTED = {UNIFORM: 0, CITY: places.N_CENTRES}


def one(layout: str, run: int) -> market.Outcome:
    """One run of a layout."""
    random = generator(1, LAYOUTS.index(layout), run)
    if layout == UNIFORM:
        stand = places.uniform(random, WORLD)
    else:
        stand = places.around(random, WORLD, places.centres(random, WORLD))
    means = 1000.0 * (random.random((places.N_COMPANIES, 2)) - SIGMA)
    return market.played(random, stand, means, 1000.0 * SIGMA, TERMS, N_STEPS)


def measure(n_runs: int, tick: Callable[[], object]) -> pd.DataFrame:
    """What is left and what came about, a row per layout and run."""
    jobs = [(layout, run) for layout in LAYOUTS for run in range(n_runs)]
    found = over_runs(jobs, lambda job: one(*job), tick)
    return pd.DataFrame(
        [
            {"layout": layout, "run": run, **outcome._asdict()}
            for (layout, run), outcome in zip(jobs, found, strict=True)
        ]
    )


def values(table: pd.DataFrame, layout: str, what: str) -> np.ndarray:
    """One outcome of every run of a layout, components counted as the published ones are."""
    found = table.loc[table["layout"] == layout, what].to_numpy(np.float64)
    return found + CENTRES_COUNTED[layout] if what == "components" else found


def lines(table: pd.DataFrame) -> tuple[Line, ...]:
    """Means of both layouts, judged; quantiles of waste, for information."""
    found = []
    for k, layout in enumerate(LAYOUTS):
        for what, (*published, digits) in PUBLISHED.items():
            told = WORDS[what] + (
                " (centres counted)" if what == "components" and CENTRES_COUNTED[layout] else ""
            )
            found.append(by_z(layout, told, published[k], N_PUBLISHED, values(table, layout, what), digits))
        found += [
            quantile_line(layout, share, published, values(table, layout, "waste"))
            for share, published in zip(QUANTILES, WASTE_QUANTILES[layout], strict=True)
        ]
    return tuple(found)


def quantile_line(layout: str, share: float, published: float, waste: np.ndarray) -> Line:
    """A quantile of waste; its z has the errors of as many runs as each side has, from resampling ours."""
    random = np.random.default_rng(0)
    quantile = np.quantile(waste, share)
    theirs, ours = (
        np.quantile(random.choice(waste, (1000, n)), share, axis=1).std() for n in (N_PUBLISHED, len(waste))
    )
    z = float((published - quantile) / np.hypot(theirs, ours))
    what = f"waste, {100 * share:.0f} % quantile"
    return Line(layout, what, f"{published:.3f}", f"{quantile:.3f}", "", z, abs(z) < MAX_Z)


def remarks(table: pd.DataFrame) -> tuple[str, ...]:
    """How the components come to be off by five, and what is not compared."""
    city = values(table, CITY, "components") - places.N_CENTRES
    return (
        f"Without the five centres our runs have {city.mean():.2f} components in the city system. Total cost is "
        f"c = {COST:.4f} times relative cost and says nothing more. Clustering coefficient and Moran's index of the "
        "published files are left out: the text does not say how they are computed.",
    )


def draw(table: pd.DataFrame, about: Source) -> Figure:
    """Distribution of waste with the published quantiles, and the z of every judged row."""
    judged = [line for line in lines(table) if line.judged_by]
    worst = max(abs(line.score) for line in judged)
    fig = style.slide(
        f"Raimbault's market gives its published numbers again: no mean is more than {worst:.1f} standard errors away"
        if worst < MAX_Z
        else "Some published numbers of Raimbault's market are not found again",
        "Left: share of runs with at most so much waste, ours as lines, published quantiles as dots; right: z of means",
        about,
    )
    axes = style.bare(fig.add_axes((0.08, 0.15, 0.38, 0.6)), grid="y")
    style.heading(axes, "Mass that is not sold")
    for layout, colour in COLOURS.items():
        waste = np.sort(values(table, layout, "waste"))
        axes.plot(waste, 100 * np.arange(1, len(waste) + 1) / len(waste), color=colour, linewidth=2.5)
        axes.plot(WASTE_QUANTILES[layout], 100 * np.array(QUANTILES), "o", color=colour, markersize=9)
    axes.text(
        0.46, 72, "Around cities", color=COLOURS[CITY], fontsize=style.LABEL, fontweight="bold", ha="right"
    )
    axes.text(0.665, 60, "Anywhere", color=COLOURS[UNIFORM], fontsize=style.LABEL, fontweight="bold")
    axes.set_xlabel("Waste (share of all by-products)", fontsize=style.LABEL, color=style.QUIET)
    axes.set_ylabel("% of runs", fontsize=style.LABEL, color=style.QUIET)
    scores(style.bare(fig.add_axes((0.64, 0.15, 0.31, 0.6)), grid="x"), judged)
    return fig


def scores(axes: Axes, judged: list[Line]) -> None:
    """The z of each row, both layouts, and the bounds of the rule."""
    style.heading(axes, "Published minus ours, in standard errors")
    for bound in (-MAX_Z, MAX_Z):
        axes.axvline(bound, color=style.QUIET, linewidth=1.2, linestyle=(0, (4, 2)))
    axes.axvline(0.0, color=style.QUIET, linewidth=1.2)
    for layout, shift in ((UNIFORM, -0.12), (CITY, 0.12)):
        own = [line.score for line in judged if line.part == layout]
        axes.plot(own, [k + shift for k in range(len(own))], "o", color=COLOURS[layout], markersize=9)
    axes.set_yticks(range(len(WORDS)), [word.capitalize() for word in WORDS.values()])
    axes.set_ylim(len(WORDS) - 0.5, -0.5)
    axes.set_xlim(-1.15 * MAX_Z, 1.15 * MAX_Z)


def alt(table: pd.DataFrame) -> str:
    """The figure in words."""
    told = "; ".join(
        f"{line.part}, {line.what}: published {line.published}, ours {line.found}, z {line.score:.2f}"
        for line in lines(table)
        if line.judged_by
    )
    return f"Distribution of waste over runs with published quantiles, and z of the means: {told}."


REPLICATION = Replication(
    name="E1",
    title="A market of by-products, companies anywhere and around cities",
    question="How much of their by-products do 50 companies sell to each other, and over which distances?",
    source=SOURCE,
    published=f"Means and standard deviations (in brackets) over {N_PUBLISHED} runs per layout, from the authors' "
    "output files.",
    design=f"50 companies on {WORLD.width} x {WORLD.height} cells, {N_STEPS} steps, spread of products {SIGMA:.4f}, "
    f"reach {REACH:.2f} cells, threshold {THRESHOLD:.4f}, cost of transport {COST:.4f}.",
    open=(
        "The published number of components in the city layout is never less than 5 above 50 minus the links, in the "
        "uniform layout exactly that: the five centres are counted. They are added to ours.",
        "Only a company with the fewest partners may move, and one that cannot trade is asked again until it can: the "
        "original's queue blocks. The blocking is kept.",
        "A second trade between the same seller and buyer moves goods but leaves the weight of their link as it was.",
        "Where two deals are worth the same, the first company in order is taken; a sale and a purchase worth the "
        "same give the purchase.",
    ),
    rule=f"Every mean of both layouts has |z| < {MAX_Z:g}, with z = (published - ours) / √(sd_p²/{N_PUBLISHED} + "
    "sd_o²/n). Quantiles are for information; their errors are resampled from our runs.",
    n_runs=1000,
    measure=measure,
    n_jobs=lambda n_runs: len(LAYOUTS) * n_runs,
    lines=lines,
    remarks=remarks,
    draw=draw,
    alt=alt,
)  # fmt: skip
