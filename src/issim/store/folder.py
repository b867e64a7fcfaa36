"""A result folder: written beside its final name and renamed when complete, so nothing is half-written."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from issim.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

MANIFEST = "manifest.json"
CONFIG = "config.yaml"
FIGURES = "figures"


def check_writable(outputs: Path) -> None:
    """Raise InputError if no result folder can be made under `outputs`."""
    try:
        outputs.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=outputs):
            pass
    except OSError as error:
        raise InputError(
            f"outputs = {outputs} cannot be written ({error.strerror or error}); "
            f"choose a folder you may write to, as in outputs=results."
        ) from None


def slug(text: str) -> str:
    """Text as part of a folder's name: letters, digits, dashes and underscores."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-") or "run"


@contextmanager
def new_folder(outputs: Path, label: str, now: datetime | None = None) -> Iterator[tuple[Path, Path]]:
    """Yield (folder to write into, its final path); the folder gets its name when all went well.

    An interrupted or failed run leaves nothing behind.
    """
    check_writable(outputs)
    stamp = (now or datetime.now()).strftime("%Y-%m-%d_%H%M%S")
    final = outputs / f"{stamp}_{slug(label)}"
    draft = Path(tempfile.mkdtemp(prefix=f".{slug(label)}-", dir=outputs))
    try:
        yield draft, final
        os.chmod(draft, 0o755)
        draft.rename(_free(final))
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


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


class Results:
    """A finished result folder, its tables read when asked for."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Open a result folder; InputError if it is none."""
        self.path = Path(path)
        manifest = self.path / MANIFEST
        if not manifest.is_file():
            raise InputError(
                f"'{self.path}' is not a result folder (it has no {MANIFEST}); "
                f"give the path that `issim run` printed."
            )
        self.manifest: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))

    def table(self, name: str) -> pd.DataFrame:
        """One table of the folder; InputError if it is missing or damaged."""
        import pandas as pd

        path = self.path / f"{name}.parquet"
        try:
            return pd.read_parquet(path)
        except FileNotFoundError:
            raise InputError(f"'{path}' is missing; run `issim run` again to make a complete folder.") from None
        except (OSError, ValueError) as error:
            raise InputError(f"'{path}' cannot be read ({error}); run `issim run` again.") from None
