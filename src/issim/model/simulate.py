"""Run a world through its months without agents: the fast way, and the only one that sweeps use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from issim.model.batch import Job, simulate_batch
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


def simulate_many(jobs: Sequence[Job], n_months: int, threads: int = 1) -> list[Trajectory]:
    """Run many jobs in one compiled call, threads over runs; order and bits as if alone."""
    series, states = simulate_batch(jobs, n_months, threads)
    return [Trajectory(rows, state) for rows, state in zip(series, states, strict=True)]
