"""Synthetic firms: each answers the survey, and together they answer it as it was answered.

Every draw is keyed by (seed, region, index of the firm), so that a firm keeps its answers in any order of
rows and in any number of firms. The latent model is `dependence`, who the firms are is `structure`, which
answer shows which blocking point is `obstacles`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from issim.draws import ANSWERS, firm_uniforms
from issim.errors import InputError
from issim.evidence import Evidence
from issim.evidence.vocabulary import BRANCHES, COUNTRIES, ITEMS, SECTORS, SIZES, TICKS
from issim.normal import ndtr, ndtri
from issim.own.register import Register
from issim.population import given
from issim.population.association import kept
from issim.population.dependence import TRAITS, Dependence, fit, item_traits
from issim.population.obstacles import barrier_flags
from issim.population.options import PopulationOptions, check
from issim.population.structure import Structure, digital_shares, structure
from issim.units import Col

Floats = NDArray[np.float64]

#: Rows drawn at a time: what is needed on the way to the answers stays within a few tens of megabytes.
CHUNK = 32_768
#: Steps of the table that trust is read from; a power of two, so that multiplying by it is exact.
STEPS = 4096

#: Which uniform of a firm decides what; new ones are added at the end, so that old firms keep their answers.
COUNTRY, SECTOR, SIZE, EMPLOYEES, BRANCH, TRUST = range(6)
TRAIT = slice(6, 6 + len(TRAITS))
ITEM = slice(TRAIT.stop, TRAIT.stop + len(ITEMS))
TICK = slice(ITEM.stop, ITEM.stop + len(TICKS))
N_DRAWS = TICK.stop


class Population(NamedTuple):
    """One row per firm; every array has length n_firms."""

    index: Annotated[NDArray[np.int32], Col("1", "number of the firm within its region", 0, dtype="int32")]  # type: ignore[assignment]
    region: Annotated[NDArray[np.int16], Col("1", "number of the region", 0, dtype="int16")]
    country: Annotated[NDArray[np.int8], Col("code", "country", 0, len(COUNTRIES) - 1, "int8")]
    sector: Annotated[NDArray[np.int8], Col("code", "sector as the survey asks", 0, len(SECTORS) - 1, "int8")]
    branch: Annotated[NDArray[np.int8], Col("code", "branch", 0, len(BRANCHES) - 1, "int8")]
    size: Annotated[NDArray[np.int8], Col("code", "size class", 0, len(SIZES) - 1, "int8")]
    employees: Annotated[Floats, Col("persons", "persons employed", 1)]
    items: Annotated[
        NDArray[np.int8], Col("level", "answers to the ordinal items, (n_firms, 11)", 1, 5, "int8")
    ]
    ticks: Annotated[NDArray[np.uint8], Col("1", "options ticked, (n_firms, 23)", 0, 1, "uint8")]
    awareness: Annotated[NDArray[np.int8], Col("level", "none, somewhat or very aware", 1, 3, "int8")]
    readiness: Annotated[Floats, Col("level", "willingness to take part in digital symbiosis", 1, 5)]
    digital: Annotated[Floats, Col("1", "digital readiness; 0.5 is basic digital intensity", 0, 1)]
    it_use: Annotated[Floats, Col("1", "use of IT tools, as a rank among firms", 0, 1)]
    benefits: Annotated[Floats, Col("1", "benefits of symbiosis acknowledged, as a rank among firms", 0, 1)]
    practice: Annotated[NDArray[np.uint8], Col("1", "passes material to another firm already", 0, 1, "uint8")]
    trust: Annotated[Floats, Col("1", "general trust in a partner before any dealing", 0, 1)]
    barriers: Annotated[
        NDArray[np.uint32], Col("bits", "blocking points; bit b - 1 is number b", dtype="uint32")
    ]


@lru_cache(maxsize=32)
def dependence_of(evidence: Evidence, options: PopulationOptions) -> Dependence:
    """The latent model of these options, solved once per process."""
    return fit(evidence.survey, digital_shares(evidence), options)


def draw(
    evidence: Evidence,
    options: PopulationOptions,
    index: NDArray[np.int32],
    region: NDArray[np.int16],
    country_code: int = -1,
    seed: int = 0,
    known: Register | None = None,
) -> Population:
    """The firms with the given numbers; country -1 draws countries in the published proportions.

    known   what a register says of these very firms: it stands, and what it does not say is drawn beside it

    Nobody of Belgium, Denmark, Finland, the Netherlands or Sweden was asked: firms of these countries have the
    size and sector shares of the whole survey and answer without a country shift (see `dependence`); digital
    intensity and taxes are their own.
    """
    check(options)
    if not -1 <= country_code < len(COUNTRIES):
        raise InputError(
            f"country_code = {country_code} is outside [-1, {len(COUNTRIES) - 1}]; choose one of "
            f"{', '.join(COUNTRIES)} by position, or -1 for all of them."
        )
    if len(index) != len(region):
        raise ValueError(f"{len(index)} firm numbers but {len(region)} regions")
    out = _empty(np.asarray(index, dtype=np.int32), np.asarray(region, dtype=np.int16))
    model, who = dependence_of(evidence, options), structure(evidence, options.composition)
    for rows in _chunks(len(index)):
        part = Population._make(column[rows] for column in out)
        u = firm_uniforms(seed, ANSWERS, part.index, part.region, N_DRAWS)
        facts = given.rows_of(known, rows) if known is not None else None
        _draw_firm(part, u, who, country_code, facts)
        _draw_answers(part, u, model, facts, seed)
        part.trust[:] = _trust(u[:, TRUST], options)
        if facts is not None:
            given.put(part.trust, facts.trust)
        part.barriers[:] = barrier_flags(
            evidence.barriers, seed, part.index, part.region, part.items, part.ticks
        )
    return out


def _empty(index: NDArray[np.int32], region: NDArray[np.int16]) -> Population:
    """Columns of the declared types, not yet filled."""
    n = len(index)
    width = {"items": len(ITEMS), "ticks": len(TICKS)}
    types = {name: extra.__metadata__[0].dtype for name, extra in _hints().items()}
    made = {
        name: np.empty((n, width[name]) if name in width else n, dtype=types[name])
        for name in Population._fields[2:]
    }
    return Population(index=index, region=region, **made)


@lru_cache(maxsize=1)
def _hints() -> dict[str, Annotated]:  # type: ignore[valid-type]
    """The declared columns with their annotations."""
    from typing import get_type_hints

    return get_type_hints(Population, include_extras=True)


def _chunks(n: int) -> Iterator[slice]:
    """Row ranges of at most CHUNK rows."""
    for start in range(0, n, CHUNK):
        yield slice(start, min(start + CHUNK, n))


def _pick(u: Floats, cumulative: Floats) -> NDArray[np.int64]:
    """The category that each uniform falls into; cumulative (n_categories - 1,), or so for each row."""
    return np.asarray((u[:, None] >= cumulative).sum(axis=1))


def _draw_firm(
    part: Population, u: Floats, who: Structure, country_code: int, facts: Register | None
) -> None:
    """Country, sector, size, employees and branch, independent of each other but for branch given sector."""

    def settled(name: str) -> None:
        if facts is not None:
            given.put(getattr(part, name), getattr(facts, name))

    if country_code >= 0:
        part.country[:] = country_code
    else:
        part.country[:] = _pick(u[:, COUNTRY], who.country)
    settled("country")
    part.sector[:] = _pick(u[:, SECTOR], who.sector)
    settled("sector")
    part.size[:] = _pick(u[:, SIZE], who.size[part.country])
    settled("size")
    part.branch[:] = _pick(u[:, BRANCH], who.branch[part.sector])
    settled("branch")
    low, high, power = who.employees[part.size].T
    a, b = low**-power, (high + 1.0) ** -power
    part.employees[:] = np.floor((a - u[:, EMPLOYEES] * (a - b)) ** (-1.0 / power))
    settled("employees")


def _draw_answers(part: Population, u: Floats, model: Dependence, facts: Register | None, seed: int) -> None:
    """Items, ticks and the graded traits of the firms from their latents."""
    traits = given.on_tree(ndtri(u[:, TRAIT]), model.links)
    if facts is not None:
        given.condition(traits, part, facts, model, seed)
    shifted = traits.copy()
    shifted[:, : model.shifts.shape[1]] += model.shifts[part.country]
    noise = ndtri(u[:, ITEM])
    for j, trait in enumerate(item_traits()):
        z = model.loadings[j] * shifted[:, trait] + np.sqrt(1.0 - model.loadings[j] ** 2) * noise[:, j]
        part.items[:, j] = 1 + np.searchsorted(model.thresholds[j], z)
    _draw_ticks(part, u[:, TICK], model, shifted[:, 0])
    if facts is not None:
        given.put(part.items, facts.items, least=1)
        given.put(part.ticks, facts.ticks)
    part.awareness[:] = part.items[:, ITEMS.index("awareness")]
    part.readiness[:] = part.items[:, ITEMS.index("willingness")]
    competence = traits[:, TRAITS.index("competence")]
    part.digital[:] = ndtr(competence + model.digital_offset[part.country, part.size])
    if facts is not None:
        given.put(part.digital, facts.digital)
    part.it_use[:] = ndtr(traits[:, TRAITS.index("it_use")])
    part.benefits[:] = ndtr(traits[:, TRAITS.index("benefits")])
    part.practice[:] = traits[:, TRAITS.index("practice")] > model.practice_threshold


def _draw_ticks(part: Population, u: Floats, model: Dependence, readiness: Floats) -> None:
    """Ticks: latents above a threshold, which for those unrelated to readiness is a uniform above a share."""
    part.ticks[:] = u > ndtr(model.tick_thresholds)
    for k in np.flatnonzero(model.tick_links):
        link = model.tick_links[k]
        z = link * readiness + np.sqrt(1.0 - link**2) * ndtri(u[:, k])
        part.ticks[:, k] = z > model.tick_thresholds[k]


@lru_cache(maxsize=32)
def _trust_quantiles(mean: float, spread: float) -> Floats:
    """A Beta distribution's quantiles at probabilities k / STEPS, fine enough to read between; (STEPS + 1,)."""
    strength = mean * (1.0 - mean) / spread**2 - 1.0
    grid = np.linspace(0.0, 1.0, STEPS + 1)
    return kept(betaincinv(mean * strength, (1.0 - mean) * strength, grid))


def _trust(u: Floats, options: PopulationOptions) -> Floats:
    """General trust: Beta with the mean and spread of the options."""
    at = _trust_quantiles(options.trust_mean, options.trust_spread)
    step = np.floor(u * STEPS)
    k = step.astype(np.int64)
    return np.asarray(at[k] + (u * STEPS - step) * (at[k + 1] - at[k]))


def grade(share: Floats) -> NDArray[np.int8]:
    """The answer on 1..5 that stands for a quantity in [0, 1]: equal fifths."""
    return np.clip(1 + np.floor(5.0 * share), 1, 5).astype(np.int8)
