"""Summaries of runs, against the same counted another way from the recorded events of a run."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from worlds import BUSY

import issim
from issim import evidence
from issim.errors import InputError
from issim.levers import policy
from issim.model.record import Recording, record
from issim.model.summaries import SUMMARIES, Finished, named, part_of, pooled, value
from issim.world.state import AGREED, CROWDED_OUT, IMPLEMENTING, OPERATING

N_MONTHS = 48
#: Firms that agree easily, so that there is something to count; none ends what it began in the same month, which
#: the record of a month does not show.
EAGER = dataclasses.replace(
    BUSY, paperwork=50.0, worthwhile=10.0, fall_through=0.02, closure=0.0, distrust_end=0.0
)


@pytest.fixture(scope="module")
def helped() -> tuple[Finished, Recording]:
    """A busy run under a facilitation programme, and the events that it went through."""
    world = issim.build_world(evidence.load(), [issim.Region(n_firms=250)], seed=3)
    terms = policy.conditions(policy.load("british_facilitation"), world, N_MONTHS)
    recording = record(world, terms, EAGER, seed=3, n_months=N_MONTHS)
    run = recording.trajectory
    return Finished(world, terms, run.series, run.state), recording


def started(events: Recording) -> np.ndarray:
    """Month of every start of an exchange during the run."""
    found = events.events
    return found.month[(found.stage == OPERATING) & (found.month > 0)]


def test_starts_and_agreements_are_those_of_the_events(helped: tuple[Finished, Recording]) -> None:
    run, recording = helped
    starts = started(recording)
    agreements = int((recording.events.stage == AGREED).sum())
    crowded = run.total("ended_offer_or_need_taken_by_another")
    assert len(starts) > 10
    assert value("operating_of_accepted", [run]) == pytest.approx(len(starts) / (agreements + crowded))
    assert value("begun_by:18", [run]) == pytest.approx((starts <= 18).mean())


def test_what_still_operates_is_what_started_last(helped: tuple[Finished, Recording]) -> None:
    run, recording = helped
    events = recording.events
    last = {int(pair): (int(month), int(stage)) for month, pair, stage in zip(*events[:3], strict=True)}
    lasting = [pair for pair, (month, stage) in last.items() if stage == OPERATING and month > 0]
    km = run.world.pairs.distance[lasting]
    assert sorted(lasting) == run.begun().tolist()
    assert value("still_operating", [run]) == pytest.approx(len(lasting) / len(started(recording)))
    assert value("distance_median", [run]) == pytest.approx(np.median(km))
    assert value("distance_mean", [run]) == pytest.approx(km.mean())


def test_introductions_are_followed_to_their_end(helped: tuple[Finished, Recording]) -> None:
    run, recording = helped
    events, brought = recording.events, np.flatnonzero(run.state.pairs.introduced == 1)
    operating = set(events.pair[events.stage == OPERATING].tolist())
    operated = sum(int(pair) in operating for pair in brought)
    accepted, met = run.introduced(AGREED, (3, 4, 5, 6))
    assert met == len(brought) > 5
    assert value("operating_of_introduced", [run]) == pytest.approx(operated / met)
    agreed = set(events.pair[np.isin(events.stage, (AGREED, IMPLEMENTING, OPERATING))].tolist())
    crowded = set(events.pair[events.reason == CROWDED_OUT].tolist())
    assert accepted == sum(int(pair) in agreed | crowded for pair in brought) > operated


def test_those_who_realise_were_reached(helped: tuple[Finished, Recording]) -> None:
    run, _ = helped
    reached = run.state.levers.reached[0] >= 0
    ends = set(run.world.pairs.donor[run.begun()]) | set(run.world.pairs.receiver[run.begun()])
    realising = [firm for firm in ends if reached[firm]]
    assert value("realising_of_reached", [run]) == pytest.approx(len(realising) / reached.sum())
    assert value("firms_per_exchange", [run]) == pytest.approx(len(ends) / len(run.begun()))


def test_runs_are_pooled_before_they_are_divided() -> None:
    parts = [np.array([1.0, 2.0]), np.array([0.0, 0.0]), np.array([2.0, 10.0])]
    assert pooled("still_operating", parts) == pytest.approx(3 / 12)
    assert np.isnan(pooled("still_operating", [np.zeros(2)]))
    assert pooled("distance_median", [np.array([1.0, 9.0]), np.array([2.0])]) == 2.0
    assert pooled("distance_mean", [np.array([1.0, 9.0]), np.array([2.0])]) == 4.0
    assert np.isnan(pooled("distance_mean", [np.zeros(0)]))


def test_every_target_names_a_summary_and_every_summary_a_run_gives_it(
    helped: tuple[Finished, Recording],
) -> None:
    for target in evidence.load().targets:
        named(target.summary)
    for name in SUMMARIES:
        assert part_of(f"{name}:4", helped[0]).ndim == 1
    with pytest.raises(InputError, match="still_operating"):
        named("still_operatin")
