"""Does facilitation spread exchanges over more firms? What Zhu and Ruth found in fifteen networks.

    python experiments/patterns/run.py degrees

Zhu and Ruth (2014), Computers, Environment and Urban Systems 44, 37-46 (15 networks, 204 firms).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from patterns.pattern import Check, Estimate, Floats, Pattern, Row, mean_of, table_of

from issim.levers.policy import conditions, load
from issim.model.resilience import gini
from issim.model.simulate import Trajectory, simulate
from issim.plots import style, wording
from issim.runs.settings import Settings
from issim.runs.study import world_of
from issim.world.state import OPERATING, World

ARMS = ("none", "facilitator", "platform", "training", "mandate")
ALONE, HELPED = ARMS[:2]
#: Random choices of exchanges over which the thinned network's coefficient is averaged.
THINNINGS = 30
#: Partners that are told apart; the last stands for as many or more.
PARTNERS = (1, 2, 3)
Ties = NDArray[np.int32]


def measure(settings: Settings, tick: Callable[[], object]) -> pd.DataFrame:
    """Gini coefficient of partners in every arm: raw, thinned to the exchanges without policy, and when as many."""
    behaviour, n_months = settings.behaviour, settings.run.n_months

    def one(seed: int) -> Iterator[Row]:
        world = world_of(settings, seed)
        n_alone = 0
        for arm in ARMS:
            terms = conditions(load(arm), world, n_months)
            run = simulate(world, terms, behaviour, seed=seed, n_months=n_months)
            ties = ties_of(world, run)
            n_alone = len(ties) if arm == ALONE else n_alone
            reached = np.flatnonzero(run.column("operating") >= max(1, n_alone))
            early = ties[:0]
            if len(reached):
                then = simulate(world, terms, behaviour, seed=seed, n_months=int(reached[0]))
                early = ties_of(world, then)
            early = ties if arm == ALONE else early
            thinned, degrees = thin(ties, n_alone, seed)
            yield {
                "seed": seed, "arm": arm, "exchanges": len(ties), "gini": gini_of(ties), "thinned": thinned,
                "early": gini_of(early), "early_month": int(reached[0]) if len(reached) else -1,
                **{f"partners_{k}": share for k, share in zip(PARTNERS, degrees, strict=True)},
            }  # fmt: skip

    return table_of(settings, one, tick)


def ties_of(world: World, run: Trajectory) -> Ties:
    """The two firms of every operating exchange, (n_exchanges, 2)."""
    rows = (run.state.pairs.stage == OPERATING).nonzero()[0]
    return np.stack([world.pairs.donor[rows], world.pairs.receiver[rows]], axis=1)


def partners(ties: Ties) -> NDArray[np.int64]:
    """Partners of each firm that has any; two goods between the same two firms make one partner."""
    couples = np.unique(np.sort(ties, axis=1), axis=0)
    counted = np.bincount(couples.ravel().astype(np.int64))
    return counted[counted > 0]


def gini_of(ties: Ties) -> float:
    """Gini coefficient of the partners of the firms that exchange; nan without any."""
    return gini(partners(ties)) if len(ties) else float("nan")


def thin(ties: Ties, n_kept: int, seed: int) -> tuple[float, Floats]:
    """Mean coefficient, and shares of firms by partners, of `n_kept` exchanges chosen at random (rarefaction).

    A network with more exchanges has a higher coefficient by that alone; at equal numbers they can be compared.
    All nan if there are fewer, or none to compare.
    """
    if not 0 < n_kept <= len(ties):
        return float("nan"), np.full(len(PARTNERS), np.nan)
    random = np.random.default_rng([seed, 2014])
    found, shares = [], []
    for _ in range(THINNINGS if n_kept < len(ties) else 1):
        degree = partners(ties[random.choice(len(ties), n_kept, replace=False)])
        found.append(gini(degree))
        counted = np.bincount(np.minimum(degree, PARTNERS[-1]), minlength=PARTNERS[-1] + 1)[1:]
        shares.append(counted / len(degree))
    return float(np.mean(found)), np.mean(shares, axis=0)


def against_alone(table: pd.DataFrame, arm: str, value: str) -> Estimate:
    """Paired difference of a value from the network without policy."""
    values = table.pivot(index="seed", columns="arm", values=value)
    return mean_of(values[arm] - values[ALONE])


def level(table: pd.DataFrame, arm: str, value: str) -> Estimate:
    """Mean of a value in one arm, over the seeds in which it is defined without policy as well."""
    values = table.pivot(index="seed", columns="arm", values=value)
    return mean_of(values[arm].where(values[ALONE].notna()))


def judge(table: pd.DataFrame) -> tuple[Check, ...]:
    """Flatter at the end, and flatter from the beginning."""
    end, early = (against_alone(table, HELPED, value) for value in ("thinned", "early"))
    month = table.loc[(table["arm"] == HELPED) & (table["early_month"] >= 0), "early_month"].median()
    return (
        Check(
            "With a facilitator partners are spread more evenly at the end: the Gini coefficient of the firms' "
            "partners, thinned to as many exchanges as there are without policy, is lower (upper end below 0).",
            f"Gini coefficient {level(table, HELPED, 'thinned').said()} against "
            f"{level(table, ALONE, 'thinned').said()}, difference {end.said()}.",
            end.high < 0.0,
        ),
        Check(
            "So they are from the beginning: lower also in the first month in which the facilitated network has as "
            "many exchanges as the other one has at the end (upper end below 0).",
            f"Difference {early.said()}, where the facilitated network is as large after {month:.0f} months (median).",
            early.high < 0.0,
        ),
    )


def remarks(table: pd.DataFrame) -> tuple[str, ...]:
    """The plain coefficients, which mix evenness with size, and the other arms."""
    plain = ", ".join(
        f"{wording.policy_phrase(arm)} {level(table, arm, 'gini').said()} with "
        f"{level(table, arm, 'exchanges').said()} exchanges"
        for arm in ARMS
    )
    others = ", ".join(
        f"{wording.policy_phrase(arm)} {against_alone(table, arm, 'thinned').said()}" for arm in ARMS[2:]
    )
    return (
        f"Not thinned, the coefficient mostly tells how many exchanges there are: {plain}.",
        f"Thinned, the other levers differ from no policy by: {others}.",
    )


def draw(table: pd.DataFrame, about: style.Provenance) -> Figure:
    """The thinned coefficient of every arm, and who has how many partners alone and facilitated."""
    found = against_alone(table, HELPED, "thinned")
    does = "flattens" if found.high < 0 else "does not clearly flatten"
    fig = style.slide(
        f"Facilitation {does} the distribution of partners that self-organisation leaves",
        "Exchanges after ten years, every network thinned to as many as there are without policy; lines: 90 % interval",
        about,
    )
    left = style.bare(fig.add_axes((0.21, 0.15, 0.30, 0.56)), grid="x")
    style.heading(left, "Gini coefficient of partners")
    for place, arm in enumerate(ARMS):
        estimate = level(table, arm, "thinned")
        colour = {ALONE: style.WITHOUT, HELPED: style.WITH}.get(arm, style.INK)
        left.plot([estimate.low, estimate.high], [place, place], color=colour, linewidth=3.0)
        left.plot([estimate.mean], [place], "o", color=colour, markersize=9)
        left.annotate(
            f"{estimate.mean:.3f}", (estimate.mean, place), xytext=(0, 9), textcoords="offset points", ha="center",
            fontsize=style.SMALL, color=colour,
        )  # fmt: skip
    left.set_yticks(range(len(ARMS)), [wording.under(arm) for arm in ARMS])
    left.set_ylim(len(ARMS) - 0.5, -0.6)
    left.set_xlim(left=0.0)
    partners_panel(style.bare(fig.add_axes((0.60, 0.15, 0.34, 0.56)), grid="y"), table)
    return fig


def partners_panel(axes: Axes, table: pd.DataFrame) -> None:
    """Shares of firms with two, and with three or more, partners, without policy and facilitated."""
    style.heading(axes, "Firms with several partners [% of adopters]")
    for shift, arm, colour in ((-0.2, ALONE, style.WITHOUT), (0.2, HELPED, style.WITH)):
        for place, k in enumerate(PARTNERS[1:]):
            estimate = level(table, arm, f"partners_{k}")
            x, height = place + shift, 100 * estimate.mean
            axes.bar(x, height, 0.36, color=colour)
            axes.plot([x, x], [100 * estimate.low, 100 * estimate.high], color=style.INK, linewidth=1.5)
            above = 100 * estimate.high
            axes.text(
                x, above, f"{height:.1f}", fontsize=style.SMALL, color=style.INK, va="bottom", ha="center"
            )
    axes.set_xticks(range(len(PARTNERS) - 1), ["2 partners", "3 or more"])
    names = ((style.WITHOUT, wording.under(ALONE)), (style.WITH, wording.under(HELPED)))
    for line, (colour, name) in enumerate(names):
        axes.text(
            0.98, 0.93 - 0.08 * line, name, transform=axes.transAxes, ha="right", fontsize=style.LABEL,
            fontweight="bold", color=style.QUIET if colour == style.WITHOUT else colour,
        )  # fmt: skip


def alt(table: pd.DataFrame) -> str:
    """The figure in words."""
    told = ", ".join(f"{wording.under(arm).lower()} {level(table, arm, 'thinned').said()}" for arm in ARMS)
    return f"Gini coefficient of partners at equal numbers of exchanges: {told}."


PATTERN = Pattern(
    name="degrees",
    title="Facilitation flattens the degree distribution",
    question="Does facilitation spread exchanges over more firms than self-organisation does?",
    source="Zhu and Ruth 2014, Computers, Environment and Urban Systems 44, 37-46 (15 networks, 204 firms)",
    literature="Networks that organise themselves grow preferentially: who has partners finds more. Coordination and "
    "facilitation make growth more even, by helping firms that were at a disadvantage.",
    design="Networks that grow from nothing (no exchange before month 0) for ten years, without policy and under one "
    "lever each, same worlds and luck. Degree: a firm's partners in operating exchanges. Because more exchanges alone "
    "raise the Gini coefficient of the degrees, networks are compared at equal numbers. The model was changed on "
    "account of this pattern: while facilitators could introduce one firm to several partners at a time, the second "
    "rule was not met, for the introductions with the greatest gains heaped on few firms.",
    n_seeds=300,
    n_months=120,
    overrides=("behaviour.start_share=0",),
    measure=measure,
    judge=judge,
    remarks=remarks,
    draw=draw,
    alt=alt,
)
