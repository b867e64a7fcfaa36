"""The page on a port of its own, as `issim app` serves it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from browser import browser

__all__ = ["browser"]

#: A place that is simulated in no time; what the address of a page adds to be shown it.
SMALL = "n_firms=150&n_months=36&n_seeds=20"


def started(*words: str) -> tuple[subprocess.Popen[str], str]:
    """The program, once it says where the page is, and that address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "issim", "app", "--no-browser", "--port", "0", *words],
        stderr=subprocess.PIPE, text=True, start_new_session=True, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert process.stderr is not None
    for line in process.stderr:
        found = re.search(r"issim app: (http://\S+)", line)
        if found:
            return process, found[1]
    pytest.fail(f"the program ended with {process.wait()}")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of the page; ended by Ctrl-C after the module."""
    process, address = started()
    yield address
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=180)
