"""The runs of a shard, computed: worlds, one compiled call after another, outcomes and series as tables.

While one call runs, the worlds, conditions and blank states of the next are made, and the tables of the last: those
take Python, which the compiled call does not need.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, ParamSpec, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from issim.errors import InputError
from issim.model.batch import Batch, Job, carry, ready
from issim.rules.observe import N_OBSERVABLES, NAMES
from issim.runs.sweep_plan import Run
from issim.store.outcomes import MEASURES, outcome
from issim.world.state import World

if TYPE_CHECKING:
    import pandas as pd

#: Runs and firm-months of a thread in one compiled call: enough to keep it busy, few enough to stop soon.
RUNS_OF_A_THREAD, WORK_OF_A_THREAD = 32, 32 * 1000 * 120
#: Runs of a call at most, whose worlds and states are in memory together.
RUNS_PER_CALL = 256
#: Columns of a run's row besides its outcomes.
KEYS = ("run", "cell", "seed")

P = ParamSpec("P")
Found = TypeVar("Found")


class Planned(Protocol):
    """What is to be computed: a sweep, or anything else that has numbered runs in worlds that some of them share."""

    @property
    def worlds(self) -> Sequence[str]:
        """The key of every cell's world: cells of equal keys share the world of a seed."""

    @property
    def n_firms(self) -> int:
        """Firms of the largest world."""

    @property
    def n_months(self) -> int:
        """Months of every run."""

    @property
    def kept(self) -> Sequence[str]:
        """The observables that are kept month by month."""

    @property
    def runs(self) -> Sequence[Run]:
        """All runs, runs of one world beside each other."""

    def runs_of(self, shard: int) -> Sequence[Run]:
        """The runs of a shard."""

    def world(self, run: Run) -> World:
        """The world of a run, built; InputError if it cannot be."""

    def job(self, run: Run, world: World) -> Job:
        """A run in its world, ready to be carried; InputError if it is impossible."""


class Tables(NamedTuple):
    """What a shard gives."""

    runs: pd.DataFrame
    """One row per run: run, cell, seed, a column per outcome, and `fault` (empty for a sound run)."""
    series: pd.DataFrame
    """One row per sound run and month: run, month, a column per observable that the study keeps."""


class _World(NamedTuple):
    """A world that runs share, or why it cannot be built."""

    key: tuple[str, int]
    world: World | None
    fault: str


#: Worlds by what decides them: the key of their settings and the seed.
Worlds = dict[tuple[str, int], _World]


class _Call(NamedTuple):
    """Runs that go through one compiled call."""

    runs: Sequence[Run]
    worlds: Worlds
    faults: Sequence[str]
    """Why a run is impossible; empty for a sound one."""
    batch: Batch | None
    """The sound runs, in their order; nothing if there is none."""


def tables(sweep: Planned, shard: int, threads: int, tick: Callable[[int], object]) -> Tables:
    """Compute a shard; `tick` hears how many more runs are done.

    Keeps     the same whatever the number of threads and of runs per call; a run that is impossible says so and stops
              no other
    """
    import pandas as pd

    calls = _calls(sweep, sweep.runs_of(shard), threads)
    found: list[Future[Tables]] = []
    with _beside(threads) as beside, _workers(threads) as pool:
        coming = beside.submit(_made_ready, sweep, calls[0], Worlds(), pool)
        for after in (*calls[1:], ()):
            call = coming.result()
            if after:
                coming = beside.submit(_made_ready, sweep, after, call.worlds, pool)
            _carried(call, threads)
            found.append(beside.submit(_read, sweep, call._replace(worlds=Worlds())))
            tick(len(call.runs))
        runs, series = zip(*(part.result() for part in found), strict=True)
    return Tables(pd.concat(runs, ignore_index=True), pd.concat(series, ignore_index=True))


def computed(sweep: Planned, runs: Sequence[Run], threads: int) -> Tables:
    """Some runs of a sweep in one compiled call, worlds of their own."""
    with _workers(threads) as pool:
        call = _made_ready(sweep, runs, Worlds(), pool)
    _carried(call, threads)
    return _read(sweep, call)


