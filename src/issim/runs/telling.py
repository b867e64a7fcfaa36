"""What a driver on a cluster tells the person at the screen: each thing once, and cells rather than mere shards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from issim.runs import slurm, wave
from issim.runs.shardjob import Plan

#: Reasons to wait that need no words: others come first, or a requeued job rests.
ORDINARY = ("None", "Priority", "Resources", "BeginTime", "JobArrayTaskLimit", "Cleaning", "Prolog")
#: Jobs, or shards, that are told one by one before the rest is only counted.
FIRST = 3


@dataclass
class Teller:
    """The words of one driver."""

    plan: Plan
    folder: Path
    name: str
    """The name of the sweep's jobs in the queue."""
    say: Callable[[str], object]
    _told: set[str] = field(init=False, default_factory=set)

    def once(self, about: str, text: str) -> None:
        """Say something unless it has been said."""
        if about not in self._told:
            self._told.add(about)
            self.say(text)

    def forget(self, about: str) -> None:
        """Let something be said again when it comes again."""
        self._told.discard(about)

    def waiting(self, jobs: Sequence[slurm.Queued]) -> None:
        """Say why jobs wait, if it is more than waiting for their turn."""
        reasons = Counter(job.reason for job in jobs if job.state == "PENDING" and job.reason not in ORDINARY)
        for reason, n in reasons.items():
            hint = (
                f": `scontrol release JOB` lets a job go on; after `scancel --me --name={self.name}` its shards are "
                "submitted again"
                if "held" in reason.lower()
                else ""
            )
            self.once(f"waits {reason}", f"Jobs that wait because of '{reason}': {n}{hint}.")

    def ended(self, by_job: Mapping[str, Sequence[int]], failed: Collection[int]) -> None:
        """Say which jobs ended without their parts, how, which cells that are, and where to read more."""
        new = [job for job in by_job if job not in self._told]
        why = slurm.ends(new[:FIRST])
        for job in new[:FIRST]:
            how = f" as {why[job]}" if job in why else ""
            then = "given up" if set(by_job[job]) <= set(failed) else "submitted again"
            log = wave.log_of(self.folder, job)
            self.say(f"Job {job} ended{how} without {self.cells(by_job[job])}: {then}. Its log: {log}")
        if len(new) > FIRST:
            self.say(f"Other jobs that ended without their parts: {len(new) - FIRST}.")
        self._told.update(new)

    def left(self, missing: Sequence[int], failed: Sequence[int], n_jobs: int, job: str) -> str:
        """What is left when the driver ends, and what to type next; `job` is one that failed."""
        words = []
        if failed:
            words.append(
                f"Shards that were submitted as often as they may be and never came: {len(failed)} of "
                f"{self.plan.n_shards} ({self.cells(failed)}). The last log is {wave.log_of(self.folder, job)}."
            )
        if missing and n_jobs:
            words.append(
                f"Shards that are missing: {len(missing)} of {self.plan.n_shards}; jobs in the queue: {n_jobs}. "
                f"To cancel them: scancel --me --name={self.name}"
            )
        if missing:
            words.append("Give the same command again to go on.")
        return "\n".join(words)

    def cells(self, shards: Sequence[int]) -> str:
        """Shards in words, the first few."""
        shown = "; ".join(self.plan.describe(shard) for shard in shards[:FIRST])
        return f"{shown} and {len(shards) - FIRST} shards more" if len(shards) > FIRST else shown
