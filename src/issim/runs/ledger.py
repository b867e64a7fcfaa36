"""Which shards are under way, which were lost, and how often: what a driver on a cluster keeps in mind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass
class Ledger:
    """The shards of one sweep as one command sees them; times are of the monotonic clock [s]."""

    max_attempts: int
    """How often a shard is submitted before it is given up."""
    settle_s: float
    """How long a part may be there and not be seen."""
    attempts: Counter[int] = field(default_factory=Counter)
    """How often this command has submitted each shard."""
    job: dict[int, str] = field(default_factory=dict)
    """The job that each shard was last in."""
    under_way: set[int] = field(default_factory=set)
    """Shards in queued jobs."""
    _seen: dict[int, float] = field(default_factory=dict)
    """When each shard was last under way."""

    def look(self, jobs: Mapping[str, Sequence[int]], now: float) -> None:
        """Take note of the jobs in the queue and of the shards they have."""
        self.under_way = set()
        self._note(jobs, now)

    def submitted(self, jobs: Mapping[str, Sequence[int]], now: float) -> None:
        """Take note of jobs that have just been submitted."""
        self._note(jobs, now)
        self.attempts.update(shard for shards in jobs.values() for shard in shards)

    def _note(self, jobs: Mapping[str, Sequence[int]], now: float) -> None:
        """Shards that are in jobs now."""
        for job, shards in jobs.items():
            self.job |= dict.fromkeys(shards, job)
            self._seen |= dict.fromkeys(shards, now)
            self.under_way.update(shards)

    def lost(self, missing: Iterable[int], now: float) -> list[int]:
        """Missing shards that no queued job has, and that nobody can have written a moment ago."""
        return [
            shard
            for shard in missing
            if shard not in self.under_way and now - self._seen.get(shard, -1e9) >= self.settle_s
        ]

    def given_up(self, lost: Iterable[int]) -> list[int]:
        """Those of the lost shards that were submitted as often as they may be."""
        return [shard for shard in lost if self.attempts[shard] >= self.max_attempts]

    def by_job(self, lost: Iterable[int]) -> dict[str, list[int]]:
        """Lost shards that this command had submitted, by the job that ended without them."""
        found: dict[str, list[int]] = {}
        for shard in lost:
            if self.attempts[shard] and shard in self.job:
                found.setdefault(self.job[shard], []).append(shard)
        return found


def grouped(
    shards: Sequence[int], seconds: Mapping[int, float], target: float, limit: float, room: int
) -> list[tuple[int, ...]]:
    """Shards in order, cut into jobs of about `target` seconds; of up to `limit` if there would be more than `room`.

    seconds  what each shard is estimated to take in a job [s]
    """
    total = sum(seconds[shard] for shard in shards)
    size = min(max(target, total / max(1, room)), max(target, limit))
    groups: list[list[int]] = []
    filled = 0.0
    for shard in shards:
        if not groups or filled + seconds[shard] > size * (1 + 1e-9):
            groups.append([])
            filled = 0.0
        groups[-1].append(shard)
        filled += seconds[shard]
    return [tuple(group) for group in groups]


def ranges(numbers: Collection[int]) -> str:
    """Numbers as short as they can be read: `0-3, 7`."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in found)
