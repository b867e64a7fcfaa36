"""Levers and the ways to a partner, by hand; compilation is off here (see test_register.py)."""

import numpy as np
import pytest
from rules.plain.case import CALM, SEED, case, met
from worlds import changed, policy, toy

from issim.draws import LEVER, place_word, uniforms
from issim.jit import is_compiled
from issim.rules import asking, binding, end, force, operate, platforms, search, start
from issim.rules import policy as enacting
from issim.rules.exchange import meet
from issim.world import state as S  # noqa: N812  (its constants)
from issim.world.blank import blank_state
from issim.world.conditions import (
    EFFECT_NAMES,
    FREIGHT_RELIEF,
    LANDFILL_TAX,
    PRICE_RELIEF,
    REUSE_PAYMENT,
    SKILLS_GAIN,
)

pytestmark = pytest.mark.skipif(is_compiled(), reason="processes cannot be called from Python when compiled")


def test_amounts_add_up_and_shares_are_taken_one_after_the_other():
    c = case(
        {"landfill_tax": 10.0, "freight_relief": 0.5},
        {"landfill_tax": 4.0, "freight_relief": 0.4, "strength": 0.5},
    )
    levers = c.state.levers
    assert force.amount_on(c.conditions, levers, LANDFILL_TAX, 0, 0) == 12.0
    assert force.share_on(c.conditions, levers, FREIGHT_RELIEF, 0, 0) == pytest.approx(1 - 0.5 * 0.8)
    assert force.amount_on(c.conditions, levers, EFFECT_NAMES.index("quota"), 0, 0) == 0.0


def test_a_share_never_exceeds_one():
    c = case({"freight_relief": 0.8, "strength": 2.0})
    assert force.share_on(c.conditions, c.state.levers, FREIGHT_RELIEF, 0, 0) == 1.0


@pytest.mark.parametrize(
    ("lever", "reached", "strength"),
    [
        ({"strength": 0.7}, -1, 0.7),
        ({"strength": 0.7, "target": 0}, -1, 0.0),
        ({"strength": 0.7, "enrols": 1}, -1, 0.0),
        ({"strength": 0.7, "enrols": 1}, 1, 0.7),
        ({"strength": np.r_[np.full(4, 0.2), np.zeros(20)], "enrols": 1, "lasts": 1}, 1, 0.2),
        ({"strength": np.r_[np.full(4, 0.2), np.zeros(20)], "enrols": 1}, 1, 0.0),
        ({"strength": 0.7, "enrols": 1, "term": 9}, 1, 0.0),
        ({"strength": 0.7, "enrols": 1, "term": 10}, 1, 0.7),
    ],
)
def test_how_strongly_a_lever_acts_on_a_firm(lever, reached, strength):
    c = case(lever)
    c.state.levers.reached[0, 0] = reached
    assert force.strength_on(c.conditions, c.state.levers, 0, 0, 10) == strength


def test_what_was_agreed_for_a_term_ends_with_it():
    c = case({"enrols": 1, "term": 3}, {"enrols": 1})
    c.state.levers.reached[:, 0] = 4
    over = [[force.is_over(c.conditions, c.state.levers, lever, 0, m) for m in (4, 6, 7)] for lever in (0, 1)]
    assert over == [[False, False, True], [False, False, False]]
    assert not force.is_over(c.conditions, c.state.levers, 0, 1, 20), "never reached"


def test_a_lever_acts_to_the_end_of_the_month_in_which_its_money_ran_out():
    c = case({"budget": 100.0})
    levers = c.state.levers
    enacting.spend(0, 99.0, c.state, c.conditions, 3)
    assert levers.stopped[0] == -1
    enacting.spend(0, 1.0, c.state, c.conditions, 4)
    assert (levers.spent[0], levers.stopped[0], c.state.work.sums[S.PUBLIC]) == (100.0, 5, 100.0)
    assert [force.has_stopped(levers, 0, month) for month in (4, 5)] == [False, True]
    assert [force.in_force(c.conditions, levers, 0, month) for month in (4, 5)] == [1.0, 0.0]
    enacting.stop(0, c.state, 9)
    assert levers.stopped[0] == 5, "the first month stays"


