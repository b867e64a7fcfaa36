"""Processes that change pairs, on two firms and by hand; compilation is off here (see test_register.py)."""

import math

import numpy as np
import pytest
from rules.plain.case import CALM, CAPITAL, GAIN, PER_UNIT, SEED, case, met
from worlds import changed, toy

from issim.jit import is_compiled
from issim.rules import asking, decide, end, exchange, implement, money, operate, search, start, support
from issim.rules.observe import N_OBSERVABLES
from issim.world import state as S  # noqa: N812  (its constants)
from issim.world.blank import blank_state
from issim.world.conditions import no_policy

pytestmark = pytest.mark.skipif(is_compiled(), reason="processes cannot be called from Python when compiled")

PRICES = np.ones((2, 12))


def agreed(*levers, months=2, **others):
    """Two firms that agreed in month 0 and need `months` to build."""
    c = met(*levers, **others)
    decide.agree(0, 100.0, GAIN, c.world, c.state, c.behaviour, SEED, 0)
    c.state.pairs.months[0] = months
    return c


def operating(*levers, **others):
    """Two firms whose exchange starts in month 1."""
    c = agreed(*levers, **others)
    implement.start_operating(0, c.world, c.state, 1)
    return c


def test_meeting_wakes_both_and_takes_general_trust():
    c = met(month=3)
    assert (c.state.pairs.stage[0], c.state.pairs.since[0]) == (S.MET, 3)
    assert (c.state.pairs.donor_trust[0], c.state.pairs.receiver_trust[0]) == (0.6, 0.8)
    assert c.state.firms.talking.tolist() == [1, 1]
    assert c.state.firms.awareness.tolist() == [2, 2]
    assert c.state.firms.peers_aware.tolist() == [1, 1]
    assert not exchange.may_meet(0, c.state.pairs, 4)


def test_what_is_reserved_is_taken_from_offer_and_need_and_given_back():
    c = case()
    assert decide.possible_quantity(0, c.world, c.state) == 100.0  # 90 needed / 0.9 replaced
    exchange.reserve(0, 60.0, c.world, c.state)
    assert (c.state.market.offer_left[0], c.state.market.need_left[0]) == (40.0, 36.0)
    assert c.state.firms.diverted.tolist() == [60.0, 0.0]
    assert decide.possible_quantity(0, c.world, c.state) == 40.0
    exchange.release(0, c.world, c.state)
    assert (c.state.market.offer_left[0], c.state.market.need_left[0]) == (100.0, 90.0)
    assert (c.state.firms.diverted[0], c.state.pairs.flow[0]) == (0.0, 0.0)


def test_a_pair_that_breaks_off_rests_and_leaves_the_list():
    c = operating()
    exchange.break_off(0, S.UNPROFITABLE, c.world, c.state, c.behaviour, 5)
    pairs, firms = c.state.pairs, c.state.firms
    assert (pairs.stage[0], pairs.reason[0], pairs.rest_until[0]) == (S.CANDIDATE, S.UNPROFITABLE, 29)
    assert (pairs.gain[0], pairs.flow[0], c.state.market.offer_left[0]) == (0.0, 0.0, 100.0)
    assert firms.operating.tolist() == [0, 0]
    assert firms.peers_operating.tolist() == [0, 0]
    assert firms.talking.tolist() == [0, 0]
    assert not exchange.may_meet(0, pairs, 28)
    assert exchange.may_meet(0, pairs, 29)
    assert c.state.work.counts[S.ENDED + S.UNPROFITABLE] == 1
    exchange.forget_ended(c.state)
    assert c.state.work.counts[S.N_ACTIVE] == 0


def test_peers_count_an_operating_firm_once():
    c = case()
    for change, counted in ((1, 1), (1, 1), (-1, 1), (-1, 0)):
        exchange.count_operating(0, change, c.world.peers, c.state.firms)
        assert c.state.firms.peers_operating.tolist() == [0, counted]


