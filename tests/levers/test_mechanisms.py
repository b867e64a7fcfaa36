"""Each mechanism against numbers worked by hand, and against the evidence that it cites."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from issim.errors import InputError
from issim.evidence import load
from issim.levers import catalogue
from issim.levers.mandate import Mandate
from issim.levers.platform import CAPABILITIES, Platform
from issim.levers.policy import Policy, conditions
from issim.levers.relief import Relief
from issim.levers.taxes import LandfillTax, TaxRelief
from issim.model.simulate import Trajectory, simulate
from issim.rules.behaviour import Behaviour
from issim.world.conditions import EFFECT_NAMES, Conditions
from issim.world.state import World

GUIDE = Relief("guide", relief={"no_guidelines": 0.5})
BUSY = Behaviour(start_share=0.3)


def made(world: World, *levers: object, n_months: int = 36) -> Conditions:
    """The conditions of some levers."""
    return conditions(Policy("these", "", levers), world, n_months)  # type: ignore[arg-type]


def run(world: World, *levers: object, n_months: int = 36) -> Trajectory:
    """A run under some levers."""
    return simulate(world, made(world, *levers, n_months=n_months), BUSY, seed=5, n_months=n_months)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [1, 1, 1, 1, 1, 1]),
        ({"start": 2}, [0, 0, 1, 1, 1, 1]),
        ({"start": 1, "end": 3}, [0, 1, 1, 0, 0, 0]),
        ({"start": 1, "ramp": 3}, [0, 0.25, 0.5, 0.75, 1, 1]),
        ({"ramp": 1, "intensity": 0.4}, [0.2, 0.4, 0.4, 0.4, 0.4, 0.4]),
        ({"ramp": 5, "end": 2}, [1 / 6, 2 / 6, 0, 0, 0, 0]),
        ({"intensity": 0.0}, [0, 0, 0, 0, 0, 0]),
        ({"start": 9}, [0, 0, 0, 0, 0, 0]),
        ({"budget": 0.0}, [0, 0, 0, 0, 0, 0]),
        ({"budget": 1.0}, [1, 1, 1, 1, 1, 1]),
    ],
)
def test_schedule(changes: dict[str, float], expected: list[float]) -> None:
    assert_allclose(dataclasses.replace(GUIDE, **changes).schedule(6), expected, rtol=1e-15)


def test_landfill_tax_follows_its_path_by_the_year(world: World) -> None:
    tax = LandfillTax("tax", start=2, path={"1": 10.0, "2": 40.0})
    sheet = made(world, tax, n_months=40)
    in_force = sheet.strength[0] * sheet.effect[0, EFFECT_NAMES.index("landfill_tax")]
    assert_allclose(in_force, [0.0] * 14 + [10.0] * 12 + [40.0] * 14)


def test_landfill_tax_path_is_latvias(world: World) -> None:
    rates = {
        int(row.year): row.amount
        for row in load().taxes
        if row.country == "LV" and row.metric == "landfill tax, industrial waste" and row.year >= 2019
    }
    steps = {str(year - 2019): rate - rates[2019] for year, rate in rates.items() if year > 2019}
    assert catalogue.lever("landfill_tax").path == steps


def test_tax_relief_lies_between_the_two_italian_credits() -> None:
    documented = {row.source: row.amount / 100 for row in load().taxes if "tax credit" in row.metric}
    relief = catalogue.lever("tax_relief")
    assert relief.rate == documented["it_dl_34_2019"]
    assert relief.priors["rate"] == f"uniform(0.1, {documented['it_budget_law_2023']:g})"


def test_tax_relief_moves_the_price_relief() -> None:
    assert TaxRelief("relief", rate=0.2).moves() == {"price_relief": 0.2}


def cost(source: str) -> float:
    """The one figure of a programme's cost that a source gives."""
    (row,) = [row for row in load().programme_costs if row.source == source]
    return row.amount


def test_platform_runs_at_what_the_sicilian_one_cost_over_five_years() -> None:
    assert catalogue.lever("platform").running_cost == pytest.approx(cost("interreg_2435") / 60)


def test_facilitator_costs_what_one_of_eleven_partners_of_the_baltic_project_did() -> None:
    assert catalogue.lever("facilitator").running_cost == pytest.approx(
        cost("baltic_is") * 1e6 / 36 / 11, rel=0.01
    )


def test_mandate_expects_the_fine_times_the_chance_of_a_check() -> None:
    mandate = Mandate("mandate", quota=0.4, fine=200.0, check_probability=0.25)
    assert mandate.moves() == {"quota": 0.4, "penalty": 50.0}


