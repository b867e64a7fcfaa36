"""A sweep on a cluster under Slurm: submit what is missing, count the parts that arrive, submit again what was lost.

Whatever happens - a job killed or out of memory, a node lost, preemption, this very process killed - is one case: a
shard that is missing and that no queued job has. Such shards are submitted, at most as many jobs at a time as the site
allows in an array, and at most `max_attempts` times by one command. What is done is known by the parts on disk,
what is under way by `squeue`; nothing rests on return values, on `sacct`, or on this process staying alive.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from issim.errors import InputError
from issim.runs import slurm, wave
from issim.runs.launcher import Slurm
from issim.runs.ledger import Ledger, grouped, ranges
from issim.runs.shardjob import Plan, Store, sweep_of
from issim.runs.telling import Teller

SWEEP = "issim.runs.sweep"
#: Seconds between two looks at the queue: short for short sweeps, and never a burden for the controller.
SHORTEST, LONGEST = 2.0, 30.0
#: Seconds within which a second Ctrl-C also cancels the jobs.
GRACE = 5
#: The part of a job's time that shards may be estimated to fill.
FULL = 0.5
#: What sbatch says when it would take fewer jobs.
TOO_MANY = re.compile(r"limit|policy|array specification", re.IGNORECASE)
#: What it says when it would take them at another time.
BUSY = re.compile(r"timed out|contact|temporarily|try again|unable to accept", re.IGNORECASE)


class Outcome(NamedTuple):
    """What is left when a driver ends."""

    missing: list[int]
    """Shards that are not there."""
    failed: list[int]
    """Those of them that were lost as often as `max_attempts` allows."""
    jobs: int
    """Jobs that are still in the queue."""
    words: str
    """All that in words, with what to type next; empty if nothing is missing."""


@dataclass
class Driver:
    """One command's work on one sweep."""

    plan: Plan
    words: Sequence[str]
    """The words of the command that lead to the plan again, in a job."""
    options: Slurm
    say: Callable[[str], object]
    tick: Callable[[int], object]
    """Called with the number of shards that have newly arrived; at first, that are there."""
    sweep: str = SWEEP
    ledger: Ledger = field(init=False)
    folder: Path = field(init=False)
    """The folder of the sweep in full: jobs may start elsewhere."""
    store: Store = field(init=False)
    teller: Teller = field(init=False)
    room: int = field(init=False, default=1)
    """Jobs that may be in the queue."""
    _there: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.options.max_attempts, self.options.settle_s)
        self.folder = Path(self.plan.folder).resolve()
        self.store = sweep_of(self.sweep).dataset(self.plan)
        name = f"issim-{self.folder.name.rpartition('-')[2]}"
        self.teller = Teller(self.plan, self.folder, name, self.say)

    def carry_out(self) -> Outcome:
        """Bring the sweep to its end, or as far as it goes; Ctrl-C stops watching and leaves the jobs."""
        if not self._missing():
            return self._outcome([], [], 0)
        slurm.check(self.options.partition, self.options.timeout_min)
        self._estimates_fit()
        self.room = min(self.options.max_batch_size or 100_000, slurm.largest_array())
        self.say(f"Jobs are called {self.teller.name}; their logs are in {self.folder / wave.FOLDER}.")
        try:
            return self._watch()
        except KeyboardInterrupt:
            return self._leave()

    def _watch(self) -> Outcome:
        """Look, count, submit, wait, until nothing is missing or nothing more can be done."""
        started = time.monotonic()
        while True:
            jobs = self._look()
            missing = self._missing()  # after the look: what has left the queue by now has left its parts
            if not missing:
                wave.tidy(self.folder)
                return self._outcome([], [], 0)
            if jobs is not None:
                lost = self.ledger.lost(missing, time.monotonic())
                failed = self.ledger.given_up(lost)
                self.teller.ended(self.ledger.by_job(lost), failed)
                if set(missing) == set(failed):
                    return self._outcome(missing, failed, 0)
                n_new = self._submit([shard for shard in lost if shard not in failed], len(jobs))
                if not self.options.watch:
                    return self._outcome(missing, failed, len(jobs) + n_new)
            time.sleep(min(LONGEST, max(SHORTEST, (time.monotonic() - started) / 10)))

    def _missing(self) -> list[int]:
        """The shards that are not there; ticks for those that have arrived."""
        found = self.store.missing()
        there = self.plan.n_shards - len(found)
        if there > self._there:
            self.tick(there - self._there)
            self._there = there
        return found

    def _look(self) -> list[slurm.Queued] | None:
        """Our jobs in the queue; None if Slurm does not answer, which says nothing about them."""
        try:
            jobs = slurm.queued(self.teller.name)
        except slurm.NoAnswerError as error:
            self.teller.once(
                "silent", f"Slurm does not answer ({error}); jobs go on, and so does the counting."
            )
            return None
        self.teller.forget("silent")
        shards = wave.by_job(self.folder)
        self.ledger.look({job.job: shards.get(job.job, ()) for job in jobs}, time.monotonic())
        self.teller.waiting(jobs)
        return jobs

    def _submit(self, shards: Sequence[int], n_queued: int) -> int:
        """Submit lost shards if there is room for a good part of them; returns how many jobs that are."""
        cores = self.options.cpus_per_task
        seconds = {shard: self.plan.seconds(shard) / cores for shard in shards}
        limit = FULL * 60 * self.options.timeout_min
        groups = grouped(shards, seconds, min(60.0 * self.options.minutes_per_job, limit), limit, self.room)
        free = self.room - n_queued
        if not groups or free < min(len(groups), max(1, self.room // 2)):
            return 0
        groups = groups[:free]
        try:
            jobs = self._sbatch(groups)
        except wave.RefusedError as error:
            return self._retreat(str(error), groups, n_queued)
        self.ledger.submitted(jobs, time.monotonic())
        self.say(f"Submitted shards {ranges([s for group in groups for s in group])}; jobs: {len(groups)}.")
        return len(groups)

    def _retreat(self, said: str, groups: Sequence[Sequence[int]], n_queued: int) -> int:
        """Submit later, or fewer jobs where a site takes fewer; InputError if Slurm refuses for another reason."""
        if BUSY.search(said):
            self.teller.once(
                said, f"Slurm takes no jobs at the moment ({said}); they are submitted when it does."
            )
            return 0
        if not TOO_MANY.search(said) or (len(groups) == 1 and not n_queued):
            raise InputError(
                f"Slurm refuses the jobs ({said}); give other values of launcher.KEY, or ask the site."
            )
        self.room = max(1, (n_queued + len(groups)) // 2)
        self.teller.once(
            f"room {self.room}", f"Slurm takes fewer jobs at a time ({said}): {self.room} from now on."
        )
        return self._submit([shard for group in groups for shard in group], n_queued)

    def _sbatch(self, groups: Sequence[tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
        """Give one wave to Slurm: its shards by job."""
        place = wave.new_folder(self.folder)
        cores = self.options.cpus_per_task
        told = wave.Wave(str(self.folder), tuple(self.words), cores, tuple(groups), self.sweep)
        wave.write(place, told, self.teller.name, self.options)
        wave.submit(place)
        return wave.jobs_of(place)

    def _leave(self) -> Outcome:
        """Stop watching; jobs go on unless Ctrl-C comes a second time."""
        self.say(f"Stopped watching; the jobs go on. Ctrl-C once more within {GRACE} seconds cancels them.")
        try:
            time.sleep(GRACE)
        except KeyboardInterrupt:
            slurm.cancel(self.teller.name)
            self.say("The jobs are cancelled; what they had finished is kept.")
        jobs = self._look() or []
        missing = self._missing()
        return self._outcome(missing, [], len(jobs))

    def _outcome(self, missing: list[int], failed: list[int], n_jobs: int) -> Outcome:
        """What is left, in numbers and words."""
        job = self.ledger.job.get(failed[0], "") if failed else ""
        return Outcome(missing, failed, n_jobs, self.teller.left(missing, failed, n_jobs, job))

    def _estimates_fit(self) -> None:
        """Refuse a time limit that no job could keep."""
        worst = max((self.plan.seconds(s) for s in range(self.plan.n_shards)), default=0.0)
        needed = worst / self.options.cpus_per_task / 60 / FULL
        if needed > self.options.timeout_min:
            raise InputError(
                f"launcher.timeout_min = {self.options.timeout_min} minute is too short for a shard of about "
                f"{needed * FULL:.0f} minutes; choose {needed:.0f} or more, or more launcher.cpus_per_task."
            )
