"""One calibration in a process of its own, from the words of the command to its folder: prints times as JSON.

    seconds    of the clock, import and compiled rules at hand included
    cpu        processor seconds of all threads for the same: steadier where others use the processors too
    after      processor seconds of everything after the draws: weighing, known truths, tables, figures

The draws are those of `issim calibrate`; `--draws` makes fewer.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import resource
import tempfile
import time
from pathlib import Path


def main() -> None:
    """Calibrate once, print what it took and what it gave."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--draws", type=int, default=6000)
    given = options.parse_args()
    began, before = time.perf_counter(), time.process_time()
    from issim import calibrating

    simulated: list[float] = []
    plain = calibrating._simulated

    def timed(*arguments: object) -> object:
        found = plain(*arguments)  # type: ignore[arg-type]
        simulated.append(time.process_time() - before)
        return found

    calibrating._simulated = timed  # type: ignore[assignment]
    with tempfile.TemporaryDirectory() as outputs, contextlib.redirect_stderr(io.StringIO()):
        asked = calibrating.Options(draws=given.draws)
        calibrating.calibrate_command([f"outputs={outputs}"], asked)
        (folder,) = (Path(outputs) / "calibrations").iterdir()
        about = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    cpu = time.process_time() - before
    print(json.dumps({
        "seconds": time.perf_counter() - began, "cpu": cpu, "after": cpu - simulated[0], "draws": about["draws"],
        "ess": about["ess"], "truths": about["truths"],
        "memory_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
