"""The catalogue is whole: every action of the plan, the further levers, the scenarios, and what they cite."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from issim.errors import InputError
from issim.evidence import load
from issim.evidence.barriers import Barrier
from issim.levers import catalogue, policy
from issim.levers.base import Lever
from issim.levers.platform import CAPABILITIES
from issim.levers.policy import Policy, conditions
from issim.levers.relief import Relief
from issim.units import Par
from issim.world.state import World

BARRIERS = load().barriers
#: Levers beyond the plan, by what the model's design asks for.
FURTHER = (
    "landfill_tax", "tax_relief", "tax_credit", "reuse_subsidy", "training", "symbiotech_eqf5", "symbiotech_eqf6",
    "self_assessment", "screening", "peer_exchange", "facilitator", "platform", "monitoring",
    "public_procurement", "shared_logistics", "by_product_status", "duty_to_offer", "materials_market",
)  # fmt: skip
PLATFORMS = ("symbiosys", "floow2", "indusym", "sharebox", "esymbiosis", "enea", "esimbioza", "vcg")
SCENARIOS = (
    "none", "mandate", "tax_relief", "training", "platform", "action_plan", "recommendations", "finnish_mandate",
    "italian_tax_credit", "british_facilitation", "latvian_landfill_tax", "polish_landfill_fee", "symbiotech",
)  # fmt: skip


@pytest.mark.parametrize("barrier", BARRIERS, ids=lambda barrier: barrier.key)
def test_every_action_of_the_plan_is_one_lever_that_lifts_its_barrier_most(barrier: Barrier) -> None:
    (lever,) = [lever for lever in catalogue.levers() if lever.action == barrier.number]
    lifted = lever.lifts()
    assert lifted[barrier.key] == max(lifted.values()) > 0.0


def test_the_listing_says_which_action_a_lever_is() -> None:
    told = sorted(int(row.action) for row in catalogue.listing() if row.action)
    assert told == [barrier.number for barrier in BARRIERS]


@pytest.mark.parametrize("action", [-1, len(BARRIERS) + 1, 1.5, True, "two"])
def test_an_action_that_is_not_in_the_plan_is_refused(action: object) -> None:
    with pytest.raises(
        InputError, match=r"mine\.action = .* is no action of the plan; give its number, 1 to 24"
    ):
        catalogue.build({"mechanism": "relief", "relief": {"no_time": 0.5}, "action": action}, "mine")


def test_further_levers_and_the_eight_platforms_are_there() -> None:
    assert {*FURTHER, *(f"platform_{name}" for name in PLATFORMS)} <= set(catalogue.names())


def test_the_scenarios_are_there() -> None:
    assert set(SCENARIOS) <= set(catalogue.names("policy"))


def test_the_action_plan_holds_every_action_once_in_its_order() -> None:
    assert [lever.action for lever in policy.load("action_plan").levers] == [b.number for b in BARRIERS]


def test_each_of_the_seven_capabilities_but_those_nobody_names_is_in_some_platform() -> None:
    used = {name for key in catalogue.names() for name in getattr(catalogue.lever(key), "capabilities", ())}
    assert set(CAPABILITIES) - used == {"industry_4_0", "digital_twin"}


def test_platform_presets_differ_in_what_they_do_for_a_member(world: World) -> None:
    rows = set()
    for name in PLATFORMS:
        sheet = conditions(Policy(name, "", (catalogue.lever(f"platform_{name}"),)), world, 12)
        rows.add((sheet.effect.tobytes(), sheet.relief.tobytes()))
    assert len(rows) == len(PLATFORMS)


def test_platform_presets_that_claim_the_sicilian_cost_have_it() -> None:
    (row,) = [row for row in load().programme_costs if row.source == "interreg_2435"]
    claims = {name: catalogue.lever(f"platform_{name}") for name in PLATFORMS}
    told = {name for name, lever in claims.items() if "interreg_2435" in lever.sources["running_cost"]}
    assert told == {name for name, lever in claims.items() if lever.running_cost == row.amount / 60}
    assert "enea" in told


def figures(country: str) -> dict[int, float]:
    """Landfill tax of a country by year, in its own money."""
    return {
        int(row.year): row.amount for row in load().taxes
        if row.country == country and row.metric == "landfill tax, industrial waste" and row.year >= 2017
    }  # fmt: skip


def rate(year: int) -> float:
    """PLN per EUR of a year: the one assumed for that year, else for any other."""
    assumed = load().assumptions
    return assumed.get(f"rate_PLN.{year}", assumed["rate_PLN.any"]).value


def test_polish_fee_steps_are_the_published_ones_at_the_assumed_rates() -> None:
    euros = {year: amount / rate(year) for year, amount in figures("PL").items()}
    assert (figures("PL")[2017], figures("PL")[2020]) == (24.15, 270)
    steps = {str(year - 2017): euros[year] - euros[2017] for year in (2018, 2019, 2020)}
    assert catalogue.lever("polish_landfill_fee").path == pytest.approx(steps, abs=0.06)


@pytest.mark.parametrize(("name", "before", "after"), [("latvian_landfill_tax", 43.0, 95.0),
                                                       ("polish_landfill_fee", 5.6, 62.8)])  # fmt: skip
def test_a_tax_path_ends_where_its_file_says(name: str, before: float, after: float, world: World) -> None:
    sheet = conditions(policy.load(name), world, 120)
    path = before + sheet.strength[0] * sheet.effect[0].max()
    assert path[0] == before
    assert (np.diff(path) >= 0.0).all()
    assert path[-1] == pytest.approx(after, abs=0.06)


def test_the_british_programme_ends_after_seven_and_a_half_years(world: World) -> None:
    strength = conditions(policy.load("british_facilitation"), world, 120).strength[0]
    assert strength[:90].all()
    assert not strength[90:].any()


def test_the_british_programme_costs_what_a_member_cost() -> None:
    (row,) = [row for row in load().programme_costs if row.metric == "NISP public cost per member"]
    assert catalogue.lever("facilitation_programme").unit_cost == pytest.approx(1.15 * row.amount)


def test_screening_introduces_what_the_danish_programme_matched_per_firm() -> None:
    (row,) = [row for row in load().funnel if row.programme == "Denmark Green IS"]
    lever = catalogue.lever("screening")
    assert lever.effects["introductions"] == pytest.approx(lever.capacity * row.value)


def test_the_italian_credit_has_its_rate_its_two_years_and_a_thousandth_firms_share_of_its_money() -> None:
    (lever,) = policy.load("italian_tax_credit").levers
    documented = {row.source: row.amount / 100 for row in load().taxes if "tax credit" in row.metric}
    assert lever.moves() == {"tax_credit": documented["it_budget_law_2023"], "credit_cap": 20_000}
    assert lever.sources["cap"] == "it_budget_law_2023"
    assert (lever.start, lever.end) == (0, 24)
    firms = [
        row.amount for row in load().firms if row.metric == "industry enterprises BtoE" and row.year == 2022
    ]
    assert lever.budget == pytest.approx(2 * 5e6 * 1000 / firms[0], rel=0.01)
    budget = next(row for row in lever.parameters() if row.name.endswith(".budget"))
    assert "it_budget_law_2023" in budget.par.source


@pytest.mark.parametrize(
    "lever", [each for each in catalogue.levers() if each.lasts], ids=lambda each: each.name
)
def test_no_packaged_lever_that_lasts_ramps(lever: Lever) -> None:
    """What lasts keeps the strength of the month in which a firm was reached: a ramp would cheat the first."""
    assert lever.ramp == 0


def test_what_a_lever_pays_per_exchange_is_named_with_its_cost() -> None:
    told = {row.lever: row.cost for row in catalogue.listing()}
    assert told["tax_credit"] == "tax_credit per exchange"
    assert told["reuse_subsidy"].endswith("reuse_payment per exchange")
    assert told["landfill_tax"] == ""
    bare = dataclasses.replace(Relief("bare"), effects={"capex_grant": 0.0})
    assert catalogue.cost_in_words(bare) == ""


def test_priors_of_levers_are_within_what_the_number_may_be() -> None:
    for row in catalogue.parameters():
        assert isinstance(row.par, Par)
        if row.par.prior:
            low, high = (float(text) for text in row.par.prior[:-1].split("(")[1].split(", "))
            assert row.par.low <= low < high <= row.par.high, row.name
