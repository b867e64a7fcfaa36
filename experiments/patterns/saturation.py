"""Does adoption stay low without policy? Reported uptake is, and a rule in which nothing ends saturates.

    python experiments/patterns/run.py saturation

Kosmol and Leyh (2019), cited in doi:10.3389/fceng.2024.1363888; Ghali, Frayret and Ahabchane (2017) for the contrast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from patterns.pattern import Check, Floats, Pattern, Row, table_of
from replications import ghali

from issim.evidence import load
from issim.evidence.facts import Figure as Fact
from issim.model.simulate import simulate
from issim.plots import palette, style
from issim.plots.wording import number
from issim.rules.behaviour import Behaviour
from issim.runs.priors import distribution
from issim.runs.settings import Settings
from issim.runs.study import world_of
from issim.units import parameters_of
from issim.world.state import World

DEFAULT, PRIORS, GHALI = "default constants", "constants from priors", "Ghali's rule"
COLOURS = {DEFAULT: style.WITH, PRIORS: palette.MODEL, GHALI: palette.MISSED}
#: Seeds on which the contrast is run; one hundred producers and more tell apart what it is for.
N_GHALI = 8
#: A rule that brings so many firms in is called saturating; below half is called low.
SATURATED, LOW = 0.95, 0.5


@cache
def reported() -> dict[str, Fact]:
    """What is reported of uptake in Europe: old sales of scrap, and formal symbiosis."""
    known = load()
    (scrap,) = [fact for fact in known.smes if fact.metric == "SMEs selling scrap to another company"]
    (formal,) = [fact for fact in known.histories if fact.metric == "share of enterprises in symbiosis"]
    return {"scrap": scrap, "formal": formal}


def drawn(behaviour: Behaviour, seed: int) -> Behaviour:
    """The constants of behaviour drawn from their priors, all at once; those without a prior stay."""
    random, changes = np.random.default_rng([seed, 2019]), {}
    for parameter in parameters_of(behaviour, "behaviour"):
        if parameter.par.prior:
            changes[parameter.name.partition(".")[2]] = float(distribution(parameter).ppf(random.random()))
    return replace(behaviour, **changes)


def theirs(world: World, seed: int) -> ghali.Firms:
    """Our firms, their contacts, knowledge and trust, for Ghali's rule; who has a residue to give is a producer."""
    random, n_firms = np.random.default_rng([seed, 2017]), len(world.firms.index)
    start = world.peers.start.astype(np.int64)
    items = [np.sort(world.peers.items[start[i] : start[i + 1]]) for i in range(n_firms)]
    is_producer = np.zeros(n_firms, np.bool_)
    is_producer[world.offers.firm] = True
    return ghali.Firms(
        start=start,
        items=np.concatenate(items).astype(np.int64),
        is_producer=is_producer,
        # their trust runs from -1 to 1, ours from 0 to 1
        trust=np.repeat(2.0 * world.firms.trust - 1.0, np.diff(start)),
        knowledge=world.firms.digital.astype(np.float64),
        influence=random.random(n_firms),
        # confidence moves acceptance alone, and acceptance nothing that is looked at here
        confidence=np.zeros(n_firms),
    )


def measure(settings: Settings, tick: Callable[[], object]) -> pd.DataFrame:
    """Share of firms that exchange, by year: with default and with drawn constants, and by Ghali's rule."""
    n_months, first = settings.run.n_months, settings.run.seed

    def one(seed: int) -> Iterator[Row]:
        world = world_of(settings, seed)
        for arm, behaviour in ((DEFAULT, settings.behaviour), (PRIORS, drawn(settings.behaviour, seed))):
            run = simulate(world, None, behaviour, seed=seed, n_months=n_months)
            yield from yearly(seed, arm, run.column("adopters") / len(world.firms.index))
        if seed < first + N_GHALI:
            random = np.random.default_rng([seed, 76])
            shares = ghali.course(random, theirs(world, seed), n_months)[
                :, ghali.OBSERVED.index("in_synergy")
            ]
            yield from yearly(seed, GHALI, np.concatenate([[0.0], shares]))

    return table_of(settings, one, tick)


def yearly(seed: int, arm: str, shares: Floats) -> Iterator[Row]:
    """A monthly share at the start and at the end of every year."""
    for month in range(0, len(shares), 12):
        yield {"seed": seed, "arm": arm, "month": month, "share": float(shares[month])}


def at(table: pd.DataFrame, arm: str, month: int | None = None) -> Floats:
    """Shares of firms that exchange in one arm, one per seed, in a month or at the end."""
    month = int(table["month"].max()) if month is None else month
    return table.loc[(table["arm"] == arm) & (table["month"] == month), "share"].to_numpy(np.float64)


def spread(values: Floats) -> tuple[float, float, float]:
    """Fifth percentile, median and ninety-fifth percentile, in per cent."""
    low, middle, high = np.quantile(100.0 * values, [0.05, 0.5, 0.95])
    return float(low), float(middle), float(high)


def said(values: Floats) -> str:
    """Median and central 90 % in words."""
    low, middle, high = spread(values)
    return f"{number(middle)} % ({number(low)} to {number(high)})"


