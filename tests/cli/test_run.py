"""`issim run`: the folder is complete, its tables are as documented, its numbers can be found again."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Callable
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from omegaconf import OmegaConf

from issim import commands
from issim.analysis.summary import amount, cells, summary, value_of, verdict
from issim.evidence import load
from issim.evidence.catalogue import PACKAGED
from issim.evidence.vocabulary import BRANCHES, COUNTRIES, GOODS, ITEMS, SECTORS, SIZES, TICKS
from issim.jit import sources_hash
from issim.levers.policy import from_mapping
from issim.rules.observe import OBSERVABLES
from issim.runs import study
from issim.runs.settings import checked
from issim.store.outcomes import MEASURES
from issim.world.state import EXCHANGE_STAGES, REASONS

TABLES = (
    "assumptions", "barriers", "draw_effects", "draws", "events", "firms", "levers", "pairs", "panel", "series",
    "structure",
)  # fmt: skip
STAGES = ["unaware", "aware", "searching", "talking", "adopters"]
N_FIRMS, N_MONTHS, SEEDS = 60, 12, [5, 6, 7]


def table(path: Path, name: str) -> pd.DataFrame:
    """One table of a folder."""
    return pd.read_parquet(path / f"{name}.parquet")


def test_the_folder_holds_exactly_what_is_promised(finished: Any) -> None:
    names = {path.name for path in finished.path.iterdir()}
    files = {"config.yaml", "manifest.json", "summary.csv", "summary.txt", "figures"}
    files |= {"robustness.csv", "importance.csv"}
    assert names == files | {f"{name}.parquet" for name in TABLES}
    figures = {path.name for path in (finished.path / "figures").iterdir()}
    assert figures == {
        f"{name}.{kind}" for name in ("adoption", "flows", "funnel", "map") for kind in ("png", "svg")
    }
    assert all((finished.path / "figures" / name).stat().st_size > 5000 for name in figures)
    assert [path.name for path in finished.path.parent.iterdir()] == [finished.path.name]


def test_the_folder_is_named_by_date_region_and_policy(finished: Any) -> None:
    date, time, region, policy = finished.path.name.split("_")
    datetime.strptime(f"{date} {time}", "%Y-%m-%d %H%M%S")
    assert (region, policy) == ("mixed", "package")
    assert finished.said.out.rstrip().endswith(str(finished.path))


def test_series_has_every_month_of_every_seed_under_both_policies(finished: Any) -> None:
    series = table(finished.path, "series")
    assert list(series.columns) == ["policy", "seed", "month", *(o.name for o in OBSERVABLES)]
    wanted = [(p, s, m) for s in SEEDS for p in ("none", "package") for m in range(N_MONTHS + 1)]
    assert list(series[["policy", "seed", "month"]].itertuples(index=False, name=None)) == wanted
    assert (series[STAGES].sum(axis=1) == N_FIRMS).all()
    assert np.isfinite(series[[o.name for o in OBSERVABLES]].to_numpy()).all()
    assert (
        series.groupby("policy")["public_cost"].sum()["package"]
        > series.groupby("policy")["public_cost"].sum()["none"]
        == 0
    )


def test_firms_are_named_in_words_and_answered_every_question(finished: Any) -> None:
    firms = table(finished.path, "firms")
    assert list(firms["firm"]) == list(range(N_FIRMS))
    for column, words in (("country", COUNTRIES), ("sector", SECTORS), ("branch", BRANCHES), ("size", SIZES)):
        assert set(firms[column]) <= set(words)
    assert {f"item_{key}" for key in ITEMS} | {f"tick_{key}" for key in TICKS} <= set(firms.columns)
    assert firms[["x", "y"]].to_numpy().min() >= 0
    assert firms[["x", "y"]].to_numpy().max() <= 120
    assert firms["item_awareness"].equals(firms["awareness"].astype(firms["item_awareness"].dtype))


def test_panel_agrees_with_series_month_by_month(finished: Any) -> None:
    panel, series = table(finished.path, "panel"), table(finished.path, "series")
    assert list(panel.columns) == [
        "policy",
        "month",
        "firm",
        "stage",
        "awareness",
        "readiness",
        "digital",
        "trust",
        "operating",
        "felt",
    ]
    assert len(panel) == 2 * (N_MONTHS + 1) * N_FIRMS
    counted = (
        panel.groupby(["policy", "month"])["stage"]
        .value_counts()
        .unstack(fill_value=0)
        .reindex(columns=range(5), fill_value=0)
    )
    first = series[series["seed"] == SEEDS[0]].set_index(["policy", "month"])[STAGES]
    np.testing.assert_array_equal(counted.to_numpy(), first.loc[counted.index].to_numpy())
    np.testing.assert_allclose(
        panel.groupby(["policy", "month"])["trust"].mean(),
        series[series["seed"] == SEEDS[0]].set_index(["policy", "month"])["trust"], rtol=1e-5,
    )  # fmt: skip


def test_events_retell_how_many_exchanges_operate(finished: Any) -> None:
    events, pairs, series = (table(finished.path, name) for name in ("events", "pairs", "series"))
    assert list(events.columns) == ["policy", "month", "pair", "stage", "reason"]
    assert list(pairs.columns) == ["pair", "donor", "receiver", "good", "distance", "compatibility", "flow"]
    assert set(events["pair"]) == set(pairs["pair"])
    assert set(pairs["good"]) <= set(GOODS)
    assert events["stage"].between(0, len(EXCHANGE_STAGES) - 1).all()
    assert events["reason"].between(0, len(REASONS) - 1).all()
    operating = EXCHANGE_STAGES.index("operating")
    for policy, months in series[series["seed"] == SEEDS[0]].groupby("policy"):
        last = events[events["policy"] == policy].groupby("pair").last()
        assert (last["stage"] == operating).sum() == months["operating"].iloc[-1]


def test_levers_and_barriers_cover_every_seed(finished: Any) -> None:
    levers, barriers, series = (table(finished.path, name) for name in ("levers", "barriers", "series"))
    assert list(levers.columns) == ["policy", "seed", "lever", "reached", "spent", "stopped"]
    named = ["mandate", "tax_relief", "training", "platform"]
    assert list(levers[["seed", "lever"]].itertuples(index=False, name=None)) == [
        (s, n) for s in SEEDS for n in named
    ]
    paid = series[series["policy"] == "package"].groupby("seed")["public_cost"].sum()
    np.testing.assert_allclose(levers.groupby("seed")["spent"].sum(), paid)
    assert list(barriers.columns) == [
        "policy",
        "seed",
        "month",
        "stage",
        "barrier",
        "standing",
        "firms",
        "brake",
    ]
    ends = {(p, s, N_MONTHS) for p in ("none", "package") for s in SEEDS}
    starts = {(p, SEEDS[0], 0) for p in ("none", "package")}
    found = barriers.groupby(["policy", "seed", "month"])["barrier"].apply(list)
    assert set(found.index) == ends | starts
    assert all(numbers == list(range(1, 25)) for numbers in found)
    assert (barriers["firms"] <= barriers["standing"]).all()
    stage_of = {barrier.number: barrier.stage for barrier in load().barriers}
    assert (barriers["stage"] == barriers["barrier"].map(stage_of)).all()


def test_the_manifest_says_where_the_numbers_come_from(finished: Any) -> None:
    manifest = json.loads((finished.path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["seeds"] == SEEDS
    assert (manifest["region"], manifest["policy"]) == ("mixed", "package")
    assert manifest["rules"] == sources_hash()
    config = (finished.path / "config.yaml").read_bytes()
    assert manifest["config_sha256"] == hashlib.sha256(config).hexdigest()
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in PACKAGED.glob("*.csv")}
    assert manifest["evidence"] == files
    assert manifest["packages"] == {name: metadata.version(name) for name in manifest["packages"]}
    assert {"numpy", "numba", "mesa", "hydra-core"} <= set(manifest["packages"])
    assert datetime.fromisoformat(manifest["started"]) <= datetime.fromisoformat(manifest["finished"])
    assert manifest["command"].startswith("issim run population.n_firms=60 n_months=12 n_seeds=3 outputs=")
    assert manifest["issim"]
    assert manifest["python"]
    assert manifest["platform"]


def test_the_manifest_names_the_commit_of_a_source_tree(finished: Any) -> None:
    root = Path(__file__).resolve().parents[2]
    head = subprocess.run(
        ["git", "-C", str(root), "rev-parse", "HEAD"], capture_output=True, text=True, check=False
    )
    commit = json.loads((finished.path / "manifest.json").read_text(encoding="utf-8"))["commit"]
    if head.returncode or not (root / ".git").exists():
        assert commit == ""
    else:
        assert head.stdout.startswith(commit.removesuffix("+changes"))
        assert len(commit.removesuffix("+changes")) >= 12


def test_the_configuration_in_the_folder_makes_the_same_run(finished: Any) -> None:
    tree: Any = OmegaConf.to_container(OmegaConf.load(finished.path / "config.yaml"))
    again = checked(tree, from_mapping(tree["policy"]))
    assert (again.run.seed, again.run.n_months, again.region.n_firms) == (5, N_MONTHS, N_FIRMS)
    part = study.part_of(again, 6, keep=False)
    series = table(finished.path, "series")
    kept = series[series["seed"] == 6]
    np.testing.assert_array_equal(
        part.series.drop(columns="policy").to_numpy(), kept.drop(columns="policy").to_numpy()
    )
    assert part.recorded == {}


def test_the_structure_of_a_run_fits_its_series(finished: Any) -> None:
    structure, series = table(finished.path, "structure"), table(finished.path, "series")
    last = series[series["month"] == N_MONTHS].set_index(["policy", "seed"])
    for row in structure.itertuples():
        assert 0.0 <= row.share_of_potential <= 1.0 + 1e-9
        assert row.share_of_optimum <= 1.0 + 1e-9
        assert 0 <= row.exchanges_lost <= last.loc[(row.policy, row.seed), "operating"]
        assert 0 <= row.adopters_lost <= last.loc[(row.policy, row.seed), "adopters"]
        assert 0.0 <= row.tonnes_lost <= row.tonnes + 1e-9


def measured(series: pd.DataFrame, key: str) -> pd.Series:
    """A measure of the closing table for every seed of one policy, from the rows of the series alone."""
    last, later = series["month"] == N_MONTHS, series["month"] > 0
    year = series["month"].between(N_MONTHS - 11, N_MONTHS)
    by = {
        "adopters": series[last].set_index("seed")["adopters"],
        "exchanges": series[last].set_index("seed")["operating"],
        "aware": N_FIRMS - series[last].set_index("seed")["unaware"],
        "tonnes_year": series[year].groupby("seed")["tonnes"].sum(),
        "tonnes": series[later].groupby("seed")["tonnes"].sum(),
        "co2": series[later].groupby("seed")["co2"].sum() / 1000.0,
        "gain": series[later].groupby("seed")["gain"].sum(),
        "public_cost": series[later].groupby("seed")["public_cost"].sum(),
    }
    return by[key]


def test_the_closing_table_can_be_computed_from_the_series(finished: Any) -> None:
    closing, series = (
        pd.read_csv(finished.path / "summary.csv", keep_default_na=False),
        table(finished.path, "series"),
    )
    assert len(closing) == 2 * len(MEASURES)
    for row in closing.itertuples():
        values = measured(series[series["policy"] == row.policy], row.key)
        change = values - measured(series[series["policy"] == "none"], row.key)
        wanted = [*np.percentile(values, (5, 50, 95)), *np.percentile(change, (5, 50, 95))]
        said = [row.low, row.middle, row.high, row.change_low, row.change, row.change_high]
        np.testing.assert_allclose(said, wanted, rtol=1e-9, atol=1e-9, err_msg=f"{row.key} {row.policy}")
    assert closing[closing["key"] == "public_cost"]["middle"].max() > 0


def test_the_closing_words_are_kept_and_hold_the_numbers(finished: Any) -> None:
    words = (finished.path / "summary.txt").read_text(encoding="utf-8")
    assert finished.said.out.startswith(words.rstrip("\n"))
    assert f"Region mixed: {N_FIRMS} firms, {N_MONTHS} months, {len(SEEDS)} runs per policy." in words
    _, rows = cells(summary(table(finished.path, "series")))
    for row in rows:
        assert all(cell in words for cell in row)
    assert "Traceback" not in finished.said.err


@pytest.mark.parametrize(
    ("value", "words"),
    [(0, "0"), (7, "7"), (7.25, "7.2"), (-3.5, "-3.5"), (-0.9, "-0.9"), (9.96, "10.0"), (100.4, "100"),
     (1234, "1 234"), (12_345, "12 300"),
     (999_550, "999 600"), (-2_450_000, "-2 450 000")],
)  # fmt: skip
def test_an_amount_is_said_as_people_say_it(value: float, words: str) -> None:
    assert amount(value) == words


@pytest.mark.parametrize(
    ("mean", "error", "said"),
    [
        (4.0, 2.0, "on average 4 more firms exchange"),
        (-4.0, 2.0, "on average 4 fewer firms exchange"),
        (4.0, 5.0, "cannot tell 'x'"),
        (4.0, float("nan"), "cannot tell 'x'"),
    ],
)
def test_the_verdict_claims_only_what_the_runs_show(mean: float, error: float, said: str) -> None:
    from issim.analysis.summary import Line

    def line(key: str, policy: str, level: float, change: float, width: float) -> Line:
        return Line(key, key, "", policy, *(level,) * 3, *(change,) * 3, level, change, width)

    keys = ("adopters", "tonnes", "public_cost")
    lines = [line(key, "none", 0.0, 0.0, 0.0) for key in keys]
    lines += [line("adopters", "x", 9.0, mean, error), line("tonnes", "x", 9.0, mean, error)]
    lines += [line("public_cost", "x", 100.0, 100.0, 0.0)]
    sentences = verdict(lines)
    assert said in sentences[0]
    assert ("Each extra tonne passed on costs the public about 25 EUR." in sentences) == (mean > error)


def test_a_second_run_leaves_identical_tables_beside_the_first(
    finished: Any, run: Callable[..., Any]
) -> None:
    again = run("seed=5", "threads=1")
    for name in TABLES:
        pd.testing.assert_frame_equal(table(again.path, name), table(finished.path, name), check_exact=True)
    assert (again.path / "summary.csv").read_bytes() == (finished.path / "summary.csv").read_bytes()
    assert not (again.path / "figures").exists()


def test_another_seed_gives_other_numbers(finished: Any, run: Callable[..., Any]) -> None:
    other = run("seed=900", "n_seeds=1", "n_months=1")
    assert not table(other.path, "firms")["x"].equals(table(finished.path, "firms")["x"])


def test_runs_of_one_second_get_folders_of_their_own(
    run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from issim.store import folder

    class Noon(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime(2031, 5, 17, 12, 30, 45)

    monkeypatch.setattr(folder, "datetime", Noon)
    first, second = (run("policy=none", "n_seeds=1", "n_months=1") for _ in range(2))
    assert (first.path.name, second.path.name) == (
        "2031-05-17_123045_mixed_none",
        "2031-05-17_123045_mixed_none_2",
    )
    assert (first.path / "series.parquet").is_file()
    assert (second.path / "series.parquet").is_file()


def test_without_policy_there_is_one_scenario_and_no_lever(run: Callable[..., Any]) -> None:
    made = run("policy=none", "n_seeds=2", "n_months=1", figures=True)
    assert set(table(made.path, "series")["policy"]) == {"none"}
    assert list(table(made.path, "levers").columns) == [
        "policy",
        "seed",
        "lever",
        "reached",
        "spent",
        "stopped",
    ]
    assert len(table(made.path, "levers")) == 0
    assert table(made.path, "series")["month"].max() == 1
    assert len(list((made.path / "figures").iterdir())) == 8
    assert "with none" not in made.said.out


def test_one_firm_is_a_run_or_one_sentence(call: Callable[..., Any], tmp_path: Path) -> None:
    codes = set()
    for seed in range(6):
        said = call("run", "--no-figures", "policy=none", "population.n_firms=1", "n_seeds=1", "n_months=2",
                    f"seed={seed}", f"outputs={tmp_path / 'out'}")  # fmt: skip
        codes.add(said.code)
        lines = said.err.strip().splitlines()
        if said.code == 2:
            assert "region 'mixed' has no streams" in lines[-1]
            assert "population.n_firms" in lines[-1]
        else:
            path = Path(said.out.strip().rpartition(": ")[2])
            assert (table(path, "series")[STAGES].sum(axis=1) == 1).all()
            assert (table(path, "series")["adopters"] == 0).all()
    assert codes == {0, 2}


def test_a_policy_of_the_users_own(run: Callable[..., Any], tmp_path: Path) -> None:
    mine = tmp_path / "two courses.yaml"
    mine.write_text(
        "question: Do two courses help?\nlevers:\n  training: {start: 1}\n  late: {name: training, start: 2}\n"
    )
    made = run(f"policy={mine}", "n_seeds=1", "n_months=3")
    assert made.path.name.endswith("_mixed_two-courses")
    assert list(table(made.path, "levers")["lever"]) == ["training", "late"]
    assert "Question: Do two courses help?" in made.said.out


@pytest.mark.parametrize("moment", ["simulating", "writing", "drawing"])
@pytest.mark.parametrize("stop", [KeyboardInterrupt, MemoryError])
def test_a_run_that_is_stopped_leaves_nothing(
    moment: str,
    stop: type[BaseException],
    call: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place, name = {
        "simulating": (study, "simulate"),
        "writing": (commands, "write_json"),
        "drawing": (commands.slides, "draw"),
    }[moment]

    def stopped(*_: Any, **__: Any) -> None:
        raise stop

    monkeypatch.setattr(place, name, stopped)
    words = ["run", "population.n_firms=30", "n_months=1", "n_seeds=2", f"outputs={tmp_path / 'out'}"]
    if stop is KeyboardInterrupt:
        said = call(*words)
        assert said.code == 130
        assert said.err.rstrip().endswith("issim: stopped; nothing was written.")
    else:
        with pytest.raises(stop):
            call(*words)
    assert list(tmp_path.rglob("*")) == ([] if moment == "simulating" else [tmp_path / "out"])


@pytest.mark.parametrize(
    ("n_months", "wanted"), [(15, sum(range(4, 16))), (12, sum(range(1, 13))), (5, sum(range(1, 6)))]
)
def test_the_last_year_is_the_last_twelve_months_and_never_the_start(n_months: int, wanted: int) -> None:
    (measure,) = [measure for measure in MEASURES if measure.key == "tonnes_year"]
    months = list(range(n_months + 1))
    series = pd.DataFrame({"seed": 1, "month": months, "tonnes": [1000.0, *map(float, months[1:])]})
    assert list(value_of(measure, series)) == [wanted]
