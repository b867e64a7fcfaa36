"""Readiness weights: the exact regression equals the regression on a large synthetic population."""

import numpy as np
import pytest

from issim import evidence
from issim.population import PopulationOptions, draw, readiness_weights
from issim.rules.behaviour import Behaviour

EVIDENCE = evidence.load()
N = 30_000


@pytest.fixture(scope="module")
def sample():
    firms = draw(EVIDENCE, PopulationOptions(), np.arange(N, dtype=np.int32), np.zeros(N, np.int16), -1, 2)
    return np.column_stack([firms.readiness, firms.awareness, firms.digital, firms.benefits, firms.practice])


def test_weights_are_the_partial_weights_of_a_large_sample(sample):
    weights = readiness_weights(EVIDENCE)
    matrix = np.corrcoef(sample.T)
    beta = np.linalg.solve(matrix[1:, 1:], matrix[1:, 0])
    exact = [weights.awareness, weights.digital, weights.benefits, weights.practice]
    assert beta == pytest.approx(exact, abs=5.0 / np.sqrt(N))
    assert weights.r_squared == pytest.approx(beta @ matrix[1:, 0], abs=0.03)


def test_standard_deviations_are_those_of_a_large_sample(sample):
    weights = readiness_weights(EVIDENCE)
    exact = [
        weights.sd_readiness,
        weights.sd_awareness,
        weights.sd_digital,
        weights.sd_benefits,
        weights.sd_practice,
    ]
    assert sample.std(axis=0) == pytest.approx(exact, rel=0.02)


def test_points_per_unit_are_the_slopes_of_the_unstandardised_regression(sample):
    design = np.column_stack([np.ones(N), sample[:, 1:]])
    slopes = np.linalg.lstsq(design, sample[:, 0], rcond=None)[0][1:]
    assert readiness_weights(EVIDENCE).points() == pytest.approx(slopes, abs=0.12)


def test_every_correlate_has_a_weight_below_its_correlation():
    """Together they explain less than one by one: all four hang on readiness."""
    weights = readiness_weights(EVIDENCE)
    assert 0.0 < weights.practice < weights.benefits < weights.awareness < 0.4
    assert 0.2 < weights.r_squared < 0.35


def test_the_constants_of_behaviour_are_these_weights() -> None:
    constants = Behaviour()
    named = [
        getattr(constants, f"weight_{name}") for name in ("awareness", "digital", "benefits", "practice")
    ]
    assert named == [round(points, 2) for points in readiness_weights(EVIDENCE).points()]
