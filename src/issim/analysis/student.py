"""Quantiles of Student's t and the normal distribution, for intervals: to nine decimals, which all systems agree on."""

from __future__ import annotations

#: Decimals of numbers that a library computes and that tables hold.
DECIMALS = 9


def upper(tail: float, freedom: float = float("inf")) -> float:
    """The value that Student's t exceeds with probability `tail`; of the normal distribution by default."""
    from scipy.stats import norm, t

    return round(float(norm.isf(tail) if freedom == float("inf") else t.isf(tail, freedom)), DECIMALS)
