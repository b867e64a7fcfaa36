"""The runs of a sensitivity analysis, doubled until the leading intervals are narrow or the allowed runs used up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import NamedTuple

from tqdm import tqdm

from issim.analysis import sensitivity as analysis
from issim.analysis.sensitivity import EFFECT, Observed, Quantity
from issim.analysis.shares import replicates
from issim.commands import say
from issim.errors import InputError
from issim.runs import sensitivity as planning
from issim.runs.blocks import Analysis, Stage
from issim.runs.study import threads_of

#: Trajectories that the screening begins with, and the fewest that tell anything.
FIRST_TRAJECTORIES, FEWEST_TRAJECTORIES = 32, 4
#: Share of the allowed runs that the screening may use if more than its first trajectories are wanted.
SCREENING = 0.5
#: Base samples that the indices begin with, and the fewest that tell anything.
FIRST_SAMPLES, FEWEST_SAMPLES = 64, 16
MAX_RUNS = 100_000_000
#: The outcome that is looked at first.
MAIN = "adopters"


class Asked(NamedTuple):
    """How much a sensitivity analysis may take, how sure it should be, and what it is about."""

    runs: int = 100_000
    """Runs that may be made: about ten minutes on two cores for a region of the default size."""
    width: float = 0.1
    """Half-width of the 95 % intervals of the leading indices at which no more runs are made."""
    most: int = 12
    """Numbers that get indices of their own at most."""
    decisions: bool = False
    """Whether what the policy decides is varied as well."""
    only: tuple[str, ...] = ()
    """How the names of the numbers begin that are varied; empty: all."""

    def check(self) -> None:
        """Refuse what cannot be meant."""
        if not 1 <= self.runs <= MAX_RUNS:
            raise InputError(
                f"--runs = {self.runs} is outside [1, {MAX_RUNS}]; choose 100000 for about ten minutes."
            )
        if not 0.001 <= self.width <= 1.0:
            raise InputError(
                f"--width = {self.width:g} is outside [0.001, 1]; choose 0.1 to tell the leading numbers."
            )
        if not 1 <= self.most <= 100:
            raise InputError(
                f"--most = {self.most} is outside [1, 100]; choose 12, as many as a table shows well."
            )


class Step(NamedTuple):
    """One doubling: how many trajectories or base samples there are then, and how wide the leading intervals."""

    stage: str
    samples: int
    replicates: int
    runs: int
    main: str
    """The quantity that is looked at first: the effect on firms that exchange, where there is one."""
    width: float
    """Half-width of its leading intervals, and below of the quantity where they are widest."""
    widest: str
    widest_width: float

    @classmethod
    def of(cls, stage: str, n: int, n_replicates: int, runs: int, widths: Mapping[Quantity, float]) -> Step:
        """The widths of all quantities in short."""
        main = next((one for one in widths if one == (EFFECT, MAIN)), next(iter(widths), None))
        widest = max(widths, key=lambda one: widths[one], default=None)
        if main is None or widest is None:
            return cls(stage, n, n_replicates, runs, "", 0.0, "", 0.0)
        return cls(
            *(stage, n, n_replicates, runs, "/".join(main), widths[main], "/".join(widest), widths[widest])
        )


class Ended(NamedTuple):
    """What some stages gave, and why no more runs were made."""

    stages: list[Stage]
    seen: Observed
    steps: list[Step]
    is_sure: bool
    """Whether intervals were narrow enough; if not, the runs that were allowed are used up."""


def cost_of_trajectory(found: Analysis) -> int:
    """Runs of one trajectory."""
    varied = found.varied
    return (len(varied.factors) + 1) * len(varied.policies) * planning.SCREENING_REPLICATES


def first_trajectories(found: Analysis, asked: Asked) -> int:
    """With how many trajectories the screening begins; InputError if too few runs are allowed."""
    cost, n = cost_of_trajectory(found), FIRST_TRAJECTORIES
    while n > FEWEST_TRAJECTORIES and n * cost > asked.runs:
        n //= 2
    if n * cost > asked.runs:
        raise InputError(
            f"--runs = {asked.runs} is too few: {len(found.varied.factors)} numbers and {len(found.varied.policies)} "
            f"policies take {n * cost} runs for {n} trajectories, the fewest that tell anything; choose more."
        )
    return n


def screening(found: Analysis, asked: Asked, first: int) -> Ended:
    """Trajectories, doubled until the leading effects are sure or the runs for them used up."""
    cost, allowed = cost_of_trajectory(found), SCREENING * asked.runs
    stages: list[Stage] = []
    steps: list[Step] = []
    n = first
    while True:
        have = steps[-1].samples if steps else 0
        stages.append(planning.screening(found, have, n - have))
        _run(stages[-1], f"screening, {n} trajectories")
        seen = analysis.observed([stage.folder for stage in stages])
        widths = analysis.widths_of_screening(analysis.screened(seen))
        steps.append(Step.of("screening", n, planning.SCREENING_REPLICATES, n * cost, widths))
        is_sure = steps[-1].widest_width <= asked.width
        if is_sure or 2 * n * cost > allowed:
            return Ended(stages, seen, steps, is_sure)
        n *= 2


def indices(found: Analysis, asked: Asked, picked: Sequence[str], n_seeds: int, left: int) -> Ended | None:
    """Base samples, doubled until the leading indices are sure or the runs used up; None if there are too few runs.

    The first ones are run under two seeds. If their variance says that another number of seeds makes the indices
    more certain, they are a pilot, and all is begun anew with that number.
    """
    rows = len(planning.grouped(picked, [p.name for p in found.varied.factors])) + 2
    cost, n = rows * len(found.varied.policies) * n_seeds, FIRST_SAMPLES
    while n > FEWEST_SAMPLES and n * cost > left:
        n //= 2
    if n * cost > left:
        return None
    stages: list[Stage] = []
    steps: list[Step] = []
    while True:
        have = steps[-1].samples if steps else 0
        stages.append(planning.indices(found, picked, have, n, n_seeds))
        _run(stages[-1], f"indices, {n} base samples of {n_seeds} seeds")
        seen = analysis.observed([stage.folder for stage in stages])
        widths = analysis.widths_of_indices(analysis.indexed(seen))
        steps.append(Step.of("indices", n, n_seeds, n * cost, widths))
        is_sure = steps[-1].widest_width <= asked.width
        if not have and not is_sure and n_seeds == planning.SCREENING_REPLICATES:
            parts = [replicates(part) for part in analysis.parts_of_variance(seen).values()]
            better = round(median(parts)) if parts else n_seeds
            again = indices(found, asked, picked, better, left - n * cost) if better != n_seeds else None
            if again:
                pilot = steps[0]._replace(stage="pilot")
                return again._replace(stages=[*stages, *again.stages], steps=[pilot, *again.steps])
        if is_sure or 2 * n * cost > left:
            return Ended(stages, seen, steps, is_sure)
        n *= 2


def _run(stage: Stage, words: str) -> None:
    """Compute what is missing of a stage, with a progress bar."""
    store = planning.dataset(stage)
    with store.driving():
        left = store.missing()
        if not left:
            return
        n_runs, n_left = len(stage.runs), sum(len(stage.runs_of(shard)) for shard in left)
        if n_left < n_runs:
            say(f"{n_runs - n_left:,} of {n_runs:,} runs ({words}) are there; only the rest is made.")
        with tqdm(total=n_left, unit="run", desc=words, disable=None, leave=False) as bar:
            planning.carry_out(stage, threads_of(stage.analysis.settings), bar.update)
