"""The runs of a sensitivity analysis: what is varied, in which worlds, and that each is the run it would be alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from issim.analysis.sensitivity import EFFECT, OUTCOME, Quantity, observed
from issim.errors import InputError
from issim.levers.policy import conditions
from issim.model.simulate import simulate
from issim.rules.observe import NAMES
from issim.runs import blocks, sensitivity
from issim.runs.blocks import Analysis, Stage
from issim.runs.job import plan
from issim.runs.study import world_of
from issim.runs.varied import needs_world, varied
from issim.store.blocks import REST

TINY = ("population.n_firms=60", "n_months=10", "policy=training", "threads=1", "seed=3")
FEW = ("behaviour.contact", "streams.needs", "candidates.per", "goods.metal.reach", "goods.metal.gate_fee",
       "barriers.law_unknown", "waste.micro", "population.trust_mean", "policy.levers.training.relief.law")  # fmt: skip


def analysis(tmp_path: Path, *words: str, only: tuple[str, ...] = FEW) -> Analysis:
    return sensitivity.planned([*TINY, f"outputs={tmp_path}", *words], only=only)


def names(found: Analysis) -> list[str]:
    return [p.name for p in found.varied.factors]


@pytest.fixture(name="stage")
def _stage(tmp_path: Path) -> Stage:
    """Two trajectories."""
    return sensitivity.screening(analysis(tmp_path), 0, 2)


def test_everything_with_a_prior_is_varied_but_what_cannot_matter_or_is_set() -> None:
    settings = plan(["policy=package", "behaviour.contagion=0.02", "goods.metal.gate_fee=90"]).settings
    found = [p.name for p in varied(settings).factors]
    assert len(found) == len(set(found)) > 300
    tables = {name.partition(".")[0] for name in found}
    assert tables >= {"behaviour", "barriers", "goods", "countries", "policy", "streams", "candidates", "peers",
                      "population", "region", "waste"}  # fmt: skip
    assert not {"behaviour.contagion", "goods.metal.gate_fee", "policy.levers.mandate.quota"} & set(found)
    decided = [p.name for p in varied(settings, decisions=True).factors]
    assert set(decided) - set(found) == {
        "policy.levers.mandate.quota", "policy.levers.mandate.fine", "policy.levers.mandate.check_probability",
        "policy.levers.tax_relief.rate", "policy.levers.platform.capacity",
    }  # fmt: skip
    here = [name for name in found if name.startswith("countries.")]
    assert here
    assert not any(name.split(".")[1] in ("BE", "DK", "FI", "NL", "SE") for name in here)
    latvian = [
        p.name for p in varied(plan(["region=latvia"]).settings).factors if p.name.startswith("countries.")
    ]
    assert {name.split(".")[1] for name in latvian} == {"LV"}


def test_borders_are_varied_unless_a_configuration_says_what_no_prior_covers() -> None:
    found = [p.name for p in varied(plan(["region=nwe_harbours"]).settings).factors]
    assert "region.borders.antwerp_rotterdam.legal" in found
    assert "region.borders.rotterdam_zeeland.crossing" in found
    assert "region.borders.rotterdam_zeeland.legal" not in found  # within one country there is none


def test_a_trajectory_changes_every_number_once_by_two_thirds_of_its_prior(stage: Stage) -> None:
    n = len(stage.analysis.varied.factors)
    steps = np.diff(stage.design.unit.reshape(2, n + 1, n), axis=1)
    assert (np.count_nonzero(np.round(steps, 9), axis=2) == 1).all()
    assert sorted(np.abs(steps[0]).argmax(axis=1).tolist()) == list(range(n))
    assert np.abs(steps).max(axis=2) == pytest.approx(2.0 / 3.0)


def test_values_keep_their_priors_and_counts_are_whole(stage: Stage) -> None:
    for k, factor in enumerate(stage.analysis.varied.factors):
        column = stage.values[:, k]
        assert (factor.par.low <= column).all()
        assert (column <= factor.par.high).all()
        if factor.name.startswith("candidates.per"):
            assert (column == np.round(column)).all()


def test_every_run_has_the_bits_of_the_run_alone(stage: Stage) -> None:
    """Under the same numbers, said on the command line, whether they need another world or not."""
    sensitivity.carry_out(stage, 1, lambda n: None)
    seen = observed([stage.folder])
    found, n_policies = names(stage.analysis), stage.n_policies
    assert any(map(needs_world, found))
    assert not all(map(needs_world, found))
    paired = seen.found[Quantity(EFFECT, "tonnes")]
    for run in stage.runs[:: len(stage.runs) // 7]:
        point, policy = divmod(run.cell, n_policies)
        block, row = divmod(point, stage.design.rows)
        words = [f"{name}={float(v) if not v.is_integer() else int(v)}" for name, v in
                 zip(found, stage.values[point].tolist(), strict=True)]  # fmt: skip
        settings = plan([*TINY, *words]).settings
        world = world_of(settings, run.seed)
        tonnes = []
        for of in (None, conditions(settings.policy, world, 10)):
            series = simulate(world, of, settings.behaviour, seed=run.seed, n_months=10).series
            tonnes.append(series[1:, NAMES.index("tonnes")].sum())
        replicate = run.seed - min(r.seed for r in stage.runs if r.cell == run.cell)
        assert seen.found[Quantity(OUTCOME, "tonnes")][block, row, replicate] == tonnes[1]
        assert paired[block, row, replicate] == tonnes[1] - tonnes[0]
        assert policy in (0, 1)


def test_constants_of_a_posterior_are_each_seeds_own_and_not_varied(tmp_path: Path) -> None:
    found = analysis(
        tmp_path, "behaviour=posterior", "behaviour.contact_rate=0.4", only=("streams.needs", "goods.metal")
    )
    settings = found.settings
    assert not any(name.startswith("behaviour.") for name in names(found))
    stage = sensitivity.screening(found, 0, 1)
    first, other = (next(run for run in stage.runs if run.seed == seed) for seed in (3, 4))
    jobs = [stage.job(run, stage.world(run)) for run in (first, other)]
    assert [job.behaviour for job in jobs] == [settings.behaviour_of(seed) for seed in (3, 4)]
    assert jobs[0].behaviour != jobs[1].behaviour


def test_worlds_are_shared_by_settings_that_differ_in_terms_only(stage: Stage) -> None:
    found, rows = names(stage.analysis), stage.design.rows
    n_changes = sum(map(needs_world, found))
    assert 0 < n_changes < len(found)
    for block in range(2):
        keys = {stage.worlds[p * stage.n_policies] for p in range(block * rows, (block + 1) * rows)}
        assert len(keys) == 1 + n_changes
    seeds = [run.seed for run in stage.runs]
    assert sorted(set(seeds)) == [3, 4, 5, 6]  # two replicates of each of two trajectories


def test_doubled_samples_begin_with_those_there_are(tmp_path: Path) -> None:
    found = analysis(tmp_path)
    chosen = names(found)[:2]
    whole = sensitivity.indices(found, chosen, 0, 16, 3)
    halves = [sensitivity.indices(found, chosen, 0, 8, 3), sensitivity.indices(found, chosen, 8, 16, 3)]
    assert (np.concatenate([half.design.unit for half in halves]) == whole.design.unit).all()
    assert [half.design.first_block for half in halves] == [0, 8]
    assert {run.seed for run in halves[0].runs} & {run.seed for run in halves[1].runs} == set()
    more = sensitivity.screening(found, 2, 2).design.unit
    assert not (more == sensitivity.screening(found, 0, 2).design.unit).all()


def test_a_block_of_indices_exchanges_one_number_at_a_time_and_all_others_together(tmp_path: Path) -> None:
    found = analysis(tmp_path)
    all_names = names(found)
    chosen = [all_names[3], all_names[1]]
    stage = sensitivity.indices(found, chosen, 0, 4, 2)
    assert sensitivity.grouped(chosen, all_names) == [*chosen, REST]
    for block in stage.design.unit.reshape(4, 5, len(all_names)):
        a, *middle, b = block
        for row, own in zip(middle[:2], (3, 1), strict=True):
            assert np.flatnonzero(row != a).tolist() == [own]
            assert row[own] == b[own]
        assert sorted(np.flatnonzero(middle[2] == a).tolist()) == [1, 3]
        assert (np.delete(middle[2], [1, 3]) == np.delete(b, [1, 3])).all()


def test_a_stopped_stage_goes_on_and_ends_with_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "RUNS_PER_SHARD", 20)
    one, other = (sensitivity.screening(analysis(tmp_path / name), 0, 2) for name in ("one", "other"))
    sensitivity.carry_out(one, 1, lambda n: None)

    def stop(n: int) -> None:
        nonlocal left
        left -= n
        if left < 0:
            raise KeyboardInterrupt

    left = 45
    with pytest.raises(KeyboardInterrupt):
        sensitivity.carry_out(other, 1, stop)
    kept = sensitivity.dataset(other).done()
    assert 0 < len(kept) < len(one.bounds) - 1
    ticks: list[int] = []
    sensitivity.carry_out(other, 2, ticks.append)
    assert sum(ticks) == len(other.runs) - sum(len(other.runs_of(shard)) for shard in kept)
    files = [sorted(stage.folder.rglob("*.parquet")) for stage in (one, other)]
    assert [p.read_bytes() for p in files[0]] == [p.read_bytes() for p in files[1]]


@pytest.mark.parametrize(
    ("words", "only", "said"),
    [
        (["n_seeds=3"], (), "decides by the variance how often to run"),
        (["uncertainty.draws=0"], (), "decides by the variance how often to run"),
        (["experiment=trust_learning"], (), "A study cannot be analysed"),
        ([], ("behaviour.contagion",), "1 number is left to vary"),
        ([], ("behavior.",), "--only = 'behavior.' names nothing"),
        (["policy=trainig"], (), "training"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_in_a_sentence(
    words: list[str], only: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as refused:
        sensitivity.planned([*TINY, f"outputs={tmp_path}", *words], only=only)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
