"""Asking one firm: what an agent view calls, so that it answers with the very rules of the month."""

from __future__ import annotations

from issim.jit import rule
from issim.rules.awareness import forget, wake
from issim.rules.behaviour import Constants
from issim.rules.borders import first_trust
from issim.rules.decide import acceptance, joint_gain, possible_quantity
from issim.world.conditions import Conditions
from issim.world.state import AGREED, CANDIDATE, FirmState, Links, State, World


@rule
def offered_gain(
    pair: int, world: World, state: State, conditions: Conditions, behaviour: Constants, month: int
) -> float:
    """Joint gain that a pair would share as things stand, in EUR/yr.

    For whom  any pair; one that is agreed or operates is weighed at the quantity it has reserved
    Units     EUR/yr; month sets which levers are in force
    Source    decide.possible_quantity, decide.joint_gain
    Keeps     what `decide.weigh` computes for a met pair
    """
    quantity = state.pairs.flow[pair]
    if state.pairs.stage[pair] < AGREED:
        quantity = possible_quantity(pair, world, state)
    return joint_gain(pair, quantity, world, state, conditions, behaviour, state.work.prices, month)


@rule
def would_accept(
    firm: int, pair: int, world: World, state: State, conditions: Conditions, behaviour: Constants, month: int
) -> float:
    """Probability that one of the two firms of a pair accepts its share of the gain, as things stand.

        gain of the donor = bargaining * joint gain; of the receiver the rest

    For whom  donor or receiver of any pair; one that has not met yet brings its general trust
    Units     probability
    Source    decide.acceptance
    Keeps     what `decide.weigh` compares its draw with
    """
    gain = offered_gain(pair, world, state, conditions, behaviour, month)
    for_donor = behaviour.bargaining * gain
    is_donor = world.pairs.donor[pair] == firm
    trust = state.pairs.donor_trust[pair] if is_donor else state.pairs.receiver_trust[pair]
    if state.pairs.stage[pair] == CANDIDATE:
        trust = first_trust(firm, pair, world, state.firms)
    return acceptance(firm, for_donor if is_donor else gain - for_donor, trust, world, state, behaviour)


@rule
def set_awareness(firm: int, level: int, peers: Links, firms: FirmState) -> None:
    """Bring a firm to a level of awareness by the moves of the month: its peers' counts stay right."""
    wake(firm, level, peers, firms)
    while firms.awareness[firm] > level:
        forget(firm, peers, firms)
