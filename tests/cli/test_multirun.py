"""`issim run -m`: Hydra's multirun, every job a run as `issim run` makes it, every fault before the first."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from omegaconf import OmegaConf
from sentences import blemishes

import issim
from issim import commands
from issim.runs import multirun
from issim.runs.schema import groups

TINY = ("population.n_firms=40", "n_months=3", "n_seeds=1", "uncertainty.draws=0", "threads=1")


@pytest.fixture(name="many")
def _many(call: Callable[..., Any], tmp_path: Path) -> Callable[..., tuple[Any, Path]]:
    """A multirun of small worlds: what was said, and the folder of the jobs."""

    def many(*words: str) -> tuple[Any, Path]:
        said = call("run", "--no-figures", "-m", *TINY, f"outputs='{tmp_path / 'out puts'}'", *words)
        assert said.code == 0, said.err
        (folder,) = (tmp_path / "out puts" / "multirun").iterdir()
        assert said.out.rstrip().endswith(f"jobs; results: {folder}")
        return said, folder

    return many


def results(folder: Path) -> list[Path]:
    """The result folders, by number of the job."""
    jobs = sorted((path for path in folder.iterdir() if path.is_dir()), key=lambda path: int(path.name))
    assert [path.name for path in jobs] == [str(k) for k in range(len(jobs))]
    return [found for job in jobs for found in job.iterdir() if not found.name.startswith(".")]


def names(folder: Path) -> list[str]:
    """Region and policy of every job."""
    return [path.name.split("_", 2)[2] for path in results(folder)]


def test_every_combination_is_a_run_of_its_own(many: Callable[..., Any], run: Callable[..., Any]) -> None:
    said, folder = many("policy=none,training", "region=latvia,norway", "goods.metal.gate_fee=100")
    assert names(folder) == ["latvia_none", "norway_none", "latvia_training", "norway_training"]
    assert [line for line in said.out.splitlines() if line.startswith("Job ")][1].startswith(
        "Job 1: population.n_firms=40"
    )
    last = results(folder)[3]
    words = list(OmegaConf.load(folder / "3" / ".hydra" / "overrides.yaml"))
    words = [word.removeprefix("++") for word in words]
    assert json.loads((last / "manifest.json").read_text())["command"] == shlex.join(["issim", "run", *words])
    assert "goods.metal.gate_fee=100" in words
    alone = run(*(word for word in words if not word.startswith("outputs=")))
    pd.testing.assert_frame_equal(
        pd.read_parquet(last / "series.parquet"), pd.read_parquet(alone.path / "series.parquet")
    )


def test_the_grammar_of_hydra_is_known(many: Callable[..., Any]) -> None:
    _, folder = many(
        "policy=none", "region=glob(l*)", "seed=range(1,3)", "goods.metal.gate_fee=choice(90,120)"
    )
    configs = [OmegaConf.load(path / "config.yaml") for path in results(folder)]
    found = [(c.region.name, c.seed, c.goods["metal"]["gate_fee"]) for c in configs]
    assert found == [("latvia", seed, fee) for seed in (1, 2) for fee in (90, 120)]


def test_a_glob_over_everything_names_every_region_and_policy(tmp_path: Path) -> None:
    chosen = multirun.planned(["policy=none", "region=glob(*)", f"outputs={tmp_path}"])
    assert chosen.n_jobs == len(groups()["region"])
    assert multirun.planned(["policy=glob(*, exclude=p*)"]).n_jobs == sum(
        not name.startswith("p") for name in groups()["policy"]
    )
    assert list(tmp_path.iterdir()) == []


def test_a_policy_file_and_a_study_hold_for_every_job(many: Callable[..., Any], tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("question: Mine?\nlevers:\n  training: {start: 1}\n")
    _, folder = many(f"policy={mine}", "seed=4,5", "experiment=trust_learning", "n_seeds=1")
    assert names(folder) == ["mixed_mine", "mixed_mine"]
    configs = [OmegaConf.load(path / "config.yaml") for path in results(folder)]
    assert [c.seed for c in configs] == [4, 5]
    assert all(c.study.question and c.policy.levers.training.start == 1 for c in configs)


def test_hydra_takes_a_launcher_and_leaves_its_own_notes(many: Callable[..., Any]) -> None:
    said, folder = many("policy=none", "seed=1,2", "hydra/launcher=basic", "hydra.sweeper.max_batch_size=1")
    assert (folder / "multirun.yaml").is_file()
    assert "seed=2" in OmegaConf.load(folder / "1" / ".hydra" / "overrides.yaml")
    assert "HYDRA" not in said.out + said.err


@pytest.mark.slow
def test_jobs_may_run_in_processes_of_their_own(tmp_path: Path) -> None:
    pytest.importorskip("hydra_plugins.hydra_submitit_launcher", reason="the extra `slurm` is not installed")
    words = ["policy=none", "seed=1,2", "hydra/launcher=submitit_local", "hydra.launcher.timeout_min=5"]
    # a process of its own, as on the command line: submitit leaves marks in the one that calls it
    done = subprocess.run(
        [sys.executable, "-m", "issim", "run", "--no-figures", "-m", *TINY, *words],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=400,
        env=os.environ | {"PYTHONPATH": str(Path(issim.__file__ or "").parents[1])},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = sorted(path.parts[-3] for path in tmp_path.rglob("*_mixed_none/series.parquet"))
    assert found == ["0", "1"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["policy=none,trainng"], "policy 'trainng' is not known; did you mean training"),
        (["seed=1,x"], "seed = x is not a whole number"),
        (["population.n_firms=40,0"], "population.n_firms = 0 firms is outside"),
        (["sed=1,2"], "'sed' is not a key"),
        (["region=glob(zz*)"], "names no job at all"),
        (["seed=interval(0, 1)"], "has no end of values"),
        (["seed=1,,"], "cannot be read"),
        (["policy=none,mine.yaml"], "names a policy file among other policies"),
        (["policy=[none,training]"], "names several values"),
        (["outputs=a,b"], "outputs = a,b names several folders"),
        (["experiment=trust_learning,size_structure"], "experiment 'trust_learning,size_structure' is not known"),
        (["hydra/launcher=slrm"], "hydra/launcher 'slrm' is not known"),
        (["hydra.mode=RUN"], "is a setting of Hydra that `issim run -m` makes itself"),
        (["seed=1,2", "hydra.launcher.cores=4"], "hydra.launcher.cores"),
    ],
)  # fmt: skip
def test_a_fault_in_any_job_stops_all_before_the_first(
    words: list[str], said: str, call: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = call("run", "--no-figures", "--multirun", *TINY, *words)
    assert (found.code, found.out) == (2, "")
    message = found.err[found.err.index("issim: ") :].removeprefix("issim: ").removesuffix("\n")
    assert said in message
    assert not blemishes(message)
    assert not list(tmp_path.rglob("*.parquet"))


def test_a_job_that_fails_while_it_runs_is_named_and_the_others_are_kept(
    call: Callable[..., Any], tmp_path: Path
) -> None:
    words = (
        "policy=none",
        "streams.available=0,0.5",
    )  # that a world has no streams is known when it is built
    found = call("run", "--no-figures", "-m", *TINY, f"outputs={tmp_path}", *words)
    assert found.code == 2
    message = found.err[found.err.index("issim: ") :].removeprefix("issim: ").removesuffix("\n")
    assert message.startswith("Job 0 (population.n_firms=40")
    assert "has no streams" in message
    assert not blemishes(message)
    assert [path.parts[-3] for path in tmp_path.rglob("series.parquet")] == ["1"]
    assert not list(tmp_path.rglob(".mixed_none-*"))


def test_ctrl_c_keeps_what_had_ended(
    call: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = commands.simulated

    def stopped(chosen: Any) -> Any:
        if chosen.settings.run.seed == 2:
            raise KeyboardInterrupt
        return usual(chosen)

    monkeypatch.setattr(commands, "simulated", stopped)
    found = call("run", "--no-figures", "-m", *TINY, f"outputs={tmp_path}", "policy=none", "seed=1,2,3")
    assert (found.code, found.err.splitlines()[-1]) == (
        130, "issim: stopped; the results of jobs that had ended are kept.",
    )  # fmt: skip
    assert len(list(tmp_path.rglob("series.parquet"))) == 1
