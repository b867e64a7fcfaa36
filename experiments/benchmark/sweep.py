"""One sweep in a process of its own, from the words of the command to the files: prints times and memory as JSON.

    seconds    of the clock: planning, worlds, simulation, outcomes, writing; not import and compilation
    cpu        processor seconds of all threads for the same: steadier where others use the processors too
    in_batch   share of `seconds` during which the compiled call of a batch runs
    parts      processor seconds of each part that is Python
    memory     resident MB after so many runs; the plan is that of the whole study

Only the first `--runs` runs of the study are made.
"""

from __future__ import annotations

import argparse
import functools
import json
import resource
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from issim.model import batch
from issim.runs import computing, sweep
from issim.store.dataset import Dataset

HERE = Path(__file__).resolve().parent
#: What is timed, by the module or class that calls it.
PARTS = {
    "batch": (batch, "_carry"), "worlds": (computing, "_built"), "conditions": (computing, "conditions"),
    "states": (computing, "ready"), "outcomes": (computing, "_read"), "writing": (Dataset, "write"),
}  # fmt: skip


class Clocks:
    """Seconds by the clock, and of the processor, that functions take."""

    def __init__(self) -> None:
        self.wall: dict[str, float] = defaultdict(float)
        self.cpu: dict[str, float] = defaultdict(float)

    def time(self, name: str, owner: Any, attribute: str) -> None:
        """Put a clock around a function for the rest of the process."""
        plain = getattr(owner, attribute)

        @functools.wraps(plain)
        def timed(*arguments: Any, **named: Any) -> Any:
            wall, cpu = time.perf_counter(), time.thread_time()
            try:
                return plain(*arguments, **named)
            finally:
                self.wall[name] += time.perf_counter() - wall
                self.cpu[name] += time.thread_time() - cpu

        setattr(owner, attribute, timed)


def resident_mb() -> float:
    """Memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def cpu_seconds() -> float:
    """Processor seconds of all threads of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure one study."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--study", default="shared_worlds")
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--runs", type=int, default=10_000)
    given, words = options.parse_known_args()
    with tempfile.TemporaryDirectory() as outputs:
        words = [f"experiment={HERE / given.study}.yaml", f"outputs={outputs}", *words]
        first = sweep.planned(words)
        computing.computed(first, first.runs[: given.threads], given.threads)  # compiles, or reads what was
        clocks = Clocks()
        for name, (owner, attribute) in PARTS.items():
            clocks.time(name, owner, attribute)
        wall, cpu = time.perf_counter(), cpu_seconds()
        chosen = sweep.planned(words)
        shards = [shard for shard in range(chosen.n_shards) if chosen.bounds[shard + 1] <= given.runs]
        memory = [(0, resident_mb())]
        sweep.carry_out(
            chosen, shards, given.threads, lambda n: memory.append((memory[-1][0] + n, resident_mb()))
        )
        wall, cpu = time.perf_counter() - wall, cpu_seconds() - cpu
    n_runs = chosen.bounds[len(shards)]
    found = {
        "runs": n_runs, "planned": len(chosen.runs), "firm_months": n_runs * chosen.n_firms * chosen.n_months,
        "seconds": wall, "cpu": cpu, "in_batch": clocks.wall["batch"] / wall,
        "parts": {name: clocks.cpu[name] for name in PARTS if name != "batch"}, "memory": memory,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
    }  # fmt: skip
    print(json.dumps(found))


if __name__ == "__main__":
    main()
