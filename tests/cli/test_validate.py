"""`issim validate`: one folder with tables, page, figure and manifest; bad words are one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sentences import blemishes

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
    assert (folder / "figures" / "shocks.png").is_file()
    assert "Latvia" in (folder / "shocks.md").read_text(encoding="utf-8")
    about = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert about["seeds"] == [1, 2]
    assert about["evidence"]["taxes.csv"]
    assert "landfill_tax: 14.23" in (folder / "config.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "words",
    [("atlantis",), ("shocks", "region=latvia"), ("shocks", "n_seeds=0"), ("shocks", "sed=3"),
     ("latvia_2019", "n_months=3")],
)  # fmt: skip
def test_bad_words_are_one_sentence(words: tuple[str, ...], tmp_path: Path, call: Callable[..., Any]) -> None:
    said = call("validate", *words, f"outputs={tmp_path}")
    assert (said.code, said.out) == (2, "")
    assert not blemishes(said.err.removesuffix("\n"))
    assert not list(tmp_path.iterdir())
