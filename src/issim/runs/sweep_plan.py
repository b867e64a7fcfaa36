"""A sweep: every cell of a study under every seed, in shards that can be computed anywhere and in any order.

    study -> cells -> runs (cell, seed), numbered so that runs of one world are neighbours -> shards

A shard is computed whole, written whole, and never again: whoever computes it, on whatever machine, with
however many threads, writes the same bytes.
"""

from __future__ import annotations

import hashlib
import math
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from omegaconf import OmegaConf

from issim.errors import InputError, unknown_name
from issim.levers.policy import conditions
from issim.model.batch import Job
from issim.runs import design, studies
from issim.runs.cells import Composer, check_axes, check_names, world_key
from issim.runs.design import Cell, Study
from issim.runs.own_data import public
from issim.runs.parameters import parameters
from issim.runs.settings import Settings
from issim.runs.study import world_of
from issim.store.manifest import numbers_hash, version
from issim.units import Parameter
from issim.world.state import World

#: Runs of a shard for a world of the default size; larger worlds make smaller shards.
RUNS_PER_SHARD = 1000
#: Firm-months that a shard has at most, about a minute of work on one core.
WORK_PER_SHARD = 1000 * 1000 * 120
#: Seconds that a firm takes on a slow core, a month and at the start (`experiments/benchmark` measures them).
SECONDS_OF_A_MONTH, SECONDS_OF_A_WORLD = 3e-7, 2e-5


class Run(NamedTuple):
    """One run of a sweep."""

    run: int
    cell: int
    seed: int


@dataclass(frozen=True)
class Sweep:
    """Everything that a sweep is about to do; made from the words of the command alone."""

    study: Study
    cells: tuple[Cell, ...]
    settings: tuple[Settings | InputError, ...]
    """Settings of every cell, or what makes the cell impossible."""
    config: str
    outputs: Path
    command: str
    seeds: tuple[int, ...]
    n_months: int

    @cached_property
    def worlds(self) -> tuple[str, ...]:
        """The key of every cell's world."""
        return tuple("" if isinstance(s, InputError) else world_key(s) for s in self.settings)

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Every run: by world, by seed, by cell."""
        places = {key: place for place, key in enumerate(dict.fromkeys(self.worlds))}
        by_world: list[list[int]] = [[] for _ in places]
        for cell, key in enumerate(self.worlds):
            by_world[places[key]].append(cell)
        pairs = ((cell, seed) for cells in by_world for seed in self.seeds for cell in cells)
        return tuple(Run(number, cell, seed) for number, (cell, seed) in enumerate(pairs))

    @cached_property
    def bounds(self) -> list[int]:
        """The first run of every shard and, last, the number of runs."""
        size = max(1, min(RUNS_PER_SHARD, WORK_PER_SHARD // (self.n_firms * self.n_months)))
        n = math.ceil(len(self.runs) / size)
        return [len(self.runs) * k // n for k in range(n + 1)]

    @property
    def n_shards(self) -> int:
        """How many shards there are."""
        return len(self.bounds) - 1

    def runs_of(self, shard: int) -> tuple[Run, ...]:
        """The runs of a shard."""
        return self.runs[self.bounds[shard] : self.bounds[shard + 1]]

    @property
    def kept(self) -> tuple[str, ...]:
        """The observables that are kept month by month."""
        return self.study.series

    def world(self, run: Run) -> World:
        """The world of a run, built; InputError if it cannot be."""
        return world_of(self._sound(run), run.seed)

    def job(self, run: Run, world: World) -> Job:
        """A run in its world, ready to be carried; InputError if it is impossible."""
        settings = self._sound(run)
        return Job(
            world,
            conditions(settings.policy, world, self.n_months),
            settings.behaviour_of(run.seed),
            run.seed,
        )

    def _sound(self, run: Run) -> Settings:
        """The settings of a run; InputError for those of an impossible cell."""
        found = self.settings[run.cell]
        if isinstance(found, InputError):
            raise found
        return found

    @property
    def n_firms(self) -> int:
        """Firms of the largest world."""
        return self.n_firms_of_worlds[1]

    def seconds(self, shard: int) -> float:
        """About how many seconds of one core a shard takes; only good enough to pack jobs with."""
        runs = self.runs_of(shard)
        n_worlds = len({(self.worlds[run.cell], run.seed) for run in runs})
        return self.n_firms * (len(runs) * self.n_months * SECONDS_OF_A_MONTH + n_worlds * SECONDS_OF_A_WORLD)

    @cached_property
    def key(self) -> str:
        """What tells this sweep from any other: configuration, code that decides numbers, evidence, version."""
        parts = [
            self.config,
            repr(self.cells),
            repr(self.seeds),
            str(self.n_months),
            numbers_hash(),
            version(),
        ]
        parts += [f"{name} {digest}" for name, digest in sorted(self.evidence.items())]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    @property
    def axes(self) -> tuple[str, ...]:
        """What cells differ in, in the order of first mention."""
        return tuple(dict.fromkeys(axis for cell in self.cells for axis in cell))

    @property
    def units(self) -> dict[str, str]:
        """The unit of every axis of numbers that is a parameter."""
        sound = next(s for s in self.settings if isinstance(s, Settings))
        return {
            found.name: found.par.unit for found in parameters(sound.evidence) if found.name in set(self.axes)
        }

    @property
    def n_firms_of_worlds(self) -> list[int]:
        """How many firms the smallest and the largest world have."""
        found = [firms_of(settings) for settings in self.settings if isinstance(settings, Settings)]
        return [min(found), max(found)]

    @property
    def evidence(self) -> Mapping[str, str]:
        """The hashes of the files of evidence, and of the posterior if some cell draws from one."""
        found: dict[str, str] = {}
        for settings in self.settings:
            if isinstance(settings, Settings):
                found |= settings.origins
        return found

    @property
    def folder(self) -> Path:
        """Where the sweep's results are."""
        return self.outputs / "sweeps" / f"{self.study.name}-{self.key}"

    def describe(self, shard: int) -> str:
        """A shard in words: its runs, cells and seeds."""
        runs = self.runs_of(shard)
        cells, seeds = sorted({run.cell for run in runs}), sorted({run.seed for run in runs})
        return f"runs {runs[0].run}-{runs[-1].run}, cells {_span(cells)}, seeds {_span(seeds)}"


