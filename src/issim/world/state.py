"""The arrays of a world and of a run: what exists (never changes) and how it stands (changes monthly).

A world is a tuple of tables; each table is a NamedTuple of arrays, one row per firm, offer, need or
candidate exchange. Rules take the tables they need. Sizes: n_firms, n_offers, n_needs, n_pairs, and
n_goods (12), n_countries (10), n_levers.
"""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from issim.units import Col, columns

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int32]
Shorts = NDArray[np.int16]
Codes = NDArray[np.int8]
Masks = NDArray[np.uint32]
Longs = NDArray[np.int64]
Bytes = NDArray[np.uint8]

# The month before month 0, at which a run starts.
EVE = -1

# Stages of one exchange between two firms.
CANDIDATE, MET, AGREED, IMPLEMENTING, OPERATING = 0, 1, 2, 3, 4
EXCHANGE_STAGES = ("candidate", "met", "agreed", "implementing", "operating")

# Why an exchange, or the talk about one, ended.
NO_REASON, LAPSED, REFUSED, CROWDED_OUT, FELL_THROUGH, UNPROFITABLE, FAILED, FIRM_LEFT = range(8)
REASONS = (
    "none",
    "interest lapsed",
    "refused",
    "offer or need taken by another",
    "fell through",
    "unprofitable",
    "trust failed",
    "firm left",
)

# Levels of awareness, the survey's own.
NOT_AWARE, SOMEWHAT_AWARE, VERY_AWARE = 1, 2, 3

# What `Work.counts` counts: the length of the active list, where facilitators stand in their ranking, and
# the events of the month; ended exchanges and talks are counted by reason from ENDED on.
N_ACTIVE, RANK_POSITION, NEW_MET, NEW_ACCEPTED, NEW_AGREED, NEW_OPERATING, NEW_CLOSED, ENDED = range(8)
N_COUNTS = ENDED + len(REASONS)

# What `Work.sums` sums over the month's deliveries.
TONNES, REPLACED, CO2, GAIN, FREIGHT, PUBLIC = range(6)
N_SUMS = 6

# Stages of the funnel at which a barrier bites.
N_STAGES = 4
STAGE_A, STAGE_B, STAGE_C, STAGE_D = 0, 1, 2, 3


class Firms(NamedTuple):
    """One row per firm, fixed for a run; every array has length n_firms.

    `index` hides the method of that name that every tuple has; nothing asks a table for it.
    """

    index: Annotated[Ints, Col("1", "number of the firm within its region; keys its draws", 0, dtype="int32")]  # type: ignore[assignment]
    region: Annotated[Shorts, Col("1", "number of the region", 0, 255, "int16")]
    country: Annotated[Codes, Col("1", "code of the country", 0, 9, "int8")]
    sector: Annotated[Codes, Col("1", "code of the survey sector", 0, 3, "int8")]
    branch: Annotated[Codes, Col("1", "code of the branch (NACE group)", 0, 15, "int8")]
    size: Annotated[Codes, Col("1", "code of the size class", 0, 3, "int8")]
    employees: Annotated[Floats, Col("persons", "persons employed", 1)]
    x: Annotated[Floats, Col("km", "position, eastward")]
    y: Annotated[Floats, Col("km", "position, northward")]
    awareness: Annotated[Codes, Col("1", "awareness of symbiosis as answered at the start", 1, 3, "int8")]
    readiness: Annotated[Floats, Col("scale point", "readiness to take part as answered at the start", 1, 5)]
    digital: Annotated[Floats, Col("1", "digital readiness at the start", 0, 1)]
    trust: Annotated[Floats, Col("1", "general trust in partners at the start", 0, 1)]
    benefits: Annotated[Floats, Col("1", "benefits of symbiosis acknowledged at the start", 0, 1)]
    barriers: Annotated[
        Masks, Col("bit mask", "barriers the firm has: bit b-1 for blocking point b", 0, dtype="uint32")
    ]
    gate_factor: Annotated[Floats, Col("1", "what the firm pays at the gate relative to the typical fee", 0)]


class Offers(NamedTuple):
    """One row per residue that a firm could give away; every array has length n_offers."""

    firm: Annotated[Ints, Col("row", "the firm that has the residue", 0, dtype="int32")]
    good: Annotated[Codes, Col("1", "code of the good", 0, 11, "int8")]
    quantity: Annotated[Floats, Col("unit/yr", "residue arising", 0)]


