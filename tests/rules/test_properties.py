"""What every scalar rule keeps, whatever it is given: the `Keeps` lines as properties, on the plain text.

Constants are drawn from their whole admissible range, so that no admissible setting breaks a rule.
"""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from rules.situations import plain

from issim.rules import (
    awareness,
    binding,
    decide,
    end,
    hazard,
    learning,
    money,
    operate,
    policy,
    prices,
    search,
    support,
    trust,
)
from issim.rules.behaviour import Behaviour
from issim.rules.ranking import rank

ulp = 1e-12
share = st.floats(0, 1)
luck = st.floats(2**-33, 1 - 2**-33)
rate = st.floats(0, 50)
count = st.integers(0, 200)
points = st.floats(1, 5)
#: Nothing, or not so little that arithmetic itself gives way.
real_share = st.just(0.0) | st.floats(1e-9, 1)
euro = st.floats(-1e9, 1e9)
cents = st.floats(-1e9, -0.01) | st.just(0.0) | st.floats(0.01, 1e9)
people = st.floats(1, 1e6)


@st.composite
def constants(draw: st.DrawFn, *names: str) -> np.record:
    """Behaviour with the named constants anywhere in their admissible range."""
    ranges = {field.name: field.metadata["par"] for field in dataclasses.fields(Behaviour)}
    values = {name: draw(st.floats(ranges[name].low, ranges[name].high)) for name in names}
    return Behaviour(**values).record()


@given(rate, rate)
def test_probability_grows_and_stays_below_the_hazard(a, b):
    p = plain(hazard.probability)
    low, high = sorted((a, b))
    assert 0 <= p(low) <= p(high) <= 1
    assert p(low) <= low


@given(luck, rate)
def test_happens_is_luck_below_probability(u, h):
    assert plain(hazard.happens)(u, h) == (u < hazard.probability(h))


@given(share, share, share)
def test_a_barrier_takes_a_share_and_relief_gives_it_back(strength, a, b):
    left = plain(hazard.unrelieved)
    low, high = sorted((a, b))
    assert 0 <= left(strength, low) <= left(strength, high) <= 1
    assert left(strength, 1.0) == 1.0
    assert left(0.0, a) == 1.0


@given(share, share, share)
def test_shares_taken_off_in_any_order(a, b, c):
    either = plain(hazard.either)
    assert either(a, b) == either(b, a)
    assert either(a, either(b, c)) == pytest.approx(either(either(a, b), c), abs=ulp)
    assert max(a, b) - ulp <= either(a, b) <= 1
    assert either(a, 0.0) == pytest.approx(a, abs=ulp)


@given(rate, rate, rate, share, share, share)
def test_hazard_of_awareness_is_proportional_to_what_barriers_leave(p, w, q, aware, on, left):
    h = plain(awareness.hazard_of_awareness)
    assert h(p, w, q, aware, on, left) == pytest.approx(left * h(p, w, q, aware, on, 1.0))
    assert 0 <= h(p, w, q, 0.0, on, left) <= h(p, w, q, aware, on, left) + ulp
    assert h(p, 0.0, 0.0, aware, on, 1.0) == p


@given(share, share, share, share, share)
def test_digital_readiness_stays_within_its_scale(digital, start, practice, platform, turnover):
    assume(practice + platform <= 1)
    after = plain(learning.next_digital)(digital, start, practice, platform, turnover)
    assert -ulp <= after <= 1 + ulp
    assert plain(learning.next_digital)(start, start, 0.0, 0.0, turnover) == start
    assert plain(learning.next_digital)(digital, start, practice, platform, 0.0) >= digital - ulp


@given(share, share)
@example(1.0, 1.0)
def test_digital_readiness_stays_within_its_scale_at_every_admissible_rate(practice, platform):
    assert plain(learning.next_digital)(0.5, 0.5, practice, platform, 0.0) <= 1 + ulp


weights = constants("weight_awareness", "weight_digital", "weight_benefits", "weight_practice")


