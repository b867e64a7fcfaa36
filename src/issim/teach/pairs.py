"""One firm and one partner: what an exchange brings, item by item, and whether both would agree."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from issim.errors import InputError
from issim.model.exchange import Exchange
from issim.model.symbiosis import SymbiosisModel
from issim.rules.asking import offered_gain, would_accept
from issim.rules.trust import after_dealing
from issim.world.state import CANDIDATE, OPERATING, World

if TYPE_CHECKING:
    import pandas as pd


class Item(NamedTuple):
    """One part of what an exchange brings to both firms together."""

    words: str
    euros: float
    """EUR/yr; below 0 for a cost."""


class Answer(NamedTuple):
    """What two firms say to an exchange."""

    gain: float
    """Joint gain, EUR/yr."""
    donor: float
    """Probability that the donor accepts its share; then the receiver, then both."""
    receiver: float
    both: float


#: The parts of a joint gain: words, table of the world (or constants of behaviour), and the columns behind the part.
PARTS = (
    ("disposal that is saved", "goods", ("gate_fee",)),
    ("landfill tax that is saved", "countries", ("landfill_tax",)),
    ("input that need not be bought", "goods", ("virgin_price",)),
    ("making it usable", "goods", ("processing",)),
    ("transport", "goods", ("freight",)),
    ("paperwork", "behaviour", ("paperwork",)),
    ("yearly cost of the investment", "goods", ("capex", "capex_km")),
)


def account(exchange: Exchange) -> tuple[Item, ...]:
    """The joint gain of an exchange, item by item: how much less it were if that item were nil.

    For whom  an exchange without support by levers; the items add up to `exchange.gain`
    Units     EUR/yr
    Source    the rule that firms decide by, asked once more for each item
    """
    world, state, conditions, constants, month = exchange.model.terms
    whole = exchange.gain
    found = []
    for words, table, columns in PARTS:
        other, others = world, constants
        if table == "behaviour":
            changed = dict.fromkeys(columns, 0.0)
            others = dataclasses.replace(exchange.model.behaviour, **changed).record()
        else:
            other = without(world, table, columns)
        left = float(offered_gain(exchange.pair, other, state, conditions, others, month))
        found.append(Item(words, whole - left))
    return tuple(found)


def without(world: World, table: str, columns: Sequence[str]) -> World:
    """A world in which some columns of a table are nil."""
    rows: Any = getattr(world, table)
    return world._replace(**{table: rows._replace(**{name: 0.0 * getattr(rows, name) for name in columns})})


def asked(exchange: Exchange, *, trust: float | None = None, gate_fee: float | None = None) -> Answer:
    """What both firms would say, as things stand or at another trust of both, or another gate fee of the good.

    For whom  a candidate, whose firms bring their general trust; nothing of the model is changed
    Units     trust in [0, 1]; gate_fee EUR/unit; see Answer
    """
    model, pair = exchange.model, exchange.pair
    world, state, conditions, constants, month = model.terms
    if gate_fee is not None:
        fees = world.goods.gate_fee.copy()
        fees[world.pairs.good[pair]] = gate_fee
        world = world._replace(goods=world.goods._replace(gate_fee=fees))
    if trust is not None:
        firms = state.firms._replace(trust=np.full_like(state.firms.trust, _within(trust)))
        state = state._replace(firms=firms)
    terms = (world, state, conditions, constants, month)
    donor, receiver = (
        float(would_accept(firm.row, pair, *terms)) for firm in (exchange.donor, exchange.receiver)
    )
    return Answer(float(offered_gain(pair, *terms)), donor, receiver, donor * receiver)


def _within(trust: float) -> float:
    """A trust that can be; anything else is an InputError."""
    if not 0.0 <= trust <= 1.0:
        raise InputError(f"trust = {trust} is outside [0, 1]; 0 is none, 1 is full trust.")
    return trust


def chances(exchange: Exchange, n: int = 41) -> pd.DataFrame:
    """Probability that donor, receiver and both accept, by the trust of both: trust, donor, receiver, both."""
    import pandas as pd

    trusts = np.linspace(0.0, 1.0, n)
    answers = [asked(exchange, trust=float(trust)) for trust in trusts]
    return pd.DataFrame(answers).drop(columns="gain").assign(trust=trusts)


def undecided(model: SymbiosisModel) -> Exchange:
    """The candidate of greatest doubt: of those that gain, where the two are as likely as not to agree."""
    pairs, stages = model.world.pairs, model.state.pairs.stage
    solid = model.world.goods.is_mass[pairs.good] > 0
    rows = (solid & (stages == CANDIDATE)).nonzero()[0]
    found = [Exchange(model, int(row)) for row in rows]
    gaining = [exchange for exchange in found if exchange.gain > 0]
    if not gaining:
        raise InputError("No candidate of this region would gain; build a region of more firms.")
    return min(gaining, key=lambda exchange: abs(asked(exchange).both - 0.5))


def follow(exchange: Exchange, n_months: int) -> pd.DataFrame:
    """Live on for some months and watch one exchange: month, donor, receiver (trusts), delivered, operating."""
    import pandas as pd

    model = exchange.model
    rows = []
    for _ in range(n_months):
        model.step()
        state = model.state.pairs
        donor, receiver = exchange.trust
        delivered = bool(state.delivered[exchange.pair]) and exchange.is_operating
        rows.append((model.month, donor, receiver, delivered, int(state.stage[exchange.pair]) == OPERATING))
    return pd.DataFrame(rows, columns=["month", "donor", "receiver", "delivered", "operating"])


def operating(model: SymbiosisModel) -> list[Exchange]:
    """The exchanges of a region that operate now, in the order of their rows."""
    rows = (model.state.pairs.stage == OPERATING).nonzero()[0]
    return [Exchange(model, int(row)) for row in rows]


def remembered(start: float, failures: Sequence[int], n_months: int, learning: float) -> pd.DataFrame:
    """Trust after every month of an exchange whose deliveries fail in the months named: month, trust.

    Units     start and learning in [0, 1]; months from 1 on
    Source    the rule of the model, `rules.trust.after_dealing`
    """
    import pandas as pd

    trust, rows = _within(start), [(0, _within(start))]
    for month in range(1, n_months + 1):
        trust = float(after_dealing(trust, 0.0 if month in failures else 1.0, learning))
        rows.append((month, trust))
    return pd.DataFrame(rows, columns=["month", "trust"])
