"""Carrying out a sweep: what is missing is computed, shard by shard, and nothing is computed twice."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from issim.runs.computing import Planned, computed, tables
from issim.runs.sweep_plan import Sweep, planned
from issim.store.dataset import Dataset
from issim.store.manifest import commit, numbers_hash, package_versions, version

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Estimate", "Sweep", "carry_out", "dataset", "estimate", "missing", "planned"]

#: Stretches of runs from which the time and the disk of a sweep are estimated, and the runs of each.
PROBES, RUNS_PER_PROBE = 3, 32


def dataset(sweep: Sweep) -> Dataset:
    """The folder of a sweep, made if it is not there; InputError if it holds another one."""
    about = {
        "key": sweep.key,
        "study": sweep.study.name,
        "question": sweep.study.question,
        "command": sweep.command,
        "axes": list(sweep.axes),
        "units": sweep.units,
        "n_firms": sweep.n_firms_of_worlds,
        "against": sweep.study.against,
        "figure": dict(sweep.study.figure),
        "version": version(),
        "commit": commit(),
        "rules": numbers_hash(),
        "evidence": dict(sweep.evidence),
        "packages": package_versions(),
        "config": sweep.config,
        "seeds": list(sweep.seeds),
        "n_months": sweep.n_months,
        "n_cells": len(sweep.cells),
        "n_runs": len(sweep.runs),
        "bounds": sweep.bounds,
    }
    return Dataset.create(sweep.folder, about, design_table(sweep))


def design_table(sweep: Sweep) -> pd.DataFrame:
    """One row per cell: `cell`, then every axis; empty where a cell does not have it."""
    import pandas as pd

    columns: dict[str, object] = {"cell": range(len(sweep.cells))}
    for axis in sweep.axes:
        values = [cell.get(axis) for cell in sweep.cells]
        if any(isinstance(value, str) for value in values):
            texts = [None if value is None else str(value) for value in values]
            columns[axis] = pd.array(texts, dtype=pd.StringDtype())
        else:
            columns[axis] = np.array([np.nan if value is None else float(value) for value in values])
    return pd.DataFrame(columns)


def missing(sweep: Sweep) -> list[int]:
    """The shards that are not there yet."""
    return dataset(sweep).missing()


def carry_out(sweep: Sweep, shards: Sequence[int], threads: int, tick: Callable[[int], object]) -> None:
    """Compute and write some shards; those that are there, or that another process holds, are left alone.

    For whom  one driver on one machine, or any number of jobs of one sweep
    Keeps     the bytes of a shard, whoever computes it
    """
    store = dataset(sweep)
    for shard in shards:
        with store.claim(shard) as is_ours:
            if is_ours:
                store.write(shard, *tables(sweep, shard, threads, tick))


class Estimate(NamedTuple):
    """What a sweep will take on this machine."""

    seconds: float
    n_bytes: float


def estimate(sweep: Planned, threads: int) -> Estimate:
    """Time and disk that a whole sweep takes, from a few of its runs made now.

    Stretches of runs are taken from the beginning, the middle and the end, as they follow each other in the
    sweep, so that worlds are shared as they will be. The first stretch is made twice: it compiles.
    """
    n_runs = len(sweep.runs)
    starts = sorted({(n_runs - 1) * k // PROBES for k in range(PROBES)})
    seconds, n_bytes, n_made = 0.0, 0.0, 0
    computed(sweep, sweep.runs[:1], threads)
    for start in starts:
        some = sweep.runs[start : start + RUNS_PER_PROBE]
        clock = time.perf_counter()
        found = computed(sweep, some, threads)
        seconds += time.perf_counter() - clock
        n_bytes += sum(_size(table) for table in found)
        n_made += len(some)
    return Estimate(seconds / n_made * n_runs, n_bytes / n_made * n_runs)


def _size(table: pd.DataFrame) -> int:
    """Bytes of a table as Parquet."""
    file = io.BytesIO()
    table.to_parquet(file, compression="zstd", index=False)
    return len(file.getvalue())
