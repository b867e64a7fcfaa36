"""A pathway's modules: what each lifts and teaches, worked by hand, and what leaving one out changes."""

from __future__ import annotations

import dataclasses

import pytest
from numpy.testing import assert_array_equal

from issim.errors import InputError
from issim.levers import catalogue
from issim.levers.base import relief_pars
from issim.levers.pathway import MODULES, TAUGHT_BY, Pathway
from issim.levers.policy import Policy, conditions
from issim.model.simulate import simulate
from issim.rules.behaviour import Behaviour
from issim.world.state import World


def test_modules_on_one_barrier_take_their_shares_one_after_the_other() -> None:
    """Life cycle 0.5 and energy 0.2 on the uncertain return, after 0.1 of its own: 1 - 0.9 * 0.5 * 0.8."""
    pathway = Pathway(
        "course", modules=("life_cycle", "energy"), depth={"life_cycle": 0.5, "energy": 0.2},
        relief={"uncertain_return": 0.1, "no_time": 0.3},
    )  # fmt: skip
    assert pathway.lifts() == pytest.approx(
        {"uncertain_return": 0.64, "poor_data": 0.5, "short_term": 0.5, "no_time": 0.3}
    )


def test_gains_follow_the_modules_that_teach_them() -> None:
    pathway = Pathway("course", modules=("framework", "blockchain"), awareness=0.8, skills=0.3, trust=0.1)
    assert pathway.moves() == pytest.approx({"awareness_gain": 0.8, "skills_gain": 0.15})


def test_seven_modules_and_every_barrier_and_gain_they_name_exists() -> None:
    assert len(MODULES) == 7
    assert {key for module in MODULES.values() for key in module.barriers} <= set(relief_pars())
    assert {name for names in TAUGHT_BY.values() for name in names} <= set(MODULES)


@pytest.mark.parametrize("left_out", MODULES)
def test_no_module_makes_a_pathway_worse(left_out: str) -> None:
    whole = Pathway("whole")
    less = dataclasses.replace(whole, modules=tuple(name for name in MODULES if name != left_out))
    assert all(whole.lifts()[key] >= less.lifts().get(key, 0.0) for key in whole.lifts())
    assert all(whole.moves()[key] >= less.moves().get(key, 0.0) for key in whole.moves())
    assert (whole.lifts(), whole.moves()) != (less.lifts(), less.moves())


def test_a_module_named_twice_counts_once() -> None:
    assert (
        Pathway("twice", modules=("energy", "energy")).lifts() == Pathway("once", modules=("energy",)).lifts()
    )


@pytest.mark.parametrize("name", ["symbiotech_eqf5", "symbiotech_eqf6"])
def test_both_symbiotech_pathways_have_all_modules(name: str) -> None:
    lever = catalogue.lever(name)
    assert lever.modules == tuple(MODULES)
    assert set(lever.depth) == set(MODULES)


def test_the_university_goes_deeper_for_more_money_and_reaches_fewer() -> None:
    vocational, university = catalogue.lever("symbiotech_eqf5"), catalogue.lever("symbiotech_eqf6")
    assert all(university.depth[name] > vocational.depth[name] for name in MODULES)
    assert university.unit_cost > vocational.unit_cost
    assert university.capacity < vocational.capacity


def test_a_pathway_without_modules_is_refused() -> None:
    with pytest.raises(InputError, match="neither lifts a barrier nor has an effect"):
        catalogue.build({"mechanism": "pathway", "modules": []}, "empty")


def test_an_unknown_module_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(InputError, match="did you mean blockchain"):
        catalogue.build({"mechanism": "pathway", "modules": ["blokchain"]}, "mine")


def test_modules_of_no_depth_that_teach_nothing_leave_the_run_as_it_was(world: World) -> None:
    hollow = Pathway(
        "hollow", depth=dict.fromkeys(MODULES, 0.0), awareness=0.0, skills=0.0, trust=0.0,
        effects={"search_push": 0.0},
    )  # fmt: skip
    behaviour = Behaviour(start_share=0.3)
    told = simulate(
        world, conditions(Policy("hollow", "", (hollow,)), world, 24), behaviour, seed=3, n_months=24
    )
    assert_array_equal(told.series, simulate(world, None, behaviour, seed=3, n_months=24).series)