@given(points, share, st.integers(-2, 2), st.floats(-1, 1), share, st.integers(-1, 1), weights)
def test_readiness_stays_on_its_scale_and_still_without_a_cause(
    start, causal, level, digital, benefits, practice, b
):
    now = plain(learning.readiness_now)
    assert 1 <= now(start, causal, float(level), digital, benefits, float(practice), b) <= 5
    assert now(start, causal, 0.0, 0.0, 0.0, 0.0, b) == start
    assert now(start, 0.0, float(level), digital, benefits, float(practice), b) == start


@given(share, st.floats(0, 500), st.floats(0, 500), st.integers(1, 2), st.floats(0.1, 1e4), share)
def test_meeting_is_harder_farther_away(compatibility, a, b, hops, scale, per_hop):
    ease = plain(search.ease_of_meeting)
    near, far = sorted((a, b))
    assert (
        0 <= ease(compatibility, far, hops, scale, per_hop) <= ease(compatibility, near, hops, scale, per_hop)
    )
    assert ease(compatibility, near, hops + 1, scale, per_hop) <= ease(
        compatibility, near, hops, scale, per_hop
    )
    assert ease(compatibility, near, hops, scale, per_hop) <= compatibility


@given(rate, st.floats(-4, 4), share, rate, share, constants("search_readiness", "search_digital"))
def test_hazard_of_search_is_never_negative_and_grows_with_the_push(base, gap, digital, push, left, b):
    h = plain(search.hazard_of_search)
    assert 0 <= h(base, gap, digital, 0.0, left, b) <= h(base, gap, digital, push, left, b)
    assert h(base, gap, digital, push, 0.0, b) == 0


@given(people, people, st.floats(1, 100), constants("worthwhile", "worthwhile_size"))
def test_larger_firms_want_more(a, b, threshold, constant):
    theta = plain(decide.worthwhile_gain)
    small, large = sorted((a, b))
    assert 0 < theta(small, threshold, constant) <= theta(large, threshold, constant) * (1 + ulp)
    assert theta(small, 2 * threshold, constant) == pytest.approx(2 * theta(small, threshold, constant))


usual = constants("accept_readiness", "accept_peers", "mean_readiness")
threshold = st.floats(0.01, 1e12)


@given(cents, cents, real_share, threshold, points, share, usual)
def test_acceptance_is_a_probability_and_grows_with_the_gain(
    a, b, confidence, theta, readiness, peers, constant
):
    p = plain(decide.probability_of_accepting)
    low, high = sorted((a, b))
    assert 0 <= p(low, confidence, theta, readiness, peers, constant) <= 1
    assert p(low, confidence, theta, readiness, peers, constant) <= p(
        high, confidence, theta, readiness, peers, constant
    )
    assert p(min(a, 0.0), confidence, theta, readiness, peers, constant) == 0
    assert p(a, 0.0, theta, readiness, peers, constant) == 0


@given(st.floats(1, 1e9), real_share, real_share, threshold, points, points, share)
def test_acceptance_grows_with_trust_and_readiness(gain, a, b, theta, c, d, peers):
    p, constant = plain(decide.probability_of_accepting), Behaviour().record()
    less, more = sorted((a, b))
    assert p(gain, less, theta, c, peers, constant) <= p(gain, more, theta, c, peers, constant)
    low, high = sorted((c, d))
    assert p(gain, more, theta, low, peers, constant) <= p(gain, more, theta, high, peers, constant)


@settings(report_multiple_bugs=False)
@given(constants("accept_gain", "risk"), share)
@example(Behaviour(accept_gain=20.0, risk=10.0).record(), 1e-6)
@example(Behaviour(accept_gain=20.0, risk=10.0).record(), 1e-32)
def test_acceptance_is_a_probability_at_every_admissible_setting(constant, confidence):
    assert 0 <= plain(decide.probability_of_accepting)(1.0, confidence, 1e6, 3.0, 0.0, constant) <= 1


@given(st.tuples(luck, luck, luck, luck), real_share, constants("lead_time", "lead_spread"))
def test_lead_time_is_a_whole_number_of_months_and_longer_with_barriers(four, left, constant):
    months = plain(decide.lead_time)
    assert 1 <= months(four, 1.0, constant) <= months(four, left, constant) <= 32000
    assert isinstance(months(four, left, constant), int)


