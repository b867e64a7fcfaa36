"""Files of one's own that were handed over: checked as everywhere, kept on this machine while the program runs.

Firms, a survey, prices: what `firms=`, `survey=` and `streams=` name on the command line. Each file has a key that
nobody can guess; who has it, has the file. Nothing of it is sent anywhere or written into a report.
"""

from __future__ import annotations

import re
import secrets
import shutil
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from issim import evidence
from issim.errors import InputError
from issim.own.answers import OwnSurvey, read_survey
from issim.own.faults import Fault, refusal
from issim.own.firms import read_firms
from issim.own.prices import PriceTable, read_prices
from issim.own.register import Register
from issim.population.firms import dependence_of
from issim.runs.job import plan

#: Files that are kept; the oldest give way.
KEPT = 30
#: What stands in a scenario for a file: its key, and its name.
HANDLE = re.compile(r"([A-Za-z0-9_-]{22})/([\w.-]{1,60}\.csv)")


class Kind(NamedTuple):
    """One kind of file."""

    title: str
    """What the page calls it."""
    read: Callable[[bytes, str], Register | OwnSurvey | PriceTable | list[Fault]]
    told: Callable[[Any], str]
    """What a sound file holds, in words."""


def _of_survey(found: OwnSurvey) -> str:
    """How much a survey says."""
    return f"{found.n} answers" if found.n else f"{len(found.figures)} figures"


#: By the setting that names such a file.
KINDS = {
    "firms": Kind("Your own firms", lambda data, name: read_firms(data, name), lambda found: f"{len(found)} firms"),
    "survey": Kind(
        "Your own survey", lambda data, name: read_survey(data, evidence.load().survey, name), _of_survey
    ),
    "streams": Kind("Your own prices", read_prices, lambda found: f"{len(found.prices)} prices"),
}  # fmt: skip


class Kept(NamedTuple):
    """A file that was handed over."""

    kind: str
    path: Path
    n_firms: int
    """Firms of a register; 0 of other files."""


class Uploads:
    """The files of everybody; each known to who handed it over."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="issim-own-"))
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, kind: str, data: bytes, name: str, most_firms: int) -> dict[str, Any]:
        """Check and keep a file; every fault of it is told in one InputError."""
        shown = re.sub(r"[^\w.-]", "_", name)[-56:].removesuffix(".csv") or kind
        found = KINDS[kind].read(data, f"{shown}.csv")
        if isinstance(found, list):
            raise refusal(found)
        n_firms = len(found) if isinstance(found, Register) else 0
        if n_firms > most_firms:
            raise InputError(
                f"{shown}.csv has {n_firms:,} firms, more than this page takes on ({most_firms:,}); "
                f"use `issim run firms={shown}.csv`, which has no such limit."
            )
        key = secrets.token_urlsafe(16)
        path = self.folder / key / f"{shown}.csv"
        path.parent.mkdir()
        path.write_bytes(data)
        try:
            settings = plan([f"{kind}={path}"]).settings
            # refuses figures that contradict each other
            dependence_of(settings.evidence, settings.world.population)
        except InputError:
            shutil.rmtree(path.parent, ignore_errors=True)
            raise
        with self._lock:
            self._kept[key] = Kept(kind, path, n_firms)
            while len(self._kept) > KEPT:
                _, old = self._kept.popitem(last=False)
                shutil.rmtree(old.path.parent, ignore_errors=True)
        return {
            "handle": f"{key}/{shown}.csv",
            "told": KINDS[kind].told(found),
            "n_firms": n_firms,
            "notes": list(found.notes),
        }

    def find(self, kind: str, handle: str) -> Kept:
        """The file that a scenario means."""
        said = HANDLE.fullmatch(handle)
        with self._lock:
            kept = self._kept.get(said[1]) if said else None
        if kept is None or kept.kind != kind:
            raise InputError(
                "A file of your own that this scenario needs is not here: such files are kept only while the program "
                f"runs; choose it again under '{KINDS[kind].title}'."
            )
        return kept

    def paths(self, handles: Mapping[str, str]) -> dict[str, Path]:
        """Where the files of a scenario are, by kind."""
        return {kind: self.find(kind, handle).path for kind, handle in handles.items()}

    def close(self) -> None:
        """Delete all files."""
        shutil.rmtree(self.folder, ignore_errors=True)
