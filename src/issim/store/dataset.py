"""The folder of a sweep: written in shards, whole or not at all, found again, never mixed with another version's.

    manifest.json                 what was asked, by which version, on which evidence; the bounds of the shards
    design.parquet                one row per cell: `cell`, then one column per varied axis
    runs/shard-000012.parquet     one row per run: run, cell, seed, outcomes, fault (empty if it went well)
    series/shard-000012.parquet   one row per run and month: run, month, observables (float32)
    claims/                       locks; gone when the sweep is complete
    logs/                         what each job said

A **shard** is a contiguous slice of the numbered runs, the unit that is computed, written, counted and resumed. A part
that is cut, empty, altered or another sweep's is missing work: set aside as `*.damaged`, said, and computed again.

Content depends on the plan and the shard only, so that whoever writes a shard writes the same bytes. One driver at a
time fills a folder (`driving`); any number of jobs may work on its shards (`claim`). Both are locks of the operating
system, freed when a process ends, however it ends; no clock and no date of a file is ever read. Where a file system has
no locks, work may be done twice, and the data are the same all the same.

DuckDB, started in the folder, answers without any import:

    SELECT policy, avg(adopters) FROM 'runs/*.parquet' JOIN 'design.parquet' USING (cell)
    WHERE fault = '' GROUP BY policy
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from issim.errors import InputError
from issim.store import atomic, provenance, sealed
from issim.store.claims import Claim, claim, sign
from issim.store.folder import MANIFEST
from issim.store.record import as_text, record_of
from issim.store.shard import Shard, with_leftovers

if TYPE_CHECKING:
    import pandas as pd

CLAIMS = "claims"

log = logging.getLogger(__name__)


class Dataset:
    """The folder of one sweep, opened to be filled or read."""

    def __init__(self, folder: Path) -> None:
        """Open a folder that `create` made; InputError if it is none, or its manifest is damaged."""
        self.folder = folder
        advice = "give the path that `issim sweep` printed, or its command again"
        try:
            found = provenance.manifest_of(folder)
        except (OSError, sealed.DamagedError) as fault:
            reason = fault.strerror if isinstance(fault, OSError) else fault
            raise InputError(
                f"'{folder / MANIFEST}' is no manifest of a sweep ({reason}); {advice}."
            ) from None
        if found is None:
            raise InputError(f"'{folder}' is not the folder of a sweep (it has no {MANIFEST}); {advice}.")
        self.manifest: dict[str, Any] = found
        self.bounds: list[int] = found["bounds"]
        self._known_done: set[int] = set()

    @classmethod
    def create(cls, folder: Path, manifest: Mapping[str, Any], design: pd.DataFrame) -> Dataset:
        """Make the folder of a sweep, or go on with the one that is there if it is of the same sweep.

        `manifest` must have `key` and `bounds` (the first run of each shard and, last, the number of runs); of the
        rest, what `provenance.DECIDE` names is compared. InputError if the folder cannot be written, or holds another
        sweep: it then says what differs.
        """
        about, table = provenance.described(manifest, design)
        try:
            provenance.make(folder, about, table)
        except OSError as error:
            raise atomic.unwritable(folder, error, "the sweep cannot even begin") from None
        return cls(folder)

    @cached_property
    def record(self) -> str:
        """Where the sweep comes from, as every part of it carries it."""
        return as_text(record_of(self.manifest))

    @property
    def shards(self) -> range:
        """The numbers of all shards."""
        return range(len(self.bounds) - 1)

    def runs_of(self, shard: int) -> range:
        """The numbers of the runs of a shard."""
        return range(self.bounds[shard], self.bounds[shard + 1])

    def shard(self, number: int) -> Shard:
        """A shard and its two files."""
        return Shard(self.folder, self.manifest["key"], number, self.record)

    def is_done(self, shard: int) -> bool:
        """Whether both parts of a shard are there and whole; read through once, then remembered by this object."""
        if shard not in self._known_done and self.shard(shard).state().is_done:
            self._known_done.add(shard)
        return shard in self._known_done

    def done(self) -> list[int]:
        """The shards that are done."""
        return [shard for shard in self.shards if self.is_done(shard)]

    def missing(self) -> list[int]:
        """The shards that are not done, damaged ones included."""
        return [shard for shard in self.shards if not self.is_done(shard)]

    def in_words(self, shards: Sequence[int], shown: int = 4) -> str:
        """Some shards for people, as in `2 of 12 shards (runs 3000 to 4999)`."""
        spans: list[list[int]] = []
        for shard in shards:
            runs = self.runs_of(shard)
            if spans and spans[-1][1] + 1 == runs[0]:
                spans[-1][1] = runs[-1]
            else:
                spans.append([runs[0], runs[-1]])
        words = [f"{first} to {last}" if last > first else str(first) for first, last in spans[:shown]]
        more = ["..."] if len(spans) > shown else []
        return f"{len(shards)} of {len(self.shards)} shards (runs {', '.join([*words, *more])})"

    def design(self) -> pd.DataFrame:
        """The table of the cells; InputError if it is missing or damaged."""
        path = self.folder / provenance.DESIGN
        try:
            content = path.read_bytes()
            if sealed.check(content) != self.manifest["design"]:
                raise sealed.DamagedError("it belongs to another sweep")
        except (OSError, sealed.DamagedError) as fault:
            reason = fault.strerror if isinstance(fault, OSError) else fault
            raise InputError(
                f"'{path}' cannot be read ({reason}); give the command of the sweep again, which makes it anew."
            ) from None
        return sealed.table_of(content)

    def write(self, shard: int, runs: pd.DataFrame, series: pd.DataFrame) -> None:
        """Write one shard; InputError if the disk is full, and then nothing half-written is left.

        Every run of the shard has its row, a failed one with its `fault` in words and nan outcomes; its series may be
        absent. Columns keep their types, but fractions in the series become float32.
        """
        self._check(shard, runs, series)
        parts = self.shard(shard).sealed(runs, series)
        try:
            self.shard(shard).write(parts)
        except OSError as error:
            size = sum(map(len, parts.values()))
            needs = (
                f"shard {shard} needs {atomic.megabytes(size)}, "
                f"and all that is missing about {atomic.megabytes(size * len(self.missing()))}"
            )
            raise atomic.unwritable(self.folder, error, needs) from None

    def _check(self, shard: int, runs: pd.DataFrame, series: pd.DataFrame) -> None:
        """Raise ValueError if tables are not those of a shard: the fault of whoever computed them, not of a user."""
        numbers = self.runs_of(shard)
        if list(runs["run"]) != list(numbers):
            raise ValueError(f"the rows of shard {shard} must be its runs {numbers[0]} to {numbers[-1]}")
        if absent := {"cell", "seed", "fault"} - set(runs):
            raise ValueError(f"runs lack the columns {sorted(absent)}")
        if "month" not in series or not series["run"].isin(numbers).all():
            raise ValueError(f"the series of shard {shard} must have months, and be of its own runs")
        if clash := (set(runs) | set(series)) & set(self.design()) - {"cell"}:
            raise ValueError(f"outcomes have the names of axes: {sorted(map(str, clash))}")

    @contextmanager
    def claim(self, shard: int) -> Iterator[bool]:
        """Hold a shard until the block ends; True if it is ours to compute, False if it is done or another's.

        Whoever holds a shard first removes what killed writers of it left, and sets damaged parts aside.
        """
        if self.is_done(shard):
            yield False
            return
        with self._held(shard) as found:
            yield found is not Claim.OTHERS and not self.is_done(shard)

    @contextmanager
    def _held(self, shard: int) -> Iterator[Claim]:
        """Hold a shard until the block ends, if nobody else does, and tidy it."""
        with claim(self.folder / CLAIMS / f"shard-{shard:06d}.lock") as found:
            if found is Claim.OURS:
                try:
                    self.shard(shard).tidy()
                except OSError as error:
                    raise atomic.unwritable(self.folder, error, "its files cannot be moved") from None
            yield found

    @contextmanager
    def driving(self) -> Iterator[None]:
        """Be the one that fills the folder until the block ends; InputError if somebody else does.

        First tidies all shards but those that jobs hold just now; last removes the locks if nothing is missing.
        """
        with claim(self.folder / provenance.DRIVER) as found:
            if found is Claim.OTHERS:
                raise provenance.busy(self.folder)
            if found is Claim.NO_LOCKS:
                log.warning("The file system of '%s' has no locks: start no second sweep on it.", self.folder)
            sign(self.folder / provenance.HOLDER)
            left = with_leftovers(self.folder)
            for shard in self.shards:
                if shard in left or (not self.is_done(shard) and self.shard(shard).state().damaged):
                    with self._held(shard):
                        pass
            yield
        if not self.missing():
            shutil.rmtree(self.folder / CLAIMS, ignore_errors=True)
