"""A result folder is whole or not there, and says in one sentence when it cannot be."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from sentences import blemishes

from issim.errors import InputError
from issim.store import folder
from issim.store.folder import Results, check_writable, new_folder, slug, write_json, write_table

NOON = datetime(2031, 5, 17, 12, 30, 45)
TABLE = pd.DataFrame({"policy": ["none", "x"], "month": [0, 1], "value": [0.5, 1.25]})


def test_it_gets_its_dated_name_when_all_went_well(tmp_path: Path) -> None:
    with new_folder(tmp_path, "latvia_training", NOON) as draft:
        assert draft.path.name.startswith(".")
        write_table(draft.path, "series", TABLE)
    assert draft.path == tmp_path / "2031-05-17_123045_latvia_training"
    assert [path.name for path in tmp_path.iterdir()] == [draft.path.name]
    pd.testing.assert_frame_equal(pd.read_parquet(draft.path / "series.parquet"), TABLE)
    assert draft.path.stat().st_mode & 0o777 == 0o755


def test_a_name_that_is_taken_gets_a_number_and_the_path_says_so(tmp_path: Path) -> None:
    made = []
    for number in range(3):
        with new_folder(tmp_path, "a", NOON) as draft:
            (draft.path / "mark").write_text(str(number))
        made.append(draft.path)
    assert [path.name.removeprefix("2031-05-17_123045_a") for path in made] == ["", "_2", "_3"]
    assert [(path / "mark").read_text() for path in made] == ["0", "1", "2"]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, MemoryError, ZeroDivisionError, SystemExit])
def test_whatever_stops_the_writing_nothing_is_left(tmp_path: Path, stop: type[BaseException]) -> None:
    def interrupted() -> None:
        with new_folder(tmp_path, "a") as draft:
            write_table(draft.path, "series", TABLE)
            raise stop

    with pytest.raises(stop):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_is_one_sentence_and_nothing_is_left(tmp_path: Path) -> None:
    def full() -> None:
        with new_folder(tmp_path, "a") as draft:
            write_table(draft.path, "series", TABLE)
            raise OSError(28, os.strerror(28))

    with pytest.raises(InputError, match="No space left") as refused:
        full()
    assert not blemishes(str(refused.value))
    assert list(tmp_path.iterdir()) == []


def unwritable(tmp_path: Path) -> list[Path]:
    """Folders in which nothing can be made: a file in the way, a name too long, no such file system."""
    (tmp_path / "file").write_text("in the way")
    found = [tmp_path / "file", tmp_path / "file" / "below", tmp_path / ("x" * 300)]
    return [*found, Path("/proc/nowhere")] if Path("/proc/self").exists() else found


def test_a_folder_that_cannot_be_written_is_named_before_and_while_writing(tmp_path: Path) -> None:
    for outputs in unwritable(tmp_path):
        for attempt in (check_writable, lambda where: new_folder(where, "a").__enter__()):
            with pytest.raises(InputError) as refused:
                attempt(outputs)
            assert str(refused.value).startswith(f"outputs = {outputs} cannot be written (")
            assert not blemishes(str(refused.value))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_of_somebody_else_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="Permission denied"):
        check_writable(tmp_path / "results")


def test_looking_whether_a_folder_can_be_written_makes_nothing(tmp_path: Path) -> None:
    check_writable(tmp_path / "a" / "b" / "c")
    check_writable(tmp_path)
    assert list(tmp_path.iterdir()) == []
    with new_folder(tmp_path / "a" / "b", "x") as draft:
        pass
    assert draft.path.parent == tmp_path / "a" / "b"


@pytest.mark.parametrize(
    ("text", "name"), [("a b/c", "a-b-c"), ("Øst", "st"), ("..", "run"), ("", "run"), ("x_y-1", "x_y-1")]
)
def test_a_label_becomes_part_of_a_file_name(text: str, name: str) -> None:
    assert slug(text) == name


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    """A folder with a manifest and one table."""
    write_json(tmp_path / folder.MANIFEST, {"issim": "1", "when": NOON})
    write_table(tmp_path, "series", TABLE)
    return tmp_path


def test_results_are_read_back(finished: Path) -> None:
    assert Results(finished).manifest == {"issim": "1", "when": str(NOON)}
    pd.testing.assert_frame_equal(Results(str(finished)).table("series"), TABLE)


def said(path: Path, table: str = "series") -> str:
    """The sentence with which a folder or its table is refused."""
    with pytest.raises(InputError) as refused:
        Results(path).table(table)
    assert "\n" not in str(refused.value)
    assert not blemishes(str(refused.value).replace(";", "; write"))
    return str(refused.value)


def test_a_folder_without_manifest_is_no_result(finished: Path) -> None:
    assert "is not a result folder" in said(finished / "nowhere")
    (finished / folder.MANIFEST).unlink()
    assert "it has no manifest.json" in said(finished)
    assert "is not a result folder" in said(Path("x" * 300))


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", json.dumps("x").encode()])
def test_a_damaged_manifest_is_named(finished: Path, content: bytes) -> None:
    (finished / folder.MANIFEST).write_bytes(content)
    assert "manifest.json' is damaged" in said(finished)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"nothing of the kind"])
def test_a_damaged_table_is_named(finished: Path, content: bytes) -> None:
    assert "panel.parquet' is missing" in said(finished, "panel")
    whole = (finished / "series.parquet").read_bytes()
    for harmed in (content, whole[: len(whole) // 2]):
        (finished / "series.parquet").write_bytes(harmed)
        assert "series.parquet' cannot be read" in said(finished)
