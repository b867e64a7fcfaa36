"""`issim calibrate` from the words of the command to its folder; stopped, gone on with, refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from issim.model import posterior
from issim.plots import style
from issim.runs import calibration
from issim.runs.job import plan

SMALL = ("population.n_firms=100", "--worlds", "1", "--runs", "1")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A calibration of 64 draws in tiny regions, and what it said."""
    from cli.conftest import call

    outputs = tmp_path_factory.mktemp("calibrated")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(style, "DPI", 20)
        said = call("calibrate", f"outputs={outputs}", *SMALL, "--draws", "64")
    assert said.code == 0, said.err
    (folder,) = (outputs / calibration.FOLDER).iterdir()
    return folder, said


def test_it_leaves_a_whole_folder(done: tuple[Path, Any]) -> None:
    folder, said = done
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    figures = {f"figures/{name}.{kind}" for name in ("parameters", "intervals", "targets", "pairs", "recovered")
               for kind in ("png", "svg")}  # fmt: skip
    tables = {f"{name}.csv" for name in ("parameters", "pairs", "targets", "recovered", "posterior")}
    assert files == figures | tables | {
        "draws.parquet", "manifest.json", "summary.txt", "config.yaml", "draws/00000.npz", "draws/00001.npz",
    }  # fmt: skip
    about = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (about["draws"], about["seeds"]) == (64, [1, 64])
    assert about["command"] == f"issim calibrate {SMALL[0]} --draws 64 --worlds 1 --runs 1"
    assert about["posterior"]["rules"] == posterior.rules_digest()
    assert str(folder) in said.out
    assert (folder / "summary.txt").read_text(encoding="utf-8") in said.out + "\n"


def test_its_tables_agree_with_each_other(done: tuple[Path, Any]) -> None:
    folder, _ = done
    draws, kept = pd.read_parquet(folder / "draws.parquet"), posterior.load(str(folder))
    assert draws["weight"].sum() == pytest.approx(1.0)
    assert len(pd.read_csv(folder / "parameters.csv")) == len(kept.names) == 44
    seen = draws["behaviour.lead_time"].round(3).to_numpy()
    assert set(kept.values[:, kept.names.index("lead_time")].round(3)) <= {
        float(f"{x:.5g}") for x in seen
    } | set(seen)
    assert list(pd.read_csv(folder / "targets.csv")["target"]) == kept.about["targets"].split("; ")


def test_a_run_may_draw_from_it(done: tuple[Path, Any]) -> None:
    folder, _ = done
    settings = plan(["behaviour=posterior", f"behaviour.posterior={folder}"]).settings
    assert settings.behaviour_of(3) == posterior.load(str(folder)).behaviour(3)
    assert f"'{folder.name}' posterior" in settings.words_of_posterior()


def test_it_goes_on_where_it_was_stopped_with_the_same_draws(tmp_path: Path) -> None:
    design = calibration.designed([SMALL[0], "threads=1"], 1, 1)
    whole = calibration.carry_out(design, tmp_path / "whole", 64, None, lambda n: None)

    class EnoughError(Exception):
        pass

    def stop(n: int) -> None:
        if n:
            raise EnoughError

    with pytest.raises(EnoughError):
        calibration.carry_out(design, tmp_path / "parts", 64, None, stop)
    assert len(list((tmp_path / "parts" / "draws").iterdir())) == 1
    (tmp_path / "parts" / "draws" / "00001.npz").write_bytes(b"half a file")
    heard: list[int] = []
    again = calibration.carry_out(design, tmp_path / "parts", 64, None, heard.append)
    assert heard == [32, 32]
    assert np.array_equal(whole.values, again.values)
    assert np.array_equal(whole.found, again.found, equal_nan=True)
    early = calibration.carry_out(design, tmp_path / "parts", 6400, 0.0, heard.append)
    assert len(early.values) == 64


def test_ctrl_c_keeps_what_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Callable[..., Any]
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(calibration.Design, "computed", stopped)
    said = call("calibrate", f"outputs={tmp_path}", *SMALL, "--draws", "64")
    assert said.code == 130
    assert "0 of 64 draws are kept" in said.err
    assert "goes on from there" in said.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("policy=training",), "'policy' cannot be set for a calibration"),
        (("region=latvia",), "'region' cannot be set"),
        (("behaviour=posterior",), "'behaviour' cannot be set"),
        (("--draws", "3"), "--draws = 3 is outside [32,"),
        (("--runs", "0"), "--runs = 0 is outside [1,"),
        (("--minutes", "-1"), "--minutes = -1.0 is outside"),
        (("behaviour.paperwrk=5",), "paperwork"),
    ],
)
def test_what_cannot_be_calibrated_is_refused(
    tmp_path: Path, call: Callable[..., Any], words: tuple[str, ...], said: str
) -> None:
    answer = call("calibrate", f"outputs={tmp_path}", *words)
    assert answer.code == 2
    assert said in answer.err
    assert not list(tmp_path.iterdir())


def test_what_is_set_is_held() -> None:
    design = calibration.designed(["behaviour.paperwork=500"], 1, 1)
    assert "behaviour.paperwork" not in [found.name for found in design.parameters]
    assert {made.paperwork for made in design.behaviours(design.drawn(0))} == {500.0}
    assert len({made.lead_time for made in design.behaviours(design.drawn(0))}) == calibration.CHUNK
    assert not np.array_equal(design.drawn(0), design.drawn(1))
