"""The model's limits and distributions: Bass, log-normal, geometric, zero, monotone, and 1/sqrt(n)."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from worlds import BUSY, changed, full_mixing, policy, toy

from issim.draws import NOBODY, PAIR, place_word, uniforms
from issim.model.simulate import simulate
from issim.rules.behaviour import Behaviour
from issim.rules.decide import lead_time

# --- awareness ----------------------------------------------------------------------------------------------

OUTSIDE, MOUTH = 0.006, 0.05
#: Firms that only hear: nobody forgets, searches, exchanges or leaves.
ONLY_HEARING = changed(
    Behaviour(), outside_influence=OUTSIDE, word_of_mouth=MOUTH, contagion=0.0, deepening=0.0, forgetting=0.0,
    search_rate=0.0, start_searching=0.0, start_share=0.0, closure=0.0,
)  # fmt: skip


def bass(p, q, first, months):
    """Bass (1969) from a share `first` that is aware already: F' = (p + q F) (1 - F)."""
    k = (1 - first) / (p + q * first)
    decay = np.exp(-(p + q) * months)
    return (1 - p * k * decay) / (1 + q * k * decay)


def spread_of_bass(p, q, first, n_firms, n_months, steps=200):
    """Standard deviation of the share aware of n firms (linear noise): V' = 2 (q - p - 2 q F) V + F' / n."""
    months = np.linspace(0, n_months, n_months * steps + 1)
    share, variance, found = bass(p, q, first, months), 0.0, [0.0]
    for k in range(n_months * steps):
        drift = (p + q * share[k]) * (1 - share[k])
        variance += (2 * (q - p - 2 * q * share[k]) * variance + drift / n_firms) / steps
        if (k + 1) % steps == 0:
            found.append(math.sqrt(variance))
    return np.array(found)


def test_with_full_mixing_and_nothing_else_awareness_is_the_bass_curve():
    """Months are steps: within one, the share is held, which hides at most the month's own rise.

    So the curve lies between Bass with p and Bass with p - q * (largest monthly rise), give or take 5
    standard errors of the mean over seeds; both bounds follow from n and the step, nothing is tuned.
    """
    n, n_months, n_seeds, first = 1000, 120, 24, 0.02
    world = full_mixing(n, int(first * n))
    runs = [simulate(world, None, ONLY_HEARING, seed=seed, n_months=n_months) for seed in range(n_seeds)]
    aware = np.mean([1 - run.column("unaware") / n for run in runs], axis=0)
    months = np.arange(n_months + 1)
    grid = np.linspace(0, 1, 10_001)
    rise = float(((1 - np.exp(-(OUTSIDE + MOUTH * grid))) * (1 - grid)).max())
    noise = 5 * spread_of_bass(OUTSIDE, MOUTH, first, n, n_months) / math.sqrt(n_seeds) + 1e-12
    assert (aware <= bass(OUTSIDE, MOUTH, first, months) + noise).all()
    assert (aware >= bass(OUTSIDE - MOUTH * rise, MOUTH, first, months) - noise).all()
    width = (
        bass(OUTSIDE, MOUTH, first, months) - bass(OUTSIDE - MOUTH * rise, MOUTH, first, months) + 2 * noise
    )
    assert (
        width.max() < 0.12
    )  # the band can tell the curve from others: half the word of mouth falls out of it
    half = bass(OUTSIDE, MOUTH / 2, first, months)
    assert (half < bass(OUTSIDE - MOUTH * rise, MOUTH, first, months) - noise).any()
    assert aware[-1] > 0.95


def test_outside_influence_alone_is_a_geometric_wait():
    n = 1000
    world = full_mixing(n, 0)
    run = simulate(world, None, changed(ONLY_HEARING, word_of_mouth=0.0), seed=4, n_months=90)
    left, months = run.column("unaware") / n, np.arange(91)
    expected = np.exp(-OUTSIDE * months)
    assert (np.abs(left - expected) <= 4.5 * np.sqrt(expected * (1 - expected) / n) + 1e-12).all()


# --- waiting times ------------------------------------------------------------------------------------------


def test_lead_times_are_log_normal():
    record = Behaviour(lead_time=400.0, lead_spread=0.6).record()  # long, so that whole months hardly show
    months = [
        lead_time(uniforms(np.uint64(2), PAIR, 0, k, NOBODY, place_word(0, 0, 0, 1)), 1.0, record)
        for k in range(4000)
    ]
    shifted = np.log(np.array(months) - 0.5)  # rounded up: half a month late on average
    assert stats.kstest((shifted - math.log(400.0)) / 0.6, "norm").pvalue > 1e-3
    assert (
        stats.kstest((shifted - math.log(400.0)) / 0.66, "norm").pvalue < 1e-3
    )  # and it would tell another spread


def test_closures_come_at_their_hazard_and_waits_between_them_are_geometric():
    n, n_months, hazard = 400, 200, 0.01
    world = toy(n, seed=3)
    quiet = changed(ONLY_HEARING, closure=hazard, closure_size=0.0)
    closed = simulate(world, None, quiet, seed=5, n_months=n_months).column("new_closed")[1:]
    p = 1 - math.exp(-hazard)
    expected, spread = n * n_months * p, math.sqrt(n * n_months * p * (1 - p))
    assert abs(closed.sum() - expected) < 4.5 * spread
    # independent firms: closures per month are binomial (chi-square over pooled classes)
    edges = stats.binom.ppf([0.2, 0.4, 0.6, 0.8], n, p)
    seen = np.histogram(closed, bins=[-0.5, *(edges + 0.5), n])[0]
    share = np.diff([0.0, *stats.binom.cdf(edges, n, p), 1.0])
    assert stats.chisquare(seen, share * n_months).pvalue > 1e-3


