"""Worlds for tests: random but valid ones, hand-made ones, and ones with their rows exchanged."""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from issim.rules.behaviour import Behaviour
from issim.world import borders as frontiers
from issim.world import conditions as levers
from issim.world.borders import Border
from issim.world.conditions import Conditions
from issim.world.state import (
    AGREED,
    N_ACTIVE,
    OPERATING,
    RANK_POSITION,
    Barriers,
    Countries,
    Firms,
    Goods,
    Links,
    Needs,
    Offers,
    Pairs,
    State,
    World,
    check,
)

#: Rates so high that a few dozen firms show every event within a few months.
BUSY = Behaviour(
    outside_influence=0.03,
    contagion=0.2,
    word_of_mouth=0.05,
    search_rate=0.3,
    contact_rate=0.6,
    decision_rate=0.8,
    lead_time=2.0,
    fall_through=0.05,
    worthwhile=50.0,
    start_share=0.1,
    start_searching=0.5,
    closure=0.02,
    interruption=0.1,
    patience=0.4,
    distrust_end=0.05,
    forgetting=0.03,
    rest=3.0,
    paperwork=1500.0,
)

STAGE_OF_BARRIER = np.array([2, 3, 2, 2, 0, 1, 2, 2, 2, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 3, 3, 3, 2, 1], np.int8)


def csr(rows: Any, items: Any, n_rows: int) -> Links:
    """Links out of (row, item) couples; items keep their order within a row."""
    rows, items = np.asarray(rows), np.asarray(items)
    order = np.argsort(rows, kind="stable")
    start = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=n_rows)))).astype(np.int64)
    return Links(start, items[order].astype(np.int32))


def goods(**changes: float) -> Goods:
    """Twelve goods of one kind, all tonnes: what it costs to give away and what it is worth to take."""
    values = {
        "gate_fee": 80,
        "taxable": 1,
        "virgin_price": 150,
        "price_volatility": 0.2,
        "gate_volatility": 0.1,
        "reversion": 0.5,
        "discount": 0.3,
        "replaced": 0.9,
        "processing": 60,
        "freight": 0.1,
        "freight_co2": 0.08,
        "co2_saved": 500,
        "reach": 1000,
        "capex": 1000,
        "capex_km": 0,
        "is_mass": 1,
    } | changes
    return Goods(**{name: np.full(12, float(value)) for name, value in values.items()})


def barriers(strength: float = 0.35) -> Barriers:
    """Twenty-four barriers of one strength; the seventh, eighth and twenty-third raise the threshold."""
    raises = np.isin(np.arange(24), [6, 7, 22]).astype(np.int8)
    return Barriers(STAGE_OF_BARRIER, np.full(24, strength), raises)


def random_firms(n: int, luck: np.random.Generator, region: int, side: float) -> Firms:
    """Firms of any kind."""
    masks = luck.integers(0, 2**24, n) & luck.integers(0, 2**24, n)
    return Firms(
        index=np.arange(n, dtype=np.int32),
        region=np.full(n, region, np.int16),
        country=luck.integers(0, 10, n).astype(np.int8),
        sector=luck.integers(0, 4, n).astype(np.int8),
        branch=luck.integers(0, 16, n).astype(np.int8),
        size=luck.integers(0, 4, n).astype(np.int8),
        employees=np.exp(luck.normal(3, 1.5, n)).clip(1),
        x=luck.uniform(0, side, n),
        y=luck.uniform(0, side, n),
        awareness=luck.choice([1, 2, 3], n, p=[0.43, 0.36, 0.21]).astype(np.int8),
        readiness=luck.integers(1, 6, n).astype(float),
        digital=luck.uniform(0, 1, n),
        trust=luck.beta(4, 4, n),
        benefits=luck.uniform(0, 1, n),
        barriers=masks.astype(np.uint32),
        gate_factor=np.exp(0.35 * luck.normal(size=n)),
    )