def test_a_month_that_cannot_be_paid_is_not_begun():
    c = case({"budget": 25.0, "running_cost": 10.0, "strength": 0.5}, {"running_cost": 3.0, "strength": 0.0})
    paid = [enacting.keep_up(0, c.state, c.conditions, month) for month in range(4)]
    assert paid == [0.5, 0.5, 0.0, 0.0]
    assert (c.state.levers.spent[0], c.state.levers.stopped[0]) == (20.0, 2)
    assert enacting.keep_up(1, c.state, c.conditions, 0) == c.state.levers.spent[1] == 0.0


def test_a_firm_that_is_reached_wakes_learns_trusts_and_joins():
    c = case(
        {
            "enrols": 1,
            "joins": 4,
            "unit_cost": 800.0,
            "awareness_gain": 1.0,
            "skills_gain": 0.2,
            "trust_gain": 0.5,
            "strength": 0.5,
        },
        {"enrols": 1, "awareness_gain": 0.5},
    )
    firms = c.state.firms
    firms.member[1] = 1
    drawn = uniforms(SEED, LEVER, 4, int(c.world.firms.index[1]), 7, place_word(0, 0, 0, 1))[0]
    enacting.reach(0, 1, c.world, c.state, c.conditions, SEED, 4)
    assert firms.awareness[1] == (2 if drawn < 0.5 else 1)
    assert (firms.digital[1], firms.member[1], c.state.levers.reached[0, 1]) == (pytest.approx(0.55), 5, 4)
    assert firms.trust[1] == pytest.approx(0.8 + 0.25 * 0.2)
    assert c.state.work.sums[S.PUBLIC] == 800.0


def test_the_queue_is_keyed_to_lever_and_firm():
    c = policy(30, 1, [{"enrols": 1}, {"enrols": 1}])
    world = toy(30)
    state = blank_state(world, c)
    for lever in (0, 1):
        enacting.queue(lever, world, state, c, SEED)
    first, second = state.levers.order
    assert sorted(first) == sorted(second) == list(range(30))
    assert first.tolist() != second.tolist()
    keys = [uniforms(SEED, LEVER, 0, int(world.firms.index[k]), 7, place_word(0, 0, 0, 0))[0] for k in first]
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    ("lever", "n_reached"),
    [
        ({"capacity": 3.0}, 3),
        ({"capacity": np.inf}, 30),
        ({"capacity": 9.0, "unit_cost": 10.0, "budget": 35.0}, 3),  # a fourth could not be paid
        ({"capacity": 9.0, "unit_cost": 10.0, "budget": 40.0}, 4),
        ({"capacity": np.inf, "stages": 1}, -1),
        ({"capacity": 9.0, "target": 0}, 0),
    ],
)
def test_no_more_firms_are_enrolled_than_allowed(lever, n_reached):
    world = toy(30)
    c = policy(30, 2, [{"enrols": 1} | lever])
    state = blank_state(world, c)
    start.start(world, state, c, CALM.record(), SEED)
    if n_reached < 0:  # only those who are not aware
        n_reached = int((world.firms.awareness == 1).sum())
    assert enacting.enrol(0, world, state, c, SEED, 0) == n_reached
    assert (state.levers.reached[0] >= 0).sum() == n_reached
    chosen = state.work.changed_firms[:n_reached]
    assert set(chosen) == set(np.flatnonzero(state.levers.reached[0] == 0))
    if n_reached == 3:
        assert chosen.tolist() == state.levers.order[0, :3].tolist()


