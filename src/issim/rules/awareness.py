"""Process 3, awareness: firms hear of symbiosis, learn more about it, and forget."""

from __future__ import annotations

from issim.jit import process, rule
from issim.rules.behaviour import Constants
from issim.rules.force import amount_on
from issim.rules.hazard import happens
from issim.world.conditions import OUTSIDE_INFLUENCE, Conditions
from issim.world.state import FirmState, Links, State, World


@rule
def hazard_of_awareness(
    outside: float,
    word_of_mouth: float,
    contagion: float,
    aware_share: float,
    operating_share: float,
    barriers: float,
) -> float:
    """Hazard of becoming more aware.

        h = (p + w * share of peers aware + q * share of peers who operate) * barriers

    For whom  firms that are not yet very aware (month.py, step 3)
    Units     p, w, q per month; shares and the factor of barriers at stage A in [0, 1]
    Source    behaviour.outside_influence, word_of_mouth, contagion; Bass (1969) when q = 0 and all firms are peers
    Keeps     at least 0; proportional to what barriers leave
    """
    return (outside + word_of_mouth * aware_share + contagion * operating_share) * barriers


@process
def wake(firm: int, level: int, peers: Links, firms: FirmState) -> None:
    """Raise a firm's awareness to a level at least, and let its peers count it once it is aware."""
    before = firms.awareness[firm]
    if before < level:
        firms.awareness[firm] = level
        if before == 1:
            for k in range(peers.start[firm], peers.start[firm + 1]):
                firms.peers_aware[peers.items[k]] += 1


@process
def forget(firm: int, peers: Links, firms: FirmState) -> None:
    """Lower a firm's awareness by one level; one that is no longer aware stops searching."""
    firms.awareness[firm] -= 1
    if firms.awareness[firm] == 1:
        firms.searching[firm] = 0
        for k in range(peers.start[firm], peers.start[firm + 1]):
            firms.peers_aware[peers.items[k]] -= 1


@process
def next_awareness(
    firm: int, luck: float, outside: float, peers: Links, firms: FirmState, behaviour: Constants
) -> int:
    """Level of awareness of one firm next month: one step up, one step down, or the same.

        up    h (times `deepening` from somewhat to very), from the lower end of the draw
        down  `forgetting`, from the upper end, only without exchange and talks

    For whom  every firm, every month
    Units     luck in (0, 1); outside influence per month
    Source    behaviour.deepening, behaviour.forgetting
    Keeps     level in 1..3; at most one step a month
    """
    level = firms.awareness[firm]
    if level < 3:
        n_peers = peers.start[firm + 1] - peers.start[firm]
        share = 1.0 / n_peers if n_peers > 0 else 0.0
        hazard = hazard_of_awareness(
            outside,
            behaviour.word_of_mouth,
            behaviour.contagion,
            firms.peers_aware[firm] * share,
            firms.peers_operating[firm] * share,
            firms.factor[0, firm],
        )
        if level == 2:
            hazard *= behaviour.deepening
        if happens(luck, hazard):
            return level + 1
    if level > 1 and firms.operating[firm] == 0 and firms.talking[firm] == 0:
        if happens(1.0 - luck, behaviour.forgetting):
            return level - 1
    return int(level)


@process
def spread_awareness(
    world: World, state: State, conditions: Conditions, behaviour: Constants, month: int
) -> None:
    """Let all firms hear and forget, seeing their peers as they were last month."""
    from_levers = conditions.used[OUTSIDE_INFLUENCE] == 1
    firms, work = state.firms, state.work
    n_changed = 0
    for firm in range(firms.awareness.shape[0]):
        outside = behaviour.outside_influence
        if from_levers:
            outside += amount_on(conditions, state.levers, OUTSIDE_INFLUENCE, firm, month)
        level = next_awareness(firm, work.luck[firm, 0], outside, world.peers, firms, behaviour)
        if level != firms.awareness[firm]:
            work.changed_firms[n_changed] = firm if level > firms.awareness[firm] else -1 - firm
            n_changed += 1
    for k in range(n_changed):
        firm = work.changed_firms[k]
        if firm >= 0:
            wake(firm, firms.awareness[firm] + 1, world.peers, firms)
        else:
            forget(-1 - firm, world.peers, firms)
