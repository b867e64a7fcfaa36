"""Countries' terms are the latest published ones, converted and joined as documented."""

from __future__ import annotations

import dataclasses

import pytest

from issim import evidence
from issim.errors import InputError
from issim.evidence.countries import CountryTerms, build_countries
from issim.evidence.facts import Figure
from issim.evidence.terms import field_names
from issim.evidence.vocabulary import BRANCHES, COUNTRIES, GOODS
from issim.evidence.waste import MAKERS, branch_shares, build_waste

EV = evidence.load()


def test_landfill_taxes_by_hand() -> None:
    taxes = {country.code: country.landfill_tax for country in EV.countries}
    assert taxes["IT"] == (12 + 15) / 2  # regions: 5.165, 12, 15, 19
    assert taxes["LV"] == 95
    assert taxes["NO"] == 0
    assert taxes["PL"] == pytest.approx(270 / EV.assumptions["rate_PLN.2020"].value)
    assert taxes["DK"] == pytest.approx(475 / EV.assumptions["rate_DKK.any"].value)
    assert taxes["FI"] == 80
    assert taxes["SE"] == pytest.approx(500 / EV.assumptions["rate_SEK.any"].value)
    for code in ("SI", "BE", "NL"):
        assert EV.country(code).sources["landfill_tax"] == "assumption"
        assert EV.country(code).priors["landfill_tax"]


def test_a_bound_of_a_tax_is_not_its_rate() -> None:
    (row,) = (row for row in EV.taxes if row.country == "BE-Flanders" and row.bound == ">")
    assert row.value == EV.assumptions["landfill_tax.BE"].value
    low, high = EV.country("BE").priors["landfill_tax"].removeprefix("uniform(").rstrip(")").split(", ")
    assert float(low) < row.value < float(high)


def test_only_norway_and_flanders_tax_incineration() -> None:
    rate = EV.assumptions["rate_NOK.any"].value
    taxes = {country.code: country.incineration_tax for country in EV.countries if country.incineration_tax}
    assert taxes == pytest.approx({"NO": 485 / rate, "BE": 25})


def test_landfill_rates_by_hand() -> None:
    rates = {country.code: country.landfill_rate for country in EV.countries}
    assert rates == pytest.approx(
        {"IT": 0.19, "LV": 0.24, "NO": 154 / (478 + 278 + 154 + 299), "PL": 0.29, "SI": 0.05,
         "BE": 0.04, "DK": 0.03, "FI": 0.12, "NL": 0.24, "SE": 0.08}
    )  # fmt: skip
    assert EV.country("LV").priors["landfill_rate"] == "uniform(0.096, 0.6)"


def test_digital_intensity_is_one_version_and_year() -> None:
    latvia = EV.country("LV")
    assert latvia.digital[1:] == pytest.approx((0.5495, 0.7790, 0.9821))
    assert latvia.digital_micro == pytest.approx(0.75 * 0.5495)
    for country in EV.countries:
        assert list(country.digital) == sorted(country.digital)
    assert {country.years["digital_small"] for country in EV.countries} == {2025}


def test_digital_intensity_of_the_netherlands_is_the_european_one_with_a_wide_prior() -> None:
    dutch, factor = EV.country("NL"), EV.assumptions["digital_odds_factor.NL"].value
    assert not any(row.country == "NL" for row in EV.digital)
    assert dutch.digital[1:] == pytest.approx((0.6885, 0.8667, 0.9639))
    assert dutch.digital_micro == pytest.approx(0.75 * 0.6885)
    for size in ("small", "medium", "large"):
        share = getattr(dutch, f"digital_{size}")
        assert dutch.sources[f"digital_{size}"] == "eurostat_dii; assumption"
        ends = dutch.priors[f"digital_{size}"].removeprefix("uniform(").rstrip(")").split(", ")
        low, high = (p / (1 - p) / (share / (1 - share)) for p in map(float, ends))
        assert (low, high) == pytest.approx((1 / factor, factor), rel=1e-3)


def test_the_dutch_prior_is_as_wide_as_the_odds_of_the_lowest_and_the_highest_country() -> None:
    metric = "SMEs basic digital intensity"
    share = {f.country: f.amount / 100 for f in EV.smes if f.metric == metric and f.year == 2023}
    odds = {country: p / (1 - p) for country, p in share.items()}
    widest = max(odds["FI"] / odds["EU27"], odds["EU27"] / odds["RO"])
    assert widest < EV.assumptions["digital_odds_factor.NL"].value < 1.25 * widest


