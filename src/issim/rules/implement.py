"""Process 7, implement: agreed exchanges are built, and start to operate or fall through."""

from __future__ import annotations

from issim.draws import Seed
from issim.jit import process
from issim.rules.behaviour import Constants
from issim.rules.exchange import break_off, count_operating, pair_luck
from issim.rules.hazard import happens
from issim.rules.trust import tell_peers
from issim.world.state import (
    AGREED,
    FELL_THROUGH,
    IMPLEMENTING,
    N_ACTIVE,
    NEW_OPERATING,
    OPERATING,
    State,
    World,
)


@process
def start_operating(pair: int, world: World, state: State, month: int) -> None:
    """Let an exchange operate: its firms count it, their peers hear good news."""
    donor, receiver = world.pairs.donor[pair], world.pairs.receiver[pair]
    pairs, firms = state.pairs, state.firms
    pairs.stage[pair] = OPERATING
    pairs.since[pair] = month
    pairs.months[pair] = 0
    firms.talking[donor] -= 1
    firms.talking[receiver] -= 1
    count_operating(donor, 1, world.peers, firms)
    count_operating(receiver, 1, world.peers, firms)
    tell_peers(donor, 1, world.peers, firms)
    tell_peers(receiver, 1, world.peers, firms)
    state.work.counts[NEW_OPERATING] += 1


@process
def implement(world: World, state: State, behaviour: Constants, seed: Seed, month: int) -> None:
    """Bring agreed exchanges one month nearer to operation.

        months left' = months left - 1; at 0 it operates; falls through with hazard `fall_through`

    For whom  exchanges agreed before this month
    Units     month
    Source    decide.lead_time; behaviour.fall_through
    Keeps     an exchange agreed this month does not operate this month
    """
    pairs, work = state.pairs, state.work
    for k in range(work.counts[N_ACTIVE]):
        pair = work.active[k]
        stage = pairs.stage[pair]
        if (stage != AGREED and stage != IMPLEMENTING) or (stage == AGREED and pairs.since[pair] == month):
            continue
        if stage == AGREED:
            pairs.stage[pair] = IMPLEMENTING
            pairs.since[pair] = month
        pairs.months[pair] -= 1
        if happens(pair_luck(pair, world, seed, month, 0)[3], behaviour.fall_through):
            tell_peers(world.pairs.donor[pair], -1, world.peers, state.firms)
            tell_peers(world.pairs.receiver[pair], -1, world.peers, state.firms)
            break_off(pair, FELL_THROUGH, world, state, behaviour, month)
        elif pairs.months[pair] <= 0:
            start_operating(pair, world, state, month)
