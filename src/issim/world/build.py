"""The one assembly point: evidence, regions, options and a seed in; a world out.

    firms -> positions -> offers, needs -> peers -> candidate exchanges -> goods, countries, barriers

Regions are built one by one and then joined, so that a region is the same alone and beside others. Candidates
across a border are found after joining, and added to those within regions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from issim.errors import InputError
from issim.evidence import Evidence
from issim.evidence.vocabulary import STAGES
from issim.own.register import Register
from issim.population import firms as synthetic
from issim.population import streams
from issim.population.documented import exchange_counts, with_links
from issim.population.firms import Population
from issim.population.options import PopulationOptions
from issim.population.streams import StreamOptions
from issim.units import Parameter, parameters_of, range_errors
from issim.world import borders as frontiers
from issim.world import candidates, peers, region
from issim.world.borders import Border
from issim.world.candidates import CandidateOptions
from issim.world.joining import joined
from issim.world.overrides import of_firms, overridden
from issim.world.peers import PeerOptions
from issim.world.region import Region
from issim.world.state import Barriers, Countries, Firms, Goods, Needs, Offers, World


@dataclass(frozen=True)
class WorldOptions:
    """What may be varied about firms, their streams, their peers and their candidate exchanges."""

    population: PopulationOptions = field(default_factory=PopulationOptions)
    streams: StreamOptions = field(default_factory=StreamOptions)
    peers: PeerOptions = field(default_factory=PeerOptions)
    candidates: CandidateOptions = field(default_factory=CandidateOptions)


SECTIONS = ("population", "streams", "peers", "candidates")
NOTHING: Mapping[str, float] = {}


def errors(
    regions: Sequence[Region], options: WorldOptions, borders: Sequence[Border] = ()
) -> list[InputError]:
    """Everything that makes the world impossible to build, one sentence each."""
    found = [error for place in regions for error in region.errors(place)]
    if not regions:
        found.append(InputError("regions = [] is empty; name at least one region."))
    numbers = [place.number for place in regions]
    if len(set(numbers)) < len(numbers):
        found.append(InputError(f"region.number = {numbers} repeats a number; give every region its own."))
    found += frontiers.errors(borders, [place.name for place in regions])
    for section in SECTIONS:
        found.extend(range_errors(getattr(options, section), section))
    return found


def parameters(
    evidence: Evidence, options: WorldOptions | None = None, place: Region | None = None
) -> Iterator[Parameter]:
    """Every parameter of the world: the region's, the options' and what evidence says; not those of borders."""
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
    borders: Sequence[Border] = (),
    firms: Register | None = None,
) -> World:
    """The world of some regions, each keyed by its number, and of the borders between them.

    For whom  regions of any sizes; `overrides` are other values for evidence; the same seed gives the same
              firms in the same places; `firms` are those of a single region, as far as they are known
    Keeps     regions without a border between them do not touch each other, and a border takes no candidate
              away from a region; an impossible world is an InputError
    """
    options = options or WorldOptions()
    if firms is not None:
        regions = [holding(place, firms, len(regions)) for place in regions]
    for error in errors(regions, options, borders):
        raise error
    terms = overridden(evidence, overrides)
    parts = [
        settle(
            terms, place, inhabitants(evidence, place, options, seed, overrides, firms), options, seed, firms
        )
        for place in regions
    ]
    world = parts[0] if len(parts) == 1 else joined(parts)
    if not borders:
        return world
    fits = _fits(terms, options.candidates, options.streams.shrinkage)
    numbers = {place.name: place.number for place in regions}
    return frontiers.connected(world, numbers, borders, fits, options.candidates)


def holding(place: Region, firms: Register, n_regions: int = 1) -> Region:
    """A region with room for the firms of a register.

    Where most firms have a position the region is the square around these; where few have one it keeps its side,
    if that is larger.
    """
    if n_regions > 1:
        raise InputError(
            f"firms = {firms.file} are those of one region, and this world has {n_regions}; choose a region without "
            "places, as in region=default."
        )
    extent = max(firms.width, firms.height, region.SMALLEST_SIDE)
    mostly = 2 * int(firms.placed.sum()) > len(firms)
    return replace(place, n_firms=len(firms), side=extent if mostly else max(extent, place.side))


def inhabitants(
    evidence: Evidence,
    place: Region,
    options: WorldOptions,
    seed: int,
    overrides: Mapping[str, float] = NOTHING,
    firms: Register | None = None,
) -> Population:
    """The firms of one region as they answered, keyed by the region's number, or by their names if they have any."""
    index = np.arange(place.n_firms, dtype=np.int32) if firms is None else firms.index
    number = np.full(len(index), place.number, np.int16)
    asked = overridden(evidence, of_firms(overrides))
    return synthetic.draw(asked, options.population, index, number, place.country_code, seed, firms)


def settle(
    evidence: Evidence,
    place: Region,
    population: Population,
    options: WorldOptions,
    seed: int,
    firms: Register | None = None,
) -> World:
    """The world of one region out of its firms, whatever the order of their rows."""
    counts, odds = _counts(evidence), _fits(evidence, options.candidates, options.streams.shrinkage)
    if firms is not None and firms.links:
        shown = with_links(counts, firms, population)
        odds = candidates.compatibility(shown, options.candidates, options.streams.shrinkage)
    x, y = region.positions(seed, place, population.index, population.region, population.branch, counts)
    if firms is not None:
        x, y = region.beside(place, firms, x, y)
    x, y = x + place.east, y + place.north
    spread = float(np.median([good.gate_fee_spread for good in evidence.goods]))
    shared = {name: getattr(population, name) for name in Firms._fields if name in population._fields}
    gate_factor = streams.gate_factors(np.uint64(seed), population.index, population.region, spread)
    settled = Firms(**shared, x=x, y=y, gate_factor=gate_factor)
    offered, needed = streams.draw(evidence, options.streams, population, seed, counts, firms)
    if len(offered.firm) == 0:
        more = "population.n_firms" if firms is None else f"add offers to {firms.file}"
        raise InputError(
            f"region '{place.name}' has no streams: none of its {place.n_firms} firms offers a residue "
            f"(streams.available = {options.streams.available}, streams.shareable = "
            f"{options.streams.shareable}); raise these, or {more}."
        )
    goods, links = goods_table(evidence), peers.links(seed, settled, options.peers)
    offers, needs = Offers(*offered), Needs(*needed)
    kept = options.candidates if firms is None else candidates.wide_enough(options.candidates, firms)
    pairs, firm_pairs = candidates.find(settled, offers, needs, goods, links, odds, kept)
    return World(
        firms=settled, offers=offers, needs=needs, pairs=pairs, peers=links, firm_pairs=firm_pairs, goods=goods,
        countries=countries_table(evidence), barriers=barriers_table(evidence), borders=frontiers.table(()),
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
