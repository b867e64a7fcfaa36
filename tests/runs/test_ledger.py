"""Which shards a driver submits, again or for the first time, and how they are cut into jobs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from issim.runs.ledger import Ledger, grouped, ranges


def test_a_shard_is_lost_when_no_job_has_it_and_its_part_had_time_to_appear() -> None:
    ledger = Ledger(max_attempts=2, settle_s=10)
    assert ledger.lost([0, 1], now=0) == [0, 1]
    ledger.submitted({"7_0": (0,), "7_1": (1,)}, now=0)
    assert ledger.lost([0, 1], now=50) == []  # both are in jobs that are thought to be queued
    ledger.look({"7_1": (1,)}, now=60)
    assert ledger.lost([0, 1], now=60) == [0]
    ledger.look({}, now=61)
    assert ledger.lost([0, 1], now=65) == [0]  # 1 was seen 5 s ago
    assert ledger.lost([0, 1], now=70) == [0, 1]
    assert ledger.by_job([0, 1]) == {"7_0": [0], "7_1": [1]}


def test_a_shard_is_given_up_after_so_many_submissions() -> None:
    ledger = Ledger(max_attempts=2, settle_s=0)
    for attempt in range(2):
        assert ledger.given_up([3, 4]) == []
        ledger.submitted({str(attempt): (3,)}, now=attempt)
        ledger.look({}, now=attempt)
    assert ledger.given_up([3, 4]) == [3]


def test_jobs_of_an_earlier_driver_count_as_under_way_but_not_as_attempts() -> None:
    ledger = Ledger(max_attempts=1, settle_s=0)
    ledger.look({"5_0": (0, 1), "5_1": (2,)}, now=0)
    assert ledger.lost([0, 1, 2, 3], now=1) == [3]
    ledger.look({}, now=2)
    assert ledger.lost([0, 1, 2, 3], now=3) == [0, 1, 2, 3]
    assert ledger.given_up([0, 1, 2, 3]) == []
    assert ledger.by_job([0, 1, 2, 3]) == {}


@given(
    shards=st.lists(st.integers(0, 500), unique=True, max_size=60),
    length=st.floats(1, 2000),
    target=st.floats(1, 600),
    room=st.integers(1, 50),
)
def test_jobs_hold_every_shard_once_in_order_and_keep_to_their_time(
    shards: list[int], length: float, target: float, room: int
) -> None:
    limit = 1800.0
    groups = grouped(shards, dict.fromkeys(shards, length), target, limit, room)
    assert [shard for group in groups for shard in group] == shards
    assert all(groups)
    for group in groups:
        assert len(group) == 1 or len(group) * length <= limit * 1.001
    if len(groups) > 1 and len(shards) * length <= room * target:
        assert all(len(group) * length <= target * 1.001 or len(group) == 1 for group in groups)


def test_jobs_grow_when_a_site_takes_few_of_them() -> None:
    seconds = dict.fromkeys(range(100), 60.0)
    assert len(grouped(range(100), seconds, 600, 1800, 1000)) == 10
    assert len(grouped(range(100), seconds, 600, 1800, 5)) == 5
    assert {len(group) for group in grouped(range(100), seconds, 600, 1800, 2)} <= {30, 10}


def test_numbers_are_told_as_ranges() -> None:
    assert ranges([7, 0, 1, 2, 3, 9, 10]) == "0-3, 7, 9-10"
    assert ranges([]) == ""
