"""The Mesa model: the same bits as the headless run, everything Mesa promises, and nothing left behind."""

from __future__ import annotations

import gc
import inspect
import tracemalloc
import weakref
from typing import Any

import mesa
import numpy as np
import pytest

from issim.errors import InputError
from issim.model.exchange import Exchange
from issim.model.firm import Firm
from issim.model.lever_agent import Authority, LeverAgent, Platform
from issim.model.simulate import simulate
from issim.model.symbiosis import SymbiosisModel
from issim.rules.observe import NAMES
from issim.world.conditions import SKILLS_GAIN


def bits(state: Any) -> dict[str, bytes]:
    """Every array of a state."""
    return {
        f"{part}.{name}": array.tobytes()
        for part, table in state._asdict().items()
        for name, array in table._asdict().items()
    }


SEED, N_MONTHS = 5, 36  # of the fixture `lively`


@pytest.mark.parametrize("with_policy", [False, True])
def test_model_and_simulate_leave_the_same_bits(world, conditions, with_policy, behaviour, lively):
    chosen = conditions if with_policy else None
    model = lively(conditions=chosen)
    model.run_model()
    headless = simulate(world, chosen, behaviour, seed=SEED, n_months=N_MONTHS)
    assert model.trajectory.series.tobytes() == headless.series.tobytes()
    assert bits(model.state) == bits(headless.state)
    assert headless.column("new_operating").sum() > 5  # else there would be little to agree on


def test_a_policy_by_name_is_the_policy_by_its_conditions(conditions, lively):
    by_name, by_conditions = lively(policy="package"), lively(conditions=conditions)
    by_name.run_model()
    by_conditions.run_model()
    assert by_name.series.tobytes() == by_conditions.series.tobytes()
    assert [lever.name for lever in by_name.levers] == ["mandate", "tax_relief", "training", "platform"]


@pytest.mark.parametrize(("region", "code"), [("Denmark", "DK"), ("nl", "NL")])
def test_a_country_that_was_not_surveyed_is_a_region_too(region, code):
    model = SymbiosisModel(region=region, n_firms=30, n_months=1, seed=4)
    assert {firm.country for firm in model.firms} == {code}
    assert model.observed[f"adopters_country_{code}"] == model.observed["adopters"]


def test_the_model_builds_its_world_itself():
    model = SymbiosisModel(region="Latvia", n_firms=30, n_months=2, seed=4)
    assert {firm.country for firm in model.firms} == {"LV"}
    assert len(model.firms) == 30
    again = SymbiosisModel(region="LV", n_firms=30, n_months=2, seed=4)
    assert bits(model.state) == bits(again.state)
    assert bits(SymbiosisModel(region="LV", n_firms=30, n_months=2, seed=9).state) != bits(model.state)


def test_select_finds_the_firms_that_the_arrays_name(lively):
    model = lively()
    for _ in range(12):
        model.step()
    ready = model.agents.select(lambda firm: firm.trust > 0.5 and firm.stage == "operating")
    expected = np.flatnonzero((model.state.firms.trust > 0.5) & (model.state.firms.operating > 0))
    assert len(expected) > 0
    assert [firm.row for firm in ready] == expected.tolist()
    assert sum(model.agents.get("operating")) == model.state.firms.operating.sum()


def n_large(model: SymbiosisModel) -> int:
    """A user's own reporter."""
    return len(model.firms.select(lambda firm: firm.size == "large"))


def test_the_collector_holds_every_observable_of_every_month(world, lively):
    model = lively(agent_reporters={"trust": "trust", "stage": "stage"},
                   model_reporters={"large": n_large})  # fmt: skip
    model.run_model()
    frame = model.datacollector.get_model_vars_dataframe()
    assert frame[list(NAMES)].to_numpy().tobytes() == model.series.tobytes()
    assert set(frame["large"]) == {int((world.firms.size == 3).sum())}
    firms = model.datacollector.get_agent_vars_dataframe()
    assert len(firms) == (N_MONTHS + 1) * 240
    assert np.array_equal(firms.loc[N_MONTHS]["trust"].to_numpy(), model.state.firms.trust)
    assert (firms["stage"] == "operating").groupby("Step").sum().tolist() == frame["adopters"].tolist()


