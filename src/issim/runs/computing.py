"""The runs of a shard, computed: worlds, one compiled call after another, outcomes and series as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from issim.errors import InputError
from issim.levers.policy import conditions
from issim.model.batch import Job, simulate_batch
from issim.rules.observe import NAMES
from issim.runs.settings import Settings
from issim.runs.study import world_of
from issim.runs.sweep_plan import Run, Sweep
from issim.store.outcomes import MEASURES, outcome
from issim.world.state import World

if TYPE_CHECKING:
    import pandas as pd

#: Runs that go through one compiled call: enough to keep threads busy, few enough to stop soon.
RUNS_PER_CALL = 64
#: Columns of a run's row besides its outcomes.
KEYS = ("run", "cell", "seed")


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


def tables(sweep: Sweep, shard: int, threads: int, tick: Callable[[int], object]) -> Tables:
    """Compute a shard; `tick` hears how many more runs are done.

    Keeps     the same whatever the number of threads; a run that is impossible says so and stops no other
    """
    import pandas as pd

    found = []
    worlds: Worlds = {}
    with ThreadPoolExecutor(threads) as pool:
        for some in _calls(sweep.runs_of(shard)):
            worlds = _worlds(sweep, some, worlds, pool)
            found.append(_simulated(sweep, some, worlds, threads))
            tick(len(some))
    runs, series = zip(*found, strict=True)
    return Tables(pd.concat(runs, ignore_index=True), pd.concat(series, ignore_index=True))


def computed(sweep: Sweep, runs: Sequence[Run], threads: int) -> Tables:
    """Some runs of a sweep in one compiled call, worlds of their own."""
    with ThreadPoolExecutor(threads) as pool:
        return _simulated(sweep, runs, _worlds(sweep, runs, {}, pool), threads)


def _calls(runs: Sequence[Run]) -> Iterator[Sequence[Run]]:
    """Runs in groups that go through one compiled call each."""
    for place in range(0, len(runs), RUNS_PER_CALL):
        yield runs[place : place + RUNS_PER_CALL]


def _worlds(
    sweep: Sweep,
    runs: Sequence[Run],
    known: Worlds,
    pool: ThreadPoolExecutor,
) -> Worlds:
    """The worlds of some runs; those of the runs before are kept if they are needed again."""
    first = {(sweep.worlds[run.cell], run.seed): run for run in reversed(runs)}
    new = [key for key in first if key not in known]
    built = pool.map(lambda key: _built(sweep.settings[first[key].cell], key), new)
    return {key: world for key, world in known.items() if key in first} | {w.key: w for w in built}


def _built(settings: Settings | InputError, key: tuple[str, int]) -> _World:
    """One world, or why it cannot be."""
    if isinstance(settings, InputError):
        return _World(key, None, str(settings))
    try:
        return _World(key, world_of(settings, key[1]), "")
    except InputError as error:
        return _World(key, None, str(error))


def _simulated(sweep: Sweep, runs: Sequence[Run], worlds: Worlds, threads: int) -> Tables:
    """Simulate some runs in one call: their outcomes, and their months."""
    jobs: list[Job] = []
    sound: list[int] = []
    faults = [""] * len(runs)
    for place, run in enumerate(runs):
        found = _job(sweep, run, worlds)
        if isinstance(found, str):
            faults[place] = found
        else:
            jobs.append(found)
            sound.append(place)
    series, _ = simulate_batch(jobs, sweep.n_months, threads)
    monthly = _months(sweep, [runs[k] for k in sound], series)
    return Tables(_outcomes(runs, sound, series, faults), monthly)


def _job(sweep: Sweep, run: Run, worlds: Worlds) -> Job | str:
    """One run to make, or why it is impossible."""
    settings, found = sweep.settings[run.cell], worlds[sweep.worlds[run.cell], run.seed]
    if isinstance(settings, InputError):
        return str(settings)
    if found.world is None:
        return found.fault
    try:
        terms = conditions(settings.policy, found.world, sweep.n_months)
    except InputError as error:
        return str(error)
    return Job(found.world, terms, settings.behaviour, run.seed)


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


def _months(sweep: Sweep, runs: Sequence[Run], series: NDArray[np.float64]) -> pd.DataFrame:
    """One row per run and month, in single precision."""
    import pandas as pd

    n_rows = sweep.n_months + 1
    columns: dict[str, object] = {
        "run": np.repeat(np.array([run.run for run in runs], np.int64), n_rows),
        "month": np.tile(np.arange(n_rows, dtype=np.int16), len(runs)),
    }
    for name in sweep.study.series:
        columns[name] = series[:, :, NAMES.index(name)].astype(np.float32).ravel()
    return pd.DataFrame(columns)
