"""Samples of firms with the composition of the survey, and the report's own statistics of each.

Statistics between countries are of the surveyed ones, and want firms of all of these and of no others.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from issim.analysis import ranks
from issim.draws import SURVEY, firm_uniforms
from issim.errors import InputError
from issim.evidence.vocabulary import ITEM_LEVELS, ITEMS, SECTORS, SIZES, SURVEYED, TICKS
from issim.population import Population, grade
from issim.population.indices import INDICES, READINESS_CLASSES
from issim.population.published import Published

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


class Answers(NamedTuple):
    """What firms answer, one row each: codes of the vocabulary, levels from 1, ticks and practice 0 or 1."""

    country: NDArray[np.int8]
    sector: NDArray[np.int8]
    size: NDArray[np.int8]
    items: NDArray[np.int8]  # (n_firms, n_items)
    ticks: NDArray[np.uint8]  # (n_firms, n_ticks)
    competence: NDArray[np.int8]
    it_use: NDArray[np.int8]
    benefits: NDArray[np.int8]
    practice: NDArray[np.uint8]


def answers_of(
    population: Population,
    *,
    awareness: NDArray[np.int8] | None = None,
    readiness: Floats | None = None,
    digital: Floats | None = None,
    benefits: Floats | None = None,
    practice: NDArray[np.bool_] | None = None,
) -> Answers:
    """The answers of firms at the start or, given their state in some month of a run, in that month.

    A readiness between two levels answers the nearer one.
    """
    items = population.items.copy()
    items[:, ITEMS.index("awareness")] = population.awareness if awareness is None else awareness
    willing = population.readiness if readiness is None else readiness
    items[:, ITEMS.index("willingness")] = np.clip(np.floor(willing + 0.5), 1, 5)
    return Answers(
        country=population.country,
        sector=population.sector,
        size=population.size,
        items=items,
        ticks=population.ticks,
        competence=grade(population.digital if digital is None else digital),
        it_use=grade(population.it_use),
        benefits=grade(population.benefits if benefits is None else benefits),
        practice=(population.practice if practice is None else practice).astype(np.uint8),
    )


def quotas(present: NDArray[np.bool_], country_shares: Floats, n: int) -> Codes:
    """Answers per country in a sample of n: the published counts, scaled to n and the countries present."""
    shares = np.where(present, country_shares, 0.0)
    exact = n * shares / shares.sum()
    found = np.floor(exact + 1e-9).astype(np.int64)
    order = np.argsort(-(exact - found), kind="stable")
    found[order[: n - found.sum()]] += 1
    return found


def raked(answers: Answers, facts: Published) -> Floats:
    """Weights at which the firms have the published shares of sectors and of size classes, (n_firms,).

    A class without any firm cannot be weighted up; the others then share its part.
    """
    weights = np.ones(len(answers.country))
    for _ in range(30):
        for codes, shares in ((answers.sector, facts.sector_shares), (answers.size, facts.size_shares)):
            now = np.bincount(codes, weights, minlength=len(shares))
            weights = weights * np.where(now > 0, shares / np.where(now > 0, now, 1.0), 0.0)[codes]
    return np.asarray(weights / weights.sum())


def _strata(country: NDArray[np.int8], facts: Published, n: int) -> Iterator[tuple[Codes, int]]:
    """Firms that are drawn from together, and how many of them: by country, or all as one.

    All as one where some are of countries that were not surveyed, for which there is no quota.
    """
    if (country >= len(SURVEYED)).any():
        yield np.arange(len(country)), n
        return
    present = np.bincount(country, minlength=len(SURVEYED)) > 0
    for code, quota in enumerate(quotas(present, facts.country_shares, n)):
        if quota:
            yield np.flatnonzero(country == code), int(quota)


def sampled(answers: Answers, facts: Published, n_surveys: int, n: int, seed: int) -> Codes:
    """Rows of the firms in each survey, (n_surveys, n): country by quota, sector and size by weight.

    Drawn with replacement; the firm in a place of a survey is a function of seed, survey and place.
    """
    if not 1 <= n_surveys <= 100_000 or not 10 <= n <= 1024:
        raise InputError(
            f"n_surveys = {n_surveys} and n = {n} are outside [1, 100000] and [10, 1024]; choose them inside."
        )
    if len(answers.country) == 0:
        raise InputError("The survey has 0 firms to draw from; give a population of at least one firm.")
    u = firm_uniforms(seed, SURVEY, np.arange(n_surveys, dtype=np.int32), np.zeros(n_surveys, np.int16), n)
    weights = raked(answers, facts)
    rows = np.empty((n_surveys, n), dtype=np.int64)
    start = 0
    for firms, quota in _strata(answers.country, facts, n):
        edges = np.cumsum(weights[firms])
        part = slice(start, start + quota)
        rows[:, part] = firms[np.searchsorted(edges[:-1] / edges[-1], u[:, part], side="right")]
        start += quota
    return rows


class Samples:
    """Many surveys of the same firms; every statistic is an array (n_surveys,)."""

    def __init__(self, answers: Answers, rows: Codes) -> None:
        """Gather the answers of the firms in `rows` (n_surveys, n)."""
        self.n_surveys, self.n = rows.shape
        self.answers = Answers._make(column[rows] for column in answers)

    def level(self, item: str) -> Codes:
        """Answers to an item as codes from 0, (n_surveys, n)."""
        return self.answers.items[:, :, ITEMS.index(item)].astype(np.int64) - 1

    def tick(self, name: str) -> Codes:
        """Whether an option is ticked, (n_surveys, n)."""
        return self.answers.ticks[:, :, TICKS.index(name)].astype(np.int64)

    def share(self, attribute: str, code: int) -> Floats:
        """Share of a country, sector or size class."""
        return np.asarray((getattr(self.answers, attribute) == code).mean(axis=1))

    def index_sum(self, index: str) -> tuple[Codes, int]:
        """The sum behind an index as a code from 0, and the number of codes."""
        items = INDICES[index]
        total = np.sum([self.level(item) for item in items], axis=0)
        return total, sum(ITEM_LEVELS[ITEMS.index(item)] for item in items) - len(items) + 1

    @cached_property
    def ready(self) -> Floats:
        """Midranks of the readiness index."""
        return ranks.midranks(*self.index_sum("readiness"))

    def rho(self, codes: Codes, n_codes: int) -> Floats:
        """Spearman's rho of an answer with the readiness index."""
        return ranks.spearman(ranks.midranks(codes, n_codes), self.ready)

    def rho_digital(self) -> Floats:
        """The larger of the correlations of digital competence and use of IT tools with readiness."""
        both = [
            self.rho(level.astype(np.int64) - 1, 5)
            for level in (self.answers.competence, self.answers.it_use)
        ]
        return np.asarray(np.maximum(*both))

    def by(self, index: str, attribute: str) -> ranks.Tested:
        """Kruskal-Wallis test of an index between countries, sectors or size classes."""
        names = {"country": SURVEYED, "sector": SECTORS, "size": SIZES}[attribute]
        group = getattr(self.answers, attribute).astype(np.int64)
        return ranks.kruskal(*self.index_sum(index), group, len(names))

    def readiness_by_country(self) -> ranks.Tested:
        """Chi-square test of readiness in three classes between countries."""
        total, _ = self.index_sum("readiness")
        bounds = [part.start for part in READINESS_CLASSES[1:]]
        classes = np.searchsorted(bounds, total, side="right")
        group = self.answers.country.astype(np.int64)
        return ranks.chi_square(classes, len(READINESS_CLASSES), group, len(SURVEYED))

    def country_means(self, index: str) -> Floats:
        """Mean index of each surveyed country, (n_surveys, n_surveyed)."""
        total, _ = self.index_sum(index)
        value = total / len(INDICES[index]) + 1.0
        members = [self.answers.country == code for code in range(len(SURVEYED))]
        return np.stack([(value * m).sum(axis=1) / np.maximum(m.sum(axis=1), 1) for m in members], axis=1)

    def place(self, index: str, country: str) -> Floats:
        """Place of a country among the five, 1 the highest; a tie is the place between."""
        means = self.country_means(index)
        own = means[:, [SURVEYED.index(country)]]
        above, below = (means > own + 1e-12).sum(axis=1), (means < own - 1e-12).sum(axis=1)
        return np.asarray(1.0 + 0.5 * (above + len(SURVEYED) - 1 - below))
