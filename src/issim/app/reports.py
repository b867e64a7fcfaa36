"""Reports to take away: a scenario is run on the command line, in a folder of its own, and its report is handed over.

One after the other, at low priority, so that those who move levers notice little of it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections import OrderedDict, deque
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from issim.app import files
from issim.app.scenario import Scenario
from issim.app.uploads import Uploads
from issim.errors import InputError

log = logging.getLogger("issim.app")

#: Reports that are kept until others are made.
KEPT = 12
#: Seconds after which a report is given up.
PATIENCE = 1800
#: How much the processors prefer others to a report.
NICENESS = 10
REPORT, TABLES = "report.html", "results.zip"


class Order(NamedTuple):
    """A report that somebody wants, and whom to tell: where it is, or why it could not be made."""

    who: str
    scenario: Scenario
    done: Callable[[str], None]
    failed: Callable[[str], None]


class Reports:
    """The reports that were made and the one that is being made."""

    def __init__(self, most_waiting: int, uploads: Uploads | None = None) -> None:
        self.most_waiting, self.uploads = most_waiting, uploads
        self.folder = Path(tempfile.mkdtemp(prefix="issim-app-"))
        self._change = threading.Condition()
        self._orders: deque[Order] = deque()
        self._made: OrderedDict[str, Scenario] = OrderedDict()
        self._process: subprocess.Popen[bytes] | None = None
        self._making: Order | None = None
        self._open = True
        self._thread = threading.Thread(target=self._work, name="issim-reports", daemon=True)
        self._thread.start()

    def order(self, order: Order) -> int:
        """Queue a report; returns how many come before it. One per person, and only so many in all."""
        with self._change:
            known = next(
                (token for token, scenario in self._made.items() if scenario == order.scenario), None
            )
            if known is not None:
                order.done(known)
                return 0
            if any(order.who == other.who for other in [*self._orders, *filter(None, [self._making])]):
                raise InputError(
                    "Your report is being made already; wait for it, or close this window to drop it."
                )
            if len(self._orders) >= self.most_waiting:
                raise InputError(
                    f"{len(self._orders)} reports of others are waiting already; save the scenario as a file and use "
                    "`issim run` and `issim report`, or try again in some minutes."
                )
            self._orders.append(order)
            self._change.notify()
            return len(self._orders) - (self._making is None)

    def forget(self, who: str) -> None:
        """Drop what somebody ordered, for they left."""
        with self._change:
            self._orders = deque(order for order in self._orders if order.who != who)
            if self._making is not None and self._making.who == who:
                self._kill()

    def file(self, token: str, name: str) -> Path | None:
        """A file of a report that was made; only who knows its token finds it."""
        with self._change:
            if token not in self._made or name not in (REPORT, TABLES):
                return None
        return self.folder / token / name

    def close(self) -> None:
        """Drop everything and delete all reports."""
        with self._change:
            self._open = False
            self._orders.clear()
            self._kill()
            self._change.notify()
        self._thread.join(10.0)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _kill(self) -> None:
        """End the command that is running, with all that it started."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()

    def _work(self) -> None:
        """Make one report after the other."""
        while True:
            with self._change:
                while self._open and not self._orders:
                    self._change.wait()
                if not self._open:
                    return
                order = self._making = self._orders.popleft()
            try:
                token = self._made_for(order)
            except Exception:
                log.exception("a report could not be made")
                with contextlib.suppress(Exception):
                    order.failed(
                        "The report could not be made because of a fault in the program; its log says which."
                    )
            else:
                with contextlib.suppress(Exception):
                    order.done(token)
            finally:
                with self._change:
                    self._making = None

    def _made_for(self, order: Order) -> str:
        """The token of a new report."""
        token = secrets.token_urlsafe(16)
        folder = self.folder / token
        folder.mkdir()
        policy = folder / files.file_name(order.scenario)
        policy.write_text(files.written(order.scenario), encoding="utf-8")
        results = folder / "results"
        place = order.scenario.place
        paths = self.uploads.paths(place.own()) if self.uploads is not None else None
        said = [f"policy={policy.name}", *place.overrides(paths), f"outputs={results.name}"]
        self._run(["run", "--no-figures", *said], folder)
        (found,) = results.iterdir()
        self._run(["report", str(found)], folder)
        shutil.copy(found / "report" / "report.html", folder / REPORT)
        with zipfile.ZipFile(folder / TABLES, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(policy, policy.name)
            for path in sorted(found.rglob("*")):
                archive.write(path, f"{found.name}/{path.relative_to(found)}")
        shutil.rmtree(results)
        with self._change:
            self._made[token] = order.scenario
            while len(self._made) > KEPT:
                old, _ = self._made.popitem(last=False)
                shutil.rmtree(self.folder / old, ignore_errors=True)
        return token

    def _run(self, words: list[str], folder: Path) -> None:
        """One `issim` command; that it fails is an error with what it said."""
        with self._change:
            if not self._open:
                raise RuntimeError("the program is ending")
            self._process = process = subprocess.Popen(
                [sys.executable, "-m", "issim", *words], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
        if hasattr(os, "setpriority"):
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
        try:
            _, said = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        if process.returncode:
            raise RuntimeError(
                f"issim {words[0]} ended with {process.returncode}: {said.decode(errors='replace')[-2000:]}"
            )
