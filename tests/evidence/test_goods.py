"""The goods' values follow from the price rows by the documented formulas."""

from __future__ import annotations

import dataclasses
import math
from statistics import median

import pytest

from issim import evidence
from issim.evidence.facts import Price
from issim.evidence.good import Good
from issim.evidence.goods import build_goods, volatility
from issim.evidence.terms import Term, field_names, scaled
from issim.evidence.vocabulary import GOOD_UNITS, GOODS

EV = evidence.load()
BY_NAME = {good.name: good for good in EV.goods}


def price(value: float, year: int, **other: object) -> Price:
    """A made-up row of scrap traded in one year."""
    row = Price(
        "k", "scrap", "metal", "secondary_price", value, "EUR/t", year, "IT", 0.0, True, "", "s", "high"
    )
    return dataclasses.replace(row, **other)  # type: ignore[arg-type]


def rows(good: str, parameter: str) -> list[Price]:
    """Comparable rows, chosen here independently of the code under test."""
    return [row for row in EV.prices if (row.good, row.parameter, row.comparable) == (good, parameter, True)]


def test_goods_stand_in_the_order_of_the_vocabulary() -> None:
    assert tuple(good.name for good in EV.goods) == GOODS
    assert tuple(good.unit for good in EV.goods) == GOOD_UNITS


@pytest.mark.parametrize("good", ["metal", "plastic", "wood", "paper", "organic", "textile", "mineral",
                                  "chemical", "sludge"])  # fmt: skip
def test_gate_fee_is_the_median_without_tax(good: str) -> None:
    fees = [row.value - row.tax for row in rows(good, "gate_fee")]
    assert BY_NAME[good].gate_fee == pytest.approx(median(fees))
    assert BY_NAME[good].priors["gate_fee"] == f"uniform({median(fees) / 2:.6g}, {median(fees) * 2:.6g})"


def test_known_gate_fees_by_hand() -> None:
    assert BY_NAME["metal"].gate_fee == (116.0 + 0.0) / 2
    assert BY_NAME["paper"].gate_fee == 56.0  # of 50, 56, 92.8
    assert BY_NAME["sludge"].gate_fee == 76.6  # of 67.7, 76.6, 98.5
    assert BY_NAME["textile"].gate_fee == 129.7  # of 43.2, 129.7, 301.6


def test_landfill_tax_is_taken_out_of_the_latvian_fee() -> None:
    (ash,) = [row for row in EV.prices if row.key == "slag_ash_mineral_furnace_ash.gate_fee.spaao.2019"]
    assert ash.value - ash.tax == pytest.approx(32.16)


@pytest.mark.parametrize("good", ["metal", "plastic", "wood", "paper"])
def test_residue_price_is_the_traded_price(good: str) -> None:
    """Where both a new and a traded price exist the discount ties them; else new follows from traded."""
    traded = median([row.value for row in rows(good, "secondary_price") if row.unit == "EUR/t"] or [0.0])
    if good == "wood":
        traded = median([24.93, 20.36, 23.8]) * EV.assumptions["heating_value.any"].value
    tolerance = 0.02 if good == "plastic" else 1e-9
    assert BY_NAME[good].residue_price == pytest.approx(traded, rel=tolerance)


def test_plastic_discount_by_hand() -> None:
    assert BY_NAME["plastic"].value_discount == pytest.approx(1 - 330 / 1444)


def test_heat_replaces_gas_and_competes_with_wood_chips() -> None:
    heat = BY_NAME["heat"]
    assert heat.virgin_price == pytest.approx((39.6 + 99.2) / 2)
    assert heat.residue_price == pytest.approx(20.36)
    assert (heat.reach, BY_NAME["water"].reach, BY_NAME["fuel_gas"].reach) == (7, 25, 12)


