"""One region without policy and with one: the same seeds, the same luck, everything kept that figures need."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from issim.evidence.vocabulary import BRANCHES, COUNTRIES, ITEMS, SECTORS, SIZES, TICKS
from issim.levers.policy import Policy, conditions, load
from issim.model import frames
from issim.model.record import Binding, Recording, binding_now, record
from issim.model.simulate import EVE, Trajectory, simulate
from issim.population.firms import draw
from issim.runs.settings import Settings
from issim.world.build import build
from issim.world.overrides import of_firms, overridden
from issim.world.state import World

if TYPE_CHECKING:
    import pandas as pd


class Outcome(NamedTuple):
    """What one seed gave under one policy."""

    policy: str
    seed: int
    world: World
    trajectory: Trajectory
    binding: tuple[Binding, ...]
    """Which barriers bind after the last month (and at the start, for the recorded seed)."""
    recording: Recording | None


def arms(policy: Policy) -> tuple[Policy, ...]:
    """The scenarios of a run: without policy, and with the one that was asked for if it has a lever."""
    nothing = load("none")
    return (nothing,) if not policy.levers else (nothing, policy)


def world_of(settings: Settings, seed: int) -> World:
    """The world of one seed."""
    return build(settings.evidence, [settings.region], settings.world, seed, settings.overrides)


def outcomes_of(settings: Settings, seed: int, keep: bool) -> list[Outcome]:
    """Every scenario on one world with one luck; with `keep`, firm by firm and month by month."""
    world, behaviour, n_months = world_of(settings, seed), settings.behaviour, settings.run.n_months
    found = []
    for policy in arms(settings.policy):
        levers = conditions(policy, world, n_months)
        if keep:
            kept = record(world, levers, behaviour, seed=seed, n_months=n_months)
            found.append(Outcome(policy.name, seed, world, kept.trajectory, kept.binding, kept))
        else:
            run = simulate(world, levers, behaviour, seed=seed, n_months=n_months)
            end = binding_now(world, run.state, levers, behaviour, seed=seed, month=EVE + n_months)
            found.append(Outcome(policy.name, seed, world, run, (end,), None))
    return found


def threads_of(settings: Settings) -> int:
    """How many threads carry runs."""
    if settings.run.threads:
        return settings.run.threads
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def outcomes(settings: Settings, tick: Callable[[], object]) -> Iterator[Outcome]:
    """All seeds in order; the first one is kept in full. `tick` is called after each seed."""
    first = settings.run.seed
    yield from outcomes_of(settings, first, keep=True)
    tick()

    def one(seed: int) -> list[Outcome]:
        found = outcomes_of(settings, seed, keep=False)
        tick()
        return found

    others = range(first + 1, first + settings.run.n_seeds)
    with ThreadPoolExecutor(max(1, threads_of(settings))) as pool:
        for found in pool.map(one, others):
            yield from found


def tables(settings: Settings, found: Sequence[Outcome]) -> dict[str, pd.DataFrame]:
    """All tables of a result folder."""
    import pandas as pd

    names = {policy.name: policy.names for policy in arms(settings.policy)}
    kept = {outcome.policy: outcome.recording for outcome in found if outcome.recording is not None}
    recorded = frames.tables(found[0].world, kept)
    barriers = [recorded["barriers"]] + [
        frames.barriers(outcome.world, outcome.policy, outcome.seed, outcome.binding)
        for outcome in found
        if outcome.recording is None
    ]
    series = [frames.series(outcome.policy, outcome.seed, outcome.trajectory) for outcome in found]
    levers = [
        frames.levers(outcome.policy, outcome.seed, names[outcome.policy], outcome.trajectory)
        for outcome in found
        if names[outcome.policy]
    ]
    empty = frames.levers("none", 0, [], found[0].trajectory) if not levers else None
    return recorded | {
        "series": pd.concat(series, ignore_index=True),
        "barriers": pd.concat(barriers, ignore_index=True),
        "levers": pd.concat(levers, ignore_index=True) if empty is None else empty,
        "firms": firms_table(settings),
    }


def firms_table(settings: Settings) -> pd.DataFrame:
    """The firms of the first seed as they answered and where they stand."""
    import pandas as pd

    seed, region = settings.run.seed, settings.region
    world = world_of(settings, seed)
    asked = overridden(settings.evidence, of_firms(settings.overrides))
    population = draw(
        asked, settings.world.population, world.firms.index, world.firms.region, region.country_code, seed
    )
    columns: dict[str, object] = {
        "firm": np.arange(len(world.firms.index), dtype=np.int32),
        "region": region.name,
    }
    for name, words in (("country", COUNTRIES), ("sector", SECTORS), ("branch", BRANCHES), ("size", SIZES)):
        columns[name] = np.asarray(words, dtype=object)[getattr(world.firms, name)]
    for name in ("employees", "x", "y", "awareness", "readiness", "digital", "trust", "benefits", "barriers"):
        columns[name] = getattr(world.firms, name)
    columns |= {name: getattr(population, name) for name in ("it_use", "practice")}
    columns |= {f"item_{key}": population.items[:, k] for k, key in enumerate(ITEMS)}
    columns |= {f"tick_{key}": population.ticks[:, k] for k, key in enumerate(TICKS)}
    return pd.DataFrame(columns)
