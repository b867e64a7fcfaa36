"""Process 1, policy: levers in force reach firms, lift barriers and set this month's conditions."""

from __future__ import annotations

import math

from issim.draws import LEVER, Seed, place_word, uniforms
from issim.jit import process, rule
from issim.rules.awareness import wake
from issim.rules.barriers import weigh_barriers
from issim.rules.behaviour import Constants
from issim.rules.force import in_force, is_over
from issim.rules.ranking import rank
from issim.world.conditions import AWARENESS_GAIN, N_BARRIERS, SKILLS_GAIN, TRUST_GAIN, Conditions
from issim.world.state import PUBLIC, FirmState, State, World

#: The rest of a budget below which it is used up, in EUR: sums of money are added in some order.
HALF_A_CENT = 0.005


@process
def stage_of(firms: FirmState, firm: int) -> int:
    """The funnel stage of a firm: 0 unaware, 1 aware, 2 searching, 3 talking, 4 operating."""
    if firms.operating[firm] > 0:
        return 4
    if firms.talking[firm] > 0:
        return 3
    if firms.searching[firm] == 1:
        return 2
    if firms.awareness[firm] > 1:
        return 1
    return 0


@process
def reach(
    lever: int, firm: int, world: World, state: State, conditions: Conditions, seed: Seed, month: int
) -> None:
    """Reach one firm: it may wake up, learn, trust more, join; the unit cost is spent.

        digital' = digital + gain * (1 - digital); trust likewise

    For whom  a target that a lever enrols this month and can pay
    Units     gains as shares of what is missing
    Source    conditions.effect
    Keeps     digital readiness and trust in [0, 1]
    """
    firms, levers = state.firms, state.levers
    strength = conditions.strength[lever, month]
    levers.reached[lever, firm] = month
    spend(lever, conditions.unit_cost[lever], state, conditions, month)
    place = place_word(world.firms.region[firm], 0, 0, 1)
    luck = uniforms(seed, LEVER, month, world.firms.index[firm], conditions.key[lever], place)
    if luck[0] < conditions.effect[lever, AWARENESS_GAIN] * strength:
        wake(firm, 2, world.peers, firms)
    skills = min(1.0, conditions.effect[lever, SKILLS_GAIN] * strength)
    firms.digital[firm] += skills * (1.0 - firms.digital[firm])
    trust = min(1.0, conditions.effect[lever, TRUST_GAIN] * strength)
    firms.trust[firm] += trust * (1.0 - firms.trust[firm])
    firms.member[firm] |= conditions.joins[lever]


@rule
def can_pay(spent: float, money: float, budget: float) -> bool:
    """Whether a budget pays a further sum: spent + money <= budget, to half a cent."""
    return spent + money <= budget + HALF_A_CENT


@process
def stop(lever: int, state: State, month: int) -> None:
    """Stop a lever for want of money from a month on; the first such month stays."""
    if state.levers.stopped[lever] < 0:
        state.levers.stopped[lever] = month


@process
def spend(lever: int, money: float, state: State, conditions: Conditions, month: int) -> None:
    """Spend public money on a lever; one whose budget is used up stops after this month."""
    levers = state.levers
    levers.spent[lever] += money
    state.work.sums[PUBLIC] += money
    if levers.spent[lever] >= conditions.budget[lever] - HALF_A_CENT:
        stop(lever, state, month + 1)


@rule
def places_this_month(capacity: float, month: int) -> int:
    """How many firms a capacity per month, whole or not, allows in this month."""
    if math.isinf(capacity):
        return 2147483647
    return int(math.floor(capacity * (month + 1)) - math.floor(capacity * month))


@process
def queue(lever: int, world: World, state: State, conditions: Conditions, seed: Seed) -> None:
    """Draw the order in which a lever reaches firms: keyed to lever and firm, so rows do not matter."""
    work = state.work
    n_firms = world.firms.index.shape[0]
    for firm in range(n_firms):
        place = place_word(world.firms.region[firm], 0, 0, 0)
        work.keys[firm] = uniforms(seed, LEVER, 0, world.firms.index[firm], conditions.key[lever], place)[0]
    rank(work.keys, n_firms, work.order)
    for k in range(n_firms):
        state.levers.order[lever, k] = work.order[k]


