"""The regions of a place and what happens in them without policy: simulated once, shared by everybody, read only.

Regions come one by one as they are needed, so that the first picture need not wait for the last region.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from issim.app.place import Place, settings_of
from issim.levers.policy import NOTHING, Policy, conditions
from issim.levers.policy import load as load_policy
from issim.model.batch import Job, simulate_batch
from issim.model.record import Recording, binding_now, record
from issim.model.simulate import EVE
from issim.rules.observe import N_OBSERVABLES
from issim.runs.settings import Settings
from issim.runs.study import threads_of, world_of
from issim.world.conditions import N_BARRIERS
from issim.world.state import World

#: Policies of a place whose results are kept, for those who go back and forth.
KEPT_ARMS = 12


class Arm(NamedTuple):
    """What a policy gave in the first so many regions of a place."""

    series: NDArray[np.float64]
    """Monthly observables, (n_seeds, n_months + 1, n_observables)."""
    brake: NDArray[np.float64]
    """How much each barrier brakes after the last month, (n_seeds, 24)."""
    felt: NDArray[np.float64]
    """Firms standing before the barrier's stage that feel it, (n_seeds, 24)."""
    reached: NDArray[np.float64]
    """Firms that each lever reached one by one, (n_seeds, n_levers)."""
    spent: NDArray[np.float64]
    """Public money spent by each lever in EUR, (n_seeds, n_levers)."""
    stopped: NDArray[np.int64]
    """Month in which each lever ran out of money, -1 if it did not, (n_seeds, n_levers)."""

    def first(self, n: int) -> Arm:
        """The same for the first `n` regions."""
        return Arm._make(table[:n] for table in self)

    def and_(self, more: Arm) -> Arm:
        """The same with the regions that follow."""
        return Arm._make(np.concatenate(pair) for pair in zip(self, more, strict=True))


def nothing_yet(n_months: int, n_levers: int) -> Arm:
    """An arm of no region."""
    barriers, levers = (0, N_BARRIERS), (0, n_levers)
    return Arm(
        np.zeros((0, n_months + 1, N_OBSERVABLES)), np.zeros(barriers), np.zeros(barriers), np.zeros(levers),
        np.zeros(levers), np.zeros(levers, np.int64),
    )  # fmt: skip


class Ground:
    """The regions of one place, and the arm without policy in as many of them as were asked for."""

    def __init__(self, place: Place, paths: Mapping[str, Path] | None = None) -> None:
        self.place = place
        self.settings: Settings = settings_of(place, paths)
        self.nothing = load_policy(NOTHING)
        self.worlds: list[World] = []
        self.base = nothing_yet(place.n_months, 0)
        self.recording: Recording | None = None
        self._arms: OrderedDict[str, Arm] = OrderedDict()
        #: Seconds that one region takes, by number of levers; learnt as policies are tried.
        self.seconds: dict[int, float] = {}
        #: Seconds that it took to build one of the last regions: more where each is fitted to a sample anew. The first
        #: is built alone, so that nobody waits for many of which nothing is known.
        self.building = np.inf

    def grow(self, n: int) -> None:
        """Build regions and simulate them without policy until there are `n`."""
        have, began = len(self.worlds), time.perf_counter()
        for k in range(have, n):
            self.worlds.append(world_of(self.settings, self.place.seed + k))
        if n > have:
            self.building = (time.perf_counter() - began) / (n - have)
            self.base = self.base.and_(self.arm(self.nothing, have, n))

    def arm(self, policy: Policy, start: int, stop: int) -> Arm:
        """What a policy gives in the regions from `start` to `stop`: the bits that `issim run` computes."""
        place = self.place
        seeds = range(place.seed + start, place.seed + stop)
        worlds = self.worlds[start:stop]
        terms = [conditions(policy, world, place.n_months) for world in worlds]
        constants = [self.settings.behaviour_of(seed) for seed in seeds]
        jobs = [Job(*job) for job in zip(worlds, terms, constants, seeds, strict=True)]
        began = time.perf_counter()
        series, states = simulate_batch(jobs, place.n_months, threads_of(self.settings))
        self._learn(len(policy.levers), (time.perf_counter() - began) / max(1, len(jobs)))
        found = [
            binding_now(job.world, state, terms[k], constants[k], seed=job.seed, month=EVE + place.n_months)
            for k, (job, state) in enumerate(zip(jobs, states, strict=True))
        ]
        return Arm(
            series,
            np.array([each.brake for each in found]).reshape(-1, N_BARRIERS),
            np.array([each.firms for each in found], np.float64).reshape(-1, N_BARRIERS),
            np.array([(s.levers.reached >= 0).sum(axis=1) for s in states], np.float64),
            np.array([s.levers.spent for s in states]),
            np.array([s.levers.stopped for s in states], np.int64),
        )

    def kept(self, key: str) -> Arm | None:
        """What some levers gave, if it is still known."""
        if key in self._arms:
            self._arms.move_to_end(key)
        return self._arms.get(key)

    def keep(self, key: str, arm: Arm) -> None:
        """Remember what some levers gave in all regions, and forget what was asked for longest ago."""
        self._arms[key] = arm
        if len(self._arms) > KEPT_ARMS:
            self._arms.popitem(last=False)

    def _learn(self, n_levers: int, seconds: float) -> None:
        """Remember how long a region takes, the last time counting for half."""
        known = self.seconds.get(n_levers, seconds)
        self.seconds[n_levers] = 0.5 * (known + seconds)

    def fitting(self, n_levers: int, seconds: float, usual: int) -> int:
        """How many regions fit into so many seconds; `usual` while nothing is known."""
        near = min(self.seconds, key=lambda known: abs(known - n_levers), default=None)
        return usual if near is None else max(1, int(seconds / max(self.seconds[near], 1e-6)))

    def recorded(self, policy: Policy) -> Recording:
        """The first region month by month, for the map; the one without policy is kept."""
        if not policy.levers and self.recording is not None:
            return self.recording
        place, world = self.place, self.worlds[0]
        terms = conditions(policy, world, place.n_months)
        found = record(world, terms, self.settings.behaviour_of(place.seed), place.seed, place.n_months)
        if not policy.levers:
            self.recording = found
        return found

    @property
    def n_firms(self) -> int:
        """Firms of all regions that are kept."""
        return self.place.n_firms * len(self.worlds)


class Grounds:
    """The places that were asked for last, as many as fit: the least recently used ones go first."""

    def __init__(self, most_firms: int) -> None:
        self.most_firms = most_firms
        self._kept: OrderedDict[Place, Ground] = OrderedDict()

    def of(self, place: Place, paths: Mapping[str, Path] | None = None) -> Ground:
        """The ground of a place, from memory if it is there; `paths` are those of a person's own files."""
        if place not in self._kept:
            self._kept[place] = Ground(place, paths)
        self._kept.move_to_end(place)
        self._drop()
        return self._kept[place]

    def _drop(self) -> None:
        """Let go of the oldest places while there are too many firms in memory; never of the newest."""
        while len(self._kept) > 1 and sum(g.n_firms for g in self._kept.values()) > self.most_firms:
            self._kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)
