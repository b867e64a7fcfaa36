"""Evidence in, synthetic firms out: they answer the survey as it was answered."""

from issim.population.firms import Population, dependence_of, draw, grade
from issim.population.options import COMPOSITIONS, PopulationOptions
from issim.population.weights import ReadinessWeights, readiness_weights

__all__ = [
    "COMPOSITIONS",
    "Population",
    "PopulationOptions",
    "ReadinessWeights",
    "dependence_of",
    "draw",
    "grade",
    "readiness_weights",
]