def test_small_firms_leave_more_often_by_the_stated_elasticity():
    n = 300
    world = toy(n, seed=3)
    world = world._replace(firms=world.firms._replace(employees=np.repeat([1.0, 256.0], n // 2)))
    quiet = changed(ONLY_HEARING, closure=0.05, closure_size=-0.25)
    closed = sum(
        simulate(world, None, quiet, seed=s, n_months=100).column("new_closed").sum() for s in range(4)
    )
    per_firm = [1 - math.exp(-0.05), 1 - math.exp(-0.05 / 4)]
    mean = 400 * n / 2 * sum(per_firm)
    spread = math.sqrt(400 * n / 2 * sum(p * (1 - p) for p in per_firm))
    assert abs(closed - mean) < 4.5 * spread


# --- zero and monotone --------------------------------------------------------------------------------------

EAGER = changed(
    BUSY, start_share=0.0, start_searching=1.0, contact_rate=50.0, decision_rate=50.0, lapse_rate=0.0
)


def test_without_trust_there_is_no_exchange():
    world = toy(60, seed=5)
    nobody = world._replace(firms=world.firms._replace(trust=np.zeros(60)))
    strict = changed(EAGER, news=0.0)
    run = simulate(nobody, None, strict, seed=1, n_months=24)
    assert run.column("new_met").sum() > 20
    assert not run.column("new_accepted").any()
    assert not run.column("operating").any()
    assert simulate(world, None, strict, seed=1, n_months=24).column("operating").any()


@pytest.mark.parametrize("worth", ["no quantity", "a loss"])
def test_without_gain_there_is_no_exchange(worth):
    world = toy(60, seed=5)
    if worth == "a loss":
        poor = world._replace(goods=world.goods._replace(processing=np.full(12, 1e6)))
    else:
        poor = world._replace(needs=world.needs._replace(quantity=np.zeros(len(world.needs.firm))))
    run = simulate(poor, None, changed(EAGER, paperwork=0.0), seed=1, n_months=24)
    assert run.column("new_met").sum() > 20
    assert not run.column("new_accepted").any()
    assert not run.column("operating").any()


def first_acceptances(world, seed, factor):
    """Pairs that both ends accept in the first month, at gate fees raised by a factor."""
    dearer = world._replace(goods=world.goods._replace(gate_fee=world.goods.gate_fee * factor))
    return simulate(dearer, None, EAGER, seed=seed, n_months=1).column("new_accepted")[1]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 40), st.integers(0, 2**63), st.lists(st.floats(1, 20), min_size=1, max_size=3))
def test_higher_gate_fees_never_lower_the_first_acceptances(which, seed, raises):
    world = toy(40, seed=which)
    accepted = [first_acceptances(world, seed, factor) for factor in (0.0, 1.0, *np.cumprod(raises))]
    assert accepted == sorted(accepted)


def test_higher_gate_fees_can_raise_them():
    gained = [
        first_acceptances(toy(40, seed=k), k, 5.0) - first_acceptances(toy(40, seed=k), k, 0.0)
        for k in range(20)
    ]
    assert sum(gained) > 20


# --- intervals ----------------------------------------------------------------------------------------------


def test_doubling_seeds_shrinks_the_interval_as_one_over_root_n():
    """Bootstrap intervals of mean adopters over n and 2n seeds: their ratio is root 2 within its own noise.

    The standard deviation of s itself is about 1 / sqrt(2 (n - 1)) of it; the two samples are nested.
    """
    world, n = toy(40, seed=9), 200
    adopters = np.array(
        [simulate(world, None, BUSY, seed=s, n_months=24).column("adopters")[-1] for s in range(2 * n)]
    )
    luck = np.random.default_rng(1)

    def width(sample):
        means = luck.choice(sample, (4000, len(sample))).mean(axis=1)
        return np.subtract(*np.quantile(means, [0.975, 0.025]))

    ratio = width(adopters[:n]) / width(adopters)
    noise = 4 * math.sqrt(1 / (2 * (n - 1)) + 2 / 4000)
    assert abs(ratio / math.sqrt(2) - 1) < noise
    assert adopters.std() > 1


def test_paired_seeds_differ_only_by_the_policy():
    """The paired difference of two scenarios has far less noise than the difference of unpaired runs."""
    world = toy(40, seed=9)
    taxed = policy(40, 24, [{"landfill_tax": 30.0}])
    with_, without = (
        np.array([simulate(world, c, BUSY, seed=s, n_months=24).column("adopters")[-1] for s in range(150)])
        for c in (taxed, None)
    )
    paired, unpaired = (with_ - without).std(), (with_ - np.roll(without, 1)).std()
    assert paired < 0.8 * unpaired
    assert with_.mean() > without.mean()


def test_no_lever_means_no_public_money():
    run = simulate(toy(40, seed=9), None, BUSY, seed=1, n_months=24)
    assert run.column("operating").any()
    assert not run.column("public_cost").any()
