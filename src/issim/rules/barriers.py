"""Barriers: what a firm's blocking points leave of its hazards, given the relief that reaches it."""

from __future__ import annotations

from issim.jit import process
from issim.rules.behaviour import Constants
from issim.rules.force import strength_on
from issim.rules.hazard import either, unrelieved
from issim.world.conditions import N_BARRIERS, Conditions
from issim.world.state import N_STAGES, LeverState, State, World


@process
def relief_of(conditions: Conditions, levers: LeverState, barrier: int, firm: int, month: int) -> float:
    """How far levers relieve one barrier of one firm: shares taken off one after the other, in [0, 1]."""
    total = 0.0
    for k in range(levers.lifting.shape[1]):
        lever = levers.lifting[barrier, k]
        if lever < 0:
            break
        part = conditions.relief[lever, barrier] * strength_on(conditions, levers, lever, firm, month)
        total = either(total, min(1.0, part))
    return total


@process
def weigh_barriers(
    firm: int, world: World, state: State, conditions: Conditions, behaviour: Constants, month: int
) -> None:
    """What a firm's barriers leave of its hazards, stage by stage, and how strict they make its threshold.

        factor_k  = product over barriers b at stage k of [1 - phi_b F_b (1 - relief_b)]
        threshold = 1 + strictness * sum over threshold barriers of phi_b F_b (1 - relief_b)

    For whom  every firm at the start, and whenever the relief that reaches it changes
    Units     factors in [0, 1]; threshold a multiple, at least 1
    Source    barriers; behaviour.strictness
    Keeps     factor 1 and threshold 1 for a firm without barriers
    """
    mask = int(world.firms.barriers[firm])
    firms = state.firms
    for stage in range(N_STAGES):
        firms.factor[stage, firm] = 1.0
    firms.threshold[firm] = 1.0
    for barrier in range(N_BARRIERS):
        if (mask >> barrier) & 1:
            relief = relief_of(conditions, state.levers, barrier, firm, month)
            strength = world.barriers.strength[barrier]
            if world.barriers.on_threshold[barrier] == 1:
                firms.threshold[firm] += behaviour.strictness * strength * (1.0 - relief)
            else:
                firms.factor[world.barriers.stage[barrier], firm] *= unrelieved(strength, relief)