def test_who_had_a_contract_comes_again_after_the_others():
    world = toy(30)
    c = policy(30, 40, [{"enrols": 1, "capacity": 10.0, "term": 4}])
    state = blank_state(world, c)
    start.start(world, state, c, CALM.record(), SEED)
    order = state.levers.order[0].tolist()
    won = [
        state.work.changed_firms[: enacting.enrol(0, world, state, c, SEED, month)].tolist()
        for month in range(6)
    ]
    assert won == [order[:10], order[10:20], order[20:], [], order[:10], order[10:20]]
    may = [enacting.may_be_reached(0, order[0], again, state, c, 5) for again in (0, 1)]
    assert may == [False, False], "its second contract runs"
    assert enacting.may_be_reached(0, order[20], 1, state, c, 6)
    assert not enacting.may_be_reached(0, order[20], 0, state, c, 6)


def test_relief_ends_with_the_term_of_the_firm_alone():
    c = case({"relief": np.full(24, 0.6), "enrols": 1, "lasts": 1, "term": 2})
    c.state.levers.reached[0] = (0, 1)
    marked = []
    for month in range(4):
        c.state.work.stale[:] = 0
        enacting.mark_stale(0, month == 0, 0, c.state, c.conditions, month)
        marked.append(c.state.work.stale.tolist())
    assert marked == [[1, 1], [0, 0], [1, 0], [0, 1]]
    c.state.levers.reached[0, 0] = 4
    c.state.work.changed_firms[0] = 0
    c.state.work.stale[:] = 0
    enacting.mark_stale(0, False, 1, c.state, c.conditions, 4)
    assert c.state.work.stale.tolist() == [1, 0]


def test_a_newcomer_waits_for_the_lever_again():
    world = toy(30)
    c = policy(30, 1, [{"enrols": 1, "capacity": 9.0}])
    state = blank_state(world, c)
    start.start(world, state, c, CALM.record(), SEED)
    assert state.levers.waiting[0] == 30
    assert enacting.enrol(0, world, state, c, SEED, 0) == 9
    assert state.levers.waiting[0] == 21
    firm = int(state.work.changed_firms[0])
    for _ in range(2):  # whoever leaves twice without having been reached is waited for once
        end.renew(firm, world, state, c, CALM.record(), 0)
    assert (state.levers.reached[0, firm], state.levers.waiting[0]) == (-1, 22)


def test_relief_comes_and_goes_with_the_lever():
    strength = np.r_[0.0, 1.0, 0.5, np.zeros(21)]
    c = case(
        {"relief": np.full(24, 0.6), "strength": strength, "running_cost": 10.0},
        barriers=np.array([1, 0], np.uint32),
    )
    seen = []
    for month in range(4):
        enacting.enact(c.world, c.state, c.conditions, c.behaviour, SEED, month)
        seen.append(float(c.state.firms.factor[2, 0]))
    assert seen == pytest.approx([0.65, 1 - 0.35 * 0.4, 1 - 0.35 * 0.7, 0.65])
    assert c.state.levers.spent[0] == 20.0
    assert enacting.relieves_any(0, c.conditions)
    assert not enacting.relieves_any(0, case({"landfill_tax": 5.0}).conditions)


def test_support_is_paid_from_the_budget_of_its_own_lever():
    c = met({"reuse_payment": 5.0, "capex_grant": 0.4}, {"price_relief": 0.1})
    paid = c.world, c.state, c.conditions
    operate.owe_support(0, 120.0, 94.5, *paid, np.ones((2, 12)), 3)
    operate.owe_grants(0, *paid, 3)
    assert c.state.levers.spent.tolist() == [0.0, 0.0]
    operate.settle(c.state, c.conditions, 3)
    assert c.state.levers.spent == pytest.approx([450.0, 94.5])
    operate.owe_support(0, 120.0, -1.0, *paid, np.ones((2, 12)), 4)  # no relief on a worthless input
    operate.settle(c.state, c.conditions, 4)
    assert c.state.levers.spent == pytest.approx([500.0, 94.5])
    assert c.state.work.sums[S.PUBLIC] == pytest.approx(594.5)
    assert c.state.work.sums[S.GAIN] == 0.0


