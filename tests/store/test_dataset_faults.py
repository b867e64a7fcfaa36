"""Nothing lost, nothing twice: killed, interrupted, out of room, on damaged files, side by side, at any hour.

After each fault and a restart the folder is, file by file, what an uninterrupted sweep leaves.
"""

from __future__ import annotations

import errno
import fcntl
import json
import logging
import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sentences import blemishes
from store.synthetic import BOUNDS, content, create, fill, tables, work

from issim.errors import InputError
from issim.store import atomic, sealed
from issim.store.dataset import Dataset

TESTS = Path(__file__).resolve().parents[1]
N_SHARDS = len(BOUNDS) - 1
TABLES = ("series", "runs")
needs_linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="forks and limits as Linux has them"
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What an uninterrupted sweep leaves."""
    folder = tmp_path_factory.mktemp("whole")
    fill(folder)
    return content(folder)


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    """The folder of a finished sweep."""
    fill(tmp_path / "sweep")
    return tmp_path / "sweep"


def nursed(scenario: str, folder: Path, *before: str) -> Any:
    """What a scenario of the nursery finds."""
    words = [*before, sys.executable, "-m", "store.nursery", scenario, str(folder)]
    done = subprocess.run(words, cwd=TESTS, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_an_uninterrupted_sweep_leaves_its_tables_and_no_locks(finished: Path, whole: dict[str, str]) -> None:
    parts = [f"{table}/shard-{shard:06d}.parquet" for table in TABLES for shard in range(N_SHARDS)]
    assert set(content(finished)) == {"manifest.json", "design.parquet", *parts}
    assert content(finished) == whole
    assert sorted(path.name for path in finished.iterdir()) == [
        "design.parquet",
        "manifest.json",
        "runs",
        "series",
    ]
    assert finished.stat().st_mode & 0o044 == (finished / "manifest.json").stat().st_mode & 0o044


@needs_linux
def test_killed_at_any_moment(tmp_path: Path, whole: dict[str, str]) -> None:
    found = nursed("at_random", tmp_path)
    codes = [code for each, _ in found for code in each]
    assert codes.count(-9) >= 3
    assert set(codes) == {-9, 0}
    assert all(left == whole for _, left in found)


@needs_linux
@pytest.mark.slow
def test_killed_at_every_line_of_what_writes(tmp_path: Path) -> None:
    codes, found = nursed("at_every_line", tmp_path)
    assert codes == [-9] * (len(codes) - 1) + [0]
    assert len(codes) > 40
    assert all(left == found[0] for left in found)


@needs_linux
def test_jobs_share_the_shards_and_do_none_twice(tmp_path: Path, whole: dict[str, str]) -> None:
    codes, done, n_killed, found = nursed("workers", tmp_path)
    assert codes == [0, 0, 0]
    # a job passes by a shard that another holds, so all are done, and each by one of them
    assert sorted(shard for each in done for shard in each) == list(range(N_SHARDS))
    assert n_killed >= 3
    assert all(each == whole for each in found)


@needs_linux
def test_stopped_by_the_keyboard(tmp_path: Path, whole: dict[str, str]) -> None:
    found = nursed("interrupted", tmp_path)
    codes = [code for each, _, _ in found for code in each]
    assert codes.count(130) >= 3
    assert set(codes) <= {130, 0, -2}
    assert all(left == [] for _, left, _ in found)
    assert all(at_last == whole for _, _, at_last in found)


@needs_linux
def test_a_second_sweep_is_told_who_is_first_and_jobs_work_on(tmp_path: Path, whole: dict[str, str]) -> None:
    said, child, changed, done, found = nursed("holding", tmp_path)
    assert said.startswith(f"'{tmp_path}' is being filled by process {child} on ")
    assert not blemishes(said)
    assert not changed
    assert done == [0, 1, 3, 4]
    assert found == whole


@needs_linux
def test_a_disk_that_is_full(tmp_path: Path, whole: dict[str, str]) -> None:
    """A file system of 256 kB, filled up but for 48; it goes when its process does."""
    for before in (["unshare", "-m"], ["unshare", "-Urm"]):
        mount = [*before, "sh", "-c", 'mount -t tmpfs -o size=256k none "$0" && exec "$@"', str(tmp_path)]
        if shutil.which("unshare") and subprocess.run([*mount, "true"], capture_output=True).returncode == 0:
            break
    else:
        pytest.skip("no file system may be mounted here, not even in a name space of one's own")
    said, names, found = nursed("full", tmp_path, *mount)
    assert said.startswith(f"'{tmp_path / 'sweep'}' is full (No space left on device): shard ")
    assert "needs 0.00" in said
    assert not blemishes(said)
    assert [name for name in names if name.endswith(".tmp")] == []
    assert 0 < len(names) - 1 < 2 * N_SHARDS
    assert found == whole


@needs_linux
def test_a_limit_on_the_size_of_files(tmp_path: Path, whole: dict[str, str]) -> None:
    said, names, n_missing, found = nursed("limited", tmp_path / "sweep")
    assert "is full (File too large): shard 0 needs 0.00" in said
    assert names == ["design.parquet"]
    assert n_missing == N_SHARDS
    assert found == whole


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
@pytest.mark.parametrize("step", ["open", "fsync", "replace"])
@pytest.mark.parametrize("file", [1, 3, 6])
def test_a_fault_in_any_step_of_writing(
    code: int, step: str, file: int, tmp_path: Path, whole: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first file is the design, the third the series of shard 0, the sixth the runs of shard 1."""
    calls = count(1)
    owner = Path if step == "replace" else os
    real: Callable[..., Any] = getattr(owner, step)

    def failing(*given: Any) -> Any:
        # of folders, whose names are forced to disk, it is not asked
        is_file = stat.S_ISREG(os.fstat(given[0]).st_mode) if step == "fsync" else ".tmp" in str(given[0])
        if is_file and next(calls) == file:
            raise OSError(code, os.strerror(code))
        return real(*given)

    with monkeypatch.context() as patch:
        patch.setattr(owner, step, failing)
        with pytest.raises(InputError) as refused:
            fill(tmp_path)
    assert f"({os.strerror(code)})" in str(refused.value)
    assert ("is full" in str(refused.value)) == (code != errno.EIO)
    assert not blemishes(str(refused.value))
    assert list(tmp_path.rglob("*.tmp")) == []
    fill(tmp_path)
    assert content(tmp_path) == whole


