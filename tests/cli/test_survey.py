"""`issim survey`: of the synthetic firms and of the firms of a finished run, in any of its months."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sentences import blemishes

from issim import evidence
from issim.analysis.resurvey import answers_of_run
from issim.evidence.vocabulary import COUNTRIES
from issim.store.folder import Results


def test_it_prints_every_figure_and_leaves_table_and_picture(
    call: Callable[..., Any], tmp_path: Path
) -> None:
    said = call("survey", "--surveys", "40", "--out", str(tmp_path))
    assert said.code == 0
    (folder,) = tmp_path.iterdir()
    assert said.out.rstrip().endswith(str(folder))
    assert {path.name for path in folder.iterdir()} == {
        "manifest.json", "survey.csv", "survey.png", "survey.svg",
    }  # fmt: skip
    table = pd.read_csv(folder / "survey.csv")
    assert set(table["key"]) <= {figure.key for figure in evidence.load().survey}
    assert len(table) > 60
    assert table["key"].is_unique


def test_a_finished_run_is_surveyed_in_any_month(
    finished: Any, call: Callable[..., Any], tmp_path: Path
) -> None:
    said = call(
        "survey",
        "--run",
        str(finished.path),
        "--month",
        "3",
        "--policy",
        "none",
        "--surveys",
        "20",
        "--out",
        str(tmp_path),
    )
    assert said.code == 0, said.err
    (folder,) = tmp_path.iterdir()
    assert folder.name.endswith(f"_survey_{finished.path.name}")


def test_the_answers_of_a_run_are_those_of_its_panel(finished: Any) -> None:
    known, results = evidence.load(), Results(finished.path)
    panel, firms = results.table("panel"), results.table("firms")
    for policy, month in (("none", 0), ("package", 12), (None, None)):
        answers = answers_of_run(known, results, month, policy)
        now = panel[
            (panel["policy"] == (policy or "package")) & (panel["month"] == (12 if month is None else month))
        ]
        awareness = answers.items[:, evidence.vocabulary.ITEMS.index("awareness")]
        np.testing.assert_array_equal(awareness, now.sort_values("firm")["awareness"])
        assert [COUNTRIES[code] for code in answers.country] == list(firms["country"])
        assert (answers.practice == ((firms["practice"] > 0) | (now["operating"].to_numpy() > 0))).all()
    first, last = (answers_of_run(known, results, month, "package") for month in (0, 12))
    assert (last.ticks <= first.ticks).all()
    assert last.ticks.sum() < first.ticks.sum()


BAD = [
    (("--month", "13"), "--month = 13 is outside [0, 12]"),
    (("--month", "-1"), "--month = -1 is outside [0, 12]"),
    (("--policy", "pakage"), "policy 'pakage' is not known; did you mean package?"),
    (("--surveys", "0"), "--surveys = 0 is outside"),
    (("--seed", "-1"), "--seed = -1 is outside"),
]


@pytest.mark.parametrize(("words", "said"), BAD)
def test_what_a_run_does_not_have_is_one_sentence(
    words: tuple[str, ...], said: str, finished: Any, call: Callable[..., Any], tmp_path: Path
) -> None:
    answer = call("survey", "--run", str(finished.path), "--out", str(tmp_path), *words)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
    assert not blemishes(answer.err.removesuffix("\n").replace("is what the report needs", "give"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [("--month", "3"), ("--policy", "none")])
def test_a_state_without_a_run_is_refused(
    words: tuple[str, ...], call: Callable[..., Any], tmp_path: Path
) -> None:
    answer = call("survey", *words, "--out", str(tmp_path))
    assert (answer.code, answer.out) == (2, "")
    assert "add --run PATH" in answer.err


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("no folder", "is not a result folder"),
        ("no manifest", "it has no manifest.json"),
        ("bad manifest", "is damaged"),
        ("no panel", "panel.parquet' is missing"),
        ("bad panel", "panel.parquet' cannot be read"),
        ("no column", "no column 'felt'"),
    ],
)
def test_a_folder_that_is_no_run_is_one_sentence(
    harm: str, said: str, finished: Any, call: Callable[..., Any], tmp_path: Path
) -> None:
    folder, outputs = tmp_path / "run", tmp_path / "outputs"
    if harm != "no folder":
        shutil.copytree(finished.path, folder)
    panel = folder / "panel.parquet"
    if harm == "no manifest":
        (folder / "manifest.json").unlink()
    elif harm == "bad manifest":
        (folder / "manifest.json").write_text("{")
    elif harm == "no panel":
        panel.unlink()
    elif harm == "bad panel":
        panel.write_bytes(panel.read_bytes()[:100])
    elif harm == "no column":
        pd.read_parquet(panel).drop(columns="felt").to_parquet(panel)
    answer = call("survey", "--run", str(folder), "--out", str(outputs))
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
    assert answer.err.count("\n") == 1
    assert not blemishes(answer.err.removesuffix("\n").replace("run `issim run` again", "write"))
    assert not outputs.exists()


def test_a_comparison_is_told_what_to_do_instead(call: Callable[..., Any], tmp_path: Path) -> None:
    small = ("population.n_firms=60", "n_months=2", "n_seeds=2", f"outputs={tmp_path / 'outputs'}")
    assert call("compare", "--no-figures", "policy=none,training", *small).code == 0
    (folder,) = (tmp_path / "outputs").iterdir()
    answer = call("survey", "--run", str(folder), "--out", str(tmp_path / "survey"))
    assert (answer.code, answer.out) == (2, "")
    assert "holds a comparison, which keeps no month of its firms" in answer.err
    assert "`issim run policy=training`" in answer.err
    assert not blemishes(answer.err.removesuffix("\n"))


@pytest.mark.parametrize(
    ("overrides", "left_out"),
    [
        (("region=norway",), "compares countries, and these firms are not of all five"),
        (("region=denmark",), "compares the surveyed countries, and all of these firms are of others"),
        (("population.n_firms=3", "seed=3"), "these firms are too few or too much alike"),
    ],
)
def test_what_the_firms_of_a_run_cannot_say_is_left_out(
    overrides: tuple[str, ...],
    left_out: str,
    run: Callable[..., Any],
    call: Callable[..., Any],
    tmp_path: Path,
) -> None:
    made = run("policy=none", "n_seeds=1", "n_months=1", *overrides)
    answer = call("survey", "--run", str(made.path), "--surveys", "20", "--out", str(tmp_path / "survey"))
    assert answer.code == 0, answer.err
    assert left_out in answer.out
    assert "nan" not in answer.out
