"""A sweep on a real Slurm is the sweep on this machine, bit for bit, whatever is done to it on the way.

Needs Debian's Slurm; `bash .ci/slurm` installs it, sets ISSIM_SLURM and runs this file.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from slurm import fake
from slurm.private import MAX_ARRAY_SIZE, PrivateSlurm, absent, alive, until

import issim

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("ISSIM_SLURM" not in os.environ, reason="starts a Slurm of its own: bash .ci/slurm"),
]
TESTS = Path(__file__).resolve().parents[1]
COMMON = [
    "launcher=slurm", "launcher.cpus_per_task=1", "launcher.mem_gb=1", "launcher.timeout_min=15",
    "launcher.minutes_per_job=1", "launcher.settle_s=1",
]  # fmt: skip


@pytest.fixture(scope="module")
def slurm() -> Iterator[PrivateSlurm]:
    assert absent() == []
    with tempfile.TemporaryDirectory(prefix="issim-slurm-") as folder:
        found = PrivateSlurm(Path(folder))
        found.env["PYTHONPATH"] = os.pathsep.join(
            [str(Path(issim.__file__).parents[1]), str(TESTS), os.environ.get("PYTHONPATH", "")]
        )
        try:
            found.start()
            yield found
        finally:
            found.stop()


Start = Callable[..., "Drive"]


@pytest.fixture
def drive(slurm: PrivateSlurm, tmp_path: Path) -> Iterator[Start]:
    """Starts drivers; none outlives its test."""
    started: list[Drive] = []

    def start(*words: str) -> Drive:
        started.append(Drive(slurm, tmp_path, *words))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.wait()
    slurm.clear()


class Drive:
    """A driver in a process of its own; `gate=shut` lets the sweep's jobs wait until the gate is opened."""

    def __init__(self, slurm: PrivateSlurm, outputs: Path, *words: str) -> None:
        self.slurm = slurm
        self.gate = outputs / "open"
        words = tuple(word.replace("gate=shut", f"gate={self.gate}") for word in words)
        plain = [f"outputs={outputs}", *(word for word in words if not word.startswith("launcher"))]
        self.plan = fake.planned(plain)
        self.log = outputs / f"driver-{time.monotonic_ns()}.log"
        command = [sys.executable, "-m", "slurm.drive", "slurm.fake", *COMMON, plain[0], *words]
        with self.log.open("w") as said:
            self.process = subprocess.Popen(command, env=slurm.env, stdout=said, stderr=said)

    def said(self) -> str:
        """What it has said so far."""
        return self.log.read_text()

    def end(self) -> str:
        """What it has said when it has ended."""
        try:
            self.process.wait(100)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(self.said()) from None
        return self.said()

    def until_said(self, text: str) -> None:
        until(lambda: text in self.said() or self.process.poll() is not None, 60, f"'{text}'")
        assert text in self.said()

    def n_done(self) -> int:
        return self.plan.n_shards - len(fake.dataset(self.plan).missing())

    def jobs(self, *options: str) -> list[str]:
        """Jobs of the sweep in the queue, as `123_4`."""
        return self.slurm.queue(f"--name=issim-{self.plan.folder.name[5:]}", "-o", "%i", *options)

    def logs(self) -> list[Path]:
        """What the jobs have said."""
        return sorted(self.plan.folder.glob("logs/slurm/wave-*/*_log.out"))

    def begun(self) -> list[str]:
        """The shards that jobs have begun with."""
        return [line for log in self.logs() for line in log.read_text().splitlines() if "begins" in line]

    def until_working(self, n: int) -> list[int]:
        """Wait until so many jobs have begun with a shard; their processes, those on n1 first."""
        until(lambda: len(self.begun()) >= n, 60, f"{n} jobs to work")
        return [pid for node in self.slurm.nodes for pid in workers(self.slurm, node)]

    def submitted(self) -> list[int]:
        """The shards that were submitted, in the order of submission."""
        files = sorted((self.plan.folder / "logs" / "slurm").glob("wave-*/wave.json"))
        return [
            shard for file in files for group in json.loads(file.read_text())["groups"] for shard in group
        ]


def workers(slurm: PrivateSlurm, node: str) -> list[int]:
    """The processes of issim's jobs on a node that have begun with a shard."""
    found = []
    for pid in slurm.processes_of_node(node):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"python" in words[0] and b"submitit.core._submit" in words:
            found.append(pid)
    return found


