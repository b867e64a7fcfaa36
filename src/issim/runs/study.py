"""One region without policy and with one: the same seeds, the same luck, everything kept that figures need."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from issim.evidence.vocabulary import BRANCHES, COUNTRIES, ITEMS, SECTORS, SIZES, TICKS
from issim.levers.policy import Policy, conditions, load
from issim.model import frames
from issim.model.potential import Optimum, Potential, economic_optimum, technical_potential
from issim.model.record import binding_now, record
from issim.model.simulate import EVE, simulate
from issim.population.firms import Population
from issim.runs import given, matches, uncertainty
from issim.runs.settings import Settings
from issim.runs.uncertainty import Drawn, Draws
from issim.world.build import build, inhabitants
from issim.world.state import World

if TYPE_CHECKING:
    import pandas as pd


Result = TypeVar("Result")

#: Up to how many candidate exchanges the best possible use of them is worked out for every world.
MAX_PAIRS = 60_000


class Part(NamedTuple):
    """What one seed gave, all policies: tables only, so that worlds need not be kept."""

    series: pd.DataFrame
    levers: pd.DataFrame
    barriers: pd.DataFrame
    structure: pd.DataFrame
    recorded: dict[str, pd.DataFrame]
    """Firm by firm and month by month; empty for all seeds but the first."""
    drawn: list[Drawn]
    """The same with other assumptions, for the draws that belong to this seed."""
    own: dict[str, pd.DataFrame]
    """What of it is about firms of a register; empty without one."""


def arms(policy: Policy) -> tuple[Policy, ...]:
    """The scenarios of a run: without policy, and with the one that was asked for if it has a lever."""
    nothing = load("none")
    return (nothing,) if not policy.levers else (nothing, policy)


def world_of(settings: Settings, seed: int) -> World:
    """The world of one seed."""
    return build(
        settings.evidence_of(seed),
        settings.places,
        settings.world,
        seed,
        settings.overrides,
        settings.borders,
        settings.firms,
    )


def best_of(settings: Settings, world: World, seed: int) -> tuple[Potential, Optimum] | None:
    """The best possible use of a world's candidate exchanges; None for one too large to work it out for every seed."""
    if len(world.pairs.donor) > MAX_PAIRS:
        return None
    return technical_potential(world), economic_optimum(world, settings.behaviour_of(seed))


def part_of(settings: Settings, seed: int, keep: bool, draws: Draws | None = None) -> Part:
    """Every scenario on one world with one luck, with `keep` firm by firm; and again under the seed's `draws`."""
    import pandas as pd

    world, behaviour, n_months = world_of(settings, seed), settings.behaviour_of(seed), settings.run.n_months
    best = best_of(settings, world, seed)
    series, levers, barriers, structure, kept, own = [], [], [], [], {}, []
    for policy in arms(settings.policy):
        terms = conditions(policy, world, n_months)
        if keep:
            kept[policy.name] = record(world, terms, behaviour, seed=seed, n_months=n_months)
            run, binding = kept[policy.name].trajectory, kept[policy.name].binding
        else:
            run = simulate(world, terms, behaviour, seed=seed, n_months=n_months)
            binding = (binding_now(world, run.state, terms, behaviour, seed=seed, month=EVE + n_months),)
        series.append(frames.series(policy.name, seed, run))
        levers.append(frames.levers(policy.name, seed, policy.names, run))
        barriers.append(frames.barriers(world, policy.name, seed, binding))
        structure.append(frames.structure(policy.name, seed, world, run, best, behaviour))
        own.append(matches.tables(settings, policy.name, seed, world, run))
    used = [table for table in levers if len(table)] or levers[:1]
    recorded = frames.tables(world, kept) if keep else {}
    recorded.pop("barriers", None)
    drawn = uncertainty.on_world(draws, world, seed) if draws else []
    return Part(
        pd.concat(series),
        pd.concat(used),
        pd.concat(barriers),
        pd.concat(structure),
        recorded,
        drawn,
        matches.joined(own),
    )


def threads_of(settings: Settings) -> int:
    """How many threads carry runs."""
    if settings.run.threads:
        return settings.run.threads
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def over_seeds(
    settings: Settings, one: Callable[[int], Result], tick: Callable[[], object]
) -> Iterator[Result]:
    """What `one` gives for every seed, in order, threads over seeds; `tick` is called after each seed.

    The first seed goes alone: it compiles once, before the threads start.
    """

    def ticked(seed: int) -> Result:
        found = one(seed)
        tick()
        return found

    first = settings.run.seed
    yield ticked(first)
    with ThreadPoolExecutor(max(1, threads_of(settings))) as pool:
        yield from pool.map(ticked, range(first + 1, first + settings.run.n_seeds))


def parts(settings: Settings, tick: Callable[[], object]) -> Iterator[Part]:
    """All seeds in order; the first one is kept in full."""
    draws, first = uncertainty.draws(settings, arms(settings.policy)), settings.run.seed
    return over_seeds(settings, lambda seed: part_of(settings, seed, seed == first, draws), tick)


def tables(settings: Settings, found: Sequence[Part]) -> dict[str, pd.DataFrame]:
    """All tables of a result folder."""
    import pandas as pd

    joined = {
        name: pd.concat([getattr(part, name) for part in found], ignore_index=True)
        for name in ("series", "levers", "barriers", "structure")
    }
    draws = uncertainty.draws(settings, arms(settings.policy))
    again = uncertainty.tables(draws, [one for part in found for one in part.drawn])
    own = matches.joined([part.own for part in found])
    return found[0].recorded | joined | {"firms": firms_table(settings)} | again | own


def firms_table(settings: Settings) -> pd.DataFrame:
    """The firms of the first seed as they answered and where they stand."""
    import pandas as pd

    seed = settings.run.seed
    world = world_of(settings, seed)
    asked = [
        inhabitants(
            settings.evidence_of(seed), place, settings.world, seed, settings.overrides, settings.firms
        )
        for place in settings.places
    ]
    population = Population(*(np.concatenate(column) for column in zip(*asked, strict=True)))
    columns: dict[str, object] = {"firm": np.arange(len(world.firms.index), dtype=np.int32)}
    n_firms = [place.n_firms for place in settings.places]
    for name, field in (("region", "name"), ("east", "east"), ("north", "north")):
        said = [getattr(place, field) for place in settings.places]
        columns[name] = np.array(said, dtype=object if name == "region" else float).repeat(n_firms)
    for name, words in (("country", COUNTRIES), ("sector", SECTORS), ("branch", BRANCHES), ("size", SIZES)):
        columns[name] = np.asarray(words, dtype=object)[getattr(world.firms, name)]
    for name in ("employees", "x", "y", "awareness", "readiness", "digital", "trust", "benefits", "barriers"):
        columns[name] = getattr(world.firms, name)
    columns |= {name: getattr(population, name) for name in ("it_use", "practice")}
    columns |= {f"item_{key}": population.items[:, k] for k, key in enumerate(ITEMS)}
    columns |= {f"tick_{key}": population.ticks[:, k] for k, key in enumerate(TICKS)}
    return pd.DataFrame(columns | given.identities(settings))
