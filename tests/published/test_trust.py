"""The rule of trust and knowledge by hand: one update each."""

from __future__ import annotations

import numpy as np
import pytest
from replications import ghali


def triangle(**changed: object) -> ghali.Firms:
    """Firms 0, 1, 2 know each other, firm 3 knows 0 alone; 3 is a recycler."""
    return ghali.Firms(
        start=np.array([0, 3, 5, 7, 8]),
        items=np.array([1, 2, 3, 0, 2, 0, 1, 0]),
        is_producer=np.array([True, True, True, False]),
        trust=np.array([0.6, -0.4, 0.2, 0.0, 0.0, 0.0, 0.0, 0.9]),
        knowledge=np.array([0.2, 0.8, 0.5, 0.4]),
        influence=np.full(4, 0.5),
        confidence=np.full(4, 0.25),
    )._replace(**changed)


def test_reputation_is_the_trust_in_common_contacts_against_the_past() -> None:
    firms = triangle()
    # of 0 and 1 firm 2 is a common contact: 0.5 * (-0.4 - 0.3)
    assert ghali.reputation(firms, 0, 0, 0.3) == pytest.approx(-0.35)
    assert ghali.reputation(firms, 0, 1, 0.0) == pytest.approx(0.3)
    assert ghali.reputation(firms, 0, 2, 0.3) == 0.0  # none in common


def test_trust_is_the_past_with_reputation_and_luck_and_the_past_averages_it() -> None:
    firms, history = triangle(), np.array([0.6, -0.4, 0.2, 0.0, 0.0, 0.0, 0.0, 0.9])
    luck = 2.0 * np.random.default_rng(3).random(3) - 1.0
    ghali.renew_trust(np.random.default_rng(3), firms, 0, history, 2)
    first = np.clip(0.6 + 0.5 * (-0.4 - 0.6) + luck[0], -1, 1)
    second = np.clip(-0.4 + 0.5 * (first + 0.4) + luck[1], -1, 1)
    third = np.clip(0.2 + luck[2], -1, 1)
    assert firms.trust[:3] == pytest.approx([first, second, third])
    assert history[:3] == pytest.approx((np.array([0.6, -0.4, 0.2]) * 3 + [first, second, third]) / 4)


def test_knowledge_comes_from_trusted_contacts_and_by_chance() -> None:
    firms = triangle(knowledge=np.array([0.0, 0.1, 0.9, 0.4]))
    told, luck = np.random.default_rng(11).random(2)
    rise = ghali.learn(np.random.default_rng(11), firms, 0)
    assert firms.knowledge[0] == rise == pytest.approx(min(1.0, 0.5 * told * 0.1 + luck))
    firms = triangle(knowledge=np.array([0.9, 0.0, 0.0, 0.0]), trust=np.full(8, 0.5))
    draws = np.random.default_rng(12).random(4)
    rise = ghali.learn(np.random.default_rng(12), firms, 0)
    assert rise == pytest.approx(np.clip(0.9 - 0.45 * draws[:3].sum() + draws[3], 0, 1) - 0.9)


def test_acceptance_follows_contacts_and_what_was_learnt() -> None:
    firms, acceptance = triangle(), np.zeros(4)
    ghali.accept(firms, 0, acceptance, np.array([False, True, False, False]), 0.4)
    assert acceptance[0] == pytest.approx(0.5 / 3 + 0.1)
    ghali.accept(firms, 0, acceptance, np.array([True, True, True, True]), 4.0)
    assert acceptance[0] == 1.0


@pytest.mark.parametrize(("knowledge", "willing"), [(0.5, [0.1, 0, 0]), (0.51, [0.3, 0, 0.3])])
def test_a_synergy_needs_knowledge_and_trust_and_lasts(knowledge: float, willing: list[float]) -> None:
    firms = triangle(knowledge=np.full(4, knowledge), trust=np.array([0.5, 0.49, 0.7, 0, 0, 0, 0, 0.9]))
    found, in_synergy = np.array([0.1, 0.0, 0.0, 0, 0, 0, 0, 0]), np.zeros(4, np.bool_)
    ghali.enter(firms, 0, np.full(4, 0.3), found, in_synergy)
    assert found[:3].tolist() == willing
    assert in_synergy.tolist() == [knowledge > 0.5, False, False, False]


def test_what_is_observed_is_of_producers_alone_and_recyclers_never_accept() -> None:
    firms = triangle()
    found = ghali.course(np.random.default_rng(1), firms, 40)
    assert found.shape == (40, len(ghali.OBSERVED))
    assert firms.trust[7] == 0.9  # recyclers keep their trust
    assert firms.knowledge[3] > 0.4  # but learn
    assert found[-1, 0] == 1.0
    assert found[-1, 3] == pytest.approx(firms.knowledge[:3].mean())
    assert found[-1, 5] == pytest.approx(firms.trust[:7].mean())
    assert found[-1, 2] == pytest.approx((firms.trust[:7] >= 0.5).mean())
    assert (np.diff(found[:, 0]) >= 0).all()
