"""The one assembly point: evidence, regions, options and a seed in; a world out.

    firms -> positions -> offers, needs -> peers -> candidate exchanges -> goods, countries, barriers

Regions are built one by one and then joined, so that a region is the same alone and beside others. Exchanges
across a border would be found after joining, among the firms of all regions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from issim.errors import InputError
from issim.evidence import Evidence
from issim.evidence.vocabulary import STAGES
from issim.population import firms as synthetic
from issim.population import streams
from issim.population.documented import exchange_counts
from issim.population.firms import Population
from issim.population.options import PopulationOptions
from issim.population.streams import StreamOptions
from issim.units import Parameter, parameters_of, range_errors
from issim.world import candidates, peers, region
from issim.world.candidates import CandidateOptions
from issim.world.overrides import of_firms, overridden
from issim.world.peers import PeerOptions
from issim.world.region import Region
from issim.world.state import Barriers, Countries, Firms, Goods, Links, Needs, Offers, Pairs, World


@dataclass(frozen=True)
class WorldOptions:
    """What may be varied about firms, their streams, their peers and their candidate exchanges."""

    population: PopulationOptions = field(default_factory=PopulationOptions)
    streams: StreamOptions = field(default_factory=StreamOptions)
    peers: PeerOptions = field(default_factory=PeerOptions)
    candidates: CandidateOptions = field(default_factory=CandidateOptions)


SECTIONS = ("population", "streams", "peers", "candidates")
NOTHING: Mapping[str, float] = {}


def errors(regions: Sequence[Region], options: WorldOptions) -> list[InputError]:
    """Everything that makes the world impossible to build, one sentence each."""
    found = [error for place in regions for error in region.errors(place)]
    if not regions:
        found.append(InputError("regions = [] is empty; name at least one region."))
    numbers = [place.number for place in regions]
    if len(set(numbers)) < len(numbers):
        found.append(InputError(f"region.number = {numbers} repeats a number; give every region its own."))
    for section in SECTIONS:
        found.extend(range_errors(getattr(options, section), section))
    return found


def parameters(
    evidence: Evidence, options: WorldOptions | None = None, place: Region | None = None
) -> Iterator[Parameter]:
    """Every parameter of the world: the region's, the options' and what evidence says."""
    yield from region.parameters(place or Region())
    for section in SECTIONS:
        yield from parameters_of(getattr(options or WorldOptions(), section), section)
    yield from evidence.parameters()


def build(
    evidence: Evidence,
    regions: Sequence[Region],
    options: WorldOptions | None = None,
    seed: int = 0,
    overrides: Mapping[str, float] = NOTHING,
) -> World:
    """The world of some regions, each keyed by its number; `overrides` are other values for evidence.

    For whom  regions of any sizes; the same seed gives the same firms in the same places
    Keeps     regions do not touch each other; an impossible world is an InputError
    """
    options = options or WorldOptions()
    for error in errors(regions, options):
        raise error
    terms = overridden(evidence, overrides)
    asked = overridden(evidence, of_firms(overrides))
    parts = []
    for place in regions:
        index = np.arange(place.n_firms, dtype=np.int32)
        number = np.full(place.n_firms, place.number, np.int16)
        population = synthetic.draw(asked, options.population, index, number, place.country_code, seed)
        parts.append(settle(terms, place, population, options, seed))
    return parts[0] if len(parts) == 1 else joined(parts)


def settle(
    evidence: Evidence, place: Region, population: Population, options: WorldOptions, seed: int
) -> World:
    """The world of one region out of its firms, whatever the order of their rows."""
    counts, odds = _counts(evidence), _fits(evidence, options.candidates, options.streams.shrinkage)
    x, y = region.positions(seed, place, population.index, population.region, population.branch, counts)
    spread = float(np.median([good.gate_fee_spread for good in evidence.goods]))
    shared = {name: getattr(population, name) for name in Firms._fields if name in population._fields}
    gate_factor = streams.gate_factors(np.uint64(seed), population.index, population.region, spread)
    firms = Firms(**shared, x=x, y=y, gate_factor=gate_factor)
    offered, needed = streams.draw(evidence, options.streams, population, seed, counts)
    if len(offered.firm) == 0:
        raise InputError(
            f"region '{place.name}' has no streams: none of its {place.n_firms} firms offers a residue "
            f"(streams.available = {options.streams.available}, streams.shareable = "
            f"{options.streams.shareable}); raise these, or population.n_firms."
        )
    goods, links = goods_table(evidence), peers.links(seed, firms, options.peers)
    offers, needs = Offers(*offered), Needs(*needed)
    pairs, firm_pairs = candidates.find(firms, offers, needs, goods, links, odds, options.candidates)
    return World(
        firms=firms, offers=offers, needs=needs, pairs=pairs, peers=links, firm_pairs=firm_pairs, goods=goods,
        countries=countries_table(evidence), barriers=barriers_table(evidence),
    )  # fmt: skip


@lru_cache(maxsize=8)
def _counts(evidence: Evidence) -> NDArray[np.float64]:
    """Documented exchanges by donor branch, good and receiver branch; read only."""
    counts = exchange_counts(evidence)
    counts.setflags(write=False)
    return counts


@lru_cache(maxsize=64)
def _fits(evidence: Evidence, options: CandidateOptions, shrinkage: float) -> NDArray[np.float64]:
    """Compatibility by donor branch, good and receiver branch; read only."""
    fits = candidates.compatibility(_counts(evidence), options, shrinkage)
    fits.setflags(write=False)
    return fits


#: Which field of the evidence fills each column of the table of goods.
GOOD_FIELDS = {
    "reversion": "price_reversion", "discount": "value_discount", "replaced": "yield_",
    "capex": "capex_fixed", "capex_km": "capex_per_km",
}  # fmt: skip


@lru_cache(maxsize=64)
def _good_columns(evidence: Evidence) -> dict[str, NDArray[np.float64]]:
    """The columns of the table of goods."""
    names = [name for name in Goods._fields if name != "is_mass"]
    found = {
        name: np.array([getattr(good, GOOD_FIELDS.get(name, name)) for good in evidence.goods], np.float64)
        for name in names
    }
    return found | {
        "is_mass": np.array([float(good.unit == "t" and good.name != "fuel_gas") for good in evidence.goods])
    }


def goods_table(evidence: Evidence) -> Goods:
    """Terms of trade by good, a fresh table."""
    return Goods(**{name: column.copy() for name, column in _good_columns(evidence).items()})


def countries_table(evidence: Evidence) -> Countries:
    """What a tonne of industrial residue pays in tax by country when it is disposed of.

    The greater of landfill and incineration tax: the route that a country taxes is the one that its residues
    take (Norway bans most landfilling and taxes incineration; Flanders
    taxes both, landfill more; for the others only a tax on landfill is known). The rate of
    landfilling does not scale it: that is a share of all waste, most of which is recycled and pays no gate
    fee either. How much of a good's disposal is taxed at all is `goods.*.taxable`.
    """
    taxes = [max(country.landfill_tax, country.incineration_tax) for country in evidence.countries]
    return Countries(np.array(taxes, np.float64))


def barriers_table(evidence: Evidence) -> Barriers:
    """Stage, strength and channel of the blocking points."""
    return Barriers(
        stage=np.array([STAGES.index(barrier.stage) for barrier in evidence.barriers], np.int8),
        strength=np.array([barrier.strength for barrier in evidence.barriers], np.float64),
        on_threshold=np.array([barrier.channel == "threshold" for barrier in evidence.barriers], np.int8),
    )


def joined(parts: Sequence[World]) -> World:
    """One world out of several without ties between them; rows follow each other in the order given."""
    n_firms = _offsets([len(part.firms.index) for part in parts])
    n_offers = _offsets([len(part.offers.firm) for part in parts])
    n_needs = _offsets([len(part.needs.firm) for part in parts])
    n_pairs = _offsets([len(part.pairs.offer) for part in parts])
    by_firm = {"firm": n_firms, "donor": n_firms, "receiver": n_firms, "offer": n_offers, "need": n_needs}
    return World(
        firms=_stacked(Firms, [part.firms for part in parts], {}),
        offers=_stacked(Offers, [part.offers for part in parts], by_firm),
        needs=_stacked(Needs, [part.needs for part in parts], by_firm),
        pairs=_stacked(Pairs, [part.pairs for part in parts], by_firm),
        peers=_linked([part.peers for part in parts], n_firms),
        firm_pairs=_linked([part.firm_pairs for part in parts], n_pairs),
        goods=parts[0].goods,
        countries=parts[0].countries,
        barriers=parts[0].barriers,
    )


def _offsets(sizes: Sequence[int]) -> NDArray[np.int64]:
    """Where each part's rows begin in the joined table."""
    return np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.int64)


def _stacked(table: type, parts: Sequence[Any], offsets: Mapping[str, NDArray[np.int64]]) -> Any:
    """Tables under each other; columns that name rows are moved on by their offsets."""
    columns = {}
    for name in table._fields:  # type: ignore[attr-defined]
        arrays = [getattr(part, name) for part in parts]
        moved = [
            (array + offsets[name][k]).astype(array.dtype) if name in offsets else array
            for k, array in enumerate(arrays)
        ]
        columns[name] = np.concatenate(moved)
    return table(**columns)


def _linked(parts: Sequence[Links], offsets: NDArray[np.int64]) -> Links:
    """CSR tables under each other."""
    before = _offsets([len(part.items) for part in parts])
    starts = [part.start[:-1] + before[k] for k, part in enumerate(parts)]
    end = [np.array([sum(len(part.items) for part in parts)], np.int64)]
    items = [(part.items + offsets[k]).astype(np.int32) for k, part in enumerate(parts)]
    return Links(np.concatenate(starts + end), np.concatenate(items))