def test_a_misspelt_agent_reporter_is_refused(lively):
    with pytest.raises(AttributeError, match="did you mean trust"):
        lively(agent_reporters={"trust": "trsut"})


def test_batch_run_reports_what_simulate_finds(world, conditions, behaviour):
    arguments: dict[str, Any] = {"world": [world], "behaviour": [behaviour], "n_months": 13}
    seeds: dict[str, Any] = {"rng": [1, 2]}  # since Mesa 3.5 the batch sets the seed itself
    if "rng" not in inspect.signature(mesa.batch_run).parameters:
        arguments, seeds = arguments | {"seed": [1, 2]}, {}
    found = mesa.batch_run(
        SymbiosisModel, arguments | {"policy": ["none", "package"]},
        max_steps=12, data_collection_period=1, display_progress=False, **seeds,
    )  # fmt: skip
    assert len(found) == 2 * 2 * 13
    for seed in (1, 2):
        for policy, chosen in (("none", None), ("package", conditions)):
            rows = [row for row in found if row["seed"] == seed and row["policy"] == policy]
            headless = simulate(world, chosen, behaviour, seed=seed, n_months=12)
            assert [row["Step"] for row in rows] == list(range(13))
            for name in ("adopters", "new_met", "public_cost", "co2"):
                assert [row[name] for row in rows] == headless.column(name).tolist()


def test_a_batch_without_seeds_draws_one_and_keeps_it(lively):
    first, second = lively(seed=None), lively(seed=None)
    assert first.seed != second.seed
    again = lively(seed=first.seed)
    first.run_model()
    again.run_model()
    assert first.series.tobytes() == again.series.tobytes()


def test_the_callback_sees_every_month_and_may_change_the_next(lively):
    seen: list[tuple[int, float]] = []

    def watch(model: SymbiosisModel) -> None:
        seen.append((model.month, model.observed["adopters"]))

    model = lively(each_month=watch)
    model.run_model()
    assert [month for month, _ in seen] == list(range(1, N_MONTHS + 1))
    assert [adopters for _, adopters in seen] == model.trajectory.column("adopters")[1:].tolist()

    def distrust(model: SymbiosisModel) -> None:
        if model.month == 6:
            for firm in model.firms:
                firm.trust = 0.0

    shaken = lively(each_month=distrust)
    shaken.run_model()
    assert shaken.series[:7].tobytes() == model.series[:7].tobytes()
    assert shaken.trajectory.column("trust")[7] < 0.05 < model.trajectory.column("trust")[7]
    accepted = [run.trajectory.column("new_accepted")[7:].sum() for run in (shaken, model)]
    assert accepted[0] < accepted[1]


