"""A wave: one submission of shards to Slurm, as a folder that says which job has which shards.

    logs/slurm/wave-0001/wave.json       words of the command, cores, shards of each job
                         sweep.yaml      the Hydra multirun that submits it
                         setup.sh        lines of shell before the work
                         submit.log      what Hydra and sbatch said
                         *_submission.sh what sbatch was given; its name is the number of the job
                         *_log.out       what each job said

It is all that a later command needs to know of the jobs that an earlier one left in the queue.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from issim.runs.launcher import Slurm

FOLDER = Path("logs") / "slurm"
WAVE = "wave.json"
SWEEP = "sweep"
SHELL = "setup.sh"
#: Lines of shell before those of the user. Since Slurm 22.05 srun is not told of a job's cores by itself;
#: Numba and BLAS would start a thread for every core of the node.
SETUP = (
    "export SRUN_CPUS_PER_TASK=$SLURM_CPUS_PER_TASK",
    "export NUMBA_NUM_THREADS=$SLURM_CPUS_PER_TASK",
    "export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1",
)


class RefusedError(Exception):
    """Slurm did not take the jobs; the message is what it said."""


@dataclass(frozen=True)
class Wave:
    """What a job must know: which sweep, with what words, and which shards are whose."""

    folder: str
    """The folder of the sweep, which the words must lead to again."""
    words: tuple[str, ...]
    threads: int
    groups: tuple[tuple[int, ...], ...]
    """Shards by job: the k-th task of the array has the k-th group."""
    sweep: str
    """The module that carries shards out."""


def write(place: Path, wave: Wave, name: str, options: Slurm) -> None:
    """Leave a wave in its folder, ready to be submitted under a name."""
    (place / WAVE).write_text(json.dumps(asdict(wave)) + "\n", encoding="utf-8")
    (place / SHELL).write_text("\n".join([*SETUP, *options.setup, ""]), encoding="utf-8")
    said = multirun(place, name, len(wave.groups), options)
    (place / f"{SWEEP}.yaml").write_text(yaml.safe_dump(said, sort_keys=False), encoding="utf-8")


def read(place: Path) -> Wave:
    """The wave of a folder."""
    said: dict[str, Any] = json.loads((place / WAVE).read_text(encoding="utf-8"))
    groups = tuple(tuple(group) for group in said.pop("groups"))
    return Wave(groups=groups, words=tuple(said.pop("words")), **said)


def new_folder(root: Path) -> Path:
    """A folder for the next wave of the sweep in `root`, made by nobody else."""
    home = root / FOLDER
    home.mkdir(parents=True, exist_ok=True)
    number = 1 + max((int(path.name[5:]) for path in home.glob("wave-[0-9]*")), default=0)
    while True:
        place = home / f"wave-{number:04d}"
        try:
            place.mkdir()
            return place
        except FileExistsError:
            number += 1


def submit(place: Path) -> None:
    """Give the wave of a folder to Slurm, by Hydra in a process of its own; RefusedError if Slurm does not take it."""
    log = place / "submit.log"
    with log.open("w", encoding="utf-8") as said:
        command = [sys.executable, "-m", "issim.runs.submit", str(place)]
        # a session of its own: Ctrl-C and a closed terminal do not catch it between sbatch and its notes
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
        )
        try:
            code = child.wait()
        except KeyboardInterrupt:
            child.wait()
            raise
    if code:
        lines = [line.strip() for line in log.read_text(encoding="utf-8").splitlines() if line.strip()]
        errors = [line.partition("error:")[2].strip() for line in lines if "sbatch: error:" in line]
        raise RefusedError((errors or lines or [f"see {log}"])[-1].rstrip("."))


def jobs_of(place: Path) -> dict[str, tuple[int, ...]]:
    """The shards of the jobs of one wave, by number of the job, `123_4` in an array; empty if it was refused."""
    numbers = [path.name.removesuffix("_submission.sh") for path in place.glob("*_submission.sh")]
    numbers = [number for number in numbers if number.isdigit()]
    if not numbers:
        return {}
    groups = read(place).groups
    if len(groups) == 1:  # submitit makes no array of one
        return {numbers[0]: groups[0]}
    return {f"{numbers[0]}_{k}": group for k, group in enumerate(groups)}


def by_job(root: Path) -> dict[str, tuple[int, ...]]:
    """The shards of every job that was ever submitted for the sweep in `root`."""
    found: dict[str, tuple[int, ...]] = {}
    for place in (root / FOLDER).glob("wave-*"):
        found |= jobs_of(place)
    return found


def log_of(root: Path, job: str) -> str:
    """The file in which a job says what it does; its folder if the job has said nothing."""
    for script in (root / FOLDER).glob(f"wave-*/{job.partition('_')[0]}_submission.sh"):
        log = script.parent / f"{job}_0_log.out"
        return str(log if log.exists() else script.parent)
    return str(root / FOLDER)


def multirun(place: Path, name: str, n_jobs: int, options: Slurm) -> dict[str, Any]:
    """The Hydra configuration that submits a wave: one job per group, by hydra-submitit-launcher."""
    launcher = {
        "submitit_folder": str(
            place
        ),  # there before the job starts: Slurm writes no log into a folder that is not
        "name": name,
        "timeout_min": options.timeout_min,
        "cpus_per_task": options.cpus_per_task,
        "mem_gb": options.mem_gb,
        "array_parallelism": options.array_parallelism,
        "max_num_timeout": options.max_num_timeout,
        "stderr_to_stdout": True,
        # from a file: Hydra would take a shell's ${NAME} for one of its own references
        "setup": [f"source {shlex.quote(str(place / SHELL))}"],
        # back into the queue when a node is lost, whatever the site's default is
        "additional_parameters": {"requeue": True, **options.sbatch},
        **{
            key: value
            for key in ("partition", "account", "qos", "constraint")
            if (value := getattr(options, key))
        },
    }
    if "no-requeue" in options.sbatch:
        del launcher["additional_parameters"]["requeue"]
    return {
        "defaults": [{"override hydra/launcher": "submitit_slurm"}, {"override hydra/job_logging": "stdout"},
                     {"override hydra/hydra_logging": "none"}, "_self_"],
        "place": str(place),
        "job": 0,
        "hydra": {
            "launcher": launcher,
            "sweep": {"dir": str(place), "subdir": "."},
            "sweeper": {"params": {"job": ",".join(map(str, range(n_jobs)))}},
            "output_subdir": None,
        },
    }  # fmt: skip


def tidy(root: Path) -> None:
    """Remove what submitit has left for its own use; scripts, configurations and logs stay."""
    for path in (root / FOLDER).glob("wave-*/*.pkl"):
        path.unlink(missing_ok=True)
