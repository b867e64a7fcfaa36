"""Medians, intervals and paired differences over seeds; worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from issim.plots import seeds


def series(n_months: int, flows: dict[tuple[str, int], list[float]]) -> pd.DataFrame:
    """A series of one column `flow`, by policy and seed."""
    return pd.concat(
        pd.DataFrame({"policy": policy, "seed": seed, "month": range(n_months + 1), "flow": values})
        for (policy, seed), values in flows.items()
    )


def test_the_interval_is_the_central_ninety_per_cent() -> None:
    assert seeds.interval(pd.Series(np.arange(101.0))) == (5.0, 50.0, 95.0)


def test_differences_are_paired_by_seed() -> None:
    without = pd.Series({1: 100.0, 2: 200.0, 3: 300.0})
    with_policy = pd.Series({3: 310.0, 1: 110.0, 2: 210.0})
    assert seeds.difference(with_policy, without) == (10.0, 10.0, 10.0)


def test_runs_of_other_seeds_cannot_be_paired() -> None:
    with pytest.raises(ValueError, match="no seed was run both"):
        seeds.difference(pd.Series({1: 1.0}), pd.Series({2: 1.0}))


def test_a_year_is_the_last_twelve_months() -> None:
    table = series(14, {("none", 5): [99.0, 7.0, 7.0, *range(12)]})
    assert seeds.yearly(table, "none", "flow").to_dict() == {5: float(sum(range(12)))}


def test_a_shorter_run_is_scaled_to_a_year_without_its_start() -> None:
    table = series(3, {("none", 5): [99.0, 1.0, 2.0, 3.0]})
    assert seeds.yearly(table, "none", "flow").to_dict() == {5: 24.0}


def test_a_run_of_no_months_passes_nothing_on() -> None:
    table = series(0, {("none", 5): [99.0], ("none", 6): [99.0]})
    assert seeds.yearly(table, "none", "flow").to_dict() == {5: 0.0, 6: 0.0}


def test_sums_of_columns_get_bands_by_month() -> None:
    table = series(1, {("none", 1): [1.0, 2.0], ("none", 2): [3.0, 6.0], ("training", 1): [50.0, 50.0]})
    found = seeds.by_month(table.assign(other=10.0), "none", ["flow", "other"])
    assert found["mid"].to_list() == [12.0, 14.0]
    assert found.loc[1].to_list() == pytest.approx([12.2, 14.0, 15.8])


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        (["training", "none"], ["none", "training"]),
        (["none"], ["none"]),
        (["none", "mandate", "package"], ["none", "mandate"]),
        (["mandate", "package"], ["mandate", "package"]),
    ],
)
def test_no_policy_comes_first(found: list[str], shown: list[str]) -> None:
    assert seeds.policies(pd.DataFrame({"policy": found})) == shown


def test_as_many_policies_come_as_are_asked_for() -> None:
    found = pd.DataFrame({"policy": ["mandate", "package", "none", "training"]})
    assert seeds.policies(found, 3) == ["none", "mandate", "package"]
    assert seeds.policies(found, 6) == ["none", "mandate", "package", "training"]