@given(share, st.floats(1, 100))
@example(1.0, 100.0)
def test_an_annuity_pays_back_the_investment(interest, years):
    assume(interest == 0 or interest > 1e-6)
    a = plain(money.annuity)(interest, years)
    assert a >= (1 - 1e-9) / years
    owed = 1.0 if interest == 0 else -math.expm1(-years * math.log1p(interest)) / interest
    assert a * (years if interest == 0 else owed) == pytest.approx(1.0, rel=1e-9)


@given(st.floats(0, 1e-6), st.floats(1, 100))
@example(1e-17, 10.0)
def test_an_annuity_at_next_to_no_interest_is_one_share_a_year(interest, years):
    assert plain(money.annuity)(interest, years) == pytest.approx(1 / years, rel=1e-3)


@given(euro, euro, euro, euro, st.floats(0, 1e6))
def test_the_gain_per_unit_grows_one_to_one_with_gate_fee_and_tax(gate, tax, value, processing, more):
    gain = plain(money.gain_per_unit)
    before = gain(gate, tax, value, processing, 0.0)
    assert gain(gate + more, tax, value, processing, 0.0) - before == pytest.approx(more, rel=1e-6, abs=1e-5)
    assert gain(gate, tax + more, value, processing, 0.0) >= before
    assert gain(gate, tax, value, processing, more) <= before


@given(st.floats(0, 1e6), st.floats(-1e4, 1e4), st.floats(0, 1e4), st.floats(0, 1e8), st.floats(0, 1e8))
def test_the_yearly_gain_is_linear_in_the_quantity(q, per_unit, support, paperwork, capital):
    gain = plain(money.yearly_gain)
    none, once, twice = (gain(k * q, per_unit, support, paperwork, capital) for k in (0, 1, 2))
    assert none == -(paperwork + capital) or none == pytest.approx(-(paperwork + capital))
    assert twice - once == pytest.approx(once - none, rel=1e-9, abs=1e-5)


@given(st.floats(0, 2), st.floats(0, 1e5), share, share)
def test_a_discount_lowers_the_value_of_an_input(replaced, price, a, b):
    low, high = sorted((a, b))
    value = plain(support.input_value)
    assert 0 <= value(replaced, price, high) <= value(replaced, price, low) <= replaced * price * (1 + ulp)


@given(st.lists(cents.map(abs), min_size=1, max_size=6), cents.map(abs))
def test_credits_of_operating_exchanges_share_a_cap_in_proportion_and_never_exceed_it(claims, cap):
    credit, total = plain(support.credit), math.fsum(claims)
    given_ = [credit(claim, total - claim, cap, True) for claim in claims]
    if cap > 0.0:
        assert math.fsum(given_) <= cap * (1 + 1e-9)
    assert all(0 <= got <= claim for got, claim in zip(given_, claims, strict=True))
    assert math.fsum(given_) == pytest.approx(min(total, cap) if cap > 0.0 else total, rel=1e-6, abs=1e-6)


@given(cents.map(abs), cents.map(abs), st.floats(1, 1e9))
def test_a_candidate_is_credited_what_is_left_of_a_cap(claim, others, cap):
    got = plain(support.credit)(claim, others, cap, False)
    assert 0 <= got <= claim
    assert got + others <= max(cap, others) * (1 + 1e-9)


@given(luck, luck, share)
def test_better_luck_never_interrupts(a, b, interruption):
    worse, better = sorted((a, b))
    assert plain(operate.delivers)(worse, interruption) <= plain(operate.delivers)(better, interruption)


@given(st.floats(0, 1e6), st.floats(0, 1e4), st.floats(0, 10), st.floats(0, 1e3))
def test_haulage_lowers_what_is_saved(quantity, per_unit, per_km, km):
    saved = plain(operate.co2_saved)
    assert (
        saved(quantity, per_unit, per_km, km) <= saved(quantity, per_unit, per_km, 0.0) == quantity * per_unit
    )


