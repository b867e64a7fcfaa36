"""The rules of the Hold-Up model by hand: one stage of a step each."""

from __future__ import annotations

import numpy as np
import pytest
from replications import holdup

TERMS = holdup.Terms(
    turbulence=0.0,
    law=0.0,
    memory=10,
    investment=3.0,
    value=8.0,
    duration=10,
    is_released=False,
    is_wrapped=False,
)


def agents(**changed: object) -> holdup.Agents:
    """Everybody in one place with equal wealth, nobody bound: cautious producers, honest consumers."""
    n, one = 2 * holdup.N_KIND, holdup.N_KIND
    usual = holdup.Agents(
        x=np.full(n, 10.0), y=np.full(n, 10.0), heading=np.zeros(n), wealth=np.full(n, 50.0),
        is_good=np.arange(n) >= one, partner=np.full(one, holdup.NOBODY), age=np.zeros(one, np.int64),
        listed=np.full((one, one), holdup.NEVER),
    )  # fmt: skip
    return usual._replace(**changed)


def random() -> np.random.Generator:
    return np.random.default_rng(0)


def test_who_is_free_walks_and_everybody_pays() -> None:
    crowd = agents()
    crowd.partner[0] = 0
    holdup.move(random(), crowd, TERMS)
    assert (crowd.wealth == 49.5).all()
    stays = {0, holdup.N_KIND}
    went = np.hypot(crowd.x - 10.0, crowd.y - 10.0)
    assert all(went[i] == (0.0 if i in stays else pytest.approx(1.0)) for i in range(2 * holdup.N_KIND))
    turned = np.delete(crowd.heading, [0, holdup.N_KIND])
    assert -25 <= turned.min() < 0 < turned.max() <= 24
    assert (turned == turned.round()).all()


@pytest.mark.parametrize(("is_wrapped", "ends"), [(False, 32.9), (True, 0.9)])
def test_an_edge_bounds_or_leads_round(is_wrapped: bool, ends: float) -> None:
    crowd = agents(x=np.full(100, 32.9), heading=np.full(100, 90.0))
    holdup.move(random(), crowd, TERMS._replace(is_wrapped=is_wrapped))
    assert crowd.x == pytest.approx(np.full(100, ends), abs=0.1)
    assert holdup.sees(agents(x=np.r_[1.0, 32.0, np.zeros(98)]), 0, 1, is_wrapped) == is_wrapped


def test_contracts_with_opportunists_end_at_their_term_and_are_remembered() -> None:
    crowd = agents()
    crowd.partner[:3], crowd.age[:3] = [0, 1, 1], [9, 9, 8]
    crowd.is_good[holdup.N_KIND + 1] = False
    holdup.end(crowd, 77, TERMS)
    # the first has an honest consumer, the third is too young
    assert crowd.partner[:3].tolist() == [0, holdup.NOBODY, 1]
    assert crowd.age[[0, 2]].tolist() == [10, 9]
    assert crowd.listed[1, 1] == crowd.listed.max() == 77


@pytest.mark.parametrize(("step", "partners"), [(87, []), (88, [7])])
def test_a_blacklisted_consumer_is_forgiven_after_the_memory(step: int, partners: list[int]) -> None:
    crowd = agents()
    crowd.is_good[:2] = True
    crowd.x[holdup.N_KIND :] = 25.0
    crowd.x[holdup.N_KIND + 7] = 14.9  # the only one in sight
    crowd.listed[0, 7], crowd.partner[1] = 77, 3
    holdup.contract(random(), crowd, step, TERMS)
    assert [p for p in crowd.partner.tolist() if p not in (holdup.NOBODY, 3)] == partners
    assert (crowd.wealth == 50.0).all()


def test_the_released_code_pays_when_a_contract_is_opened() -> None:
    crowd = agents()
    crowd.is_good[0] = True
    holdup.contract(random(), crowd, 0, TERMS._replace(is_released=True))
    assert crowd.partner[0] != holdup.NOBODY
    assert crowd.wealth[:2].tolist() == [47.0, 50.0]
    holdup.deal(random(), crowd, 8.0, TERMS._replace(is_released=True))
    assert crowd.wealth[0] == 51.0


