"""A result folder: written beside its final name and renamed when complete, so nothing is half-written.

On completion every file gets the record of where it comes from (stamps.py), and the manifest the digests of all files.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from issim.errors import InputError
from issim.store import sealed, stamps
from issim.store.atomic import place
from issim.store.record import as_text, record_of

if TYPE_CHECKING:
    import pandas as pd

MANIFEST = "manifest.json"
CONFIG = "config.yaml"
FIGURES = "figures"
#: How the moment of a run is written in the name of its folder.
STAMP = "%Y-%m-%d_%H%M%S"


def check_writable(outputs: Path) -> None:
    """Raise InputError if no result folder can be made under `outputs`; makes nothing itself."""
    try:
        nearest = outputs
        while not nearest.exists() and nearest != nearest.parent:
            nearest = nearest.parent
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        raise unwritable(outputs, error) from None


def unwritable(outputs: Path, error: OSError) -> InputError:
    """The sentence for a folder in which no results can be left."""
    return InputError(
        f"outputs = {outputs} cannot be written ({error.strerror or error}); "
        f"choose a folder you may write to, as in outputs=results."
    )


def slug(text: str) -> str:
    """Text as part of a folder's name: letters, digits, dashes and underscores."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-") or "run"


@dataclass
class Draft:
    """A result folder while it is being written: `path` is where it stands, at the end under its own name."""

    path: Path


@contextmanager
def new_folder(outputs: Path, label: str, now: datetime | None = None) -> Iterator[Draft]:
    """A folder to write into, which gets its dated name when all went well.

    An interrupted or failed run leaves nothing behind; a folder that cannot be written is an InputError.
    """
    stamp = (now or datetime.now()).strftime(STAMP)
    try:
        outputs.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{slug(label)}-", dir=outputs))
    except OSError as error:
        raise unwritable(outputs, error) from None
    draft = Draft(folder)
    try:
        yield draft
        if (folder / MANIFEST).is_file():
            finish(folder)
        folder.chmod(0o755)
        draft.path = _free(outputs / f"{stamp}_{slug(label)}")
        folder.rename(draft.path)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise unwritable(outputs, error) from None
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def dated_folder(outputs: Path) -> Path:
    """A new folder under `outputs` with the moment as its name; one that cannot be written is an InputError."""
    try:
        outputs.mkdir(parents=True, exist_ok=True)
        folder = _free(outputs / datetime.now().strftime(STAMP))
        folder.mkdir()
    except OSError as error:
        raise unwritable(outputs, error) from None
    return folder


def _free(path: Path) -> Path:
    """`path`, or the same with a number if something of that name is already there."""
    candidate, number = path, 1
    while candidate.exists():
        number += 1
        candidate = path.with_name(f"{path.name}_{number}")
    return candidate


def write_table(folder: Path, name: str, table: pd.DataFrame, about: Mapping[str, Any] | None = None) -> None:
    """Write one table as Parquet (zstd), with the record of a manifest in it if there is one."""
    file = f"{name}.parquet"
    words = {} if about is None else {"record": as_text({**record_of(about), "file": file})}
    (folder / file).write_bytes(sealed.seal_table(table, words))


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write readable JSON."""
    path.write_text(_json(content), encoding="utf-8")


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=2, sort_keys=False, default=str) + "\n"


def finish(folder: Path) -> None:
    """Let every file of a folder carry its record, and the manifest the digests of all of them."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    found = (path for path in folder.rglob("*") if path.is_file() and path != folder / MANIFEST)
    names = sorted(path.relative_to(folder).as_posix() for path in found)
    write_json(folder / MANIFEST, manifest | {"files": _stamped(folder, names, record_of(manifest))})


def add_files(folder: Path, names: Iterable[str], record: Mapping[str, str]) -> None:
    """Let files that came to a finished folder carry a record, and its manifest their digests."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    manifest["files"] = manifest.get("files", {}) | _stamped(folder, names, record)
    place(folder / MANIFEST, _json(manifest).encode())


def stamp(paths: Iterable[Path], record: Mapping[str, str], base: Path) -> None:
    """Let files carry a record, with their names from `base` on."""
    _stamped(base, [path.relative_to(base).as_posix() for path in paths], record)


def _stamped(folder: Path, names: Iterable[str], record: Mapping[str, str]) -> dict[str, str]:
    """Give files their record where they have none, and return their digests by name."""
    digests = {}
    for name in names:
        path = folder / name
        content, wanted = path.read_bytes(), {**record, "file": name}
        there = stamps.read(content, path.suffix)
        if there is None or not there.is_whole or wanted.items() - there.record.items():
            content = stamps.stamped(content, path.suffix, wanted)
            path.write_bytes(content)
        digests[name] = hashlib.sha256(content).hexdigest()
    return digests


def _holds_tables(path: Path) -> bool:
    """Whether a folder has tables."""
    try:
        return any(path.glob("*.parquet"))
    except OSError:
        return False


class Results:
    """A finished result folder, its tables read when asked for."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Open a result folder; InputError if it is none."""
        self.path = Path(path)
        try:
            found = json.loads((self.path / MANIFEST).read_text(encoding="utf-8"))
        except OSError:
            if _holds_tables(self.path):
                raise InputError(
                    f"'{self.path}' was not written to its end (it has no {MANIFEST}, but tables); "
                    f"run `issim run` again."
                ) from None
            raise InputError(
                f"'{self.path}' is not a result folder (it has no {MANIFEST}); "
                f"give the path that `issim run` printed."
            ) from None
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise InputError(f"'{self.path / MANIFEST}' is damaged; run `issim run` again.")
        self.manifest: dict[str, Any] = found

    def has(self, name: str) -> bool:
        """Whether the folder holds a table of that name."""
        return (self.path / f"{name}.parquet").is_file()

    def table(self, name: str) -> pd.DataFrame:
        """One table of the folder; InputError if it is missing or damaged."""
        import pandas as pd

        path = self.path / f"{name}.parquet"
        try:
            return pd.read_parquet(path)
        except FileNotFoundError:
            raise InputError(
                f"'{path}' is missing; run `issim run` again to make a complete folder."
            ) from None
        except (OSError, ValueError) as error:
            reason = str(error).strip().splitlines()[0].rstrip(".")
            raise InputError(f"'{path}' cannot be read ({reason}); run `issim run` again.") from None
