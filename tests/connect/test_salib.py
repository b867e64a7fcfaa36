"""SALib: problems out of priors, the model as a function of samples, and the example."""

from __future__ import annotations

import math

import numpy as np
import pytest
from connectors import salib_example
from SALib import ProblemSpec
from SALib.analyze import morris as morris_analysis
from SALib.sample import morris as morris_sampling

from issim.connect import salib
from issim.connect.experiments import Experiments
from issim.errors import InputError
from issim.levers.policy import conditions
from issim.model.simulate import simulate
from issim.rules.observe import NAMES
from issim.runs import priors
from issim.runs.job import plan
from issim.runs.parameters import parameters
from issim.runs.study import world_of

TINY = ("population.n_firms=60", "n_months=12", "n_seeds=2", "policy=training", "threads=1")
AXES = ("behaviour.start_share", "policy.levers.training.unit_cost")


def test_a_problem_has_the_bounds_and_the_distributions_of_the_priors() -> None:
    assert salib.problem(AXES) == {
        "num_vars": 2,
        "names": list(AXES),
        "bounds": [
            [pytest.approx(b, rel=1e-12) for b in bounds] for bounds in ((0.001, 0.29), (1000, 10000))
        ],
        "dists": ["logunif", "logunif"],
    }
    own = salib.problem({"policy.levers.training.capacity": "uniform(5, 20)", AXES[0]: "prior"})
    assert (own["bounds"][0], own["dists"]) == ([5.0, 20.0], ["unif", "logunif"])


def test_samplers_draw_from_the_priors() -> None:
    problem = salib.problem(AXES)
    drawn = ProblemSpec(problem).sample_latin(400, seed=1).samples
    known = {p.name: p for p in parameters()}
    for column, name in zip(drawn.T, AXES, strict=True):
        quantiles = np.sort(priors.distribution(known[name]).cdf(column))
        assert np.abs(quantiles - (np.arange(400) + 0.5) / 400).max() < 0.01


def test_the_model_at_a_sample_is_the_mean_of_its_runs_alone() -> None:
    samples = [[0.05, 2000.0], [0.2, 5000.0], [0.05, 2000.0]]
    found = salib.evaluate(samples, AXES, ["adopters", "public_cost"], TINY)
    for row, said in zip(samples, found, strict=True):
        words = [f"{name}={value}" for name, value in zip(AXES, row, strict=True)]
        settings = plan([*TINY, *words]).settings
        firms, paid = [], []
        for seed in (1, 2):
            world = world_of(settings, seed)
            terms = conditions(settings.policy, world, 12)
            series = simulate(world, terms, settings.behaviour, seed=seed, n_months=12).series
            firms.append(series[-1, NAMES.index("adopters")])
            paid.append(series[1:, NAMES.index("public_cost")].sum())
        assert said.tolist() == [np.mean(firms), np.mean(paid)]
    assert len({tuple(row) for row in found.tolist()}) == 2  # the third sample is the first again
    assert found[:, 1].tolist() == salib.evaluate(samples, AXES, "public_cost", TINY).tolist()


def test_whole_numbers_are_rounded_to() -> None:
    name = "candidates.per_offer"
    near, whole = (salib.evaluate([[value]], [name], "aware", TINY) for value in (3.7, 4.0))
    assert near == whole


def test_a_bound_that_was_left_by_its_last_bit_is_kept_and_any_other_refused() -> None:
    experiments = Experiments(TINY)
    over = math.nextafter(1.0, 2.0)
    assert experiments.cell({"behaviour.start_share": np.float64(over)}) == {"behaviour.start_share": 1.0}
    with pytest.raises(InputError, match=r"behaviour\.start_share = 1\.5"):
        salib.evaluate([[1.5]], ["behaviour.start_share"], "adopters", TINY)


def test_elementary_effects_reach_the_ends_of_every_prior_of_behaviour() -> None:
    """Morris' grid has both ends of each range, where a rounded bound would be refused."""
    names = salib.priors("behaviour")
    problem = salib.problem(names)
    samples = morris_sampling.sample(problem, 2, seed=3)
    assert len(names) > 30
    found = salib.evaluate(samples, names, "aware", [*TINY, "n_seeds=1"])
    said = morris_analysis.analyze(problem, samples, found, seed=3)
    assert found.shape == (2 * (len(names) + 1),)
    assert max(said["mu_star"]) > 0


def test_five_lines_of_salib_are_enough() -> None:
    spec = ProblemSpec(salib.problem(AXES))
    spec.sample_sobol(4, calc_second_order=False, seed=1)
    spec.evaluate(salib.evaluate, spec["names"], "public_cost", TINY)
    found = spec.analyze_sobol(calc_second_order=False, seed=1).analysis
    cost, share = found["ST"][1], found["ST"][0]
    assert cost > share  # what a course costs moves what the public pays; who exchanged at first does not


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: salib.problem(["behaviour.contagio"]), "behaviour.contagion"),
        (lambda: salib.problem({"region": ["latvia", "norway"]}), "is a list, and SALib samples distributions"),
        (lambda: salib.problem(["n_months"]), "cannot differ between cells"),
        (lambda: salib.problem(["policy.levers.training.start"]), "has no prior"),
        (lambda: salib.priors("bahaviour"), "No parameter with a prior begins with 'bahaviour'"),
        (lambda: salib.evaluate([[0.1]], AXES, "adopters", TINY), "samples of shape (1, 1) do not fit 2 names"),
        (lambda: salib.evaluate(np.empty((0, 2)), AXES, "adopters", TINY), "samples of shape (0, 2)"),
        (lambda: salib.evaluate([[0.1, 1e3]], AXES, "adopter", TINY), "did you mean adopters"),
        (lambda: salib.evaluate([[0.1, 1e3]], AXES, "adopters", ["policy=none"]), "it has none"),
        (lambda: salib.evaluate([[0.0]], ["streams.available"], "adopters", TINY), "has no streams"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_in_a_sentence(call, said) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError) as refused:
        call()
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_example_ranks_every_parameter() -> None:
    words = ("region=latvia", "population.n_firms=60", "n_months=12", "n_seeds=1", "threads=1")
    table = salib_example.effects(2, words).to_df()
    assert set(table.index) == set(salib_example.NAMES)
    assert np.isfinite(table[["mu", "mu_star", "sigma"]].to_numpy(float)).all()
