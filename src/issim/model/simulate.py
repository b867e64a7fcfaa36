"""Run a world through its months without agents: the fast way, and the only one that sweeps use."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from issim.rules.behaviour import Behaviour, Constants
from issim.rules.month import run
from issim.rules.observe import N_OBSERVABLES, NAMES
from issim.world.blank import blank_state
from issim.world.conditions import Conditions, no_policy
from issim.world.state import EVE, State, World


class Trajectory(NamedTuple):
    """What a run leaves behind."""

    series: NDArray[np.float64]
    """Monthly observables, shape (n_months + 1, n_observables); row 0 is the start."""
    state: State
    """The state after the last month."""

    def column(self, name: str) -> NDArray[np.float64]:
        """One observable over time, shape (n_months + 1,)."""
        return self.series[:, NAMES.index(name)]


class Job(NamedTuple):
    """One run to make."""

    world: World
    conditions: Conditions
    behaviour: Behaviour
    seed: int


def advance(
    world: World,
    state: State,
    conditions: Conditions,
    behaviour: Constants,
    seed: int,
    month: int,
    row: NDArray[np.float64],
) -> None:
    """Carry `state` through one month (-1: bring it to the eve of month 0) and fill `row`."""
    run(world, state, conditions, behaviour, np.uint64(seed), month, row.reshape(1, -1))


def simulate(
    world: World,
    conditions: Conditions | None = None,
    behaviour: Behaviour | None = None,
    *,
    seed: int,
    n_months: int,
) -> Trajectory:
    """Run `n_months` months from the start; the same arguments give the same bits anywhere.

    Without `conditions` there is no policy; without `behaviour` the default constants hold.
    """
    conditions = no_policy(len(world.firms.index), n_months) if conditions is None else conditions
    if conditions.strength.shape[1] < n_months:
        raise ValueError(f"conditions cover {conditions.strength.shape[1]} months, the run has {n_months}")
    state = blank_state(world, conditions)
    series = np.zeros((n_months + 1, N_OBSERVABLES))
    record = (behaviour or Behaviour()).record()
    run(world, state, conditions, record, np.uint64(seed), EVE, series)
    return Trajectory(series, state)


def simulate_many(jobs: list[Job], n_months: int, threads: int = 1) -> list[Trajectory]:
    """Run many jobs, one thread carrying each run through all its months; order and bits as if alone."""

    def one(job: Job) -> Trajectory:
        return simulate(job.world, job.conditions, job.behaviour, seed=job.seed, n_months=n_months)

    if threads <= 1 or len(jobs) <= 1:
        return [one(job) for job in jobs]
    first = one(jobs[0])  # compiles once, before the threads start
    with ThreadPoolExecutor(threads) as pool:
        return [first, *pool.map(one, jobs[1:])]