def test_two_reliefs_pay_together_what_the_gain_counts():
    c = met({"price_relief": 0.5, "capex_grant": 0.5}, {"price_relief": 0.4, "capex_grant": 0.4})
    operate.owe_support(0, 120.0, 100.0, c.world, c.state, c.conditions, np.ones((2, 12)), 3)
    operate.owe_grants(0, c.world, c.state, c.conditions, 3)
    assert c.state.work.owed.tolist() == [pytest.approx([500.0, 200.0]), pytest.approx([500.0, 200.0])]


def test_a_budget_that_cannot_pay_all_pays_everybody_the_same_share():
    c = met({"budget": 60.0}, {"budget": 1000.0}, {})
    c.state.work.owed[:] = [[80.0, 80.0, 0.0], [20.0, 20.0, 0.0]]
    c.state.work.sums[S.GAIN] = 500.0
    operate.settle(c.state, c.conditions, 7)
    assert c.state.levers.spent.tolist() == [60.0, 100.0, 0.0]
    assert c.state.levers.stopped.tolist() == [8, -1, -1]
    assert c.state.work.sums[S.GAIN] == pytest.approx(500.0 - 80.0 * 0.4), "what is not paid is no gain"
    assert not c.state.work.owed.any()


@pytest.mark.parametrize(
    ("lever", "searching", "luck", "after"),
    [
        ({}, (0, 0), 0.02, (1, 0)),  # 0.03 * exp(0.4 * -0.1 + 0.5 * 0.5) = 0.037; the second is not aware
        ({}, (0, 0), 0.04, (0, 0)),
        ({"search_push": 0.5}, (0, 0), 0.4, (1, 0)),  # 1 - exp(-0.537) = 0.415
        ({}, (1, 1), 0.03, (0, 0)),  # gives up: 1 - exp(-0.04) = 0.0392
        ({}, (1, 1), 0.05, (1, 1)),
        ({"quota": 0.5}, (0, 0), 0.2, (1, 0)),  # short of 50 t: 1 - exp(-0.25) = 0.2212
        ({"quota": 0.5}, (1, 1), 0.01, (1, 0)),  # one that is obliged does not give up
    ],
)
def test_who_searches(lever, searching, luck, after):
    c = case(lever)
    c.state.firms.searching[:] = searching
    c.state.work.luck[:, 1] = luck
    for firm in (0, 1):
        search.seek(firm, c.world, c.state, c.conditions, c.behaviour, 0)
    assert c.state.firms.searching.tolist() == list(after)


def test_a_searching_firm_meets_through_its_contacts():
    c = case()
    c.state.firms.searching[0] = 1
    c.state.work.luck[:, 2] = 0.037  # 1 - exp(-0.06 * exp(-10 / 22)) = 0.0374
    assert search.own_contact(0, c.world, c.state, c.behaviour, SEED, 0) == 0
    c.state.work.luck[:, 2] = 0.038
    assert search.own_contact(0, c.world, c.state, c.behaviour, SEED, 0) == -1
    c.state.work.luck[:, 2] = 0.0001
    c.state.firms.searching[0] = 0
    assert search.own_contact(0, c.world, c.state, c.behaviour, SEED, 0) == -1


def test_a_platform_shows_members_to_each_other_only():
    c = case({"recall": 2.0, "data_quality": 1.0, "strength": 50.0})
    c.state.firms.searching[:] = 1
    c.state.firms.member[0] = 1
    platforms.set_views(c.state, c.conditions, 0)
    assert platforms.platform_sight(0, 0, c.world, c.state) == 0.0
    assert platforms.platform_contact(0, c.world, c.state, c.behaviour, SEED, 0) == -1
    c.state.firms.member[1] = 1
    platforms.set_views(c.state, c.conditions, 0)
    assert platforms.platform_sight(0, 0, c.world, c.state) == 100.0
    assert [platforms.platform_contact(k, c.world, c.state, c.behaviour, SEED, 0) for k in (0, 1)] == [0, 0]
    c.state.work.luck[:] = 0.99
    search.search(c.world, c.state, c.conditions, c.behaviour, SEED, 0)
    assert (c.state.pairs.stage[0], c.state.work.counts[S.NEW_MET]) == (S.MET, 1)


