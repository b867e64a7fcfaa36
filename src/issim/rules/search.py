"""Process 5, search: aware firms start searching; searching firms meet candidates.

Three ways lead to a partner: a firm's own contacts, a platform, a facilitator.
"""

from __future__ import annotations

import math

from issim.draws import MEETING, Seed, place_word, uniforms
from issim.elementary import exp, power
from issim.jit import process, rule
from issim.rules.behaviour import Constants
from issim.rules.exchange import may_meet, meet
from issim.rules.force import amount_on, in_force
from issim.rules.hazard import happens
from issim.rules.money import shortfall
from issim.rules.platforms import platform_contact, set_views
from issim.world.conditions import INTRODUCTIONS, QUOTA, RECALL, SEARCH_PUSH, Conditions
from issim.world.state import CANDIDATE, NOT_AWARE, RANK_POSITION, Floats, State, World


@rule
def ease_of_meeting(
    compatibility: float, distance: float, hops: float, scale: float, per_hop: float
) -> float:
    """How easily two firms meet through their own contacts.

        w = compatibility * exp(-distance / scale) * per_hop^(hops - 1)

    For whom  every candidate exchange
    Units     w and compatibility in [0, 1]; km; hops 1..3 in the information network
    Source    behaviour.contact_distance (NISP's median distance), behaviour.contact_network
    Keeps     w falls with distance and with steps in the network
    """
    return compatibility * exp(-distance / scale) * power(per_hop, hops - 1.0)


@process
def ease_of(pair: int, world: World, behaviour: Constants) -> float:
    """How easily the two firms of a pair meet; across a border km count otherwise and a share is lost.

        w * (1 - unfamiliarity), with km * contact factor

    For whom  every candidate exchange
    Units     in [0, 1]
    Source    ease_of_meeting; borders (contact_factor, unfamiliarity)
    Keeps     ease_of_meeting itself within a region
    """
    pairs, borders = world.pairs, world.borders
    border = pairs.border[pair]
    ease = ease_of_meeting(
        float(pairs.compatibility[pair]), float(pairs.distance[pair]) * borders.contact_factor[border],
        float(pairs.hops[pair]), behaviour.contact_distance, behaviour.contact_network,
    )  # fmt: skip
    return ease * (1.0 - borders.unfamiliarity[border])


@rule
def hazard_of_search(
    rate: float, readiness_gap: float, digital: float, push: float, barriers: float, behaviour: Constants
) -> float:
    """Hazard that an aware firm starts searching.

        h = [rate * exp(b_r * (readiness - mean) + b_d * digital) + push] * barriers

    For whom  aware firms that neither search nor talk
    Units     per month; readiness gap in scale points; digital in [0, 1]
    Source    behaviour.search_rate, search_readiness, search_digital; conditions (push)
    Keeps     at least 0
    """
    drive = behaviour.search_readiness * readiness_gap + behaviour.search_digital * digital
    return (rate * exp(drive) + push) * barriers


@process
def seek(
    firm: int, world: World, state: State, conditions: Conditions, behaviour: Constants, month: int
) -> None:
    """Let one firm start or stop searching; one bound by a quota it has not met searches anyway."""
    firms, levers, luck = state.firms, state.levers, state.work.luck[firm, 1]
    obliged = (
        conditions.used[QUOTA] == 1
        and shortfall(firm, world.firms.employees[firm], 0.0, firms, conditions, levers, month) > 0.0
    )
    if firms.searching[firm] == 1:
        if firms.talking[firm] == 0 and not obliged and happens(luck, behaviour.give_up):
            firms.searching[firm] = 0
    elif obliged:
        if happens(luck, behaviour.obliged_search):
            firms.searching[firm] = 1
    elif firms.awareness[firm] > NOT_AWARE and firms.talking[firm] == 0:
        hazard = hazard_of_search(
            behaviour.search_rate,
            firms.readiness[firm] - behaviour.mean_readiness,
            firms.digital[firm],
            amount_on(conditions, levers, SEARCH_PUSH, firm, month),
            firms.factor[0, firm] * firms.factor[1, firm],
            behaviour,
        )
        if happens(luck, hazard):
            firms.searching[firm] = 1


@process
def pick(firm: int, target: float, weights: Floats, world: World, state: State, month: int) -> int:
    """The candidate of a firm at which the running sum of weights over those it may meet passes `target`, or -1."""
    links = world.firm_pairs
    total = 0.0
    for k in range(links.start[firm], links.start[firm + 1]):
        pair = links.items[k]
        if may_meet(pair, state.pairs, month):
            total += weights[pair]
            if total > target:
                return pair
    return -1


@process
def open_weight(firm: int, weights: Floats, world: World, state: State, month: int) -> float:
    """Sum of weights over the candidates that a firm may still meet."""
    links = world.firm_pairs
    total = 0.0
    for k in range(links.start[firm], links.start[firm + 1]):
        pair = links.items[k]
        if may_meet(pair, state.pairs, month):
            total += weights[pair]
    return total


