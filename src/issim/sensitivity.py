"""What `issim sensitivity` does: screen all numbers, give indices to those that matter, say what moves the effect most.

Runs are doubled until the intervals are narrow enough or the runs that are allowed are used up; all of them are kept
as sweeps in one folder, so that the same command goes on where it was stopped, and a larger `--runs` adds to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import NamedTuple

import pandas as pd
from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from issim.analysis import sensitivity as analysis
from issim.analysis.sensitivity import Observed
from issim.analysis.shares import replicates
from issim.commands import announce_compiling, say
from issim.errors import InputError
from issim.plots import sensitivity as figures_of
from issim.plots import style
from issim.plots.moved import as_text
from issim.runs import sensitivity as planning
from issim.runs.sensitivity import Analysis, Stage
from issim.runs.study import threads_of
from issim.runs.sweep import estimate
from issim.store.atomic import place
from issim.store.dataset import Dataset
from issim.store.folder import CONFIG, FIGURES, MANIFEST, check_writable, write_json
from issim.store.manifest import manifest
from issim.sweeping import StoppedError, duration

#: Trajectories that the screening begins with, and the fewest that tell anything.
FIRST_TRAJECTORIES, FEWEST_TRAJECTORIES = 16, 4
#: Share of the allowed runs that the screening may use if more than its first trajectories are wanted.
SCREENING = 0.5
#: Base samples that the indices begin with, and the fewest that tell anything.
FIRST_SAMPLES, FEWEST_SAMPLES = 64, 16
MAX_RUNS = 100_000_000


class Asked(NamedTuple):
    """How much a sensitivity analysis may take, and how sure it should be."""

    runs: int = 100_000
    """Runs that may be made: about ten minutes on two cores for a region of the default size."""
    width: float = 0.1
    """Half-width of the 95 % intervals of the leading indices at which no more runs are made."""
    most: int = 12
    """Numbers that get indices of their own at most."""

    def check(self) -> None:
        """Refuse what cannot be meant."""
        if not 1 <= self.runs <= MAX_RUNS:
            raise InputError(f"--runs = {self.runs} is outside [1, {MAX_RUNS}]; 100000 take about ten minutes.")
        if not 0.001 <= self.width <= 1.0:
            raise InputError(f"--width = {self.width:g} is outside [0.001, 1]; 0.1 tells a leading number from others.")
        if not 1 <= self.most <= 100:
            raise InputError(f"--most = {self.most} is outside [1, 100]; 12 fit on a figure.")


class Step(NamedTuple):
    """One doubling: how many trajectories or base samples there are then, and how wide the leading intervals."""

    stage: str
    samples: int
    runs: int
    width: float


class Ended(NamedTuple):
    """What some stages gave, and why no more runs were made."""

    stages: list[Stage]
    seen: Observed
    steps: list[Step]
    is_sure: bool
    """Whether intervals were narrow enough; if not, the runs that were allowed are used up."""


def sensitivity_command(
    words: Sequence[str], asked: Asked, decisions: bool = False, dry_run: bool = False, figures: bool = True
) -> str:
    """Carry out a sensitivity analysis, or with `dry_run` say what it would take; returns the closing words."""
    asked.check()
    found = planning.planned(words, decisions)
    first = first_trajectories(found, asked)
    check_writable(found.outputs)
    announce_compiling()
    if dry_run:
        return preview(found, asked, first)
    started = datetime.now(UTC)
    try:
        with logging_redirect_tqdm():
            text = _carried_out(found, asked, first, started)
        if figures:
            redraw(found.folder)
    except KeyboardInterrupt:
        raise StoppedError(
            f"stopped; all finished runs are kept in {found.folder}, and the same command goes on from there.",
            code=130,
        ) from None
    return f"{text}\n\nResults, tables and figures: {found.folder}"


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
            f"policies take {n * cost} runs for {n} trajectories, the fewest that tell anything; allow more."
        )
    return n


def preview(found: Analysis, asked: Asked, first: int) -> str:
    """How many runs and how long, from a few runs made now."""
    stage = planning.screening(found, 0, first)
    threads = threads_of(found.settings)
    takes = estimate(stage, threads)
    each = takes.seconds / len(stage.runs)
    there = sum(
        len(data.runs_of(shard))
        for path in sorted((found.folder / "stages").glob("*"))
        for data in [Dataset(path)]
        for shard in data.done()
    )
    worlds = int(found.varied.of_world.sum())
    return "\n".join(
        [
            f"Numbers varied: {len(found.varied.factors)}, of which {worlds} need another world; policies: "
            f"{', '.join(policy.name for policy in found.varied.policies)}",
            f"Screening: {len(stage.runs):,} runs for the first {first} trajectories, doubled while intervals are wide",
            f"Indices: up to {asked.most} numbers, base samples doubled from {FIRST_SAMPLES} on",
            f"Runs: at most {asked.runs:,}; {there:,} are there already",
            f"Time: at most about {duration(each * max(0, asked.runs - there))} on {threads} threads of this machine; "
            f"the first stage takes {duration(takes.seconds)}",
            f"Folder: {found.folder}",
        ]
    )


def _carried_out(found: Analysis, asked: Asked, first: int, started: datetime) -> str:
    """Make the runs, stage by stage, write the tables, and return the closing words."""
    seed = found.settings.run.seed % 2**32
    screening = _screening(found, asked, first)
    elementary = analysis.screened(screening.seen, seed)
    names = [p.name for p in found.varied.factors]
    picked = [names[k] for k in analysis.chosen(elementary, asked.most)]
    left = asked.runs - sum(len(stage.runs) for stage in screening.stages)
    parts = [replicates(part) for part in analysis.parts_of_variance(screening.seen).values()]
    n_seeds = round(median(parts)) if parts else 2
    indices = _indices(found, asked, picked, n_seeds, left) if picked else None
    tables = {"parameters": _parameters(found)}
    tables["morris"] = analysis.morris_table(elementary, tables["parameters"], picked if indices else [])
    if indices:
        of = analysis.indexed(indices.seen, seed)
        meanings = dict(zip(tables["parameters"]["parameter"], tables["parameters"]["meaning"], strict=True))
        tables["sobol"] = analysis.sobol_table(of, planning.grouped(picked, names), meanings)
        tables["variance"] = analysis.variance_table(of, len(indices.seen.values), n_seeds)
    steps = [*screening.steps, *(indices.steps if indices else [])]
    tables["steps"] = pd.DataFrame(steps, columns=list(Step._fields))
    return _written(found, asked, tables, screening, indices, started)


def _screening(found: Analysis, asked: Asked, first: int) -> Ended:
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
        width = analysis.width_of_screening(analysis.screened(seen))
        steps.append(Step("screening", n, n * cost, width))
        is_sure = width <= asked.width
        if is_sure or 2 * n * cost > allowed:
            return Ended(stages, seen, steps, is_sure)
        n *= 2


def _indices(found: Analysis, asked: Asked, picked: Sequence[str], n_seeds: int, left: int) -> Ended | None:
    """Base samples, doubled until the leading indices are sure or the runs used up; None if there are too few runs."""
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
        _run(stages[-1], f"indices, {n} base samples")
        seen = analysis.observed([stage.folder for stage in stages])
        width = analysis.width_of_indices(analysis.indexed(seen))
        steps.append(Step("indices", n, n * cost, width))
        is_sure = width <= asked.width
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


def _parameters(found: Analysis) -> pd.DataFrame:
    """What is varied: name, value as it is, unit, prior, meaning, source, whether it needs another world."""
    rows = [
        (p.name, p.value, p.par.unit, p.par.prior, p.par.meaning, p.par.source, bool(needs))
        for p, needs in zip(found.varied.factors, found.varied.of_world, strict=True)
    ]
    head = ["parameter", "value", "unit", "prior", "meaning", "source", "needs_world"]
    return pd.DataFrame(rows, columns=head)


def _written(
    found: Analysis,
    asked: Asked,
    tables: dict[str, pd.DataFrame],
    screening: Ended,
    indices: Ended | None,
    started: datetime,
) -> str:
    """Write tables, configuration, manifest and closing words; returns these."""
    settings, stages = found.settings, [*screening.stages, *(indices.stages if indices else [])]
    seeds = sorted({run.seed for stage in stages for run in stage.runs})
    about = manifest(found.config, settings.evidence.hashes, seeds[:1], started, found.command)
    about |= {
        "region": settings.region.name,
        "policies": [policy.name for policy in found.varied.policies],
        "question": "What moves the outcomes and the effect of the policy most?",
        "n_firms": settings.region.n_firms,
        "n_months": settings.run.n_months,
        "n_runs": sum(len(stage.runs) for stage in stages),
        "n_parameters": len(found.varied.factors),
        "asked": asked._asdict(),
        "is_sure": {"screening": screening.is_sure, "indices": indices.is_sure if indices else None},
        "impossible": screening.seen.n_impossible + (indices.seen.n_impossible if indices else 0),
        "stages": [stage.design.name for stage in stages],
    }
    for name, table in tables.items():
        place(found.folder / f"{name}.csv", table.to_csv(index=False).encode())
    place(found.folder / CONFIG, found.config.encode())
    text = as_text(tables, about)
    place(found.folder / "summary.txt", f"{text}\n".encode())
    write_json(found.folder / MANIFEST, about)
    return text


def redraw(folder: Path) -> list[Path]:
    """Draw the figures of an analysis from its folder alone; the files."""
    tables, about = figures_of.read(folder)
    return [
        path
        for kind, fig in figures_of.figures(tables, about)
        for path in style.save(fig, folder / FIGURES, f"sensitivity_{kind}s")
    ]
