"""Draws of the assumptions: each is the run that one would make by hand with those numbers, and nothing else."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sentences import blemishes

from issim import cli
from issim.analysis.importance import draw_effects
from issim.errors import InputError
from issim.evidence.vocabulary import GOODS
from issim.levers import catalogue
from issim.levers.base import DECISIONS
from issim.levers.policy import Policy, conditions, load, neutral
from issim.model.simulate import simulate
from issim.rules.observe import NAMES
from issim.runs import comparison, study, uncertainty
from issim.runs.assumptions import DRAWN, NO_PRIOR, OF_POLICY, OF_WORLD, SET, UNREAD
from issim.runs.comparison import arms, outcomes, tables
from issim.runs.job import plan
from issim.runs.uncertainty import KEPT, Draws, draws, on_terms, on_world

SMALL = ("population.n_firms=150", "n_months=36", "n_seeds=3", "seed=10", "threads=1", "uncertainty.draws=7")
COLUMNS = [NAMES.index(name) for name in KEPT]


@pytest.fixture(scope="module", name="found")
def _found() -> Draws:
    """Seven draws for none and the package."""
    return arms([*SMALL, "policy=none,package"]).draws


def fates(found: Draws) -> dict[str, str]:
    """What becomes of every assumption, by name."""
    return {one.parameter.name: one.fate for one in found.assumed}


def kept(settings: Any, policy: Policy, seed: int) -> np.ndarray:
    """The observables kept of a plain run."""
    world, n_months = study.world_of(settings, seed), settings.run.n_months
    levers = conditions(policy, world, n_months)
    run = simulate(world, levers, settings.behaviour, seed=seed, n_months=n_months)
    return run.series[:, COLUMNS]


@pytest.mark.parametrize("draw", [0, 5])
def test_a_draw_is_the_plain_run_with_its_numbers_given_by_hand(found: Draws, draw: int) -> None:
    seed = 10 + draw % 3
    values = dict(zip([p.name for p in found.drawn], found.values[draw].tolist(), strict=True))
    of_model = [f"{name}={value!r}" for name, value in values.items() if not name.startswith("policy.")]
    of_levers = [f"{name}={value!r}" for name, value in values.items() if name.startswith("policy.")]
    assert len(of_model) > 150
    assert len(of_levers) > 20
    mine = {one.policy: one.series for one in on_world(found, study.world_of(found.settings, seed), seed)
            if one.draw == draw}  # fmt: skip
    for policy, given in (("none", of_model), ("package", of_model + of_levers)):
        settings = plan([f"policy={policy}", *SMALL, *given]).settings
        assert mine[policy].tobytes() == kept(settings, settings.policy, seed).tobytes()
    default = plan(["policy=package", *SMALL]).settings
    assert mine["package"].tobytes() != kept(default, default.policy, seed).tobytes()


@pytest.mark.parametrize("draw", range(7))
def test_the_terms_of_a_draw_make_the_world_that_is_built_with_them(found: Draws, draw: int) -> None:
    values = dict(zip([p.name for p in found.drawn], found.values[draw].tolist(), strict=True))
    given = {
        name: value
        for name, value in values.items()
        if name.startswith(("goods.", "countries.", "barriers."))
    }
    built = study.world_of(dataclasses.replace(found.settings, overrides=given), 10)
    world = study.world_of(found.settings, 10)
    mine = on_terms(world, found.case(draw).evidence)
    for table in built._fields:
        for left, right in zip(getattr(mine, table), getattr(built, table), strict=True):
            assert left.tobytes() == right.tobytes(), table
    for table in ("goods", "countries", "barriers"):
        before = [column.tobytes() for column in getattr(world, table)]
        assert [column.tobytes() for column in getattr(mine, table)] != before, table


def test_a_draw_of_the_default_values_is_the_default_run(found: Draws) -> None:
    values = np.tile([float(p.value) for p in found.drawn], (3, 1))
    same = dataclasses.replace(found, values=values)
    for seed in (10, 11):
        drawn = on_world(same, study.world_of(found.settings, seed), seed)
        assert [(one.draw, one.policy) for one in drawn] == [(seed - 10, "none"), (seed - 10, "package")]
        for one, policy in zip(drawn, found.policies, strict=True):
            assert one.series.tobytes() == kept(found.settings, policy, seed).tobytes()


def test_every_draw_runs_once_in_the_world_of_its_seed(found: Draws) -> None:
    assert {seed: list(found.of_seed(seed)) for seed in (10, 11, 12)} == {
        10: [0, 3, 6],
        11: [1, 4],
        12: [2, 5],
    }


def test_tables_hold_every_draw_and_effects_are_paired(found: Draws) -> None:
    made = arms([*SMALL, "policy=none,package"])
    written = tables(made, list(outcomes(made, lambda: None)))
    series = written["draw_series"]
    assert series.groupby(["policy", "draw"]).size().to_dict() == {
        (policy, draw): 37 for policy in ("none", "package") for draw in range(7)
    }
    back = written["draws"].pivot(index="draw", columns="parameter", values="value")
    names = [p.name for p in found.drawn]
    np.testing.assert_array_equal(back[names].to_numpy(), found.values)
    effects = draw_effects(series)
    last = series[series["month"] == 36].pivot(index="draw", columns="policy", values="adopters")
    mine = effects[effects["outcome"] == "adopters"].set_index("draw")["value"]
    assert (mine == last["package"] - last["none"]).all()
    assert mine.nunique() > 1


def test_a_run_has_the_draws_of_its_comparison_with_no_policy() -> None:
    made = arms([*SMALL, "policy=none,package"])
    compared = tables(made, list(outcomes(made, lambda: None)))
    settings = plan([*SMALL, "policy=package"]).settings
    run = study.tables(settings, list(study.parts(settings, lambda: None)))
    for name in ("draws", "assumptions"):
        pd.testing.assert_frame_equal(run[name], compared[name], check_exact=True)
    order = ["policy", "draw", "month"]
    mine, theirs = (t["draw_series"].sort_values(order, ignore_index=True) for t in (run, compared))
    pd.testing.assert_frame_equal(mine, theirs, check_exact=True)


def test_another_policy_beside_it_leaves_the_draws_of_a_policy_as_they_were(found: Draws) -> None:
    more = arms([*SMALL, "policy=none,facilitator,package"]).draws
    place = {p.name: k for k, p in enumerate(more.drawn)}
    for column, parameter in enumerate(found.drawn):
        np.testing.assert_array_equal(more.values[:, place[parameter.name]], found.values[:, column])
    assert len(more.drawn) > len(found.drawn)


def test_draws_leave_the_default_runs_alone() -> None:
    with_draws, without = (arms([*SMALL, "policy=none,package", f"uncertainty.draws={n}"]) for n in (7, 0))
    one, other = (tables(made, list(outcomes(made, lambda: None))) for made in (with_draws, without))
    assert set(one) - set(other) == {"draws", "draw_series"}
    for name, table in other.items():
        pd.testing.assert_frame_equal(table, one[name], check_exact=True)


def test_a_single_policy_is_not_drawn_for() -> None:
    settings = plan([*SMALL, "policy=none"]).settings
    assert draws(settings, study.arms(settings.policy)).values.shape[0] == 0


def test_a_neutral_policy_changes_nothing_in_any_draw(found: Draws) -> None:
    none, package = found.policies
    idle = draws(found.settings, (none, neutral(package)))
    series = {(one.draw, one.policy): one.series
              for one in on_world(idle, study.world_of(found.settings, 10), 10)}  # fmt: skip
    assert len(series) == 6
    for draw in (0, 3, 6):
        assert series[draw, "none"].tobytes() == series[draw, "package"].tobytes()


def test_what_the_configuration_sets_stays_as_set() -> None:
    by_hand = ["behaviour.search_rate=0.05", "goods.metal.gate_fee=100", "barriers.20.strength=0.5"]
    found = arms([*SMALL, "policy=none,training", *by_hand]).draws
    key = found.settings.evidence.barriers[19].key
    names = ["behaviour.search_rate", "goods.metal.gate_fee", f"barriers.{key}.strength"]
    assert [fates(found)[name] for name in names] == [SET] * 3
    case = found.case(0)
    assert case.behaviour.search_rate == 0.05
    assert case.evidence.goods[GOODS.index("metal")].gate_fee == 100.0
    assert case.evidence.barriers[19].strength == 0.5
    assert case.behaviour.give_up != found.settings.behaviour.give_up


def test_every_assumption_has_its_fate(found: Draws) -> None:
    known = fates(found)
    assert len(known) == len(found.assumed)
    said = {
        "behaviour.start_share": DRAWN,
        "barriers.law_unknown.strength": DRAWN,
        "goods.metal.gate_fee": DRAWN,
        "countries.SI.landfill_tax": DRAWN,
        "policy.levers.training.relief.law_unknown": DRAWN,
        "policy.levers.mandate.quota": OF_POLICY,
        "policy.levers.platform.capacity": OF_POLICY,
        "region.clustered": OF_WORLD,
        "streams.available": OF_WORLD,
        "goods.metal.reach": OF_WORLD,
        "goods.metal.yield_": OF_WORLD,
        "goods.metal.gate_fee_spread": OF_WORLD,
        "barriers.short_term.prevalence": OF_WORLD,
        "countries.NO.incineration_tax": NO_PRIOR,
    }
    assert {name: known[name] for name in said} == said
    assert not {name for name in known if name.rpartition(".")[2] in UNREAD}
    assert not {"seed", "n_seeds", "population.n_firms", "region.side"} & set(known)


def test_what_the_policy_decides_is_the_same_in_every_draw(found: Draws) -> None:
    for draw in range(len(found.values)):
        for lever, drawn in zip(found.policies[1].levers, found.case(draw).policies[1].levers, strict=True):
            for field in ("start", "ramp", "capacity", "intensity", "quota", "threshold", "fine", "rate"):
                assert getattr(lever, field, None) == getattr(drawn, field, None)
            assert lever.unit_cost == 0.0 or lever.unit_cost != drawn.unit_cost


def test_every_decision_is_a_number_of_some_lever() -> None:
    fields = {p.name.split(".", 3)[3] for p in catalogue.parameters()}
    fields |= {field.partition(".")[0] for field in fields}
    effects = {name for name in DECISIONS if name.startswith("effects.")}
    assert set(DECISIONS) - effects <= fields
    assert len(effects & fields) >= 2


@pytest.mark.parametrize("field", ["gate_fee_spread", "yield_", "reach"])
def test_terms_that_are_held_fixed_would_need_another_world(field: str) -> None:
    settings = plan(SMALL).settings
    other = dataclasses.replace(settings, overrides={f"goods.{good}.{field}": 0.6 for good in GOODS})
    a, b = study.world_of(settings, 10), study.world_of(other, 10)
    assert any(
        left.tobytes() != right.tobytes() if left.shape == right.shape else True
        for table in ("firms", "pairs")
        for left, right in zip(getattr(a, table), getattr(b, table), strict=True)
    )


@pytest.mark.parametrize("field", UNREAD)
def test_terms_that_are_left_out_of_the_list_change_nothing(field: str) -> None:
    settings = plan(SMALL).settings
    other = dataclasses.replace(settings, overrides={f"countries.LV.{field}": 0.33})
    a, b = study.world_of(settings, 10), study.world_of(other, 10)
    for table in a._fields:
        for left, right in zip(getattr(a, table), getattr(b, table), strict=True):
            assert left.tobytes() == right.tobytes(), table


def test_policies_that_disagree_on_a_lever_have_draws_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "dear.yaml").write_text("levers: {training: {unit_cost: 9000}}", encoding="utf-8")
    (tmp_path / "wide.yaml").write_text(
        "levers: {training: {priors: {unit_cost: 'uniform(1, 2)'}}}", encoding="utf-8"
    )
    found = arms([*SMALL, f"policy=training,{tmp_path / 'dear.yaml'},{tmp_path / 'wide.yaml'}"]).draws
    known = fates(found)
    assert known["policy.levers.training.unit_cost"] == DRAWN
    assert known["arms.wide.levers.training.unit_cost"] == DRAWN
    assert known["arms.dear.levers.training.unit_cost"] == NO_PRIOR
    assert "arms.wide.levers.training.relief.law_unknown" not in known
    training, dear, wide = (policy.levers[0] for policy in found.case(2).policies)
    assert 1000 <= training.unit_cost <= 10_000
    assert dear.unit_cost == 9000
    assert 1 <= wide.unit_cost <= 2
    assert training.relief == dear.relief == wide.relief != load("training").levers[0].relief


def test_a_malformed_prior_is_refused_before_anything_runs(found: Draws) -> None:
    metal = dataclasses.replace(found.settings.evidence.goods[0], priors={"gate_fee": "about 50"})
    evidence = dataclasses.replace(found.settings.evidence, goods=(metal, *found.settings.evidence.goods[1:]))
    with pytest.raises(InputError, match=r"goods\.metal\.gate_fee = 'about 50' is none") as caught:
        draws(dataclasses.replace(found.settings, evidence=evidence), found.policies)
    assert not blemishes(str(caught.value))


def test_nothing_is_left_behind_when_stopped_among_the_draws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    begun: list[int] = []
    real = uncertainty.on_world

    def stopped(found: Any, world: Any, seed: int) -> Any:
        begun.append(seed)
        if seed == 11:
            raise KeyboardInterrupt
        return real(found, world, seed)

    monkeypatch.setattr(comparison.uncertainty, "on_world", stopped)
    small = [*SMALL, "n_seeds=200", f"outputs={tmp_path / 'outputs'}"]
    assert cli.main(["compare", "policy=none,training", *small]) == 130
    assert "nothing was written" in capsys.readouterr().err
    assert len(begun) < 20
    assert not (tmp_path / "outputs").exists()
