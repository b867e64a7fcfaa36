"""A file is written beside its place and renamed: whoever looks sees it whole, as it was, or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path

from issim.errors import InputError

#: What a system says when nothing more can be stored: disk, quota, largest file.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def place(path: Path, content: bytes) -> None:
    """Write a file in one step that survives a crash; if it fails, what was there before stays.

    Temporary name in the same folder, data forced to disk, rename. Two writers of one file do no harm when both write
    the same bytes: names are drawn, and the later rename wins. Where locks bind one machine only, somebody on another
    may take what we are writing for a leftover and remove it: then it is written once more.
    """
    try:
        _write_and_rename(path, content)
    except FileNotFoundError:
        _write_and_rename(path, content)
    _force_names(path.parent)


def _write_and_rename(path: Path, content: bytes) -> None:
    """Write a file beside its place, force it to disk and rename it; if that fails, leave nothing."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        # not tempfile: what it makes can be read by its owner only, and a folder of results is for a group
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def _force_names(folder: Path) -> None:
    """Force a folder's list of names to disk, where the system can."""
    with suppress(OSError):  # Windows opens no folder, and not every network file system syncs one
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def leftovers(path: Path) -> list[Path]:
    """What writers of this file that were killed have left beside it."""
    return sorted(path.parent.glob(f".{path.name}.*.tmp"))


def unwritable(folder: Path, error: OSError, needs: str) -> InputError:
    """The sentence for a folder in which nothing more can be stored; `needs` says how much is still to come."""
    reason = error.strerror or str(error)
    if error.errno in FULL:
        return InputError(
            f"'{folder}' is full ({reason}): {needs}; make room and give the same command again, "
            "as all that is finished is kept."
        )
    return InputError(
        f"'{folder}' cannot be written ({reason}); mend that and give the same command again, or choose another folder."
    )


def megabytes(n_bytes: float) -> str:
    """A size for people, as in 3.4 MB."""
    return f"{n_bytes / 1e6:.3g} MB" if n_bytes < 1e9 else f"{n_bytes / 1e9:.3g} GB"