@given(share, share, share)
def test_dealing_moves_trust_towards_the_outcome(before, outcome, speed):
    after = plain(trust.after_dealing)(before, outcome, speed)
    assert min(before, outcome) - ulp <= after <= max(before, outcome) + ulp
    assert 0 <= after <= 1
    assert plain(trust.after_dealing)(outcome, outcome, speed) == outcome


@given(share, count, count, share)
def test_news_keeps_trust_within_its_scale(before, good, bad, news):
    after = plain(trust.after_news)
    assert 0 <= after(before, good, bad, news) <= 1
    assert after(before, 0, 0, news) == pytest.approx(before, abs=ulp)
    assert after(before, good, 0, news) >= before - ulp
    assert after(before, 0, bad, news) <= before + ulp
    assert after(before, good, bad + 1, news) <= after(before, good, bad, news)


@given(people, people, share, st.floats(-2, 0))
def test_smaller_firms_leave_more_often(a, b, closure, elasticity):
    small, large = sorted((a, b))
    h = plain(end.hazard_of_closure)
    assert 0 <= h(large, closure, elasticity) <= h(small, closure, elasticity) <= closure


@given(share, share, share, st.floats(0, 10))
def test_the_lesser_trust_decides_on_failure(a, b, more, worst):
    h = plain(end.hazard_of_failure)
    assert 0 <= h(a, b, worst) == h(b, a, worst) <= worst
    assert h(max(a, more), max(b, more), worst) <= h(a, b, worst)
    assert h(1.0, 1.0, worst) == 0


@given(st.floats(0, 1e5), st.integers(1, 600))
def test_a_capacity_is_kept_in_the_long_run(capacity, n_months):
    places = [plain(policy.places_this_month)(capacity, month) for month in range(n_months)]
    assert min(places) >= math.floor(capacity)
    assert sum(places) == math.floor(capacity * n_months)


@given(st.floats(-3, 3), st.floats(0, 2), st.floats(0, 5), st.floats(-4, 4))
def test_prices_return_towards_their_mean(z, volatility, reversion, shock):
    move = plain(prices.next_log_price)
    assert abs(move(z, 0.0, reversion, shock)) <= abs(z)
    assert move(0.0, 0.0, reversion, shock) == 0.0
    up, down = move(z, volatility, reversion, shock), move(z, volatility, reversion, -shock)
    assert (up + down) / 2 == pytest.approx(z * math.exp(-reversion / 12), abs=1e-9)


@given(st.floats(0.05, 1), st.floats(0.1, 5))
def test_prices_keep_their_stationary_spread(volatility, reversion):
    """With z ~ N(0, s^2), s^2 = sigma^2 / (2 kappa), the next month has the same variance, exactly."""
    stationary = volatility**2 / (2 * reversion)
    kept = prices.next_log_price(1.0, volatility, reversion, 0.0)
    shock = prices.next_log_price(0.0, volatility, reversion, 1.0)
    assert kept**2 * stationary + shock**2 == pytest.approx(stationary, rel=1e-9)


@given(share, share, share, st.sampled_from([0, 1]))
def test_more_relief_brakes_less(strength, a, b, on_threshold):
    brake, constant = plain(binding.brake), Behaviour().record()
    less, more = sorted((a, b))
    assert (
        0
        <= brake(strength, more, on_threshold, constant)
        <= brake(strength, less, on_threshold, constant)
        <= 50
    )
    assert brake(strength, 1.0, on_threshold, constant) == 0
    assert plain(binding.is_felt)(0.5, more) <= plain(binding.is_felt)(0.5, less)


@given(st.lists(st.floats(-1e9, 1e9), max_size=60))
def test_ranking_sorts(keys):
    order = np.full(len(keys) + 1, -7, np.int32)
    rank(np.array([*keys, -1e10]), len(keys), order)
    assert sorted(order[:-1]) == list(range(len(keys)))
    assert order[-1] == -7
    assert [keys[k] for k in order[:-1]] == sorted(keys)
