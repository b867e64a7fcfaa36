"""Calibration, the runs: constants of behaviour drawn from their priors, and what the fitted targets then come to.

Draws come in chunks that depend on nothing but the seed and their number, so that a table of draws can be stopped, gone
on with and made longer. Which draws agree with the targets is for `issim.analysis.calibration` to weigh: simulating
does not depend on what was published.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from issim.errors import InputError
from issim.evidence.targets import Target
from issim.rules.behaviour import Behaviour
from issim.runs.job import plan
from issim.runs.priors import sample
from issim.runs.programmes import Stage, stages, summaries
from issim.runs.settings import Settings
from issim.runs.study import threads_of
from issim.store.atomic import leftovers, place
from issim.store.manifest import numbers_hash, version
from issim.units import Parameter, parameters_of

#: Draws of a chunk: a few seconds of work.
CHUNK = 32
FOLDER, PARTS = "calibrations", "draws"
#: Settings that say which programme is meant: the arrangements decide them.
OF_ARRANGEMENTS = ("policy", "region", "n_months", "n_seeds", "study", "behaviour")


class Table(NamedTuple):
    """Draws from the priors and what they gave."""

    values: NDArray[np.float64]
    """The parameters drawn, (n_draws, n_parameters)."""
    found: NDArray[np.float64]
    """What each target came to, (n_draws, n_targets); nan where a run had nothing to show."""


@dataclass(frozen=True)
class Design:
    """What is calibrated, and how: which constants, by which targets, on which worlds."""

    settings: Settings
    words: tuple[str, ...]
    """Settings that all arrangements share."""
    targets: tuple[Target, ...]
    parameters: tuple[Parameter, ...]
    """The constants of behaviour that are drawn, by their full names."""
    n_worlds: int
    """Worlds of each arrangement, drawn once and shared by all draws."""
    runs_each: int
    """Runs of each arrangement that every draw is given, in as many of its worlds."""

    @cached_property
    def key(self) -> str:
        """What tells this calibration's draws from any other's."""
        parts = [
            *self.words, *(target.key for target in self.targets), *(repr(found) for found in self.parameters),
            str(self.settings.run.seed), str(self.n_worlds), str(self.runs_each), numbers_hash(), version(),
            *(f"{name} {digest}" for name, digest in sorted(self.settings.evidence.hashes.items())),
        ]  # fmt: skip
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]

    def stages(self, tick: Callable[[], object] = lambda: None) -> list[Stage]:
        """The arrangements of the targets with their worlds."""
        return stages(
            self.targets, dict(self.settings.evidence.arrangements), self.n_worlds, self.settings.run.seed, self.words,
            tick,
        )  # fmt: skip

    def drawn(self, chunk: int) -> NDArray[np.float64]:
        """The parameters of one chunk, a Latin hypercube of its own, (CHUNK, n_parameters)."""
        digest = hashlib.blake2b(f"{self.settings.run.seed}/{chunk}".encode(), digest_size=7).digest()
        return sample(self.parameters, CHUNK, int.from_bytes(digest))

    def behaviours(self, values: NDArray[np.float64]) -> list[Behaviour]:
        """Constants of behaviour with the parameters of every row in place of their own."""
        names = [found.name.removeprefix("behaviour.") for found in self.parameters]
        return [
            dataclasses.replace(self.settings.behaviour, **dict(zip(names, row, strict=True)))
            for row in values.tolist()
        ]

    def computed(self, chunk: int, staged: Sequence[Stage]) -> Table:
        """One chunk of draws, simulated."""
        values = self.drawn(chunk)
        first = self.settings.run.seed + chunk * CHUNK
        seeds = range(first, first + CHUNK)
        threads = threads_of(self.settings)
        return Table(
            values,
            summaries(staged, self.targets, self.behaviours(values), seeds, self.runs_each, threads),
        )


def designed(words: Sequence[str], n_worlds: int, runs_each: int) -> Design:
    """The calibration of the constants that have a prior, but for those that are set, to the fitted targets."""
    keys = [word.lstrip("+~").partition("=")[0] for word in words]
    for key in keys:
        group = key.partition("@")[0].partition(".")[0]
        if group in OF_ARRANGEMENTS and not key.startswith("behaviour."):
            raise InputError(
                f"'{key}' cannot be set for a calibration: the arrangements of the targets say which region and which "
                "policy are meant (`issim evidence` lists them); leave it out."
            )
    settings = plan(["policy=none", *words]).settings
    fixed = {key for key in keys if key.startswith("behaviour.")}
    drawn = tuple(
        found
        for found in parameters_of(settings.behaviour, "behaviour")
        if found.par.prior and found.name not in fixed
    )
    if settings.posterior is not None or not drawn:
        raise InputError(
            "Nothing is left to calibrate: give no posterior, and leave some constants of behaviour free."
        )
    targets = tuple(target for target in settings.evidence.targets if target.is_fitted)
    shared = tuple(
        word for word, key in zip(words, keys, strict=True) if key not in ("outputs", "threads", "seed")
    )
    return Design(settings, shared, targets, drawn, n_worlds, runs_each)


def parts(design: Design, folder: Path) -> Iterator[tuple[int, Table]]:
    """The chunks that are in a folder, whole ones only, in order."""
    shape = (CHUNK, len(design.parameters)), (CHUNK, len(design.targets))
    for path in sorted((folder / PARTS).glob("*.npz")):
        try:
            with np.load(path) as held:
                table = Table(held["values"], held["found"])
        except (OSError, ValueError, KeyError, EOFError):
            continue
        if (table.values.shape, table.found.shape) == shape:
            yield int(path.stem), table


def carry_out(
    design: Design, folder: Path, n_draws: int, minutes: float | None, tick: Callable[[int], object]
) -> Table:
    """Make the chunks that are missing, keep each as it is done, and return all; stops early when minutes are over.

    Keeps     the same draws whatever the number of threads, and whether or not it was stopped in between
    """
    wanted = range(-(-n_draws // CHUNK))
    have = {chunk: table for chunk, table in parts(design, folder) if chunk in wanted}
    tick(CHUNK * len(have))
    missing = [chunk for chunk in wanted if chunk not in have]
    if missing:
        (folder / PARTS).mkdir(parents=True, exist_ok=True)
        staged, began = design.stages(), time.monotonic()
        for chunk in missing:
            if minutes is not None and have and time.monotonic() - began > 60.0 * minutes:
                break
            have[chunk] = design.computed(chunk, staged)
            _keep(folder / PARTS / f"{chunk:05d}.npz", have[chunk])
            tick(CHUNK)
    chunks = [have[chunk] for chunk in sorted(have)]
    return Table(*(np.concatenate(column) for column in zip(*chunks, strict=True)))


def _keep(path: Path, table: Table) -> None:
    """Write one chunk in one step."""
    content = io.BytesIO()
    np.savez_compressed(content, values=table.values, found=table.found)
    for left in leftovers(path):
        left.unlink(missing_ok=True)
    place(path, content.getvalue())
