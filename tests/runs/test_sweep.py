"""A sweep: every run is the run alone, whatever the threads, the shards and the order; a fault stays in its cell."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from issim.evidence.catalogue import PACKAGED
from issim.levers.policy import conditions
from issim.model.simulate import simulate
from issim.rules.observe import NAMES
from issim.runs import sweep, sweep_plan
from issim.runs.settings import Settings
from issim.runs.study import world_of
from issim.runs.sweep import Sweep, carry_out, planned
from issim.store.dataset import Dataset
from issim.store.manifest import NUMBERS
from issim.store.results import load_results

N_MONTHS = 8
TINY = (
    "population.n_firms=60",
    f"n_months={N_MONTHS}",
    "n_seeds=2",
    "threads=1",
    "behaviour.start_share=0.3",
)
#: A study in which worlds, policies, settings of levers and constants of behaviour differ.
MIXED = (
    "study={question: Which?, series: all, cells: ["
    "{policy: none}, {policy: training, behaviour.news: 0.05}, "
    "{region: latvia, policy: training, policy.levers.training.start: 2}, "
    "{policy: mandate, region.side: 40, goods.metal.gate_fee: 120}, {policy: training}]}"
)


def plan(folder: Path, *words: str) -> Sweep:
    """A small sweep into a folder."""
    return planned([*TINY, f"outputs={folder}", *words])


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a sweep but the manifest, which also has its command, by its name."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def done(chosen: Sweep, threads: int = 1, backwards: bool = False) -> dict[str, bytes]:
    """Carry out a sweep; what it wrote."""
    shards = list(range(chosen.n_shards))
    with sweep.dataset(chosen).driving():
        carry_out(chosen, shards[::-1] if backwards else shards, threads, lambda _: None)
    return content(chosen.folder)


@pytest.fixture(scope="module", name="mixed")
def _mixed(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    """A finished sweep of all kinds of cells."""
    chosen = plan(tmp_path_factory.mktemp("mixed"), MIXED)
    done(chosen)
    return chosen


def test_every_run_is_the_run_alone_bit_for_bit(mixed: Sweep) -> None:
    runs, series = load_results(mixed.folder), load_results(mixed.folder, "series")
    assert len(runs) == 10
    assert (runs["fault"] == "").all()
    for run in mixed.runs:
        settings = mixed.settings[run.cell]
        assert isinstance(settings, Settings)
        world = world_of(settings, run.seed)
        terms = conditions(settings.policy, world, N_MONTHS)
        alone = simulate(world, terms, settings.behaviour, seed=run.seed, n_months=N_MONTHS)
        kept = series.loc[series["run"] == run.run, list(NAMES)].to_numpy(np.float32)
        assert kept.tobytes() == alone.series.astype(np.float32).tobytes()
        row = runs.iloc[run.run]
        assert (row["cell"], row["seed"]) == (run.cell, run.seed)
        assert row["adopters"] == alone.column("adopters")[-1]
        assert row["tonnes"] == alone.column("tonnes")[1:].sum()
    assert runs["tonnes"].nunique() > 2


def test_the_rows_say_what_their_cells_are(mixed: Sweep) -> None:
    runs, design = load_results(mixed.folder), load_results(mixed.folder, "design")
    assert list(design["cell"]) == [0, 1, 2, 3, 4]
    for _, row in runs.iterrows():
        cell = mixed.cells[row["cell"]]
        assert row["policy"] == cell["policy"]
        assert row["region"] == cell.get("region", None) or "region" not in cell
        assert row["behaviour.news"] == cell.get("behaviour.news") or "behaviour.news" not in cell


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("threads", [1, 2])
def test_threads_and_order_leave_the_same_bytes(
    threads: int, backwards: bool, mixed: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep_plan, "RUNS_PER_SHARD", 3)
    base = done(plan(tmp_path / "base", MIXED))
    other = plan(tmp_path / "other", MIXED)
    assert other.n_shards == 4
    assert done(other, threads, backwards) == base


@pytest.mark.parametrize("size", [1, 4, 7])
def test_shards_of_any_size_hold_the_same_runs(
    size: int, mixed: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep_plan, "RUNS_PER_SHARD", size)
    chosen = plan(tmp_path, MIXED)
    done(chosen)
    assert chosen.n_shards == -(-10 // size)
    assert chosen.key == mixed.key
    for table in ("runs", "series", "design"):
        assert load_results(chosen.folder, table).equals(load_results(mixed.folder, table))


def test_larger_worlds_make_smaller_shards() -> None:
    cells = "study={axes: {behaviour.news: [0.01, 0.02]}}"
    assert planned(["n_seeds=600", "n_months=10", cells]).n_shards == 2
    assert planned(["n_seeds=600", "n_months=1200", "population.n_firms=10000", cells]).n_shards == 120


def test_runs_are_numbered_by_world_then_seed_then_cell(mixed: Sweep) -> None:
    assert [run.run for run in mixed.runs] == list(range(10))
    assert [(run.cell, run.seed) for run in mixed.runs] == [
        (0, 1), (1, 1), (4, 1), (0, 2), (1, 2), (4, 2), (2, 1), (2, 2), (3, 1), (3, 2),
    ]  # fmt: skip


def test_a_world_is_built_once_for_all_that_may_share_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = []

    def counted(settings: Settings, seed: int) -> object:
        built.append((settings.region.name, settings.world.population.composition, seed))
        return world_of(settings, seed)

    monkeypatch.setattr(sweep_plan, "world_of", counted)
    axes = "policy: [none, training], behaviour.news: [0.01, 0.05], population: [survey, business]"
    axes += ", region: [latvia, norway]"
    runs = done(plan(tmp_path, f"study={{axes: {{{axes}}}}}"))
    assert runs
    assert sorted(built) == sorted(set(built))
    assert len(built) == 2 * 2 * 2


def test_seeds_are_those_of_the_study_whatever_the_shard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep_plan, "RUNS_PER_SHARD", 2)
    chosen = planned(["seed=7", "n_seeds=3", "study={axes: {policy: [none, training]}}"])
    assert chosen.seeds == (7, 8, 9)
    assert sorted({run.seed for shard in range(chosen.n_shards) for run in chosen.runs_of(shard)}) == [
        7,
        8,
        9,
    ]


def test_impossible_cells_say_so_and_the_others_go_on(tmp_path: Path) -> None:
    chosen = plan(tmp_path, "study={axes: {policy: [none, training], region.side: [60, -5]}}")
    done(chosen)
    runs = load_results(chosen.folder)
    bad = runs["region.side"] == -5
    assert bad.sum() == 4
    assert runs.loc[bad, "fault"].str.contains("region.side = -5.0 km is outside").all()
    assert runs.loc[bad, ["adopters", "tonnes", "public_cost"]].isna().all(axis=None)
    assert (runs.loc[~bad, "fault"] == "").all()
    assert runs.loc[~bad, "adopters"].notna().all()
    assert set(load_results(chosen.folder, "series")["run"]) == set(runs.loc[~bad, "run"])
    sound = plan(tmp_path / "sound", "study={axes: {policy: [none, training], region.side: [60]}}")
    done(sound)
    alone = load_results(sound.folder)
    assert runs.loc[~bad, "tonnes"].tolist() == alone["tonnes"].tolist()


def test_a_policy_meant_for_nobody_is_a_fault_of_its_runs_only(tmp_path: Path) -> None:
    nobody = "{policy: training, policy.levers.training.countries: SE}"
    chosen = plan(tmp_path, f"study={{cells: [{{policy: none}}, {nobody}, {{policy: training}}]}}")
    done(chosen)
    runs = load_results(chosen.folder)
    bad = runs["cell"] == 1
    assert runs.loc[bad, "fault"].str.contains("is meant for nobody").all()
    assert (runs.loc[~bad, "fault"] == "").all()


def test_a_study_of_which_no_cell_is_possible_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"region\.side = -5\.0 km is outside"):
        plan(tmp_path, "study={axes: {region.side: [-5, -6]}}")


AXES = "study={axes: {policy: [none, training]}}"


def test_what_decides_no_number_leaves_the_key(tmp_path: Path) -> None:
    usual = plan(tmp_path, AXES).key
    for word in ("threads=2", f"outputs={tmp_path / 'other'}", "uncertainty.draws=3"):
        assert plan(tmp_path, AXES, word).key == usual


@pytest.mark.parametrize(
    "word", ["seed=2", "n_seeds=3", "n_months=9", "behaviour.news=0.03", "goods.metal.gate_fee=1",
             "study.axes.policy=[none, mandate]", "study.against=mandate", "study.series=[tonnes]"],
)  # fmt: skip
def test_another_configuration_gets_another_folder(word: str, tmp_path: Path) -> None:
    usual, other = plan(tmp_path, AXES), plan(tmp_path, AXES, word)
    assert usual.key != other.key
    assert usual.folder != other.folder
    assert other.folder.name == f"study-{other.key}"


def test_other_evidence_is_another_key(tmp_path: Path) -> None:
    shutil.copytree(PACKAGED, tmp_path / "evidence")
    same = plan(tmp_path, AXES, f"evidence={tmp_path / 'evidence'}").key
    sources = tmp_path / "evidence" / "sources.csv"
    sources.write_text(sources.read_text(encoding="utf-8") + "added,A title,high\n", encoding="utf-8")
    assert plan(tmp_path, AXES, f"evidence={tmp_path / 'evidence'}").key != same


def test_the_key_covers_every_module_that_decides_an_outcome() -> None:
    package = Path(sweep.__file__).parents[1]
    covered = {path for pattern in NUMBERS for path in package.glob(pattern)}
    # what a run's row says is read from the series by this file
    assert package / "store" / "outcomes.py" in covered
    for part in ("rules", "levers", "world", "population", "evidence", "model"):
        assert set((package / part).glob("*.py")) <= covered


def test_a_second_sweep_computes_nothing(mixed: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(mixed.folder)
    monkeypatch.setattr(sweep, "tables", lambda *_: pytest.fail("a shard was computed again"))
    assert sweep.missing(mixed) == []
    assert done(mixed) == before


def test_a_folder_knows_its_question_and_its_version(mixed: Sweep) -> None:
    about = Dataset(mixed.folder).manifest
    assert (about["question"], about["study"], about["key"]) == ("Which?", "study", mixed.key)
    assert (about["n_cells"], about["n_runs"], about["seeds"]) == (5, 10, [1, 2])
    assert not {"started", "finished", "date", "host"} & set(about)