def test_no_byte_of_a_file_can_change_unseen(finished: Path) -> None:
    for path in (finished / name for name in content(finished)):
        good = path.read_bytes()
        flipped = (
            good[:place] + bytes([good[place] ^ 1 << place % 8]) + good[place + 1 :]
            for place in range(len(good))
        )
        for harmed in (*flipped, *(good[:length] for length in range(len(good))), good + b"\0"):
            with pytest.raises(sealed.DamagedError):
                sealed.check(harmed)
        sealed.check(good)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("harm", ["empty", "cut", "flipped", "gone"])
def test_a_damaged_part_is_set_aside_said_and_made_again(
    table: str, harm: str, finished: Path, whole: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    path = finished / table / "shard-000002.parquet"
    good = path.read_bytes()
    harmed = {"empty": b"", "cut": good[:-9], "flipped": good[:99] + bytes([good[99] ^ 4]) + good[100:]}
    path.unlink() if harm == "gone" else path.write_bytes(harmed[harm])
    data = Dataset(finished)
    assert data.missing() == [2]
    assert data.done() == [0, 1, 3, 4]
    assert path.exists() == (harm != "gone"), "looking changes nothing"
    fill(finished)
    assert content(finished) == whole
    aside = path.with_name(f"{path.name}.damaged")
    if harm == "gone":
        assert not aside.exists()
    else:
        assert aside.read_bytes() == harmed[harm]
        assert f"'{path}' is damaged" in caplog.text


def test_a_part_of_another_sweep_or_shard_is_not_taken_for_ours(
    finished: Path, tmp_path: Path, whole: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    other = create(tmp_path / "other", key="fedcba9876543210", rules="other")
    with other.driving():
        work(other)
    for table in TABLES:
        shutil.copy(other.shard(0).path(table), Dataset(finished).shard(0).path(table))
        shutil.copy(Dataset(finished).shard(3).path(table), Dataset(finished).shard(2).path(table))
    assert Dataset(finished).missing() == [0, 2]
    fill(finished)
    assert content(finished) == whole
    assert "it belongs to another sweep" in caplog.text
    assert "it is another shard under this name" in caplog.text


def test_series_that_their_runs_do_not_name_are_damaged(finished: Path, whole: dict[str, str]) -> None:
    shard = Dataset(finished).shard(1)
    runs, series = tables(range(5, 10))
    series["adopters_month"] += 1
    shard.path("series").write_bytes(shard.sealed(runs, series)["series"])
    assert shard.state().damaged == {shard.path("series"): "it is not the series that its runs name"}
    fill(finished)
    assert content(finished) == whole


@pytest.mark.parametrize("name", ["manifest.json", "design.parquet"])
def test_a_damaged_manifest_or_design_is_refused_to_readers_and_made_again(
    name: str, finished: Path, whole: dict[str, str]
) -> None:
    path = finished / name
    good = path.read_bytes()
    for harmed in (b"", good[:-7], good[:50] + b"?" + good[51:], None):
        path.unlink() if harmed is None else path.write_bytes(harmed)
        with pytest.raises(InputError) as refused:
            Dataset(finished).design()
        assert not blemishes(str(refused.value))
        assert name in str(refused.value)
        fill(finished)
        assert content(finished) == whole


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rules": "77aa"}, "rules is 5f3d there and 77aa here"),
        ({"version": "0.2.0"}, "version is 0.1.0 there and 0.2.0 here"),
        ({"evidence": {"survey.csv": "xx", "prices.csv": "bb"}}, "evidence.survey.csv is aa there and xx here"),
        ({"evidence": {"survey.csv": "aa"}}, "evidence.prices.csv is bb there and absent here"),
        ({"packages": {"numpy": "2.5.5", "numba": "0.68.1"}}, "packages.numpy is 2.4.6 there and 2.5.5 here"),
        ({"config": {"behaviour": {"contagion": 0.3, "news": 0.1}, "n_months": 6}}, "contagion is 0.2 there and 0.3"),
        ({"bounds": [0, 24]}, "bounds is [0, 5, 10, 16, 17, 24] there and [0, 24] here"),
        ({"version": "2", "rules": "2", "n_runs": 2, "n_cells": 3}, "and 2 more differ"),
        ({"key": "f" * 16}, "key is 0123456789abcdef there and ffffffffffffffff here"),
    ],
)  # fmt: skip
def test_another_version_never_mixes_in(
    changes: dict[str, Any], said: str, finished: Path, whole: dict[str, str]
) -> None:
    with pytest.raises(InputError) as refused:
        create(finished, **{"key": "f" * 16, **changes})
    assert said in str(refused.value)
    assert not blemishes(str(refused.value))
    assert content(finished) == whole
    create(finished, commit="later", command="typed differently", question="the same?")
    assert content(finished) == whole


