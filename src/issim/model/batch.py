"""Many runs in one compiled call: one thread carries one run through all its months, then takes the next.

Runs share worlds and conditions where they can (nothing writes to them) and each has its own state, constants
and seed, so a batch may be a Sobol design, a posterior or one scenario under many seeds.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, NamedTuple

import numba
import numpy as np
from numba.typed import List
from numpy.typing import NDArray

from issim.jit import batch, is_compiled
from issim.rules.behaviour import Behaviour
from issim.rules.month import run
from issim.rules.observe import N_OBSERVABLES
from issim.world.blank import blank_state
from issim.world.conditions import Conditions, no_policy
from issim.world.state import EVE, State, World

#: One call at a time: not every threading layer of the compiler takes two at once.
_ONE_AT_A_TIME = threading.Lock()


class Job(NamedTuple):
    """One run to make."""

    world: World
    conditions: Conditions | None
    behaviour: Behaviour | None
    seed: int


@batch
def _carry(runs: Any, behaviours: Any, seeds: NDArray[np.uint64], series: NDArray[np.float64]) -> None:
    """Carry every run from the eve through its months; `series` (n_runs, n_months + 1, n_observables)."""
    for k in numba.prange(len(runs)):
        world, state, conditions = runs[np.int64(k)]
        run(world, state, conditions, behaviours[k], seeds[k], EVE, series[k])


def simulate_batch(
    jobs: Sequence[Job], n_months: int, threads: int = 1
) -> tuple[NDArray[np.float64], list[State]]:
    """Run all jobs: monthly observables (n_jobs, n_months + 1, n_observables), and the last states.

    For whom  sweeps; the bits of every run are those it has alone, for any number of threads and any batch
    Units     of the observables
    """
    series = np.zeros((len(jobs), n_months + 1, N_OBSERVABLES))
    if not jobs:
        return series, []
    ready = []
    for job in jobs:
        conditions = job.conditions or no_policy(len(job.world.firms.index), n_months)
        if conditions.strength.shape[1] < n_months:
            raise ValueError(
                f"conditions cover {conditions.strength.shape[1]} months, the run has {n_months}"
            )
        ready.append((job.world, blank_state(job.world, conditions), conditions))
    behaviours = np.stack([(job.behaviour or Behaviour()).record() for job in jobs])
    seeds = np.array([job.seed for job in jobs], np.uint64)
    runs: Any = List(ready) if is_compiled() else ready
    with _ONE_AT_A_TIME:
        before = numba.get_num_threads()
        numba.set_num_threads(max(1, min(threads, numba.config.NUMBA_NUM_THREADS)))
        try:
            _carry(runs, behaviours, seeds, series)
        finally:
            numba.set_num_threads(before)
    return series, [state for _, state, _ in ready]
