"""Before month 0: traits are as answered, some firms already search, some already exchange.

No lever has acted on the eve, so every scenario of one seed starts from the same state.
"""

from __future__ import annotations

from issim.draws import NOBODY, START, Seed, place_word, uniforms
from issim.jit import process
from issim.rules.barriers import weigh_barriers
from issim.rules.behaviour import Constants
from issim.rules.borders import openness
from issim.rules.decide import best_first, joint_gain, possible_quantity
from issim.rules.exchange import count_operating, reserve
from issim.rules.money import set_prices
from issim.rules.policy import queue
from issim.rules.ranking import rank
from issim.rules.search import ease_of
from issim.world.conditions import INTRODUCTIONS, Conditions
from issim.world.state import EVE, N_ACTIVE, NOT_AWARE, OPERATING, Floats, State, World


@process
def start_firms(world: World, state: State, conditions: Conditions, behaviour: Constants, seed: Seed) -> None:
    """Give every firm the traits it answered with, its barriers, and perhaps a search under way."""
    who, firms, peers = world.firms, state.firms, world.peers
    for firm in range(who.index.shape[0]):
        firms.awareness[firm] = who.awareness[firm]
        firms.readiness[firm] = who.readiness[firm]
        firms.digital[firm] = who.digital[firm]
        firms.trust[firm] = who.trust[firm]
        weigh_barriers(firm, world, state, conditions, behaviour, EVE)
        luck = uniforms(seed, START, 0, who.index[firm], NOBODY, place_word(who.region[firm], 0, 0, 0))
        if who.awareness[firm] > NOT_AWARE:
            if luck[0] < behaviour.start_searching:
                firms.searching[firm] = 1
            for k in range(peers.start[firm], peers.start[firm + 1]):
                firms.peers_aware[peers.items[k]] += 1


@process
def start_pairs(world: World, state: State, behaviour: Constants) -> None:
    """Fill offers and needs, weigh how easily each pair meets, and add that up per firm."""
    pairs, firms = world.pairs, state.firms
    for offer in range(world.offers.quantity.shape[0]):
        state.market.offer_left[offer] = world.offers.quantity[offer]
        mass = world.offers.quantity[offer] * world.goods.is_mass[world.offers.good[offer]]
        firms.residues[world.offers.firm[offer]] += mass
    for need in range(world.needs.quantity.shape[0]):
        state.market.need_left[need] = world.needs.quantity[need]
    for pair in range(pairs.donor.shape[0]):
        state.pairs.weight[pair] = ease_of(pair, world, behaviour)
    links = world.firm_pairs
    for firm in range(firms.contacts.shape[0]):
        for k in range(links.start[firm], links.start[firm + 1]):
            firms.contacts[firm] += state.pairs.weight[links.items[k]]


@process
def best_outlet(
    firm: int, world: World, state: State, conditions: Conditions, behaviour: Constants, prices: Floats
) -> int:
    """The candidate by which a firm would gain most by giving, or -1 if it would gain by none.

    An outlet across a border counts with what the border leaves of the chance that it came about.
    """
    best, best_gain = -1, 0.0
    links = world.firm_pairs
    for k in range(links.start[firm], links.start[firm + 1]):
        pair = links.items[k]
        if world.pairs.donor[pair] == firm:
            quantity = possible_quantity(pair, world, state)
            gain = joint_gain(pair, quantity, world, state, conditions, behaviour, prices, EVE)
            gain *= openness(pair, world)
            if gain > best_gain:
                best, best_gain = pair, gain
    return best


