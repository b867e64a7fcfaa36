"""A folder of which no report can be made is refused in one sentence, and nothing is written into it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from sentences import blemishes

from issim.cli import main
from issim.report import needed
from issim.store.folder import Results

COLUMNS = [
    (table, column)
    for table, columns in (needed.ALWAYS | needed.IF_THERE).items()
    for column in dict.fromkeys(columns)
]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small result folder without a report."""
    out = tmp_path_factory.mktemp("whole")
    small = ["population.n_firms=60", "n_months=6", "n_seeds=2", f"outputs={out}"]
    assert main(["run", "--no-figures", *small]) == 0
    (found,) = out.iterdir()
    return found


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """A copy to do harm to."""
    return Path(shutil.copytree(whole, tmp_path / "result"))


def refused(path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What is said of a folder that is refused."""
    assert main(["report", str(path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert not blemishes(said.err.removesuffix("\n"))
    assert not (path / "report").exists()
    return said.err


def change(path: Path, by: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """Rewrite a table."""
    by(pd.read_parquet(path)).to_parquet(path)


def test_what_is_no_result_is_said_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "is not a result folder" in refused(folder / "nothing", capsys)
    assert "is not a result folder" in refused(folder / "series.parquet", capsys)
    assert "is not a result folder" in refused(folder.parent, capsys)


def test_a_result_that_was_not_written_to_its_end(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    series = folder / "series.parquet"
    series.write_bytes(series.read_bytes()[:-40])
    assert "series.parquet' cannot be read" in refused(folder, capsys)
    series.unlink()
    assert "series.parquet' is missing" in refused(folder, capsys)
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text()[:50])
    assert "manifest.json' is damaged" in refused(folder, capsys)
    manifest.unlink()
    assert "was not written to its end (it has no manifest.json, but tables)" in refused(folder, capsys)


def test_a_result_without_months(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(folder / "series.parquet", lambda table: table.iloc[:0])
    assert "holds no month of any run; make a run anew by `issim run" in refused(folder, capsys)


@pytest.mark.parametrize("key", needed.MANIFEST)
def test_an_old_manifest(folder: Path, key: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "manifest.json"
    path.write_text(
        json.dumps({name: said for name, said in json.loads(path.read_text()).items() if name != key})
    )
    said = refused(folder, capsys)
    assert "was written by another version of the program" in said
    assert f"its manifest has no '{key}'" in said


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_an_old_table(folder: Path, table: str, column: str, capsys: pytest.CaptureFixture[str]) -> None:
    change(folder / f"{table}.parquet", lambda found: found.drop(columns=column))
    assert f"its table {table} has no column '{column}'" in refused(folder, capsys)


def test_nothing_else_is_needed(whole: Path, folder: Path, tmp_path: Path) -> None:
    """With nothing but what is asked for, the report is the same."""
    for table, columns in (needed.ALWAYS | needed.IF_THERE).items():
        change(folder / f"{table}.parquet", lambda found, c=columns: found[list(dict.fromkeys(c))])  # type: ignore[misc]
    path = folder / "manifest.json"
    known = json.loads(path.read_text())
    path.write_text(
        json.dumps({key: known[key] for key in needed.MANIFEST} | {"question": known["question"]})
    )
    assert main(["report", str(folder)]) == 0
    copy = Path(shutil.copytree(whole, tmp_path / "other"))
    assert main(["report", str(copy)]) == 0
    texts = ((path / "report" / "report.html").read_text() for path in (folder, copy))
    one, other = (re.sub(r'<meta name="issim"[^>]*>', "", text) for text in texts)
    assert one == other


def test_what_some_results_lack_is_not_asked_for(folder: Path) -> None:
    for table in needed.IF_THERE:
        (folder / f"{table}.parquet").unlink()
    needed.check(Results(folder))
    assert main(["report", str(folder)]) == 0
