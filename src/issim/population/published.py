"""The survey's figures in the arrangement that the fit of a population needs."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from issim.errors import InputError
from issim.evidence.survey import SurveyFigure
from issim.evidence.vocabulary import SECTORS, SIZES, SURVEYED, TICKS
from issim.population.margins import margins

Floats = NDArray[np.float64]

#: Where the survey table holds what the report says about each index or trait.
NORWAY = {
    "awareness": "index.NO.awareness",
    "readiness": "index.NO.readiness",
    "interest": "index.NO.digital",
}
TESTS = {
    "awareness": "kruskal.awareness.H",
    "readiness": "chisquare.readiness",
    "interest": "kruskal.tools.H",
}
#: Degrees of freedom: five countries by ranks, or by three classes.
FREEDOM = {"awareness": 4, "readiness": 8, "interest": 4}
CORRELATIONS = {
    "awareness": "correlation.awareness_readiness",
    "competence": "correlation.digital_readiness",
    "benefits": "correlation.benefits_readiness",
    "practice": "correlation.exchange_readiness",
}


class Published(NamedTuple):
    """What the synthetic firms have to reproduce; codes follow the vocabulary, countries those surveyed."""

    margins: dict[str, Floats]  # by item, (n_levels,)
    country_counts: Floats  # (n_surveyed,) answers per country
    country_shares: Floats  # (n_surveyed,)
    sector_shares: Floats  # (n_sectors,)
    size_shares: Floats  # (n_sizes,)
    tick_shares: Floats  # (n_ticks,)
    correlation: dict[str, float]  # Spearman's rho with the readiness index
    statistic: dict[str, float]  # test statistic of the differences between countries, by index
    norway: dict[
        str, float
    ]  # Norway's mean, by index; empty (and so `statistic`) where countries are one sample


def _value(survey: Iterable[SurveyFigure], key: str) -> float:
    """The value of one figure by its key."""
    for figure in survey:
        if figure.key == key:
            return figure.value
    raise InputError(f"survey figure '{key}' is missing; add its row to the survey table.")


def _shares(survey: Iterable[SurveyFigure], attribute: str, names: tuple[str, ...]) -> Floats:
    """Published shares of an attribute, made to add up to one (they are printed in whole per cent)."""
    shares = np.array([_value(survey, f"{attribute}.{name}") for name in names])
    return np.asarray(shares / shares.sum())


def _counts(survey: tuple[SurveyFigure, ...]) -> Floats:
    """Answers per country."""
    counts = {figure.key: figure.count for figure in survey if figure.item == "country"}
    found = [counts.get(f"country.{name}") for name in SURVEYED]
    if any(count is None for count in found):
        raise InputError(
            f"survey counts by country are {found}; give the count of every country in {SURVEYED}."
        )
    return np.array(found, dtype=np.float64)


@lru_cache(maxsize=8)
def published(survey: tuple[SurveyFigure, ...]) -> Published:
    """Arrange the survey's figures; the margins are solved here, once per process."""
    counts = _counts(survey)
    told_apart = any(figure.key in NORWAY.values() for figure in survey)
    return Published(
        margins=margins(survey),
        country_counts=counts,
        country_shares=counts / counts.sum(),
        sector_shares=_shares(survey, "sector", SECTORS),
        size_shares=_shares(survey, "size", SIZES),
        tick_shares=np.array([_value(survey, name) for name in TICKS]),
        correlation={name: _value(survey, key) for name, key in CORRELATIONS.items()},
        statistic={name: _value(survey, key) for name, key in TESTS.items()} if told_apart else {},
        norway={name: _value(survey, key) for name, key in NORWAY.items()} if told_apart else {},
    )
