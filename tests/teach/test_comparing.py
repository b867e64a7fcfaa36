"""Comparisons of lessons: the same regions for all arms, and classes that are wrong as often as they should be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from issim.analysis.effects import paired
from issim.errors import InputError
from issim.model.simulate import simulate
from issim.teach import comparing, regions


def made(base: NDArray[np.float64], other: NDArray[np.float64]) -> pd.DataFrame:
    """A series of two arms that ends in these values."""
    parts = [
        pd.DataFrame(
            {"policy": arm, "seed": np.arange(len(values)), "month": month, "adopters": month * values}
        )
        for arm, values in (("none", base), ("some", other))
        for month in (0, 1)
    ]
    return pd.concat(parts, ignore_index=True)


@pytest.fixture
def noisy() -> pd.DataFrame:
    """Regions that differ by much, and a policy that adds one firm in each, give or take little."""
    luck = np.random.default_rng(5)
    base = luck.normal(50.0, 10.0, 60)
    return made(base, base + luck.normal(1.0, 0.2, 60))


def test_differences_are_paired(noisy: pd.DataFrame) -> None:
    base, other = (comparing.at_end(noisy, arm, "adopters") for arm in ("none", "some"))
    (row,) = comparing.differences(noisy, "adopters")
    assert (row.mid, row.low, row.high) == paired(other - base)
    assert row.is_told


def test_a_fair_comparison_is_narrower(noisy: pd.DataFrame) -> None:
    fair, unfair = comparing.fair_and_unfair(noisy, "adopters", 20)
    assert fair.is_told
    assert not unfair.is_told
    assert unfair.high - unfair.low > 10 * (fair.high - fair.low)
    base, other = (comparing.at_end(noisy, arm, "adopters") for arm in ("none", "some"))
    assert unfair.mid == pytest.approx(other[:20].mean() - base[20:40].mean())


def test_unfair_classes_are_wrong_as_often_as_chance_says(noisy: pd.DataFrame) -> None:
    from scipy.stats import norm

    found = comparing.wrong_way(noisy, "adopters", 10)
    base, other = (comparing.at_end(noisy, arm, "adopters") for arm in ("none", "some"))
    spread = np.sqrt((base.var() + other.var()) / 10)
    assert found.paired == 0.0
    assert found.unpaired == pytest.approx(norm.cdf(-(other.mean() - base.mean()) / spread), abs=0.02)


def test_too_few_seeds_are_one_sentence(noisy: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="60 seeds do not do; take two arms and 80 seeds"):
        comparing.fair_and_unfair(noisy, "adopters", 40)


def test_runs_are_those_of_the_model_with_one_luck_for_all() -> None:
    arms = {"as it is": regions.Arm(), "trained": regions.Arm("training", {"news": 0.0})}
    found = regions.runs(arms, n_seeds=3, n_firms=40, n_months=12)
    assert list(dict.fromkeys(found["policy"])) == list(arms)
    world = regions.worlds(3, 40)[1]
    alone = simulate(world, seed=2, n_months=12)
    here = found[(found["policy"] == "as it is") & (found["seed"] == 2)]
    np.testing.assert_array_equal(here["unaware"].to_numpy(), alone.column("unaware"))
    np.testing.assert_array_equal(here["trust"].to_numpy(), alone.column("trust"))
    assert found[(found["policy"] == "trained") & (found["month"] == 12)]["public_cost"].gt(0).all()
