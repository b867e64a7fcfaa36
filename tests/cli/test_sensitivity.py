"""`issim sensitivity`: previewed, carried out, stopped and gone on with, drawn again, refused in a sentence."""

from __future__ import annotations

import json
import re
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sentences import blemishes

from issim import doubling
from issim.plots import moved
from issim.runs import blocks
from issim.store.blocks import REST

#: Numbers that matter (who exchanges at the start, what courses cost, how much waste there is) and some that do not.
FEW = "behaviour.start_share,behaviour.news,behaviour.lead,policy.levers.training.unit,streams.second"
TINY = ("policy=training", "population.n_firms=80", "n_months=12", "threads=2")
SIZE = ("--only", FEW, "--most", "3", "--runs", "2600")


@pytest.fixture(scope="module", name="finished")
def _finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """One small analysis with figures: what was said, and its folder."""
    from cli.conftest import call

    outputs = tmp_path_factory.mktemp("sensitivity")
    said = call("sensitivity", *TINY, f"outputs={outputs}", *SIZE)
    assert said.code == 0, said.err
    return said, Path(said.out.strip().rpartition(": ")[2])


def table(path: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(path / f"{name}.csv")


def test_what_matters_is_found_for_outcomes_and_for_effects(finished: tuple[Any, Path]) -> None:
    said, path = finished
    morris, sobol, variance = (table(path, name) for name in ("morris", "sobol", "variance"))
    cost = sobol[(sobol["kind"] == "effect") & (sobol["outcome"] == "public_cost")].set_index("parameter")
    assert cost["ST"].idxmax() == "policy.levers.training.unit_cost"
    assert cost.loc["policy.levers.training.unit_cost", "S1_low"] > 0.5
    level = sobol[(sobol["kind"] == "outcome") & (sobol["outcome"] == "adopters")].set_index("parameter")
    assert level["ST"].idxmax() == "behaviour.start_share"
    assert bool(level.loc["behaviour.start_share", "ST_is_told"])
    # the cost of a course moves no firm, under the same luck
    bare = morris[
        (morris["outcome"] == "adopters") & (morris["parameter"] == "policy.levers.training.unit_cost")
    ]
    assert (bare["mu_star"] == 0.0).all()
    assert not bare["is_told"].any()
    assert {"mu", "mu_star", "mu_star_conf", "sigma", "noise", "p_value"} <= set(morris)
    assert REST in set(sobol["parameter"])
    assert ((variance["chance"] >= -0.2) & (variance["chance"] <= 1.2)).all()
    assert re.search(r"cost to the public: +training: unit cost \d+ % \(\d+ to \d+\)", said.out)


def test_the_words_say_how_sure_they_are_and_what_ended_it(finished: tuple[Any, Path]) -> None:
    said, path = finished
    steps, about = table(path, "steps"), json.loads((path / "manifest.json").read_text())
    assert list(steps["stage"][:1]) == ["screening"]
    assert (steps["runs"] > 0).all()
    assert about["n_runs"] <= 2600
    assert about["is_sure"] == {"screening": False, "indices": False}
    assert len(re.findall(r"the\s+runs\s+allowed\s+were\s+used\s+up", said.out)) == 2
    assert "pure chance" in " ".join(said.out.split())
    assert len(said.out.splitlines()) < 40
    assert max(map(len, said.out.splitlines()[:-1])) <= moved.WIDE
    assert (path / "summary.txt").read_text().strip() in said.out


def test_figures_are_drawn_from_the_folder_alone(
    finished: tuple[Any, Path], call: Callable[..., Any], tmp_path: Path
) -> None:
    _, path = finished
    copy = tmp_path / "copy"
    shutil.copytree(path, copy, ignore=shutil.ignore_patterns("stages", "figures"))
    again = call("sensitivity", "--redraw", str(copy))
    assert again.code == 0, again.err
    drawn = sorted(p.name for p in (path / "figures").glob("*.svg"))
    assert drawn == [
        f"{what}_{kind}.svg" for what in ("screening", "sensitivity") for kind in ("effects", "outcomes")
    ]
    for name in drawn:
        ET.parse(path / "figures" / name)
        assert (copy / "figures" / name).read_bytes() == (path / "figures" / name).read_bytes()


def test_the_same_command_computes_nothing_twice_and_more_runs_go_on(
    finished: tuple[Any, Path], call: Callable[..., Any]
) -> None:
    said, path = finished
    parts = {p: p.stat().st_mtime_ns for p in path.rglob("*.parquet")}
    again = call("sensitivity", *TINY, f"outputs={path.parents[1]}", *SIZE, "--no-figures")
    assert again.out == said.out
    assert {p: p.stat().st_mtime_ns for p in path.rglob("*.parquet")} == parts
    dry = call("sensitivity", *TINY, f"outputs={path.parents[1]}", *SIZE[:-1], "9000", "--dry-run")
    assert f"{json.loads((path / 'manifest.json').read_text())['n_runs']:,} are there already" in dry.out
    assert re.search(r"Time: at most about .+ on 2 threads", dry.out)


def test_an_analysis_killed_between_stages_ends_as_if_it_had_not_been(
    finished: tuple[Any, Path], call: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, path = finished
    made = []
    run = doubling._run

    def stop(stage: blocks.Stage, words: str) -> None:
        if made:
            raise KeyboardInterrupt
        made.append(stage.design.name)
        run(stage, words)

    monkeypatch.setattr(doubling, "_run", stop)
    stopped = call("sensitivity", *TINY, f"outputs={tmp_path}", *SIZE, "--no-figures")
    assert (stopped.code, stopped.out) == (130, "")
    assert "the same command goes on from there" in stopped.err
    monkeypatch.setattr(doubling, "_run", run)
    whole = call("sensitivity", *TINY, f"outputs={tmp_path}", *SIZE, "--no-figures")
    assert whole.out.replace(str(tmp_path), "") == said.out.replace(str(path.parents[1]), "")
    for name in ("morris", "sobol", "variance", "steps", "parameters"):
        here = next(tmp_path.rglob(f"{name}.csv"))
        assert here.read_bytes() == (path / f"{name}.csv").read_bytes()


def test_without_a_policy_there_are_outcomes_and_no_effects(call: Callable[..., Any], tmp_path: Path) -> None:
    words = (
        "policy=none",
        "population.n_firms=60",
        "n_months=6",
        f"outputs={tmp_path}",
        "--only",
        "behaviour.st",
    )
    said = call("sensitivity", *words, "--runs", "700")
    assert said.code == 0, said.err
    path = Path(said.out.strip().rpartition(": ")[2])
    assert set(table(path, "morris")["kind"]) == {"outcome"}
    assert "the effect o" not in said.out
    drawn = {p.name for p in path.glob("figures/*.png")}
    assert "sensitivity_outcomes.png" in drawn
    assert not any("effect" in name for name in drawn)


def test_too_few_runs_for_indices_leave_the_screening(call: Callable[..., Any], tmp_path: Path) -> None:
    words = (
        "policy=none",
        "population.n_firms=60",
        "n_months=6",
        f"outputs={tmp_path}",
        "--only",
        "behaviour.st",
    )
    said = call("sensitivity", *words, "--runs", "100")
    assert said.code == 0, said.err
    text = " ".join(said.out.split())
    assert "leaves too few runs for indices" in text or "No number can be told from chance" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--runs", "100"], "--runs = 100 is too few"),
        (["--runs", "0"], "--runs = 0 is outside [1, 100000000]"),
        (["--width", "2"], "--width = 2 is outside [0.001, 1]"),
        (["--most", "0"], "--most = 0 is outside [1, 100]"),
        (["n_seeds=4"], "decides by the variance how often to run"),
        (["--only", "behavoiur"], "names nothing that can be varied"),
        (["--only", "behaviour.contagion"], "1 number is left to vary"),
        (["policy=trainng"], "did you mean training"),
        (["experiment=trust_learning"], "A study cannot be analysed"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(
    words: list[str], said: str, call: Callable[..., Any], tmp_path: Path
) -> None:
    found = call("sensitivity", f"outputs={tmp_path / 'outputs'}", *words)
    assert (found.code, found.out) == (2, "")
    message = found.err.removeprefix("issim: ").removesuffix("\n")
    assert said in message
    assert not blemishes(message)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_no_analysis_is_refused(call: Callable[..., Any], tmp_path: Path) -> None:
    found = call("sensitivity", "--redraw", str(tmp_path))
    assert found.code == 2
    assert "is no finished sensitivity analysis" in found.err
    assert not blemishes(found.err.removeprefix("issim: ").removesuffix("\n"))


def test_words_of_an_analysis_in_which_nothing_is_told() -> None:
    head = {"kind": ["effect"], "outcome": ["adopters"], "words": ["x"], "unit": ["firms"]}
    tables = {
        "morris": pd.DataFrame({**head, "parameter": ["behaviour.news"], "is_told": [False]}),
        "steps": pd.DataFrame(
            [("screening", 16, 2, 640, "effect/adopters", 0.5, "effect/co2", np.inf)],
            columns=list(doubling.Step._fields),
        ),
    }
    about = {
        "region": "latvia", "policies": ["none", "training"], "n_parameters": 1, "n_firms": 60, "n_months": 6,
        "n_runs": 640, "impossible": 2, "asked": {"runs": 700, "width": 0.1}, "is_sure": {"screening": False},
    }  # fmt: skip
    text = " ".join(moved.as_text(tables, about).split())
    assert "No number can be told from chance in any outcome" in text
    assert (
        "±0.5 of the largest effect for the effect on firms that exchange, none for the effect on CO2 saved"
        in text
    )
    assert "2 trajectories or samples had an impossible run" in text
