"""What a sweep found comes back as it was computed: by pandas, xarray, DuckDB, and in words by `issim results`."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from sentences import blemishes
from store.synthetic import BOUNDS, MANIFEST, MONTHS, POLICIES, SEEDS, STRENGTHS, create, design, fill, tables

import issim
from issim import cli
from issim.errors import InputError
from issim.store.arrays import is_grid
from issim.store.dataset import Dataset
from issim.store.status import status

ROOT = Path(__file__).resolve().parents[2]
FAILING = (1, 9, 10)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished sweep."""
    return fill(tmp_path_factory.mktemp("results") / "sweep").folder


@pytest.fixture
def partly(tmp_path: Path) -> Path:
    """Three of five shards: one is missing, one damaged, and some runs of the others failed."""
    data = create(tmp_path / "partly")
    for shard in (0, 1, 2, 4):
        data.write(shard, *tables(data.runs_of(shard), FAILING))
    path = data.shard(4).path("series")
    path.write_bytes(path.read_bytes()[:-20])
    return data.folder


def test_runs_come_with_the_design(finished: Path) -> None:
    frame = issim.load_results(finished)
    assert list(frame) == ["run", "cell", "seed", "policy", "policy.strength", "adopters", "fault"]
    expected, _ = tables(range(24))
    pd.testing.assert_frame_equal(frame[list(expected)], expected, check_dtype=False)
    assert frame["adopters"].dtype == np.float64
    assert list(frame["policy"]) == [policy for policy in POLICIES for _ in range(2 * SEEDS)]
    assert list(frame["policy.strength"][: 2 * SEEDS]) == [0.5] * SEEDS + [1.0] * SEEDS


def test_series_come_with_cell_and_seed(finished: Path) -> None:
    frame = issim.load_results(str(finished), "series")
    assert list(frame) == ["run", "cell", "seed", "month", "adopters_month"]
    runs, series = tables(range(24))
    assert np.array_equal(frame["adopters_month"], series["adopters_month"].astype("float32"))
    assert frame["adopters_month"].dtype == np.float32
    for name in ("cell", "seed"):
        assert np.array_equal(frame[name], np.repeat(runs[name].to_numpy(), MONTHS))


def test_the_design_can_be_had_alone(finished: Path, partly: Path) -> None:
    pd.testing.assert_frame_equal(issim.load_results(finished, "design"), design(), check_dtype=False)
    assert len(issim.load_results(partly, "design")) == 6


def test_failed_runs_keep_their_row_and_say_why(partly: Path) -> None:
    with pytest.warns(UserWarning, match="incomplete"):
        frame = issim.load_results(partly, allow_incomplete=True)
    failed = frame[frame["fault"] != ""]
    assert list(failed["run"]) == list(FAILING)
    assert failed["adopters"].isna().all()
    assert set(failed["fault"]) == {"the gate fee is negative"}
    assert frame["adopters"].notna().sum() == len(frame) - len(FAILING)


