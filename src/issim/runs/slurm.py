"""What is asked of Slurm, by its own commands: what the site allows, which jobs are queued, how one ended."""

from __future__ import annotations

import getpass
import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterable
from typing import NamedTuple

from issim.errors import InputError, unknown_name

COMMANDS = ("sbatch", "srun", "squeue", "scancel", "scontrol", "sinfo")
PLUGIN = "hydra_plugins.hydra_submitit_launcher"
#: Seconds that a command of Slurm may take; a controller under load answers late.
PATIENCE = 60


class NoAnswerError(Exception):
    """A command of Slurm failed; the message is what it said."""


class Queued(NamedTuple):
    """One job that Slurm still has to finish."""

    job: str
    """Number of the job, `123_4` for a task of an array."""
    state: str
    reason: str
    """Why a pending job waits, in Slurm's words."""


def ask(*command: str) -> str:
    """What a command of Slurm prints; NoAnswerError with its complaint when it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoAnswerError(f"{command[0]}: {error}") from None
    if done.returncode:
        raise NoAnswerError(" ".join(done.stderr.split()) or f"{command[0]} failed without a word")
    return done.stdout


def check(partition: str, timeout_min: int) -> None:
    """Raise InputError unless jobs can be given to Slurm from here."""
    absent = [name for name in COMMANDS if shutil.which(name) is None]
    if absent:
        raise InputError(
            f"launcher=slurm needs the commands of Slurm, and {absent[0]} is not here; "
            f"give the command on the login node of a cluster, or use launcher=local."
        )
    if importlib.util.find_spec("hydra_plugins") is None or importlib.util.find_spec(PLUGIN) is None:
        raise InputError(
            "launcher=slurm needs the package hydra-submitit-launcher; add it by: pip install 'issim[slurm]'."
        )
    try:
        known = partitions()
    except NoAnswerError as error:
        raise InputError(
            f"Slurm does not answer ({error}); give the command again when `sinfo` answers."
        ) from None
    if partition and partition not in known:
        raise unknown_name("launcher.partition", partition, filter(None, known))
    allowed = known.get(partition)
    if allowed is not None and timeout_min > allowed:
        raise InputError(
            f"launcher.timeout_min = {timeout_min} minute is more than partition '{partition or 'by default'}' "
            f"allows ({allowed}); choose less, or another partition."
        )


def partitions() -> dict[str, int | None]:
    """The partitions of the cluster and the minutes that each gives a job; None for no limit.

    The site's default stands under its name and under the empty one.
    """
    rows = [line.split("|") for line in ask("sinfo", "-h", "-o", "%P|%l").splitlines()]
    found = {name.rstrip("*"): minutes(limit) for name, limit in rows}
    for name in [name.rstrip("*") for name, _ in rows if name.endswith("*")]:
        found[""] = found[name]
    return found


def minutes(limit: str) -> int | None:
    """A time limit of Slurm, `days-hours:minutes:seconds`, in whole minutes; None for no limit."""
    found = re.fullmatch(r"(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)", limit)
    if found is None:
        return None
    days, hours, rest, _ = (int(part or 0) for part in found.groups())
    return days * 1440 + hours * 60 + rest


def largest_array() -> int:
    """How many jobs an array of this site may have: the largest index is one less than MaxArraySize."""
    found = re.search(r"^MaxArraySize\s*=\s*(\d+)", ask("scontrol", "show", "config"), re.MULTILINE)
    return max(1, int(found.group(1)) - 1) if found else 1000


def queued(name: str) -> list[Queued]:
    """Jobs of this user and of this name that wait, run or are just ending, tasks of arrays one by one."""
    told = ask("squeue", "-h", "-r", f"--user={getpass.getuser()}", f"--name={name}", "-o", "%i|%T|%r")
    return [Queued(*line.split("|", 2)) for line in told.splitlines() if line.count("|") >= 2]


def cancel(name: str) -> None:
    """Cancel all jobs of this user and of this name."""
    ask("scancel", f"--user={getpass.getuser()}", f"--name={name}")


def ends(jobs: Iterable[str]) -> dict[str, str]:
    """How jobs ended, as OUT_OF_MEMORY or TIMEOUT, as far as Slurm still knows.

    By `sacct` where the site keeps accounts; else by the controller, which forgets after some minutes.
    """
    return {job: state for job in jobs if (state := _by_accounts(job) or _by_controller(job))}


def _by_accounts(job: str) -> str:
    """The state that `sacct` gives; empty if it does not answer."""
    try:
        rows = ask("sacct", "-n", "-X", "-P", "-j", job, "-o", "State").splitlines()
    except NoAnswerError:
        return ""
    return rows[-1].partition(" ")[0] if rows else ""


def _by_controller(job: str) -> str:
    """The state that `scontrol` gives; empty if the job is forgotten."""
    try:
        found = re.search(r"JobState=(\S+)", ask("scontrol", "show", "job", job))
    except NoAnswerError:
        return ""
    return found.group(1) if found else ""
