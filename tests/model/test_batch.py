"""A batch stops for Ctrl-C; that its bits are those of runs alone is in science/test_sameness.py."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any

import numpy as np
import pytest

from issim.model import batch
from issim.model.batch import Job
from issim.world.conditions import no_policy
from issim.world.state import World


def test_ctrl_c_lets_no_further_run_begin(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    called = batch._called
    caught: list[int] = []

    def interrupted(runs: Any, turns: Any, threads: int) -> None:
        time.sleep(0.2)  # until the one that began this waits for it
        os.kill(os.getpid(), signal.SIGINT)
        ends = time.monotonic() + 20.0
        while turns[0] == 0 and time.monotonic() < ends:
            time.sleep(0.001)
        caught.append(int(turns[0]))
        called(runs, turns, threads)

    assert threading.current_thread() is threading.main_thread(), "only there Ctrl-C is raised"
    kept = signal.signal(signal.SIGINT, signal.default_int_handler)  # a worker of a test run may ignore it
    made = batch.ready([Job(world, None, None, seed) for seed in range(5)], 6)
    monkeypatch.setattr(batch, "_called", interrupted)
    try:
        with pytest.raises(KeyboardInterrupt):
            batch.carry(made, threads=2)
    finally:
        signal.signal(signal.SIGINT, kept)
    monkeypatch.undo()
    assert caught == [5]
    assert not made.runs.series.any()
    batch.carry(made, threads=2)
    assert made.runs.series.any(axis=(1, 2)).all()


def test_turns_are_given_once_each() -> None:
    turns = np.zeros(1, np.int64)
    assert [batch.next_turn(turns) for _ in range(3)] == [0, 1, 2]


def test_conditions_must_cover_the_months(world: World) -> None:
    conditions = no_policy(len(world.firms.index), 3)
    with pytest.raises(ValueError, match="conditions cover 3 months, the run has 4"):
        batch.ready([Job(world, conditions, None, 1)], 4)
