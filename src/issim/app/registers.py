"""Firms of one's own that were handed over: checked as everywhere, kept on this machine while the program runs.

Each has a key that nobody can guess; who has it, has the firms. Nothing of them is sent anywhere or written into
a report.
"""

from __future__ import annotations

import re
import secrets
import shutil
import tempfile
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any, NamedTuple

from issim.errors import InputError
from issim.own.faults import as_text
from issim.own.firms import read_firms

#: Registers that are kept; the oldest give way.
KEPT = 30
#: Faults that are told at once.
SHOWN = 12
#: What stands in a scenario for a register: its key, and the name of its file.
HANDLE = re.compile(r"([A-Za-z0-9_-]{22})/([\w.-]{1,60}\.csv)")


class Kept(NamedTuple):
    """A register that was handed over."""

    path: Path
    n_firms: int


class Registers:
    """The registers of everybody; each known to who handed it over."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="issim-firms-"))
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, data: bytes, name: str, most_firms: int) -> dict[str, Any]:
        """Check and keep a register; every fault of it is told in one InputError."""
        shown = re.sub(r"[^\w.-]", "_", name)[-56:].removesuffix(".csv") or "firms"
        found = read_firms(data, f"{shown}.csv")
        if isinstance(found, list):
            raise InputError(as_text(found, SHOWN))
        if len(found) > most_firms:
            raise InputError(
                f"{shown}.csv has {len(found):,} firms, more than this page takes on ({most_firms:,}); "
                f"use `issim run firms={shown}.csv`, which has no such limit."
            )
        key = secrets.token_urlsafe(16)
        path = self.folder / key / f"{shown}.csv"
        path.parent.mkdir()
        path.write_bytes(data)
        with self._lock:
            self._kept[key] = Kept(path, len(found))
            while len(self._kept) > KEPT:
                _, old = self._kept.popitem(last=False)
                shutil.rmtree(old.path.parent, ignore_errors=True)
        return {"firms": f"{key}/{shown}.csv", "n_firms": len(found), "notes": list(found.notes)}

    def find(self, handle: str) -> Kept:
        """The register that a scenario means."""
        said = HANDLE.fullmatch(handle)
        with self._lock:
            kept = self._kept.get(said[1]) if said else None
        if kept is None:
            raise InputError(
                "The firms of this scenario are not here: files of firms are kept only while the program runs; choose "
                "the file again under 'Your own firms'."
            )
        return kept

    def close(self) -> None:
        """Delete all registers."""
        shutil.rmtree(self.folder, ignore_errors=True)
