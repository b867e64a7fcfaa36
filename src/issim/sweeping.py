"""What `issim sweep` does: plan, say what it will take, carry out what is missing, show what was found."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from issim.analysis import answers
from issim.commands import announce_compiling, say
from issim.errors import InputError
from issim.plots import study as study_plot
from issim.plots import study_words, style
from issim.runs import cluster, launcher, sweep
from issim.runs.design import Cell
from issim.runs.settings import Settings
from issim.runs.study import threads_of
from issim.runs.sweep import Sweep
from issim.store.dataset import Dataset
from issim.store.folder import FIGURES, check_writable, stamp
from issim.store.record import record_of
from issim.store.results import load_results

#: Runs, or seconds, below which nobody needs to be told how long it will take.
MINUTE, HOUR = 60.0, 3600.0


class StoppedError(Exception):
    """A sweep ended before it was complete; the message says what is kept."""

    def __init__(self, words: str, code: int) -> None:
        super().__init__(words)
        self.code = code
        """What the process ends with: 130 after Ctrl-C, 1 if shards are missing for another reason."""


def sweep_command(words: Sequence[str], dry_run: bool = False, figures: bool = True) -> str:
    """Carry out a study, or with `dry_run` only say what it would take; returns the closing words."""
    where, rest = launcher.chosen(words)
    chosen = sweep.planned(rest)
    check_writable(chosen.outputs)
    _tell_impossible(chosen)
    if dry_run:
        return preview(chosen)
    if isinstance(where, launcher.Slurm):
        _on_slurm(chosen, rest, where)
    else:
        _here(chosen)
    try:
        return closing(chosen, figures)
    except KeyboardInterrupt:
        raise StoppedError(
            f"stopped; all shards are kept in {chosen.folder}, and the same command draws the figure.",
            code=130,
        ) from None


def threads_here(chosen: Sweep) -> int:
    """How many threads carry the runs of a sweep on this machine."""
    return threads_of(next(found for found in chosen.settings if isinstance(found, Settings)))


def _tell_impossible(chosen: Sweep) -> None:
    """Say which cells cannot be run, and why; the others go on."""
    for cell, found in enumerate(chosen.settings):
        if isinstance(found, InputError):
            say(f"Cell {cell} ({_in_words(chosen.cells[cell])}) is impossible and is left out: {found}")


def _in_words(cell: Cell) -> str:
    """The setting of a cell, as one would type it."""
    return ", ".join(f"{axis}={value}" for axis, value in cell.items())


def preview(chosen: Sweep) -> str:
    """How many runs, how long and how much disk, from a few runs made now."""
    announce_compiling()
    threads = threads_here(chosen)
    takes = sweep.estimate(chosen, threads)
    n_left = len(sweep.missing(chosen)) if chosen.folder.exists() else chosen.n_shards
    left = n_left / chosen.n_shards
    return "\n".join(
        [
            f"{chosen.study.question or chosen.study.name}",
            f"Cells: {len(chosen.cells):,}, seeds: {len(chosen.seeds):,}, runs: {len(chosen.runs):,} "
            f"in {chosen.n_shards:,} shards, {n_left:,} of them missing",
            f"Time: about {duration(takes.seconds * left)} on {threads} threads of this machine",
            f"Disk: about {max(1.0, takes.n_bytes * left / 1e6):,.0f} MB in {chosen.folder}",
        ]
    )


def duration(seconds: float) -> str:
    """A time as one says it."""
    if seconds < 1.5 * MINUTE:
        return f"{max(1.0, seconds):.0f} s"
    if seconds < 1.5 * HOUR:
        return f"{seconds / MINUTE:.0f} minutes"
    return f"{seconds / HOUR:.1f} hours"


def _here(chosen: Sweep) -> None:
    """Compute what is missing on this machine, with a progress bar over runs."""
    store = sweep.dataset(chosen)
    with store.driving():
        left = store.missing()
        if not left:
            return
        if len(left) < chosen.n_shards:
            say(
                f"{chosen.n_shards - len(left)} of {chosen.n_shards} shards are there; only the rest is computed."
            )
        announce_compiling()
        n_runs = sum(len(chosen.runs_of(shard)) for shard in left)
        try:
            with logging_redirect_tqdm(), tqdm(total=n_runs, unit="run", desc="runs", disable=None) as bar:
                sweep.carry_out(chosen, left, threads_here(chosen), bar.update)
        except KeyboardInterrupt:
            done = chosen.n_shards - len(store.missing())
            raise StoppedError(
                f"stopped; {done} of {chosen.n_shards} shards are kept in {chosen.folder}, "
                "and the same command goes on from there.",
                code=130,
            ) from None


def _on_slurm(chosen: Sweep, words: Sequence[str], options: launcher.Slurm) -> None:
    """Let a cluster compute what is missing, and follow it."""
    with (
        sweep.dataset(chosen).driving(),
        logging_redirect_tqdm(),
        tqdm(total=chosen.n_shards, unit="shard", desc="shards", disable=None) as bar,
    ):
        outcome = cluster.Driver(chosen, words, options, _aside, bar.update).carry_out()
    if outcome.missing:
        raise StoppedError(outcome.words, code=1)


def _aside(text: str) -> None:
    """Say something without spoiling a progress bar."""
    tqdm.write(text, file=sys.stderr)


def closing(chosen: Sweep, figures: bool) -> str:
    """What a finished sweep found, its figure, and where everything is."""
    runs = load_results(chosen.folder)
    n_failed = int((runs["fault"] != "").sum())
    said = [chosen.study.question] if chosen.study.question else []
    if figures and chosen.study.figure:
        sentence, drawn = draw(chosen.folder)
        said += [f"{sentence}.", f"Figure: {drawn}"]
    said += [
        f"{len(runs):,} runs, {n_failed} of them impossible"
        if n_failed
        else f"{len(runs):,} runs, none failed"
    ]
    said += told_of_posterior(chosen)
    return "\n".join([*said, f"Results: {chosen.folder} (`issim results {chosen.folder}` describes them)"])


def told_of_posterior(chosen: Sweep) -> list[str]:
    """What the intervals mean where runs draw their constants from a posterior; nothing where no cell does."""
    found = [settings for settings in chosen.settings if isinstance(settings, Settings)]
    return list(dict.fromkeys(line for settings in found for line in settings.told_of_posterior()))


def draw(folder: Path) -> tuple[str, Path]:
    """Draw the figure of a study from its folder alone; the sentence it is for, and the file."""
    logging.getLogger("matplotlib").setLevel(logging.WARNING)
    shown = answers.shown(folder)
    drawn = style.save(study_plot.figure(shown), folder / FIGURES, "answer")
    stamp(drawn, record_of(Dataset(folder).manifest), folder)
    return study_words.takeaway(shown), drawn[0]
