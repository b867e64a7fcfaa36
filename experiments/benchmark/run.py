"""How fast is the model? One report, in one run, on one machine.

    python experiments/benchmark/run.py            up to 100,000 firms, two minutes
    python experiments/benchmark/run.py --full     up to 1,000,000 firms
    python experiments/benchmark/run.py --policy   only what policies cost, and a whole comparison with its report
    python experiments/benchmark/run.py --sweep    only sweeps, and the same runs made in other ways
    python experiments/benchmark/run.py --calibrate    only a whole calibration

Every line is measured in a process of its own. Compare ratios, not digits: machines differ and are shared.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
#: The comparison that is measured from the command to the report.
COMPARED = (
    "policy=none,mandate,training,platform,package,action_plan",
    "population.n_firms=1000", "n_months=120", "n_seeds=100",
)  # fmt: skip


def measured(script: str, *words: str, **environment: str) -> dict[str, Any]:
    """What a script of this folder prints as JSON."""
    done = subprocess.run(
        [sys.executable, str(HERE / script), *words],
        env=os.environ | environment, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def line(what: str, value: float, unit: str, target: float | None, *, above: bool = False) -> None:
    """Print one line of the report, with its target and whether it is met."""
    verdict = ""
    if target is not None:
        met = value >= target if above else value <= target
        verdict = f"target {'at least' if above else 'at most'} {target:g}: {'met' if met else 'MISSED'}"
    print(f"{what:58s} {value:12,.3g} {unit:18s} {verdict}", flush=True)


def issim(*words: str) -> float:
    """Seconds by the clock that a command takes."""
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "issim", *words], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return time.perf_counter() - started


def comparison() -> tuple[float, float]:
    """Seconds of the comparison, and of its report."""
    with tempfile.TemporaryDirectory() as outputs:
        compared = issim("compare", *COMPARED, f"outputs={outputs}")
        (folder,) = Path(outputs).iterdir()
        return compared, issim("report", str(folder))


def policies(repeat: int) -> None:
    """Print what policies cost: in a month, and in a whole comparison, medians of several."""
    found = measured("policy.py")
    print(f"\n{found['policy']}, {found['levers']} levers, 1,000 firms, 120 months, medians of 20 seeds")
    line("  120 months without policy", found["without"], "s CPU", None)
    line("  120 months with it", found["with"], "s CPU", None)
    line(
        "  share of the time that is beyond a run without policy", 100 * found["share_of_difference"], "%", 20
    )
    line("  share of the month that is the process policy itself", 100 * found["share_of_enact"], "%", None)
    times = [comparison() for _ in range(repeat)]
    print(f"\nissim compare {' '.join(COMPARED)}, then issim report; medians of {repeat}")
    line("  the comparison", statistics.median(first for first, _ in times), "s", None)
    line("  the report", statistics.median(second for _, second in times), "s", None)
    line("  together", statistics.median(map(sum, times)), "s", 30)


def one_sweep(study: str, threads: int, n_runs: int) -> dict[str, Any]:
    """Measure and print a part of a sweep of 100,000 runs."""
    found = measured(
        "sweep.py", "--study", study, "--threads", str(threads), "--runs", str(n_runs), "n_seeds=1000"
    )
    print(f"\n{study}, {threads} threads, {found['runs']:,} runs of 1,000 firms and 120 months, to the files")
    line("  runs per second", found["runs"] / found["seconds"], "runs/s", None)
    line("  firm-months per second", found["firm_months"] / found["seconds"], "1/s", None)
    line("  processors used on average", found["cpu"] / found["seconds"], "processors", None)
    ten_thousand = found["cpu"] / found["runs"] * 10_000
    line("  10,000 runs, of two processors for a minute", ten_thousand, "s CPU", 120)
    line("  time inside the compiled batch", 100 * found["in_batch"], "%", 90, above=True)
    for part, seconds in found["parts"].items():
        line(f"    {part}, of all processor time", 100 * seconds / found["cpu"], "%", None)
    return found


def memory(n_runs: int) -> None:
    """Print how memory grows with the runs that are made, and what it would be after 100,000.

    Runs of half a year, whose worlds and states are as large: allocators fill up over the first ten thousands of
    runs, so that growth is read from the second half.
    """
    found = measured("sweep.py", "--runs", str(n_runs), "n_seeds=1000", "n_months=6")
    after = found["memory"]
    early, late = next(row for row in after if row[0] >= found["runs"] // 2), after[-1]
    growth = (late[1] - early[1]) / (late[0] - early[0])
    print(f"\nmemory of one process: {found['planned']:,} runs planned, {found['runs']:,} made")
    line("  resident when planned", after[0][1], "MB", None)
    for done, mb in (early, late):
        line(f"  after {done:,} runs", mb, "MB", None)
    line("  highest", found["peak_mb"], "MB", None)
    in_the_end = found["peak_mb"] + max(0.0, growth) * (found["planned"] - found["runs"])
    line(f"  after all {found['planned']:,}, if it grows on as it did", in_the_end, "MB", 2000)


def sweeps() -> None:
    """Print what sweeps cost, and what the same runs cost when made in other ways."""
    one_sweep("shared_worlds", 2, 10_000)
    alone = one_sweep("shared_worlds", 1, 2_000)
    one_sweep("levers", 2, 2_000)
    one_sweep("own_worlds", 2, 2_000)
    memory(60_000)
    a_run = alone["cpu"] / alone["runs"]
    print("\nthe same run made in other ways, processor seconds against those of the sweep on one thread")
    line("  the sweep", a_run, "s CPU/run", None)
    for way, words, target in (
        ("mesa", "mesa.batch_run of SymbiosisModel", None),
        ("single", "single runs launched by Hydra, in one process", None),
        ("agents", "mesa.batch_run of ordinary Python agents", 300),
    ):
        found = measured("rivals.py", way, NUMBA_DISABLE_JIT=str(int(way == "agents")))
        line(f"  {words}", found["cpu"], "s CPU/run", None)
        line("    against the sweep", found["cpu"] / a_run, "x", target, above=True)


def calibration() -> None:
    """Print what a whole calibration costs and gives."""
    found = measured("calibrate.py")
    draws, ess, cpu = found["draws"], found["ess"], found["cpu"]
    print(f"\nissim calibrate: {draws:,} draws, {found['truths']} known truths, tables and figures")
    line("  by the clock", found["seconds"] / 60.0, "minutes", 15)
    line("  processor time", cpu, "s CPU", 2 * 15 * 60)
    line("  of which after the draws: weighing, truths, figures", found["after"], "s CPU", None)
    line("  draws per second of the clock", draws / found["seconds"], "draws/s", None)
    line("  draws per processor second", draws / (cpu - found["after"]), "draws/s CPU", None)
    line("  effective sample size", ess, "draws", 100, above=True)
    line("  effective draws per processor second", ess / cpu, "draws/s CPU", None)
    line("  peak memory", found["memory_gb"], "GiB", None)


def main() -> None:
    """Measure and print the report."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--full", action="store_true", help="a million firms as well")
    options.add_argument("--policy", action="store_true", help="only what policies cost")
    options.add_argument("--sweep", action="store_true", help="only sweeps")
    options.add_argument("--calibrate", action="store_true", help="only a whole calibration")
    given = options.parse_args()
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} processors")
    if given.policy:
        policies(repeat=3)
        return
    if given.sweep:
        sweeps()
        return
    if given.calibrate:
        calibration()
        return
    with tempfile.TemporaryDirectory() as cache:
        cold = measured("measure.py", "--months", "1", ISSIM_CACHE_DIR=cache)
        warm = measured("measure.py", "--months", "1", ISSIM_CACHE_DIR=cache)
    line("import, compile, first world and run: nothing cached", cold["start"], "s", 40)
    line("the same, CPU", cold["start_cpu"], "s", None)
    line("import, first world and run: compiled rules cached", warm["start"], "s", 3)
    sizes = {1_000: 20, 10_000: 5, 100_000: 1} | ({1_000_000: 1} if given.full else {})
    thousand = 0.0
    for firms, repeat in sizes.items():
        found = measured("measure.py", "--firms", str(firms), "--repeat", str(repeat))
        thousand = thousand or found["ns"]
        print(f"\n{firms:,} firms, 120 months, {found['pairs']:,} candidate exchanges")
        line("  the month", found["ns"], "ns/firm-month", {1_000: 100, 1_000_000: 300}.get(firms))
        line("  120 months", found["months"], "s CPU", None)
        line("  building the world", found["build"], "s CPU", None)
        line("  world against its 120 months", found["build"] / found["months"], "x", 1)
        line("  peak memory", found["memory_gb"], "GiB", 6 if firms == 1_000_000 else None)
    plain = measured("firm_by_firm.py", NUMBA_DISABLE_JIT="1")
    print(f"\nfirm by firm through Mesa agents and uncompiled rules ({plain['firms']:,} firms, same bits)")
    line("  the month", plain["ns"], "ns/firm-month", None)
    line("  ratio to the compiled month at 1,000 firms", plain["ns"] / thousand, "x", 300, above=True)


if __name__ == "__main__":
    main()