def random_pairs(
    firms: Firms, offers: Offers, needs: Needs, luck: np.random.Generator, per_offer: int
) -> Pairs:
    """Up to `per_offer` needs of its good, of other firms, for each offer."""
    offer: list[int] = []
    need: list[int] = []
    for row in range(len(offers.firm)):
        fits = np.flatnonzero((needs.good == offers.good[row]) & (needs.firm != offers.firm[row]))
        found = luck.choice(fits, min(per_offer, len(fits)), replace=False)
        offer += [row] * len(found)
        need += list(found)
    o, q = np.array(offer, np.int32), np.array(need, np.int32)
    donor, receiver = offers.firm[o], needs.firm[q]
    distance = np.hypot(firms.x[donor] - firms.x[receiver], firms.y[donor] - firms.y[receiver])
    return Pairs(
        offer=o,
        need=q,
        donor=donor,
        receiver=receiver,
        good=offers.good[o],
        distance=distance.astype(np.float32),
        hops=luck.integers(1, 4, len(o)).astype(np.int8),
        compatibility=luck.uniform(0.1, 1, len(o)).astype(np.float32),
        border=np.zeros(len(o), np.int16),
    )


def toy(
    n: int = 60, seed: int = 0, region: int = 0, n_peers: int = 6, per_offer: int = 3, **changes: float
) -> World:
    """A random valid world of `n` firms, each with two offers and two needs of different goods."""
    luck = np.random.default_rng([seed, region])
    firms = random_firms(n, luck, region, 60.0)
    rows = np.repeat(np.arange(n), 2).astype(np.int32)
    offered = np.concatenate([luck.choice(12, 2, replace=False) for _ in range(n)]).astype(np.int8)
    needed = np.concatenate([luck.choice(12, 2, replace=False) for _ in range(n)]).astype(np.int8)
    offers = Offers(rows, offered, firms.employees.repeat(2) * luck.uniform(1, 5, 2 * n))
    needs = Needs(rows.copy(), needed, firms.employees.repeat(2) * luck.uniform(1, 5, 2 * n))
    pairs = random_pairs(firms, offers, needs, luck, per_offer)
    a, b = luck.integers(0, n, (2, n * n_peers // 2))
    edges = np.unique(np.sort(np.c_[a[a != b], b[a != b]], axis=1), axis=0)
    return World(
        firms, offers, needs, pairs, mutual(edges, n), both_ends(pairs, n), goods(**changes),
        Countries(np.repeat([20.0, 95.0, 0.0, 62.0, 40.0], 2)), barriers(), frontiers.table(()),
    )  # fmt: skip


def bordered(world: World, share: float = 0.5, seed: int = 0, **frictions: float) -> World:
    """The same world, a random share of its candidates now across one border of the given frictions."""
    crossing = np.random.default_rng(seed).uniform(size=len(world.pairs.donor)) < share
    pairs = world.pairs._replace(border=crossing.astype(np.int16))
    return world._replace(pairs=pairs, borders=frontiers.table([Border(**frictions)]))  # type: ignore[arg-type]


def mutual(edges: NDArray[np.int64], n: int) -> Links:
    """Peers out of undirected edges (n_edges, 2)."""
    return csr(np.r_[edges[:, 0], edges[:, 1]], np.r_[edges[:, 1], edges[:, 0]], n)


def both_ends(pairs: Pairs, n: int) -> Links:
    """The candidate exchanges of each firm, as donor and as receiver."""
    rows = np.arange(len(pairs.donor))
    return csr(np.r_[pairs.donor, pairs.receiver], np.r_[rows, rows], n)


def full_mixing(n: int, n_aware: int) -> World:
    """Firms that are all peers, have no barriers and nothing to exchange; the first few are aware."""
    firms = random_firms(n, np.random.default_rng(1), 0, 60.0)
    awareness = np.ones(n, np.int8)
    awareness[:n_aware] = 2
    firms = firms._replace(awareness=awareness, barriers=np.zeros(n, np.uint32))
    everyone = np.tile(np.arange(n, dtype=np.int32), (n, 1))
    others = everyone[~np.eye(n, dtype=bool)]
    peers = Links(np.arange(n + 1, dtype=np.int64) * (n - 1), others)
    rows, codes = np.zeros(0, np.int32), np.zeros(0, np.int8)
    nothing = np.zeros(0)
    reals = nothing.astype(np.float32)
    pairs = Pairs(rows, rows, rows, rows, codes, reals, codes, reals, np.zeros(0, np.int16))
    return World(
        firms,
        Offers(rows, codes, nothing),
        Needs(rows, codes, nothing),
        pairs,
        peers,
        both_ends(pairs, n),
        goods(),
        Countries(np.zeros(10)),
        barriers(),
        frontiers.table(()),
    )


def two_firms(**changes: Any) -> World:
    """A donor of 100 t/yr and a receiver of 90 t/yr of its good, 10 km apart, peers, without barriers."""
    firms = random_firms(2, np.random.default_rng(2), 0, 10.0)
    values: dict[str, Any] = {
        "country": np.zeros(2, np.int8),
        "employees": np.array([10.0, 20.0]),
        "awareness": np.array([2, 1], np.int8),
        "readiness": np.full(2, 3.0),
        "digital": np.full(2, 0.5),
        "trust": np.array([0.6, 0.8]),
        "benefits": np.full(2, 0.5),
        "barriers": np.zeros(2, np.uint32),
        "gate_factor": np.ones(2),
    }
    firms = firms._replace(**(values | changes))
    pairs = Pairs(
        *(np.array([k], np.int32) for k in (0, 0, 0, 1)), good=np.zeros(1, np.int8),
        distance=np.array([10.0], np.float32), hops=np.ones(1, np.int8), compatibility=np.ones(1, np.float32),
        border=np.zeros(1, np.int16),
    )  # fmt: skip
    offers = Offers(np.zeros(1, np.int32), np.zeros(1, np.int8), np.array([100.0]))
    needs = Needs(np.ones(1, np.int32), np.zeros(1, np.int8), np.array([90.0]))
    return World(
        firms, offers, needs, pairs, mutual(np.array([[0, 1]]), 2), both_ends(pairs, 2), goods(),
        Countries(np.full(10, 20.0)), barriers(), frontiers.table(()),
    )  # fmt: skip


class Order(NamedTuple):
    """Where every row went: new row k of a table is old row order[k]."""

    firms: NDArray[np.int64]
    offers: NDArray[np.int64]
    needs: NDArray[np.int64]
    pairs: NDArray[np.int64]


def _moved(table: Any, order: NDArray[np.int64], renamed: dict[str, NDArray[np.int64]]) -> Any:
    """A table with its rows exchanged and with the rows it names renamed."""
    columns = {}
    for name in table._fields:
        column = getattr(table, name)[order]
        columns[name] = renamed[name][column].astype(column.dtype) if name in renamed else column
    return type(table)(**columns)


def _relinked(links: Links, order: NDArray[np.int64], item_place: NDArray[np.int64]) -> Links:
    """Links of exchanged rows; a row keeps the order of its items, as a keyed builder would."""
    lists = [item_place[links.items[links.start[k] : links.start[k + 1]]] for k in order]
    start = np.concatenate(([0], np.cumsum([len(items) for items in lists]))).astype(np.int64)
    return Links(start, np.concatenate(lists).astype(np.int32))


def permuted(world: World, seed: int) -> tuple[World, Order]:
    """The same world with the rows of firms, offers, needs and pairs in another order."""
    luck = np.random.default_rng(seed)
    sizes = (len(world.firms.index), len(world.offers.firm), len(world.needs.firm), len(world.pairs.donor))
    order = Order(*(luck.permutation(size) for size in sizes))
    firm, offer, need, pair = (np.argsort(rows) for rows in order)
    names = {"firm": firm, "donor": firm, "receiver": firm, "offer": offer, "need": need}
    moved = world._replace(
        firms=_moved(world.firms, order.firms, {}),
        offers=_moved(world.offers, order.offers, names),
        needs=_moved(world.needs, order.needs, names),
        pairs=_moved(world.pairs, order.pairs, names),
        peers=_relinked(world.peers, order.firms, firm),
        firm_pairs=_relinked(world.firm_pairs, order.firms, pair),
    )
    return moved, order


def policy(n_firms: int, n_months: int, rows: list[dict[str, Any]]) -> Conditions:
    """Conditions with one lever per dict: columns of `Conditions` by name, effects by their own names."""
    made = levers.empty(len(rows), n_firms, n_months)
    made.key[:] = np.arange(7, 7 + len(rows))
    for lever, row in enumerate(rows):
        for name, value in ({"strength": 1.0} | row).items():
            if name in levers.EFFECT_NAMES:
                made.effect[lever, levers.EFFECT_NAMES.index(name)] = value
            else:
                getattr(made, name)[lever] = value
    made.used[:] = (made.effect > 0).any(axis=0)
    return made


#: One lever of every family: mandate, taxes, training that runs out of money, platform, facilitator, grants.
EVERY_KIND: list[dict[str, Any]] = [
    {"quota": 0.3, "penalty": 40.0, "min_employees": 10.0, "running_cost": 100.0},
    {"landfill_tax": 25.0, "price_relief": 0.1, "outside_influence": 0.02},
    {
        "enrols": 1,
        "lasts": 1,
        "capacity": 2.5,
        "unit_cost": 800.0,
        "budget": 9000.0,
        "skills_gain": 0.3,
        "awareness_gain": 0.8,
        "trust_gain": 0.1,
        "relief": np.where(np.arange(24) % 3 == 0, 0.6, 0.0),
    },
    {"enrols": 1, "joins": 1, "capacity": 4.0, "recall": 0.3, "data_quality": 0.7, "search_push": 0.05},
    {"introductions": 1.5, "relief": np.full(24, 0.2), "freight_relief": 0.2, "running_cost": 5000.0},
    {"capex_grant": 0.4, "reuse_payment": 5.0, "paperwork_relief": 0.5, "budget": 3000.0},
]


def every_kind(n_firms: int, n_months: int, strength: float | None = None) -> Conditions:
    """Conditions of a policy with one lever of every family; ramps up over three months from the second."""
    made = policy(n_firms, n_months, EVERY_KIND)
    ramp = np.clip(np.arange(n_months) / 3.0, 0.0, 1.0)
    made.strength[:] = ramp if strength is None else strength
    return made


def changed(behaviour: Behaviour, **values: float) -> Behaviour:
    """The same behaviour with other values."""
    return dataclasses.replace(behaviour, **values)


def tables(state: State) -> dict[str, NDArray[Any]]:
    """Every array of a state that is more than scratch space, by `table.column`."""
    kept = {f"{table}.{name}": getattr(getattr(state, table), name)
            for table in ("firms", "pairs", "market", "levers")
            for name in getattr(state, table)._fields}  # fmt: skip
    counts = state.work.counts  # without where facilitators stand in their list: theirs, and scratch
    return kept | {
        "work.active": state.work.active[: counts[N_ACTIVE]],
        "work.counts": np.delete(counts, RANK_POSITION),
    }


def recount(world: World, state: State) -> dict[str, NDArray[Any]]:
    """The counters of firms, from nothing but the stages of pairs and the awareness of firms."""
    n, pairs, stage = len(world.firms.index), world.pairs, state.pairs.stage
    ends = np.r_[pairs.donor, pairs.receiver]
    on, talk = np.tile(stage == OPERATING, 2), np.tile((stage > 0) & (stage < OPERATING), 2)
    operating = np.bincount(ends[on], minlength=n)
    owner = np.repeat(np.arange(n), np.diff(world.peers.start))

    def among_peers(flag: NDArray[Any]) -> NDArray[Any]:
        return np.bincount(owner[flag[world.peers.items]], minlength=n)

    mass = world.goods.is_mass
    kept = stage >= AGREED
    taken = state.pairs.flow * mass[pairs.good] * kept
    residues = world.offers.quantity * mass[world.offers.good]
    return {
        "operating": operating,
        "talking": np.bincount(ends[talk], minlength=n),
        "peers_aware": among_peers(state.firms.awareness > 1),
        "peers_operating": among_peers(operating > 0),
        "diverted": np.bincount(pairs.donor, taken, minlength=n),
        "residues": np.bincount(world.offers.firm, residues, minlength=n),
    }


def check_state(state: State) -> None:
    """Raise ValueError if a column of a state leaves its declared range or type."""
    for name in ("firms", "pairs", "market", "levers"):
        check(getattr(state, name), name)


def check_world(world: World) -> None:
    """Raise ValueError if a column of a world leaves its declared range or type."""
    for name in World._fields:
        check(getattr(world, name), name)
