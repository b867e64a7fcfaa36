"""Submit one wave to Slurm through Hydra's multirun and hydra-submitit-launcher, and leave.

    python -m issim.runs.submit WAVE

The launcher waits for its jobs by asking `sacct`: without accounts it would wait for ever for a job that was killed,
and with them it gives up at the first that failed. Results are files here, and files are counted; so
this process ends as soon as the launcher has submitted and begins to wait.
"""

from __future__ import annotations

import sys
from pathlib import Path

import hydra
from submitit import SlurmJob

from issim.runs.shardjob import work
from issim.runs.wave import SWEEP


def main(place: Path) -> None:
    """Submit the wave of a folder; the process ends here, with 0 if Slurm took the jobs."""

    def leave(job: object) -> None:
        raise SystemExit(0)

    SlurmJob.results = leave
    sys.argv = [sys.argv[0], "--multirun"]
    hydra.main(version_base="1.3", config_path=str(place), config_name=SWEEP)(work)()
    raise SystemExit("the launcher returned without having submitted anything")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
