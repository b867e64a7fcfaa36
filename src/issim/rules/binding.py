"""What binds: which barriers firms still feel, and how much each slows those who stand before its stage.

Read only: nothing here changes a run.
"""

from __future__ import annotations

from issim.elementary import log
from issim.jit import rule
from issim.rules.barriers import relief_of
from issim.rules.behaviour import Constants
from issim.rules.hazard import unrelieved
from issim.rules.policy import stage_of
from issim.world.conditions import N_BARRIERS, Conditions
from issim.world.state import (
    AGREED,
    IMPLEMENTING,
    MET,
    STAGE_A,
    STAGE_B,
    STAGE_C,
    STAGE_D,
    Barriers,
    Bytes,
    Codes,
    FirmState,
    Floats,
    LeverState,
    Longs,
    Masks,
    Pairs,
    PairState,
)


@rule
def is_felt(luck: float, relief: float) -> bool:
    """Whether a firm that has a barrier still feels it: it does with probability 1 - relief.

    For whom  a firm that has the barrier, when it is asked
    Units     luck in (0, 1), one draw per firm and barrier for all months; relief in [0, 1]
    Source    reading a partial relief as the chance that the barrier is gone (assumption)
    Keeps     more relief never makes a barrier felt again
    """
    return luck >= relief


@rule
def look(
    masks: Masks,
    firms: FirmState,
    levers: LeverState,
    conditions: Conditions,
    luck: Floats,
    month: int,
    stage: Codes,
    felt: Masks,
) -> None:
    """Write every firm's stage and the barriers it still feels into `stage` and `felt`, both (n_firms,).

    For whom  all firms; `masks` are the barriers they have, `luck` (n_firms, 24) uniforms keyed by firm
    Units     codes of FIRM_STAGES; bit b-1 of `felt` for blocking point b
    Source    policy.stage_of, is_felt
    Keeps     a firm feels only barriers that it has
    """
    for firm in range(masks.shape[0]):
        stage[firm] = stage_of(firms, firm)
        mask = int(masks[firm])
        left = 0
        for barrier in range(N_BARRIERS):
            if (mask >> barrier) & 1:
                relief = relief_of(conditions, levers, barrier, firm, month)
                if is_felt(luck[firm, barrier], relief):
                    left |= 1 << barrier
        felt[firm] = left


@rule
def brake(strength: float, relief: float, on_threshold: int, behaviour: Constants) -> float:
    """How much one barrier slows a firm that has it, as a number that adds up over barriers.

        on the hazard     -ln(1 - phi * (1 - relief))
        on the threshold  b_g * ln(1 + strictness * phi * (1 - relief)), its part of the logit of acceptance

    For whom  a firm standing before the barrier's stage
    Units     logarithm of the factor by which the move is less likely
    Source    barriers.weigh_barriers; decide.probability_of_accepting
    Keeps     0 at full relief; at most 50, where a barrier that nobody passes would be infinite
    """
    if on_threshold == 1:
        return behaviour.accept_gain * log(1.0 + behaviour.strictness * strength * (1.0 - relief))
    left = unrelieved(strength, relief)
    return -log(left) if left > 0.0 else 50.0


@rule
def stand(world_pairs: Pairs, firms: FirmState, pairs: PairState, standing: Bytes) -> None:
    """Mark in `standing` (4, n_firms) who stands before which stage; a firm may stand before several.

    A  not searching yet, and without talks or exchange    B  aware or searching
    C  in talks that are to be decided                     D  has agreed, or is implementing
    """
    for firm in range(standing.shape[1]):
        stage = stage_of(firms, firm)
        if stage <= 1:
            standing[STAGE_A, firm] = 1
        if stage == 1 or firms.searching[firm] == 1:
            standing[STAGE_B, firm] = 1
    for pair in range(world_pairs.donor.shape[0]):
        stage = pairs.stage[pair]
        if stage == MET:
            standing[STAGE_C, world_pairs.donor[pair]] = 1
            standing[STAGE_C, world_pairs.receiver[pair]] = 1
        elif AGREED <= stage <= IMPLEMENTING:
            standing[STAGE_D, world_pairs.donor[pair]] = 1
            standing[STAGE_D, world_pairs.receiver[pair]] = 1


@rule
def bind(
    masks: Masks,
    barriers: Barriers,
    levers: LeverState,
    conditions: Conditions,
    behaviour: Constants,
    luck: Floats,
    month: int,
    standing: Bytes,
    n_felt: Longs,
    brakes: Floats,
) -> None:
    """Fill `n_felt` and `brakes`, both (24,): firms that feel a barrier, and its mean brake where it bites.

    For whom  all barriers, each among the firms that stand before its stage, as `stand` has marked them
    Units     firms; brakes as in `brake`
    Source    is_felt, brake
    Keeps     n_felt at most the number of firms that stand before the stage; 0 where nobody does
    """
    for barrier in range(N_BARRIERS):
        stage = barriers.stage[barrier]
        n_standing = 0
        total = 0.0
        n_felt[barrier] = 0
        for firm in range(masks.shape[0]):
            if standing[stage, firm] == 1:
                n_standing += 1
                if (int(masks[firm]) >> barrier) & 1:
                    relief = relief_of(conditions, levers, barrier, firm, month)
                    total += brake(
                        barriers.strength[barrier], relief, barriers.on_threshold[barrier], behaviour
                    )
                    if is_felt(luck[firm, barrier], relief):
                        n_felt[barrier] += 1
        brakes[barrier] = total / n_standing if n_standing > 0 else 0.0