def test_processing_is_the_share_of_what_the_waste_trade_takes() -> None:
    for good in EV.goods:
        share = EV.assumptions.get(f"processing_share.{good.name}") or EV.assumptions["processing_share.any"]
        trade = good.gate_fee + good.yield_ * good.residue_price
        assert good.processing == pytest.approx(share.value * trade)
        assert good.margin(0.0) == pytest.approx((1 - share.value) * trade)


def test_freight_is_the_middle_of_the_two_costs() -> None:
    assert BY_NAME["metal"].freight == pytest.approx((0.046 + 0.158) / 2)
    assert BY_NAME["metal"].freight_co2 == pytest.approx((0.07703 + 0.12633) / 2)
    assert BY_NAME["metal"].priors["freight"] == "uniform(0.046, 0.158)"


def test_gate_fee_spread_puts_95_percent_between_half_and_double() -> None:
    assert BY_NAME["wood"].gate_fee_spread == pytest.approx(math.log(2) / 1.96, rel=1e-4)


def test_volatility_of_a_series_worked_by_hand() -> None:
    """100 in 2018, 200 two years later, 100 three years later: sqrt((ln2^2 + ln2^2) / 5)."""
    series = [price(100, 2023), price(100, 2018), price(200, 2020)]
    assert volatility(series) == pytest.approx(math.log(2) * math.sqrt(2 / 5))


def test_goods_without_a_series_take_the_median_volatility() -> None:
    own = [BY_NAME[name].price_volatility for name in ("metal", "plastic", "wood", "paper")]
    assert BY_NAME["chemical"].price_volatility == pytest.approx(median(own))
    assert "assumption" in BY_NAME["chemical"].sources["price_volatility"]
    assert "assumption" not in BY_NAME["paper"].sources["price_volatility"]


def test_a_row_that_is_not_comparable_changes_nothing() -> None:
    odd = price(9999.0, 2024, parameter="gate_fee", comparable=False, why_not="odd")
    assert build_goods([*EV.prices, odd], EV.assumptions) == EV.goods
    even = dataclasses.replace(odd, comparable=True)
    changed = {good.name: good for good in build_goods([*EV.prices, even], EV.assumptions)}
    assert changed["metal"].gate_fee == 116.0
    assert changed["paper"] == BY_NAME["paper"]


def test_typical_margins_at_30_km_are_modest() -> None:
    """A tonne on the road earns tens of euros, never hundreds; low-value goods lose by 100 km."""
    solids = [good for good in EV.goods if good.unit == "t" and good.name != "fuel_gas"]
    assert all(0 < good.margin(30.0) < 100 for good in solids)
    assert BY_NAME["sludge"].margin(100.0) < 0 < BY_NAME["sludge"].margin(30.0)
    pipes = [BY_NAME["heat"], BY_NAME["water"]]
    assert all(good.reach < 30.0 for good in pipes)


def test_every_field_has_source_unit_prior() -> None:
    for good in EV.goods:
        assert set(good.sources) == set(good.priors) == set(field_names(Good))
        for row in good.parameters():
            assert row.par.meaning
            assert "unit" not in row.par.unit
            for key in row.par.source.split("; "):
                assert key == "assumption" or key in EV.sources
            if row.par.source == "assumption" and not row.par.prior:
                assert row.value == 0.0, f"{row.name} is assumed and fixed"


def test_units_of_a_good_are_its_own() -> None:
    units = {row.name: row.par.unit for good in EV.goods for row in good.parameters()}
    assert units["goods.heat.gate_fee"] == "EUR/MWh"
    assert units["goods.water.co2_saved"] == "kg/m3"
    assert units["goods.metal.freight"] == "EUR/(t km)"


def test_scaling_a_term_scales_its_prior() -> None:
    assert scaled(Term(2.0, "a", "loguniform(1, 4)"), 3.0, source="b") == Term(
        6.0, "a; b", "loguniform(3, 12)"
    )
    assert scaled(Term(2.0, "a", "uniform(1, 4)"), -1.0) == Term(-2.0, "a", "uniform(-4, -1)")