def test_another_design_never_mixes_in(finished: Path) -> None:
    from store.synthetic import MANIFEST, design

    with pytest.raises(InputError, match="holds another sweep: design is "):
        Dataset.create(finished, MANIFEST, design().replace("training", "platform"))


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.ENOSYS])
def test_without_locks_the_data_are_the_same_and_it_is_said(
    code: int,
    tmp_path: Path,
    whole: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "flock", refuse)
    first, second = create(tmp_path), create(tmp_path)
    with first.driving(), second.driving(), first.claim(0) as ours, second.claim(0) as also:
        assert ours
        assert also
        for data in (first, second):
            data.write(0, *tables(data.runs_of(0)))
        work(second)
    assert content(tmp_path) == whole
    assert "has no locks" in caplog.text


def test_a_shard_that_is_held_is_left_alone(tmp_path: Path) -> None:
    first, second = create(tmp_path), create(tmp_path)
    path = first.shard(0).path("series")
    with first.driving(), first.claim(0) as ours:
        path.parent.mkdir()
        at_work = path.with_name(f".{path.name}.1234.tmp")
        at_work.write_bytes(b"half")
        with second.claim(0) as also:
            assert (ours, also) == (True, False)
        with pytest.raises(InputError, match="is being filled by process "), second.driving():
            pass
        assert at_work.exists()
        assert atomic.leftovers(path) == [at_work]
    with second.driving():
        assert not at_work.exists()
        first.write(0, *tables(first.runs_of(0)))
        with second.claim(0) as also:
            assert not also, "another did it in the meantime"