def test_no_other_country_may_lose_its_rows_unnoticed() -> None:
    rows = [row for row in EV.digital if row.country != "DK"]
    with pytest.raises(InputError, match="no row for DK, size small"):
        build_countries(EV.taxes, EV.firms, rows, EV.assumptions)


def test_waste_is_that_of_the_surveyed_countries() -> None:
    row = next(row for row in EV.firms if row.metric == "waste of food" and row.country == "IT")
    danish = dataclasses.replace(row, country="DK", value=1e9)
    assert branch_shares([*EV.firms, danish]) == branch_shares(EV.firms)


def test_size_structure_is_the_european_one() -> None:
    for country in EV.countries:
        assert country.size_structure == pytest.approx((0.918, 0.069, 0.011, 0.002))
        assert sum(country.size_structure) == pytest.approx(1.0, abs=1e-12)


def test_every_country_says_where_its_terms_come_from() -> None:
    assert tuple(country.code for country in EV.countries) == COUNTRIES
    for country in EV.countries:
        assert set(country.priors) == set(field_names(CountryTerms))
        for name, source in country.sources.items():
            for key in source.split("; "):
                assert key == "assumption" or key in EV.sources, name


def test_a_newer_rate_replaces_the_older() -> None:
    row = next(row for row in EV.taxes if row.country == "LV" and row.value == 95)
    newer = dataclasses.replace(row, value=110.0, year=2030.0)
    countries = build_countries([newer, *EV.taxes], EV.firms, EV.digital, EV.assumptions)
    assert next(country for country in countries if country.code == "LV").landfill_tax == 110.0


def test_an_impossible_rate_is_refused_by_name() -> None:
    row = next(row for row in EV.taxes if row.country == "LV" and row.value == 95)
    absurd = dataclasses.replace(row, value=5000.0, year=2030.0)
    with pytest.raises(
        InputError, match=r"countries\.LV\.landfill_tax = 5000\.0 EUR/t is outside \[0, 300\]"
    ):
        build_countries([*EV.taxes, absurd], EV.firms, EV.digital, EV.assumptions)


def test_tonnes_per_firm_are_tonnes_per_person_times_persons() -> None:
    assert EV.waste.by_size == pytest.approx((8.8 * 2.1, 8.8 * 19.3, 8.8 * 101.4, 8.8 * 1042.5))


def test_shares_of_branches_add_to_one_and_metals_lead() -> None:
    shares, source = branch_shares(EV.firms)
    assert sum(shares.values()) == pytest.approx(1.0)
    assert max(shares, key=lambda name: shares[name]) == "metals"
    assert source == "oecd_wsector"
    food = sum((3188.704, 346.266, 3266.257, 102.12, 52.064))
    metals = sum((10600.714, 375.619, 10220.23, 20.218, 327.286))
    assert shares["food"] / shares["metals"] == pytest.approx(food / metals)


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0])
def test_intensity_keeps_the_mean_of_the_makers(exponent: float) -> None:
    key = "waste.branch_exponent"
    assumptions = {**EV.assumptions, key: dataclasses.replace(EV.assumptions[key], value=exponent)}
    intensity = build_waste(EV.firms, assumptions).intensity
    makers = [intensity[BRANCHES.index(name)] for name in MAKERS]
    assert sum(makers) / len(makers) == pytest.approx(1.0)
    shares, _ = branch_shares(EV.firms)
    wanted = 1.0 if exponent == 0 else (shares["metals"] / shares["food"]) ** exponent
    assert intensity[BRANCHES.index("metals")] / intensity[BRANCHES.index("food")] == pytest.approx(wanted)


def test_material_shares_by_hand() -> None:
    share = dict(zip(GOODS, EV.waste.material_share, strict=True))
    named = 77 + 126 + 122 + 82 + 19 + 190 + 36 + 1 + 112 + 48 + 36 + 98
    assert share["metal"] == pytest.approx(190 / named)
    assert share["mineral"] == pytest.approx((19 + 112 + 48) / named)
    assert share["sludge"] == pytest.approx((122 + 36) / named)
    assert share["heat"] == share["water"] == share["fuel_gas"] == 0.0
    assert sum(share.values()) == pytest.approx(1.0)


def test_a_figure_without_a_value_cannot_be_used_as_a_number() -> None:
    empty = Figure("", "rule", None, "=", "rule", 2020, "EU", "a rule", "eu_byproduct", "high")
    with pytest.raises(InputError, match="has no value"):
        _ = empty.amount
