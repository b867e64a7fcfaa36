"""The EMA Workbench: batches are what its own evaluators give, for scenarios, policies, levers and series."""

from __future__ import annotations

import pickle
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import issim
from issim.connect import salib
from issim.errors import InputError
from issim.store.outcomes import MEASURES

workbench = pytest.importorskip(
    "ema_workbench", reason="the extra `ema` is not installed", exc_type=ImportError
)
TINY = ("population.n_firms=60", "n_months=12", "n_seeds=2", "threads=1")
SHARE = "behaviour.start_share"
POLICIES = ("none", "training")


@pytest.fixture(name="ema", scope="module")
def _ema() -> Any:
    """The connector."""
    from issim.connect import ema

    return ema


@pytest.fixture(name="small", scope="module")
def _small(ema: Any) -> Any:
    """A model with an uncertainty, a choice of regions, policies as levers, and a series."""
    return ema.model(
        {SHARE: "prior", "region": ["latvia", "norway"], "candidates.per_offer": "prior"},
        {"policy": ["none", "training", "platform"]},
        TINY,
        series=["unaware"],
    )


def test_batches_give_the_bits_of_the_workbenchs_own_evaluator(ema: Any, small: Any) -> None:
    with ema.BatchEvaluator(small) as evaluator:
        rows, found = evaluator.perform_experiments(scenarios=4, policies=ema.policies(POLICIES))
    scenarios = [
        workbench.Scenario(
            str(k), **{name: rows[name][k] for name in (SHARE, "region", "candidates.per_offer")}
        )
        for k in range(4)
    ]
    with workbench.SequentialEvaluator(small) as evaluator:
        again, alone = evaluator.perform_experiments(scenarios=scenarios, policies=ema.policies(POLICIES))
    assert list(rows["policy"]) == list(again["policy"]) == ["none"] * 4 + ["training"] * 4
    assert set(found) == {*(m.key for m in MEASURES), "unaware_by_month"}
    assert found["unaware_by_month"].shape == (8, 13)
    assert all((found[name] == alone[name]).all() for name in found)
    assert (found["public_cost"][:4] == 0).all()
    assert (found["aware"][4:] > found["aware"][:4]).all()


def test_the_model_is_the_one_that_salib_sees(ema: Any) -> None:
    model = ema.model([SHARE], overrides=[*TINY, "policy=training"])
    shares = (0.01, 0.2)
    with ema.BatchEvaluator(model) as evaluator:
        _, found = evaluator.perform_experiments([workbench.Scenario(str(s), **{SHARE: s}) for s in shares])
    assert (
        found["adopters"].tolist()
        == salib.evaluate([[s] for s in shares], [SHARE], "adopters", [*TINY, "policy=training"]).tolist()
    )


def test_parameters_have_the_priors_and_whole_numbers_stay_whole(small: Any) -> None:
    share = small.uncertainties[SHARE]
    assert (share.lower_bound, share.upper_bound) == pytest.approx((0.001, 0.29), rel=1e-12)
    assert share.dist.dist.name == "loguniform" or share.dist.dist.name == "reciprocal"
    offers = small.uncertainties["candidates.per_offer"]
    assert isinstance(offers, workbench.IntegerParameter)
    assert (offers.lower_bound, offers.upper_bound) == (3, 10)


def test_sampled_levers_and_outcomes_of_ones_own(ema: Any) -> None:
    model = ema.model(
        [SHARE], {"policy.levers.training.running_cost": "uniform(1000, 15000)"}, [*TINY, "policy=training"]
    )
    model.outcomes = [
        workbench.ScalarOutcome("spent", variable_name="public_cost", function=lambda x: x / 1e6)
    ]
    with ema.BatchEvaluator(model) as evaluator:
        rows, found = evaluator.perform_experiments(scenarios=1, policies=5)
    order = np.argsort(rows["policy.levers.training.running_cost"])
    assert rows["policy.levers.training.running_cost"].between(1000, 15000).all()
    assert (np.diff(found["spent"][order]) > 0).all()
    assert found["spent"] == pytest.approx(found["public_cost"] / 1e6)


def test_a_search_over_levers_minimises_what_the_public_pays(ema: Any) -> None:
    model = ema.model(
        [], {"policy.levers.training.running_cost": "uniform(1000, 15000)"}, [*TINY, "policy=training"]
    )
    model.outcomes.clear()
    model.outcomes = [workbench.ScalarOutcome("public_cost", kind=workbench.ScalarOutcome.MINIMIZE)]
    random.seed(1)  # what the search draws from
    with ema.BatchEvaluator(model) as evaluator:
        best = evaluator.optimize(nfe=20, searchover="levers", epsilons=[1.0], population_size=10)
    # of ten draws to begin with, all lie above the middle once in a thousand searches
    assert best["policy.levers.training.running_cost"].min() < 8000


def test_a_model_travels_to_another_process(ema: Any, small: Any) -> None:
    scenario, policy = (
        workbench.Scenario("s", **{SHARE: 0.1, "region": "norway"}),
        ema.policies(["training"])[0],
    )
    said = []
    for model in (small, pickle.loads(pickle.dumps(small))):
        model.run_model(scenario.copy(), policy.copy())
        said.append(dict(model.outcomes_output))
    assert all(np.array_equal(said[0][name], said[1][name]) for name in said[0])


@pytest.mark.parametrize(
    ("axes", "said"),
    [
        (["behaviour.contagio"], "behaviour.contagion"),
        ({"region": ["latvia"]}, "has one value only"),
        ({SHARE: "normal(0, 1)"}, "write uniform(low, high)"),
        ({"seed": [1, 2]}, "cannot differ between cells"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(ema: Any, axes: Any, said: str) -> None:
    with pytest.raises(InputError) as refused:
        ema.model(axes, overrides=TINY)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_unknown_observables_and_impossible_experiments_are_refused(ema: Any, small: Any) -> None:
    with pytest.raises(InputError, match="did you mean adopters"):
        ema.model([SHARE], overrides=TINY, series=["adopter"])
    with ema.BatchEvaluator(small) as evaluator, pytest.raises(InputError, match="policy 'nun' is not known"):
        evaluator.perform_experiments(policies=ema.policies(["nun"]))


def test_a_missing_workbench_is_one_sentence() -> None:
    call = "import sys; sys.modules['ema_workbench'] = None; import issim.connect.ema"
    done = subprocess.run(
        [sys.executable, "-c", call], capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(Path(issim.__file__ or "").parents[1])},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1] == (
        "ImportError: issim.connect.ema needs the package ema-workbench; add it by `pip install 'issim[ema]'`."
    )


def test_the_example_explores_every_policy_in_every_scenario() -> None:
    from connectors import ema_example

    words = ("region=latvia", "population.n_firms=60", "n_months=12", "n_seeds=1", "threads=1")
    rows, outcomes = ema_example.explored(3, words)
    assert rows["policy"].value_counts().to_dict() == dict.fromkeys(ema_example.POLICIES, 3)
    assert outcomes["adopters_by_month"].shape == (9, 13)
    assert (outcomes["adopters_by_month"][:, -1] == outcomes["adopters"]).all()
