"""Process 6, decide: both ends weigh a met candidate; both must accept, and the better pair goes first."""

from __future__ import annotations

import math

from issim.draws import Seed, standard_normal
from issim.elementary import exp, log, power
from issim.jit import process, rule
from issim.rules.behaviour import Constants
from issim.rules.borders import left_by_law
from issim.rules.exchange import break_off, pair_luck, reserve
from issim.rules.hazard import happens
from issim.rules.money import gain_of, penalty_avoided
from issim.rules.ranking import rank
from issim.world.conditions import Conditions
from issim.world.state import (
    AGREED,
    CROWDED_OUT,
    LAPSED,
    MET,
    N_ACTIVE,
    NEW_ACCEPTED,
    NEW_AGREED,
    REFUSED,
    Floats,
    State,
    World,
)


@rule
def worthwhile_gain(employees: float, threshold: float, behaviour: Constants) -> float:
    """Yearly gain at which a firm is as likely as not to accept, all else at its mean.

        theta = worthwhile * employees^elasticity * threshold

    For whom  both ends of a candidate
    Units     EUR/yr; employees persons; threshold a multiple from barriers.py
    Source    behaviour.worthwhile, behaviour.worthwhile_size
    Keeps     grows with the barriers no money, uncertain return, short-term mindset
    """
    return behaviour.worthwhile * power(employees, behaviour.worthwhile_size) * threshold


@rule
def probability_of_accepting(
    gain: float, trust: float, threshold: float, readiness: float, peer_share: float, behaviour: Constants
) -> float:
    """Probability that one side accepts.

        logistic( b_g * ln(gain * trust^risk / theta) + b_r * (readiness - mean) + b_n * peer share )

    For whom  both ends of a met candidate, apart
    Units     gain and theta EUR/yr; trust and peer share in [0, 1]; readiness scale points
    Source    behaviour.accept_gain, accept_readiness, accept_peers, risk
    Keeps     in [0, 1]; 0 when gain or trust is 0; grows with gain, trust, readiness
    """
    expected = gain * power(trust, behaviour.risk) if gain > 0.0 else 0.0
    if expected <= 0.0:
        return 0.0
    logit = (
        behaviour.accept_gain * (log(expected) - log(threshold))
        + behaviour.accept_readiness * (readiness - behaviour.mean_readiness)
        + behaviour.accept_peers * peer_share
    )
    return 1.0 / (1.0 + exp(-max(logit, -700.0)))  # beyond, the exponential overflows


@process
def acceptance(
    firm: int, gain: float, trust: float, world: World, state: State, behaviour: Constants
) -> float:
    """Probability that one firm of the world accepts its share of a gain, as it stands this month."""
    firms, peers = state.firms, world.peers
    n_peers = peers.start[firm + 1] - peers.start[firm]
    share = firms.peers_operating[firm] / n_peers if n_peers > 0 else 0.0
    theta = worthwhile_gain(world.firms.employees[firm], firms.threshold[firm], behaviour)
    return probability_of_accepting(gain, trust, theta, firms.readiness[firm], share, behaviour)


@process
def possible_quantity(pair: int, world: World, state: State) -> float:
    """What an exchange could move in a year: min(offer left, need left / yield), in unit/yr."""
    pairs, market = world.pairs, state.market
    replaced = world.goods.replaced[pairs.good[pair]]
    left = market.offer_left[pairs.offer[pair]]
    if replaced <= 0.0:
        return left
    return min(left, market.need_left[pairs.need[pair]] / replaced)


@process
def joint_gain(
    pair: int,
    quantity: float,
    world: World,
    state: State,
    conditions: Conditions,
    behaviour: Constants,
    prices: Floats,
    month: int,
) -> float:
    """Gain that the two firms share: at prices and reliefs, and the expected penalty that the donor avoids."""
    return gain_of(pair, quantity, world, state, conditions, behaviour, prices, month) + penalty_avoided(
        pair, quantity, 0.0, world, state, conditions, month
    )


@rule
def lead_time(luck: tuple[float, float, float, float], barriers: float, behaviour: Constants) -> int:
    """Months from agreement to operation.

        median * exp(spread * normal) / barriers, at least 1

    For whom  an agreed exchange; `barriers` is what stage D leaves to the slower of the two firms
    Units     month; factor of barriers in (0, 1]
    Source    behaviour.lead_time, behaviour.lead_spread
    Keeps     log-normal before rounding up; never longer than 32,000 months
    """
    months = behaviour.lead_time * exp(behaviour.lead_spread * standard_normal(luck[2], luck[3]))
    if barriers <= 0.0:
        return 32000
    return int(min(32000.0, max(1.0, math.ceil(months / barriers))))


