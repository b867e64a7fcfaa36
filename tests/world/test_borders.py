"""Borders between regions: what is found across them, what they leave alone, and which are impossible."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest

from issim.errors import InputError
from issim.evidence import Evidence
from issim.evidence.vocabulary import GOODS
from issim.population.documented import exchange_counts
from issim.population.firms import Population
from issim.world import borders, state
from issim.world.borders import Border
from issim.world.build import WorldOptions, build, inhabitants, settle
from issim.world.candidates import CandidateOptions, compatibility, listed
from issim.world.joining import joined
from issim.world.region import Region
from issim.world.state import World

SOUTH = Region("south", "IT", 4, n_firms=200, side=40.0)
NORTH = Region("north", "LV", 2, n_firms=300, side=50.0, east=5.0, north=60.0)
EAST = Region("east", "NO", 7, n_firms=120, side=30.0, east=55.0, north=10.0)
PLACES = [SOUTH, NORTH, EAST]
FRONTIER = Border("frontier", ("south", "north"))
CANAL = Border("canal", ("north", "east"), technical=0.3, contact_factor=0.2, max_distance=400.0, per_offer=1)
BOTH = [FRONTIER, CANAL]
SEED = 21


@pytest.fixture(scope="module", name="apart")
def _apart(known: Evidence) -> World:
    return build(known, PLACES, WorldOptions(), SEED)


@pytest.fixture(scope="module", name="divided")
def _divided(known: Evidence) -> World:
    return build(known, PLACES, WorldOptions(), SEED, borders=BOTH)


def ways(world: World, row: int) -> set[tuple[int, int]]:
    """Numbers of the regions that give and take across one border."""
    here = world.pairs.border == row
    region = world.firms.region
    return {
        (int(region[donor]), int(region[receiver]))
        for donor, receiver in zip(world.pairs.donor[here], world.pairs.receiver[here], strict=True)
    }


def bits(columns: Sequence[np.ndarray]) -> list[bytes]:
    return [np.ascontiguousarray(column).tobytes() for column in columns]


def test_a_border_adds_candidates_and_takes_none_away(apart: World, divided: World) -> None:
    for name, table in divided._asdict().items():
        state.check(table, name)
    within = divided.pairs.border == 0
    assert bits([column[within] for column in divided.pairs]) == bits(apart.pairs)
    for name in ("firms", "offers", "needs", "peers", "goods", "countries", "barriers"):
        assert bits(getattr(divided, name)) == bits(getattr(apart, name)), name
    assert ways(divided, 1) == {(4, 2), (2, 4)}
    assert ways(divided, 2) == {(2, 7), (7, 2)}
    assert len(divided.borders.legal) == 3


def test_without_borders_it_is_the_joined_world(known: Evidence, apart: World) -> None:
    again = build(known, PLACES, WorldOptions(), SEED, borders=[])
    assert [bits(table) for table in again] == [bits(table) for table in apart]
    assert len(again.borders.legal) == 1
    assert not again.pairs.border.any()
    assert bits(listed(again.pairs, again.firms)) == bits(again.firm_pairs)  # made anew, the same lists


def test_a_map_moves_a_region_and_nothing_else(known: Evidence) -> None:
    here = build(known, [dataclasses.replace(NORTH, east=0.0, north=0.0)], WorldOptions(), SEED)
    there = build(known, [NORTH], WorldOptions(), SEED)
    assert (there.firms.x == here.firms.x + 5.0).all()
    assert (there.firms.y == here.firms.y + 60.0).all()
    for name in ("index", "branch", "employees", "barriers", "gate_factor"):
        assert (getattr(there.firms, name) == getattr(here.firms, name)).all()
    assert np.allclose(there.pairs.distance, here.pairs.distance, atol=1e-4)


def looked_at_everything(
    world: World, fits: np.ndarray, border: Border, giving: int, taking: int
) -> set[tuple[int, int]]:
    """Candidates (offer, need) across a border by scoring every offer of one side against every need of the other."""
    firms, offers, needs, goods = world.firms, world.offers, world.needs, world.goods
    options = CandidateOptions()
    lowered = fits * (1.0 - border.technical)
    lowered = np.where(lowered >= options.min_compatibility, lowered, 0.0)
    scale = options.distance_scale / border.contact_factor
    kept: list[tuple[float, int, int, int]] = []
    for o in np.flatnonzero(firms.region[offers.firm] == giving):
        donor, good, amount = offers.firm[o], offers.good[o], offers.quantity[o]
        rows = np.flatnonzero((needs.good == good) & (firms.region[needs.firm] == taking))
        taker = needs.firm[rows]
        km = np.hypot(firms.x[taker] - firms.x[donor], firms.y[taker] - firms.y[donor])
        fit = lowered[firms.branch[donor], good, firms.branch[taker]]
        with np.errstate(divide="ignore"):
            score = np.log(fit) - np.abs(np.log(amount * goods.replaced[good]) - np.log(needs.quantity[rows]))
        score = score - km / scale
        reach = border.max_distance if goods.is_mass[good] else min(goods.reach[good], border.max_distance)
        ranked = sorted(
            (-score[k], int(firms.index[taker[k]]), int(rows[k]))
            for k in np.flatnonzero((fit > 0) & (km <= reach))
        )
        kept += [
            (minus, int(firms.index[donor]), int(o), need) for minus, _, need in ranked[: border.per_offer]
        ]
    by_need: dict[int, list[tuple[float, int, int]]] = {}
    for minus, index, o, need in kept:
        by_need.setdefault(need, []).append((minus, index, o))
    return {(o, need) for need, rows in by_need.items() for _, _, o in sorted(rows)[: border.per_need]}


@pytest.mark.parametrize("row", [1, 2])
def test_the_search_across_finds_what_looking_at_everything_finds(
    known: Evidence, divided: World, row: int
) -> None:
    fits = compatibility(exchange_counts(known), CandidateOptions(), 3.0)
    border = BOTH[row - 1]
    numbers = {place.name: place.number for place in PLACES}
    wanted = set()
    for giving, taking in (border.between, border.between[::-1]):
        wanted |= looked_at_everything(divided, fits, border, numbers[giving], numbers[taking])
    here = divided.pairs.border == row
    found = set(zip(divided.pairs.offer[here].tolist(), divided.pairs.need[here].tolist(), strict=True))
    assert found == wanted
    assert len(found) == here.sum() > 30


def test_candidates_across_keep_the_terms_of_the_border(divided: World) -> None:
    pairs, goods = divided.pairs, divided.goods
    for row, border in enumerate(BOTH, start=1):
        here = pairs.border == row
        for side in border.between:
            number = {place.name: place.number for place in PLACES}[side]
            gives = here & (divided.firms.region[pairs.donor] == number)
            assert np.bincount(pairs.offer[gives]).max() <= border.per_offer
            assert np.bincount(pairs.need[gives]).max() <= border.per_need
        assert (pairs.distance[here] <= border.max_distance).all()
        assert (pairs.hops[here] == 3).all()
        assert pairs.compatibility[here].max() <= 1.0 - border.technical
        pipes = here & (goods.is_mass[pairs.good] == 0.0)
        assert (pairs.distance[pipes] <= goods.reach[pairs.good[pipes]]).all()
    ends = divided.firms.region.repeat(np.diff(divided.peers.start))
    assert (ends == divided.firms.region[divided.peers.items]).all()


def test_ships_carry_farther_than_a_good_would_go_by_road(known: Evidence) -> None:
    far = dataclasses.replace(NORTH, north=700.0)
    narrow, wide = (
        build(known, [SOUTH, far], borders=[dataclasses.replace(FRONTIER, max_distance=km)], seed=1)
        for km in (500.0, 900.0)
    )
    assert not narrow.pairs.border.any()
    crossing = wide.pairs.border == 1
    assert crossing.any()
    reach = wide.goods.reach[wide.pairs.good[crossing]]
    assert (wide.pairs.distance[crossing] > reach).all()
    assert not (wide.pairs.good[crossing] == GOODS.index("water")).any()


def test_nothing_fits_across_a_border_that_takes_all_compatibility(known: Evidence, apart: World) -> None:
    shut = [dataclasses.replace(border, technical=1.0) for border in BOTH]
    world = build(known, PLACES, WorldOptions(), SEED, borders=shut)
    assert bits(world.pairs) == bits(apart.pairs)
    assert bits(world.firm_pairs) == bits(apart.firm_pairs)


def named(world: World) -> set[tuple[object, ...]]:
    """Candidates by the numbers of their firms and regions, whatever the rows."""
    pairs, firms = world.pairs, world.firms
    columns = (
        firms.region[pairs.donor], firms.index[pairs.donor], firms.region[pairs.receiver],
        firms.index[pairs.receiver], pairs.good, pairs.distance, pairs.compatibility,
    )  # fmt: skip
    return set(zip(*(column.tolist() for column in columns), strict=True))


def test_the_order_of_regions_and_of_firms_does_not_matter(known: Evidence, divided: World) -> None:
    turned = [dataclasses.replace(border, between=border.between[::-1]) for border in BOTH[::-1]]
    assert named(build(known, PLACES[::-1], WorldOptions(), SEED, borders=turned)) == named(divided)
    luck, parts = np.random.default_rng(0), []
    for place in PLACES:
        firms = inhabitants(known, place, WorldOptions(), SEED)
        order = luck.permutation(place.n_firms)
        moved = Population(*(column[order] for column in firms))
        parts.append(settle(known, place, moved, WorldOptions(), SEED))
    fits = compatibility(exchange_counts(known), CandidateOptions(), 3.0)
    numbers = {place.name: place.number for place in PLACES}
    moved_world = borders.connected(joined(parts), numbers, BOTH, fits, CandidateOptions())
    assert named(moved_world) == named(divided)


def test_a_side_without_offers_or_needs_is_no_fault(known: Evidence) -> None:
    hamlet = Region("hamlet", "NO", 9, n_firms=3, side=5.0)
    for seed in range(8):
        try:
            build(known, [hamlet], seed=seed)
        except InputError:
            continue
        world = build(known, [SOUTH, hamlet], seed=seed, borders=[Border("track", ("south", "hamlet"))])
        for name, table in world._asdict().items():
            state.check(table, name)


def test_row_0_of_the_table_takes_nothing() -> None:
    table = borders.table(BOTH)
    for name in ("freight_factor", "co2_factor", "contact_factor"):
        assert getattr(table, name)[0] == 1.0
    for name in set(table._fields) - {"freight_factor", "co2_factor", "contact_factor"}:
        assert getattr(table, name)[0] == 0.0
    for name in table._fields:
        assert getattr(table, name)[1:].tolist() == [getattr(border, name) for border in BOTH]


@pytest.mark.parametrize(
    ("border", "said"),
    [
        (Border("b", ("south", "nroth")), "region.borders.b.between: region 'nroth' is not known; did you mean north"),
        (Border("b", ("south", "south")), r"names one region twice"),
        (Border("b", ("south",)), r"region.borders.b.between = \['south'\] does not name two regions"),  # type: ignore[arg-type]
        (Border("b", "south"), "region.borders.b.between = south does not name two regions"),  # type: ignore[arg-type]
        (Border("b", ("south", "north"), legal=1.5), r"region.borders.b.legal = 1.5 is outside \[0.0, 1.0\]"),
        (Border("b", ("south", "north"), legal_cost=float("nan")), "b.legal_cost = nan EUR/yr is outside"),
        (Border("b", ("south", "north"), handling="dear"), "region.borders.b.handling = dear EUR/t is outside"),  # type: ignore[arg-type]
        (Border("b", ("south", "north"), per_need=2.5), "region.borders.b.per_need = 2.5 offers is no whole number"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_an_impossible_border_is_refused_in_one_sentence(known: Evidence, border: Border, said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        build(known, PLACES, borders=[border])
    assert "\n" not in str(refused.value)


def test_two_borders_between_the_same_regions_are_refused(known: Evidence) -> None:
    again = Border("path", ("north", "south"))
    with pytest.raises(InputError, match=r"borders.path and region.borders.frontier both lie between"):
        build(known, PLACES, borders=[FRONTIER, again])


def test_a_border_cannot_name_one_of_two_regions_of_one_name(known: Evidence) -> None:
    twin = dataclasses.replace(EAST, name="south")
    with pytest.raises(InputError, match="region 'south' stands twice"):
        build(known, [SOUTH, NORTH, twin], borders=[FRONTIER])


def test_every_parameter_of_a_border_says_what_it_is() -> None:
    rows = list(borders.parameters())
    assert [row.name for row in rows] == [
        f"region.borders.NAME.{field.name}"
        for field in dataclasses.fields(Border)
        if field.name not in ("name", "between")
    ]
    assert all(row.par.prior and row.par.meaning and row.par.source for row in rows)
