"""Process 9, trust: partners learn from each month of dealing, peers from the news."""

from __future__ import annotations

from issim.elementary import power
from issim.jit import process, rule
from issim.rules.behaviour import Constants
from issim.world.state import N_ACTIVE, OPERATING, FirmState, Links, State


@rule
def after_dealing(trust: float, outcome: float, learning: float) -> float:
    """Trust after one month of dealing.

        trust' = trust + learning * (outcome - trust)

    For whom  both partners of an operating exchange (month.py, step 9)
    Units     trust, outcome, learning in [0, 1]
    Source    behaviour.trust_learning
    Keeps     trust in [0, 1]; fixed at trust = outcome
    """
    return trust + learning * (outcome - trust)


@rule
def after_news(trust: float, n_good: int, n_bad: int, news: float) -> float:
    """General trust after hearing of exchanges that started and that failed.

        trust' = [1 - (1 - trust) * (1 - news)^good] * (1 - news)^bad

    For whom  firms whose peers started or lost exchanges
    Units     trust and news in [0, 1]; counts of events
    Source    behaviour.news
    Keeps     trust in [0, 1]; unchanged without news
    """
    hopeful = 1.0 - (1.0 - trust) * power(1.0 - news, float(n_good))
    return hopeful * power(1.0 - news, float(n_bad))


@process
def tell_peers(firm: int, event: int, peers: Links, firms: FirmState) -> None:
    """Tell a firm's peers that one of its exchanges started (event 1) or failed (event -1)."""
    for k in range(peers.start[firm], peers.start[firm + 1]):
        if event > 0:
            firms.good_news[peers.items[k]] += 1
        else:
            firms.bad_news[peers.items[k]] += 1


@process
def update_trust(state: State, behaviour: Constants) -> None:
    """Let partners learn from this month's deliveries, and all firms take in the news."""
    pairs, work, firms = state.pairs, state.work, state.firms
    for k in range(work.counts[N_ACTIVE]):
        pair = work.active[k]
        if pairs.stage[pair] == OPERATING:
            outcome = float(pairs.delivered[pair])
            pairs.donor_trust[pair] = after_dealing(
                pairs.donor_trust[pair], outcome, behaviour.trust_learning
            )
            pairs.receiver_trust[pair] = after_dealing(
                pairs.receiver_trust[pair], outcome, behaviour.trust_learning
            )
    for firm in range(firms.trust.shape[0]):
        if firms.good_news[firm] > 0 or firms.bad_news[firm] > 0:
            firms.trust[firm] = after_news(
                firms.trust[firm], firms.good_news[firm], firms.bad_news[firm], behaviour.news
            )
            firms.good_news[firm] = 0
            firms.bad_news[firm] = 0
