"""Paired differences against hand-worked numbers, their known distributions, and what is said of them."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from issim.analysis import budgets, effects, findings
from issim.analysis.effects import EXTRA, PRICES, Effect, brakes, gainers, heaviest, paired, price_of
from issim.rules.observe import NAMES

Values = NDArray[np.float64]
#: The monthly column behind every difference, and how many of its units make one of the difference.
COLUMNS = {"adopters": 1.0, "tonnes": 1.0, "co2": 1e-3, "gain": 1.0, "public_cost": 1.0}


def series_of(arms: dict[str, dict[str, list[float]]]) -> pd.DataFrame:
    """Monthly series of two months: each arm gives, per column, one value for every seed at the end."""
    rows = []
    for policy, columns in arms.items():
        for seed in range(len(next(iter(columns.values())))):
            for month in range(3):
                row = dict.fromkeys(NAMES, 0.0) | {"unaware": 50.0}
                for name, values in columns.items():
                    stock = name.startswith("adopters")
                    row[name] = values[seed] * (month == 2 if stock else month / 3)
                rows.append({"policy": policy, "seed": seed, "month": month, **row})
    return pd.DataFrame(rows)


def groups_of(n_seeds: int, **firms: int) -> pd.DataFrame:
    """Firms by size in every world."""
    rows = [(seed, "size", level, n) for seed in range(n_seeds) for level, n in firms.items()]
    return pd.DataFrame(rows, columns=["seed", "group", "level", "firms"])


NONE = {"adopters": [10.0, 12.0, 9.0, 13.0], "tonnes": [100.0, 90.0, 120.0, 80.0], "public_cost": [0.0] * 4}
MORE = {
    "adopters": [13.0, 16.0, 11.0, 16.0],
    "tonnes": [160.0, 140.0, 190.0, 140.0],
    "public_cost": [1200.0, 1000.0, 1400.0, 1200.0],
}


def found(here: dict[str, list[float]], base: dict[str, list[float]] = NONE) -> dict[str, Effect]:
    """The effects of one policy by key."""
    return {effect.key: effect for effect in effects.effects(series_of({"none": base, "more": here}))}


def test_a_difference_is_worked_out_by_hand() -> None:
    adopters = found(MORE)["adopters"]
    # differences 3, 4, 2, 3: mean 3, variance 2/3, t(0.95; 3) = 2.353363
    assert adopters.mean == 3.0
    half = 2.3533634 * math.sqrt(2 / 3 / 4)
    assert adopters.low == pytest.approx(3 - half, abs=1e-6)
    assert adopters.high == pytest.approx(3 + half, abs=1e-6)
    # variances 10/3 without and 6 with
    assert adopters.variance_ratio == pytest.approx((2 / 3) / (10 / 3 + 6))
    assert adopters.is_told
    assert found(MORE)["tonnes"].mean == pytest.approx(60.0)  # differences 60, 50, 70, 60
    assert found(MORE)["cost_per_tonne"].mean == pytest.approx(1200 / 60)
    assert found(MORE)["cost_per_adopter"].mean == pytest.approx(1200 / 3)


def test_every_difference_is_of_its_own_column() -> None:
    for key, scale in COLUMNS.items():
        moved = found({key: [4.0, 5.0, 6.0, 7.0]}, {key: [1.0] * 4})
        assert {k for k, effect in moved.items() if effect.mean not in (0.0,) and k in EXTRA} == {key}
        assert moved[key].mean == pytest.approx(4.5 * scale)
    assert set(EXTRA) == set(COLUMNS)


def test_interval_is_that_of_the_paired_t_test() -> None:
    luck = np.random.default_rng(1)
    base, here = luck.normal(size=(2, 25))
    wanted = stats.ttest_rel(here, base).confidence_interval(0.9)
    assert paired(here - base)[1:] == pytest.approx((wanted.low, wanted.high))


def test_nothing_is_nothing_exactly() -> None:
    for effect in found(NONE).values():
        if effect.key in EXTRA:
            assert (effect.mean, effect.low, effect.high) == (0.0, 0.0, 0.0)
            assert not effect.is_told
            assert effect.seeds_to_tell == math.inf
        else:
            assert math.isnan(effect.mean)
    assert found(NONE)["adopters"].variance_ratio == 0.0


def test_pairing_is_of_no_use_between_strangers_and_of_all_use_between_twins() -> None:
    luck = np.random.default_rng(2)
    base, other = luck.normal(size=(2, 20_000))
    assert effects.variance_ratio(base, other) == pytest.approx(1.0, abs=0.03)
    assert effects.variance_ratio(base, base + 3.0) == pytest.approx(0.0, abs=1e-25)
    # correlation 0.8 of equal variances leaves 1 - 0.8
    assert effects.variance_ratio(base, 0.8 * base + 0.6 * other) == pytest.approx(0.2, abs=0.01)
    assert math.isnan(effects.variance_ratio(np.ones(5), np.ones(5)))


def test_one_seed_gives_no_interval_and_no_price() -> None:
    one = {key: values[:1] for key, values in MORE.items()}
    base = {key: values[:1] for key, values in NONE.items()}
    for effect in found(one, base).values():
        assert math.isnan(effect.low)
        assert math.isnan(effect.high)
        assert math.isnan(effect.seeds_to_tell)
        assert not effect.is_told
    assert found(one, base)["adopters"].mean == 3.0


@pytest.mark.parametrize(("size", "spread"), [(1.0, 1.0), (-0.5, 1.0), (0.2, 1.0), (3.0, 1.0)])
def test_the_seeds_asked_for_tell_the_difference_four_times_in_five(size: float, spread: float) -> None:
    shape = np.array([-1.0, 1.0] * 10)
    sample = size + spread * shape / shape.std(ddof=1)
    n = int(effects.seeds_to_tell(sample))
    luck = np.random.default_rng(3)
    draws = size + spread * luck.normal(size=(20_000, n))
    half = stats.t.ppf(0.95, n - 1) * draws.std(axis=1, ddof=1) / math.sqrt(n)
    told = (np.abs(draws.mean(axis=1)) > half).mean()
    # whole seeds overshoot where few are needed
    assert 0.79 <= told <= (0.83 if n > 5 else 1.0)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30))
@settings(max_examples=200, deadline=None)
def test_a_difference_not_told_needs_more_seeds_than_there_are(values: list[float]) -> None:
    differences = np.array(values)
    _, low, high = paired(differences)
    if low <= 0.0 <= high:
        assert effects.seeds_to_tell(differences) > len(differences)


def test_a_tiny_difference_does_not_search_for_ever() -> None:
    assert effects.seeds_to_tell(np.array([1.0, -1.0 + 1e-12])) > 1e9
    assert effects.seeds_to_tell(np.array([2.0, 2.0])) == 2.0


def test_the_interval_of_a_price_covers_the_true_price_nine_times_in_ten() -> None:
    luck, hits, tries = np.random.default_rng(4), 0, 150
    for _ in range(tries):
        effect = luck.gamma(9.0, 10.0 / 9.0, 60)
        cost = 50.0 * effect + luck.normal(0.0, 100.0, 60)
        _, low, high = price_of(cost, effect)
        hits += low <= 50.0 <= high
    assert abs(hits / tries - 0.9) < 3.5 * math.sqrt(0.09 / tries) + 0.01


def test_cost_and_effect_of_a_seed_stay_together() -> None:
    effect = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 3.0, 2.0, 4.0])
    together = price_of(10.0 * effect, effect)
    assert together == pytest.approx((10.0, 10.0, 10.0))
    shuffled = price_of(10.0 * effect[::-1].copy(), effect)
    assert shuffled[1] < 9.5 < 10.5 < shuffled[2]


@pytest.mark.parametrize("effect", [[-3.0, -4.0, -2.0, -3.0], [1.0, -1.0, 0.5, -0.4], [0.0] * 4])
def test_no_price_is_given_for_what_is_no_increase(effect: list[float]) -> None:
    assert all(math.isnan(part) for part in price_of(np.full(4, 100.0), np.array(effect)))


def test_a_price_is_the_same_each_time() -> None:
    assert found(MORE)["cost_per_tonne"] == found(MORE)["cost_per_tonne"]._replace()
    cost, effect = np.arange(30.0), 5.0 + np.arange(30.0) % 7
    assert price_of(cost, effect) == price_of(cost, effect)


def test_groups_gain_by_their_own_column_and_size() -> None:
    base = {"adopters_size_small": [2.0, 4.0], "adopters_size_large": [1.0, 1.0]}
    here = {"adopters_size_small": [5.0, 7.0], "adopters_size_large": [1.0, 1.0]}
    groups = pd.concat([groups_of(2, small=30, large=10, micro=0)])
    small, large = gainers(series_of({"none": base, "more": here}), groups)
    assert (small.level, small.mean, small.low, small.high, small.per_100) == ("small", 3.0, 3.0, 3.0, 10.0)
    assert (large.level, large.mean, large.firms) == ("large", 0.0, 10.0)


def barriers_of(rows: list[tuple[str, int, int, int, float]]) -> pd.DataFrame:
    """Policy, seed, month, barrier, brake as the table of barriers."""
    table = pd.DataFrame(rows, columns=["policy", "seed", "month", "barrier", "brake"])
    return table.assign(stage="A", firms=table["barrier"] * 2)


def test_brakes_are_ranked_before_and_after() -> None:
    table = barriers_of(
        [
            (policy, seed, month, barrier, brake * (1 + seed))
            for policy, month, weights in [
                ("none", 0, (0.1, 0.2, 0.3, 0.3)),
                ("none", 9, (0.4, 0.2, 0.3, 0.1)),
                ("more", 0, (0.1, 0.2, 0.3, 0.3)),
                ("more", 9, (0.0, 0.2, 0.1, 0.3)),
            ]
            for seed in (0, 1)
            for barrier, brake in enumerate(weights, start=1)
        ]
    )
    said = brakes(table)
    assert {(brake.policy, brake.when) for brake in said} == {
        ("none", "start"),
        ("none", "end"),
        ("more", "end"),
    }
    assert [brake.barrier for brake in heaviest(said, "none", "start")] == [3, 4, 2]
    assert [brake.barrier for brake in heaviest(said, "none", "end")] == [1, 3, 2]
    top = heaviest(said, "more", "end")[0]
    assert (top.barrier, top.firms) == (4, 8.0)
    assert top.brake == pytest.approx(0.45)
    assert top.slows == pytest.approx(100 * (1 - math.exp(-0.45)))


def levers_of(stopped: dict[str, list[int]]) -> pd.DataFrame:
    """A table of levers of the policy `more`: the month of every run from which each was out of money, or -1."""
    rows = [("more", lever, month) for lever, months in stopped.items() for month in months]
    return pd.DataFrame(rows, columns=["policy", "lever", "stopped"])


def test_a_lever_that_ran_out_of_money_says_when_and_how_often() -> None:
    found = levers_of({"course": [-1, 9, 12, 30], "guide": [-1, -1], "hub": [7, 7]})
    assert budgets.lines(found) == [
        "Lever 'course': budget spent, no longer in force from month 12 (9 to 30), in 3 of 4 runs.",
        "Lever 'hub': budget spent, no longer in force from month 7, in 2 of 2 runs.",
    ]
    assert budgets.when(found[found["lever"] == "guide"]["stopped"]) == "never"
    two = pd.concat([found, found.assign(policy="other")])
    assert "Lever 'hub' of 'other': budget spent" in budgets.lines(two)[-1]
    text = text_of(MORE, stopped={"course": [3, -1]})
    assert "- Lever 'course': budget spent, no longer in force from month 3, in 1 of 2 runs." in text


def text_of(
    here: dict[str, list[float]],
    base: dict[str, list[float]] = NONE,
    stopped: dict[str, list[int]] | None = None,
    **more: dict[str, list[float]],
) -> str:
    """The closing words for hand-made series."""
    arms = {"none": base, "more": here, **more}
    n_seeds = len(next(iter(base.values())))
    switches = [(policy, seed, 5, 1) for policy in list(arms)[1:] for seed in range(n_seeds)]
    tables = {
        "series": series_of(arms),
        "levers": levers_of(stopped or {}),
        "groups": groups_of(n_seeds, small=30),
        "firms": pd.DataFrame({"firm": range(50)}),
        "switches": pd.DataFrame(switches, columns=["policy", "seed", "because", "no_longer"]),
        "adopters_because": pd.DataFrame(
            {"policy": ["more"] * 3, "change": ["because", "because", "no longer"]}
        ),
        "barriers": barriers_of([(policy, 0, month, 3, 0.5) for policy in arms for month in (0, 2)]),
    }
    return findings.as_text(tables, "mixed")


def test_what_is_told_is_said_with_numbers_of_the_table() -> None:
    text = text_of(MORE)
    assert "50 firms, 2 months, 4 runs per policy" in text
    assert (
        "'more' raises the number of firms that exchange against no policy. Shared luck leaves 7 % of the variance"
    ) in text
    (row,) = [line for line in text.split("\n") if line.startswith(EXTRA["adopters"])]
    assert row.endswith("+3 (+2.0 to +4.0)")
    (row,) = [line for line in text.split("\n") if line.startswith(PRICES[0][1])]
    assert " 20 (" in row
    assert (
        "Because of 'more' 5 firms exchange in the mean run and 1 no longer do; in the first run 2 and 1."
        in text
    )
    assert "raise n_seeds" in text  # four seeds are few for a price


def test_what_is_not_told_is_said_plainly_with_the_seeds_that_would_do() -> None:
    unsure = MORE | {"adopters": [13.0, 12.0, 8.0, 14.0]}
    text, effect = text_of(unsure), found(unsure)["adopters"]
    n = int(effect.seeds_to_tell)
    assert n > 4
    assert "cannot tell 'more' from no policy in the number of firms that exchange" in text
    assert f"about {n} would (n_seeds={n};" in text
    (row,) = [line for line in text.split("\n") if line.startswith(PRICES[1][1])]
    assert row.endswith(findings.NOT_TOLD)
    assert "no price is given" in text


def test_fewer_is_told_as_well_as_more() -> None:
    fewer = MORE | {"adopters": [7.0, 8.0, 7.0, 10.0]}
    assert found(fewer)["adopters"].mean == -3.0
    assert found(fewer)["adopters"].is_told
    assert "'more' lowers the number of firms that exchange against no policy." in text_of(fewer)


def test_no_number_of_seeds_is_promised_for_a_difference_of_nought() -> None:
    text = text_of(MORE | {"adopters": [11.0, 11.0, 10.0, 12.0]})
    assert f"not even n_seeds={findings.MOST_SEEDS} would" in text


def test_a_neutral_policy_is_said_to_be_as_none() -> None:
    text = text_of(NONE)
    assert "'more' is just as no policy in tonnes, in every run." in text
    assert "0 (0 to 0)" in text
    assert "cannot tell" not in text


def test_one_run_is_said_to_tell_nothing() -> None:
    text = text_of({k: v[:1] for k, v in MORE.items()}, {k: v[:1] for k, v in NONE.items()})
    assert "One run cannot tell 'more' from no policy" in text
    assert "one run gives no interval" in text
    assert "nan" not in text


def test_many_policies_stand_in_several_tables_of_aligned_columns() -> None:
    text = text_of(MORE, **{f"p{k}": MORE for k in range(5)})
    heads = [line.split() for line in text.split("\n") if line.split()[:1] in (["more"], ["p3"])]
    assert heads == [["more", "p0", "p1", "p2"], ["p3", "p4"]]
    assert "nan" not in text
    assert all(line == line.rstrip() for line in text.split("\n"))


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.0, "0"), (-0.0, "0"), (-0.04, "0.0"), (3.42, "+3.4"), (-12345.0, "-12 300"), (7.0, "+7")],
)
def test_a_difference_has_a_sign_unless_it_shows_none(value: float, said: str) -> None:
    assert findings.signed(value) == said