@pytest.mark.parametrize(("wanted", "found"), [(0.5, 0), (1.0, 0), (1.001, -1)])
def test_a_member_looks_only_where_enough_is_listed(wanted, found):
    c = case({"recall": 2.0, "data_quality": 1.0, "strength": 50.0})
    c.state.firms.searching[:] = c.state.firms.member[:] = 1
    platforms.set_views(c.state, c.conditions, 0)
    behaviour = changed(CALM, platform_use=wanted * float(c.world.pairs.compatibility[0])).record()
    assert platforms.platform_contact(0, c.world, c.state, behaviour, SEED, 0) == found


#: Two platforms that firms join one by one, and standards that nobody joins.
FIRST = {"enrols": 1, "joins": 1, "recall": 0.4, "data_quality": 0.5}
SECOND = {"enrols": 1, "joins": 2, "recall": 0.1, "data_quality": 0.8}
STANDARDS = {"data_quality": 0.5}


def on_platforms(*levers, members):
    """Two firms as members of platforms, reached by the levers that they joined, with this month's views."""
    c = case(*levers)
    c.state.firms.member[:], c.state.firms.searching[0] = members, 1
    for lever, joins in enumerate(c.conditions.joins):
        c.state.levers.reached[lever] = np.where(c.state.firms.member & joins, 0, -1)
    platforms.set_views(c.state, c.conditions, 0)
    return c


def test_a_platform_has_nothing_of_another():
    c = on_platforms(FIRST, SECOND, STANDARDS, members=(1, 3))
    first, second = 0.4 * (1 - 0.5 * 0.5), 0.1 * (1 - 0.2 * 0.5)
    seen = [platforms.view(k, 1, c.conditions, c.state.levers, 0) for k in (0, 1)]
    assert seen == pytest.approx([first, second])
    assert c.state.work.views.tolist() == [[pytest.approx(first), 0.0], [0.0, 0.0], [0.0, 0.0]], (
        "one searches"
    )
    c.state.firms.searching[1] = 1
    platforms.set_views(c.state, c.conditions, 0)
    assert c.state.work.views[:, 1].tolist() == pytest.approx([first, second, 0.0])
    assert platforms.platform_sight(0, 0, c.world, c.state) == pytest.approx(first)


@pytest.mark.parametrize(
    ("members", "openness", "seen"),
    [
        ((1, 2), 0.0, 0.0),  # separate platforms
        ((1, 2), 0.5, 0.5 * 0.08),  # half of what the weaker shows
        ((1, 2), 1.0, 0.08),
        ((1, 3), 1.0, 0.2),  # both are on the first, and see each other as before
        ((3, 3), 0.0, 0.28),  # two platforms show the pair
        ((3, 2), 1.0, 0.08),
        ((1, 0), 1.0, 0.0),  # no member
    ],
)
def test_a_federation_shows_members_of_separate_platforms_to_each_other(members, openness, seen):
    c = on_platforms(FIRST, SECOND, {"federation": openness}, members=members)
    assert platforms.platform_sight(0, 0, c.world, c.state) == pytest.approx(seen)


def test_a_federation_opens_platforms_to_whom_it_is_meant_for():
    c = case(
        {"federation": 0.5, "enrols": 1}, {"federation": 0.4, "target": np.array([1, 0]), "strength": 0.5}
    )
    assert [platforms.opened(firm, c.conditions, c.state.levers, 0) for firm in (0, 1)] == pytest.approx(
        [1 - 0.5 * 0.8, 0.5]
    )
    c.state.levers.stopped[0] = 3
    assert platforms.opened(1, c.conditions, c.state.levers, 3) == 0.0