class Needs(NamedTuple):
    """One row per input that a residue could replace; every array has length n_needs."""

    firm: Annotated[Ints, Col("row", "the firm that needs the input", 0, dtype="int32")]
    good: Annotated[Codes, Col("1", "code of the good", 0, 11, "int8")]
    quantity: Annotated[Floats, Col("unit/yr", "input needed", 0)]


class Pairs(NamedTuple):
    """One row per candidate exchange: an offer that could meet a need; length n_pairs."""

    offer: Annotated[Ints, Col("row", "the offer", 0, dtype="int32")]
    need: Annotated[Ints, Col("row", "the need", 0, dtype="int32")]
    donor: Annotated[Ints, Col("row", "the firm that gives", 0, dtype="int32")]
    receiver: Annotated[Ints, Col("row", "the firm that takes", 0, dtype="int32")]
    good: Annotated[Codes, Col("1", "code of the good", 0, 11, "int8")]
    distance: Annotated[Singles, Col("km", "distance between the two firms", 0, dtype="float32")]
    hops: Annotated[
        Codes,
        Col("1", "steps between the two in the information network (1, 2, or 3 for more)", 1, 3, "int8"),
    ]
    compatibility: Annotated[
        Singles, Col("1", "technical compatibility, from documented exchanges", 0, 1, "float32")
    ]
    border: Annotated[Shorts, Col("row", "the border that it crosses, 0 for none", 0, dtype="int16")]


class Links(NamedTuple):
    """A sparse table in CSR form: row i owns items[start[i]:start[i + 1]]."""

    start: Annotated[Longs, Col("1", "where each row begins, length n_firms + 1", 0, dtype="int64")]
    items: Annotated[Ints, Col("row", "neighbours, or candidate exchanges, of each firm", 0, dtype="int32")]


class Goods(NamedTuple):
    """One row per good; every array has length n_goods."""

    gate_fee: Annotated[
        Floats, Col("EUR/unit", "disposal price that giving the residue away avoids, without tax")
    ]
    taxable: Annotated[Floats, Col("1", "share of the landfill tax that applies", 0, 1)]
    virgin_price: Annotated[Floats, Col("EUR/unit", "price of the input that the residue replaces", 0)]
    price_volatility: Annotated[
        Floats, Col("1/sqrt(yr)", "volatility of the logarithm of the virgin price", 0)
    ]
    gate_volatility: Annotated[Floats, Col("1/sqrt(yr)", "volatility of the logarithm of the gate fee", 0)]
    reversion: Annotated[Floats, Col("1/yr", "speed at which prices return to their mean", 0)]
    discount: Annotated[Floats, Col("1", "how much less a secondary material is worth", 0, 1)]
    replaced: Annotated[Floats, Col("1", "units of input replaced per unit of residue", 0, 2)]
    processing: Annotated[Floats, Col("EUR/unit", "cost of making the residue usable", 0)]
    freight: Annotated[Floats, Col("EUR/(unit km)", "cost of moving it", 0)]
    freight_co2: Annotated[Floats, Col("kg/(unit km)", "CO2 of moving it", 0)]
    co2_saved: Annotated[Floats, Col("kg/unit", "CO2 saved per unit, freight not subtracted")]
    reach: Annotated[Floats, Col("km", "technical limit of distance", 0)]
    capex: Annotated[Floats, Col("EUR", "fixed investment of one exchange", 0)]
    capex_km: Annotated[Floats, Col("EUR/km", "investment per km (pipes)", 0)]
    is_mass: Annotated[
        Floats, Col("1", "1 for solids and sludges, counted in tonnes; 0 for water, heat and gas", 0, 1)
    ]


class Countries(NamedTuple):
    """One row per country; every array has length n_countries."""

    landfill_tax: Annotated[Floats, Col("EUR/t", "landfill or incineration tax on industrial residues", 0)]


class Barriers(NamedTuple):
    """One row per blocking point; every array has length 24."""

    stage: Annotated[Codes, Col("1", "stage of the funnel at which it bites (A-D as 0-3)", 0, 3, "int8")]
    strength: Annotated[Floats, Col("1", "phi: share of the hazard that the barrier takes away", 0, 1)]
    on_threshold: Annotated[
        Codes, Col("1", "1 if it raises the decision threshold instead of lowering the hazard", 0, 1, "int8")
    ]