def test_pair_luck_knows_giver_from_taker():
    world = toy(9)
    there = exchange.pair_luck(0, world, SEED, 1, 0)
    swapped = world._replace(
        pairs=world.pairs._replace(donor=world.pairs.receiver, receiver=world.pairs.donor)
    )
    assert set(there).isdisjoint(exchange.pair_luck(0, swapped, SEED, 1, 0))
    assert set(there).isdisjoint(exchange.pair_luck(0, world, SEED, 1, 1))


@pytest.mark.parametrize(
    ("lever", "gain"),
    [
        ({}, GAIN),
        ({"landfill_tax": 10.0}, GAIN + 1000),
        ({"price_relief": 0.1}, GAIN + 100 * 94.5 * 0.1),
        ({"tax_credit": 0.1}, GAIN + 100 * 94.5 * 0.1),
        ({"tax_credit": 0.1, "credit_cap": 200.0}, GAIN + 200),
        ({"tax_credit": 0.1, "credit_cap": 200.0, "strength": 0.5}, GAIN + 200),
        ({"tax_credit": 0.1, "credit_cap": 500.0, "strength": 0.5}, GAIN + 472.5),
        ({"discount_relief": 0.5}, GAIN + 100 * 0.9 * 150 * 0.15),
        ({"reuse_payment": 5.0}, GAIN + 500),
        ({"capex_grant": 0.4}, GAIN + 0.4 * CAPITAL),
        ({"paperwork_relief": 0.5}, GAIN + 1000),
        ({"freight_relief": 0.2}, GAIN + 100 * 0.2),
        ({"landfill_tax": 10.0, "strength": 0.5}, GAIN + 500),
        ({"landfill_tax": 10.0, "target": 0}, GAIN),
    ],
)
def test_the_joint_gain_is_what_the_equation_says(lever, gain):
    c = case(lever)
    got = money.gain_of(0, 100.0, c.world, c.state, c.conditions, c.behaviour, PRICES, 0)
    assert got == pytest.approx(gain, rel=1e-12)
    both = decide.joint_gain(0, 100.0, c.world, c.state, c.conditions, c.behaviour, PRICES, 0)
    assert both == got
    assert asking.offered_gain(0, c.world, c.state, c.conditions, c.behaviour, 0) == pytest.approx(gain)
    value = support.support_per_unit(0, 94.5, c.world, c.state, c.conditions, 0)
    named = lever.get("reuse_payment", 0.0) + 94.5 * lever.get("price_relief", 0.0)
    assert value == pytest.approx(named)


def test_a_certificate_takes_its_share_off_the_discount():
    c = case({"discount_relief": 0.5, "target": np.array([1, 0])}, {"discount_relief": 0.2})
    worth = support.value_of(0, c.world, c.state, c.conditions, PRICES, 0)
    assert worth == pytest.approx(0.9 * 150 * (1 - 0.3 * 0.5 * 0.8))
    elsewhere = case({"discount_relief": 0.5, "target": np.array([0, 1])})
    assert support.value_of(0, *elsewhere[:3], PRICES, 0) == pytest.approx(94.5), "the receiver's is no use"


def three_for_one(stages, flows, cap):
    """Three candidates of good 0 for firm 1, at these stages with these flows; 10 % of the value, to a cap."""
    c = case({"tax_credit": 0.1, "credit_cap": cap}, {"tax_credit": 0.05})
    one, links = c.world.pairs, c.world.firm_pairs
    pairs = type(one)(*(np.repeat(column, 3) for column in one))
    links = type(links)(np.array([0, 3, 6]), np.tile(np.arange(3, dtype=np.int32), 2))
    standing = type(c.state.pairs)(*(np.repeat(column, 3) for column in c.state.pairs))
    standing.stage[:], standing.flow[:] = stages, flows
    return c._replace(
        world=c.world._replace(pairs=pairs, firm_pairs=links), state=c.state._replace(pairs=standing)
    )


