"""Processes that change firms, on two firms and by hand; compilation is off here (see test_register.py)."""

import math

import numpy as np
import pytest
from rules.plain.case import CALM, SEED, case
from worlds import changed, toy

from issim.jit import is_compiled
from issim.rules import awareness, barriers, learning, month, observe, policy, prices, trust
from issim.rules.start import start_firms
from issim.world.blank import blank_state
from issim.world.conditions import no_policy
from issim.world.state import MET, N_ACTIVE, PUBLIC

pytestmark = pytest.mark.skipif(is_compiled(), reason="processes cannot be called from Python when compiled")

#: Blocking points 1 (stage C), 7 (threshold), 5 (stage A).
MASK = np.array([0b1010001, 0], np.uint32)


def test_two_levers_take_their_shares_off_a_barrier_one_after_the_other():
    relief = np.zeros(24)
    relief[0] = 0.5
    c = case({"relief": relief}, {"relief": relief * 0.8}, barriers=MASK)
    assert barriers.relief_of(c.conditions, c.state.levers, 0, 0, 0) == pytest.approx(0.7)
    assert barriers.relief_of(c.conditions, c.state.levers, 1, 0, 0) == 0.0
    assert c.state.firms.factor[:, 0] == pytest.approx([0.65, 1, 0.65, 1])  # no lever acts on the eve
    barriers.weigh_barriers(0, c.world, c.state, c.conditions, c.behaviour, 0)
    assert c.state.firms.factor[:, 0] == pytest.approx([0.65, 1, 1 - 0.35 * 0.3, 1])
    assert c.state.firms.threshold.tolist() == [1.35, 1.0]
    assert c.state.firms.factor[:, 1].tolist() == [1, 1, 1, 1]


def test_barriers_of_one_stage_multiply():
    c = case(barriers=np.array([0b1101, 0], np.uint32))  # blocking points 1, 3 and 4 all bite at stage C
    assert c.state.firms.factor[:, 0] == pytest.approx([1, 1, 0.65**3, 1])


def test_a_barrier_is_weighed_again_from_nothing():
    c = case(barriers=MASK)
    c.state.firms.factor[:] = 0.1
    c.state.firms.threshold[:] = 9.0
    barriers.weigh_barriers(0, c.world, c.state, c.conditions, c.behaviour, 3)
    assert c.state.firms.factor[:, 0] == pytest.approx([0.65, 1, 0.65, 1])
    assert c.state.firms.threshold[0] == 1.35


def test_peers_count_a_firm_once_while_it_is_aware():
    c = case()
    firms, peers = c.state.firms, c.world.peers
    assert firms.peers_aware.tolist() == [0, 1]
    awareness.wake(1, 3, peers, firms)
    assert (firms.awareness[1], firms.peers_aware[0]) == (3, 1)
    awareness.wake(1, 2, peers, firms)
    assert firms.awareness[1] == 3
    firms.searching[1] = 1
    awareness.forget(1, peers, firms)
    assert (firms.awareness[1], firms.peers_aware[0], firms.searching[1]) == (2, 1, 1)
    awareness.forget(1, peers, firms)
    assert (firms.awareness[1], firms.peers_aware[0], firms.searching[1]) == (1, 0, 0)


@pytest.mark.parametrize(
    ("firm", "luck", "level"),
    [
        (0, 0.009, 3),  # aware: (0.01 + 0.002 * 0) * 0.5 deepening = 0.005, so no step up ...
        (1, 0.0119, 2),  # not aware: 0.01 + 0.002 * 1 = 0.012, 1 - exp(-0.012) = 0.011928
        (1, 0.01195, 1),
        (0, 0.5, 2),
        (0, 0.9999, 1),  # 1 - luck = 0.0001 < 0.003
        (1, 0.9999, 1),  # nothing left to forget
    ],
)
def test_one_draw_decides_between_learning_and_forgetting(firm, luck, level):
    c = case()
    if (firm, luck) == (0, 0.009):
        assert awareness.next_awareness(0, 0.009, 0.01, c.world.peers, c.state.firms, c.behaviour) == 2
        luck = 0.0049  # 1 - exp(-0.005) = 0.004988
    assert awareness.next_awareness(firm, luck, 0.01, c.world.peers, c.state.firms, c.behaviour) == level


def test_firms_in_talks_do_not_forget():
    c = case()
    c.state.firms.talking[0] = 1
    assert awareness.next_awareness(0, 0.9999, 0.0, c.world.peers, c.state.firms, c.behaviour) == 2


def test_all_firms_hear_at_once_seeing_last_month():
    c = case({"outside_influence": 2.0}, awareness=np.array([1, 1], np.int8))
    c.state.work.luck[:, 0] = 0.86  # 1 - exp(-2.0005) = 0.8647
    awareness.spread_awareness(c.world, c.state, c.conditions, c.behaviour, 0)
    assert c.state.firms.awareness.tolist() == [2, 2]
    assert c.state.firms.peers_aware.tolist() == [1, 1]
    c.state.work.luck[:, 0] = 0.9999
    awareness.spread_awareness(c.world, c.state, c.conditions, c.behaviour, 1)
    assert c.state.firms.awareness.tolist() == [1, 1]
    assert c.state.firms.peers_aware.tolist() == [0, 0]


