"""The life of a candidate exchange: how it enters the list of the active, and how it breaks off."""

from __future__ import annotations

from issim.draws import PAIR, Seed, place_word, uniforms
from issim.jit import process
from issim.rules.awareness import wake
from issim.rules.behaviour import Constants
from issim.rules.borders import first_trust
from issim.world.state import (
    AGREED,
    CANDIDATE,
    ENDED,
    MET,
    N_ACTIVE,
    NEW_MET,
    OPERATING,
    FirmState,
    Links,
    PairState,
    State,
    World,
)


@process
def count_operating(firm: int, change: int, peers: Links, firms: FirmState) -> None:
    """Change a firm's number of operating exchanges; its peers count it while that number is above 0."""
    before = firms.operating[firm]
    after = before + change
    firms.operating[firm] = after
    flip = (1 if after > 0 else 0) - (1 if before > 0 else 0)
    if flip != 0:
        for k in range(peers.start[firm], peers.start[firm + 1]):
            firms.peers_operating[peers.items[k]] += flip


@process
def meet(pair: int, world: World, state: State, month: int) -> None:
    """Let the two firms of a candidate meet: talks begin, both are aware, each brings its general trust."""
    donor, receiver = world.pairs.donor[pair], world.pairs.receiver[pair]
    pairs, firms, counts = state.pairs, state.firms, state.work.counts
    pairs.stage[pair] = MET
    pairs.since[pair] = month
    pairs.donor_trust[pair] = first_trust(donor, pair, world, firms)
    pairs.receiver_trust[pair] = first_trust(receiver, pair, world, firms)
    firms.talking[donor] += 1
    firms.talking[receiver] += 1
    wake(donor, 2, world.peers, firms)
    wake(receiver, 2, world.peers, firms)
    state.work.active[counts[N_ACTIVE]] = pair
    counts[N_ACTIVE] += 1
    counts[NEW_MET] += 1


@process
def reserve(pair: int, quantity: float, world: World, state: State) -> None:
    """Set aside what an agreed exchange will take of its offer and its need."""
    pairs, market = world.pairs, state.market
    good = pairs.good[pair]
    state.pairs.flow[pair] = quantity
    offer, need = pairs.offer[pair], pairs.need[pair]
    market.offer_left[offer] = max(0.0, market.offer_left[offer] - quantity)
    market.need_left[need] = max(0.0, market.need_left[need] - quantity * world.goods.replaced[good])
    state.firms.diverted[pairs.donor[pair]] += quantity * world.goods.is_mass[good]


@process
def release(pair: int, world: World, state: State) -> None:
    """Give back to the offer and the need what the exchange had set aside (never more than there was)."""
    pairs, market = world.pairs, state.market
    offer, need, good = pairs.offer[pair], pairs.need[pair], pairs.good[pair]
    quantity = state.pairs.flow[pair]
    market.offer_left[offer] = min(world.offers.quantity[offer], market.offer_left[offer] + quantity)
    market.need_left[need] = min(
        world.needs.quantity[need], market.need_left[need] + quantity * world.goods.replaced[good]
    )
    donor = pairs.donor[pair]
    state.firms.diverted[donor] = max(0.0, state.firms.diverted[donor] - quantity * world.goods.is_mass[good])
    state.pairs.flow[pair] = 0.0


@process
def break_off(pair: int, reason: int, world: World, state: State, behaviour: Constants, month: int) -> None:
    """End talks or an exchange, record why, and let the pair rest before it may meet again."""
    donor, receiver = world.pairs.donor[pair], world.pairs.receiver[pair]
    firms, pairs = state.firms, state.pairs
    stage = pairs.stage[pair]
    if stage == OPERATING:
        count_operating(donor, -1, world.peers, firms)
        count_operating(receiver, -1, world.peers, firms)
    else:
        firms.talking[donor] -= 1
        firms.talking[receiver] -= 1
    if stage >= AGREED:
        release(pair, world, state)
    pairs.stage[pair] = CANDIDATE
    pairs.since[pair] = month
    pairs.rest_until[pair] = min(32767, month + int(behaviour.rest))
    pairs.reason[pair] = reason
    pairs.gain[pair] = 0.0
    pairs.delivered[pair] = 0
    state.work.counts[ENDED + reason] += 1


@process
def forget_ended(state: State) -> None:
    """Take the pairs that broke off this month out of the list of the active."""
    work = state.work
    kept = 0
    for k in range(work.counts[N_ACTIVE]):
        pair = work.active[k]
        if state.pairs.stage[pair] != CANDIDATE:
            work.active[kept] = pair
            kept += 1
    work.counts[N_ACTIVE] = kept


@process
def may_meet(pair: int, pairs: PairState, month: int) -> bool:
    """Whether a pair is a candidate that is not resting."""
    return pairs.stage[pair] == CANDIDATE and pairs.rest_until[pair] <= month


@process
def pair_luck(
    pair: int, world: World, seed: Seed, month: int, number: int
) -> tuple[float, float, float, float]:
    """Four draws keyed to the two firms and the good of a pair, the month, and which set of four."""
    donor, receiver = world.pairs.donor[pair], world.pairs.receiver[pair]
    place = place_word(
        world.firms.region[donor], world.firms.region[receiver], world.pairs.good[pair], number
    )
    return uniforms(seed, PAIR, month, world.firms.index[donor], world.firms.index[receiver], place)
