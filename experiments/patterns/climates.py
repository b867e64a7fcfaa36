"""Do a landfill tax and a subsidy help in every climate? However volatile prices and unreliable deliveries are.

    python experiments/patterns/run.py climates

Fraccascia, Giannoccaro and Albino (2017), Sustainability 9(4), 521.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from patterns.pattern import Check, Estimate, Pattern, Row, mean_of, table_of

from issim.levers.policy import Policy, conditions, from_mapping
from issim.model.simulate import simulate
from issim.plots import palette, style
from issim.plots.wording import number
from issim.runs.settings import Settings
from issim.runs.study import world_of
from issim.world.state import World

#: Volatility of prices and gate fees as multiples of the evidence's.
VOLATILITIES = (0.0, 1.0, 2.0)
#: Probability that an exchange delivers nothing in a month: never, the default, and beyond the top of its prior.
INTERRUPTIONS = (0.0, 0.02, 0.1, 0.3)
CALM, USUAL, ROUGH = (0.0, 0.0), (1.0, 0.02), (2.0, 0.3)
LEVERS = ("landfill_tax", "reuse_subsidy")
WORDS = {"landfill_tax": "Landfill tax", "reuse_subsidy": "Payment per tonne"}
#: Three steps of one blue, dark for rough.
SHADES = tuple(style.STAGE_COLOURS[stage] for stage in ("aware", "searching", "talking"))


def policy_of(lever: str | None) -> Policy:
    """A packaged lever alone, or no policy."""
    levers: dict[str, object] = {} if lever is None else {lever: {}}
    return from_mapping({"name": lever or "none", "levers": levers})


def rougher(world: World, factor: float) -> World:
    """The same world with more or less volatile prices and gate fees."""
    goods = world.goods
    changed = {name: getattr(goods, name) * factor for name in ("price_volatility", "gate_volatility")}
    return world._replace(goods=goods._replace(**changed))


def measure(settings: Settings, tick: Callable[[], object]) -> pd.DataFrame:
    """Adopters, exchanges and tonnes under no policy and either lever in every climate: a row per run."""
    n_months, policies = settings.run.n_months, [policy_of(lever) for lever in (None, *LEVERS)]

    def one(seed: int) -> Iterator[Row]:
        built = world_of(settings, seed)
        for volatility in VOLATILITIES:
            world = rougher(built, volatility)
            sheets = [conditions(policy, world, n_months) for policy in policies]
            for interruption in INTERRUPTIONS:
                behaviour = replace(settings.behaviour, interruption=interruption)
                for policy, terms in zip(policies, sheets, strict=True):
                    run = simulate(world, terms, behaviour, seed=seed, n_months=n_months)
                    yield {
                        "seed": seed, "volatility": volatility, "interruption": interruption, "policy": policy.name,
                        "adopters": float(run.column("adopters")[-1]),
                        "operating": float(run.column("operating")[-1]), "tonnes": float(run.column("tonnes").sum()),
                    }  # fmt: skip

    return table_of(settings, one, tick)


def extra(table: pd.DataFrame, lever: str, climate: tuple[float, float]) -> pd.Series:
    """Firms that exchange because of a lever in one climate, by seed."""
    here = table[(table["volatility"] == climate[0]) & (table["interruption"] == climate[1])]
    values = here.pivot(index="seed", columns="policy", values="adopters")
    return values[lever] - values["none"]


def climates() -> list[tuple[float, float]]:
    """Every combination of volatility and interruption."""
    return [(volatility, interruption) for volatility in VOLATILITIES for interruption in INTERRUPTIONS]


def effect(table: pd.DataFrame, lever: str, climate: tuple[float, float]) -> Estimate:
    """Mean of `extra` with its interval."""
    return mean_of(extra(table, lever, climate))


def depends(table: pd.DataFrame, lever: str) -> dict[str, Estimate]:
    """Paired change of a lever's effect from the lowest volatility, or interruption, to the highest."""
    low, high = (extra(table, lever, (v, USUAL[1])) for v in (VOLATILITIES[0], VOLATILITIES[-1]))
    sure, unsure = (extra(table, lever, (USUAL[0], i)) for i in (INTERRUPTIONS[0], INTERRUPTIONS[-1]))
    return {"volatility": mean_of(high - low), "interruption": mean_of(unsure - sure)}


def judge(table: pd.DataFrame) -> tuple[Check, ...]:
    """Each lever helps in every climate, and how much depends on the climate."""
    checks = []
    for lever in LEVERS:
        found = [effect(table, lever, climate) for climate in climates()]
        least = min(found, key=lambda estimate: estimate.low)
        most = max(found, key=lambda estimate: estimate.mean)
        checks.append(
            Check(
                f"{WORDS[lever]}: more firms exchange in every climate (lower end of the paired difference above 0).",
                f"In {sum(e.low > 0 for e in found)} of {len(found)} climates; least {least.said()} extra firms, most "
                f"{most.said()}.",
                all(estimate.low > 0.0 for estimate in found),
            )
        )
    for lever in LEVERS:
        changes = depends(table, lever)
        told = [c.low > 0.0 or c.high < 0.0 for c in changes.values()]
        checks.append(
            Check(
                f"{WORDS[lever]}: how much it helps depends on the climate (the paired change of its effect from the "
                "calmest to the roughest level of volatility, or of interruption, excludes 0).",
                "; ".join(
                    f"with {name} the effect changes by {c.said()} firms" for name, c in changes.items()
                )
                + ".",
                any(told),
            )
        )
    return tuple(checks)


