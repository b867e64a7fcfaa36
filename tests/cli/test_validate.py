"""`issim validate`: one folder with tables, page, figure and manifest; bad words are one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sentences import blemishes

from issim import evidence
from issim.runs import shocks

TINY = ("population.n_firms=60", "n_seeds=2")


def test_a_shock_leaves_tables_page_figure_and_manifest(tmp_path: Path, call: Callable[..., Any]) -> None:
    said = call("validate", "latvia_2011", *TINY, f"outputs={tmp_path}")
    assert said.code == 0, said.err
    (folder,) = tmp_path.iterdir()
    assert f"figures: {folder}" in said.out
    assert "no observed response found in the evidence" in said.out
    table = pd.read_csv(folder / "shocks.csv")
    assert set(table["shock"]) == {"latvia_2011"}
    assert sorted(table["year"].unique()) == list(range(2011, 2013 + shocks.AFTER))
    assert (folder / "figures" / "validation_shocks.png").is_file()
    assert "Latvia" in (folder / "validation.md").read_text(encoding="utf-8")
    about = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert about["seeds"] == [1001, 1002]
    assert about["posterior"]["name"] == "packaged"
    assert about["evidence"]["taxes.csv"]
    assert "landfill_tax: 14.23" in (folder / "config.yaml").read_text(encoding="utf-8")


def test_targets_leave_tables_page_figures_and_manifest(tmp_path: Path, call: Callable[..., Any]) -> None:
    said = call("validate", "targets", *TINY, f"outputs={tmp_path}", "--prior")
    assert said.code == 0, said.err
    (folder,) = tmp_path.iterdir()
    assert "figures inside (`issim survey` shows them)" in said.out
    assert "Tax rises" not in said.out
    table = pd.read_csv(folder / "validation.csv")
    assert set(table["target"]) == {target.key for target in evidence.load().targets}
    assert table["prior_low"].notna().any()
    assert {path.name for path in (folder / "figures").glob("*.png")} == {
        "validation_fitted.png",
        "validation_left_out.png",
    }
    assert (folder / "validation.md").read_text(encoding="utf-8").startswith("# Validation")
    about = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert about["command"].endswith("--prior")


@pytest.mark.parametrize(
    "words",
    [("atlantis",), ("shocks", "region=latvia"), ("shocks", "n_seeds=0"), ("shocks", "sed=3"),
     ("latvia_2019", "n_months=3"), ("shocks", "--prior"), ("policy=none",)],
)  # fmt: skip
def test_bad_words_are_one_sentence(words: tuple[str, ...], tmp_path: Path, call: Callable[..., Any]) -> None:
    said = call("validate", f"outputs={tmp_path}", *words)
    assert (said.code, said.out) == (2, "")
    assert not blemishes(said.err.removesuffix("\n"))
    assert not list(tmp_path.iterdir())