def _calls(sweep: Planned, runs: Sequence[Run], threads: int) -> list[Sequence[Run]]:
    """Runs in groups that go through one compiled call each."""
    of_a_thread = max(1, min(RUNS_OF_A_THREAD, WORK_OF_A_THREAD // (sweep.n_firms * sweep.n_months)))
    size = min(RUNS_PER_CALL, of_a_thread * threads)
    return [runs[place : place + size] for place in range(0, len(runs), size)]


class _AtOnce(Executor):
    """Does what it is given before it returns: for a single thread, which has nobody beside it."""

    def submit(self, fn: Callable[P, Found], /, *args: P.args, **kwargs: P.kwargs) -> Future[Found]:
        """Call the function now; what it raises is raised here."""
        done: Future[Found] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


@contextmanager
def _workers(threads: int) -> Iterator[Executor]:
    """Threads that drop what they have not begun when the block ends, also by Ctrl-C."""
    pool = ThreadPoolExecutor(threads)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _beside(threads: int) -> Iterator[Executor]:
    """Somebody who makes ready and reads while calls run."""
    if threads == 1:
        yield _AtOnce()
        return
    with _workers(1) as one:
        yield one


def _made_ready(sweep: Planned, runs: Sequence[Run], known: Worlds, pool: Executor) -> _Call:
    """A call with its worlds, conditions and blank states."""
    worlds = _worlds(sweep, runs, known, pool)
    found = [_job(sweep, run, worlds) for run in runs]
    jobs = [job for job in found if isinstance(job, Job)]
    faults = ["" if isinstance(job, Job) else job for job in found]
    return _Call(runs, worlds, faults, ready(jobs, sweep.n_months) if jobs else None)


def _carried(call: _Call, threads: int) -> None:
    """Carry the sound runs of a call."""
    if call.batch:
        carry(call.batch, threads)


def _read(sweep: Planned, call: _Call) -> Tables:
    """The outcomes and the months of a call that was carried."""
    series = call.batch.runs.series if call.batch else np.empty((0, sweep.n_months + 1, N_OBSERVABLES))
    sound = [place for place, fault in enumerate(call.faults) if not fault]
    monthly = _months(sweep, [call.runs[k] for k in sound], series)
    return Tables(_outcomes(call.runs, sound, series, call.faults), monthly)


def _worlds(sweep: Planned, runs: Sequence[Run], known: Worlds, pool: Executor) -> Worlds:
    """The worlds of some runs; those of the runs before are kept if they are needed again."""
    first = {(sweep.worlds[run.cell], run.seed): run for run in reversed(runs)}
    new = [key for key in first if key not in known]
    built = pool.map(lambda key: _built(sweep, first[key], key), new)
    return {key: world for key, world in known.items() if key in first} | {w.key: w for w in built}


def _built(sweep: Planned, run: Run, key: tuple[str, int]) -> _World:
    """One world, or why it cannot be."""
    try:
        return _World(key, sweep.world(run), "")
    except InputError as error:
        return _World(key, None, str(error))


def _job(sweep: Planned, run: Run, worlds: Worlds) -> Job | str:
    """One run to make, or why it is impossible."""
    found = worlds[sweep.worlds[run.cell], run.seed]
    if found.world is None:
        return found.fault
    try:
        return sweep.job(run, found.world)
    except InputError as error:
        return str(error)


def _outcomes(
    runs: Sequence[Run], sound: Sequence[int], series: NDArray[np.float64], faults: Sequence[str]
) -> pd.DataFrame:
    """One row per run; the outcomes of an impossible one are nan."""
    import pandas as pd

    columns: dict[str, object] = {
        key: np.array([getattr(run, key) for run in runs], np.int64) for key in KEYS
    }
    for measure in MEASURES:
        values = np.full(len(runs), np.nan)
        values[list(sound)] = outcome(measure, lambda name: series[:, :, NAMES.index(name)])
        columns[measure.key] = values
    return pd.DataFrame(columns | {"fault": pd.array(list(faults), dtype="string")})


def _months(sweep: Planned, runs: Sequence[Run], series: NDArray[np.float64]) -> pd.DataFrame:
    """One row per run and month, in single precision."""
    import pandas as pd

    n_rows = sweep.n_months + 1
    columns: dict[str, object] = {
        "run": np.repeat(np.array([run.run for run in runs], np.int64), n_rows),
        "month": np.tile(np.arange(n_rows, dtype=np.int16), len(runs)),
    }
    for name in sweep.kept:
        columns[name] = series[:, :, NAMES.index(name)].astype(np.float32).ravel()
    return pd.DataFrame(columns)
