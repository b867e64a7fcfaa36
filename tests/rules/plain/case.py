"""Two firms and what may happen between them, ready for one process to be called on them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from worlds import policy, two_firms

from issim.rules.behaviour import Behaviour
from issim.rules.exchange import meet
from issim.rules.start import start
from issim.world.blank import blank_state
from issim.world.conditions import Conditions
from issim.world.state import State, World

SEED = np.uint64(5)
#: Every constant as the arithmetic of these tests takes it; nobody searches or exchanges before month 0.
CALM = Behaviour(
    outside_influence=0.0005,
    word_of_mouth=0.002,
    contagion=0.017,
    deepening=0.5,
    forgetting=0.003,
    learning_by_practice=0.01,
    learning_by_platform=0.01,
    staff_turnover=0.01,
    causal_share=0.5,
    weight_awareness=0.41,
    weight_digital=0.69,
    weight_benefits=0.83,
    weight_practice=0.26,
    search_rate=0.03,
    search_readiness=0.4,
    search_digital=0.5,
    give_up=0.04,
    obliged_search=0.25,
    contact_rate=0.06,
    contact_distance=22.0,
    contact_network=0.5,
    platform_use=0.0,
    decision_rate=0.3,
    lapse_rate=0.05,
    bargaining=0.5,
    worthwhile=400.0,
    worthwhile_size=0.6,
    strictness=1.0,
    accept_gain=0.8,
    accept_readiness=0.5,
    accept_peers=1.5,
    mean_readiness=3.1,
    risk=1.0,
    paperwork=2000.0,
    interest=0.08,
    lifetime=10.0,
    rest=24.0,
    lead_time=9.0,
    lead_spread=0.6,
    fall_through=0.02,
    interruption=0.02,
    trust_learning=0.05,
    news=0.02,
    patience=0.15,
    distrust_end=0.03,
    closure=0.004,
    closure_size=-0.25,
    start_share=0.0,
    start_searching=0.0,
)
#: 80 gate fee + 20 tax + 0.9 * 150 * 0.7 as input - 60 processing - 0.1 * 10 km
PER_UNIT = 133.5
#: 1,000 EUR at 8 per cent over ten years
CAPITAL = 1000 * 0.08 / (1 - 1.08**-10)
#: 100 t/yr, 2,000 EUR of paperwork
GAIN = 100 * PER_UNIT - 2000 - CAPITAL


class Case(NamedTuple):
    """A world of two firms, how it stands, and the constants it is judged by."""

    world: World
    state: State
    conditions: Conditions
    behaviour: Any


def case(*levers: dict[str, Any], behaviour: Behaviour = CALM, **changes: Any) -> Case:
    """Two firms on the eve of month 0, with levers as for `worlds.policy`; `changes` are columns of firms."""
    world = two_firms(**changes)
    conditions = policy(2, 24, list(levers))
    state = blank_state(world, conditions)
    made = Case(world, state, conditions, behaviour.record())
    start(world, state, conditions, made.behaviour, SEED)
    return made


def met(*levers: dict[str, Any], month: int = 0, **others: Any) -> Case:
    """The same, with the two firms in talks since `month`."""
    made = case(*levers, **others)
    meet(0, made.world, made.state, month)
    return made
