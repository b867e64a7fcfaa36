"""Who the firms are: shares of countries, sectors, size classes and branches, and persons employed.

Shares of sectors and, as answered, of size classes are those of the whole survey in every country, also in those
that were not surveyed; countries are drawn among the surveyed ones.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from issim.errors import InputError
from issim.evidence import Evidence
from issim.evidence.facts import required
from issim.evidence.survey import SurveyFigure
from issim.evidence.vocabulary import BRANCH_TABLE, BRANCHES, COUNTRIES, EMPLOYEES, SECTORS, SIZES
from issim.population.published import published

Floats = NDArray[np.float64]

#: Weight of a branch within its sector where it is not 1 (an assumption; no source splits the sectors). The
#: report lists eight kinds of answers under "other": one is waste, one building, six are services; energy
#: is not named and counts as one more kind.
BRANCH_WEIGHT = {"services": 6.0}


class Structure(NamedTuple):
    """Cumulative shares without the last (which is 1), and persons employed by size class."""

    country: Floats  # (n_surveyed - 1,)
    sector: Floats  # (n_sectors - 1,)
    size: Floats  # (n_countries, n_sizes - 1)
    branch: Floats  # (n_sectors, n_branches - 1)
    employees: Floats  # (n_sizes, 3): smallest, largest, exponent of the power law between them


def digital_shares(evidence: Evidence) -> tuple[tuple[float, ...], ...]:
    """Share of firms with at least basic digital intensity, (n_countries, n_sizes)."""
    return tuple(tuple(terms.digital) for terms in evidence.countries)


def structure(evidence: Evidence, composition: str) -> Structure:
    """Shares of one composition: as answered ("survey") or with the size classes of business statistics."""
    sizes = tuple(tuple(terms.size_structure) for terms in evidence.countries)
    means = mean_employees(evidence)
    return _structure(evidence.survey, sizes, means, composition)


def mean_employees(evidence: Evidence) -> tuple[float, ...]:
    """Mean persons employed per firm of each size class."""
    rows = [
        required(evidence.firms, f"persons per enterprise, {size}", "EU27", "firms.csv") for size in SIZES
    ]
    return tuple(float(row.value) for row in rows if row.value is not None)


@lru_cache(maxsize=16)
def _structure(
    survey: tuple[SurveyFigure, ...],
    sizes: tuple[tuple[float, ...], ...],
    means: tuple[float, ...],
    composition: str,
) -> Structure:
    """`structure` by value."""
    facts = published(survey)
    by_country = (
        np.array(sizes) if composition == "business" else np.tile(facts.size_shares, (len(COUNTRIES), 1))
    )
    by_country = by_country / by_country.sum(axis=1, keepdims=True)
    return Structure(
        country=np.cumsum(facts.country_shares)[:-1],
        sector=np.cumsum(facts.sector_shares)[:-1],
        size=np.cumsum(by_country, axis=1)[:, :-1],
        branch=np.cumsum(branch_shares(), axis=1)[:, :-1],
        employees=np.array(
            [
                (low, high, _exponent(low, high, mean))
                for (low, high), mean in zip(EMPLOYEES, means, strict=True)
            ]
        ),
    )


def branch_shares() -> Floats:
    """Share of each branch within each sector, (n_sectors, n_branches)."""
    shares = np.zeros((len(SECTORS), len(BRANCHES)))
    for code, branch in enumerate(BRANCH_TABLE):
        shares[SECTORS.index(branch.sector), code] = BRANCH_WEIGHT.get(branch.name, 1.0)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def _mean_of_power_law(low: float, high: float, power: float) -> float:
    """Mean of whole persons when firms thin out as employees ** -(power + 1) from low to high."""
    edges = np.arange(low, high + 2.0) ** -power
    share = -np.diff(edges) / (edges[0] - edges[-1])
    return float(share @ np.arange(low, high + 1.0))


def _exponent(low: float, high: float, mean: float) -> float:
    """The exponent at which a size class has the published mean of persons employed."""

    def gap(power: float) -> float:
        return _mean_of_power_law(low, high, power) - mean

    steep, flat = 8.0, -4.0
    if gap(flat) < 0.0 or gap(steep) > 0.0:
        raise InputError(
            f"mean of persons employed = {mean:g} is not possible in the size class [{low:g}, {high:g}]; "
            "correct the firm structure table."
        )
    power = float(brentq(gap, flat, steep + 1e-7))
    return power if abs(power) > 1e-6 else 1e-6
