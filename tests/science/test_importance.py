"""How much assumptions matter: influences that were planted are found, noise is not, and spreads are by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from issim.analysis.findings import moved_by, not_told, remains
from issim.analysis.importance import (
    ERROR,
    Influence,
    Robust,
    concerns,
    draw_effects,
    importance,
    ranked,
    robustness,
    same_sign,
    weakest_told,
)

N, M = 64, 200


def noise(seed: int, n: int = N, m: int = M) -> np.ndarray:
    """Numbers drawn without any pattern, shape (n, m)."""
    return np.random.default_rng(seed).random((n, m))


def told(values: np.ndarray, effect: np.ndarray) -> list[int]:
    """The columns that are told from noise, strongest first."""
    return [column for column, _, p, _ in ranked(values, effect) if p <= ERROR]


def test_planted_influences_are_found_in_their_order_and_with_their_signs() -> None:
    values = noise(1)
    effect = np.exp(3 * values[:, 7]) - 4 * values[:, 3] + 0.05 * noise(2)[:, 0]
    found = list(ranked(values, effect))
    assert [row[0] for row in found[:2]] == [7, 3]
    assert found[0][1] > 0.8
    assert found[1][1] < -0.8
    assert told(values, effect)[:2] == [7, 3]
    assert sorted(row[0] for row in found) == list(range(M))


def test_noise_is_taken_for_an_influence_about_once_in_twenty() -> None:
    wrong = sum(bool(told(noise(seed), noise(10_000 + seed)[:, 0])) for seed in range(200))
    # 200 tables at 5 %: more than 20, or fewer than 2, would happen once in a hundred times or less
    assert 2 <= wrong <= 20


def test_what_was_only_drawn_alongside_an_influence_is_not_told() -> None:
    values = noise(4)
    values[:, 1] = 0.6 * values[:, 0] + 0.4 * noise(5)[:, 0]
    effect = values[:, 0] + 0.01 * noise(6)[:, 0]
    assert spearmanr(values[:, 1], effect).pvalue * M < ERROR
    assert told(values, effect) == [0]


def test_the_first_correlation_is_spearmans_and_its_p_that_of_scipy() -> None:
    values, effect = noise(7), noise(8)[:, 0]
    for column, r, p, _ in ranked(values, effect):
        book = spearmanr(values[:, column], effect)
        assert r == pytest.approx(book.statistic)
        assert p == pytest.approx(min(1.0, M * book.pvalue))


def test_the_weakest_that_is_told_is_where_the_corrected_p_is_the_error() -> None:
    values, effect = noise(7), noise(8)[:, 0] + 0.9 * noise(7)[:, 0]
    rows = [(abs(r), p, needed) for _, r, p, needed in ranked(values, effect)]
    assert all((r >= needed) == (p <= ERROR) for r, p, needed in rows)
    assert weakest_told(64, 238) == pytest.approx(0.4474, abs=1e-4)  # t(1 - 0.05 / 476; 62) = 3.939
    assert weakest_told(640, 238) < 0.5 * weakest_told(64, 238)


def tidy(effects: dict[str, np.ndarray]) -> pd.DataFrame:
    """Effects of draws as a table."""
    return pd.concat(
        pd.DataFrame({"draw": range(len(v)), "policy": policy, "outcome": "adopters", "value": v})
        for policy, v in effects.items()
    )


def all_effects(table: pd.DataFrame) -> pd.DataFrame:
    """The same effect for every outcome."""
    return pd.concat(
        [table.assign(outcome=key) for key in ("adopters", "tonnes", "co2", "gain", "public_cost")]
    )


def test_importance_names_what_moves_each_policy_and_looks_at_its_own_levers_only() -> None:
    names = [
        "behaviour.a",
        "goods.metal.b",
        "policy.levers.training.c",
        "policy.levers.grant.d",
        "arms.x.levers.e.f",
    ]
    values = noise(9, m=len(names))
    draws = pd.DataFrame(
        {"draw": np.repeat(range(N), len(names)), "parameter": names * N, "value": values.ravel()}
    )
    levers = pd.DataFrame({"policy": ["first", "x"], "lever": ["training", "e"]})
    moves = values[:, 0] + 0.1 * values[:, 4]
    drawn = all_effects(tidy({"x": moves, "y": -values[:, 2], "still": np.zeros(N)}))
    found = importance(draws, drawn, levers, "first")
    best = {one.policy: one for one in reversed(found) if one.key == "adopters"}
    assert (best["x"].parameter, best["x"].is_told) == ("behaviour.a", True)
    assert best["y"].parameter == "policy.levers.training.c"
    assert best["y"].correlation == pytest.approx(-1.0)
    assert {one.parameter for one in found if one.policy == "y"} == set(names[:3])
    assert {one.parameter for one in found if one.policy == "x"} == {*names[:3], names[4]}
    assert not [one for one in found if one.policy == "still"]
    assert importance(draws[draws["draw"] < 3], drawn[drawn["draw"] < 3], levers, "first") == []


def test_a_lever_concerns_the_policies_that_have_it() -> None:
    assert concerns("behaviour.news", {"x"}, set())
    assert concerns("policy.levers.grant.unit_cost", {"x"}, {"grant"})
    assert not concerns("policy.levers.grant.unit_cost", {"x"}, {"training"})
    assert concerns("arms.x.levers.grant.unit_cost", {"x"}, {"training"})
    assert not concerns("arms.y.levers.grant.unit_cost", {"x"}, {"grant"})


def monthly(label: str, values: dict[str, list[float]]) -> pd.DataFrame:
    """A series of two months whose last holds these adopters, and twice as many tonnes."""
    rows = [
        (policy, number, month, month * v, 2 * month * v, 3 * month * v, 4 * month * v, 5 * month * v)
        for policy, found in values.items()
        for number, v in enumerate(found)
        for month in (0, 1)
    ]
    kept = ["adopters", "tonnes", "co2", "gain", "public_cost"]
    return pd.DataFrame(rows, columns=["policy", label, "month", *kept])


def test_effects_of_draws_and_their_spread_by_hand() -> None:
    series = monthly("seed", {"none": [1.0, 2.0, 3.0, 4.0, 5.0], "x": [2.0, 4.0, 6.0, 8.0, 4.0]})
    drawn = draw_effects(monthly("draw", {"none": [1.0] * 5, "x": [0.0, 1.0, 2.0, 3.0, 9.0]}))
    of = {key: list(rows["value"]) for key, rows in drawn.groupby("outcome")}
    assert of["adopters"] == [-1.0, 0.0, 1.0, 2.0, 8.0]
    assert of["tonnes"] == [-2.0, 0.0, 2.0, 4.0, 16.0]
    assert of["co2"] == pytest.approx([-0.003, 0.0, 0.003, 0.006, 0.024])  # kilogrammes to tonnes
    (one,) = (row for row in robustness(series, drawn) if row.key == "adopters")
    # seeds: 1 2 3 4 -1; central 90 % by interpolation between the ordered values
    assert (one.mean, one.seeds, one.seeds_same_sign) == (pytest.approx(1.8), 5, 4)
    assert (one.seeds_low, one.seeds_high) == (pytest.approx(-0.6), pytest.approx(3.8))
    assert (one.draws, one.draws_mean, one.draws_same_sign) == (5, pytest.approx(2.0), 3)
    assert (one.draws_low, one.draws_high) == (pytest.approx(-0.8), pytest.approx(6.8))


@pytest.mark.parametrize(("mean", "n"), [(2.0, 2), (-0.5, 1), (0.0, 3)])
def test_signs_are_counted_zero_being_one_of_its_own(mean: float, n: int) -> None:
    assert same_sign(np.array([1.0, 4.0, -3.0, 0.0, 0.0, 0.0]), mean) == n


def robust(mean: float, policy: str = "package") -> Robust:
    """A policy whose effect is 25 (4 to 61) over 64 draws."""
    return Robust(
        policy, "none", "adopters", "Extra firms", "firms", mean, 40.0, 50.0, 40, 31.0, 62.0, 40, 64, 25.0, 4.1,
        61.0, 60,
    )  # fmt: skip


def influence(correlation: float, is_told: bool) -> Influence:
    """One influence on the package."""
    return Influence("package", "none", "adopters", "behaviour.news", correlation, 0.01, 0.45, is_told)


def test_words_say_what_remains_and_what_moves_it_or_that_nothing_can_be_told() -> None:
    said = remains(robust(45.0))
    assert "+25 firms" in said
    assert "(+4.1 to +61 in 90 % of the draws)" in said
    assert "where the default values say +45" in said
    assert "more than no policy in 60 of 64 draws, and in 40 of 40 runs" in said
    assert "fewer than no policy" in remains(robust(-3.0))
    assert " of 64" not in remains(robust(0.0))
    assert moved_by([influence(0.6, True)], robust(45.0)) == [
        "What moves it most (rank correlation): behaviour.news (+0.60)."
    ]
    weak = [influence(0.3, False)]
    assert moved_by(weak, robust(45.0)) == []
    assert not_told([influence(0.6, True)], [robust(45.0)]) == []
    (line,) = not_told(weak, [robust(45.0)])
    assert "'package'" in line
    assert "only a rank correlation above 0.45 could" in line
    (line,) = not_told([], [robust(45.0)])
    assert "too few draws" in line