def test_mandate_binds_and_checks_only_firms_above_its_threshold(world: World) -> None:
    mandate = Mandate("mandate", threshold=20.0, check_cost=600.0, check_probability=0.5, running_cost=100.0)
    sheet = made(world, mandate)
    bound = world.firms.employees >= 20.0
    assert 0 < bound.sum() < len(bound)
    assert_array_equal(sheet.target[0], bound)
    assert sheet.min_employees[0] == 20.0
    assert sheet.running_cost[0] == pytest.approx(100.0 + 600.0 * 0.5 * bound.sum() / 12)


def test_mandate_makes_the_firms_it_binds_search(world: World) -> None:
    """Everybody bound and sure to search: in the first month all firms short of the quota search or talk."""
    keen = dataclasses.replace(BUSY, obliged_search=10.0)
    sheet = made(world, Mandate("mandate", quota=1.0, threshold=0.0), n_months=2)
    state = simulate(world, sheet, keen, seed=5, n_months=2).state.firms
    short = state.residues > state.diverted
    looks = (state.searching == 1) | (state.talking > 0)
    assert short.sum() > 50
    assert looks[short].mean() > 0.95


def test_a_threshold_that_binds_nobody_is_refused(world: World) -> None:
    with pytest.raises(InputError, match=r"none of the 160 firms of this world fits threshold = 900000"):
        made(world, Mandate("mandate", threshold=900_000.0))


def test_platform_recall_and_quality_worked_by_hand() -> None:
    platform = Platform(
        "platform", capabilities=("matchmaking", "industry_4_0"), full_recall=0.2, data_quality=0.5,
        recall_of={"matchmaking": 0.5, "industry_4_0": 0.1}, quality_of={"industry_4_0": 0.4},
    )  # fmt: skip
    assert platform.moves() == pytest.approx({"recall": 0.2 * (1 - 0.5 * 0.9), "data_quality": 1 - 0.5 * 0.6})


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_no_capability_makes_a_platform_worse(capability: str) -> None:
    less = Platform("platform", capabilities=tuple(c for c in CAPABILITIES if c != capability)).moves()
    more = Platform("platform", capabilities=tuple(CAPABILITIES)).moves()
    assert all(more[name] >= less[name] for name in more)
    assert more != less


def test_a_platform_that_can_do_nothing_shows_nobody() -> None:
    assert Platform("platform", capabilities=()).moves()["recall"] == 0.0


def test_capacity_limits_how_many_firms_are_reached(world: World) -> None:
    course = Relief("course", relief={"no_guidelines": 0.5}, enrols=True, capacity=1.5, unit_cost=10.0)
    levers = run(world, course, n_months=20).state.levers
    assert (levers.reached[0] >= 0).sum() == 30
    assert levers.spent[0] == 300.0


def test_only_targets_are_reached(world: World) -> None:
    course = Relief(
        "course",
        relief={"no_guidelines": 0.5},
        enrols=True,
        countries=("LV",),
        sizes=("micro", "small"),
        regions=(1,),
    )
    reached = run(world, course, n_months=3).state.levers.reached[0] >= 0
    firms = world.firms
    assert_array_equal(reached, (firms.region == 1) & np.isin(firms.size, (0, 1)) & (firms.country == 1))
    assert reached.any()


def test_stages_limit_whom_a_lever_reaches(world: World) -> None:
    course = Relief("course", relief={"short_term": 0.5}, enrols=True, stages=("operating",), end=1)
    state = run(world, course, n_months=1).state
    reached = state.levers.reached[0] >= 0
    assert 0 < reached.sum() < len(reached)
    assert (state.firms.operating[reached] > 0).mean() > 0.8  # a few may have ended in the same month


def test_a_target_that_is_nobody_is_refused_with_what_was_asked(world: World) -> None:
    nobody = dataclasses.replace(GUIDE, regions=(7,), countries=("LV",))
    with pytest.raises(InputError, match=r"countries = \['LV'\], regions = \[7\]") as refused:
        made(world, nobody)
    assert "policy.levers.guide" in str(refused.value)


def test_two_levers_on_one_barrier_take_their_shares_one_after_the_other(world: World) -> None:
    """0.5 and then 0.4 of what is left is 0.7 at once."""
    half = Relief("half", relief={"symbiosis_unknown": 0.5})
    two_fifths = Relief("two_fifths", relief={"symbiosis_unknown": 0.4})
    at_once = Relief("at_once", relief={"symbiosis_unknown": 0.7})
    two, one = run(world, half, two_fifths), run(world, at_once)
    assert_allclose(two.state.firms.factor, one.state.firms.factor, rtol=1e-12)
