"""An empty state for a world: every declared column allocated with its declared type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np

from issim.units import columns
from issim.world.conditions import INTRODUCTIONS, RECALL, Conditions
from issim.world.state import (
    N_COUNTS,
    N_STAGES,
    N_SUMS,
    FirmState,
    LeverState,
    Market,
    PairState,
    State,
    Work,
    World,
)

Table = TypeVar("Table", FirmState, PairState, Market, LeverState, Work)


def _blank(table: type[Table], length: int, shapes: Mapping[str, tuple[int, ...]]) -> Table:
    """A table of zeros: every column has `length` rows unless `shapes` says otherwise."""
    arrays: dict[str, Any] = {
        name: np.zeros(shapes.get(name, (length,)), col.dtype) for name, col in columns(table).items()
    }
    return table(**arrays)


def n_platforms(conditions: Conditions) -> int:
    """How many platforms there are, at least one: a firm may be made a member by hand."""
    return max(1, int(conditions.joins.max(initial=0)).bit_length())


def blank_state(world: World, conditions: Conditions) -> State:
    """State of a world before its start; `rules.month.begin_run` brings it to the eve of month 0."""
    n_firms, n_pairs = len(world.firms.index), len(world.pairs.donor)
    n_goods, n_levers = len(world.goods.gate_fee), len(conditions.key)
    market = {"offer_left": (len(world.offers.firm),), "need_left": (len(world.needs.firm),)}
    work = {
        "luck": (n_firms, 4),
        "active": (n_pairs,),
        "changed_pairs": (3 * n_firms + n_pairs,),
        "keys": (n_firms + n_pairs,),
        "order": (n_firms + n_pairs,),
        "prices": (2, n_goods),
        "places": (2, 256),
        "views": (n_platforms(conditions) + 1, n_firms) if conditions.used[RECALL] else (0, n_firms),
        "owed": (2, n_levers),
        "ranked": (n_pairs if conditions.used[INTRODUCTIONS] else 0,),
        "counts": (N_COUNTS,),
        "flows": (n_goods,),
        "sums": (N_SUMS,),
    }
    levers = {"reached": (n_levers, n_firms), "order": (n_levers, n_firms)}
    state = State(
        firms=_blank(FirmState, n_firms, {"factor": (N_STAGES, n_firms)}),
        pairs=_blank(PairState, n_pairs, {}),
        market=_blank(Market, n_goods, market),
        levers=_blank(LeverState, n_levers, levers),
        work=_blank(Work, n_firms, work),
    )
    state.pairs.since[:] = -1
    state.levers.reached[:] = -1
    state.levers.stopped[:] = -1
    return state
