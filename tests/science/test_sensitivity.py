"""Sensitivity on functions whose indices are known, with and without chance: nothing is found that is not there."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from SALib.analyze import morris as salib_morris
from SALib.analyze import sobol as salib_sobol
from SALib.sample import morris, sobol
from SALib.test_functions import Ishigami, Sobol_G

from issim.analysis.elementary import effects, elementary
from issim.analysis.shares import Components, Shares, components, replicates, shares

Floats = NDArray[np.float64]
N = 1024
ISHIGAMI = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[-np.pi, np.pi]] * 3}
#: First and total indices with a = 7, b = 0.1 (Ishigami and Homma 1990).
FIRST, TOTAL = [0.3139, 0.4424, 0.0], [0.5576, 0.4424, 0.2437]
#: Coefficients of Sobol's G function: the larger, the less a number matters.
G = np.array([0.0, 1.0, 4.5, 9.0, 99.0])


def saltelli(problem: dict[str, object], n: int = N) -> Floats:
    return np.asarray(sobol.sample(problem, n, calc_second_order=False, seed=3))


def blocks(y: Floats, rows: int) -> Floats:
    return y.reshape(-1, rows, 1)


def noisy(y: Floats, n_replicates: int, size: float, seed: int = 1) -> Floats:
    """A value under several seeds, each with luck of its own in every run."""
    luck = np.random.default_rng(seed)
    return y + luck.normal(0.0, size, (*y.shape[:2], n_replicates))


def test_without_chance_the_indices_are_those_of_salib_and_of_the_literature() -> None:
    y = Ishigami.evaluate(saltelli(ISHIGAMI))
    found = shares(blocks(y, 5))
    said = salib_sobol.analyze(ISHIGAMI, y, calc_second_order=False, seed=1)
    assert found.first.mean == pytest.approx(said["S1"], abs=1e-4)
    assert found.total.mean == pytest.approx(said["ST"], rel=1e-4)
    assert found.first.half == pytest.approx(said["S1_conf"], rel=0.25)
    assert found.total.half == pytest.approx(said["ST_conf"], rel=0.25)
    assert found.first.mean == pytest.approx(FIRST, abs=0.04)
    assert found.total.mean == pytest.approx(TOTAL, abs=0.04)
    assert found.parameters.mean == pytest.approx(1.0)


def g_indices() -> Floats:
    """First indices of the G function, in closed form."""
    parts = 1.0 / (3.0 * (1.0 + G) ** 2)
    return np.asarray(parts / (np.prod(1.0 + parts) - 1.0))


def test_the_intervals_hold_the_known_indices_of_the_g_function() -> None:
    problem = {"num_vars": 5, "names": list("abcde"), "bounds": [[0.0, 1.0]] * 5}
    y = Sobol_G.evaluate(saltelli(problem), G)
    found = shares(noisy(blocks(y, 7), 2, float(y.std())))
    known = g_indices()
    assert (found.first.low <= known).all()
    assert (known <= found.first.high).all()
    assert list(found.total.is_told) == [True, True, False, False, False]
    assert found.parameters.low[0] <= 0.5 <= found.parameters.high[0]


def ishigami_with_luck(n_replicates: int, size: float = 3.7) -> Shares:
    """Ishigami's function with noise of about its own variance, luck that any change reshuffles."""
    y = blocks(Ishigami.evaluate(saltelli(ISHIGAMI)), 5)
    return shares(noisy(y, n_replicates, size))


def test_chance_is_taken_out_of_the_indices_and_told() -> None:
    found = ishigami_with_luck(4)
    assert found.parameters.mean[0] == pytest.approx(13.84 / (13.84 + 3.7**2), abs=0.05)
    assert found.total.mean == pytest.approx(TOTAL, abs=0.12)
    for estimate, known in ((found.first, FIRST), (found.total, TOTAL)):
        assert ((estimate.low <= known) & (known <= estimate.high)).all()


def test_a_dummy_that_only_reshuffles_luck_has_no_index_where_plain_estimators_give_it_one() -> None:
    problem = {"num_vars": 4, "names": list("abcd"), "bounds": [[-np.pi, np.pi]] * 4}
    x = saltelli(problem)
    y = noisy(blocks(Ishigami.evaluate(x[:, :3]), 6), 2, 3.7)
    found = shares(y)
    assert list(found.total.is_told) == [True, True, True, False]
    assert found.total.low[3] < 0.0 < found.total.high[3]
    plain = salib_sobol.analyze(problem, y.mean(axis=2).ravel(), calc_second_order=False, seed=1)
    assert plain["ST"][3] - plain["ST_conf"][3] > 0.2