def judge(table: pd.DataFrame) -> tuple[Check, ...]:
    """Low with the default constants, low with constants from their priors, and no such thing under Ghali's rule."""
    scrap = float(reported()["scrap"].value or np.nan)
    usual, unsure, contrast = (at(table, arm) for arm in (DEFAULT, PRIORS, GHALI))
    below = float((unsure < LOW).mean())
    return (
        Check(
            f"With the default constants 95 % of runs end below the {number(scrap)} % of European SMEs that sold "
            "scrap to another company, the widest reported notion of an exchange.",
            f"Of all firms {said(usual)} exchange in the last month.",
            spread(usual)[2] < scrap,
        ),
        Check(
            f"With all constants of behaviour drawn from their priors at least 95 % of runs end with fewer than "
            f"{100 * LOW:.0f} % of firms exchanging.",
            f"{100 * below:.0f} % of runs do; of all firms {said(unsure)} exchange.",
            below >= 0.95,
        ),
        Check(
            f"On the same firms and contacts Ghali's rule saturates: more than {100 * SATURATED:.0f} % of producers "
            "are in a synergy at the end of every run.",
            f"{said(contrast)} of producers are.",
            bool((contrast > SATURATED).all()),
        ),
    )


def remarks(table: pd.DataFrame) -> tuple[str, ...]:
    """Where each starts, and how soon the contrast is through."""
    formal = reported()["formal"]
    begun, year = at(table, DEFAULT, 0), at(table, GHALI, 12)
    return (
        f"At the start {said(begun)} of firms exchange with the default constants; formal symbiosis is reported for "
        f"less than {number(float(formal.value or np.nan))} % of enterprises.",
        f"Ghali's rule has {said(year)} of producers in a synergy after twelve steps: trust is drawn anew at every "
        "step and what is drawn adds to knowledge, so everybody passes both thresholds in time, and nothing ends.",
    )


def draw(table: pd.DataFrame, about: style.Provenance) -> Figure:
    """Shares over time with bands over runs, and what is reported."""
    usual, contrast = spread(at(table, DEFAULT)), spread(at(table, GHALI))
    fig = style.slide(
        f"Without policy {number(usual[1])} % of firms exchange after ten years; a rule in which nothing ends "
        f"saturates at {number(contrast[1])} %",
        "Share of firms that exchange; line: median of runs, band: central 90 % of runs",
        about,
    )
    axes = style.bare(fig.add_axes((0.075, 0.14, 0.66, 0.62)), grid="y")
    months = sorted(table["month"].unique())
    years = np.array(months) / 12
    for arm, colour in COLOURS.items():
        low, middle, high = np.array([spread(at(table, arm, int(month))) for month in months]).T
        axes.fill_between(years, low, high, color=colour, alpha=0.18, linewidth=0)
        axes.plot(years, middle, color=colour, linewidth=2.5)
    scrap = float(reported()["scrap"].value or np.nan)
    axes.axhline(scrap, color=style.QUIET, linewidth=1.2, linestyle=(0, (4, 2)))
    told = f"SMEs that sold scrap in 2013: {number(scrap)} %"
    axes.text(3.0, scrap + 1.2, told, fontsize=style.LABEL, color=style.QUIET)
    ends = [spread(at(table, arm))[1] for arm in COLOURS]
    for (arm, colour), place in zip(COLOURS.items(), style.dodge(ends, 12.0, 0.0, 100.0), strict=True):
        axes.annotate(
            f"{arm[0].upper()}{arm[1:]}\n{said(at(table, arm))}", (years[-1], place), xytext=(10, 0),
            textcoords="offset points", va="center", fontsize=style.LABEL, fontweight="bold", color=colour,
            annotation_clip=False,
        )  # fmt: skip
    axes.set_xlim(0, years[-1])
    axes.set_ylim(0, 102)
    axes.set_xlabel("Year (for Ghali's rule: twelve steps)", fontsize=style.LABEL, color=style.QUIET)
    axes.set_ylabel("% of firms", fontsize=style.LABEL, color=style.QUIET)
    return fig


def alt(table: pd.DataFrame) -> str:
    """The figure in words."""
    return (
        "Share of firms that exchange over ten years, at the end: "
        + "; ".join(f"{arm} {said(at(table, arm))}" for arm in COLOURS)
        + "."
    )


PATTERN = Pattern(
    name="saturation",
    title="Adoption does not saturate without policy",
    question="Does adoption stay low without policy, or does it saturate?",
    source="Kosmol and Leyh 2019, cited in doi:10.3389/fceng.2024.1363888; for the contrast Ghali, Frayret and "
    "Ahabchane 2017 (CIRRELT-2017-12) as coded in ABSiCE",
    literature="Reported uptake in Europe is far below full.",
    design="Ten years without policy, with the default constants of behaviour and with all of them drawn from their "
    f"priors (one draw per seed). Contrast: Ghali's rule of trust and knowledge on the same firms and contacts, "
    f"{N_GHALI} seeds; knowledge begins at our digital readiness, trust at our general trust.",
    n_seeds=200,
    n_months=120,
    measure=measure,
    judge=judge,
    remarks=remarks,
    draw=draw,
    alt=alt,
)
