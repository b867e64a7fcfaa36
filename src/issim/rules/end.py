"""Process 10, end: exchanges that lose money or trust end, firms leave and others take their place."""

from __future__ import annotations

from issim.draws import Seed
from issim.elementary import power
from issim.jit import process, rule
from issim.rules.awareness import forget, wake
from issim.rules.barriers import weigh_barriers
from issim.rules.behaviour import Constants
from issim.rules.exchange import break_off, forget_ended, pair_luck
from issim.rules.hazard import happens
from issim.rules.trust import tell_peers
from issim.world.conditions import Conditions
from issim.world.state import FAILED, FIRM_LEFT, N_ACTIVE, NEW_CLOSED, OPERATING, UNPROFITABLE, State, World


@rule
def hazard_of_closure(employees: float, closure: float, elasticity: float) -> float:
    """Hazard that a firm leaves, per month: closure * employees^elasticity (smaller firms leave more often)."""
    return closure * power(employees, elasticity)


@rule
def hazard_of_failure(donor_trust: float, receiver_trust: float, at_no_trust: float) -> float:
    """Hazard that an exchange ends for want of trust.

        h = at no trust * (1 - the lesser trust)

    For whom  operating exchanges
    Units     trust in [0, 1]; per month
    Source    behaviour.distrust_end
    Keeps     0 at full trust
    """
    return at_no_trust * (1.0 - min(donor_trust, receiver_trust))


@process
def end_exchanges(world: World, state: State, behaviour: Constants, seed: Seed, month: int) -> None:
    """End operating exchanges that make a loss (hazard `patience`) or whose partners lost trust."""
    pairs, work = state.pairs, state.work
    for k in range(work.counts[N_ACTIVE]):
        pair = work.active[k]
        if pairs.stage[pair] != OPERATING:
            continue
        luck = pair_luck(pair, world, seed, month, 0)
        if pairs.gain[pair] < 0.0 and happens(luck[1], behaviour.patience):
            break_off(pair, UNPROFITABLE, world, state, behaviour, month)
            continue
        hazard = hazard_of_failure(
            pairs.donor_trust[pair], pairs.receiver_trust[pair], behaviour.distrust_end
        )
        if happens(luck[2], hazard):
            tell_peers(world.pairs.donor[pair], -1, world.peers, state.firms)
            tell_peers(world.pairs.receiver[pair], -1, world.peers, state.firms)
            break_off(pair, FAILED, world, state, behaviour, month)


@process
def renew(
    firm: int, world: World, state: State, conditions: Conditions, behaviour: Constants, month: int
) -> None:
    """Put a newcomer in a firm's place: the same premises and traits as at the start, no experience."""
    start, firms = world.firms, state.firms
    while firms.awareness[firm] > start.awareness[firm]:
        forget(firm, world.peers, firms)
    wake(firm, start.awareness[firm], world.peers, firms)
    firms.searching[firm] = 0
    firms.member[firm] = 0
    firms.practised[firm] = 0
    firms.readiness[firm] = start.readiness[firm]
    firms.digital[firm] = start.digital[firm]
    firms.trust[firm] = start.trust[firm]
    for lever in range(conditions.key.shape[0]):
        if state.levers.reached[lever, firm] >= 0:
            state.levers.reached[lever, firm] = -1
            state.levers.waiting[lever] += 1
    weigh_barriers(firm, world, state, conditions, behaviour, month)


@rule
def leaves(employees: float, luck: float, behaviour: Constants) -> bool:
    """Whether one firm leaves this month; most draws lie above `closure`, which bounds every firm's hazard."""
    return luck < behaviour.closure and happens(
        luck, hazard_of_closure(employees, behaviour.closure, behaviour.closure_size)
    )


@process
def close_firms(world: World, state: State, conditions: Conditions, behaviour: Constants, month: int) -> None:
    """Let firms leave: their talks and exchanges end, and a newcomer starts in their place."""
    work, pairs = state.work, state.pairs
    n_closed = 0
    for firm in range(state.firms.awareness.shape[0]):
        if leaves(world.firms.employees[firm], work.luck[firm, 3], behaviour):
            work.leaving[firm] = 1
            work.changed_firms[n_closed] = firm
            n_closed += 1
    if n_closed == 0:
        return
    for k in range(work.counts[N_ACTIVE]):
        pair = work.active[k]
        if pairs.stage[pair] > 0 and (
            work.leaving[world.pairs.donor[pair]] == 1 or work.leaving[world.pairs.receiver[pair]] == 1
        ):
            break_off(pair, FIRM_LEFT, world, state, behaviour, month)
    for k in range(n_closed):
        firm = work.changed_firms[k]
        renew(firm, world, state, conditions, behaviour, month)
        work.leaving[firm] = 0
    work.counts[NEW_CLOSED] += n_closed


@process
def end(
    world: World, state: State, conditions: Conditions, behaviour: Constants, seed: Seed, month: int
) -> None:
    """Let exchanges end and firms leave; then drop what ended from the list of the active."""
    end_exchanges(world, state, behaviour, seed, month)
    close_firms(world, state, conditions, behaviour, month)
    forget_ended(state)