@process
def weigh(
    pair: int,
    luck: tuple[float, float, float, float],
    world: World,
    state: State,
    conditions: Conditions,
    behaviour: Constants,
    prices: Floats,
    month: int,
) -> float:
    """Whether both ends accept; returns the joint gain, or a negative number if one refuses."""
    quantity = possible_quantity(pair, world, state)
    gain = joint_gain(pair, quantity, world, state, conditions, behaviour, prices, month)
    donor, receiver = world.pairs.donor[pair], world.pairs.receiver[pair]
    for_donor = behaviour.bargaining * gain
    trusts = state.pairs
    if luck[2] >= acceptance(donor, for_donor, trusts.donor_trust[pair], world, state, behaviour):
        return -1.0
    if luck[3] >= acceptance(
        receiver, gain - for_donor, trusts.receiver_trust[pair], world, state, behaviour
    ):
        return -1.0
    return gain


@process
def negotiate(
    pair: int,
    world: World,
    state: State,
    conditions: Conditions,
    behaviour: Constants,
    prices: Floats,
    seed: Seed,
    month: int,
) -> float:
    """Let one met pair decide, talk on or lapse; returns its joint gain if both accept, else 0."""
    luck = pair_luck(pair, world, seed, month, 0)
    factor = state.firms.factor
    barriers = factor[2, world.pairs.donor[pair]] * factor[2, world.pairs.receiver[pair]]
    barriers *= left_by_law(pair, world, state.levers, conditions, month)
    if happens(luck[0], behaviour.decision_rate * barriers):
        gain = weigh(pair, luck, world, state, conditions, behaviour, prices, month)
        if gain > 0.0:
            return gain
        break_off(pair, REFUSED, world, state, behaviour, month)
    elif happens(luck[1], behaviour.lapse_rate):
        break_off(pair, LAPSED, world, state, behaviour, month)
    return 0.0


@process
def decide(
    world: World,
    state: State,
    conditions: Conditions,
    behaviour: Constants,
    prices: Floats,
    seed: Seed,
    month: int,
) -> None:
    """Let met pairs decide; then let the accepted ones share out offers and needs."""
    work = state.work
    n_accepted = 0
    for k in range(work.counts[N_ACTIVE]):
        pair = work.active[k]
        if state.pairs.stage[pair] == MET:
            gain = negotiate(pair, world, state, conditions, behaviour, prices, seed, month)
            if gain > 0.0:
                work.changed_pairs[n_accepted] = pair
                work.keys[n_accepted] = -gain
                n_accepted += 1
    work.counts[NEW_ACCEPTED] = n_accepted
    share_out(n_accepted, world, state, conditions, behaviour, prices, seed, month)


@process
def best_first(n_accepted: int, world: World, state: State, seed: Seed, month: int) -> None:
    """Rank accepted pairs into `work.order`: greatest joint gain first, ties by a draw keyed to the pair."""
    keys, order, accepted = state.work.keys, state.work.order, state.work.changed_pairs
    rank(keys, n_accepted, order)
    for i in range(1, n_accepted):  # neighbours with one gain only: insertion among them
        j = i
        while j > 0 and keys[order[j - 1]] == keys[order[j]]:
            ahead = pair_luck(accepted[order[j - 1]], world, seed, month, 2)[0]
            behind = pair_luck(accepted[order[j]], world, seed, month, 2)[0]
            if ahead <= behind:
                break
            order[j - 1], order[j] = order[j], order[j - 1]
            j -= 1


@process
def share_out(
    n_accepted: int,
    world: World,
    state: State,
    conditions: Conditions,
    behaviour: Constants,
    prices: Floats,
    seed: Seed,
    month: int,
) -> None:
    """Let accepted pairs reserve what is left of offer and need, the greatest joint gain first.

    A pair that comes too late for a gain yields its turn: it breaks off and rests.
    """
    best_first(n_accepted, world, state, seed, month)
    order = state.work.order
    for k in range(n_accepted):
        pair = state.work.changed_pairs[order[k]]
        quantity = possible_quantity(pair, world, state)
        gain = joint_gain(pair, quantity, world, state, conditions, behaviour, prices, month)
        if quantity <= 0.0 or gain <= 0.0:
            break_off(pair, CROWDED_OUT, world, state, behaviour, month)
            continue
        agree(pair, quantity, gain, world, state, behaviour, seed, month)


@process
def agree(
    pair: int,
    quantity: float,
    gain: float,
    world: World,
    state: State,
    behaviour: Constants,
    seed: Seed,
    month: int,
) -> None:
    """Record an agreement: reserve the quantity, draw the lead time."""
    donor, receiver = world.pairs.donor[pair], world.pairs.receiver[pair]
    factor, pairs = state.firms.factor, state.pairs
    reserve(pair, quantity, world, state)
    pairs.stage[pair] = AGREED
    pairs.since[pair] = month
    pairs.gain[pair] = gain
    luck = pair_luck(pair, world, seed, month, 1)
    pairs.months[pair] = lead_time(luck, min(factor[3, donor], factor[3, receiver]), behaviour)
    state.work.counts[NEW_AGREED] += 1
