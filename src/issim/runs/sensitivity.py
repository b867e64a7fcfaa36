"""The runs of a sensitivity analysis, in stages that are sweeps of their own in one folder.

    screening-0-16, screening-16-32, ...   trajectories of Morris: each changes every number once, one after the other
    indices-CHOSEN-0-64, -64-128, ...      Saltelli's design on the numbers that were chosen, and all others as one

Each stage doubles what the stages before it have. A block - a trajectory, or a base sample with all its exchanged
columns - lies in worlds and luck of its own, and each of its settings is run under several seeds (replicates) that
all settings of the block share, under every policy: so differences within a block are paired, and what two
replicates have in common is not chance.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from omegaconf import OmegaConf

from issim.errors import InputError
from issim.model.batch import Job
from issim.runs.cells import NOT_NUMBERS
from issim.runs.computing import tables
from issim.runs.job import plan
from issim.runs.settings import Settings
from issim.runs.sweep_plan import RUNS_PER_SHARD, WORK_PER_SHARD, Run
from issim.runs.varied import Varied, varied
from issim.store.dataset import Dataset
from issim.store.folder import slug
from issim.store.manifest import commit, numbers_hash, package_versions, version
from issim.world.state import World

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
#: Levels of Morris' grid, as SALib has them unless told otherwise: steps of two thirds of the range.
LEVELS = 4
#: Seeds under which each setting of the screening is run: two tell what is chance.
SCREENING_REPLICATES = 2
#: Words of a command that such an analysis decides by itself.
DECIDED = ("n_seeds", "uncertainty.draws", "uncertainty")
#: What is added to the seeds of the indices.
OTHER_LUCK = 1_000_000_000
#: The folder of all analyses below the outputs.
HOME = "sensitivity"
#: Columns of a stage's design before those of the numbers varied.
PLACE = ("block", "row", "policy")


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
        """What tells this analysis from any other: configuration, numbers varied, code that decides numbers, evidence."""
        parts = [self.config, numbers_hash(), version()]
        parts += [f"{p.name} {p.par.prior}" for p in self.varied.factors]
        parts += [f"{name} {digest}" for name, digest in sorted(self.settings.evidence.hashes.items())]
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
        return self.analysis.folder / "stages" / self.design.name

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


def planned(words: Sequence[str], decisions: bool = False) -> Analysis:
    """The analysis that the words of a command ask for; everything is checked before anything runs."""
    for word in words:
        key = word.lstrip("+~").partition("=")[0]
        if key in DECIDED:
            raise InputError(
                f"'{word}' is not for a sensitivity analysis, which decides by the variance how often to run; "
                "leave it out, and say by --runs how many runs there may be."
            )
    chosen = plan(words)
    if chosen.config.study:
        raise InputError(
            "A study cannot be analysed for sensitivity; give its policy and settings themselves, as in policy=training."
        )
    tree = OmegaConf.to_container(chosen.config, resolve=True)
    assert isinstance(tree, dict)
    left_out = (*NOT_NUMBERS, "n_seeds")
    config = OmegaConf.to_yaml(OmegaConf.create({k: v for k, v in tree.items() if k not in left_out}))
    extra = ["--decisions"] if decisions else []
    command = " ".join(["issim", "sensitivity", *extra, *words])
    return Analysis(varied(chosen.settings, decisions), config, chosen.outputs, command)


def screening(analysis: Analysis, first: int, n_blocks: int) -> Stage:
    """Trajectories of Morris through all numbers, from number `first` on, other ones in every stage."""
    from SALib.sample import morris

    seed = (analysis.settings.run.seed + first * 1009) % 2**32
    unit = morris.sample(problem(analysis), n_blocks, num_levels=LEVELS, seed=seed)
    name, rows = f"screening-{first}-{first + n_blocks}", len(analysis.varied.factors) + 1
    return Stage(analysis, Design(name, np.asarray(unit), rows, first, SCREENING_REPLICATES, 0))


def indices(analysis: Analysis, chosen: Sequence[str], first: int, n: int, replicates: int) -> Stage:
    """Saltelli's design up to `n` base samples, less the `first` ones that earlier stages have.

    Rows of a block: the base sample, the same with one column after the other of a second base sample - those of
    all numbers that are not chosen at a time, last -, and the second base sample.
    """
    from SALib.sample import sobol

    names = [p.name for p in analysis.varied.factors]
    groups = [name if name in chosen else REST for name in names]
    unit = sobol.sample(
        problem(analysis) | {"groups": groups}, n, calc_second_order=False,
        seed=analysis.settings.run.seed % 2**32,
    )  # fmt: skip
    order = list(dict.fromkeys(groups))
    rows = len(order) + 2
    wanted = [0, *(1 + order.index(name) for name in grouped(chosen, order)), rows - 1]
    blocks = np.asarray(unit).reshape(n, rows, len(names))[first:, wanted]
    said = hashlib.sha256(" ".join([*chosen, str(replicates)]).encode()).hexdigest()[:8]
    name = f"indices-{said}-{first}-{n}"
    return Stage(analysis, Design(name, blocks.reshape(-1, len(names)), rows, first, replicates, OTHER_LUCK))


def grouped(chosen: Sequence[str], names: Sequence[str]) -> list[str]:
    """The chosen numbers in their order and, if there are others, these as one."""
    return [*chosen, *([REST] if any(name not in chosen for name in names) else [])]


#: All numbers that are not chosen, exchanged together.
REST = "all other numbers"


def problem(analysis: Analysis) -> dict[str, Any]:
    """SALib's description of the unit cube of all numbers varied."""
    names = [p.name for p in analysis.varied.factors]
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def dataset(stage: Stage) -> Dataset:
    """The folder of a stage, made if it is not there; InputError if it holds another one."""
    analysis, design = stage.analysis, stage.design
    digest = hashlib.sha256(np.ascontiguousarray(design.unit).tobytes()).hexdigest()
    key = hashlib.sha256(f"{analysis.key} {design.name} {design.replicates} {digest}".encode())
    seeds = [run.seed for run in stage.runs]
    about = {
        "key": key.hexdigest()[:16],
        "study": f"{analysis.folder.name}/{design.name}",
        "question": "What moves the outcomes and the effect of the policy most?",
        "command": analysis.command,
        "axes": [*PLACE, *(p.name for p in analysis.varied.factors)],
        "units": {p.name: p.par.unit for p in analysis.varied.factors},
        "n_firms": [stage.n_firms, stage.n_firms],
        "against": analysis.varied.policies[0].name if stage.n_policies > 1 else "",
        "figure": {},
        "version": version(),
        "commit": commit(),
        "rules": numbers_hash(),
        "evidence": dict(analysis.settings.evidence.hashes),
        "packages": package_versions(),
        "config": analysis.config,
        "seeds": [min(seeds), max(seeds)],
        "replicates": design.replicates,
        "rows": design.rows,
        "n_months": stage.n_months,
        "n_cells": len(stage.worlds),
        "n_runs": len(stage.runs),
        "bounds": stage.bounds,
    }
    return Dataset.create(stage.folder, about, stage.table())


def carry_out(stage: Stage, threads: int, tick: Callable[[int], object]) -> None:
    """Compute and write what is missing of a stage; what is there is left alone."""
    store = dataset(stage)
    for shard in store.missing():
        with store.claim(shard) as is_ours:
            if is_ours:
                store.write(shard, *tables(stage, shard, threads, tick))
