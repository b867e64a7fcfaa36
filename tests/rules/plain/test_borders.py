"""What a border does to two firms, by hand; compilation is off here (see test_register.py)."""

import math

import numpy as np
import pytest
from rules.plain.case import CALM, CAPITAL, SEED, case, met
from worlds import bordered, changed, toy

from issim.jit import is_compiled
from issim.rules import asking, borders, decide, exchange, money, operate, search, start
from issim.world import state as S  # noqa: N812  (its constants)
from issim.world.blank import blank_state
from issim.world.conditions import no_policy

pytestmark = pytest.mark.skipif(is_compiled(), reason="processes cannot be called from Python when compiled")

PRICES = np.ones((2, 12))
#: Frictions as the arithmetic of these tests takes them.
HARD = {
    "legal": 0.5, "legal_cost": 1000.0, "crossing": 20.0, "freight_factor": 0.4, "handling": 3.0,
    "co2_factor": 0.25, "contact_factor": 0.5, "unfamiliarity": 0.2, "distrust": 0.1,
}  # fmt: skip


def divided(*levers, frictions=HARD, **others):
    """Two firms on two sides of a border, on the eve of month 0."""
    c = case(*levers, **others)
    return c._replace(world=bordered(c.world, share=1.0, **frictions))


def test_goods_in_tonnes_cross_by_ship_and_others_through_pipes():
    c = divided({"freight_relief": 0.5})
    asked = (c.state.levers, c.conditions, 0)
    assert borders.kilometres_of(0, c.world) == 30.0  # 10 apart, 20 for the crossing
    assert borders.haulage_of(0, c.world, *asked) == pytest.approx(0.1 * 0.4 * 30 * 0.5 + 3)
    assert borders.freight_co2(0, c.world) == pytest.approx(0.08 * 0.25)
    pipe = c.world._replace(goods=c.world.goods._replace(is_mass=np.zeros(12)))
    assert borders.kilometres_of(0, pipe) == 10.0
    assert borders.haulage_of(0, pipe, *asked) == pytest.approx(0.1 * 10 * 0.5)
    assert borders.freight_co2(0, pipe) == 0.08


def test_within_a_region_nothing_is_taken():
    c = case({"border_relief": 1.0})
    asked = (c.state.levers, c.conditions, 0)
    assert borders.kilometres_of(0, c.world) == 10.0
    assert borders.haulage_of(0, c.world, *asked) == 0.1 * 10
    assert borders.freight_co2(0, c.world) == 0.08
    assert (borders.settled(0, c.world, *asked), borders.legal_cost(0, c.world, *asked)) == (0.0, 0.0)
    assert borders.left_by_law(0, c.world, *asked) == borders.openness(0, c.world) == 1.0
    assert borders.first_trust(0, 0, c.world, c.state.firms) == 0.6


@pytest.mark.parametrize(
    ("levers", "share"),
    [
        ([], 0.0),
        ([{"border_relief": 0.8}], 0.8),
        ([{"border_relief": 0.8, "strength": 0.5}], 0.4),
        ([{"border_relief": 0.8, "target": [1, 0]}], 0.0),  # the donor's side alone
        ([{"border_relief": 0.8, "target": [0, 1]}], 0.0),
        ([{"border_relief": 0.8, "target": [1, 0]}, {"border_relief": 0.3, "target": [0, 1]}], 0.3),
    ],
)
def test_law_is_settled_as_far_as_both_sides_have_settled_it(levers, share):
    c = divided(*levers)
    asked = (c.state.levers, c.conditions, 0)
    assert borders.settled(0, c.world, *asked) == pytest.approx(share)
    assert borders.left_by_law(0, c.world, *asked) == pytest.approx(1 - 0.5 * (1 - share))
    assert borders.legal_cost(0, c.world, *asked) == pytest.approx(1000 * (1 - share))
    assert borders.settled(0, c.world, c.state.levers, c.conditions, -1) == 0.0  # no lever acts on the eve


def test_the_joint_gain_pays_for_the_crossing_and_the_law():
    c = divided({"border_relief": 0.75})
    per_unit = 80 + 20 + 0.9 * 150 * 0.7 - 60 - (0.1 * 0.4 * 30 + 3)
    got = money.gain_of(0, 100.0, c.world, c.state, c.conditions, c.behaviour, PRICES, 0)
    assert got == pytest.approx(100 * per_unit - 2000 - 250 - CAPITAL, rel=1e-12)


def test_strangers_meet_less_easily_and_trust_less():
    c = divided()
    assert search.ease_of(0, c.world, c.behaviour) == pytest.approx(math.exp(-0.5 * 10 / 22) * 0.8)
    assert borders.first_trust(0, 0, c.world, c.state.firms) == pytest.approx(0.6 * 0.9)
    terms = (c.world, c.state, c.conditions, c.behaviour, 0)
    before = [asking.would_accept(firm, 0, *terms) for firm in (0, 1)]
    exchange.meet(0, c.world, c.state, 0)
    assert c.state.pairs.donor_trust[0] == pytest.approx(0.54)
    assert c.state.pairs.receiver_trust[0] == pytest.approx(0.72)
    assert [asking.would_accept(firm, 0, *terms) for firm in (0, 1)] == before  # asked or met, the same


def test_unsettled_law_delays_decisions():
    always = changed(CALM, decision_rate=50.0, lapse_rate=0.0)
    waits = met(behaviour=always)
    closed = waits._replace(world=bordered(waits.world, share=1.0, legal=1.0))
    decide.decide(closed.world, closed.state, closed.conditions, closed.behaviour, PRICES, SEED, 0)
    assert closed.state.pairs.stage[0] == S.MET  # the hazard of deciding is nil
    opened = met({"border_relief": 1.0}, behaviour=always)
    opened = opened._replace(world=bordered(opened.world, share=1.0, legal=1.0))
    decide.decide(opened.world, opened.state, opened.conditions, opened.behaviour, PRICES, SEED, 0)
    assert opened.state.pairs.stage[0] != S.MET


def test_a_delivery_across_a_border_counts_the_way_it_goes():
    c = divided(behaviour=changed(CALM, interruption=0.0))
    start.begin(0, 60.0, c.world, c.state, c.behaviour)
    operate.operate(c.world, c.state, c.conditions, c.behaviour, PRICES, SEED, 1)
    assert c.state.work.sums[S.FREIGHT] == pytest.approx(5 * 30)
    assert c.state.work.sums[S.CO2] == pytest.approx(5 * (500 - 0.08 * 0.25 * 30))


def test_an_outlet_across_a_border_counts_with_what_the_border_leaves():
    c = divided()
    assert borders.openness(0, c.world) == pytest.approx(0.8 * 0.9 * 0.5)
    world = toy(60, per_offer=5)
    shut = bordered(world, legal=1.0, distrust=0.0, unfamiliarity=0.0)
    conditions, crossing = no_policy(60, 1), shut.pairs.border == 1
    state = blank_state(shut, conditions)
    start.start_pairs(shut, state, c.behaviour)
    state.work.prices[:] = 1.0
    asked = (state, conditions, c.behaviour, state.work.prices)
    chosen = [[start.best_outlet(firm, w, *asked) for firm in range(60)] for w in (world, shut)]
    assert any(pair >= 0 and crossing[pair] for pair in chosen[0])
    assert not any(pair >= 0 and crossing[pair] for pair in chosen[1])
    assert any(pair >= 0 for pair in chosen[1])
