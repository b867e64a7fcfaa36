"""The runs of a shard go through compiled calls: nothing depends on how, nothing piles up, and Ctrl-C stops them."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from issim.runs import computing, sweep, sweep_plan
from issim.runs.sweep import Sweep

STUDY = """# @package _global_
n_seeds: 4
n_months: 8
population: {n_firms: 60}
study:
  question: Does anything depend on how runs are carried?
  series: all
  cells:
    - {policy: none}
    - {policy: none, behaviour.contagion: 0.2, behaviour.search_rate: 0.3}
    - {policy: training}
    - {policy: training, streams.shareable: 0.9}
    - {policy: training, streams.available: 0}
    - {policy: training, policy.levers.training.regions: 9}
"""
#: Cells of the study that are impossible: nobody offers anything, nobody is trained.
IMPOSSIBLE = {4, 5}


@pytest.fixture
def planned(tmp_path: Path) -> Callable[..., Sweep]:
    """Plans the study into a folder of its own; words may change it."""

    def plan(folder: str, *words: str) -> Sweep:
        file = tmp_path / "how.yaml"
        file.write_text(STUDY)
        return sweep.planned([f"experiment={file}", f"outputs={tmp_path / folder}", *words])

    return plan


def files(chosen: Sweep) -> dict[str, bytes]:
    """Every table of a sweep, by its name."""
    return {
        str(path.relative_to(chosen.folder)): path.read_bytes() for path in chosen.folder.rglob("*.parquet")
    }


def carried(chosen: Sweep, threads: int) -> dict[str, bytes]:
    """The tables of a whole sweep, computed now."""
    ticks: list[int] = []
    sweep.carry_out(chosen, range(chosen.n_shards), threads, ticks.append)
    assert sum(ticks) == len(chosen.runs)
    return files(chosen)


def test_threads_and_calls_of_any_size_write_the_same_bytes(
    planned: Callable[..., Sweep], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = planned("one")
    expected = carried(first, 1)
    assert len(expected) == 3
    runs = computing.tables(first, 0, 1, lambda n_runs: None).runs
    assert set(runs.loc[runs["fault"] != "", "cell"]) == IMPOSSIBLE
    assert runs.loc[runs["fault"] == "", "adopters"].notna().all()
    for threads, most in ((2, 32), (1, 1), (2, 1), (3, 2), (1, 5)):
        monkeypatch.setattr(computing, "RUNS_OF_A_THREAD", most)
        assert carried(planned(f"{threads}-{most}"), threads) == expected, (threads, most)


def test_a_call_has_no_more_work_than_stops_soon(planned: Callable[..., Sweep]) -> None:
    chosen = planned("large", "n_seeds=200")
    assert {len(call) for call in computing._calls(chosen, chosen.runs, 2)[:-1]} == {64}
    assert max(len(call) for call in computing._calls(chosen, chosen.runs, 100)) == computing.RUNS_PER_CALL
    huge = planned("huge", "population.n_firms=1000000", "n_months=120")
    assert {len(call) for call in computing._calls(huge, huge.runs, 2)} == {2}
    assert [run for call in computing._calls(chosen, chosen.runs, 3) for run in call] == list(chosen.runs)


def test_memory_does_not_grow_with_shards(
    planned: Callable[..., Sweep], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep_plan, "RUNS_PER_SHARD", 24)
    chosen = planned("long", "n_seeds=288", "n_months=60", "study.cells=[{policy: none}]")
    assert chosen.n_shards == 12
    sweep.carry_out(chosen, [0], 2, lambda n: None)  # imports and compiles

    def highest(shards: range) -> int:
        gc.collect()
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            sweep.carry_out(chosen, shards, 2, lambda n: None)
            return tracemalloc.get_traced_memory()[1] - before
        finally:
            tracemalloc.stop()

    few, many = highest(range(1, 3)), highest(range(3, 12))
    assert many < 1.3 * few, f"{few / 1e6:.2f} MB for 2 shards, {many / 1e6:.2f} MB for 9"


@pytest.mark.parametrize("threads", [1, 2])
def test_stopping_drops_what_has_not_begun(
    planned: Callable[..., Sweep], monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    """Ctrl-C is raised in the thread that waits; a progress bar is where it is raised here."""
    chosen = planned("stopped", "n_seeds=100")
    built: list[Any] = []
    make = computing._built
    monkeypatch.setattr(computing, "_built", lambda *args: (built.append(args), make(*args))[1])

    def stop(n_runs: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep.carry_out(chosen, range(chosen.n_shards), threads, stop)
    calls = computing._calls(chosen, chosen.runs_of(0), threads)
    begun = {(chosen.worlds[run.cell], run.seed) for call in calls[:2] for run in call}
    assert len(built) <= len(begun)
    assert not sweep.dataset(chosen).done()
    assert not list(chosen.folder.rglob("*.tmp"))


def test_workers_drop_what_they_have_not_begun() -> None:
    def stopped() -> None:
        with computing._workers(1) as pool:
            hold = [pool.submit(np.zeros, 1) for _ in range(3)]
            waiting.extend([pool.submit(sum, range(10**6)) for _ in range(200)])
            assert hold
            raise KeyboardInterrupt

    waiting: list[Any] = []
    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert all(future.done() for future in waiting)
    with pytest.raises(CancelledError):
        waiting[-1].result()