class Borders(NamedTuple):
    """One row per border between two regions; row 0 is no border and takes nothing; length n_borders + 1."""

    legal: Annotated[Floats, Col("1", "share of the hazard of deciding that unsettled law takes away", 0, 1)]
    legal_cost: Annotated[Floats, Col("EUR/yr", "yearly cost of shipping what may be waste", 0)]
    crossing: Annotated[Floats, Col("km", "way that the crossing adds for goods counted in tonnes", 0)]
    freight_factor: Annotated[Floats, Col("1", "freight of such goods per t km relative to road", 0)]
    handling: Annotated[Floats, Col("EUR/t", "cost of transshipment", 0)]
    co2_factor: Annotated[Floats, Col("1", "CO2 of such freight per t km relative to road", 0)]
    contact_factor: Annotated[Floats, Col("1", "km that count for meeting, per km", 0)]
    unfamiliarity: Annotated[Floats, Col("1", "share of the ease of meeting that is lost", 0, 1)]
    distrust: Annotated[Floats, Col("1", "share of the trust at a first meeting that is lost", 0, 1)]


class World(NamedTuple):
    """All that a run finds and never changes."""

    firms: Firms
    offers: Offers
    needs: Needs
    pairs: Pairs
    peers: Links
    firm_pairs: Links
    goods: Goods
    countries: Countries
    barriers: Barriers
    borders: Borders


class FirmState(NamedTuple):
    """How each firm stands this month; length n_firms (factor: 4 x n_firms)."""

    awareness: Annotated[Codes, Col("1", "awareness of symbiosis: 1 none, 2 somewhat, 3 very", 1, 3, "int8")]
    searching: Annotated[Codes, Col("1", "1 while the firm looks for partners", 0, 1, "int8")]
    readiness: Annotated[Floats, Col("scale point", "readiness to take part", 1, 5)]
    digital: Annotated[Floats, Col("1", "digital readiness", 0, 1)]
    trust: Annotated[Floats, Col("1", "general trust in partners", 0, 1)]
    member: Annotated[Codes, Col("1", "1 if a member of a platform", 0, 1, "int8")]
    operating: Annotated[
        Ints, Col("exchanges", "operating exchanges the firm takes part in", 0, dtype="int32")
    ]
    practised: Annotated[Codes, Col("1", "1 if the firm operated an exchange before month 0", 0, 1, "int8")]
    talking: Annotated[Ints, Col("exchanges", "exchanges met, agreed or being implemented", 0, dtype="int32")]
    peers_aware: Annotated[Ints, Col("firms", "peers who are at least somewhat aware", 0, dtype="int32")]
    peers_operating: Annotated[Ints, Col("firms", "peers who operate an exchange", 0, dtype="int32")]
    good_news: Annotated[
        Ints, Col("1", "exchanges of peers that started, not yet taken in", 0, dtype="int32")
    ]
    bad_news: Annotated[Ints, Col("1", "exchanges of peers that failed, not yet taken in", 0, dtype="int32")]
    diverted: Annotated[Floats, Col("t/yr", "residues promised or given to a receiver", 0)]
    residues: Annotated[Floats, Col("t/yr", "solid residues arising", 0)]
    threshold: Annotated[Floats, Col("1", "how much stricter barriers make the firm's threshold", 1)]
    factor: Annotated[
        Floats, Col("1", "what barriers leave of the hazards of stages A-D, shape (4, n_firms)", 0, 1)
    ]
    contacts: Annotated[Floats, Col("1", "sum of the ease of meeting over the firm's candidates", 0)]


class PairState(NamedTuple):
    """How each candidate exchange stands this month; length n_pairs."""

    stage: Annotated[
        Codes, Col("1", "0 candidate, 1 met, 2 agreed, 3 implementing, 4 operating", 0, 4, "int8")
    ]
    since: Annotated[
        Shorts, Col("month", "month of the last change of stage, -1 before month 0", -1, dtype="int16")
    ]
    months: Annotated[Shorts, Col("month", "until implemented; then age of the exchange", 0, dtype="int16")]
    rest_until: Annotated[
        Shorts, Col("month", "a pair that broke off does not meet again before", 0, dtype="int16")
    ]
    flow: Annotated[Floats, Col("unit/yr", "agreed quantity of residue", 0)]
    donor_trust: Annotated[Floats, Col("1", "the donor's trust in the receiver", 0, 1)]
    receiver_trust: Annotated[Floats, Col("1", "the receiver's trust in the donor", 0, 1)]
    gain: Annotated[
        Floats, Col("EUR/yr", "joint gain at this month's prices, reliefs and avoided penalties included")
    ]
    delivered: Annotated[Codes, Col("1", "1 if the exchange delivered this month", 0, 1, "int8")]
    introduced: Annotated[Codes, Col("1", "1 once a facilitator brought the pair together", 0, 1, "int8")]
    reason: Annotated[Codes, Col("1", "why it last ended", 0, 7, "int8")]
    weight: Annotated[Floats, Col("1", "ease of meeting through own contacts", 0)]


