"""Programmes re-run: the arrangements that stand for them, and what their runs are summed up to beside the targets.

A stage is an arrangement carried to one month: worlds drawn once, with the conditions of the policy in each. Constants
of behaviour are then tried on it, as many as wanted, in compiled batches.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from issim.evidence.targets import Arrangement, Target
from issim.levers.policy import conditions
from issim.model.batch import Job, simulate_batch
from issim.model.summaries import Finished, part_of, pooled
from issim.rules.behaviour import Behaviour
from issim.runs.job import plan
from issim.runs.settings import Settings
from issim.runs.study import world_of
from issim.world.conditions import Conditions
from issim.world.state import Floats, World

#: Runs of one compiled call at most: their states are in memory together.
RUNS_PER_CALL = 64


class Place(NamedTuple):
    """One world of a stage, with the conditions of its policy."""

    world: World
    conditions: Conditions
    seed: int


@dataclass(frozen=True)
class Stage:
    """An arrangement carried to one month, and the targets that are looked at there."""

    arrangement: Arrangement
    month: int
    settings: Settings
    places: tuple[Place, ...]
    targets: tuple[Target, ...]


def settings_of(arrangement: Arrangement, overrides: Sequence[str] = ()) -> Settings:
    """The settings of an arrangement; other overrides (`population.n_firms=300`) come after its own."""
    return plan([*arrangement.settings, *overrides]).settings


def stages(
    targets: Sequence[Target],
    arrangements: dict[str, Arrangement],
    n_worlds: int,
    seed: int = 1,
    overrides: Sequence[str] = (),
    tick: Callable[[], object] = lambda: None,
) -> list[Stage]:
    """The stages on which some targets can be looked at, each with worlds of its own; `tick` is called after each.

    Worlds are those of seeds `seed`, `seed` + 1, ... of the arrangement's settings; a size that an arrangement names
    (the firms of a workshop) is kept, whatever the overrides say.
    """
    grouped: dict[tuple[str, int], list[Target]] = {}
    for target in targets:
        grouped.setdefault((target.arrangement, target.month), []).append(target)
    found = []
    built: dict[str, tuple[Settings, list[World]]] = {}
    for (key, month), looked_at in grouped.items():
        if key not in built:
            settings = _settings(arrangements[key], overrides)
            built[key] = settings, [world_of(settings, seed + k) for k in range(n_worlds)]
        settings, worlds = built[key]
        places = tuple(
            Place(world, conditions(settings.policy, world, max(1, month)), seed + k)
            for k, world in enumerate(worlds)
        )
        found.append(Stage(arrangements[key], month, settings, places, tuple(looked_at)))
        tick()
    return found


def _settings(arrangement: Arrangement, overrides: Sequence[str]) -> Settings:
    """The settings of an arrangement under overrides that do not touch what it says itself."""
    own = {word.lstrip("+").partition("=")[0] for word in arrangement.settings}
    return settings_of(arrangement, [word for word in overrides if word.partition("=")[0] not in own])


def measured(
    stage: Stage,
    constants: Sequence[Behaviour],
    seeds: Sequence[int],
    runs_each: int = 1,
    threads: int = 1,
    tick: Callable[[int], object] = lambda n: None,
) -> NDArray[np.float64]:
    """What the targets of a stage come to for each of some constants, shape (n_constants, n_targets).

    Constants k have the luck of seed k, in `runs_each` worlds of the stage, from the one of number seed k on (modulo
    their number, so that different seeds see different worlds); their runs are pooled. `tick` hears how many more
    runs are done.
    """
    jobs, owner = [], []
    for k, (behaviour, seed) in enumerate(zip(constants, seeds, strict=True)):
        for j in range(runs_each):
            place = stage.places[(seed + j) % len(stage.places)]
            jobs.append(Job(place.world, place.conditions, behaviour, seed))
            owner.append(k)
    parts: list[list[list[Floats]]] = [[[] for _ in stage.targets] for _ in constants]
    for first in range(0, len(jobs), RUNS_PER_CALL):
        batch = jobs[first : first + RUNS_PER_CALL]
        series, states = simulate_batch(batch, stage.month, threads)
        for job, rows, state, k in zip(batch, series, states, owner[first:], strict=False):
            assert job.conditions is not None
            run = Finished(job.world, job.conditions, rows, state)
            for place_of, target in enumerate(stage.targets):
                parts[k][place_of].append(part_of(target.summary, run))
        tick(len(batch))
    found = [
        [pooled(target.summary, parts[k][j]) for j, target in enumerate(stage.targets)]
        for k in range(len(constants))
    ]
    return np.array(found, np.float64).reshape(len(constants), len(stage.targets))


def summaries(
    staged: Sequence[Stage],
    targets: Sequence[Target],
    constants: Sequence[Behaviour],
    seeds: Sequence[int],
    runs_each: int = 1,
    threads: int = 1,
    tick: Callable[[int], object] = lambda n: None,
) -> NDArray[np.float64]:
    """All targets for all constants, shape (n_constants, n_targets), in the order of `targets`."""
    found: dict[str, NDArray[np.float64]] = {}
    for stage in staged:
        values = measured(stage, constants, seeds, runs_each, threads, tick)
        found |= {target.key: values[:, k] for k, target in enumerate(stage.targets)}
    return np.array([found[target.key] for target in targets]).T.reshape(len(constants), len(targets))
