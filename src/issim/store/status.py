"""What is there of a sweep and what is missing: the lines of `issim results`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from issim.errors import InputError
from issim.store import sealed
from issim.store.atomic import megabytes
from issim.store.dataset import Dataset
from issim.store.shard import RUNS

if TYPE_CHECKING:
    import pandas as pd

#: So many faults, and cells of a fault, are named.
SHOWN = 5


def status(path: Path) -> list[str]:
    """What `issim results PATH` prints; reads every part and changes nothing."""
    data = Dataset(path)
    about = data.manifest
    states = {shard: data.shard(shard).state() for shard in data.shards}
    done = [shard for shard, state in states.items() if state.is_done]
    missing = [shard for shard, state in states.items() if not state.is_done]
    damaged = {where: fault for state in states.values() for where, fault in state.damaged.items()}
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return [
        f"Sweep {about.get('study', path.name)}, key {about['key']}, issim {about.get('version', 'unknown')}",
        f"Question: {about.get('question', 'none given')}",
        _design(data),
        f"Done: {data.in_words(done)}" if done else "Done: nothing yet",
        *([f"Missing: {data.in_words(missing)}"] if missing else []),
        *(f"Damaged: {where.relative_to(path)}, as {fault}" for where, fault in damaged.items()),
        *_faults([_runs(data, shard) for shard in done]),
        f"Size: {megabytes(size)}",
        f"To finish it: {about.get('command', 'give the command of the sweep again')}"
        if missing
        else f"Complete: issim.load_results('{path}') reads it",
    ]


def _design(data: Dataset) -> str:
    """How much was asked for."""
    try:
        cells = f"{len(data.design())} cells"
    except InputError as fault:
        cells = str(fault)
    return f"Design: {data.bounds[-1]} runs in {len(data.shards)} shards, {cells}"


def _runs(data: Dataset, shard: int) -> pd.DataFrame:
    """Which cells of a shard failed, and how."""
    runs = sealed.table_of(data.shard(shard).whole(RUNS)[RUNS])
    return runs.loc[runs["fault"] != "", ["cell", "fault"]]


def _faults(failed: Sequence[pd.DataFrame]) -> list[str]:
    """Failed runs by fault, the commonest first, with the first cells of each."""
    cells: dict[str, list[int]] = {}
    for table in failed:
        for cell, fault in zip(table["cell"].tolist(), table["fault"].tolist(), strict=True):
            cells.setdefault(fault, []).append(cell)
    if not cells:
        return ["Failed runs: none of those done"]
    lines = [f"Failed runs: {sum(map(len, cells.values()))}"]
    for fault, where in sorted(cells.items(), key=lambda found: (-len(found[1]), found[0]))[:SHOWN]:
        named = sorted(set(where))
        shown = ", ".join(map(str, named[:SHOWN])) + (", ..." if len(named) > SHOWN else "")
        lines.append(f"  {len(where)} in cell{'s' if len(named) > 1 else ''} {shown}: {fault}")
    if len(cells) > SHOWN:
        lines.append(f"  and {len(cells) - SHOWN} other faults: the column `fault` of the runs has them all")
    return lines
