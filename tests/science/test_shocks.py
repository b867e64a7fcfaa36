"""Dated tax rises: rates and dates are the table's, month by month; a path that stays flat changes nothing at all."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from sentences import blemishes

from issim import evidence
from issim.analysis import validation_page
from issim.analysis.shocks import Response, as_text, at, last_known, responses, signed
from issim.errors import InputError
from issim.evidence.catalogue import PACKAGED
from issim.evidence.tax_paths import tax_path
from issim.levers import catalogue
from issim.levers.policy import conditions, load
from issim.model.simulate import simulate
from issim.plots import shocks as shock_plot
from issim.plots.style import Provenance
from issim.runs import shocks
from issim.runs.study import world_of
from issim.world.conditions import EFFECT_NAMES

SMALL = ("population.n_firms=100", "n_seeds=2")
EV = evidence.load()


def made(name: str) -> shocks.Replay:
    """A packaged shock on a small region."""
    return shocks.replay(shocks.shock(name), SMALL)


def published(area: str, instrument: str) -> Iterator[tuple[int, float]]:
    """Years and rates in EUR/t as the file says, read without the package."""
    with (PACKAGED / "taxes.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if (row["country"], row["metric"]) == (area, instrument):
                currency, year = row["unit"].partition("/")[0], row["year"]
                keys = (f"rate_{currency}.{year}", f"rate_{currency}.any")
                rate = next((EV.assumptions[key].value for key in keys if key in EV.assumptions), 1.0)
                yield int(year), float(row["value"]) / rate


@pytest.mark.parametrize("name", shocks.names())
def test_the_tax_that_firms_meet_is_the_tables_month_by_month(name: str) -> None:
    replay = made(name)
    chosen, settings = replay.shock, replay.settings
    world = world_of(settings, settings.run.seed)
    sheet = conditions(replay.policy, world, settings.run.n_months)
    own = world.countries.landfill_tax[world.firms.country]
    assert own == pytest.approx(np.full(len(own), own[0]), abs=0)
    assert sheet.target.all()
    rates = dict(published(chosen.area, chosen.instrument))
    assert set(range(chosen.first, chosen.last + 1)) <= set(rates)
    met = own[0] + sheet.strength[0] * sheet.effect[0, EFFECT_NAMES.index("landfill_tax")]
    assert len(met) == 12 * (chosen.last - chosen.first + 1 + shocks.AFTER)
    for month, tax in enumerate(met):
        assert tax == pytest.approx(rates[min(chosen.first + month // 12, chosen.last)], rel=1e-12), month
    assert shocks.tax_by_month(replay) == pytest.approx(met, rel=1e-12)


def test_the_five_histories_are_all_there() -> None:
    areas = {(shocks.shock(name).area, shocks.shock(name).first) for name in shocks.names()}
    assert areas == {("LV", 2011), ("LV", 2019), ("PL", 2017), ("NO", 2021), ("IE", 2011)}


def test_norway_took_nothing_in_the_year_whose_rate_was_postponed() -> None:
    assert [step.published for step in made("norway_2021").steps] == [0, 106, 131, 485]


@pytest.mark.parametrize(
    ("lever", "name"), [("landfill_tax", "latvia_2019"), ("polish_landfill_fee", "poland_2017")]
)
def test_the_packaged_steps_are_the_tables_to_the_digit_that_they_give(lever: str, name: str) -> None:
    (risen,) = made(name).policy.levers
    assert catalogue.lever(lever).path == pytest.approx(risen.path, abs=0.05)  # type: ignore[attr-defined]


def test_a_path_that_stays_at_its_first_rate_changes_nothing_bit_for_bit() -> None:
    replay = made("latvia_2019")
    flat = tuple(replay.steps[0]._replace(year=step.year) for step in replay.steps)
    world, n_months = world_of(replay.settings, 3), replay.settings.run.n_months
    runs = [
        simulate(world, conditions(policy, world, n_months), replay.settings.behaviour, seed=3, n_months=n_months)
        for policy in (load("none"), shocks.rise(replay.shock, flat), replay.policy)
    ]  # fmt: skip
    frozen, same, rising = (run.series.tobytes() for run in runs)
    assert frozen == same != rising


def test_both_arms_are_one_until_the_first_step() -> None:
    replay = shocks.replay(shocks.shock("poland_2017"), ["population.n_firms=500", "n_seeds=2"])
    table = shocks.runs(replay, lambda: None)
    first = table[table["year"] == 2017].drop(columns="arm").set_index(["seed", "year"])
    halves = first.iloc[::2], first.iloc[1::2]
    assert halves[0].equals(halves[1])
    last = table[table["year"] == 2020 + shocks.AFTER].groupby("arm")["exchanges"].sum()
    assert last["path"] > last["frozen"]
    assert set(table["arm"]) == {"frozen", "path"}
    assert len(table) == 2 * 2 * (4 + shocks.AFTER)


def test_ireland_is_replayed_on_firms_that_all_pay_its_levy_and_nothing_else() -> None:
    replay = made("ireland_2011")
    assert "no country of the model" in replay.shock.stand_in
    world = world_of(replay.settings, 1)
    assert set(world.countries.landfill_tax[world.firms.country]) == {50.0}
    assert len(set(world.firms.country)) == 5


# responses, on numbers whose answer is known

PATHS = pd.DataFrame(
    [("a", "Nowhere, tax", 2001, True, 10.0, "EUR/t", 10.0, "x"),
     ("a", "Nowhere, tax", 2002, True, 30.0, "EUR/t", 30.0, "x"),
     ("a", "Nowhere, tax", 2003, False, 30.0, "EUR/t", 30.0, "x")],
    columns=["shock", "title", "year", "known", "published", "unit", "tax", "source"],
)  # fmt: skip
#: Extra firms of three seeds by year: none, then 1, 2, 3 (told), then -1, 0, 1 (not told).
EXTRA = {2001: (0, 0, 0), 2002: (1, 2, 3), 2003: (-1, 0, 1)}
RUNS = pd.DataFrame(
    [
        {"shock": "a", "arm": arm, "seed": seed, "year": year, "adopters": 20.0 + seed + extra[seed] * (arm == "path"),
         "exchanges": 10.0, "tonnes": 100.0}
        for year, extra in EXTRA.items() for seed in range(3) for arm in ("frozen", "path")
    ]
)  # fmt: skip
UNKNOWN = pd.DataFrame([("a", "needed", "Counts by year.", "")], columns=["shock", "kind", "text", "source"])


@pytest.fixture(scope="module")
def found() -> list[Response]:
    return responses(RUNS, PATHS)


def test_a_response_is_the_paired_mean_with_its_interval(found: list[Response]) -> None:
    flat, told, not_told = at(found, "a", "adopters")
    assert (flat.mean, flat.low, flat.high, flat.frozen) == (0.0, 0.0, 0.0, 21.0)
    half = 2.919986 / np.sqrt(3)  # Student's t of 95 % with 2 degrees of freedom, standard deviation 1
    assert (told.mean, told.low, told.high) == pytest.approx((2.0, 2.0 - half, 2.0 + half), rel=1e-6)
    assert (told.runs_low, told.runs_high) == pytest.approx((1.1, 2.9))
    assert (told.is_told, not_told.is_told, flat.is_told) == (True, False, False)
    assert last_known(found, "a", "adopters").year == 2002
    assert (told.tax, told.frozen_tax) == (30.0, 10.0)


def test_what_is_not_known_is_said_to_be_unknown(found: list[Response]) -> None:
    page, text = validation_page.shocks(found, PATHS, UNKNOWN), "\n".join(as_text(found, PATHS, UNKNOWN))
    assert "No observed response found in the evidence." in page
    assert "no observed response found in the evidence" in text
    assert "| 2003 | held | 30.0 |" in page
    assert "**Needed.** Counts by year." in page
    seen = pd.concat(
        [UNKNOWN, pd.DataFrame([("a", "response", "Half as much.", "x")], columns=UNKNOWN.columns)]
    )
    assert "No observed response" not in validation_page.shocks(found, PATHS, seen)
    assert "1 observed responses" in "\n".join(as_text(found, PATHS, seen))


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (float("nan"), "-"), (0.004, "0.00"), (-0.5, "-0.50"), (2.0, "+2"), (12345.0, "+12 300")],
)
def test_a_difference_has_its_sign(value: float, text: str) -> None:
    assert signed(value) == text


def test_the_figure_shows_path_and_response_and_says_what_is_not_known(found: list[Response]) -> None:
    fig = shock_plot.figure(found, PATHS, Provenance("nowhere", 100, 3, "0"), 100)
    rates, answer = fig.axes
    assert list(rates.lines[1].get_ydata()) == [10.0, 30.0, 30.0, 30.0]
    assert list(answer.lines[1].get_ydata()) == [0.0, 0.0, 2.0, 0.0]
    assert {"10", "30"} <= {text.get_text() for text in rates.texts}
    assert any("no observed response is known" in text.get_text() for text in fig.texts) or any(
        "no\nobserved" in text.get_text() for text in fig.texts
    )


def test_one_seed_has_no_interval_and_makes_no_claim() -> None:
    alone = responses(RUNS[RUNS["seed"] == 2], PATHS)
    text = "\n".join(as_text(alone, PATHS, UNKNOWN))
    assert "extra firms that exchange: +3 firms by the end of 2002, +1 firms by that of 2003" in text
    assert not any(row.is_told for row in alone)
    fig = shock_plot.figure(alone, PATHS, Provenance("nowhere", 100, 1, "0"), 100)
    assert "no replayed tax rise clearly" in " ".join(fig.texts[0].get_text().split())
    assert "| 2002 | 30 EUR/t | 30.0 | +3 |" in validation_page.shocks(alone, PATHS, UNKNOWN)


# what cannot be


@pytest.mark.parametrize(
    ("area", "instrument", "years"),
    [("LV", "landfill tax, industrial waste", (2012, 2019)), ("XX", "landfill tax, industrial waste", (2011, 2012)),
     ("LV", "sugar tax", (2011, 2012))],
)  # fmt: skip
def test_a_rate_that_is_not_in_the_table_is_refused(
    area: str, instrument: str, years: tuple[int, int]
) -> None:
    with pytest.raises(InputError) as caught:
        tax_path(EV, area, instrument, *years)
    assert not blemishes(str(caught.value))


@pytest.mark.parametrize(
    "word", ["region=latvia", "policy=none", "n_months=12", "countries.LV.landfill_tax=3"]
)
def test_what_a_shock_decides_cannot_be_set(word: str) -> None:
    with pytest.raises(InputError, match=word.partition("=")[0]) as caught:
        shocks.replay(shocks.shock("latvia_2019"), [word])
    assert not blemishes(str(caught.value))


def test_a_shock_names_rows_that_the_evidence_has() -> None:
    for name in shocks.names():
        chosen = shocks.shock(name)
        for _, metric in chosen.known:
            one = dataclasses.replace(chosen, known=tuple(pair for pair in chosen.known if pair[1] == metric))
            assert shocks.known_rows(EV, one), (name, metric)
    assert len(shocks.elsewhere(EV)) == len(shocks.ELSEWHERE)


def test_an_unknown_shock_is_refused() -> None:
    with pytest.raises(InputError, match="atlantis"):
        shocks.shock("atlantis")