def job_of(pid: int) -> str:
    """The task of an array that a process belongs to, as `123_4`: scancel knows it by no other number."""
    lines = Path(f"/proc/{pid}/environ").read_text().split("\0")
    known = dict(line.split("=", 1) for line in lines if "=" in line)
    return f"{known['SLURM_ARRAY_JOB_ID']}_{known['SLURM_ARRAY_TASK_ID']}"


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a sweep, but its logs and what a killed writer left of a file it had not finished."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]
    named = {path.relative_to(folder): path.read_bytes() for path in files}
    return {path.as_posix(): content for path, content in named.items() if "logs" not in path.parts}


def assert_whole(driven: Drive, said: str, tmp_path: Path) -> None:
    """The driver is content, and the sweep's folder holds what this process computes by itself."""
    assert driven.process.returncode == 0, said
    here = fake.planned([f"outputs={tmp_path}/here", f"n={driven.plan.n_shards}"])
    fake.carry_out(here, range(here.n_shards), 1, lambda *_: None)
    assert contents(driven.plan.folder) == contents(here.folder)


#: A study of two shards that takes seconds: a thousand runs of small worlds.
STUDY = ["experiment=policy_by_country", "n_seeds=35", "n_months=2", "population.n_firms=20", "threads=1"]


def sweep(slurm: PrivateSlurm, folder: Path, *words: str) -> subprocess.Popen[str]:
    """The command of a person who stands in a folder; the same words, and so the same manifest, wherever that is."""
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "issim", "sweep", "--no-figures", *STUDY, *words]
    return subprocess.Popen(
        command, env=slurm.env, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def finished(command: subprocess.Popen[str]) -> str:
    """What a command has said, when it ended well."""
    said, _ = command.communicate(timeout=400)
    assert command.returncode == 0, said
    return said


def test_a_study_on_slurm_is_the_study_here(slurm: PrivateSlurm, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    assert "1,050 runs, none failed" in finished(sweep(slurm, here))
    driven = sweep(slurm, there, *COMMON)
    try:
        until(lambda: any(there.glob("outputs/sweeps/*/logs/slurm/wave-*/*_log.out")), 120, "a job to begin")
        until(lambda: any(workers(slurm, node) for node in slurm.nodes), 60, "a job to work")
        os.kill(next(pid for node in slurm.nodes for pid in workers(slurm, node)), signal.SIGKILL)
        said = finished(driven)
    finally:
        driven.kill()
        slurm.clear()
    assert "submitted again" in said
    assert "1,050 runs, none failed" in said
    assert contents(there) == contents(here)
    parts = sorted(there.glob("outputs/sweeps/*/runs/*.parquet"))
    assert len(parts) == 2
    parts[1].unlink()
    finished(sweep(slurm, there))  # either can finish what the other began
    assert contents(there) == contents(here)


def test_more_jobs_than_an_array_may_have_are_submitted_in_waves(
    slurm: PrivateSlurm, drive: Start, tmp_path: Path
) -> None:
    driven = drive("n=12")
    assert_whole(driven, driven.end(), tmp_path)
    assert driven.submitted() == list(range(12))
    scripts = list(driven.plan.folder.glob("logs/slurm/wave-*/*_submission.sh"))
    assert len(scripts) > 1
    assert not any(f"--array=0-{MAX_ARRAY_SIZE}" in script.read_text() for script in scripts)
    logs = [log.read_text() for log in driven.logs()]
    for shard in range(12):
        assert sum(f"{driven.plan.describe(shard)}: ends" in log for log in logs) == 1
    assert not list(driven.plan.folder.glob("logs/slurm/wave-*/*.pkl"))


def test_jobs_that_are_killed_cancelled_or_preempted_are_made_up_for(
    slurm: PrivateSlurm, drive: Start, tmp_path: Path
) -> None:
    driven = drive("n=6", "gate=shut")
    killed, cancelled, signalled, _ = driven.until_working(4)
    os.kill(signalled, signal.SIGUSR2)  # what Slurm sends before a job's time is over: it puts itself back
    slurm.run("scancel", job_of(cancelled))
    os.kill(killed, signal.SIGKILL)
    driven.until_said("submitted again")
    slurm.run("sbatch", "-p", "urgent", "-N2", "--exclusive", "-o", "/dev/null", "--wrap", "sleep 1")
    until(lambda: any("PREEMPTION" in log.read_text() for log in driven.logs()), 60, "a preemption")
    driven.gate.touch()
    said = driven.end()
    assert_whole(driven, said, tmp_path)
    assert said.count("submitted again") == 2
    assert len(driven.submitted()) == 8  # those that were signalled or preempted came back by themselves
    logs = "".join(log.read_text() for log in driven.logs())
    assert "Caught signal SIGUSR2" in logs


def test_a_lost_node_and_a_silent_controller_cost_time_only(
    slurm: PrivateSlurm, drive: Start, tmp_path: Path
) -> None:
    driven = drive("n=4", "gate=shut")
    driven.until_working(4)
    slurm.lose_node("n2")
    slurm.until_state("n2", "down")
    slurm.stop_controller()
    driven.until_said("Slurm does not answer")
    slurm.start_controller()
    slurm.start_node("n2")
    driven.gate.touch()
    assert_whole(driven, driven.end(), tmp_path)


def test_a_driver_that_is_killed_loses_nothing_and_the_next_one_submits_nothing_twice(
    slurm: PrivateSlurm, drive: Start, tmp_path: Path
) -> None:
    first = drive("n=4", "gate=shut")
    first.until_working(4)
    first.process.kill()
    first.process.wait()
    second = drive("n=4", "gate=shut")
    second.until_said("Jobs are called")
    second.gate.touch()
    assert_whole(second, second.end(), tmp_path)
    assert second.submitted() == [0, 1, 2, 3]


def test_a_shard_that_cannot_be_computed_is_named_and_holds_up_nobody(
    slurm: PrivateSlurm, drive: Start, tmp_path: Path
) -> None:
    driven = drive("n=4", "hopeless=2", "launcher.max_attempts=2", "launcher.minutes_per_job=4")
    said = driven.end()
    assert driven.process.returncode == 1
    assert "missing=[2] failed=[2] jobs=0" in said
    assert driven.submitted() == [0, 1, 2, 3, 2]
    assert "as FAILED without cells 6-8, seeds 1-40: given up" in said
    log = Path(said.partition("The last log is ")[2].partition("\n")[0].rstrip("."))
    assert "RuntimeError: cell 9 cannot be computed" in log.read_text()
    mended = drive("n=4")  # the same sweep and folder, and now the shard can be computed
    assert_whole(mended, mended.end(), tmp_path)


def test_control_c_leaves_the_jobs_and_a_second_one_cancels_them(
    slurm: PrivateSlurm, drive: Start, tmp_path: Path
) -> None:
    driven = drive("n=4", "gate=shut")
    workers = driven.until_working(2)
    driven.process.send_signal(signal.SIGINT)
    driven.until_said("Ctrl-C once more")
    assert all(alive(pid) for pid in workers)
    driven.process.send_signal(signal.SIGINT)
    said = driven.end()
    assert driven.process.returncode == 1
    assert "cancelled" in said
    assert "Give the same command again to go on." in said
    until(lambda: not driven.jobs(), 20, "the jobs to be gone")


def test_submit_and_leave(slurm: PrivateSlurm, drive: Start, tmp_path: Path) -> None:
    driven = drive("n=4", "launcher.watch=false")
    said = driven.end()
    assert "missing=[0, 1, 2, 3] failed=[] jobs=4" in said
    until(lambda: driven.n_done() == 4, 40, "all parts")
    again = drive("n=4", "launcher.watch=false")
    assert_whole(again, again.end(), tmp_path)


def test_what_slurm_refuses_is_one_sentence(slurm: PrivateSlurm, drive: Start, tmp_path: Path) -> None:
    for word, wanted in (
        ("launcher.partition=debugg", "did you mean debug?"),
        ("launcher.timeout_min=121", "allows (120)"),
        ("launcher.mem_gb=99", "Requested node configuration is not available"),
        ("launcher.sbatch.dependency=nonsense", "dependency"),
    ):
        driven = drive("n=2", word)
        said = driven.end()
        assert driven.process.returncode == 2, said
        assert "Traceback" not in said
        assert said.strip().count("\n") <= 1
        assert wanted in said
