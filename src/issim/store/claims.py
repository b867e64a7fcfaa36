"""Locks of the operating system on files: they end with the process that holds them, however it ends.

They are held by the kernel and freed by it, after kill -9 as well; no clock is read, so that a clock that jumps frees
nothing and blocks nothing. Some network file systems have no locks, or locks that bind one machine only. There, nobody
is kept away: data stay right all the same, because writers of one part write the same bytes and rename, but work may be
done twice.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from enum import Enum
from pathlib import Path

from issim.store.atomic import unwritable

#: What file systems without locks answer.
NO_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP)


class Claim(Enum):
    """How asking for a lock ended."""

    OURS = "ours"
    OTHERS = "others"
    NO_LOCKS = "no locks"


@contextmanager
def claim(path: Path) -> Iterator[Claim]:
    """Try once to hold the lock on a file until the block ends, and say how that went.

    InputError if its file cannot be made.
    """
    from filelock import FileLock, Timeout

    with ExitStack() as held:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # without locks no soft lock: a killed process would leave it behind for ever
            held.enter_context(FileLock(path, blocking=False, fallback_to_soft=False))
            found = Claim.OURS
        except Timeout:
            found = Claim.OTHERS
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise unwritable(path.parent, error, "its locks need room") from None
            found = Claim.NO_LOCKS
        yield found


def sign(path: Path) -> None:
    """Leave word of who holds a lock; it is for people only, so a disk without room for it does no harm."""
    with suppress(OSError):
        path.write_text(f"process {os.getpid()} on {socket.gethostname()}", encoding="utf-8")


def signed(path: Path) -> str:
    """Who left word there; `another process` if nobody could."""
    with suppress(OSError):
        return path.read_text(encoding="utf-8") or "another process"
    return "another process"