def test_what_another_machine_takes_for_a_leftover_is_written_once_more(
    tmp_path: Path, whole: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where locks bind one machine only, a driver elsewhere may remove the file that a job is about to rename."""
    replace, removed = Path.replace, set()

    def late(path: Path, target: Path) -> Path:
        if path.suffix == ".tmp" and target not in removed:
            removed.add(target)
            path.unlink()
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", late)
    fill(tmp_path)
    assert len(removed) == 2 + 2 * N_SHARDS
    assert content(tmp_path) == whole


def test_no_clock_is_read(tmp_path: Path, whole: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock jumps by decades at every look, and files come from the past and the future."""
    years = 365.25 * 86400
    hours: Iterator[float] = (years * (10 if turn % 2 else 130) for turn in count())
    for name in ("time", "monotonic", "perf_counter"):
        monkeypatch.setattr(time, name, lambda: next(hours))
    data = create(tmp_path)
    with data.driving(), data.claim(1) as ours:
        assert ours
        data.write(1, *tables(data.runs_of(1)))
    for date in (0, 130 * years):
        for path in [tmp_path, *tmp_path.rglob("*")]:
            os.utime(path, (date, date))
        again = create(tmp_path)
        assert again.done()[:2] == ([1] if date == 0 else [0, 1])
        with again.driving(), again.claim(0) as ours:
            assert ours == (date == 0)
            again.write(0, *tables(again.runs_of(0)))
    fill(tmp_path)
    assert content(tmp_path) == whole


def test_tables_that_are_not_those_of_the_shard_are_a_fault_of_the_program(tmp_path: Path) -> None:
    data = create(tmp_path)
    runs, series = tables(data.runs_of(0))
    for wrong_runs, wrong_series, said in (
        (runs[1:], series, "must be its runs 0 to 4"),
        (runs.assign(run=runs["run"] + 5), series, "must be its runs 0 to 4"),
        (runs.drop(columns="fault"), series, r"lack the columns \['fault'\]"),
        (runs, series.assign(run=99), "be of its own runs"),
        (runs, series.drop(columns="month"), "must have months"),
        (runs.assign(policy=1), series, r"names of axes: \['policy'\]"),
    ):
        with pytest.raises(ValueError, match=said):
            data.write(0, wrong_runs, wrong_series)
    assert data.missing() == list(range(N_SHARDS))


def test_plans_that_make_no_sense_are_a_fault_of_the_program(tmp_path: Path) -> None:
    from store.synthetic import MANIFEST, design

    for manifest, table, said in (
        ({**MANIFEST, "bounds": [0, 5, 5]}, design(), "must begin with 0 and rise"),
        ({**MANIFEST, "bounds": [0]}, design(), "must begin with 0 and rise"),
        (MANIFEST, design()[1:], "numbered from 0"),
        (
            MANIFEST,
            design().rename(columns={"policy": "seed"}),
            r"mean something else in a dataset: \['seed'\]",
        ),
    ):
        with pytest.raises(ValueError, match=said):
            Dataset.create(tmp_path, manifest, table)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError) as refused:
        create(tmp_path / "file" / "sweep")
    assert "cannot be written (Not a directory)" in str(refused.value)
    assert not blemishes(str(refused.value))


def test_logs_and_strange_files_do_no_harm(finished: Path, whole: dict[str, str]) -> None:
    (finished / "logs").mkdir()
    (finished / "logs" / "job_1.out").write_text("ended at noon")
    (finished / "runs" / "notes.txt").write_text("mine")
    (finished / "runs" / ".shard-x.tmp").write_text("mine")
    fill(finished)
    assert set(content(finished)) - set(whole) == {"runs/notes.txt", "runs/.shard-x.tmp"}


def test_the_same_numbers_give_the_same_bytes_whatever_pandas_calls_their_types() -> None:
    plain, _ = tables(range(5), failing=(2,))
    other = plain.astype({"fault": object}).assign(fault=[None, None, "the gate fee is negative", None, None])
    assert sealed.seal_table(plain, {}) == sealed.seal_table(plain.astype({"fault": "category"}), {})
    data = Dataset.__new__(Dataset)
    data.folder, data.manifest = Path(), {"key": "k"}
    _, series = tables(range(5))
    assert data.shard(0).sealed(plain, series) == data.shard(0).sealed(
        other, series.astype({"adopters_month": "float32"})
    )


@pytest.fixture(autouse=True)
def _listen(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, logger="issim")