@pytest.mark.parametrize(
    ("stages", "expected"),
    [
        # 945, 1890 and 2835 EUR are claimed of 2,000; the second lever has no cap
        ((S.OPERATING,) * 3, [2000 / 6, 2000 / 3, 2000 / 2]),
        ((S.OPERATING, S.OPERATING, S.AGREED), [2000 / 3, 2000 * 2 / 3, 0.0]),  # 2835 are claimed already
        ((S.OPERATING, S.MET, S.CANDIDATE), [945.0, 1055.0, 1055.0]),
    ],
)
def test_the_cap_of_a_credit_binds_the_receiver_over_all_its_exchanges(stages, expected):
    flows = [100.0, 200.0, 300.0]
    c = three_for_one(
        stages, [flow * (stage >= S.AGREED) for flow, stage in zip(flows, stages, strict=True)], 2000.0
    )
    for pair, (flow, capped) in enumerate(zip(flows, expected, strict=True)):
        besides = support.taken_besides(pair, c.world, c.state, c.conditions, PRICES, 0)
        first = support.credit_of(0, pair, 94.5 * flow, besides, c.world, c.state, c.conditions, 0)
        assert first == pytest.approx(capped)
        both = support.tax_credits(pair, flow, 94.5, c.world, c.state, c.conditions, PRICES, 0)
        assert both == pytest.approx(capped + 0.05 * 94.5 * flow)


def test_a_pipe_costs_by_the_kilometre():
    c = case()
    pipes = c.world._replace(goods=c.world.goods._replace(capex_km=np.full(12, 50.0)))
    assert money.investment(0, pipes) == 1500.0


def test_prices_are_multipliers_of_their_means():
    c = case()
    c.state.market.virgin[0], c.state.market.gate[0] = math.log(2), math.log(3)
    money.set_prices(c.state.market, c.state.work.prices)
    assert c.state.work.prices[:, 0] == pytest.approx([2, 3])
    got = money.gain_of(0, 1.0, c.world, c.state, c.conditions, c.behaviour, c.state.work.prices, 0)
    assert got == pytest.approx(PER_UNIT + 94.5 + 160 - 2000 - CAPITAL)


def test_a_mandate_counts_what_is_short_and_only_that():
    c = case({"quota": 0.3, "penalty": 40.0, "min_employees": 10.0})
    levers, firms = c.state.levers, c.state.firms
    assert money.shortfall(0, 10.0, 0.0, firms, c.conditions, levers, 0) == 30.0
    assert money.shortfall(0, 9.9, 0.0, firms, c.conditions, levers, 0) == 0.0
    assert money.penalty_avoided(0, 100.0, 0.0, c.world, c.state, c.conditions, 0) == 1200.0
    assert money.penalty_avoided(0, 20.0, 0.0, c.world, c.state, c.conditions, 0) == 800.0
    firms.diverted[0] = 25.0
    assert money.penalty_avoided(0, 100.0, 0.0, c.world, c.state, c.conditions, 0) == 200.0
    firms.diverted[0] = 35.0
    assert money.shortfall(0, 10.0, 0.0, firms, c.conditions, levers, 0) == 0.0
    assert money.shortfall(0, 10.0, 20.0, firms, c.conditions, levers, 0) == 15.0  # without one it has
    assert money.penalty_avoided(0, 20.0, 20.0, c.world, c.state, c.conditions, 0) == 600.0


