"""Many runs in one compiled call: one thread carries one run through all its months, then takes the next.

Runs share worlds and conditions where they can (nothing writes to them) and each has its own state, constants
and seed, so a batch may be a Sobol design, a posterior or one scenario under many seeds. Making a batch ready
takes Python, carrying it does not: who has several makes the next one ready while one is carried.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

import numba
import numpy as np
from numba import types
from numba.extending import intrinsic, overload
from numba.typed import List
from numpy.typing import NDArray

from issim.jit import batch, is_compiled, rule
from issim.rules.behaviour import Behaviour
from issim.rules.month import run
from issim.rules.observe import N_OBSERVABLES
from issim.world.blank import blank_state
from issim.world.conditions import Conditions, no_policy
from issim.world.state import EVE, State, World

#: One call at a time: not every threading layer of the compiler takes two at once.
_ONE_AT_A_TIME = threading.Lock()


Table = TypeVar("Table", World, Conditions)


class Job(NamedTuple):
    """One run to make."""

    world: World
    conditions: Conditions | None
    behaviour: Behaviour | None
    seed: int


class Runs(NamedTuple):
    """Runs as compiled code takes them."""

    worlds: Sequence[World]
    conditions: Sequence[Conditions]
    """Worlds and conditions, each once: handing a hundred arrays over to compiled code takes time."""
    which: NDArray[np.int64]
    """The world and the conditions of every run, (n_jobs, 2)."""
    states: Sequence[State]
    behaviours: Any
    seeds: NDArray[np.uint64]
    series: NDArray[np.float64]
    """Monthly observables, (n_jobs, n_months + 1, n_observables); zeros until the batch is carried."""


class Batch(NamedTuple):
    """Runs made ready for one compiled call."""

    runs: Runs
    states: list[State]
    """The same states, as Python reads them."""


def next_turn(turns: NDArray[np.int64]) -> int:
    """The next number of a count that threads share: 0, 1, 2, ..., each given to one thread only."""
    number = int(turns[0])
    turns[0] += 1
    return number


@intrinsic
def _fetched_and_added(_typing: Any, turns: Any) -> Any:
    """The same in one instruction of the processor, which no other thread can come between."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        return builder.atomic_rmw("add", place, context.get_constant(types.int64, 1), "monotonic")

    return types.int64(turns), generate


@overload(next_turn)
def _compiled_next_turn(turns: Any) -> Any:
    def taken(turns: Any) -> Any:
        return _fetched_and_added(turns)

    return taken


@batch
def _carry(runs: Runs, turns: NDArray[np.int64], threads: int) -> None:
    """Carry every run of a batch from the eve through its months.

    Runs differ in length, and processors in what else they do: each thread takes the next run when it is done
    with one, so that all end at about the same time.
    """
    for _ in numba.prange(threads):
        k = next_turn(turns)
        while k < len(runs.states):
            world, conditions = runs.worlds[runs.which[k, 0]], runs.conditions[runs.which[k, 1]]
            run(world, runs.states[k], conditions, runs.behaviours[k], runs.seeds[k], EVE, runs.series[k])
            k = next_turn(turns)


def ready(jobs: Sequence[Job], n_months: int) -> Batch:
    """A batch of at least one job, with a blank state for every run."""
    none = {id(job.world): no_policy(len(job.world.firms.index), n_months) for job in jobs}
    pairs = [(job.world, job.conditions or none[id(job.world)]) for job in jobs]
    for _, conditions in pairs:
        if conditions.strength.shape[1] < n_months:
            raise ValueError(
                f"conditions cover {conditions.strength.shape[1]} months, the run has {n_months}"
            )
    worlds, of_worlds = _each_once([world for world, _ in pairs])
    terms, of_terms = _each_once([conditions for _, conditions in pairs])
    states = [blank_state(*pair) for pair in pairs]
    constants = np.stack([(job.behaviour or Behaviour()).record() for job in jobs])
    runs = Runs(
        worlds=_handed_over(worlds),
        conditions=_handed_over(terms),
        which=np.array([of_worlds, of_terms]).T.copy(),
        states=_handed_over(states),
        behaviours=constants if is_compiled() else constants.view(np.recarray),
        seeds=np.array([job.seed for job in jobs], np.uint64),
        series=np.zeros((len(jobs), n_months + 1, N_OBSERVABLES)),
    )
    return Batch(runs, states)


def _each_once(tables: Sequence[Table]) -> tuple[list[Table], list[int]]:
    """The different ones among some tables, and which of these each is."""
    place: dict[int, int] = {}
    found = [place.setdefault(id(table), len(place)) for table in tables]
    different = {id(table): table for table in tables}
    return [different[key] for key in place], found


def _handed_over(tables: list[Any]) -> Any:
    """Tables as compiled code takes them.

    Numba compiles what fills a list in Python anew in every process, seconds for tables of a hundred arrays; rules
    are kept on disk.
    """
    if not is_compiled():
        return tables
    found = _begun(tables[0])
    for table in tables[1:]:
        _lengthened(found, table)
    return found


@rule
def _begun(table: Any) -> Any:
    """A list that holds one table."""
    found = List()
    found.append(table)
    return found


@rule
def _lengthened(tables: Any, table: Any) -> None:
    """Put another table at the end of a list."""
    tables.append(table)


def carry(made: Batch, threads: int = 1) -> None:
    """Carry all runs of a batch, which changes its states and its series; once only.

    A thread of its own makes the call, so that Ctrl-C reaches the one that waits: no further run is then begun.

    For whom  sweeps; the bits of every run are those it has alone, for any number of threads and any batch
    Units     of the observables
    """
    turns = np.zeros(1, np.int64)
    with _ONE_AT_A_TIME, ThreadPoolExecutor(1) as caller:
        try:
            caller.submit(_called, made.runs, turns, threads).result()
        except BaseException:
            turns[0] = len(made.states)
            raise


def _called(runs: Runs, turns: NDArray[np.int64], threads: int) -> None:
    """The compiled call, on this thread and as many more as are wanted."""
    n_threads = max(1, min(threads, numba.config.NUMBA_NUM_THREADS))
    numba.set_num_threads(n_threads)
    _carry(runs, turns, n_threads)


def simulate_batch(
    jobs: Sequence[Job], n_months: int, threads: int = 1
) -> tuple[NDArray[np.float64], list[State]]:
    """Run all jobs: monthly observables (n_jobs, n_months + 1, n_observables), and the last states."""
    if not jobs:
        return np.zeros((0, n_months + 1, N_OBSERVABLES)), []
    made = ready(jobs, n_months)
    carry(made, threads)
    return made.runs.series, made.states