@process
def own_contact(firm: int, world: World, state: State, behaviour: Constants, seed: Seed, month: int) -> int:
    """The candidate that a firm meets through its own contacts this month, or -1.

        hazard = contact rate * sum of ease of meeting * barriers at stage B

    For whom  searching firms; at most one new partner a month each
    Units     per month
    Source    behaviour.contact_rate
    Keeps     each candidate's chance is proportional to its ease of meeting
    """
    if state.firms.searching[firm] == 0:
        return -1
    rate = behaviour.contact_rate * state.firms.factor[1, firm]
    luck = state.work.luck[firm, 2]
    if luck >= rate * state.firms.contacts[firm]:  # bounds the chance from above: no need to add up
        return -1
    total = open_weight(firm, state.pairs.weight, world, state, month)
    if not happens(luck, rate * total):
        return -1
    draw = uniforms(
        seed, MEETING, month, world.firms.index[firm], 0, place_word(world.firms.region[firm], 0, 0, 0)
    )
    return pick(firm, draw[0] * total, state.pairs.weight, world, state, month)


@process
def is_free(firm: int, world: World, state: State, n_found: int) -> bool:
    """Whether a firm is in no talks and has found nobody this month among the first `n_found` of the pairs found."""
    if state.firms.talking[firm] > 0:
        return False
    for k in range(n_found):
        pair = state.work.changed_pairs[k]
        if world.pairs.donor[pair] == firm or world.pairs.receiver[pair] == firm:
            return False
    return True


@process
def through_facilitator(world: World, state: State, conditions: Conditions, month: int, n_found: int) -> int:
    """Let facilitators bring the best pairs together; returns how many pairs are found so far.

    The pairs with the greatest expected joint gain come first, but for firms in talks: they weigh one
    introduction at a time, as nobody in talks starts a search. Each pair is introduced once; every region has
    its own facilitators.

    For whom  pairs of two free firms (is_free), at least one of which the lever acts on
    Units     introductions per month and region
    Source    conditions (introductions); that a firm weighs one at a time is an assumption
    Keeps     never more than the capacity; no firm twice in a month
    """
    work, pairs, places = state.work, state.pairs, state.work.places[0]
    total = 0.0
    for lever in range(conditions.key.shape[0]):
        now = conditions.effect[lever, INTRODUCTIONS] * in_force(conditions, state.levers, lever, month)
        total += math.floor(now * (month + 1)) - math.floor(now * month)
    n_open = 0
    for region in range(places.shape[0]):
        places[region] = 0.0
    for firm in range(world.firms.region.shape[0]):
        if places[world.firms.region[firm]] == 0.0 and total >= 1.0:
            places[world.firms.region[firm]] = total
            n_open += 1
    n_ranked = work.ranked.shape[0]
    first_open = -1
    for k in range(work.counts[RANK_POSITION], n_ranked):
        pair = work.ranked[k]
        if pair < 0:  # the rest would lose by exchanging
            break
        if pairs.introduced[pair] == 1:
            continue
        if pairs.stage[pair] != CANDIDATE:
            first_open = k if first_open < 0 else first_open
            continue
        region = world.firms.region[world.pairs.donor[pair]]
        donor, receiver = world.pairs.donor[pair], world.pairs.receiver[pair]
        wanted = (  # what rules most pairs out comes first
            places[region] >= 1.0
            and may_meet(pair, pairs, month)
            and is_free(donor, world, state, n_found)
            and is_free(receiver, world, state, n_found)
            and (  # a visit to one firm is enough to name it a partner
                amount_on(conditions, state.levers, INTRODUCTIONS, donor, month) > 0.0
                or amount_on(conditions, state.levers, INTRODUCTIONS, receiver, month) > 0.0
            )
        )
        if wanted:
            places[region] -= 1.0
            n_open -= 1 if places[region] < 1.0 else 0
            pairs.introduced[pair] = 1
            work.changed_pairs[n_found] = pair
            n_found += 1
        elif first_open < 0:
            first_open = k
        if n_open <= 0:
            break
    if first_open >= 0:
        work.counts[RANK_POSITION] = first_open
    return n_found


@process
def search(
    world: World, state: State, conditions: Conditions, behaviour: Constants, seed: Seed, month: int
) -> None:
    """Let firms start and stop searching, then let those who found each other meet."""
    found, n_found = state.work.changed_pairs, 0
    for firm in range(state.firms.searching.shape[0]):
        seek(firm, world, state, conditions, behaviour, month)
    for firm in range(state.firms.searching.shape[0]):
        pair = own_contact(firm, world, state, behaviour, seed, month)
        if pair >= 0:
            found[n_found] = pair
            n_found += 1
    if conditions.used[RECALL] == 1:
        set_views(state, conditions, month)
        for firm in range(state.firms.searching.shape[0]):
            pair = platform_contact(firm, world, state, behaviour, seed, month)
            if pair >= 0:
                found[n_found] = pair
                n_found += 1
    if conditions.used[INTRODUCTIONS] == 1:
        n_found = through_facilitator(world, state, conditions, month, n_found)
    for k in range(n_found):
        if state.pairs.stage[found[k]] == CANDIDATE:  # two may have found each other in the same month
            meet(found[k], world, state, month)