def test_both_must_accept():
    c = met()
    world, state, b = c.world, c.state, c.behaviour
    theta = 400 * 10**0.6
    odds = (GAIN / 2 * 0.6 / theta) ** 0.8 * math.exp(0.5 * (3 - 3.1))
    donor = decide.acceptance(0, GAIN / 2, 0.6, world, state, b)
    assert donor == pytest.approx(odds / (1 + odds))
    assert asking.would_accept(0, 0, world, state, c.conditions, b, 0) == pytest.approx(donor)
    receiver = asking.would_accept(1, 0, world, state, c.conditions, b, 0)
    for third, fourth, accepted in ((0, 0, True), (donor, 0, False), (0, receiver, False)):
        luck = (0.0, 0.0, third, fourth)
        gain = decide.weigh(0, luck, world, state, c.conditions, b, PRICES, 0)
        assert (gain == pytest.approx(GAIN)) if accepted else (gain == -1.0)


def test_an_accepted_pair_reserves_and_gets_a_lead_time():
    sure = changed(
        CALM, decision_rate=50.0, worthwhile=0.01, accept_gain=20.0, lead_time=4.0, lead_spread=0.0
    )
    c = met(behaviour=sure)
    asked = (c.world, c.state, c.conditions, c.behaviour, PRICES, SEED, 2)
    assert decide.negotiate(0, *asked) == pytest.approx(GAIN)
    decide.decide(*asked)
    assert (c.state.pairs.stage[0], c.state.pairs.since[0], c.state.pairs.months[0]) == (S.AGREED, 2, 4)
    assert c.state.pairs.gain[0] == pytest.approx(GAIN)
    assert (c.state.pairs.flow[0], c.state.market.need_left[0]) == (100.0, 0.0)
    assert (c.state.work.counts[S.NEW_ACCEPTED], c.state.work.counts[S.NEW_AGREED]) == (1, 1)


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"decision_rate": 50.0, "worthwhile": 1e9, "accept_gain": 20.0}, S.REFUSED),
     ({"decision_rate": 0.0, "lapse_rate": 50.0}, S.LAPSED)],
)  # fmt: skip
def test_talks_end_by_refusal_or_lapse(change, reason):
    c = met(behaviour=changed(CALM, **change))
    decide.decide(c.world, c.state, c.conditions, c.behaviour, PRICES, SEED, 2)
    assert (c.state.pairs.stage[0], c.state.pairs.reason[0]) == (S.CANDIDATE, reason)


def rivals(gains):
    """A world in which all pairs want one offer, and pairs that met with these gains are to share it."""
    world = toy(12, per_offer=4)
    offer = int(np.bincount(world.pairs.offer).argmax())
    chosen = np.flatnonzero(world.pairs.offer == offer)[: len(gains)]
    c = no_policy(12, 2)
    state = blank_state(world, c)
    b = CALM.record()
    start.start(world, state, c, b, SEED)
    for place, (pair, gain) in enumerate(zip(chosen, gains, strict=True)):
        exchange.meet(int(pair), world, state, 0)
        state.work.changed_pairs[place], state.work.keys[place] = pair, -gain
    return world, state, c, b, chosen


def test_the_greater_gain_goes_first_and_ties_are_drawn():
    world, state, _, _, chosen = rivals([5.0, 9.0, 5.0])
    decide.best_first(3, world, state, SEED, 0)
    assert state.work.order[0] == 1
    tie = [exchange.pair_luck(int(chosen[k]), world, SEED, 0, 2)[0] for k in (0, 2)]
    assert state.work.order[1:3].tolist() == ([0, 2] if tie[0] <= tie[1] else [2, 0])


def test_who_comes_too_late_yields():
    world, state, c, b, chosen = rivals([5.0, 9.0])
    state.market.need_left[world.pairs.need[chosen[1]]] = 1e9  # the first takes the whole offer
    decide.share_out(2, world, state, c, b, PRICES, SEED, 0)
    assert state.pairs.stage[chosen].tolist() == [S.CANDIDATE, S.AGREED]
    assert state.pairs.reason[chosen[0]] == S.CROWDED_OUT
    assert state.market.offer_left[world.pairs.offer[chosen[0]]] == 0.0


