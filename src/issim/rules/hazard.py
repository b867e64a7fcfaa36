"""Hazards: how a monthly rate becomes an event, and what barriers leave of it."""

from __future__ import annotations

from issim.elementary import expm1
from issim.jit import rule


@rule
def probability(hazard: float) -> float:
    """Probability that an event of a constant hazard happens within a month.

        p = 1 - exp(-h)

    For whom  every move of the funnel
    Units     hazard per month, at least 0; p in [0, 1]
    Source    definition of a hazard
    Keeps     p grows with h; p <= h
    """
    return -expm1(-hazard)


@rule
def happens(luck: float, hazard: float) -> bool:
    """Whether an event of this hazard happens this month, given a uniform draw.

        luck < 1 - exp(-h)

    For whom  every move of the funnel
    Units     luck in (0, 1); hazard per month
    Source    inverse transform sampling
    Keeps     most draws lie above h itself, which bounds p, and need no exponential
    """
    return luck < hazard and luck < probability(hazard)


@rule
def unrelieved(strength: float, relief: float) -> float:
    """What one barrier leaves of a hazard.

        1 - phi * (1 - relief)

    For whom  a firm that has the barrier (policy.py)
    Units     strength phi and relief in [0, 1]
    Source    barriers (strengths); conditions.relief
    Keeps     in [0, 1]; 1 when phi = 0 or the relief is complete
    """
    return 1.0 - strength * (1.0 - relief)


@rule
def either(first: float, second: float) -> float:
    """Two shares taken off one after the other, as one share.

        1 - (1 - a) * (1 - b)

    For whom  reliefs and shares of several levers
    Units     shares in [0, 1]
    Source    independence of the levers (assumption)
    Keeps     in [0, 1]; the order does not matter
    """
    return 1.0 - (1.0 - first) * (1.0 - second)
