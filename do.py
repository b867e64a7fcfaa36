#!/usr/bin/env python3
"""Run a task in an environment of its own, made on first use: `python3 do.py demo`, `python3 do.py test`.

Only the standard library is needed. The environment `.venv` is made again when the dependencies change.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
STAMP = VENV / ".issim-stamp"
#: Extras in the order in which each holds the one before.
EXTRAS = ("", "[test]", "[test,browser,mesa-view]")
#: The driver of the browser tests, and Mesa's view in a browser, are installed only where there is a browser to drive.
HAS_BROWSER = any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
TASKS = {
    "demo": (["-m", "issim", "run"], ""),
    "test": (["-m", "pytest", "-q", "-n", "auto"], "[test,browser,mesa-view]" if HAS_BROWSER else "[test]"),
    "issim": (["-m", "issim"], ""),
}


def wanted(extra: str) -> str:
    """What the environment must have been made from."""
    parts = [(ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt")]
    return hashlib.sha256(b"".join(parts) + sys.version.encode()).hexdigest() + extra


def is_ready(extra: str) -> bool:
    """Whether `.venv` was made from the present dependencies, with at least this extra."""
    if not STAMP.is_file() or not BIN.is_dir():
        return False
    made = STAMP.read_text()
    return made in [wanted(more) for more in EXTRAS[EXTRAS.index(extra) :]]


def install(extra: str) -> None:
    """Make `.venv` and install the project into it: by uv if it can be had, else by pip."""
    print(f"[setup] preparing {VENV.name} (first time only, about a minute)", file=sys.stderr, flush=True)
    made = STAMP.read_text() if STAMP.is_file() else ""
    if (
        not made.startswith(wanted(""))
        and subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)]).returncode
    ):
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit("[setup] `python3 -m venv` failed; on Debian or Ubuntu: sudo apt-get install python3-venv")
    python = str(BIN / "python")
    target = ["-c", str(ROOT / "constraints.txt"), "-e", f"{ROOT}{extra}"]
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    has_uv = subprocess.run([*pip, "uv"]).returncode == 0
    by_uv = [python, "-m", "uv", "pip", "install", "--quiet", "--python", python, *target]
    if not (has_uv and subprocess.run(by_uv).returncode == 0) and subprocess.run([*pip, *target]).returncode:
        sys.exit(
            "[setup] the packages could not be installed; see the message above (a network is needed once)."
        )
    STAMP.write_text(wanted(extra))


def main() -> int:
    """Run one task; further words go to it."""
    if sys.version_info < (3, 11):
        sys.exit("issim needs Python 3.11 or newer.")
    if len(sys.argv) < 2 or sys.argv[1] not in TASKS:
        sys.exit(f"usage: python3 do.py {{{'|'.join(TASKS)}}} [more words]")
    command, extra = TASKS[sys.argv[1]]
    if not is_ready(extra):
        install(extra)
    return subprocess.run([str(BIN / "python"), *command, *sys.argv[2:]], cwd=ROOT).returncode


if __name__ == "__main__":
    raise SystemExit(main())
