"""What a sweep found, as tables of pandas or arrays of xarray: `issim.load_results`."""

from __future__ import annotations

import warnings
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal, overload

from issim.errors import InputError, unknown_name
from issim.store import sealed
from issim.store.dataset import Dataset
from issim.store.shard import RUNS, SERIES

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

TABLES = ("design", RUNS, SERIES)
#: What tells the runs apart, in the first columns of a table.
HEAD = ("run", "cell", "seed")


@overload
def load_results(
    path: str | PathLike[str],
    table: str = ...,
    *,
    allow_incomplete: bool = ...,
    as_xarray: Literal[False] = ...,
) -> pd.DataFrame: ...
@overload
def load_results(
    path: str | PathLike[str], table: str = ..., *, allow_incomplete: bool = ..., as_xarray: Literal[True]
) -> xr.Dataset: ...
def load_results(
    path: str | PathLike[str],
    table: str = "runs",
    *,
    allow_incomplete: bool = False,
    as_xarray: bool = False,
) -> pd.DataFrame | xr.Dataset:
    """A table of the sweep in a folder: its `runs`, the monthly `series` or the `design`.

    Runs come with the design's columns: run, cell, seed, the varied axes, the outcomes, and the fault of a failed run
    (empty if it went well). The series have run, cell, seed, month and the observables; merge the design by `cell`
    where its axes are wanted, or query the files by DuckDB where all of them are too large for memory.

    As an xarray.Dataset, the axes of a full grid are its dimensions, with seed (and month); the cells of any other
    design are one dimension, with the axes along it. What failed or is missing is nan.

    A sweep of which parts are missing is an InputError that says which, unless `allow_incomplete`: then what is there
    is read, with a warning. Parts are checked as they are read; a damaged one counts as missing.
    """
    if table not in TABLES:
        raise unknown_name("table", table, TABLES)
    data = Dataset(Path(path))
    if table == "design":
        return data.design()
    frame = _joined(data, table, allow_incomplete)
    if not as_xarray:
        return frame
    from issim.store.arrays import arrays

    return arrays(frame, data.design(), data.manifest)


def outcomes(data: Dataset) -> pd.DataFrame:
    """The runs of a whole sweep without the columns of its design: run, cell, seed, outcomes, fault."""
    import pandas as pd

    found = [data.shard(shard).whole(RUNS) for shard in data.shards]
    missing = [shard for shard, parts in enumerate(found) if not parts]
    if missing:
        _say(data, missing, allow=False)
    return pd.concat([_rows(parts, RUNS) for parts in found], ignore_index=True)


def _joined(data: Dataset, table: str, allow_incomplete: bool) -> pd.DataFrame:
    """The rows of all shards that can be read, with what tells the runs apart."""
    import pandas as pd

    found = {shard: data.shard(shard).whole(table) for shard in data.shards}
    missing = [shard for shard, parts in found.items() if not parts]
    if missing:
        _say(data, missing, allow_incomplete and len(missing) < len(found))
    rows = [_rows(parts, table) for parts in found.values() if parts]
    frame = pd.concat(rows, ignore_index=True)
    if table == SERIES:
        return frame
    design = data.design()
    axes = design.drop(columns="cell").iloc[frame["cell"]].reset_index(drop=True)
    return pd.concat([frame[list(HEAD)], axes, frame.drop(columns=list(HEAD))], axis=1)


def _rows(parts: dict[str, bytes], table: str) -> pd.DataFrame:
    """The rows of one shard."""
    runs = sealed.table_of(parts[RUNS])
    if table == RUNS:
        return runs
    series = sealed.table_of(parts[SERIES])
    rows = series["run"].to_numpy() - runs["run"].iloc[0]
    for place, name in enumerate(HEAD[1:], start=1):
        series.insert(place, name, runs[name].to_numpy()[rows])
    return series


def _say(data: Dataset, missing: list[int], allow: bool) -> None:
    """Say what is missing: as a warning if that is allowed, else as an InputError."""
    words = f"'{data.folder}' is incomplete: {data.in_words(missing)} missing"
    finish = f"give `{data.manifest.get('command', 'the command of the sweep')}` again to finish it"
    if not allow:
        raise InputError(f"{words}; {finish}, or allow_incomplete=True to read what is there.")
    warnings.warn(f"{words}; {finish}.", stacklevel=4)