def test_contacts_and_platforms_draw_apart(monkeypatch):
    c = case({"recall": 2.0, "data_quality": 1.0, "strength": 50.0})
    c.state.firms.searching[:], c.state.firms.member[:], c.state.work.luck[:, 2] = 1, 1, 1e-6
    platforms.set_views(c.state, c.conditions, 0)
    drawn = []
    for module in (search, platforms):
        monkeypatch.setattr(
            module, "uniforms", lambda *key: drawn.append(tuple(map(int, key))) or uniforms(*key)
        )
    for firm in (0, 1):
        search.own_contact(firm, c.world, c.state, c.behaviour, SEED, 0)
        platforms.platform_contact(firm, c.world, c.state, c.behaviour, SEED, 0)
    assert len(set(drawn)) == len(drawn) == 4


def test_facilitators_introduce_the_best_pairs_first_and_no_more_than_they_can():
    world = toy(30)
    c = policy(30, 6, [{"introductions": 2.5}])
    state = blank_state(world, c)
    start.start(world, state, c, CALM.record(), SEED)
    ranked = state.work.ranked[state.work.ranked >= 0]
    gains = -state.work.keys[ranked]
    assert (np.diff(gains) <= 0).all()
    assert gains[-1] > 0
    assert set(ranked) == set(np.flatnonzero(-state.work.keys[: len(world.pairs.donor)] > 0))
    asked, talking = [], set()
    for month, n_places in enumerate((2, 3)):
        expected = []
        for pair in ranked.tolist():
            ends = {int(world.pairs.donor[pair]), int(world.pairs.receiver[pair])}
            if len(expected) < n_places and not ends & talking:
                expected.append(pair)
                talking |= ends
        found = search.through_facilitator(world, state, c, month, 0)
        assert state.work.changed_pairs[:found].tolist() == expected
        asked += expected
        for pair in expected:
            meet(pair, world, state, month)
    assert asked != ranked[:5].tolist()  # the very best pairs share firms
    assert state.firms.talking.max() == 1


def test_a_firm_in_talks_or_found_this_month_is_not_free():
    c = case()
    assert search.is_free(0, c.world, c.state, 0)
    c.state.work.changed_pairs[0] = 0
    assert [search.is_free(k, c.world, c.state, 1) for k in (0, 1)] == [False, False]
    c.state.firms.talking[1] = 1
    assert [search.is_free(k, c.world, c.state, 0) for k in (0, 1)] == [True, False]


def test_a_pair_passed_over_is_introduced_once_its_firms_are_free_again():
    c = case({"introductions": 1.0})
    c.state.work.ranked[:] = -1
    c.state.work.ranked[0] = 0
    c.state.firms.talking[0] = 1
    assert search.through_facilitator(c.world, c.state, c.conditions, 0, 0) == 0
    c.state.firms.talking[0] = 0
    assert search.through_facilitator(c.world, c.state, c.conditions, 1, 0) == 1


@pytest.mark.parametrize(("reached", "n_brought"), [((-1, -1), 0), ((0, -1), 1), ((-1, 0), 1), ((0, 0), 1)])
def test_a_visit_to_one_of_the_two_is_enough_to_introduce_them(reached, n_brought):
    c = case({"introductions": 1.0, "enrols": 1, "lasts": 1})
    c.state.work.ranked[:] = -1
    c.state.work.ranked[0] = 0
    ends = (c.world.pairs.donor[0], c.world.pairs.receiver[0])
    c.state.levers.reached[0, list(ends)] = reached
    assert search.through_facilitator(c.world, c.state, c.conditions, 1, 0) == n_brought