@pytest.mark.parametrize(("is_honest", "law", "producer", "consumer"), [
    (True, 0.0, 51.0, 54.0), (False, 0.0, 48.0, 57.0), (False, 1.0, 51.0, 54.0),
])  # fmt: skip
def test_what_a_deal_brings(is_honest: bool, law: float, producer: float, consumer: float) -> None:
    crowd = agents()
    crowd.partner[4], crowd.is_good[holdup.N_KIND + 9] = 9, is_honest
    holdup.deal(random(), crowd, 8.0, TERMS._replace(law=law))
    assert (crowd.wealth[4], crowd.wealth[holdup.N_KIND + 9]) == (producer, consumer)
    assert crowd.wealth.sum() == producer + consumer + 98 * 50.0


def test_the_poorer_copy_the_richer_unless_bound() -> None:
    n = holdup.N_KIND
    crowd = agents()
    crowd.wealth[1:n:2] = 60.0
    crowd.is_good[1:n:2] = True
    crowd.x[: n - 2 : 2], crowd.x[1 : n - 2 : 2] = (
        np.arange(24) * 6.0,
        np.arange(24) * 6.0,
    )  # couples out of sight
    crowd.y[n - 2 : n] = 30.0
    crowd.partner[2], crowd.age[2] = 0, 9
    crowd.partner[4], crowd.age[4] = 0, 10
    crowd.wealth[n:] = np.arange(n)  # consumers are honest and stay so, but for the rare draw
    holdup.learn(random(), crowd, 8.0, TERMS)
    assert not crowd.is_good[2]
    assert crowd.is_good[4]
    assert crowd.is_good[:n:2].mean() > 0.9
    assert crowd.is_good[1:n:2].all()


def test_nobody_richer_in_sight_leaves_strategies_as_they_are() -> None:
    crowd = agents()
    before = crowd.is_good.copy()
    for seed in range(50):
        holdup.learn(np.random.default_rng(seed), crowd, 8.0, TERMS)
    assert (crowd.is_good == before).all()


def test_a_rare_draw_changes_one_strategy_in_two_hundred_looks() -> None:
    crowd = agents(wealth=np.arange(100.0))
    turned = []
    for seed in range(400):
        crowd.is_good[:] = np.arange(100) >= 50
        holdup.learn(np.random.default_rng(seed), crowd, 8.0, TERMS)
        turned.append((~crowd.is_good[50:]).mean())
    # 1 % of those who look at a richer one, half of them to the other strategy; some are copied at once
    assert 0.0015 < np.mean(turned) < 0.004


def test_what_the_released_code_asks_before_investing_is_copied() -> None:
    released = TERMS._replace(is_released=True)
    # 4 * (1 - e) + e - 3/50 > 0.5 with e the share of opportunists under no law
    assert holdup.investing_pays(8.0, 1.0, released)
    assert holdup.investing_pays(1.2, 0.0, released)
    assert not holdup.investing_pays(1.1, 0.0, released)
    assert not holdup.investing_pays(1.2, 0.0, released._replace(turbulence=0.1))
    assert not holdup.investing_pays(1.2, 0.0, released._replace(investment=5.0))
    assert holdup.investing_pays(1.2, 0.0, released._replace(investment=5.0, duration=30))
    # half are opportunists: V/2 * 0.5 + 0.5 = 0.55 without law, V/2 = 0.1 with it
    assert holdup.investing_pays(0.2, 0.5, released._replace(investment=0.0))
    assert not holdup.investing_pays(0.2, 0.5, released._replace(investment=0.0, law=1.0))


@pytest.mark.parametrize(("worth", "copied"), [(8.0, True), (0.5, False)])
def test_by_the_released_code_investing_is_copied_only_where_it_pays(worth: float, copied: bool) -> None:
    n, released = holdup.N_KIND, TERMS._replace(is_released=True)
    rich_invest = agents()
    rich_invest.wealth[: n // 2], rich_invest.is_good[: n // 2] = 60.0, True
    rich_idle = agents()
    rich_idle.wealth[: n // 2], rich_idle.is_good[n // 2 : n] = 60.0, True
    luck = random()
    for _ in range(20):
        holdup.learn(luck, rich_invest, worth, released)
        holdup.learn(luck, rich_idle, worth, released)
    assert (rich_invest.is_good[n // 2 : n].mean() > 0.8) == copied
    assert (rich_idle.is_good[n // 2 : n].mean() > 0.8) == copied
