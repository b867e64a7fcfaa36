"""`issim animate`: a film of a folder or of settings, and a sentence where there can be none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sentences import blemishes

SMALL = ("population.n_firms=60", "n_months=6", "n_seeds=2")


def test_a_folder_gets_its_film(run: Callable[..., Any], call: Callable[..., Any]) -> None:
    folder = run("policy=training", "n_months=6", "uncertainty.draws=0").path
    said = call("animate", str(folder))
    assert (said.code, said.err) == (0, "")
    film = folder / "figures" / "map.gif"
    assert said.out.strip() == f"Film of 7 pictures, {film.stat().st_size / 1e6:.1f} MB: {film}"
    before = film.read_bytes()
    with Image.open(film) as found:
        assert found.n_frames == 7  # type: ignore[attr-defined]
        assert "policy=training" in found.info["comment"].decode()
    assert call("animate", str(folder), "--out", str(folder / "again.gif")).code == 0
    assert (folder / "again.gif").read_bytes() == before
    assert not list(folder.rglob("*.part*"))


def test_settings_are_run_and_kept(tmp_path: Path, call: Callable[..., Any]) -> None:
    out = tmp_path / "film.gif"
    said = call("animate", *SMALL, "policy=mandate", f"outputs={tmp_path / 'runs'}", "--out", str(out))
    assert said.code == 0, said.err
    assert out.read_bytes()[:6] == b"GIF89a"
    (folder,) = (tmp_path / "runs").iterdir()
    assert {"manifest.json", "config.yaml", "panel.parquet", "summary.txt"} <= {
        path.name for path in folder.iterdir()
    }


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("outputs/nothing",), "'outputs/nothing' is not a result folder"),
        (("region=atlantis",), "atlantis"),
        (("seed=3", "outputs/folder"), "'outputs/folder' is neither the one folder of a run nor a setting"),
        (("seed=3", "--out", "film.avi"), "--out = film.avi is no film"),
    ],
)
def test_what_cannot_be_is_one_sentence(words: tuple[str, ...], told: str, call: Callable[..., Any]) -> None:
    said = call("animate", *words)
    assert (said.code, said.out) == (2, "")
    assert told in said.err
    assert not blemishes(said.err.removesuffix("\n"))


def test_a_comparison_has_no_months_of_firms(tmp_path: Path, call: Callable[..., Any]) -> None:
    words = ("policy=none,training", *SMALL, "uncertainty.draws=0", f"outputs={tmp_path}", "--no-figures")
    assert call("compare", *words).code == 0
    (folder,) = tmp_path.iterdir()
    said = call("animate", str(folder))
    assert said.code == 2
    assert "holds a comparison" in said.err