def remarks(table: pd.DataFrame) -> tuple[str, ...]:
    """How many exchange without any lever in the calmest and the roughest climate."""
    alone = table[table["policy"] == "none"].groupby(["volatility", "interruption"])["adopters"].mean()
    return (
        f"Without policy {alone[CALM]:.1f} firms exchange after ten years in the calmest climate and "
        f"{alone[ROUGH]:.1f} in the roughest.",
    )


def draw(table: pd.DataFrame, about: style.Provenance) -> Figure:
    """One panel per lever: its effect by interruption, one line per volatility."""
    held = all(effect(table, lever, climate).low > 0.0 for lever in LEVERS for climate in climates())
    most = (
        ", most where prices are volatile"
        if all(depends(table, lv)["volatility"].low > 0 for lv in LEVERS)
        else ""
    )
    fig = style.slide(
        f"Landfill tax and payment per tonne help in every climate{most}" if held
        else "Landfill tax and payment per tonne do not clearly help in every climate",
        "Extra firms that exchange after ten years, mean of paired runs; lines: 90 % interval", about,
    )  # fmt: skip
    top = max(effect(table, lever, climate).high for lever in LEVERS for climate in climates())
    for panel, lever in enumerate(LEVERS):
        axes = style.bare(fig.add_axes((0.07 + 0.48 * panel, 0.16, 0.33, 0.56)), grid="y")
        style.heading(axes, WORDS[lever])
        lever_panel(axes, table, lever)
        axes.set_ylim(min(0.0, min(effect(table, lever, c).low for c in climates())), 1.08 * top)
    return fig


def lever_panel(axes: Axes, table: pd.DataFrame, lever: str) -> None:
    """The effect of one lever; volatilities are named at the right end."""
    places = range(len(INTERRUPTIONS))
    ends = [effect(table, lever, (v, INTERRUPTIONS[-1])).mean for v in VOLATILITIES]
    heights = style.dodge(ends, 0.6, 0.0, 2.0 * max(*ends, 1.0))
    for k, (volatility, colour) in enumerate(zip(VOLATILITIES, SHADES, strict=True)):
        found = [effect(table, lever, (volatility, interruption)) for interruption in INTERRUPTIONS]
        shifted = [place + 0.07 * (k - 1) for place in places]
        axes.plot(shifted, [e.mean for e in found], "o-", color=colour, linewidth=2.0, markersize=7)
        for x, estimate in zip(shifted, found, strict=True):
            axes.plot([x, x], [estimate.low, estimate.high], color=colour, linewidth=2.0)
        name = "steady prices" if volatility == 0.0 else f"volatility x {number(volatility)}"
        axes.annotate(
            name, (len(INTERRUPTIONS) - 1, heights[k]),
            xytext=(18, 0), textcoords="offset points", va="center", fontsize=style.LABEL, fontweight="bold",
            color=colour if k else palette.PALE_INK, annotation_clip=False,
        )  # fmt: skip
    axes.axhline(0.0, color=style.QUIET, linewidth=1.2)
    axes.set_xticks(list(places), [f"{100 * i:.0f} %" for i in INTERRUPTIONS])
    axes.set_xlabel("Months without delivery", fontsize=style.LABEL, color=style.QUIET)


def alt(table: pd.DataFrame) -> str:
    """The figure in words."""
    told = "; ".join(
        f"{WORDS[lever].lower()} from {effect(table, lever, CALM).said()} extra firms in the calmest to "
        f"{effect(table, lever, ROUGH).said()} in the roughest climate"
        for lever in LEVERS
    )
    return f"Effect of either lever by probability of interruption and volatility of prices: {told}."


PATTERN = Pattern(
    name="climates",
    title="Landfill tax and subsidy help in every scenario",
    question="Do a landfill tax and a subsidy help however volatile prices and however unreliable deliveries are?",
    source="Fraccascia, Giannoccaro and Albino 2017, Sustainability 9(4), 521",
    literature="Both policies have a positive effect in all scenarios; how much depends on the environment, its "
    "uncertainty and turbulence.",
    design="Ten years without policy, with the packaged landfill tax, and with the packaged payment per tonne, under "
    f"volatilities of prices and gate fees {', '.join(f'{v:g}' for v in VOLATILITIES)} times the evidence's and "
    f"monthly probabilities of interruption {', '.join(f'{100 * i:g}' for i in INTERRUPTIONS)} %. Same worlds and "
    "luck for all.",
    n_seeds=200,
    n_months=120,
    measure=measure,
    judge=judge,
    remarks=remarks,
    draw=draw,
    alt=alt,
)
