"""Process 4, learning: digital readiness grows with practice and fades with turnover; readiness follows."""

from __future__ import annotations

from issim.jit import process, rule
from issim.rules.behaviour import Constants
from issim.rules.force import amount_on
from issim.world.conditions import RECALL, Conditions
from issim.world.state import Firms, FirmState, LeverState, State, World


@rule
def next_digital(digital: float, start: float, practice: float, platform: float, turnover: float) -> float:
    """Digital readiness next month.

        d' = d + min(1, practice + platform) * (1 - d) - turnover * max(0, d - d_start)

    For whom  every firm; practice only while it operates an exchange, platform only for members
    Units     d in [0, 1]; rates per month
    Source    behaviour.learning_by_practice, learning_by_platform, staff_turnover
    Keeps     d in [0, 1]; fixed at d_start without practice
    """
    lost = turnover * (digital - start) if digital > start else 0.0
    return digital + min(1.0, practice + platform) * (1.0 - digital) - lost


@rule
def readiness_now(
    start: float,
    causal: float,
    awareness_gained: float,
    digital_gained: float,
    benefits_gained: float,
    practice_gained: float,
    behaviour: Constants,
) -> float:
    """Readiness to take part, given what the firm has gained since it was asked.

        r = r_start + causal * (w_a * awareness + w_d * digital + w_b * benefits + w_p * practice gained), within 1..5

    For whom  every firm; one that operates an exchange sees its benefits in full
    Units     scale points; awareness gained in levels; digital and benefits in [-1, 1]; practice -1, 0 or 1
    Source    behaviour.weight_* (partial weights implied by the survey's correlations); behaviour.causal_share
    Keeps     r in [1, 5]; r_start when nothing was gained or nothing is causal
    """
    gained = (
        behaviour.weight_awareness * awareness_gained
        + behaviour.weight_digital * digital_gained
        + behaviour.weight_benefits * benefits_gained
        + behaviour.weight_practice * practice_gained
    )
    return min(5.0, max(1.0, start + causal * gained))


@process
def learn_one(
    firm: int,
    start: Firms,
    firms: FirmState,
    levers: LeverState,
    conditions: Conditions,
    behaviour: Constants,
    month: int,
) -> None:
    """Let one firm learn and forget skills, and let its readiness follow; a platform teaches while it runs."""
    operates = firms.operating[firm] > 0
    on_platform = firms.member[firm] != 0 and amount_on(conditions, levers, RECALL, firm, month) > 0.0
    digital = next_digital(
        firms.digital[firm],
        start.digital[firm],
        behaviour.learning_by_practice if operates else 0.0,
        behaviour.learning_by_platform if on_platform else 0.0,
        behaviour.staff_turnover,
    )
    firms.digital[firm] = digital
    firms.readiness[firm] = readiness_now(
        start.readiness[firm],
        behaviour.causal_share,
        float(firms.awareness[firm] - start.awareness[firm]),
        digital - start.digital[firm],
        1.0 - start.benefits[firm] if operates and firms.practised[firm] == 0 else 0.0,
        float((1 if operates else 0) - firms.practised[firm]),
        behaviour,
    )


@process
def learn(world: World, state: State, conditions: Conditions, behaviour: Constants, month: int) -> None:
    """Let all firms learn."""
    for firm in range(state.firms.digital.shape[0]):
        learn_one(firm, world.firms, state.firms, state.levers, conditions, behaviour, month)