def test_an_agreement_of_this_month_is_built_from_the_next():
    c = agreed(behaviour=changed(CALM, fall_through=0.0))
    stages = []
    for month in (0, 1, 2):
        implement.implement(c.world, c.state, c.behaviour, SEED, month)
        stages.append((int(c.state.pairs.stage[0]), int(c.state.pairs.months[0])))
    assert stages == [(S.AGREED, 2), (S.IMPLEMENTING, 1), (S.OPERATING, 0)]
    assert c.state.firms.operating.tolist() == [1, 1]
    assert c.state.firms.talking.tolist() == [0, 0]
    assert c.state.firms.good_news.tolist() == [1, 1]
    assert c.state.work.counts[S.NEW_OPERATING] == 1


def test_what_falls_through_is_bad_news():
    c = agreed(behaviour=changed(CALM, fall_through=10.0))
    implement.implement(c.world, c.state, c.behaviour, np.uint64(1), 1)
    assert (c.state.pairs.reason[0], c.state.market.offer_left[0]) == (S.FELL_THROUGH, 100.0)
    assert c.state.firms.bad_news.tolist() == [1, 1]


def test_a_month_of_operation_moves_a_twelfth():
    c = operating({"reuse_payment": 6.0, "price_relief": 0.1, "capex_grant": 0.5},
                  behaviour=changed(CALM, interruption=0.0))  # fmt: skip
    operate.operate(c.world, c.state, c.conditions, c.behaviour, PRICES, SEED, 1)
    sums, tonnes = c.state.work.sums, 100 / 12
    gain = GAIN + 600 + 945 + CAPITAL / 2
    assert c.state.pairs.gain[0] == pytest.approx(gain)
    expected = [tonnes, 0.9 * tonnes, tonnes * (500 - 0.8), gain / 12, tonnes * 10, tonnes * (6 + 9.45) + 500]
    assert sums[[S.TONNES, S.REPLACED, S.CO2, S.GAIN, S.FREIGHT, S.PUBLIC]] == pytest.approx(expected)
    assert (c.state.pairs.delivered[0], c.state.pairs.months[0]) == (1, 1)
    operate.operate(c.world, c.state, c.conditions, c.behaviour, PRICES, SEED, 2)
    assert sums[S.PUBLIC] == pytest.approx(2 * tonnes * 15.45 + 500)  # the grant is paid once


def test_an_interrupted_exchange_delivers_nothing():
    c = operating(behaviour=changed(CALM, interruption=1.0))
    operate.operate(c.world, c.state, c.conditions, c.behaviour, PRICES, SEED, 1)
    assert c.state.pairs.delivered[0] == 0
    assert not c.state.work.sums.any()


@pytest.mark.parametrize(
    ("change", "gain", "reason"),
    [
        ({"patience": 10.0}, -1.0, S.UNPROFITABLE),
        ({"distrust_end": 10.0}, 1.0, S.FAILED),
        ({"patience": 10.0}, 1.0, 0),
    ],
)
def test_exchanges_end_by_losses_or_distrust(change, gain, reason):
    c = operating(behaviour=changed(CALM, **{"patience": 0.0, "distrust_end": 0.0} | change))
    c.state.pairs.gain[0] = gain
    end.end_exchanges(c.world, c.state, c.behaviour, SEED, 3)
    assert c.state.pairs.reason[0] == reason
    assert c.state.firms.bad_news.tolist() == ([1, 1] if reason == S.FAILED else [0, 0])
    c.state.work.luck[:] = 0.99
    end.end(c.world, c.state, c.conditions, c.behaviour, SEED, 4)
    assert c.state.work.counts[S.N_ACTIVE] == (0 if reason else 1)


