"""What is in force: how strongly levers act on one firm in one month."""

from __future__ import annotations

from issim.jit import process
from issim.rules.hazard import either
from issim.world.conditions import CAPEX_GRANT, PRICE_RELIEF, Conditions
from issim.world.state import LeverState


@process
def has_stopped(levers: LeverState, lever: int, month: int) -> bool:
    """Whether a lever is without money this month."""
    return levers.stopped[lever] >= 0 and month >= levers.stopped[lever]


@process
def in_force(conditions: Conditions, levers: LeverState, lever: int, month: int) -> float:
    """Strength of a lever this month: its schedule; 0 on the eve of month 0 and once it has stopped."""
    if month < 0 or has_stopped(levers, lever, month):
        return 0.0
    return conditions.strength[lever, month]


@process
def is_over(conditions: Conditions, levers: LeverState, lever: int, firm: int, month: int) -> bool:
    """Whether what a lever once agreed with a firm for a term has ended; a lever without a term goes on."""
    term, reached = conditions.term[lever], levers.reached[lever, firm]
    return term > 0 and reached >= 0 and month - reached >= term


@process
def strength_on(conditions: Conditions, levers: LeverState, lever: int, firm: int, month: int) -> float:
    """Strength with which a lever acts on one firm this month.

    A lever that enrols acts on the firms it has reached, for its term if it has one; if it lasts, with the
    strength it had when it reached them. Any other lever acts on all its targets while it is in force.
    """
    if conditions.target[lever, firm] == 0:
        return 0.0
    if conditions.enrols[lever] == 1:
        reached = levers.reached[lever, firm]
        if reached < 0 or is_over(conditions, levers, lever, firm, month):
            return 0.0
        if conditions.lasts[lever] == 1:
            return conditions.strength[lever, reached]
    return in_force(conditions, levers, lever, month)


@process
def strength_of(
    conditions: Conditions, levers: LeverState, lever: int, effect: int, firm: int, month: int
) -> float:
    """Strength of one effect of a lever on a firm: what has been learnt may outlive the lever.

    Payments do not; only those agreed for a term are kept up to its end, as long as the money lasts.
    """
    strength = strength_on(conditions, levers, lever, firm, month)
    if PRICE_RELIEF <= effect <= CAPEX_GRANT:
        if conditions.term[lever] > 0:
            return 0.0 if has_stopped(levers, lever, month) else strength
        return min(strength, in_force(conditions, levers, lever, month))
    return strength


@process
def amount_on(conditions: Conditions, levers: LeverState, effect: int, firm: int, month: int) -> float:
    """Sum of an effect over the levers that act on a firm, in the effect's unit.

        sum over levers of strength * effect

    For whom  a firm for which a rule needs the condition
    Units     of the effect
    Source    conditions.effect
    Keeps     0 without a lever that has the effect
    """
    total = 0.0
    if conditions.used[effect] == 1:
        for lever in range(conditions.key.shape[0]):
            size = conditions.effect[lever, effect]
            if size > 0.0:
                total += size * strength_of(conditions, levers, lever, effect, firm, month)
    return total


@process
def share_on(conditions: Conditions, levers: LeverState, effect: int, firm: int, month: int) -> float:
    """A share that several levers take off one after the other, for one firm.

        1 - product over levers of (1 - strength * effect)

    For whom  a firm for which a rule needs the condition
    Units     share in [0, 1]
    Source    conditions.effect
    Keeps     in [0, 1]; 0 without a lever that has the effect
    """
    total = 0.0
    if conditions.used[effect] == 1:
        for lever in range(conditions.key.shape[0]):
            size = conditions.effect[lever, effect]
            if size > 0.0:
                part = size * strength_of(conditions, levers, lever, effect, firm, month)
                total = either(total, min(1.0, part))
    return total