@process
def begin(pair: int, quantity: float, world: World, state: State, behaviour: Constants) -> None:
    """Let a pair have operated before month 0: its firms have practised it and learnt to trust each other.

        trust = 1 - interruption, where `after_dealing` comes to rest

    For whom  exchanges that operate at the start; awareness is left as answered
    Units     quantity unit/yr
    Source    behaviour.interruption
    Keeps     counters of firms and their peers
    """
    firms, pairs = state.firms, state.pairs
    donor, receiver = world.pairs.donor[pair], world.pairs.receiver[pair]
    reserve(pair, quantity, world, state)
    pairs.stage[pair] = OPERATING
    pairs.donor_trust[pair] = 1.0 - behaviour.interruption
    pairs.receiver_trust[pair] = 1.0 - behaviour.interruption
    for firm in (donor, receiver):
        count_operating(firm, 1, world.peers, firms)
        firms.practised[firm] = 1
    state.work.active[state.work.counts[N_ACTIVE]] = pair
    state.work.counts[N_ACTIVE] += 1


@process
def start_exchanges(
    world: World, state: State, conditions: Conditions, behaviour: Constants, seed: Seed
) -> None:
    """Let some firms already pass a residue to their best outlet.

        a firm gives with probability start_share * n_firms / (2 * n_firms that could gain by giving)

    For whom  firms that gain by at least one candidate; each exchange involves two firms
    Units     probability
    Source    behaviour.start_share
    Keeps     about the stated share of a region's firms operate at month 0; awareness is left as answered
    """
    work, prices, places = state.work, state.work.prices, state.work.places
    n_firms = world.firms.index.shape[0]
    outlet = work.changed_firms
    places[:, :] = 0.0
    for firm in range(n_firms):
        outlet[firm] = best_outlet(firm, world, state, conditions, behaviour, prices)
        places[0, world.firms.region[firm]] += 1.0
        if outlet[firm] >= 0:
            places[1, world.firms.region[firm]] += 1.0
    n_chosen = 0
    for firm in range(n_firms):
        pair, region = outlet[firm], world.firms.region[firm]
        if pair >= 0:
            luck = uniforms(seed, START, 0, world.firms.index[firm], NOBODY, place_word(region, 0, 0, 0))
            if luck[1] < behaviour.start_share * places[0, region] / (2.0 * places[1, region]):
                work.changed_pairs[n_chosen] = pair
                quantity = possible_quantity(pair, world, state)
                work.keys[n_chosen] = -joint_gain(
                    pair, quantity, world, state, conditions, behaviour, prices, EVE
                )
                n_chosen += 1
    best_first(n_chosen, world, state, seed, 0)
    for k in range(n_chosen):
        pair = work.changed_pairs[work.order[k]]
        quantity = possible_quantity(pair, world, state)
        if quantity > 0.0:
            begin(pair, quantity, world, state, behaviour)


@process
def rank_pairs(world: World, state: State, conditions: Conditions, behaviour: Constants) -> None:
    """Rank candidates by expected joint gain for the facilitators, best first; -1 for those that would lose.

    Across a border a gain is expected with what the border leaves of the chance that it comes about.
    """
    work = state.work
    n_pairs = world.pairs.donor.shape[0]
    for pair in range(n_pairs):
        quantity = possible_quantity(pair, world, state)
        gain = joint_gain(pair, quantity, world, state, conditions, behaviour, work.prices, EVE)
        work.keys[pair] = -gain * openness(pair, world)
    rank(work.keys, n_pairs, work.order)
    for place in range(n_pairs):
        pair = work.order[place]
        work.ranked[place] = pair if work.keys[pair] < 0.0 else -1


@process
def start(world: World, state: State, conditions: Conditions, behaviour: Constants, seed: Seed) -> None:
    """Bring an empty state to the eve of month 0."""
    set_prices(state.market, state.work.prices)
    start_firms(world, state, conditions, behaviour, seed)
    start_pairs(world, state, behaviour)
    start_exchanges(world, state, conditions, behaviour, seed)
    for lever in range(conditions.key.shape[0]):
        queue(lever, world, state, conditions, seed)
    if conditions.used[INTRODUCTIONS] == 1:
        rank_pairs(world, state, conditions, behaviour)