def test_the_model_can_be_subclassed(world, behaviour):
    class Counting(SymbiosisModel):
        """Counts its steps by itself."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.calls = 0

        def step(self) -> None:
            self.calls += 1
            super().step()

    model = Counting(world, behaviour=behaviour, seed=SEED, n_months=N_MONTHS)
    model.run_model()
    assert model.calls == model.steps == model.month == N_MONTHS
    headless = simulate(world, None, behaviour, seed=SEED, n_months=N_MONTHS)
    assert model.series.tobytes() == headless.series.tobytes()


def test_levers_and_the_authority_are_agents_too(conditions, lively):
    model = lively(policy="package")
    model.run_model()
    assert len(model.agents_by_type[Platform]) == 1
    (platform,), (authority,) = model.agents_by_type[Platform], model.agents_by_type[Authority]
    levers = {lever.name: lever for lever in model.levers}
    assert {type(lever) for lever in levers.values()} == {LeverAgent, Platform}
    assert authority.spent == pytest.approx(model.trajectory.column("public_cost").sum())
    assert authority.spent > 0.0
    assert platform.members == [firm for firm in model.firms if firm.member == 1]
    training = levers["training"]
    assert training.reached == len(training.firms_reached) == (model.state.levers.reached[2] >= 0).sum() > 0
    assert training.strength == conditions.strength[2, N_MONTHS - 1]
    assert training.effects["skills_gain"] == conditions.effect[2, SKILLS_GAIN] > 0.0
    assert len(model.firms) == 240
    assert len({agent.unique_id for agent in model.agents}) == len(model.agents) == 240 + 4 + 1


def test_before_the_first_month_no_lever_is_in_force(lively):
    with_levers, without = lively(policy="package"), lively()
    assert [lever.strength for lever in with_levers.levers] == [0.0] * 4
    gains = [[Exchange(model, pair).gain for pair in range(50)] for model in (with_levers, without)]
    assert gains[0] == gains[1]
    with_levers.step()
    without.step()
    gains = [[Exchange(model, pair).gain for pair in range(50)] for model in (with_levers, without)]
    assert gains[0] != gains[1]
    assert all(supported >= plain for supported, plain in zip(*gains, strict=True))


def test_a_lever_whose_budget_is_spent_says_when_and_has_no_strength(conditions, lively):
    poor = conditions._replace(budget=np.full(4, 30_000.0))
    model = lively(conditions=poor)
    model.run_model()
    for lever in model.levers:
        stopped = int(model.state.levers.stopped[lever.row])
        assert lever.stopped == (None if stopped < 0 else stopped)
        assert lever.strength == (0.0 if 0 <= stopped < N_MONTHS - 1 else poor.strength[lever.row, -1])
    assert any(lever.stopped is not None and lever.strength == 0.0 for lever in model.levers)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"seed": -1}, "seed = -1"),
        ({"seed": 2**64}, "seed = 18446744073709551616"),
        ({"seed": 1.5}, "seed = 1.5"),
        ({"n_months": 0}, "n_months = 0"),
        ({"world": None, "region": "Atlantis"}, "region 'Atlantis' is not known"),
        ({"world": None, "n_firms": 0}, "n_firms = 0"),
        ({"behaviour": {"contagoin": 0.1}}, "did you mean contagion"),
        ({"behaviour": {"contagion": -0.1}}, r"behaviour.contagion = -0.1 1/month is outside \[0, 5\]"),
        ({"policy": "utopia"}, "utopia"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(arguments, words, lively):
    with pytest.raises(InputError, match=words):
        lively(**arguments) if "world" not in arguments else SymbiosisModel(**arguments)


def test_conditions_that_do_not_fit_are_refused(conditions, lively):
    with pytest.raises(InputError, match="more than the 48 that the conditions cover"):
        lively(conditions=conditions, n_months=49)
    with pytest.raises(InputError, match="both given"):
        lively(conditions=conditions, policy="training")


def test_a_finished_model_does_not_go_on(lively):
    model = lively(n_months=2)
    model.run_model()
    assert not model.running
    with pytest.raises(InputError, match="n_months = 2"):
        model.step()
    assert model.month == 2


def test_agents_of_others_are_numbered_on_and_do_not_keep_the_model(lively):
    model = lively()
    visitor = mesa.Agent(model)
    assert visitor.unique_id == len(model.agents) == 241
    assert model not in getattr(mesa.Agent, "_ids", {})


def test_fifty_finished_models_are_freed(lively):
    def run() -> weakref.ref[SymbiosisModel]:
        model = lively(policy="package", n_months=2)
        model.run_model()
        return weakref.ref(model)

    run()
    gc.collect()
    tracemalloc.start()
    try:
        one = run()
        size = tracemalloc.get_traced_memory()[0]
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        gone = [one, *(run() for _ in range(49))]
        gc.collect()
        after = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert [ref for ref in gone if ref() is not None] == []
    assert not [thing for thing in gc.get_objects() if type(thing) is Firm]
    assert after - before < max(size, 100_000)  # less than one of the fifty
