"""What is asked of Slurm and what is made of its answers, with commands that only print."""

from __future__ import annotations

from pathlib import Path

import pytest
from sentences import blemishes
from slurm import fake

from issim.errors import InputError
from issim.runs import cluster, shardjob, slurm, wave
from issim.runs.launcher import Slurm


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of commands that stands for Slurm; the real one is out of reach."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    for name in slurm.COMMANDS:
        command(folder, name, "true")
    command(folder, "sinfo", "printf 'short*|30:00\\nlong|2-00:00:00\\nany|infinite\\n'")
    command(folder, "sacct", "echo Slurm accounting storage is disabled >&2; exit 1")
    return folder


def command(folder: Path, name: str, script: str) -> None:
    """A command that does what a line of shell says."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("limit", "wanted"),
    [("30:00", 30), ("1:00:00", 60), ("2-12:00:00", 3600), ("0:59", 0), ("infinite", None), ("n/a", None)],
)
def test_time_limits_are_read_as_slurm_writes_them(limit: str, wanted: int | None) -> None:
    assert slurm.minutes(limit) == wanted


def test_partitions_and_the_default_one(commands: Path) -> None:
    assert slurm.partitions() == {"short": 30, "long": 2880, "any": None, "": 30}


@pytest.mark.parametrize(
    ("partition", "minutes", "wanted"),
    [("lonk", 20, "did you mean long?"), ("", 31, "partition 'by default' allows (30)"), ("long", 2881, "(2880)")],
)  # fmt: skip
def test_what_no_partition_gives_is_refused(
    commands: Path, partition: str, minutes: int, wanted: str
) -> None:
    pytest.importorskip("hydra_plugins.hydra_submitit_launcher")
    with pytest.raises(InputError) as caught:
        slurm.check(partition, minutes)
    assert wanted in str(caught.value)
    assert not blemishes(str(caught.value))
    slurm.check("any", 43_200)


def test_no_slurm_no_plugin_and_no_answer_are_told_apart(
    commands: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("hydra_plugins.hydra_submitit_launcher")
    command(commands, "sinfo", "echo 'sinfo: error: Unable to contact slurm controller' >&2; exit 1")
    with pytest.raises(InputError, match="Unable to contact slurm controller"):
        slurm.check("", 60)
    monkeypatch.setattr(slurm, "PLUGIN", "hydra_plugins.of_nobody")
    with pytest.raises(InputError, match=r"pip install 'issim\[slurm\]'"):
        slurm.check("", 60)
    (commands / "sbatch").unlink()
    monkeypatch.setenv("PATH", str(commands))
    with pytest.raises(InputError, match="sbatch is not here") as caught:
        slurm.check("", 60)
    assert not blemishes(str(caught.value))


def test_the_largest_array_is_one_less_than_slurm_says(commands: Path) -> None:
    command(commands, "scontrol", "printf 'MaxJobCount = 7\\nMaxArraySize            = 1001\\n'")
    assert slurm.largest_array() == 1000


def test_the_queue_is_read_job_by_job(commands: Path) -> None:
    command(commands, "squeue", "printf '5_0|RUNNING|None\\n5_1|PENDING|launch failed requeued held\\n\\n'")
    assert slurm.queued("x") == [
        ("5_0", "RUNNING", "None"),
        ("5_1", "PENDING", "launch failed requeued held"),
    ]
    command(commands, "squeue", "exit 1")
    with pytest.raises(slurm.NoAnswerError, match="squeue failed without a word"):
        slurm.queued("x")


def test_how_a_job_ended_is_asked_of_the_accounts_and_else_of_the_controller(commands: Path) -> None:
    command(commands, "scontrol", "echo 'JobId=5 JobState=NODE_FAIL Reason=x'")
    assert slurm.ends(["5_0"]) == {"5_0": "NODE_FAIL"}
    command(commands, "sacct", "printf 'CANCELLED by 1000\\n'")
    assert slurm.ends(["5_0"]) == {"5_0": "CANCELLED"}
    command(commands, "sacct", "true")
    command(commands, "scontrol", "exit 1")
    assert slurm.ends(["5_0"]) == {}


class Site(cluster.Driver):
    """A driver on a site that takes only so many jobs in all."""

    limit = 3
    complaint = "Job violates accounting/QOS policy (job submit limit)"

    def _sbatch(self, groups):  # type: ignore[no-untyped-def]
        if len(groups) > self.limit:
            raise wave.RefusedError(self.complaint)
        return {f"1_{k}": group for k, group in enumerate(groups)}


def driver(tmp_path: Path) -> tuple[Site, list[str]]:
    """A driver of a sweep of twenty shards that may not ask anybody, and what it says."""
    said: list[str] = []
    plan = fake.planned([f"outputs={tmp_path}", "n=20"])
    options = Slurm(cpus_per_task=1, minutes_per_job=1)
    made = Site(plan, [], options, lambda text: said.append(text), lambda n: None, "slurm.fake")
    made.room = 1000
    return made, said


def test_a_site_that_takes_fewer_jobs_gets_fewer(tmp_path: Path) -> None:
    made, said = driver(tmp_path)
    n = made._submit(range(20), 0)
    assert 1 <= n <= 3
    assert made.room <= 3
    assert made.ledger.under_way
    assert (
        "Slurm takes fewer jobs at a time (Job violates accounting/QOS policy (job submit limit))" in said[0]
    )


def test_a_site_that_takes_no_job_is_reported_unless_jobs_of_ours_are_in_the_way(tmp_path: Path) -> None:
    made, _ = driver(tmp_path)
    made.limit = 0
    with pytest.raises(InputError, match="job submit limit") as caught:
        made._submit(range(20), 0)
    assert not blemishes(str(caught.value))
    made, _ = driver(tmp_path)
    made.limit = 0
    assert made._submit(range(20), 4) == 0
    made.complaint = "Invalid account or account/partition combination specified"
    with pytest.raises(InputError, match="Invalid account"):
        made._submit(range(20), 0)


def test_a_controller_that_is_busy_is_asked_again_later(tmp_path: Path) -> None:
    made, said = driver(tmp_path)
    made.limit, made.complaint = 0, "Batch job submission failed: Socket timed out on send/recv operation"
    assert made._submit(range(20), 0) == 0
    assert made._submit(range(20), 0) == 0
    assert len(said) == 1
    made.limit = 20
    assert made._submit(range(20), 0) == 20


def test_what_is_told_is_told_once_and_not_for_every_job(tmp_path: Path, commands: Path) -> None:
    made, said = driver(tmp_path)
    jobs = [slurm.Queued(f"1_{k}", "PENDING", "AssocGrpCpuLimit") for k in range(50)]
    for _ in range(2):
        made.teller.waiting([*jobs, slurm.Queued("1_50", "PENDING", "Priority")])
    assert said == ["Jobs that wait because of 'AssocGrpCpuLimit': 50."]
    for _ in range(2):
        made.teller.ended({f"1_{k}": [k] for k in range(20)}, failed=[0])
    assert len(said) == 1 + 4
    assert "without cells 0-2, seeds 1-40: given up" in said[1]
    assert "without cells 3-5, seeds 1-40: submitted again" in said[2]
    assert said[-1] == "Other jobs that ended without their parts: 17."


def test_a_time_limit_that_no_shard_could_keep_is_refused(tmp_path: Path) -> None:
    plan = fake.planned([f"outputs={tmp_path}", "n=2"])

    class Long(fake.Fake):
        def seconds(self, shard: int) -> float:
            return 3600.0

    long = Long(plan.folder, 2, "", -1)
    made = cluster.Driver(long, [], Slurm(cpus_per_task=1, timeout_min=60), print, print, "slurm.fake")
    with pytest.raises(InputError, match="choose 120 or more") as caught:
        made._estimates_fit()
    assert not blemishes(str(caught.value))
    cluster.Driver(
        long, [], Slurm(cpus_per_task=4, timeout_min=60), print, print, "slurm.fake"
    )._estimates_fit()


def test_a_job_refuses_a_sweep_that_has_become_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = (f"outputs={tmp_path}", "n=4")
    options = Slurm()
    place = wave.new_folder(tmp_path)
    said = wave.Wave(str(tmp_path / "another"), words, 1, ((0, 1),), "slurm.fake")
    wave.write(place, said, "name", options)
    config = type("Config", (), {"place": str(place), "job": 0})
    with pytest.raises(SystemExit, match="has changed since the job was submitted"):
        shardjob.work(config)
    plan = fake.planned(words)
    wave.write(place, wave.Wave(str(plan.folder), words, 1, ((0, 1), (2,)), "slurm.fake"), "name", options)
    shardjob.work(config)
    assert fake.dataset(plan).missing() == [2, 3]
    shardjob.work(config)
    assert "All there; shards that this job computed: 0" in capsys.readouterr().out


def test_waves_are_numbered_and_known_by_their_jobs(tmp_path: Path) -> None:
    first, second = wave.new_folder(tmp_path), wave.new_folder(tmp_path)
    assert (first.name, second.name) == ("wave-0001", "wave-0002")
    wave.write(first, wave.Wave("", (), 1, ((0, 1), (5,)), "x"), "name", Slurm())
    wave.write(second, wave.Wave("", (), 1, ((7,),), "x"), "name", Slurm())
    assert wave.by_job(tmp_path) == {}  # nothing was submitted
    (first / "12_submission.sh").touch()
    (second / "13_submission.sh").touch()
    assert wave.by_job(tmp_path) == {"12_0": (0, 1), "12_1": (5,), "13": (7,)}
    assert wave.log_of(tmp_path, "12_1") == str(first)
    (first / "12_1_0_log.out").touch()
    assert wave.log_of(tmp_path, "12_1") == str(first / "12_1_0_log.out")


def test_a_submission_that_fails_says_why(tmp_path: Path) -> None:
    place = wave.new_folder(tmp_path)
    wave.write(place, wave.Wave("", (), 1, ((0,),), "x"), "name", Slurm())
    (place / f"{wave.SWEEP}.yaml").write_text("defaults: [no_such_file]\n")
    with pytest.raises(wave.RefusedError):
        wave.submit(place)


def test_what_the_user_says_reaches_sbatch(tmp_path: Path) -> None:
    options = Slurm(partition="long", setup=("export A=${HOME}",), sbatch={"mail-type": "END"})
    place = wave.new_folder(tmp_path)
    wave.write(place, wave.Wave("", (), 4, ((0,), (1,)), "x"), "issim-0", options)
    launcher = wave.multirun(place, "issim-0", 2, options)["hydra"]["launcher"]
    assert (launcher["partition"], "account" in launcher) == ("long", False)
    assert launcher["additional_parameters"] == {"requeue": True, "mail-type": "END"}
    assert (place / wave.SHELL).read_text().splitlines()[-1] == "export A=${HOME}"
    assert "SRUN_CPUS_PER_TASK" in (place / wave.SHELL).read_text()
    stays = wave.multirun(place, "issim-0", 2, Slurm(sbatch={"no-requeue": True}))["hydra"]["launcher"]
    assert stays["additional_parameters"] == {"no-requeue": True}
