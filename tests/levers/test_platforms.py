"""Platforms keep their members apart; a federation lies between separate platforms and one platform."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from issim.levers.base import Lever
from issim.levers.federation import Federation
from issim.levers.platform import Platform
from issim.levers.policy import Policy, conditions, load, neutral
from issim.model.simulate import Trajectory, simulate
from issim.rules.behaviour import Behaviour
from issim.world.conditions import EFFECT_NAMES, FIRM_STAGES
from issim.world.state import World

#: Everybody aware searches, only platforms bring firms together, and nobody leaves or has exchanged before.
QUIET = Behaviour(
    contact_rate=0.0, closure=0.0, start_searching=1.0, search_rate=1.0, give_up=0.0, start_share=0.0
)  # fmt: skip
EVERYBODY = {"stages": FIRM_STAGES, "full_recall": 0.5, "data_quality": 1.0}


def run(world: World, *levers: Lever, n_months: int = 12) -> Trajectory:
    """A run under some levers."""
    sheet = conditions(Policy("these", "", levers), world, n_months)
    return simulate(world, sheet, QUIET, seed=5, n_months=n_months)


def meetings(world: World, *levers: Lever) -> float:
    """Pairs that met in a year."""
    return float(run(world, *levers).column("new_met").sum())


def halves() -> tuple[Platform, Platform]:
    """Two platforms for everybody of some sectors each."""
    first = Platform("first", sectors=("manufacturing",), **EVERYBODY)  # type: ignore[arg-type]
    rest = ("agri-food", "technology", "other")
    return first, Platform("second", sectors=rest, **EVERYBODY)  # type: ignore[arg-type]


#: A federation without members of its own.
PURE = Federation("federation", openness=1.0, enrols=False, joins=False)


def test_members_of_a_platform_are_the_firms_reached(world: World) -> None:
    platform = Platform("platform", capacity=3.0, stages=FIRM_STAGES)
    state = run(world, platform).state
    assert_array_equal(state.firms.member == 1, state.levers.reached[0] >= 0)
    assert state.firms.member.sum() == 36


def test_each_platform_has_a_bit_of_its_own(world: World) -> None:
    state = run(world, *halves(), Platform("third", capacity=2.0, stages=FIRM_STAGES)).state
    for bit in range(3):
        assert_array_equal((state.firms.member >> bit) & 1 == 1, state.levers.reached[bit] >= 0)
    assert set(np.unique(state.firms.member)) == {1, 2, 5, 6}


def test_separate_platforms_bring_together_their_own_members_only(world: World) -> None:
    state = run(world, *halves()).state
    met = state.pairs.since >= 0
    sector = world.firms.sector == 0
    assert met.sum() > 20
    assert_array_equal(sector[world.pairs.donor[met]], sector[world.pairs.receiver[met]])


def test_another_platform_lends_nothing_to_a_platform(world: World) -> None:
    """The pairs that meet on the second alone meet on it beside the first, in the same month."""
    first, second = halves()
    alone, beside = run(world, second, n_months=1), run(world, first, second, n_months=1)
    inside = (world.firms.sector[world.pairs.donor] > 0) & (world.firms.sector[world.pairs.receiver] > 0)
    assert (alone.state.pairs.since[inside] >= 0).sum() > 3
    assert_array_equal(alone.state.pairs.since[inside], beside.state.pairs.since[inside])


def test_a_federation_lies_between_separate_platforms_and_one(world: World) -> None:
    apart = meetings(world, *halves())
    half = meetings(world, *halves(), dataclasses.replace(PURE, openness=0.4))
    full = meetings(world, *halves(), PURE)
    one = meetings(world, Platform("one", **EVERYBODY))  # type: ignore[arg-type]
    assert apart < half < full
    assert full == one


def test_a_full_federation_of_equal_platforms_is_one_platform(world: World) -> None:
    joined = run(world, *halves(), PURE)
    one = run(world, Platform("one", **EVERYBODY))  # type: ignore[arg-type]
    assert_array_equal(joined.series, one.series)


def test_a_federation_of_strength_nil_or_of_one_platform_changes_nothing(world: World) -> None:
    first, second = halves()
    apart = run(world, first, second)
    shut = run(world, first, second, dataclasses.replace(PURE, intensity=0.0))
    assert_array_equal(shut.series, apart.series)
    assert_array_equal(run(world, first, PURE).series, run(world, first).series)


def test_a_federation_ends_with_its_lever(world: World) -> None:
    sector = world.firms.sector == 0
    across = sector[world.pairs.donor] != sector[world.pairs.receiver]
    ended = run(world, *halves(), dataclasses.replace(PURE, end=6)).state.pairs
    then = run(world, *halves(), PURE, n_months=6).state.pairs
    met = (ended.since >= 0)[across]
    assert met.any()
    assert_array_equal(met, (then.since >= 0)[across])


def test_a_federation_with_members_is_a_platform_too() -> None:
    own = Federation(
        "federation", capabilities=("matchmaking",), recall_of={"matchmaking": 0.5}, full_recall=0.2
    )
    assert own.moves() == pytest.approx({"recall": 0.1, "data_quality": 0.5, "federation": 0.8})
    assert PURE.moves() == {"federation": 1.0}


def test_the_packaged_federation_opens_the_packaged_platforms(world: World) -> None:
    found = load("federated_platforms")
    assert found.names[:-1] == load("separate_platforms").names
    sheet = conditions(found, world, 24)
    assert sheet.joins.tolist() == [1, 2, 4, 0]
    opened = sheet.effect[:, EFFECT_NAMES.index("federation")]
    assert opened.tolist() == [0.0, 0.0, 0.0, 0.8]
    assert sheet.effect[-1, EFFECT_NAMES.index("recall")] == 0.0
    assert conditions(neutral(found), world, 24).used.sum() == 0


def test_thirty_platforms_fit(world: World) -> None:
    many = [Platform(f"p{k}", capacity=1.0, stages=FIRM_STAGES) for k in range(30)]
    state = run(world, *many, n_months=2).state
    assert (state.firms.member >= 0).all()
    assert (state.levers.reached >= 0).sum() == sum(int(m).bit_count() for m in state.firms.member)
