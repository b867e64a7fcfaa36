"""Chance and ignorance in a lesson: seeds narrow the first, and the draws are those of `issim run`."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from issim.analysis.effects import seeds_to_tell
from issim.runs import comparison, study
from issim.teach import comparing, regions, uncertain


@pytest.fixture(scope="module")
def history() -> pd.DataFrame:
    """Two arms in a dozen small regions."""
    arms = {"none": regions.Arm(), "facilitator": regions.Arm("facilitator")}
    return regions.runs(arms, n_seeds=12, n_firms=80, n_months=36)


def test_more_seeds_narrow_the_interval_of_the_mean(history: pd.DataFrame) -> None:
    few, all_ = uncertain.by_seeds(history, "adopters", (3, 12))
    apart = comparing.at_end(history, "facilitator", "adopters") - comparing.at_end(
        history, "none", "adopters"
    )
    assert few.mid == pytest.approx(apart[:3].mean())
    assert all_.high - all_.low < few.high - few.low
    assert uncertain.needed(history, "adopters") == {"facilitator": seeds_to_tell(apart)}


def test_draws_are_those_of_a_run_in_the_same_regions() -> None:
    robust, found, about = uncertain.with_assumptions(
        "training", n_draws=6, n_seeds=3, n_firms=60, n_months=12
    )
    settings = ["population.n_firms=60", "n_months=12", "n_seeds=3", "uncertainty.draws=6"]
    arms = comparison.arms(["policy=none,training", *settings])
    tables = comparison.tables(arms, list(comparison.outcomes(arms, lambda: None)))
    ends = tables["draw_series"].query("month == 12").pivot(index="draw", columns="policy", values="adopters")
    (one,) = [each for each in robust if each.key == "adopters"]
    assert (one.draws, one.seeds) == (6, 3)
    assert one.draws_mean == pytest.approx((ends["training"] - ends["none"]).mean())
    world = study.world_of(arms.settings, 2)
    np.testing.assert_array_equal(world.firms.employees, regions.worlds(3, 60)[1].firms.employees)
    assert (about.n_firms, about.n_seeds) == (60, 3)
    assert len(found) > 0
