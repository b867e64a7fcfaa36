"""What `issim sensitivity` does: screen all numbers, give indices to those that matter, say what moves the effect most.

Runs are doubled until the intervals are narrow enough or the runs that are allowed are used up; all of them are kept
as sweeps in one folder, so that the same command goes on where it was stopped, and a larger `--runs` adds to it.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from tqdm.contrib.logging import logging_redirect_tqdm

from issim.analysis import sensitivity as analysis
from issim.commands import announce_compiling
from issim.doubling import FIRST_SAMPLES, Asked, Ended, Step, first_trajectories, indices, screening
from issim.plots import sensitivity as figures_of
from issim.plots import style
from issim.plots.moved import as_text
from issim.runs import sensitivity as planning
from issim.runs.blocks import Analysis
from issim.runs.study import threads_of
from issim.runs.sweep import estimate
from issim.store.atomic import place, unwritable
from issim.store.blocks import STAGES
from issim.store.dataset import Dataset
from issim.store.folder import CONFIG, FIGURES, MANIFEST, add_files, check_writable, write_json
from issim.store.manifest import manifest
from issim.store.record import record_of
from issim.sweeping import StoppedError, duration

__all__ = ["Asked", "redraw", "sensitivity_command"]


def sensitivity_command(
    words: Sequence[str], asked: Asked, dry_run: bool = False, figures: bool = True
) -> str:
    """Carry out a sensitivity analysis, or with `dry_run` say what it would take; returns the closing words."""
    asked.check()
    found = planning.planned(words, asked.decisions, asked.only)
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


def preview(found: Analysis, asked: Asked, first: int) -> str:
    """How many runs and how long, from a few runs made now."""
    stage = planning.screening(found, 0, first)
    threads = threads_of(found.settings)
    takes = estimate(stage, threads)
    each = takes.seconds / len(stage.runs)
    there = sum(
        len(data.runs_of(shard))
        for path in sorted((found.folder / STAGES).glob("*"))
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
    names = [p.name for p in found.varied.factors]
    screened = screening(found, asked, first)
    elementary = analysis.screened(screened.seen, seed)
    picked = [names[k] for k in analysis.chosen(elementary, asked.most)]
    left = asked.runs - sum(len(stage.runs) for stage in screened.stages)
    indexed = indices(found, asked, picked, planning.SCREENING_REPLICATES, left) if picked else None
    tables = {"parameters": _parameters(found)}
    tables["morris"] = analysis.morris_table(elementary, tables["parameters"], picked if indexed else [])
    if indexed:
        of = analysis.indexed(indexed.seen, seed)
        meanings = dict(zip(tables["parameters"]["parameter"], tables["parameters"]["meaning"], strict=True))
        last = indexed.steps[-1]
        tables["sobol"] = analysis.sobol_table(of, planning.grouped(picked, names), meanings)
        tables["variance"] = analysis.variance_table(of, last.samples, last.replicates)
    steps = [*screened.steps, *(indexed.steps if indexed else [])]
    tables["steps"] = pd.DataFrame(steps, columns=list(Step._fields))
    return _written(found, asked, tables, screened, indexed, started)


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
    screened: Ended,
    indexed: Ended | None,
    started: datetime,
) -> str:
    """Write tables, configuration, manifest and closing words; returns these."""
    settings, stages = found.settings, [*screened.stages, *(indexed.stages if indexed else [])]
    seeds = sorted({run.seed for stage in stages for run in stage.runs})
    about = manifest(found.config, settings.origins, seeds[:1], started, _command(found, asked))
    about |= settings.provenance_of_posterior()
    about |= {
        "region": settings.region.name,
        "policies": [policy.name for policy in found.varied.policies],
        "question": "What moves the outcomes and the effect of the policy most?",
        "n_firms": settings.region.n_firms,
        "n_months": settings.run.n_months,
        "n_runs": sum(len(stage.runs) for stage in stages),
        "n_parameters": len(found.varied.factors),
        "asked": asked._asdict(),
        "is_sure": {"screening": screened.is_sure, "indices": indexed.is_sure if indexed else None},
        "impossible": screened.seen.n_impossible + (indexed.seen.n_impossible if indexed else 0),
        "stages": [stage.design.name for stage in stages],
    }
    text = as_text(tables, about)
    files = {f"{name}.csv": table.to_csv(index=False) for name, table in tables.items()}
    files |= {CONFIG: found.config, "summary.txt": f"{text}\n"}
    try:
        for name, content in files.items():
            place(found.folder / name, content.encode())
        write_json(found.folder / MANIFEST, about)
        add_files(found.folder, files, record_of(about))
    except OSError as error:
        raise unwritable(found.folder, error, "the tables are still to be written") from None
    return text


def _command(found: Analysis, asked: Asked) -> str:
    """The command with everything that it was asked beside the usual."""
    usual, extra = Asked(), []
    for name in ("runs", "width", "most"):
        if (value := getattr(asked, name)) != getattr(usual, name):
            extra += [f"--{name}", str(value)]
    return shlex.join([*shlex.split(found.command), *extra])


def redraw(folder: Path) -> list[Path]:
    """Draw the figures of an analysis from its folder alone; the files."""
    tables, about = figures_of.read(folder)
    drawn = [
        path
        for name, fig in figures_of.figures(tables, about)
        for path in style.save(fig, folder / FIGURES, name)
    ]
    add_files(folder, [path.relative_to(folder).as_posix() for path in drawn], record_of(about))
    return drawn
