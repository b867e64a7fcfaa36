"""What `issim calibrate` does: draw constants, simulate programmes, weigh, check on known truths, write, say."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from tqdm import tqdm

from issim.analysis import calibration as weighing
from issim.analysis.fit import Fit
from issim.analysis.fit_words import closing
from issim.commands import announce_compiling, say
from issim.errors import InputError
from issim.model import posterior
from issim.plots import calibration as pictures
from issim.plots import style
from issim.runs import calibration
from issim.runs.calibration import Design, Table
from issim.runs.job import plan
from issim.store.atomic import place
from issim.store.folder import CONFIG, FIGURES, MANIFEST, check_writable, finish, write_json, write_table
from issim.store.manifest import commit, manifest, version

#: Settings that touch no number.
ELSEWHERE = ("outputs=", "threads=")
#: Draws, worlds of each arrangement and runs in them, unless told otherwise; and with --quick.
DRAWS, WORLDS, RUNS = 6000, 8, 2
QUICK, QUICK_FIRMS = (160, 2, 1), "population.n_firms=200"


class Options(NamedTuple):
    """How much is calibrated."""

    draws: int = DRAWS
    minutes: float | None = None
    worlds: int = WORLDS
    runs: int = RUNS
    quick: bool = False
    figures: bool = True


class StoppedError(Exception):
    """A calibration ended before it was complete; the message says what is kept."""


def calibrate_command(words: Sequence[str], options: Options) -> str:
    """Calibrate, or go on with a calibration that was stopped; writes its folder and returns the closing words."""
    _check(options)
    started, commit_at_start = datetime.now(UTC), commit()
    draws, worlds, runs = QUICK if options.quick else (options.draws, options.worlds, options.runs)
    small = (
        [QUICK_FIRMS] if options.quick and not any(w.startswith("population.n_firms=") for w in words) else []
    )
    said = [*small, *words]
    outputs = plan([word for word in words if word.partition("=")[0] == "outputs"]).outputs
    design = calibration.designed(said, worlds, runs)
    check_writable(outputs)
    folder = outputs / calibration.FOLDER / design.key
    announce_compiling()
    table = _simulated(design, folder, draws, options.minutes)
    fit, command = Fit(design, table), _command(words, options)
    text = closing(fit)
    about = about_posterior(fit, command, commit_at_start)
    write(fit, folder, text, about, started, options.figures)
    return (
        f"{text}\n\nResults, tables and figures: {folder}\n"
        f"Use it by `issim run behaviour=posterior behaviour.posterior={folder}`."
    )


def _check(options: Options) -> None:
    """Refuse numbers that make no calibration."""
    for name, value, low, high in (
        ("draws", options.draws, calibration.CHUNK, 10_000_000),
        ("worlds", options.worlds, 1, 1000),
        ("runs", options.runs, 1, 1000),
        ("minutes", 1.0 if options.minutes is None else options.minutes, 0.0, 1e6),
    ):
        if not low <= value <= high:
            raise InputError(f"--{name} = {value} is outside [{low}, {high}]; choose a number in that range.")


def _command(words: Sequence[str], options: Options) -> str:
    """The command that makes this calibration, wherever its results go and however many threads carry it."""
    usual = Options()
    flags = [
        f"--{name} {getattr(options, name)}"
        for name in ("draws", "minutes", "worlds", "runs")
        if getattr(options, name) != getattr(usual, name)
    ]
    quick = ["--quick"] if options.quick else []
    return " ".join(
        [
            "issim",
            "calibrate",
            *(shlex.quote(word) for word in words if not word.startswith(ELSEWHERE)),
            *flags,
            *quick,
        ]
    )


def _simulated(design: Design, folder: Path, draws: int, minutes: float | None) -> Table:
    """The draws of a calibration, those that are missing made now, with a progress bar."""
    have = sum(1 for _ in calibration.parts(design, folder)) * calibration.CHUNK
    if have:
        say(f"{have} draws are there in {folder}; only the rest is made.")
    try:
        with tqdm(total=draws, unit="draw", desc="draws", disable=None, leave=False) as bar:
            return calibration.carry_out(design, folder, draws, minutes, bar.update)
    except KeyboardInterrupt:
        kept = sum(1 for _ in calibration.parts(design, folder)) * calibration.CHUNK
        raise StoppedError(
            f"stopped; {kept} of {draws} draws are kept in {folder}, and the same command goes on from there."
        ) from None


def write(
    fit: Fit, folder: Path, text: str, origin: Mapping[str, object], started: datetime, figures: bool
) -> None:
    """Write everything that a calibration leaves beside its draws."""
    design, weighed = fit.design, fit.weighed
    draws = pd.DataFrame(fit.table.values, columns=fit.names)
    for k, target in enumerate(design.targets):
        draws[f"target.{target.key}"] = fit.table.found[:, k]
    draws["weight"] = weighed.weights
    write_table(folder, "draws", draws)
    ranks, sizes = fit.recovered
    sbc = pd.DataFrame([one._asdict() for one in ranks]).drop(columns="ranks")
    for name, rows in (
        ("parameters", pd.DataFrame(fit.learnt)),
        ("pairs", pd.DataFrame(fit.together, columns=list(weighing.Together._fields))),
        ("targets", pd.DataFrame(fit.reached)),
        ("recovered", sbc),
    ):
        rows.to_csv(folder / f"{name}.csv", index=False)
    short = [name.removeprefix("behaviour.") for name in fit.names]
    place(folder / posterior.FILE.name, posterior.as_csv(short, fit.rows, origin).encode())
    (folder / "summary.txt").write_text(text + "\n", encoding="utf-8")
    config = "\n".join([*design.words, f"worlds: {design.n_worlds}", f"runs: {design.runs_each}"]) + "\n"
    (folder / CONFIG).write_text(config, encoding="utf-8")
    if figures:
        say("Drawing ...")
        draw(fit, folder / FIGURES)
    seeds = [design.settings.run.seed, design.settings.run.seed + len(fit.table.values) - 1]
    about = manifest(config, design.settings.evidence.hashes, seeds, started, str(origin["command"]))
    about |= {"draws": len(fit.table.values), "ess": weighed.ess, "kept": weighed.kept, "truths": len(sizes)}
    about |= {"posterior": dict(origin), "ess_of_truths": float(np.median(sizes)) if len(sizes) else None}
    write_json(folder / MANIFEST, about)
    finish(folder)


def draw(fit: Fit, folder: Path) -> None:
    """The five figures of a calibration."""
    about = pictures.Foot(len(fit.table.values), fit.weighed.ess, version())
    ends = np.array([weighing.quantiles(column, fit.weighed.weights) for column in fit.uniform.T])
    said = [f"{target.programme}: {target.what} [{target.unit}]" for target in fit.design.targets]
    ranks, sizes = fit.recovered
    order = [one.parameter for one in sorted(fit.learnt, key=lambda one: -one.divergence)]
    for name, figure in (
        ("parameters", pictures.learnt_figure(fit.learnt, fit.uniform, fit.weighed.weights, about)),
        ("intervals", pictures.intervals_figure(fit.learnt, ends, about)),
        ("targets", pictures.targets_figure(fit.reached, said, about)),
        ("pairs", pictures.pairs_figure(fit.together, fit.names, fit.rows, fit.table.values, about)),
        ("recovered", pictures.ranks_figure(ranks, order, len(sizes), about)),
    ):
        style.save(figure, folder, name)


def about_posterior(fit: Fit, command: str, commit_at_start: str) -> dict[str, object]:
    """Where the posterior comes from, for the head of its file."""
    settings = fit.design.settings
    return {
        "what": "equally likely draws of the constants of behaviour from their posterior, one a row",
        "issim": version(),
        "commit": commit_at_start,
        "rules": posterior.rules_digest(),
        "evidence": posterior.evidence_digest(settings.evidence.hashes),
        "command": command,
        "seed": settings.run.seed,
        "simulated": f"{len(fit.table.values)} draws from the priors, {fit.design.runs_each} runs of each arrangement",
        "ess": f"{fit.weighed.ess:.0f}",
        "targets": "; ".join(target.key for target in fit.design.targets),
        "made": datetime.now(UTC).date().isoformat(),
    }
