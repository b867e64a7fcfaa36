"""How fast is the page? From a slider's move to the redrawn figure in a real browser, and ten people at once.

    python experiments/benchmark/page.py                  eight levers moved at 1,000 firms, then ten people
    python experiments/benchmark/page.py --people 0       the browser only
    python experiments/benchmark/page.py --json           one line of JSON as well

It starts `issim app` itself. A move is timed by the page: from the event of the slider until the figures of the first
regions are drawn, and until all 50 are. It needs Playwright and a Chromium (pip install 'issim[browser]').
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

#: Which policy is on, and which number of which lever is moved.
MOVES = (
    ("training", "training", "capacity"),
    ("mandate", "mandate", "quota"),
    ("tax_relief", "tax_relief", "rate"),
    ("platform", "platform", "full_recall"),
    ("package", "mandate", "fine"),
    ("package", "training", "capacity"),
    ("recommendations", "training", "capacity"),
    ("action_plan", "mandate", "quota"),
)
#: Times that each is moved.
TIMES = 4
#: What a person moves in the load test, and how long they look before the next move, seconds.
LOOKS, ROUNDS = 1.0, 4
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking")


@contextlib.contextmanager
def served() -> Iterator[tuple[str, int]]:
    """The page of a program of its own: its address and the number of its process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "issim", "app", "--no-browser", "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    address = ""
    for line in process.stderr:
        if found := re.search(r"issim app: (http://\S+)", line):
            address = found[1]
            break
    threading.Thread(target=process.stderr.read, daemon=True).start()
    try:
        yield address, process.pid
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def processor_seconds(pid: int) -> float:
    """Seconds of processor that a process has used (Linux only, else nan)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def moved(address: str, pid: int) -> list[dict[str, Any]]:
    """Every move in a real browser: milliseconds to the first picture and to the last, processor seconds."""
    from playwright.sync_api import sync_playwright

    from issim.app.limits import Limits
    from issim.app.links import query
    from issim.app.scenario import from_state, starting_points

    chromium = next(
        found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))
    )
    rows = []
    with sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS)).new_page(
            viewport={"width": 1280, "height": 900}
        )
        for policy, lever, path in MOVES:
            link = query(from_state({"name": policy, "levers": starting_points()[policy]}, Limits()))
            page.goto(f"{address}?{link}")
            page.wait_for_selector("body[data-seeds='50'][data-film]", timeout=300_000)
            slider = page.locator(f"[data-lever={lever}] [data-path='{path}'] input[type=range]")
            for k in range(TIMES):
                number, spent = int(page.get_attribute("body", "data-drawn") or 0), processor_seconds(pid)
                place = 300 + 90 * k + len(rows)
                slider.evaluate(
                    "(e, v) => { e.value = v; e.dispatchEvent(new Event('input', { bubbles: true })) }", place
                )
                page.wait_for_selector(f"body[data-film='{number + 1}'][data-seeds='50']", timeout=300_000)
                rows.append(
                    {"policy": policy, "moved": f"{lever}.{path}",
                     "first_ms": int(page.get_attribute("body", "data-first") or 0),
                     "all_ms": int(page.get_attribute("body", "data-ms") or 0),
                     "first_regions": int(page.get_attribute("body", "data-first-seeds") or 0),
                     "cpu_s": processor_seconds(pid) - spent}
                )  # fmt: skip
    return rows


def person(address: str, number: int, found: list[dict[str, float]], faults: list[str]) -> None:
    """One of several people: opens the page, moves levers, looks; everything is seen by them only."""
    from app.line import Line

    try:
        with Line(address) as line:
            for k in range(ROUNDS):
                quota = 0.1 + 0.05 * number + 0.01 * k
                began, first = time.perf_counter(), 0.0
                line.ask({"link": f"?name=person {number}&lever=mandate,quota:{quota:.3f}&lever=training"})
                while True:
                    seen = line.until("picture", patience=600)
                    if seen["n"] != line.asked or seen["name"] != f"person {number}":
                        faults.append(f"person {number} saw {seen['name']} of question {seen['n']}")
                    first = first or time.perf_counter() - began
                    if seen["seeds"] == seen["wanted"]:
                        break
                found.append({"first_s": first, "all_s": time.perf_counter() - began})
                time.sleep(LOOKS)
    except Exception as error:
        faults.append(f"person {number}: {error!r}")


def crowd(address: str, people: int) -> tuple[list[dict[str, float]], list[str]]:
    """Several people at once on the page's own protocol."""
    found: list[dict[str, float]] = []
    faults: list[str] = []
    threads = [threading.Thread(target=person, args=(address, k, found, faults)) for k in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found, faults


def main() -> None:
    """Measure, and print."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--people", type=int, default=10, help="people at once (default 10; 0: none)")
    words.add_argument("--json", action="store_true", help="print everything as one line of JSON, too")
    given = words.parse_args()
    load = os.getloadavg()[0]
    with served() as (address, pid):
        rows = moved(address, pid)
        found, faults = crowd(address, given.people) if given.people else ([], [])
    print(
        f"1,000 firms, 120 months, 50 regions; {os.cpu_count()} processors, load {load:.1f} before the start"
    )
    for policy, lever, path in MOVES:
        mine = [row for row in rows if row["policy"] == policy and row["moved"] == f"{lever}.{path}"]
        first, whole, cpu = (
            statistics.median(row[key] for row in mine) for key in ("first_ms", "all_ms", "cpu_s")
        )
        print(
            f"{policy:16s} {lever}.{path:22s} first picture {first:6.0f} ms  all regions {whole:6.0f} ms  "
            f"{cpu:5.2f} CPU s"
        )
    if given.people:
        first, whole = (sorted(each[key] for each in found) for key in ("first_s", "all_s"))
        print(
            f"{given.people} people, {len(found)} moves: first picture median {statistics.median(first):.1f} s, worst "
            f"{first[-1]:.1f} s; all regions median {statistics.median(whole):.1f} s, worst {whole[-1]:.1f} s; "
            f"{len(faults)} faults"
        )
        print(*faults[:5], sep="\n")
    if given.json:
        print(json.dumps({"moves": rows, "people": found, "faults": faults, "load": load}))
    if faults:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
