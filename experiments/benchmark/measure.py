"""One measurement in a process of its own: build a world, run it, print times and peak memory as JSON.

Times are CPU seconds of this process: steadier than the clock on a shared machine.
"""

from __future__ import annotations

import argparse
import json
import resource
import time


def main() -> None:
    """Measure one size: build a world `--repeat` times, then run its months as often."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--firms", type=int, default=1000)
    options.add_argument("--months", type=int, default=120)
    options.add_argument("--repeat", type=int, default=1)
    given = options.parse_args()
    begin, begin_cpu = time.perf_counter(), time.process_time()
    from issim import evidence
    from issim.model.simulate import simulate
    from issim.world.build import build
    from issim.world.region import Region

    known = evidence.load()
    small = build(known, [Region(n_firms=200)], seed=0)
    simulate(small, seed=0, n_months=2)
    found = {"start": time.perf_counter() - begin, "start_cpu": time.process_time() - begin_cpu}
    place = Region(n_firms=given.firms, side=max(120.0, 120.0 * (given.firms / 10_000) ** 0.5))
    world = build(known, [place], seed=1)
    clock = time.process_time()
    for seed in range(given.repeat):
        world = build(known, [place], seed=seed)
    found["build"] = (time.process_time() - clock) / given.repeat
    clock = time.process_time()
    for seed in range(given.repeat):
        simulate(world, seed=seed, n_months=given.months)
    found["months"] = (time.process_time() - clock) / given.repeat
    found["ns"] = found["months"] / given.firms / given.months * 1e9
    found["pairs"] = len(world.pairs.donor)
    found["memory_gb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps(found))


if __name__ == "__main__":
    main()
