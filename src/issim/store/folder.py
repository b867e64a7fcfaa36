"""A result folder: written beside its final name and renamed when complete, so nothing is half-written."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from issim.errors import InputError

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
        place = outputs
        while not place.exists() and place != place.parent:
            place = place.parent
        with tempfile.TemporaryFile(dir=place):
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


def write_table(folder: Path, name: str, table: pd.DataFrame) -> None:
    """Write one table as Parquet (zstd)."""
    table.to_parquet(folder / f"{name}.parquet", compression="zstd", index=False)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write readable JSON."""
    path.write_text(json.dumps(content, indent=2, sort_keys=False, default=str) + "\n", encoding="utf-8")


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
