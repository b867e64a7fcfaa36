"""One shard of a sweep in its folder: two parts, the runs and their series, done when both are there and whole.

Each part carries the digest of its own bytes (sealed.py), the key of the sweep and the number of the shard; the runs,
written last, name the digest of their series.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from issim.errors import InputError
from issim.store import sealed
from issim.store.atomic import leftovers, place

if TYPE_CHECKING:
    import pandas as pd

RUNS, SERIES = "runs", "series"
#: The number of a shard in the name of a temporary file.
TEMPORARY = re.compile(r"\.shard-(\d+)\.parquet\.\w+\.tmp$")

log = logging.getLogger(__name__)


def with_leftovers(folder: Path) -> set[int]:
    """The shards of which killed writers, or writers at work, have temporary files in the folder of a sweep."""
    names = (path.name for table in (RUNS, SERIES) for path in (folder / table).glob(".shard-*.tmp"))
    return {int(found[1]) for name in names if (found := TEMPORARY.match(name))}


class State(NamedTuple):
    """What was found of a shard: whether it is done, and which parts are there but not whole, with half a sentence."""

    is_done: bool
    damaged: dict[Path, str]


@dataclass(frozen=True)
class Shard:
    """A shard of the sweep `key`, in its folder."""

    folder: Path
    key: str
    number: int
    record: str = ""
    """Where the sweep comes from, to stand in every part."""

    def path(self, table: str) -> Path:
        """Where the part of a table is, or will be."""
        return self.folder / table / f"shard-{self.number:06d}.parquet"

    def read(self, table: str) -> bytes | None:
        """The content of a part; None if it is not there, DamagedError if it is not whole or not of this shard."""
        try:
            content = self.path(table).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise InputError(
                f"'{self.path(table)}' cannot be read ({error.strerror}); mend that and give the command again."
            ) from None
        sealed.check(content)
        about = sealed.about_table(content)
        if (about.get("key"), about.get("table")) != (self.key, table):
            raise sealed.DamagedError("it belongs to another sweep")
        if about.get("shard") != str(self.number):
            raise sealed.DamagedError("it is another shard under this name")
        return content

    def state(self) -> State:
        """Read both parts and say what is there."""
        damaged: dict[Path, str] = {}
        parts: dict[str, bytes] = {}
        for table in (RUNS, SERIES):
            try:
                content = self.read(table)
            except sealed.DamagedError as damage:
                damaged[self.path(table)] = str(damage)
            else:
                parts |= {} if content is None else {table: content}
        if len(parts) == 2 and not _go_together(parts):
            damaged[self.path(SERIES)] = "it is not the series that its runs name"
        return State(len(parts) == 2 and not damaged, damaged)

    def whole(self, table: str) -> dict[str, bytes]:
        """The runs and, if that is the `table`, their series; empty if the shard is not done.

        Series that are not asked for must be there, and are not read through: they are far larger than the runs.
        """
        parts: dict[str, bytes] = {}
        try:
            for each in dict.fromkeys((RUNS, table)):
                content = self.read(each)
                parts |= {} if content is None else {each: content}
        except sealed.DamagedError:
            return {}
        is_whole = {RUNS, table} <= set(parts) and self.path(SERIES).is_file()
        return parts if is_whole and (table == RUNS or _go_together(parts)) else {}

    def tidy(self) -> None:
        """Remove what killed writers left and set aside what is damaged; only for whoever holds the shard."""
        for table in (RUNS, SERIES):
            for path in leftovers(self.path(table)):
                path.unlink(missing_ok=True)
        for path, fault in self.state().damaged.items():
            aside = path.with_name(f"{path.name}.damaged")
            path.replace(aside)
            log.warning(
                "'%s' is damaged (%s): set aside as '%s', to be computed again.", path, fault, aside.name
            )

    def sealed(self, runs: pd.DataFrame, series: pd.DataFrame) -> dict[str, bytes]:
        """The content of both parts, in the order in which they are to be written."""
        about = {"key": self.key, "shard": str(self.number)} | (
            {"record": self.record} if self.record else {}
        )
        small = series.astype({name: "float32" for name in series if series[name].dtype.kind == "f"})
        of_series = sealed.seal_table(small, {**about, "table": SERIES})
        named = {SERIES: sealed.check(of_series)}
        of_runs = sealed.seal_table(
            runs.assign(fault=runs["fault"].fillna("").astype("str")), {**about, "table": RUNS, **named}
        )
        return {SERIES: of_series, RUNS: of_runs}

    def write(self, parts: dict[str, bytes]) -> None:
        """Write both parts, each whole or not at all."""
        for table, content in parts.items():
            self.path(table).parent.mkdir(exist_ok=True)
            place(self.path(table), content)


def _go_together(parts: dict[str, bytes]) -> bool:
    """Whether the runs name just this series."""
    return sealed.about_table(parts[RUNS]).get(SERIES) == sealed.check(parts[SERIES])
