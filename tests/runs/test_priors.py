"""Priors as distributions: bounds, quantiles, what is refused, and samples that are stratified and keyed by name."""

from __future__ import annotations

import numpy as np
import pytest
from sentences import blemishes

from issim.errors import InputError
from issim.runs.parameters import parameters
from issim.runs.priors import distribution, sample
from issim.units import ASSUMPTION, Par, Parameter


def parameter(prior: str, name: str = "behaviour.news", low: float = 0.0, high: float = 10.0) -> Parameter:
    """A parameter with some prior and range."""
    return Parameter(name, 1.0, Par("1", low, high, "a number", ASSUMPTION, prior))


@pytest.mark.parametrize(
    ("prior", "quantiles"),
    [
        ("uniform(0, 4)", {0.0: 0.0, 0.25: 1.0, 0.5: 2.0, 1.0: 4.0}),
        ("uniform(-0.5,0.5)", {0.0: -0.5, 0.9: 0.4, 1.0: 0.5}),
        ("loguniform(0.01, 1)", {0.0: 0.01, 0.25: 10**-1.5, 0.5: 0.1, 1.0: 1.0}),
    ],
)
def test_quantiles_are_those_worked_by_hand(prior: str, quantiles: dict[float, float]) -> None:
    found = distribution(parameter(prior, low=-1.0))
    for probability, value in quantiles.items():
        assert found.ppf(probability) == pytest.approx(value)
    assert found.cdf(found.mean()) > 0.4  # a frozen distribution of scipy.stats, not numbers alone


@pytest.mark.parametrize("row", [p for p in parameters() if p.par.prior], ids=lambda row: row.name)
def test_every_prior_of_the_model_is_a_distribution_within_its_range(row: Parameter) -> None:
    low, high = distribution(row).support()
    assert row.par.low <= low < high <= row.par.high


@pytest.mark.parametrize(
    "prior",
    [
        "", "uniform", "uniform()", "uniform(1)", "uniform(1, 2, 3)", "uniform(2, 1)", "uniform(1, 1)",
        "uniform(a, b)", "uniform(0, inf)", "uniform(nan, 1)", "loguniform(0, 1)", "loguniform(-1, 1)",
        "normal(0, 1)", "uniform(1, 2", "uniform(1, 2) or so",
    ],
)  # fmt: skip
def test_what_is_no_prior_is_refused_in_one_sentence(prior: str) -> None:
    with pytest.raises(InputError, match=r"The prior of behaviour\.news = '.*' is none; write") as caught:
        distribution(parameter(prior))
    assert not blemishes(str(caught.value))


@pytest.mark.parametrize("prior", ["uniform(-1, 1)", "loguniform(1, 11)"])
def test_a_prior_beyond_the_range_is_refused(prior: str) -> None:
    with pytest.raises(
        InputError, match=r"leaves the range \[0, 10\] of the parameter; give one within it"
    ) as caught:
        distribution(parameter(prior))
    assert not blemishes(str(caught.value))


def test_a_sample_takes_every_slice_of_every_prior_once() -> None:
    rows = [parameter("uniform(2, 4)", "a"), parameter("loguniform(0.1, 10)", "b")]
    found = sample(rows, 50, seed=3)
    assert found.shape == (50, 2)
    for column, row in enumerate(rows):
        slices = np.floor(50 * distribution(row).cdf(found[:, column])).astype(int)
        assert sorted(slices) == list(range(50))


def test_a_column_is_keyed_by_seed_and_name_whatever_else_is_drawn() -> None:
    a, b = parameter("uniform(2, 4)", "a"), parameter("uniform(2, 4)", "b")
    both, alone = sample([a, b], 20, seed=3), sample([b], 20, seed=3)
    np.testing.assert_array_equal(both[:, 1], alone[:, 0])
    assert not np.array_equal(both[:, 0], both[:, 1])
    assert not np.array_equal(alone, sample([b], 20, seed=4))


def test_columns_are_drawn_independently() -> None:
    rows = [parameter("uniform(0, 1)", f"number_{k}") for k in range(12)]
    found = np.corrcoef(sample(rows, 4000, seed=1), rowvar=False)
    # the largest of 66 correlations of 4,000 independent pairs exceeds 0.075 once in 30,000 times
    assert np.abs(found - np.eye(12)).max() < 0.075


@pytest.mark.parametrize(("n", "n_rows"), [(0, 3), (5, 0)])
def test_nothing_to_draw_gives_an_empty_table(n: int, n_rows: int) -> None:
    rows = [parameter("uniform(0, 1)", f"number_{k}") for k in range(n_rows)]
    assert sample(rows, n, seed=1).shape == (n, n_rows)
