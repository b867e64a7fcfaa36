"""One stage of a sensitivity analysis: trajectories or base samples, as numbered runs in shards.

A block - a trajectory, or a base sample with all its exchanged columns - lies in worlds and luck of its own, and each
of its settings is run under several seeds (replicates) that all settings of the block share, under every policy: so
differences within a block are paired, and what two replicates have in common is not chance.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from issim.model.batch import Job
from issim.runs.settings import Settings
from issim.runs.sweep_plan import RUNS_PER_SHARD, WORK_PER_SHARD, Run
from issim.runs.varied import Varied
from issim.store.blocks import STAGES
from issim.store.folder import slug
from issim.store.manifest import numbers_hash, version
from issim.world.state import World

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
#: The folder of all analyses below the outputs.
HOME = "sensitivity"


@dataclass(frozen=True)
class Analysis:
    """What a command asks for: what is varied, under what settings, and where the results are."""

    varied: Varied
    config: str
    outputs: Path
    command: str

    @property
    def settings(self) -> Settings:
        """What all runs have in common."""
        return self.varied.settings

    @cached_property
    def key(self) -> str:
        """What tells this analysis from any other: configuration, numbers varied, code of numbers, evidence."""
        parts = [self.config, numbers_hash(), version()]
        parts += [f"{p.name} {p.par.prior}" for p in self.varied.factors]
        parts += [f"{name} {digest}" for name, digest in sorted(self.settings.origins.items())]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    @property
    def folder(self) -> Path:
        """Where the results are."""
        name = slug(f"{self.settings.region.name}_{self.settings.policy.name}")
        return self.outputs / HOME / f"{name}-{self.key}"


class Design(NamedTuple):
    """Points of the unit cube, a block after the other."""

    name: str
    unit: Floats
    """(n_points, n_factors)"""
    rows: int
    """Points of a block."""
    first_block: int
    replicates: int
    shift: int
    """What is added to the seeds of the blocks, so that indices rest on other luck than the choice of numbers."""


@dataclass(frozen=True)
class Stage:
    """One stage of an analysis: numbered runs in shards, as a sweep has them."""

    analysis: Analysis
    design: Design

    @cached_property
    def values(self) -> Floats:
        """The value of every number at every point, (n_points, n_factors)."""
        return self.analysis.varied.values(self.design.unit)

    @cached_property
    def _world_of_point(self) -> NDArray[np.int64]:
        """Which points have the same world: a number by point."""
        columns = self.values[:, self.analysis.varied.of_world]
        if not columns.shape[1]:
            return np.zeros(len(columns), np.int64)
        _, found = np.unique(columns, axis=0, return_inverse=True)
        return found.reshape(-1).astype(np.int64)

    @property
    def n_policies(self) -> int:
        """Under how many policies every point is run."""
        return len(self.analysis.varied.policies)

    @cached_property
    def worlds(self) -> tuple[str, ...]:
        """The key of every cell's world; a cell is a point under a policy."""
        return tuple(str(w) for w in self._world_of_point.tolist() for _ in range(self.n_policies))

    @property
    def n_firms(self) -> int:
        """Firms of every world."""
        return self.analysis.settings.region.n_firms

    @property
    def n_months(self) -> int:
        """Months of every run."""
        return self.analysis.settings.run.n_months

    @property
    def kept(self) -> tuple[str, ...]:
        """No observable is kept month by month."""
        return ()

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Every run: by block, by world, by seed, by cell."""
        found: list[Run] = []
        rows, first = self.design.rows, self.analysis.settings.run.seed + self.design.shift
        for start in range(0, len(self.design.unit), rows):
            block = self.design.first_block + start // rows
            seeds = [first + block * self.design.replicates + r for r in range(self.design.replicates)]
            points = sorted(range(start, start + rows), key=lambda p: (self._first_of_world(start, p), p))
            by_world: dict[int, list[int]] = {}
            for point in points:
                by_world.setdefault(int(self._world_of_point[point]), []).append(point)
            for shared in by_world.values():
                for seed in seeds:
                    for point in shared:
                        for policy in range(self.n_policies):
                            found.append(Run(len(found), point * self.n_policies + policy, seed))
        return tuple(found)

    def _first_of_world(self, start: int, point: int) -> int:
        """The first point of a block that has the world of a point."""
        rows = self._world_of_point[start : start + self.design.rows]
        return int(np.argmax(rows == self._world_of_point[point]))

    @cached_property
    def bounds(self) -> list[int]:
        """The first run of every shard and, last, the number of runs."""
        size = max(1, min(RUNS_PER_SHARD, WORK_PER_SHARD // (self.n_firms * self.n_months)))
        n = -(-len(self.runs) // size)
        return [len(self.runs) * k // n for k in range(n + 1)]

    def runs_of(self, shard: int) -> tuple[Run, ...]:
        """The runs of a shard."""
        return self.runs[self.bounds[shard] : self.bounds[shard + 1]]

    def world(self, run: Run) -> World:
        """The world of a run, built; InputError if it cannot be."""
        return self.analysis.varied.world(self.values[run.cell // self.n_policies], run.seed)

    @cached_property
    def _case(self) -> Callable[[int], Any]:
        """What a point replaces, kept for the runs of the same point."""
        return lru_cache(maxsize=256)(lambda point: self.analysis.varied.case(self.values[point]))

    def job(self, run: Run, world: World) -> Job:
        """A run in its world, ready to be carried; InputError if it is impossible."""
        point, policy = divmod(run.cell, self.n_policies)
        return self.analysis.varied.job(self._case(point), world, policy, run.seed)

    @property
    def folder(self) -> Path:
        """Where the runs of the stage are."""
        return self.analysis.folder / STAGES / self.design.name

    def table(self) -> pd.DataFrame:
        """One row per cell: where it stands in the design, its policy, and the value of every number varied."""
        import pandas as pd

        names = [policy.name for policy in self.analysis.varied.policies]
        n_points, rows = len(self.values), self.design.rows
        point = np.repeat(np.arange(n_points), len(names))
        place = {
            "cell": np.arange(n_points * len(names)),
            "block": self.design.first_block + point // rows,
            "row": point % rows,
            "policy": pd.array(names * n_points, dtype=pd.StringDtype()),
        }
        columns = {p.name: self.values[point, k] for k, p in enumerate(self.analysis.varied.factors)}
        return pd.DataFrame(place | columns)