def test_practice_teaches_and_readiness_follows():
    c = case({"recall": 0.1, "strength": np.r_[1.0, np.zeros(23)]})
    c.state.firms.operating[0] = 1
    c.state.firms.member[1] = 1
    learning.learn(c.world, c.state, c.conditions, c.behaviour, 1)
    assert c.state.firms.digital.tolist() == [0.505, 0.5]  # the platform no longer runs
    gained = 0.69 * 0.005 + 0.83 * 0.5 + 0.26  # digital, benefits seen in full, practice
    assert c.state.firms.readiness == pytest.approx([3 + 0.5 * gained, 3])
    learning.learn_one(1, c.world.firms, c.state.firms, c.state.levers, c.conditions, c.behaviour, 0)
    assert c.state.firms.digital[1] == 0.505  # in the month in which it ran, it taught


def test_partners_learn_from_delivery_and_peers_from_news():
    c = case()
    firms = c.state.firms
    trust.tell_peers(0, 1, c.world.peers, firms)
    trust.tell_peers(0, -1, c.world.peers, firms)
    assert (firms.good_news.tolist(), firms.bad_news.tolist()) == ([0, 1], [0, 1])
    c.state.pairs.stage[0], c.state.work.active[0], c.state.work.counts[N_ACTIVE] = 4, 0, 1
    c.state.pairs.donor_trust[0], c.state.pairs.receiver_trust[0] = 0.6, 0.8
    trust.update_trust(c.state, c.behaviour)
    assert c.state.pairs.donor_trust[0] == pytest.approx(0.57)  # nothing delivered
    assert c.state.pairs.receiver_trust[0] == pytest.approx(0.76)
    assert firms.trust == pytest.approx([0.6, (1 - 0.2 * 0.98) * 0.98])
    assert (firms.good_news[1], firms.bad_news[1]) == (0, 0)


def test_the_stage_of_a_firm_is_the_farthest_it_has_reached():
    c = case()
    firms = c.state.firms
    assert [policy.stage_of(firms, firm) for firm in (0, 1)] == [1, 0]
    firms.searching[0] = 1
    assert policy.stage_of(firms, 0) == 2
    firms.talking[0] = 1
    assert policy.stage_of(firms, 0) == 3
    firms.operating[0] = 1
    assert policy.stage_of(firms, 0) == 4


def test_a_month_is_one_row_of_numbers():
    c = case()
    c.state.pairs.stage[0], c.state.work.active[0], c.state.work.counts[N_ACTIVE] = MET, 0, 1
    c.state.work.sums[PUBLIC] = 12.0
    c.state.work.flows[0] = 3.0
    c.state.firms.operating[1] = 2
    c.state.firms.digital[0], c.state.firms.readiness[0], c.state.firms.trust[0] = 0.9, 4.0, 0.2
    row = np.full(observe.N_OBSERVABLES, np.nan)
    observe.observe(c.world, c.state, row)
    seen = dict(zip(observe.NAMES, row.tolist(), strict=True))
    expected = {
        "aware": 1,
        "adopters": 1,
        "unaware": 0,
        "met": 1,
        "operating": 0,
        "public_cost": 12,
        "flow_metal": 3,
        "awareness": 1.5,
        "readiness": 3.5,
        "digital": 0.7,
        "trust": 0.5,
        "adopters_country_IT": 1,
    }
    assert {name: seen[name] for name in expected} == pytest.approx(expected)
    assert sum(seen[f"adopters_sector_{level}"] for level in observe.GROUPS[0][1]) == 1
    assert c.state.work.sums[PUBLIC] == 0
    assert c.state.work.flows[0] == 0
    assert c.state.work.counts[N_ACTIVE] == 1  # the list of the active outlives the month
    again = np.zeros(observe.N_OBSERVABLES)
    observe.observe_firms(c.world, c.state, again)
    assert again[0:5].tolist() == row[0:5].tolist()


def test_luck_is_keyed_to_firm_and_month():
    world = toy(9)
    luck, other = np.zeros((9, 4)), np.zeros((9, 4))
    month.throw(world.firms, luck, SEED, 3)
    month.throw(world.firms._replace(index=world.firms.index[::-1].copy()), other, SEED, 3)
    assert luck.tolist() == other[::-1].tolist()
    month.throw(world.firms, other, SEED, 4)
    assert not np.intersect1d(luck, other).size


def test_prices_return_to_their_mean_and_goods_move_apart():
    c = case()
    goods = c.world.goods._replace(price_volatility=np.zeros(12), gate_volatility=np.full(12, 0.1))
    c.state.market.virgin[:] = 0.5
    prices.move_prices(goods, c.state.market, SEED, 0)
    assert c.state.market.virgin == pytest.approx(np.full(12, 0.5 * math.exp(-0.5 / 12)))
    assert len(np.unique(c.state.market.gate)) == 12


def test_firms_start_as_they_answered():
    c = case(behaviour=changed(CALM, start_searching=1.0))
    assert c.state.firms.searching.tolist() == [1, 0]  # only the aware one
    world = toy(20)
    state = blank_state(world, no_policy(20, 1))
    start_firms(world, state, no_policy(20, 1), c.behaviour, SEED)
    for name in ("awareness", "readiness", "digital", "trust"):
        assert getattr(state.firms, name).tolist() == getattr(world.firms, name).tolist()
