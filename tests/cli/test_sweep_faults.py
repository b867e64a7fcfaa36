"""The real command is killed, stopped, doubled and starved; then a restart leaves what an undisturbed sweep leaves."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sentences import blemishes

#: Small worlds and many runs, which make five shards.
WORDS = (
    "study={question: Which?, series: [tonnes, aware], axes: {policy: [none, training], "
    "behaviour.news: [0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09]}}",
    "n_seeds=250", "population.n_firms=30", "n_months=1", "threads=1",
)  # fmt: skip
N_SHARDS = 5
#: Seconds that nothing here takes.
LONG = 900.0

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


class Sweep:
    """The command in a process of its own, in a folder of its own: all see the same relative paths."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.mkdir(exist_ok=True)

    def start(self, prepare: Callable[[], object] = lambda: None) -> subprocess.Popen[str]:
        """Begin the sweep; `prepare` is called in the process before the command."""

        def prepared() -> None:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell in the background has it ignored
            prepare()

        command = [sys.executable, "-m", "issim", "sweep", "--no-figures", *WORDS]
        return subprocess.Popen(
            command, cwd=self.home, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=prepared
        )  # fmt: skip

    def finish(self) -> str:
        """Give the command and wait; what it said on the way."""
        child = self.start()
        out, err = child.communicate(timeout=LONG)
        assert child.returncode == 0, err
        assert "5,000 runs, none failed" in out
        return err

    def wait_for(self, child: subprocess.Popen[str], name: str) -> None:
        """Wait until a file of the folder is there."""
        began = time.monotonic()
        while not list(self.home.glob(f"outputs/sweeps/*/{name}")):
            assert child.poll() is None, f"ended before {name} was there: {child.communicate()}"
            assert time.monotonic() - began < LONG
            time.sleep(0.001)

    def content(self) -> dict[str, bytes]:
        """Every file below the outputs, by its name."""
        root = self.home / "outputs"
        files = (path for path in root.rglob("*") if path.is_file())
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


@pytest.fixture(scope="module", name="undisturbed")
def _undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What an undisturbed sweep leaves."""
    sweep = Sweep(tmp_path_factory.mktemp("undisturbed"))
    sweep.finish()
    found = sweep.content()
    assert len(found) == 2 + 2 * N_SHARDS
    return found


def test_killed_at_several_moments(undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    sweep = Sweep(tmp_path / "here")
    for moment in (
        "manifest.json",
        "series/*shard-000000*",
        "runs/shard-000001.parquet",
        "series/*shard-000003*",
    ):
        child = sweep.start()
        sweep.wait_for(child, moment)
        child.kill()
        child.communicate()
        assert child.returncode == -signal.SIGKILL
        # a kill may come a moment after the file: all that matters is that work was left
        assert sweep.content() != undisturbed
    assert "shards are there; only the rest is computed" in sweep.finish()
    assert sweep.content() == undisturbed


def test_ctrl_c_says_what_is_kept_and_the_same_command_goes_on(
    undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    sweep = Sweep(tmp_path / "here")
    child = sweep.start()
    sweep.wait_for(child, "runs/shard-000000.parquet")
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=LONG)
    assert child.returncode == 130, err
    assert "Traceback" not in err
    said = err[err.index("issim: stopped; ") :]
    n_kept = int(said.split()[2])
    assert 1 <= n_kept < N_SHARDS
    assert f"{n_kept} of {N_SHARDS} shards are kept in outputs/sweeps/study-" in said
    assert said.endswith("and the same command goes on from there.\n")
    assert sum(name.endswith(".tmp") for name in sweep.content()) == 0
    assert f"{n_kept} of {N_SHARDS} shards are there; only the rest is computed." in sweep.finish()
    assert sweep.content() == undisturbed


def test_a_second_sweep_on_a_folder_in_use_is_refused(undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    sweep = Sweep(tmp_path / "here")
    first = sweep.start()
    sweep.wait_for(first, "runs/shard-000000.parquet")
    first.send_signal(signal.SIGSTOP)
    before = sweep.content()
    second = sweep.start()
    out, err = second.communicate(timeout=LONG)
    assert (second.returncode, out) == (2, "")
    message = err[err.index("issim: ") :].removeprefix("issim: ").removesuffix("\n")
    assert f"process {first.pid} on " in message
    assert not blemishes(message)
    assert sweep.content() == before
    first.send_signal(signal.SIGCONT)
    first.communicate(timeout=LONG)
    assert first.returncode == 0
    assert sweep.content() == undisturbed


def test_a_full_disk_is_one_sentence_and_what_is_whole_stays(
    undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    sweep = Sweep(tmp_path / "here")
    child = sweep.start()
    sweep.wait_for(child, "runs/shard-000001.parquet")
    child.kill()
    child.communicate()
    smallest = min(len(content) for name, content in undisturbed.items() if "shard-" in name)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    child = sweep.start(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (smallest - 1, hard)))
    _, err = child.communicate(timeout=LONG)
    assert child.returncode == 2, err
    message = err[err.index("issim: ") :].removeprefix("issim: ").removesuffix("\n")
    assert "MB" in message
    assert not blemishes(message)
    left = sweep.content()
    assert {"runs/shard-000000.parquet", "runs/shard-000001.parquet"} <= {
        name.partition("/")[2].partition("/")[2] for name in left
    }
    assert not [name for name in left if name.endswith(".tmp")]
    sweep.finish()
    assert sweep.content() == undisturbed