@process
def keep_up(lever: int, state: State, conditions: Conditions, month: int) -> float:
    """Pay a lever's running cost of this month; returns its strength, 0 if the budget cannot pay the month."""
    strength = in_force(conditions, state.levers, lever, month)
    if strength > 0.0:
        cost = conditions.running_cost[lever]
        if not can_pay(state.levers.spent[lever], cost, conditions.budget[lever]):
            stop(lever, state, month)
            return 0.0
        spend(lever, cost, state, conditions, month)
    return strength


@process
def enact(
    world: World, state: State, conditions: Conditions, behaviour: Constants, seed: Seed, month: int
) -> None:
    """Let every lever in force act: pay its running cost, enrol firms in its queue up to its capacity.

    For whom  all levers, in their order in the scenario
    Units     money in EUR
    Source    conditions
    Keeps     without levers nothing changes; no lever spends more than its budget
    """
    levers = state.levers
    for lever in range(conditions.key.shape[0]):
        before = in_force(conditions, levers, lever, month - 1)
        now = keep_up(lever, state, conditions, month)
        n_new = 0
        if now > 0.0 and conditions.enrols[lever] == 1:
            n_new = enrol(lever, world, state, conditions, behaviour, seed, month)
        if relieves_any(lever, conditions):
            weigh_anew(lever, now != before, n_new, world, state, conditions, behaviour, month)


@process
def relieves_any(lever: int, conditions: Conditions) -> bool:
    """Whether a lever relieves any barrier."""
    relieves = False
    for barrier in range(N_BARRIERS):
        relieves = relieves or conditions.relief[lever, barrier] > 0.0
    return relieves


@process
def weigh_anew(
    lever: int,
    for_all: bool,
    n_new: int,
    world: World,
    state: State,
    conditions: Conditions,
    behaviour: Constants,
    month: int,
) -> None:
    """Weigh the barriers of those whom a lever begins or ceases to relieve this month: all if its strength changed."""
    for k in range(n_new):
        weigh_barriers(state.work.changed_firms[k], world, state, conditions, behaviour, month)
    if for_all or conditions.term[lever] > 0:
        for firm in range(world.firms.index.shape[0]):
            ends = month - state.levers.reached[lever, firm] == conditions.term[lever]
            if for_all or ends:
                weigh_barriers(firm, world, state, conditions, behaviour, month)


@process
def may_be_reached(
    lever: int, firm: int, again: int, state: State, conditions: Conditions, month: int
) -> bool:
    """Whether a firm is one that a lever may reach now: never reached before, or (again) its term is over."""
    if conditions.target[lever, firm] == 0:
        return False
    if again == 1:
        if not is_over(conditions, state.levers, lever, firm, month):
            return False
    elif state.levers.reached[lever, firm] >= 0:
        return False
    return (conditions.stages[lever] >> stage_of(state.firms, firm)) & 1 == 1


@process
def enrol(
    lever: int,
    world: World,
    state: State,
    conditions: Conditions,
    behaviour: Constants,
    seed: Seed,
    month: int,
) -> int:
    """Reach the next firms of a lever's queue; returns how many, their rows in `work.changed_firms`.

    Firms whose term is over come again, after those that had none yet. A firm that the budget cannot pay
    is not reached, and the lever stops after this month.
    """
    levers = state.levers
    places = places_this_month(conditions.capacity[lever], month)
    n_new = 0
    for again in range(2 if conditions.term[lever] > 0 else 1):
        for k in range(levers.order.shape[1]):
            if n_new >= places or levers.stopped[lever] >= 0:
                return n_new
            firm = levers.order[lever, k]
            if not may_be_reached(lever, firm, again, state, conditions, month):
                continue
            if not can_pay(levers.spent[lever], conditions.unit_cost[lever], conditions.budget[lever]):
                stop(lever, state, month + 1)
                return n_new
            reach(lever, firm, world, state, conditions, seed, month)
            state.work.changed_firms[n_new] = firm
            n_new += 1
    return n_new