def test_ranking_for_facilitators_begins_with_the_greatest_joint_gain():
    world = toy(20)
    c = policy(20, 2, [{"introductions": 1.0}])
    state = blank_state(world, c)
    start.start_pairs(world, state, CALM.record())
    state.work.prices[:] = 1.0
    start.rank_pairs(world, state, c, CALM.record())
    every = [
        asking.offered_gain(pair, world, state, c, CALM.record(), 0) for pair in range(len(state.work.ranked))
    ]
    ranked = [int(pair) for pair in state.work.ranked if pair >= 0]
    assert [every[pair] for pair in ranked] == sorted((gain for gain in every if gain > 0), reverse=True)


def test_payments_do_not_outlive_a_lever_but_what_was_learnt_does():
    c = case({"reuse_payment": 50.0, "skills_gain": 0.5, "enrols": 1, "lasts": 1})
    c.state.levers.reached[0, 0] = 0
    c.state.levers.stopped[0] = 1
    paid = [force.strength_of(c.conditions, c.state.levers, 0, REUSE_PAYMENT, 0, month) for month in range(3)]
    learnt = [force.strength_of(c.conditions, c.state.levers, 0, SKILLS_GAIN, 0, month) for month in range(3)]
    assert (paid, learnt) == ([1.0, 0.0, 0.0], [1.0, 1.0, 1.0])


def test_payments_agreed_for_a_term_are_kept_while_there_is_money():
    ended = np.r_[np.full(4, 0.5), np.zeros(20)]
    c = case({"price_relief": 0.1, "enrols": 1, "lasts": 1, "term": 8, "strength": ended})
    c.state.levers.reached[0, 0] = 2
    strength = [
        force.strength_of(c.conditions, c.state.levers, 0, PRICE_RELIEF, 0, month) for month in range(2, 12)
    ]
    assert strength == [0.5] * 8 + [0.0] * 2
    c.state.levers.stopped[0] = 5
    assert force.strength_of(c.conditions, c.state.levers, 0, PRICE_RELIEF, 0, 4) == 0.5
    assert force.strength_of(c.conditions, c.state.levers, 0, PRICE_RELIEF, 0, 5) == 0.0


def test_which_barriers_are_felt_and_who_stands_before_them():
    relief = np.zeros(24)
    relief[0] = 0.6
    c = met({"relief": relief}, barriers=np.array([0b11, 0b1], np.uint32))
    stage, felt = np.zeros(2, np.int8), np.zeros(2, np.uint32)
    luck = np.full((2, 24), 0.5)
    binding.look(c.world.firms.barriers, c.state.firms, c.state.levers, c.conditions, luck, 0, stage, felt)
    assert (stage.tolist(), felt.tolist()) == ([3, 3], [0b10, 0])
    binding.look(c.world.firms.barriers, c.state.firms, c.state.levers, c.conditions, luck, -1, stage, felt)
    assert felt.tolist() == [0b11, 0b1]
    standing = np.zeros((4, 2), np.int8)
    binding.stand(c.world.pairs, c.state.firms, c.state.pairs, standing)
    assert standing.tolist() == [[0, 0], [0, 0], [1, 1], [0, 0]]
    n_felt, brakes = np.zeros(24, np.int64), np.zeros(24)
    binding.bind(
        c.world.firms.barriers,
        c.world.barriers,
        c.state.levers,
        c.conditions,
        c.behaviour,
        luck,
        0,
        standing,
        n_felt,
        brakes,
    )
    # the first is relieved, the second bites at stage D, before which nobody stands
    assert n_felt.tolist() == [0] * 24
    assert brakes[0] == pytest.approx(-np.log(1 - 0.35 * 0.4))
    assert brakes[1] == 0.0


def test_awareness_set_from_outside_keeps_the_counts_of_peers():
    c = case(behaviour=changed(CALM, start_searching=1.0))
    asking.set_awareness(0, 1, c.world.peers, c.state.firms)
    assert (c.state.firms.awareness[0], c.state.firms.peers_aware[1], c.state.firms.searching[0]) == (1, 0, 0)
    asking.set_awareness(0, 3, c.world.peers, c.state.firms)
    assert (c.state.firms.awareness[0], c.state.firms.peers_aware[1]) == (3, 1)
