"""How long a reader of each lesson waits: every lesson in a kernel of its own, cell after cell, as in a notebook.

    python experiments/benchmark/lessons.py

Needs `pip install -e '.[lessons]'`. Compile first (`issim lessons DIR` does), or the first lesson waits for it.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import jupytext
from jupyter_client.manager import start_new_kernel

LESSONS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("[0-9]*.py"))


def seconds(lesson: Path, folder: str) -> list[float]:
    """Seconds from sending each code cell of a lesson to the kernel's being idle again."""
    manager, client = start_new_kernel(cwd=folder)
    took = []
    try:
        for cell in jupytext.read(lesson).cells:
            if cell.cell_type != "code":
                continue
            began = time.perf_counter()
            reply = client.execute_interactive(cell.source, output_hook=lambda _: None, timeout=600)
            took.append(time.perf_counter() - began)
            if reply["content"]["status"] != "ok":
                raise SystemExit(f"{lesson.name}: {reply['content']['evalue']}\n{cell.source}")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return took


def main() -> None:
    """Print a row for each lesson."""
    print(f"{'lesson':40s} {'first cell':>10s} {'slowest other':>14s} {'all cells':>10s}   (seconds)")
    with tempfile.TemporaryDirectory() as folder:
        for lesson in LESSONS:
            took = seconds(lesson, folder)
            print(f"{lesson.stem:40s} {took[0]:10.1f} {max(took[1:]):14.1f} {sum(took):10.1f}", flush=True)


if __name__ == "__main__":
    main()