def test_series_of_failed_runs_may_be_absent(tmp_path: Path) -> None:
    data = create(tmp_path)
    for shard in data.shards:
        runs, series = tables(data.runs_of(shard), FAILING)
        data.write(shard, runs, series[~series["run"].isin(FAILING)])
    frame = issim.load_results(tmp_path, "series")
    assert len(frame) == (24 - len(FAILING)) * MONTHS
    assert set(range(24)) - set(frame["run"]) == set(FAILING)
    assert np.array_equal(frame["cell"], frame["run"] // SEEDS)


@pytest.mark.parametrize(("table", "gaps"), [("runs", [3]), ("series", [3, 4])])
def test_an_incomplete_sweep_is_refused_unless_one_asks_for_it(
    table: str, gaps: list[int], partly: Path
) -> None:
    """A damaged series is missing where series are read; `issim results` counts it in any case."""
    with pytest.raises(InputError) as refused:
        issim.load_results(partly, table)
    said = str(refused.value)
    assert f"{len(gaps)} of 5 shards (runs 16{' to 23' if len(gaps) > 1 else ''}) missing" in said
    assert "give `issim sweep experiment=made_up` again" in said
    assert not blemishes(said)
    with pytest.warns(UserWarning, match="is incomplete") as warned:
        frame = issim.load_results(partly, table, allow_incomplete=True)
    assert Path(warned[0].filename) == Path(__file__)
    there = [
        run for shard in range(5) if shard not in gaps for run in range(BOUNDS[shard], BOUNDS[shard + 1])
    ]
    assert sorted(set(frame["run"])) == there


def test_nothing_at_all_is_refused_in_any_case(tmp_path: Path) -> None:
    create(tmp_path)
    with pytest.raises(InputError, match="5 of 5 shards"):
        issim.load_results(tmp_path, allow_incomplete=True)


def test_what_is_no_sweep_is_refused(tmp_path: Path, finished: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "manifest.json").write_text('{"issim": "0.1.0"}\n')
    for path, said in (
        (tmp_path / "nowhere", "it has no manifest.json"),
        (tmp_path / "run", "is no manifest of a"),
    ):
        with pytest.raises(InputError, match=said) as refused:
            issim.load_results(path)
        assert not blemishes(str(refused.value))
    with pytest.raises(InputError, match="table 'serie' is not known; did you mean series"):
        issim.load_results(finished, "serie")


def test_a_grid_becomes_an_array_with_its_axes(finished: Path) -> None:
    found = issim.load_results(finished, as_xarray=True)
    assert dict(found.sizes) == {"policy": 3, "policy.strength": 2, "seed": SEEDS}
    assert list(found) == ["adopters"]
    assert [str(name) for name in found["policy"].to_numpy()] == list(POLICIES)
    assert list(found["policy.strength"].to_numpy()) == list(STRENGTHS)
    frame = issim.load_results(finished)
    for row in frame.itertuples(index=False):
        here = {"policy": row.policy, "policy.strength": row[4], "seed": row.seed}
        assert float(found["adopters"].sel(here)) == row.adopters
    assert found.attrs == {name: MANIFEST[name] for name in ("study", "question", "key", "version")}


def test_series_have_months_as_well(finished: Path) -> None:
    found = issim.load_results(finished, "series", as_xarray=True)
    assert found["adopters_month"].dims == ("policy", "policy.strength", "seed", "month")
    assert found["adopters_month"].dtype == np.float32
    frame = issim.load_results(finished, "series")
    assert np.array_equal(found["adopters_month"].to_numpy().ravel(), frame["adopters_month"])


def test_what_is_missing_or_failed_is_nan(partly: Path) -> None:
    with pytest.warns(UserWarning, match="incomplete"):
        found = issim.load_results(partly, "series", allow_incomplete=True, as_xarray=True)
    flat = found["adopters_month"].to_numpy().reshape(-1, MONTHS)
    assert np.isnan(flat[16:]).all()
    assert not np.isnan(flat[:16]).any()
    assert dict(found.sizes)["seed"] == SEEDS


def test_cells_that_are_no_grid_are_one_dimension(tmp_path: Path) -> None:
    drawn = pd.DataFrame(
        {"cell": range(6), "contagion": [0.1, 0.4, 0.2, 0.6, 0.5, 0.3], "side": [3, 1, 2, 6, 5, 4]}
    )
    data = Dataset.create(tmp_path, MANIFEST, drawn)
    for shard in data.shards:
        data.write(shard, *tables(data.runs_of(shard)))
    found = issim.load_results(tmp_path, as_xarray=True)
    assert found["adopters"].dims == ("cell", "seed")
    assert list(found["contagion"].to_numpy()) == list(drawn["contagion"])
    assert found["contagion"].dims == ("cell",)
    assert np.array_equal(found["adopters"].to_numpy().ravel(), issim.load_results(tmp_path)["adopters"])


def test_what_counts_as_a_grid() -> None:
    assert is_grid(design())
    assert is_grid(design().iloc[::-1])
    assert not is_grid(design()[1:])
    assert not is_grid(design().assign(policy="none"))
    assert not is_grid(design()[["cell"]])
    assert not is_grid(pd.DataFrame({"cell": [0, 1], "x": [0.0, np.nan]}))


def test_without_xarray_one_is_told_how_to_get_it(finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(InputError, match=r"pip install 'issim\[xarray\]'") as refused:
        issim.load_results(finished, as_xarray=True)
    assert not blemishes(str(refused.value))
    issim.load_results(finished)


SQL = re.compile(r"^```sql\n(.*?)^```", re.DOTALL | re.MULTILINE)
PYTHON = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
PAGE = ROOT / "docs" / "results.md"


def test_duckdb_reads_the_folder_as_it_is(finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(finished)
    queries = SQL.findall(PAGE.read_text(encoding="utf-8"))
    assert len(queries) == 2
    by_policy = duckdb.sql(queries[0]).df()
    frame = issim.load_results(finished)
    expected = frame.groupby("policy", as_index=False)["adopters"].mean().sort_values("policy")
    assert list(by_policy["policy"]) == list(expected["policy"])
    assert np.allclose(by_policy["adopters"], expected["adopters"], rtol=1e-12)
    by_month = duckdb.sql(queries[1]).df()
    series = issim.load_results(finished, "series").merge(design(), on="cell")
    means = (
        series.astype({"adopters_month": float})
        .groupby(["policy.strength", "month"])["adopters_month"]
        .mean()
    )
    assert np.allclose(by_month["adopters"], means, rtol=1e-12)
    assert len(by_month) == len(STRENGTHS) * MONTHS


def test_duckdb_and_pandas_read_the_same_rows(finished: Path) -> None:
    for table in ("runs", "series"):
        read = duckdb.sql(f"SELECT * FROM '{finished}/{table}/*.parquet' ORDER BY ALL").df()
        ours = issim.load_results(finished, table)[list(read)]
        pd.testing.assert_frame_equal(read, ours, check_dtype=False)


def test_the_page_shows_python_that_works(finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = re.compile(r'"outputs/sweeps/[\w-]+"')
    (block,) = PYTHON.findall(PAGE.read_text(encoding="utf-8"))
    assert folder.search(block)
    names: dict[str, object] = {}
    exec(folder.sub(repr(str(finished)), block), names)
    assert isinstance(names["runs"], pd.DataFrame)
    assert names["change"].dims == ("policy.strength",)  # type: ignore[attr-defined]


def test_the_status_of_a_finished_sweep(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["results", str(finished)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == status(finished)
    assert lines[:5] == [
        "Sweep made_up, key 0123456789abcdef, issim 0.1.0",
        "Question: Does the store lose anything?",
        "Design: 24 runs in 5 shards, 6 cells",
        "Done: 5 of 5 shards (runs 0 to 23)",
        "Failed runs: none of those done",
    ]
    assert re.fullmatch(r"Size: 0\.0\d+ MB", lines[5])
    assert lines[6:] == [f"Complete: issim.load_results('{finished}') reads it"]


def test_the_status_of_an_unfinished_sweep(partly: Path) -> None:
    before = sorted((path, path.stat().st_size) for path in partly.rglob("*"))
    lines = status(partly)
    assert "Done: 3 of 5 shards (runs 0 to 15)" in lines
    assert "Missing: 2 of 5 shards (runs 16 to 23)" in lines
    assert "Damaged: series/shard-000004.parquet, as its content is not what was written" in lines
    assert lines[lines.index("Failed runs: 3") + 1] == "  3 in cells 0, 2: the gate fee is negative"
    assert lines[-1] == "To finish it: issim sweep experiment=made_up"
    assert sorted((path, path.stat().st_size) for path in partly.rglob("*")) == before


def test_faults_are_grouped_and_the_commonest_come_first(tmp_path: Path) -> None:
    data = create(tmp_path)
    for shard in data.shards:
        runs, series = tables(data.runs_of(shard))
        runs["fault"] = [f"fault {run % 7 if run < 20 else 0}" for run in runs["run"]]
        data.write(shard, runs, series)
    lines = status(tmp_path)
    at = lines.index("Failed runs: 24")
    assert lines[at + 1] == "  7 in cells 0, 1, 3, 5: fault 0"
    assert lines[at + 2] == "  3 in cells 0, 2, 3: fault 1"
    assert lines[at + 6] == "  and 2 other faults: the column `fault` of the runs has them all"


def test_the_status_of_a_sweep_that_has_not_begun_or_lost_its_design(tmp_path: Path) -> None:
    create(tmp_path)
    assert "Done: nothing yet" in status(tmp_path)
    (tmp_path / "design.parquet").unlink()
    assert any(
        "design.parquet' cannot be read (No such file or directory)" in line for line in status(tmp_path)
    )


def test_the_command_refuses_what_is_no_sweep(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["results", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert not blemishes(said.err.removesuffix("\n"))


def test_missing_runs_are_named_in_spans(tmp_path: Path) -> None:
    data = create(tmp_path)
    assert data.in_words([0, 1, 3]) == "3 of 5 shards (runs 0 to 9, 16)"
    assert data.in_words([0, 2, 4], shown=2) == "3 of 5 shards (runs 0 to 4, 10 to 15, ...)"


def test_a_folder_can_be_moved_and_read_elsewhere(finished: Path, tmp_path: Path) -> None:
    moved = tmp_path / "home"
    shutil.copytree(finished, moved)
    pd.testing.assert_frame_equal(issim.load_results(moved), issim.load_results(finished))
    assert not Dataset(moved).missing()
