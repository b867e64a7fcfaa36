"""The same again: the recorded command is carried out anew and its tables are compared bit for bit.

The command runs in a process of its own, in the environment of this one: with `NUMBA_DISABLE_JIT=1` the rules run
uncompiled, and `threads` sets the number of threads. Neither may change a bit.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from issim.errors import InputError
from issim.store.folder import CONFIG, MANIFEST
from issim.store.record import settings_digest, without_places, words_of
from issim.trace.found import Found, config_of, manifest_of

if TYPE_CHECKING:
    import pandas as pd

#: How each command is told where its results go; those of Hydra's grammar need no figures to be compared.
WITHOUT_FIGURES = ("run", "compare", "sweep", "validate", "calibrate", "sensitivity")
PLACED = {**dict.fromkeys(WITHOUT_FIGURES, "outputs={}"), "survey": "--out={}"}
#: Folders in a folder that the command itself does not write anew, or that its tables sum up.
APART = ("report", "claims", "stages", "parts")
#: Kinds of files that hold numbers.
TABLES = (".parquet", ".csv")


class Compared(NamedTuple):
    """What the same command gave again."""

    same: list[str]
    """Tables that are the same, bit for bit."""
    differ: list[str]
    """What differs, a sentence each."""


def repeated(one: Found, threads: int | None = None) -> Compared:
    """Carry out the command of a folder again and compare; InputError if it cannot be carried out."""
    if one.folder is None:
        raise InputError(
            f"'{one.path}' left its folder, and nothing is there to compare with; give its folder."
        )
    words = again_words(one, threads)
    with tempfile.TemporaryDirectory(prefix="issim-again-") as place:
        kind = words[0]
        told = [kind, PLACED[kind].format(place), *words[1:]]
        told += ["--no-figures"] if kind in WITHOUT_FIGURES else []
        done = subprocess.run([sys.executable, "-m", "issim", *told], stdout=subprocess.DEVNULL)
        if done.returncode:
            raise InputError(
                f"`issim {' '.join(words)}` ended with code {done.returncode}; see what it said above, mend that "
                "and give the command again."
            )
        made = min(
            (path.parent for path in Path(place).rglob(MANIFEST)), key=lambda folder: len(folder.parts)
        )
        return Compared(*_sorted(_differences(one.folder, made)))


def again_words(one: Found, threads: int | None) -> list[str]:
    """The words of the command to carry out, places and threads taken out."""
    words = without_places(words_of(str(one.manifest["command"])))
    if len(words) < 2 or words[0] != "issim" or words[1] not in PLACED:
        raise InputError(
            f"'{one.path}' was made by `{one.manifest['command']}`, which --check cannot carry out by itself; "
            f"give that command, and compare its folder. It can repeat: {', '.join(f'issim {k}' for k in PLACED)}."
        )
    more = [f"threads={threads}"] if threads is not None and words[1] in WITHOUT_FIGURES else []
    return [word for word in words[1:] if word != "--no-figures"] + more


def _sorted(found: Iterator[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """Names of equal tables, and sentences on the others."""
    same, differ = [], []
    for name, told in found:
        if told:
            differ.append(f"{name} {told}")
        else:
            same.append(name)
    return same, differ


def _differences(there: Path, here: Path) -> Iterator[tuple[str, str]]:
    """Every table of a folder, with what is not the same here; nothing if all is."""
    for path in sorted(there.rglob("*")):
        name = path.relative_to(there)
        if path.suffix not in TABLES or name.parts[0] in APART:
            continue
        other = here / name
        yield (
            name.as_posix(),
            _told(path, other) if other.is_file() else "is not made by the command any more",
        )
    old, new = config_of_folder(there), config_of_folder(here)
    if old is not None and new is not None and settings_digest(old) != settings_digest(new):
        yield CONFIG, "is another: a file that the command names, or a packaged default, was changed since"


def config_of_folder(folder: Path) -> str | None:
    """The configuration in a folder."""
    return config_of(Found(folder, "", folder, manifest_of(folder) or {}, {}, "", None))


def _told(there: Path, here: Path) -> str:
    """How two tables differ; empty if they have the same bits."""
    if there.suffix == ".csv":
        return first_line(there, here)
    import pandas as pd

    try:
        one, two = pd.read_parquet(there), pd.read_parquet(here)
    except (OSError, ValueError):
        return "cannot be read any more"
    return differing(one, two)


def first_line(there: Path, here: Path) -> str:
    """The first line in which two texts differ, or nothing; a head of comments says what made it, as a record does."""
    one, two = (path.read_bytes().decode("utf-8", "replace").split("\n") for path in (there, here))
    for number, (before, after) in enumerate(zip(one, two, strict=False), start=1):
        if before != after and not (before.startswith("#") and after.startswith("#")):
            return f"differs from line {number} on: '{before}' is now '{after}'"
    return "" if len(one) == len(two) else f"has {len(one)} lines and now {len(two)}"


def differing(one: pd.DataFrame, two: pd.DataFrame) -> str:
    """How two tables differ in rows, columns or bits; empty if they do not."""
    if list(one.columns) != list(two.columns):
        return f"has other columns: {', '.join(sorted(map(str, set(one) ^ set(two)))) or 'in another order'}"
    if len(one) != len(two):
        return f"has {len(one)} rows and now {len(two)}"
    columns = [str(name) for name in one if not _same_bits(one[name], two[name])]
    if not columns:
        return ""
    first = columns[0]
    rows = [
        k
        for k, (a, b) in enumerate(zip(one[first], two[first], strict=True))
        if a != b and not (a != a and b != b)
    ]
    where = (
        f", first in row {rows[0]}: {one[first][rows[0]]!r} is now {two[first][rows[0]]!r}" if rows else ""
    )
    return f"differs in {len(columns)} of {len(one.columns)} columns ({', '.join(columns[:4])}){where}"


def _same_bits(one: pd.Series, two: pd.Series) -> bool:
    """Whether two columns are the same to the last bit; not-a-number is the same as itself."""
    if one.dtype != two.dtype:
        return False
    if one.dtype.kind in "fiub":
        return bool(one.to_numpy().tobytes() == two.to_numpy().tobytes())
    return one.equals(two)


def in_words(found: Compared, threads: int | None) -> Sequence[str]:
    """What a comparison found, in lines."""
    how = f" on {threads} thread{'s' if threads > 1 else ''}" if threads else ""
    if not found.differ:
        return [f"The same command{how} gives the same bits: {len(found.same)} tables are equal."]
    return [
        f"The same command{how} gives other numbers; {len(found.same)} tables are equal, and",
        *found.differ,
    ]
