"""`issim compare`: all arms on one world and one luck, as `issim run` would make them one by one."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from omegaconf import OmegaConf
from sentences import blemishes

from issim import cli, commands
from issim.analysis.effects import gainers
from issim.errors import InputError
from issim.model.record import record
from issim.rules.observe import NAMES
from issim.runs import comparison, study
from issim.runs.comparison import GROUPS, arms, outcomes, tables
from issim.runs.job import plan
from issim.store.folder import Results

SMALL = ("population.n_firms=200", "n_months=60", "n_seeds=3", "seed=9", "threads=2")
THREE = "policy=none,mandate,package"


def made(*overrides: str) -> tuple[comparison.Arms, dict[str, pd.DataFrame]]:
    """A small comparison and its tables."""
    found = arms([*SMALL, *overrides])
    return found, tables(found, list(outcomes(found, lambda: None)))


def call(*words: str) -> tuple[int, str, str]:
    """Run one command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli.main(list(words))
    return code, out.getvalue(), err.getvalue()


@pytest.fixture(scope="module", name="three")
def _three() -> dict[str, pd.DataFrame]:
    """None, mandate and package on three seeds."""
    return made(THREE)[1]


@pytest.mark.parametrize("name", ["series", "barriers", "levers", "firms"])
def test_an_arm_is_what_a_run_of_its_policy_gives(name: str, three: dict[str, pd.DataFrame]) -> None:
    settings = plan([*SMALL, "policy=package"]).settings
    run = study.tables(settings, list(study.parts(settings, lambda: None)))[name]
    mine = three[name]
    if name != "firms":
        mine = mine[mine["policy"].isin(["none", "package"])]
    if name == "barriers":  # a run keeps the start of its first seed only
        mine = mine[(mine["month"] > 0) | (mine["seed"] == 9)]
        mine, run = (t.sort_values(["policy", "seed", "month", "barrier"]) for t in (mine, run))
    pd.testing.assert_frame_equal(mine.reset_index(drop=True), run.reset_index(drop=True), check_exact=True)


def test_the_start_is_the_eve_of_every_arm() -> None:
    found = arms([*SMALL, THREE])
    seen = comparison.on_one_world(found, 5)
    world, behaviour = study.world_of(found.settings, 5), found.settings.behaviour
    for one, policy in zip(seen, found.policies, strict=True):
        levers = comparison.conditions(policy, world, 1)
        start, _ = record(world, levers, behaviour, seed=5, n_months=1).binding
        mine = one.barriers[one.barriers["month"] == 0]
        np.testing.assert_array_equal(mine["brake"], start.brake)
        np.testing.assert_array_equal(mine["firms"], start.firms)


def test_every_world_is_built_once_and_threads_change_nothing(
    three: dict[str, pd.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[int] = []
    real = study.world_of

    def counted(settings: Any, seed: int) -> Any:
        built.append(seed)
        return real(settings, seed)

    monkeypatch.setattr(comparison, "world_of", counted)
    alone = made(THREE, "threads=1")[1]
    assert sorted(built) == [9, 10, 11]
    for name, table in alone.items():
        pd.testing.assert_frame_equal(table, three[name], check_exact=True)


@pytest.mark.parametrize("name", ["platform", "training", "mandate", "package"])
def test_a_neutral_lever_gives_zeros_exactly(name: str, tmp_path: Path) -> None:
    policy = study.load(name)
    path = tmp_path / "neutral.yaml"
    said = {
        "defaults": [{f"/lever@levers.{lever}": lever} for lever in policy.names],
        "levers": {lever: {"intensity": 0.0} for lever in policy.names},
    }
    path.write_text(OmegaConf.to_yaml(said), encoding="utf-8")
    found = made(f"policy=none,{path}")[1]
    series = found["series"]
    first, second = (series.loc[series["policy"] == p, list(NAMES)].to_numpy() for p in ("none", "neutral"))
    assert first.tobytes() == second.tobytes()
    assert len(found["adopters_because"]) == 0
    assert found["switches"][["because", "no_longer"]].to_numpy().sum() == 0


def test_firms_that_switch_account_for_the_difference(three: dict[str, pd.DataFrame]) -> None:
    series = three["series"]
    end = series[series["month"] == 60].set_index(["policy", "seed"])["adopters"]
    listed = three["adopters_because"].groupby("policy")["change"]
    for row in three["switches"].itertuples():
        assert row.because - row.no_longer == end[row.policy, row.seed] - end["none", row.seed]
        if row.seed == 9:
            counts = listed.get_group(row.policy).value_counts()
            assert (row.because, row.no_longer) == (counts["because"], counts.get("no longer", 0))
            assert row.because > 0


def test_arms_exchanged_exchange_the_firms_that_switch(three: dict[str, pd.DataFrame]) -> None:
    back = made("policy=package,none")[1]
    there = three["switches"][three["switches"]["policy"] == "package"]
    assert list(back["switches"]["no_longer"]) == list(there["because"])
    assert list(back["switches"]["because"]) == list(there["no_longer"])
    mine = three["adopters_because"]
    mine, lost = mine[mine["policy"] == "package"], back["adopters_because"]
    assert list(lost["firm"]) == list(mine["firm"])
    assert set(lost["change"]) == {"no longer"}


def test_listed_firms_are_those_whose_last_month_differs(three: dict[str, pd.DataFrame]) -> None:
    settings = plan([*SMALL, "policy=package"]).settings
    panel = study.tables(settings, [study.part_of(settings, 9, keep=True)])["panel"]
    end = panel[panel["month"] == 60].set_index(["policy", "firm"])["operating"] > 0
    wanted = end["package"] & ~end["none"]
    mine = three["adopters_because"]
    mine = mine[(mine["policy"] == "package") & (mine["change"] == "because")]
    assert list(mine["firm"]) == list(wanted.index[wanted])
    whole = three["firms"].set_index("firm").loc[mine["firm"]]
    for column in ("country", "sector", "size", "employees"):
        assert list(mine[column]) == list(whole[column])


def test_a_comparison_speaks_only_of_countries_that_have_firms() -> None:
    found = made("policy=none,training", "region=denmark", "n_months=2", "n_seeds=2")[1]
    shown = gainers(found["series"], found["groups"])
    assert {gainer.level for gainer in shown if gainer.group == "country"} == {"DK"}


def test_groups_are_counted_in_every_world(three: dict[str, pd.DataFrame]) -> None:
    groups = three["groups"]
    assert (groups.groupby(["seed", "group"])["firms"].sum() == 200).all()
    first = groups[groups["seed"] == 9].set_index(["group", "level"])["firms"]
    for group, levels in GROUPS:
        counts = three["firms"][group].value_counts()
        assert [first[group, level] for level in levels] == [counts.get(level, 0) for level in levels]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["policy=none,trainng"], "policy 'trainng' is not known; did you mean training"),
        (["policy=nobody,training"], "policy 'nobody' is not known"),
        (["policy=none,training,none"], "policy 'none' is named twice"),
        (["policy=none,/nowhere/training.yaml"], "training.yaml cannot be read"),
        (["policy=none"], "'policy=none' names one policy, and a comparison needs two or more"),
        (["policy="], "No policy is named"),
        ([], "No policy is named, and a comparison needs two or more"),
        (["policy=none,,training"], "has an empty name in its list"),
        (["policy=none,training", "policy=none,mandate"], "both name policies"),
        (["policy=none,training", "policy.levers.training.start=3"], "does not say which of the policies"),
        (["policy=none,training", "+lever@policy.levers.more=grant"], "does not say which of the policies"),
        (["policy=none,training", "n_seeds=0"], "n_seeds = 0 runs is outside"),
        (["policy=none,training", "region=atlantis"], "did you mean latvia"),
    ],
)
def test_arms_that_cannot_be_compared_are_refused_in_one_sentence(given: list[str], said: str) -> None:
    with pytest.raises(InputError) as caught:
        arms(given)
    message = str(caught.value)
    assert said in message
    assert "\n" not in message
    assert not blemishes(message)