def test_a_firm_that_leaves_takes_its_exchanges_along_and_a_newcomer_starts():
    c = operating({"enrols": 1, "skills_gain": 0.5}, behaviour=changed(CALM, closure=1.0))
    firms = c.state.firms
    firms.digital[0], firms.trust[0], firms.member[0], firms.searching[0] = 0.9, 0.1, 1, 1
    c.state.levers.reached[0, 0] = 2
    c.state.work.luck[:, 3] = (0.3, 0.99)  # 10^-0.25 = 0.5623; 1 - exp(-0.5623) = 0.4301
    end.close_firms(c.world, c.state, c.conditions, c.behaviour, 3)
    assert (c.state.pairs.reason[0], c.state.work.counts[S.NEW_CLOSED]) == (S.FIRM_LEFT, 1)
    assert (firms.digital[0], firms.trust[0], firms.member[0], firms.searching[0]) == (0.5, 0.6, 0, 0)
    assert (c.state.levers.reached[0, 0], c.state.work.leaving[0]) == (-1, 0)
    firms.awareness[1] = 3
    end.renew(1, c.world, c.state, c.conditions, c.behaviour, 3)
    assert (firms.awareness[1], firms.peers_aware[0]) == (1, 0)


def test_what_a_firm_would_give_at_the_start():
    c = case()
    assert start.best_outlet(0, c.world, c.state, c.conditions, c.behaviour, PRICES) == 0
    assert (
        start.best_outlet(1, c.world, c.state, c.conditions, c.behaviour, PRICES) == -1
    )  # it has nothing to give
    start.begin(0, 50.0, c.world, c.state, c.behaviour)
    assert (c.state.pairs.stage[0], c.state.pairs.since[0]) == (S.OPERATING, -1)
    assert c.state.firms.practised.tolist() == [1, 1]
    assert c.state.firms.operating.tolist() == [1, 1]
    assert c.state.firms.awareness.tolist() == [2, 1]  # as answered
    assert (c.state.pairs.donor_trust[0], c.state.pairs.receiver_trust[0]) == (0.98, 0.98)  # 1 - interruption


def test_all_who_gain_give_at_the_start_when_the_share_is_full():
    c = case(behaviour=changed(CALM, start_share=1.0))  # 1 * 2 firms / (2 * 1 that can give) = 1
    assert c.state.pairs.flow[0] == 100.0
    loss = case(behaviour=changed(CALM, start_share=1.0, paperwork=1e6))
    assert loss.state.pairs.flow[0] == 0.0
    calm = case()
    start.start_exchanges(calm.world, calm.state, calm.conditions, c.behaviour, SEED)
    assert calm.state.pairs.flow[0] == 100.0
    for firms in (c.state.firms, loss.state.firms):
        assert firms.contacts == pytest.approx([math.exp(-10 / 22)] * 2)
        assert firms.residues.tolist() == [100.0, 0.0]


def test_the_first_month_from_start_to_observation():
    from issim.rules import month

    c = case(
        behaviour=changed(CALM, start_searching=1.0, contact_rate=50.0, decision_rate=0.0, lapse_rate=0.0)
    )
    row = np.zeros((2, N_OBSERVABLES))
    fresh = blank_state(c.world, c.conditions)
    month.run(c.world, fresh, c.conditions, c.behaviour, SEED, -1, row)
    assert fresh.pairs.stage[0] == S.MET
    month.advance(c.world, c.state, c.conditions, c.behaviour, SEED, 0, row[0])
    assert row[0].tolist() == row[1].tolist()


def test_only_open_candidates_are_picked():
    c = case()
    weights = c.state.pairs.weight
    assert search.open_weight(0, weights, c.world, c.state, 0) == pytest.approx(math.exp(-10 / 22))
    assert search.pick(0, 0.1, weights, c.world, c.state, 0) == 0
    assert search.pick(0, 0.99, weights, c.world, c.state, 0) == -1
    c.state.pairs.rest_until[0] = 5
    assert search.open_weight(0, weights, c.world, c.state, 4) == 0.0
    assert search.pick(0, 0.0, weights, c.world, c.state, 4) == -1