class Market(NamedTuple):
    """What is left to trade and at which prices."""

    offer_left: Annotated[Floats, Col("unit/yr", "residue not yet promised, length n_offers", 0)]
    need_left: Annotated[Floats, Col("unit/yr", "need not yet covered, length n_needs", 0)]
    virgin: Annotated[Floats, Col("1", "log of the virgin price against its mean, length n_goods")]
    gate: Annotated[Floats, Col("1", "log of the gate fee against its mean, length n_goods")]


class LeverState(NamedTuple):
    """How far each lever has come; length n_levers (reached: n_levers x n_firms)."""

    reached: Annotated[
        Shorts, Col("month", "month in which the firm was reached, -1 if never", -1, dtype="int16")
    ]
    order: Annotated[
        Ints, Col("row", "the order in which firms are reached, shape (n_levers, n_firms)", 0, dtype="int32")
    ]
    spent: Annotated[Floats, Col("EUR", "public money spent so far", 0)]
    stopped: Annotated[
        Shorts, Col("month", "month in which the budget ran out, -1 if it did not", -1, dtype="int16")
    ]


class Work(NamedTuple):
    """Luck, lists of those who can act, and this month's sums; the lists' lengths are in `counts`."""

    luck: Annotated[Floats, Col("1", "four uniform draws per firm and month, shape (n_firms, 4)", 0, 1)]
    active: Annotated[
        Ints, Col("row", "pairs that are met, agreed, implementing or operating", 0, dtype="int32")
    ]
    changed_firms: Annotated[Ints, Col("row", "firms that changed in the process at hand", 0, dtype="int32")]
    changed_pairs: Annotated[Ints, Col("row", "pairs that changed in the process at hand", 0, dtype="int32")]
    keys: Annotated[Floats, Col("1", "numbers to rank by: gains of accepted pairs, luck of queues")]
    order: Annotated[Ints, Col("1", "the ranking of `keys`", 0, dtype="int32")]
    prices: Annotated[
        Floats, Col("1", "this month's prices against their means, shape (2, n_goods): virgin, gate", 0)
    ]
    places: Annotated[
        Floats,
        Col(
            "1",
            "numbers by region, shape (2, 256): introductions left; at the start, firms and firms that could give",
        ),
    ]
    leaving: Annotated[Codes, Col("1", "1 for firms that leave this month", 0, 1, "int8")]
    ranked: Annotated[
        Ints,
        Col("row", "pairs that gain, best first, then -1; empty without facilitators", -1, dtype="int32"),
    ]
    counts: Annotated[
        Longs, Col("1", "length of the active list, then this month's events (see COUNTS)", 0, dtype="int64")
    ]
    flows: Annotated[Floats, Col("unit/month", "residue passed on this month, by good", 0)]
    sums: Annotated[Floats, Col("see SUMS", "this month's money, mass and CO2")]


class State(NamedTuple):
    """All that a month changes."""

    firms: FirmState
    pairs: PairState
    market: Market
    levers: LeverState
    work: Work


#: Every table of columns, for tests and documentation.
TABLES = (
    Firms,
    Offers,
    Needs,
    Pairs,
    Links,
    Goods,
    Countries,
    Barriers,
    Borders,
    FirmState,
    PairState,
    Market,
    LeverState,
    Work,
)


def check(table: Any, where: str) -> None:
    """Raise ValueError if a column has another dtype than declared, or leaves its range."""
    for name, col in columns(type(table)).items():
        values = getattr(table, name)
        if values.dtype != np.dtype(col.dtype):
            raise ValueError(f"{where}.{name} has dtype {values.dtype}, declared {col.dtype}")
        if values.size and not (values.min() >= col.low and values.max() <= col.high):
            raise ValueError(f"{where}.{name} leaves [{col.low}, {col.high}] {col.unit}")