def test_two_files_may_not_give_two_policies_one_name(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "mine.yaml").write_text("levers: {training: {}}", encoding="utf-8")
    with pytest.raises(InputError, match="policy 'mine' is named twice"):
        arms([f"policy={tmp_path / 'a' / 'mine.yaml'},{tmp_path / 'b' / 'mine.yaml'}"])


@pytest.fixture(scope="module", name="finished")
def _finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What the command says and where it leaves its results."""
    outputs = tmp_path_factory.mktemp("compare") / "outputs"
    code, out, err = call("compare", *SMALL, THREE, f"outputs={outputs}")
    assert code == 0, err
    return out, Path(out.strip().rpartition(": ")[2])


def test_the_folder_is_complete_and_can_be_made_again(
    finished: tuple[str, Path], three: dict[str, pd.DataFrame]
) -> None:
    out, path = finished
    results = Results(path)
    assert results.manifest["policies"] == ["none", "mandate", "package"]
    assert results.manifest["seeds"] == [9, 10, 11]
    assert results.manifest["command"].startswith("issim compare population.n_firms=200 n_months=60")
    assert f" {THREE} " in results.manifest["command"]
    kept = commands.with_draw_effects(three)
    for name, table in kept.items():
        pd.testing.assert_frame_equal(results.table(name), table, check_exact=True)
    assert (path / "summary.txt").read_text(encoding="utf-8").strip() in out
    config = OmegaConf.load(path / "config.yaml")
    assert list(config.arms) == ["none", "mandate", "package"]
    assert "policy" not in config
    assert config.population.n_firms == 200
    assert set(pd.read_csv(path / "effects.csv")["policy"]) == {"mandate", "package"}
    figures = {p.name for p in (path / "figures").iterdir()}
    assert figures == {"comparison.png", "comparison.svg"}
    tables_written = {f"{name}.parquet" for name in kept}
    listed = {
        f"{name}.csv" for name in ("summary", "effects", "gainers", "brakes", "robustness", "importance")
    }
    files = {"config.yaml", "manifest.json", "summary.txt", "figures"}
    assert {p.name for p in path.iterdir()} == tables_written | listed | files
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_the_first_arm_need_not_be_none() -> None:
    found, made_tables = made("policy=mandate,package")
    assert [policy.name for policy in found.policies] == ["mandate", "package"]
    assert set(made_tables["switches"]["policy"]) == {"package"}
    assert set(made_tables["levers"]["policy"]) == {"mandate", "package"}


def test_nothing_is_left_behind_when_an_arm_is_unknown(tmp_path: Path) -> None:
    code, out, err = call("compare", "policy=none,mandat", f"outputs={tmp_path / 'outputs'}")
    assert (code, out) == (2, "")
    assert "did you mean mandate" in err
    assert not (tmp_path / "outputs").exists()


def test_a_comparison_stops_at_once_when_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    real: Callable[..., Any] = comparison.on_one_world

    def stopped(found: Any, seed: int) -> Any:
        begun.append(seed)
        if seed == 10:
            raise KeyboardInterrupt
        return real(found, seed)

    monkeypatch.setattr(comparison, "on_one_world", stopped)
    with pytest.raises(KeyboardInterrupt):
        made(THREE, "n_seeds=200", "threads=1")
    assert len(begun) < 20
