"""How many runs does it save to let two policies meet the same luck? Common random numbers, measured.

    python experiments/patterns/run.py pairing

Control of variance by common random numbers: an unpaired comparison needs 1/(1 - r) times more runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from patterns.pattern import Check, Estimate, Floats, Pattern, Row, percentiles, resampled, table_of

from issim.analysis.effects import variance_ratio
from issim.levers.policy import conditions, load
from issim.model.simulate import simulate
from issim.plots import palette, style, wording
from issim.plots.wording import number
from issim.runs.settings import Settings
from issim.runs.study import world_of

POLICIES = (
    "training",
    "platform",
    "tax_relief",
    "grant",
    "latvian_landfill_tax",
    "mandate",
    "facilitator",
    "package",
)
NONE, ELSEWHERE = "none", "none, other luck"
OUTCOMES = {"adopters": "firms that exchange", "tonnes": "tonnes in all years"}
COLOURS = {"adopters": style.WITH, "tonnes": palette.MODEL}
#: Room for the name of a policy, in inches.
NAMES = 3.0
#: Added to a seed for luck that has nothing to do with it.
FAR = 10_000_000


def measure(settings: Settings, tick: Callable[[], object]) -> pd.DataFrame:
    """Adopters and tonnes under every policy, and without policy under the same and under other luck."""
    n_months, behaviour = settings.run.n_months, settings.behaviour

    def one(seed: int) -> Iterator[Row]:
        world = world_of(settings, seed)
        for name in (NONE, ELSEWHERE, *POLICIES):
            is_elsewhere = name == ELSEWHERE
            terms = conditions(load(NONE if is_elsewhere else name), world, n_months)
            luck = seed + FAR if is_elsewhere else seed
            run = simulate(world, terms, behaviour, seed=luck, n_months=n_months)
            yield {
                "seed": seed, "policy": name, "adopters": float(run.column("adopters")[-1]),
                "tonnes": float(run.column("tonnes").sum()),
            }  # fmt: skip

    return table_of(settings, one, tick)


def values(table: pd.DataFrame, policy: str, outcome: str) -> Floats:
    """An outcome under a policy, one per seed."""
    return table[table["policy"] == policy].sort_values("seed")[outcome].to_numpy(np.float64)


def saving(table: pd.DataFrame, policy: str, outcome: str, base: str = NONE) -> Estimate:
    """How many times more runs an unpaired comparison needs: 1 over the variance ratio, 90 % by bootstrap over seeds.

        [var(x) + var(y)] / var(y - x) = 1 / (1 - r),  r = 2 cov(x, y) / [var(x) + var(y)]

    For whom  outcomes x without and y with the policy, by seed; r is their correlation where variances are equal
    """
    x, y = values(table, base, outcome), values(table, policy, outcome)
    weight = resampled(len(x))

    def variances(z: Floats) -> Floats:
        centred = z - z.mean()
        return np.asarray(weight @ centred**2 - (weight @ centred) ** 2)

    ratios = (variances(x) + variances(y)) / np.maximum(variances(y - x), 1e-12)
    return percentiles(1.0 / variance_ratio(x, y), ratios)


def judge(table: pd.DataFrame) -> tuple[Check, ...]:
    """Pairing pays in every contrast, and luck pays beyond the world."""
    checks = []
    for outcome, words in OUTCOMES.items():
        found = {policy: saving(table, policy, outcome) for policy in POLICIES}
        low, high = (pick(found, key=lambda p: found[p].mean) for pick in (min, max))
        checks.append(
            Check(
                f"Pairing pays for {words} in every contrast (lower end of the saving above 1).",
                f"An unpaired comparison needs from {found[low].said()} times the runs "
                f"({wording.policy_phrase(low)}) to {found[high].said()} times ({wording.policy_phrase(high)}).",
                all(estimate.low > 1.0 for estimate in found.values()),
            )
        )
    return tuple(checks)


def remarks(table: pd.DataFrame) -> tuple[str, ...]:
    """What the world alone would save, and why strong policies save less."""
    told = []
    for policy in ("training", "package"):
        both, world = (saving(table, policy, "adopters", base) for base in (NONE, ELSEWHERE))
        told.append(
            f"for {wording.policy_phrase(policy)} {world.said()} times by the same world alone, {both.said()} with the "
            "same luck"
        )
    return (
        f"In firms that exchange, pairing saves {'; '.join(told)}.",
        "The less a policy changes, the more of the luck stays in place and the more pairing saves.",
    )


def draw(table: pd.DataFrame, about: style.Provenance) -> Figure:
    """One row per policy, one dot per outcome, on a logarithmic axis."""
    found = {o: {p: saving(table, p, o) for p in POLICIES} for o in OUTCOMES}
    order = sorted(POLICIES, key=lambda policy: -found["adopters"][policy].mean)
    best, least = found["adopters"][order[0]], found["adopters"][order[-1]]
    fig = style.slide(
        f"Pairing saves {number(least.mean)} to {number(best.mean)} times the runs where firms are counted, most for "
        "policies that change little" if least.low > 1.0 else "Pairing does not save runs for every policy",
        "How many times more runs an unpaired comparison with no policy needs (logarithmic); lines: 90 % interval",
        about,
    )  # fmt: skip
    axes = style.bare(fig.add_axes((0.29, 0.15, 0.64, 0.60)), grid="x")
    axes.set_xscale("log")
    for shift, (outcome, colour) in zip((-0.17, 0.17), COLOURS.items(), strict=True):
        for row, policy in enumerate(order):
            estimate, y = found[outcome][policy], row + shift
            axes.plot(
                [estimate.low, estimate.high], [y, y], color=colour, linewidth=3.0, solid_capstyle="butt"
            )
            axes.plot([estimate.mean], [y], "o", color=colour, markersize=8)
            axes.annotate(
                number(estimate.mean), (estimate.high, y), xytext=(6, 0), textcoords="offset points", va="center",
                fontsize=style.SMALL, color=colour,
            )  # fmt: skip
        axes.text(
            0.99, 0.11 - 0.07 * (shift > 0), OUTCOMES[outcome], transform=axes.transAxes, ha="right", va="top",
            fontsize=style.LABEL, fontweight="bold", color=colour,
        )  # fmt: skip
    axes.axvline(1.0, color=style.QUIET, linewidth=1.2)
    names = [wording.capital(wording.policy_phrase(policy)) for policy in order]
    axes.set_yticks(range(len(order)), [style.fitted(name, NAMES, style.LABEL) for name in names])
    axes.set_ylim(len(order) - 0.4, -0.6)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda tick, _: number(tick)))
    axes.xaxis.set_minor_formatter(FuncFormatter(lambda _, __: ""))
    return fig


def alt(table: pd.DataFrame) -> str:
    """The figure in words."""
    told = ", ".join(
        f"{wording.policy_phrase(policy)} {saving(table, policy, 'adopters').said()}" for policy in POLICIES
    )
    return f"How many times more runs an unpaired comparison needs, in firms that exchange: {told}."


PATTERN = Pattern(
    name="pairing",
    title="Paired random numbers pay",
    question="How many runs does it save to let two policies meet the same world and the same luck?",
    source="Control of variance by common random numbers",
    literature="An unpaired comparison needs 1/(1 - r) times more runs, r being the correlation of paired outcomes.",
    design="No policy and eight policies on the same worlds with the same luck; the variance of the difference of two "
    "independent runs over that of the paired difference. Besides, no policy on the same worlds with other luck.",
    n_seeds=200,
    n_months=120,
    measure=measure,
    judge=judge,
    remarks=remarks,
    draw=draw,
    alt=alt,
)
