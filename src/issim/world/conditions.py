"""What policy sets and rules read: the conditions.

Levers move conditions, rules read conditions, neither knows the other. Every lever is one row: whom it
reaches, when, how strongly, which barriers it relieves and which of the effects below it has.
A lever in force with strength s (between 0 and 1, times its intensity) contributes s times its effect.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np

from issim.units import Col
from issim.world.state import Codes, Floats, Shorts

N_BARRIERS = 24


class Effect(NamedTuple):
    """One thing a lever can move; its neutral value is always 0."""

    name: str
    unit: str
    meaning: str
    low: float
    high: float


#: The effects, in the order of the columns of `Conditions.effect`.
EFFECTS = (
    Effect("outside_influence", "1/month", "added hazard of becoming more aware", 0, 2),
    Effect("awareness_gain", "1", "probability that a firm reached becomes at least somewhat aware", 0, 1),
    Effect("skills_gain", "1", "share of the missing digital readiness that a firm reached gains", 0, 1),
    Effect("trust_gain", "1", "share of the missing general trust that a firm reached gains", 0, 1),
    Effect("search_push", "1/month", "added hazard that an aware firm starts searching", 0, 2),
    Effect("introductions", "pairs/month", "pairs that facilitators bring together, per region", 0, 10_000),
    Effect(
        "recall", "1/month", "hazard that a platform shows a compatible pair of members to each other", 0, 2
    ),
    Effect("data_quality", "1", "share of the platform's records that are good enough to act on", 0, 1),
    Effect("quota", "1", "share of its solid residues that a firm must pass on", 0, 1),
    Effect(
        "penalty",
        "EUR/t",
        "expected penalty per tonne short of the quota (fine times chance of a check)",
        0,
        2000,
    ),
    Effect("landfill_tax", "EUR/t", "tax on landfill added to the country's own", 0, 2000),
    Effect(
        "price_relief", "1", "share of the value of the reused input that the state leaves to the firms", 0, 1
    ),
    Effect("reuse_payment", "EUR/t", "payment per tonne passed on", 0, 2000),
    Effect("capex_grant", "1", "share of the investment that is paid", 0, 1),
    Effect(
        "paperwork_relief", "1", "share of the yearly cost of permits and coordination that falls away", 0, 1
    ),
    Effect("freight_relief", "1", "share of freight cost that shared logistics saves", 0, 1),
    Effect(
        "border_relief",
        "1",
        "share of the legal friction at a border that falls away, by the lesser of both ends",
        0,
        1,
    ),
)
EFFECT_NAMES = tuple(effect.name for effect in EFFECTS)
OUTSIDE_INFLUENCE = EFFECT_NAMES.index("outside_influence")
AWARENESS_GAIN = EFFECT_NAMES.index("awareness_gain")
SKILLS_GAIN = EFFECT_NAMES.index("skills_gain")
TRUST_GAIN = EFFECT_NAMES.index("trust_gain")
SEARCH_PUSH = EFFECT_NAMES.index("search_push")
INTRODUCTIONS = EFFECT_NAMES.index("introductions")
RECALL = EFFECT_NAMES.index("recall")
DATA_QUALITY = EFFECT_NAMES.index("data_quality")
QUOTA = EFFECT_NAMES.index("quota")
PENALTY = EFFECT_NAMES.index("penalty")
LANDFILL_TAX = EFFECT_NAMES.index("landfill_tax")
PRICE_RELIEF = EFFECT_NAMES.index("price_relief")
REUSE_PAYMENT = EFFECT_NAMES.index("reuse_payment")
CAPEX_GRANT = EFFECT_NAMES.index("capex_grant")
PAPERWORK_RELIEF = EFFECT_NAMES.index("paperwork_relief")
FREIGHT_RELIEF = EFFECT_NAMES.index("freight_relief")
BORDER_RELIEF = EFFECT_NAMES.index("border_relief")

#: Stages of a firm that a lever may be limited to, as bits of `Conditions.stages`.
FIRM_STAGES = ("unaware", "aware", "searching", "talking", "operating")


class Conditions(NamedTuple):
    """One row per lever; the months run along the last axis of `strength`."""

    key: Annotated[Shorts, Col("1", "number that keys the lever's draws (from its name)", 0, 255, "int16")]
    strength: Annotated[Floats, Col("1", "intensity in force each month, shape (n_levers, n_months)", 0)]
    target: Annotated[
        Codes, Col("1", "1 for firms the lever is meant for, shape (n_levers, n_firms)", 0, 1, "int8")
    ]
    stages: Annotated[Codes, Col("bit mask", "stages of a firm at which it can be reached", 0, 31, "int8")]
    enrols: Annotated[
        Codes, Col("1", "1 if firms are reached one by one; 0 if it applies to all targets", 0, 1, "int8")
    ]
    lasts: Annotated[
        Codes, Col("1", "1 if relief and effects on a firm reached outlive the lever", 0, 1, "int8")
    ]
    joins: Annotated[Codes, Col("1", "1 if a firm reached becomes a member of a platform", 0, 1, "int8")]
    capacity: Annotated[Floats, Col("firms/month", "how many firms can be reached in a month", 0)]
    unit_cost: Annotated[Floats, Col("EUR/firm", "public cost per firm reached", 0)]
    running_cost: Annotated[Floats, Col("EUR/month", "public cost per month in force", 0)]
    budget: Annotated[Floats, Col("EUR", "public money after which the lever stops", 0)]
    relief: Annotated[Floats, Col("1", "relief of each barrier, shape (n_levers, 24)", 0, 1)]
    effect: Annotated[Floats, Col("see EFFECTS", "size of each effect, shape (n_levers, n_effects)", 0)]
    min_employees: Annotated[Floats, Col("persons", "smallest firm that the quota binds", 0)]
    used: Annotated[Codes, Col("1", "1 for effects that any lever has, length n_effects", 0, 1, "int8")]


def no_policy(n_firms: int, n_months: int) -> Conditions:
    """The conditions without any lever; shapes (0, ...)."""
    return empty(0, n_firms, n_months)


def empty(n_levers: int, n_firms: int, n_months: int) -> Conditions:
    """Conditions for `n_levers` levers that do nothing yet: every strength, relief and effect is 0."""
    return Conditions(
        key=np.zeros(n_levers, np.int16),
        strength=np.zeros((n_levers, n_months)),
        target=np.ones((n_levers, n_firms), np.int8),
        stages=np.full(n_levers, 31, np.int8),
        enrols=np.zeros(n_levers, np.int8),
        lasts=np.zeros(n_levers, np.int8),
        joins=np.zeros(n_levers, np.int8),
        capacity=np.full(n_levers, np.inf),
        unit_cost=np.zeros(n_levers),
        running_cost=np.zeros(n_levers),
        budget=np.full(n_levers, np.inf),
        relief=np.zeros((n_levers, N_BARRIERS)),
        effect=np.zeros((n_levers, len(EFFECTS))),
        min_employees=np.zeros(n_levers),
        used=np.zeros(len(EFFECTS), np.int8),
    )
