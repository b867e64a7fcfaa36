"""Do two histories that reach the same levels of policy end in different states? The path of Skeldon et al.

    python experiments/patterns/run.py order

Skeldon, Schiller, Yang, Balke-Visser, Penn and Gilbert (2018), Environmental Science & Policy 87.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from patterns.pattern import Check, Estimate, Pattern, Row, mean_of, table_of

from issim.levers import catalogue
from issim.levers.policy import Policy, conditions, from_mapping
from issim.model.simulate import simulate
from issim.plots import palette, style
from issim.plots.wording import number
from issim.runs.settings import Settings
from issim.runs.study import world_of
from issim.world.conditions import Conditions

#: Month in which the second lever joins the first; from then on both histories have the same levels.
JOINED = 60
#: Month at which the end states are compared: five years at equal levels.
COMPARED = 120
#: Pairs of levers: the kinds of the source (a tax and a payment), and a lever that works on meetings with one on money.
COUPLES = (("landfill_tax", "reuse_subsidy"), ("facilitator", "landfill_tax"))
WORDS = {"landfill_tax": "landfill tax", "reuse_subsidy": "payment per tonne", "facilitator": "facilitation"}
FIRST, SECOND = palette.MODEL, palette.MISSED


def history(first: str, second: str) -> Policy:
    """One lever from the start, the other from month JOINED on, each at once at its full level and for good."""
    said = {first: steady(first, 0), second: steady(second, JOINED)}
    return from_mapping({"name": f"{first} first", "levers": said})


def steady(lever: str, start: int) -> dict[str, object]:
    """What is changed about a packaged lever so that its level is the same in every month from `start` on."""
    changed: dict[str, object] = {"start": start, "ramp": 0, "end": None}
    path = getattr(catalogue.lever(lever), "path", {})
    if path:
        changed["path"] = {int(year): max(path.values()) for year in ("0", *path)}
    return changed


def levels(terms: Conditions) -> tuple[np.ndarray, np.ndarray]:
    """Sum of every effect and of every relief over the levers, by month: what is equal once both are in force."""
    return terms.strength.T @ terms.effect, terms.strength.T @ terms.relief


def measure(settings: Settings, tick: Callable[[], object]) -> pd.DataFrame:
    """Operating exchanges and adopters at the end of every year, both orders of every couple."""
    n_months = settings.run.n_months

    def one(seed: int) -> Iterator[Row]:
        world = world_of(settings, seed)
        for couple, (a, b) in enumerate(COUPLES):
            sheets = [conditions(history(*order), world, n_months) for order in ((a, b), (b, a))]
            same = [
                np.allclose(x[JOINED:], y[JOINED:])
                for x, y in zip(levels(sheets[0]), levels(sheets[1]), strict=True)
            ]
            for name, terms in zip((a, b), sheets, strict=True):
                run = simulate(world, terms, settings.behaviour, seed=seed, n_months=n_months)
                for month in range(0, n_months + 1, 12):
                    yield {
                        "seed": seed, "couple": couple, "first": name, "month": month, "same_levels": all(same),
                        "operating": float(run.column("operating")[month]),
                        "adopters": float(run.column("adopters")[month]),
                    }  # fmt: skip

    return table_of(settings, one, tick)


def apart(table: pd.DataFrame, couple: int, month: int) -> Estimate:
    """Operating exchanges with the first lever of a couple first, minus with the other first, in one month."""
    here = table[(table["couple"] == couple) & (table["month"] == month)]
    values = here.pivot(index="seed", columns="first", values="operating")
    return mean_of(values[COUPLES[couple][0]] - values[COUPLES[couple][1]])


def told_apart(found: Estimate) -> bool:
    """Whether the interval of a difference excludes 0."""
    return found.low > 0.0 or found.high < 0.0


def judge(table: pd.DataFrame) -> tuple[Check, ...]:
    """Equal levels, different states, for both couples."""
    checks = [
        Check(
            f"From month {JOINED} on both histories set the same levels in every month.",
            "Sums of effects and reliefs over the levers are equal."
            if table["same_levels"].all()
            else "They differ.",
            bool(table["same_levels"].all()),
        )
    ]
    for couple, (a, b) in enumerate(COUPLES):
        found = apart(table, couple, COMPARED)
        checks.append(
            Check(
                f"{WORDS[a].capitalize()} or {WORDS[b]} first: after {(COMPARED - JOINED) // 12} years at equal levels "
                "the operating exchanges differ (the interval of the paired difference excludes 0).",
                f"{WORDS[a].capitalize()} first leaves {found.said()} exchanges more than {WORDS[b]} first.",
                told_apart(found),
            )
        )
    return tuple(checks)


def remarks(table: pd.DataFrame) -> tuple[str, ...]:
    """How long the past is felt."""
    last = int(table["month"].max())
    told = []
    for couple, (a, b) in enumerate(COUPLES):
        before, after, end = (apart(table, couple, month) for month in (JOINED, COMPARED, last))
        told.append(
            f"{WORDS[a].capitalize()} and {WORDS[b]}: {before.said()} exchanges apart when the levels become equal, "
            f"{after.said()} after {(COMPARED - JOINED) // 12} years, {end.said()} after {(last - JOINED) // 12} years."
        )
    return (
        *told,
        "The past is kept in exchanges that outlive the conditions they began under, in what partners and peers have "
        "learnt from them, and in offers and needs that are taken; it fades as firms and exchanges end.",
    )


def draw(table: pd.DataFrame, about: style.Provenance) -> Figure:
    """Both orders over time, and their difference, for every couple."""
    held = all(told_apart(apart(table, couple, COMPARED)) for couple in range(len(COUPLES)))
    fig = style.slide(
        "The order of policies matters: equal levels, different end states" if held
        else "The order of policies leaves no clear trace in every couple of levers",
        "Operating exchanges, mean of paired runs, and the difference of the two orders with its 90 % interval; "
        "shaded: equal levels", about,
    )  # fmt: skip
    for couple, (a, b) in enumerate(COUPLES):
        left = 0.075 + 0.49 * couple
        style.section(fig, left, 0.775, f"{WORDS[a].capitalize()} and {WORDS[b]}")
        upper = style.bare(fig.add_axes((left, 0.45, 0.32, 0.26)), grid="y")
        lower = style.bare(fig.add_axes((left, 0.13, 0.32, 0.21)), grid="y")
        lines_panel(upper, table, couple)
        difference_panel(lower, table, couple)
        lower.set_xlabel("Year", fontsize=style.SMALL, color=style.QUIET)
    return fig


def lines_panel(axes: Axes, table: pd.DataFrame, couple: int) -> None:
    """Operating exchanges over time in both orders, each named at its end."""
    here = table[table["couple"] == couple]
    means = here.groupby(["first", "month"])["operating"].mean().unstack("month")
    years = means.columns.to_numpy() / 12
    a, b = COUPLES[couple]
    ends = {name: float(means.loc[name].to_numpy()[-1]) for name in (a, b)}
    top = float(means.to_numpy().max())
    places = style.dodge([ends[a], ends[b]], 0.27 * top, 0.0, 1.5 * top)
    for name, colour, place in zip((a, b), (FIRST, SECOND), places, strict=True):
        axes.plot(years, means.loc[name], color=colour, linewidth=2.5)
        axes.annotate(
            f"{WORDS[name]}\nfirst", (years[-1], place), xytext=(8, 0), textcoords="offset points", va="center",
            fontsize=style.SMALL, fontweight="bold", color=colour, annotation_clip=False, linespacing=0.95,
        )  # fmt: skip
    axes.set_ylim(0.0, 1.1 * top)
    style.heading(axes, "Operating exchanges")
    shade(axes, years)


def difference_panel(axes: Axes, table: pd.DataFrame, couple: int) -> None:
    """The paired difference of the two orders, with its interval."""
    months = sorted(table["month"].unique())
    found = [apart(table, couple, int(month)) for month in months]
    years = np.array(months) / 12
    axes.axhline(0.0, color=style.QUIET, linewidth=1.2)
    axes.fill_between(
        years, [e.low for e in found], [e.high for e in found], color=style.INK, alpha=0.18, linewidth=0
    )
    axes.plot(years, [e.mean for e in found], color=style.INK, linewidth=2.0)
    last = int(months[-1])
    for month, shift, height in ((COMPARED, (5, 5), "bottom"), (last, (8, 0), "center")):
        estimate = apart(table, couple, month)
        told = f"{number(estimate.mean)} ({number(estimate.low)} to {number(estimate.high)})"
        place = (month / 12, estimate.mean if month == last else estimate.high)
        axes.annotate(
            told, place, xytext=shift, textcoords="offset points", va=height, fontsize=style.SMALL,
            color=style.INK, annotation_clip=False,
        )  # fmt: skip
        axes.plot([month / 12], [estimate.mean], "o", color=style.INK, markersize=5, clip_on=False)
    axes.set_ylim(min(0.0, *(e.low for e in found)), 1.25 * max(e.high for e in found))
    style.heading(axes, f"Difference: {WORDS[COUPLES[couple][0]]} first, minus the other")
    shade(axes, years)


def shade(axes: Axes, years: np.ndarray) -> None:
    """Mark the years in which both histories have the same levels."""
    axes.axvspan(JOINED / 12, years[-1], color=style.QUIET, alpha=0.10, linewidth=0, zorder=0)
    axes.set_xlim(0, years[-1])
    axes.tick_params(labelsize=style.SMALL)


def alt(table: pd.DataFrame) -> str:
    """The figure in words."""
    told = "; ".join(
        f"{WORDS[a]} first minus {WORDS[b]} first: {apart(table, couple, COMPARED).said()}"
        for couple, (a, b) in enumerate(COUPLES)
    )
    return f"Operating exchanges over time in both orders of two levers; difference in year {COMPARED // 12}: {told}."


PATTERN = Pattern(
    name="order",
    title="The order of policies matters",
    question="Do two histories of policy that reach the same levels end in different states?",
    source="Skeldon, Schiller, Yang, Balke-Visser, Penn and Gilbert 2018, Environmental Science & Policy 87",
    literature="In a model of food waste under taxes and financial incentives outcomes depend not only on the present "
    "levels of policy but also on the path by which they were reached.",
    design=f"Two levers; one is in force from month 0, the other joins it in month {JOINED}, or the other way round. "
    "From then on all levels are equal. Same worlds and luck for both orders.",
    n_seeds=200,
    n_months=180,
    measure=measure,
    judge=judge,
    remarks=remarks,
    draw=draw,
    alt=alt,
)