def test_where_chance_is_all_there_are_no_indices() -> None:
    found = shares(noisy(np.zeros((256, 5, 1)), 2, 1.0))
    assert not found.parameters.is_told[0]
    assert np.isnan(found.total.mean).all()
    same = shares(np.ones((64, 5, 2)))
    assert np.isnan(same.first.mean).all()
    assert same.deviation == 0.0


def test_more_base_samples_narrow_the_intervals() -> None:
    y = noisy(blocks(Ishigami.evaluate(saltelli(ISHIGAMI)), 5), 2, 1.0)
    few, many = shares(y[:128]), shares(y)
    assert (many.total.half < 0.6 * few.total.half).all()


def trajectories(n_factors: int, n: int) -> Floats:
    problem = {
        "num_vars": n_factors,
        "names": [str(k) for k in range(n_factors)],
        "bounds": [[0.0, 1.0]] * n_factors,
    }
    return np.asarray(morris.sample(problem, n, seed=5)).reshape(n, n_factors + 1, n_factors)


def test_elementary_effects_are_those_of_salib() -> None:
    x = trajectories(4, 8)
    y = (x[:, :, 0] ** 2 + 3.0 * x[:, :, 1] * x[:, :, 2])[:, :, None]
    problem = {"num_vars": 4, "names": list("abcd"), "bounds": [[0.0, 1.0]] * 4}
    said = salib_morris.analyze(problem, x.reshape(-1, 4), y.ravel(), seed=1)
    steps = effects(x, y)[:, :, 0]
    assert steps.mean(axis=0) == pytest.approx(np.asarray(said["mu"], float), abs=1e-12)
    assert np.abs(steps).mean(axis=0) == pytest.approx(np.asarray(said["mu_star"], float), abs=1e-12)


def planted(x: Floats, n_replicates: int = 2, size: float = 1.0) -> Floats:
    """One number that pushes, one that pushes either way, and eighteen that only reshuffle luck."""
    mean = 4.0 * x[:, :, 0] + 8.0 * (x[:, :, 1] - 0.5) * (2.0 * (x[:, :, 2] > 0.5) - 1.0)
    return noisy(mean[:, :, None], n_replicates, size)


def test_morris_finds_what_is_planted_and_nothing_else() -> None:
    x = trajectories(20, 32)
    found = elementary(x, planted(x))
    assert list(np.flatnonzero(found.is_told)) == [0, 1, 2]
    assert found.mu[0] == pytest.approx(4.0, abs=0.8)
    # what only reshuffles luck is as large as its noise, what matters is larger
    idle = slice(3, None)
    assert np.median(found.mu_star[idle] / found.noise[idle]) == pytest.approx(1.0, abs=0.1)
    assert (found.mu_star[:3] > 1.5 * found.noise[:3]).all()


def test_inactive_numbers_are_told_no_more_often_than_is_said() -> None:
    x = trajectories(10, 16)
    luck = np.random.default_rng(2)
    # heavy tails, as tonnes have them
    wrong = sum(elementary(x, luck.standard_t(2.0, (16, 11, 2))).is_told.any() for _ in range(60))
    assert wrong <= 8  # 5 % of 60 are 3; more than 8 come once in 200 such tests


def test_a_number_without_any_effect_at_all_is_not_told() -> None:
    x = trajectories(3, 8)
    found = elementary(x, np.repeat(x[:, :, :1], 2, axis=2))
    assert list(found.p_value[1:]) == [1.0, 1.0]
    assert list(found.mu_star[1:]) == [0.0, 0.0]


def test_replicates_are_as_many_as_make_an_index_most_certain() -> None:
    assert [replicates(Components(1.0, e)) for e in (0.1, 2.0, 5.2, 100.0)] == [2, 2, 5, 16]
    assert replicates(Components(0.0, 1.0)) == 16
    luck = np.random.default_rng(3)
    y = 2.0 * luck.normal(size=(4000, 1)) + luck.normal(size=(4000, 3))
    found = components(y)
    assert found.parameters == pytest.approx(4.0, rel=0.1)
    assert found.chance == pytest.approx(1.0, rel=0.1)


def test_the_rule_of_replicates_is_the_best_one_in_trials() -> None:
    """At a fixed number of runs, the variance estimated from as many replicates as the rule says errs least."""
    luck, n_runs, ratio = np.random.default_rng(4), 240, 4.0
    errs = {}
    for r in (2, 4, 16):
        y = luck.normal(size=(2000, n_runs // r, 1)) + np.sqrt(ratio) * luck.normal(
            size=(2000, n_runs // r, r)
        )
        within = y.var(axis=2, ddof=1).mean(axis=1)
        errs[r] = float((y.mean(axis=2).var(axis=1, ddof=1) - within / r).std())
    assert replicates(Components(1.0, ratio)) == min(errs, key=lambda r: errs[r]) == 4
