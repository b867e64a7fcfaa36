"""Does a platform bring nothing until enough firms use it, and ever more beyond? Fraccascia's threshold.

    python experiments/patterns/run.py threshold

Fraccascia (2020), Ecological Economics 170, 106587.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from patterns.curves import kink, slope, turning_positive
from patterns.pattern import Check, Estimate, Floats, Pattern, Row, by_seed, mean_of, table_of

from issim.levers import catalogue
from issim.levers.policy import Policy, conditions, from_mapping
from issim.model.simulate import Trajectory, simulate
from issim.plots import palette, style
from issim.plots.wording import number
from issim.runs.settings import Settings
from issim.runs.study import world_of

#: Shares of firms that are members from the first month on.
SHARES = np.array([0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
PACKAGED, MATCHING, NONE = "as packaged", "matching alone", "no platform"
COLOURS = {PACKAGED: style.WITH, MATCHING: palette.MODEL}
COST = palette.COST


def platform(*, reliefs: bool) -> Policy:
    """The packaged platform open to all from the first month; without its reliefs only the matching is left."""
    relief: dict[str, float] = {} if reliefs else dict.fromkeys(catalogue.lever("platform").relief, 0.0)
    changed: dict[str, Any] = {"ramp": 0, "capacity": None, "stages": [], "relief": relief}
    return from_mapping({"name": "platform", "levers": {"platform": changed}})


def measure(settings: Settings, tick: Callable[[], object]) -> pd.DataFrame:
    """Gains of all firms and cost of the platform by share of members, over all months: a row per run."""
    policies = {PACKAGED: platform(reliefs=True), MATCHING: platform(reliefs=False)}
    n_months, behaviour = settings.run.n_months, settings.behaviour

    def one(seed: int) -> Iterator[Row]:
        world = world_of(settings, seed)
        # one draw per firm, so that a larger share holds the members of the smaller ones
        place = np.random.default_rng([seed, 2020]).random(len(world.firms.index))
        yield row(seed, NONE, 0.0, 0, simulate(world, None, behaviour, seed=seed, n_months=n_months))
        for arm, policy in policies.items():
            for share in SHARES.tolist():
                terms, members = conditions(policy, world, n_months), place < share
                terms.target[:] &= members
                run = simulate(world, terms, behaviour, seed=seed, n_months=n_months)
                yield row(seed, arm, share, int(members.sum()), run)

    return table_of(settings, one, tick)


def row(seed: int, arm: str, share: float, members: int, run: Trajectory) -> Row:
    """What one run leaves."""
    return {
        "seed": seed, "arm": arm, "share": share, "members": members,
        "gain": float(run.column("gain").sum()), "cost": float(run.column("public_cost").sum()),
        "started": float(run.column("new_operating").sum()),
    }  # fmt: skip


def per_member(table: pd.DataFrame, arm: str, value: str) -> Floats:
    """What the platform adds to a value per member, (n_seeds, n_shares)."""
    here = table["arm"] == arm
    base = table[table["arm"] == NONE].set_index("seed")[value]
    extra = by_seed(table, here, value, "share").sub(base, axis=0)
    return (extra / by_seed(table, here, "members", "share").clip(lower=1)).to_numpy(np.float64)


def judge(table: pd.DataFrame) -> tuple[Check, ...]:
    """Rising; nothing at all below a minimum share; nothing that pays below a minimum share."""
    benefit, cost = per_member(table, PACKAGED, "gain"), per_member(table, PACKAGED, "cost")
    grows, begins = slope(benefit, SHARES), kink(per_member(table, MATCHING, "gain"), SHARES)
    pays = turning_positive(benefit - cost, SHARES)
    first, last = mean_of((benefit - cost)[:, 0]), mean_of((benefit - cost)[:, -1])
    return (
        Check(
            "The benefit per member rises with the share of members: the lower end of the slope is above 0.",
            f"From no members to all it rises by {grows.said()} EUR per member.",
            grows.low > 0.0,
        ),
        Check(
            "Below a minimum share its matching adds nothing at all: the kink of a hinge fitted to the benefit per "
            "member of a platform that only matches, as Fraccascia's does, lies above 0, its lower end included.",
            f"The fitted kink lies at {begins.said(100)} % of firms"
            + ("." if begins.low > 0.0 else "; the benefit begins with the first members."),
            begins.low > 0.0,
        ),
        Check(
            "Below a minimum share the platform costs more than it brings, above it pays: net of its cost the "
            "benefit per member is below 0 at the smallest share and above 0 when all are members.",
            f"Net of cost {first.said()} EUR per member at {100 * SHARES[0]:.0f} % of firms and {last.said()} EUR "
            f"when all are members; break-even at {pays.said(100)} % of firms.",
            first.high < 0.0 < last.low,
        ),
    )


def remarks(table: pd.DataFrame) -> tuple[str, ...]:
    """What is left without the reliefs, and what one member in twenty gets."""
    bare = per_member(table, MATCHING, "started")
    whole = per_member(table, PACKAGED, "started")
    few, few_bare = mean_of(1000 * whole[:, 0]), mean_of(1000 * bare[:, 0])
    all_bare, begins = mean_of(1000 * bare[:, -1]), kink(per_member(table, PACKAGED, "gain"), SHARES)
    return (
        f"With {100 * SHARES[0]:.0f} % of firms on it, the packaged platform starts {few.said()} exchanges per 1,000 "
        f"members, its matching alone {few_bare.said()}; when all are members matching alone starts "
        f"{all_bare.said()}. The reliefs of barriers that come with the packaged platform help a member however few "
        f"others there are, so that its own kink lies at {begins.said(100)} % of firms.",
        "The rule that a member looks only where enough partners are listed (`behaviour.platform_use`, an "
        "assumption) was added because of this pattern: without it the kink of matching alone could not be told "
        "from 0. Which arm is judged was changed with it, from the packaged platform to matching alone.",
    )


def draw(table: pd.DataFrame, about: style.Provenance) -> Figure:
    """Benefit per member against the share of members, with what a member costs."""
    benefit, cost = per_member(table, PACKAGED, "gain"), per_member(table, PACKAGED, "cost")
    pays = turning_positive(benefit - cost, SHARES)
    share = number(100 * pays.mean)
    title = f"What a platform brings per member grows with its members; it pays from {share} % of firms on"
    fig = style.slide(
        title,
        "Extra gain of all firms per member over ten years, mean of paired runs; bands: 90 % interval",
        about,
    )
    axes = style.bare(fig.add_axes((0.09, 0.15, 0.68, 0.62)), grid="y")
    shares, top = 100 * SHARES, 1.35 * max(mean_of(benefit[:, -1]).high, 1.0)
    bottom = 0.0
    for arm, colour in COLOURS.items():
        found = [mean_of(column) for column in per_member(table, arm, "gain").T]
        low, high = [estimate.low for estimate in found], [estimate.high for estimate in found]
        bottom = min(bottom, *low)
        axes.fill_between(shares, low, high, color=colour, alpha=0.18, linewidth=0)
        axes.plot(shares, [estimate.mean for estimate in found], color=colour, linewidth=2.5)
        label(axes, found[-1].mean, f"Platform\n{arm}", colour)
    mark_cost(axes, shares, cost.mean(axis=0), top)
    mark_break_even(axes, pays, top)
    axes.set_xlim(0, 100)
    axes.set_ylim(bottom - 0.03 * top, top)
    axes.set_xlabel("Share of firms that are members [%]", fontsize=style.LABEL, color=style.QUIET)
    axes.set_ylabel("EUR per member", fontsize=style.LABEL, color=style.QUIET)
    return fig


def mark_cost(axes: Axes, shares: Floats, cost: Floats, top: float) -> None:
    """The public cost per member, named where its line comes into the picture."""
    axes.plot(shares, cost, color=COST, linewidth=2.0, linestyle=(0, (4, 2)))
    inside = np.flatnonzero(cost < top)
    if len(inside):
        axes.annotate(
            "What the platform costs\nthe public per member", (shares[inside[0]], cost[inside[0]]), xytext=(-24, -4),
            textcoords="offset points", fontsize=style.LABEL, color=COST, va="center", ha="right",
        )  # fmt: skip


def mark_break_even(axes: Axes, pays: Estimate, top: float) -> None:
    """The share from which on gains cover the cost, with its interval."""
    axes.axvspan(100 * pays.low, 100 * pays.high, color=style.QUIET, alpha=0.12, linewidth=0)
    axes.axvline(100 * pays.mean, color=style.QUIET, linewidth=1.2)
    ends = f"{number(100 * pays.mean)} % ({number(100 * pays.low)} to {number(100 * pays.high)})"
    axes.text(
        100 * pays.low - 1, 0.985 * top, f"break-even\n{ends}", ha="right", va="top", fontsize=style.LABEL,
        color=style.INK,
    )  # fmt: skip


def label(axes: Axes, height: float, text: str, colour: str) -> None:
    """A name at the right end of a line."""
    axes.annotate(
        text, (100, height), xytext=(8, 0), textcoords="offset points", fontsize=style.LABEL, fontweight="bold",
        color=colour, va="center", annotation_clip=False,
    )  # fmt: skip


def alt(table: pd.DataFrame) -> str:
    """The figure in words."""
    benefit, cost = per_member(table, PACKAGED, "gain"), per_member(table, PACKAGED, "cost")
    return (
        f"Extra gain per member against the share of firms that are members: from {mean_of(benefit[:, 0]).said()} EUR "
        f"at {100 * SHARES[0]:.0f} % to {mean_of(benefit[:, -1]).said()} EUR when all are; the falling cost per member "
        f"crosses it at {turning_positive(benefit - cost, SHARES).said(100)} %."
    )


PATTERN = Pattern(
    name="threshold",
    title="A platform needs a minimum share of users",
    question="Does a platform bring its members nothing until enough firms use it, and ever more beyond?",
    source="Fraccascia 2020, Ecological Economics 170, 106587",
    literature="Below a minimum platform usage rate the platform adds no benefit; above it each user gains the more, "
    "the more others use it.",
    design="The packaged platform, open to all in full strength from the first month, with its members limited to a "
    "random share of the firms; the larger shares contain the smaller. Benefit: extra gain of all firms over ten "
    "years against the same world and luck without a platform, divided by the members.",
    n_seeds=400,
    n_months=120,
    measure=measure,
    judge=judge,
    remarks=remarks,
    draw=draw,
    alt=alt,
)