def firms_of(settings: Settings) -> int:
    """How many firms a world of these settings has."""
    return settings.region.n_firms


def _span(numbers: Sequence[int]) -> str:
    """Sorted numbers as a range, or a range with how many of it."""
    low, high = numbers[0], numbers[-1]
    if low == high:
        return str(low)
    return f"{low}-{high}" + ("" if high - low + 1 == len(numbers) else f" ({len(numbers)} of them)")


def planned(overrides: Sequence[str]) -> Sweep:
    """The sweep of a study, from the words of the command; everything is checked before anything runs."""
    composer = Composer(overrides)
    base = composer.base()
    run = base.settings.run
    if not base.config.study:
        raise InputError(
            f"No study is named; write one of {', '.join(studies.names())}, as in {studies.EXAMPLE}."
        )
    said = OmegaConf.to_container(base.config.study, resolve=True)
    assert isinstance(said, dict)
    study = design.read(studies.name_of(overrides), {str(key): value for key, value in said.items()})
    check_axes([*study.axes, *(axis for cell in study.cells for axis in cell)])
    cells = design.expand(study, by_name(base.settings), run.seed)
    check_names(cells)
    return of_cells(composer, study, cells, shlex.join(["issim", "sweep", *public(overrides)]))


def of_cells(composer: Composer, study: Study, cells: Sequence[Cell], command: str) -> Sweep:
    """The sweep of some cells; InputError if none of them is possible."""
    base = composer.base()
    run = base.settings.run
    settings = tuple(_settled(composer, cell) for cell in cells)
    impossible = [found for found in settings if isinstance(found, InputError)]
    if len(impossible) == len(settings):
        raise impossible[0]
    return Sweep(
        study=study,
        cells=tuple(cells),
        settings=settings,
        config=composer.configs(),
        outputs=base.outputs,
        command=command,
        seeds=tuple(range(run.seed, run.seed + run.n_seeds)),
        n_months=run.n_months,
    )


def by_name(settings: Settings) -> Callable[[str], Parameter]:
    """A look-up of parameters by name."""
    known = {found.name: found for found in parameters(settings.evidence)}

    def parameter(name: str) -> Parameter:
        if name not in known:
            raise unknown_name("study axis", name, known)
        return known[name]

    return parameter


def _settled(composer: Composer, cell: Cell) -> Settings | InputError:
    """The settings of a cell, or what makes it impossible."""
    try:
        return composer.settings(cell)
    except InputError as error:
        return error
