"""Targets against predictions: verdicts that are known beforehand, every target once, what is missed first."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from issim import evidence
from issim.analysis import validation, validation_page
from issim.analysis.validation import INSIDE, MISSED, UNDEFINED, WITHIN, Checked, check
from issim.evidence.targets import BUILT_IN, FITTED, LEFT_OUT
from issim.model import posterior
from issim.plots import palette
from issim.plots import validation as plot
from issim.plots.style import Provenance
from issim.runs import predictive, programmes
from issim.runs.calibration import designed
from issim.runs.job import plan
from issim.runs.predictive import CHOSEN, PRIOR

EV = evidence.load()
N = 400
SPREAD = np.linspace(-0.1, 0.1, N)
NAN = np.full(N, np.nan)
#: Published 10 with an error of 1, and draws whose verdict follows by hand: Phi(-1.5) = 0.067, Phi(-3) = 0.001.
CASES: dict[str, tuple[str, float, float, NDArray[np.float64], str]] = {
    "hit": (FITTED, 10.0, 1.0, 10.0 + SPREAD, INSIDE),
    "near": (FITTED, 10.0, 1.0, 11.5 + SPREAD, WITHIN),
    "far": (FITTED, 10.0, 1.0, 13.0 + SPREAD, MISSED),
    "below": (LEFT_OUT, 10.0, 1.0, 7.0 + SPREAD, MISSED),
    "empty": (LEFT_OUT, 10.0, 1.0, NAN, UNDEFINED),
    "seldom": (LEFT_OUT, 10.0, 1.0, np.where(np.arange(N) < 0.45 * N, 10.0, np.nan), UNDEFINED),
    "wide": (LEFT_OUT, 10.0, 1e-6, 10.0 + 50.0 * SPREAD, INSIDE),
    "exact": (LEFT_OUT, 10.0, 1e-6, 10.5 + SPREAD, MISSED),
    "other sign": (BUILT_IN, -0.04, 0.03, 0.01 * SPREAD, WITHIN),
}


def targets() -> pd.DataFrame:
    """The table of the made-up targets."""
    return pd.DataFrame(
        {
            "key": key, "programme": "Somewhere", "what": f"the {key}", "value": value, "unit": "km", "role": role,
            "sd": sd, "origin": "funnel|Somewhere|x|2001; funnel|Somewhere|y|2002", "arranged": "a region",
            "month": 60, "stands_for": "the same", "reason": "as good as any", "source": "own", "confidence": "low",
        }
        for key, (role, value, sd, _, _) in CASES.items()
    )  # fmt: skip


def drawn(label: str = CHOSEN) -> pd.DataFrame:
    """The table of the made-up predictions."""
    parts = [
        pd.DataFrame({"constants": label, "seed": range(N), "target": key, "value": values})
        for key, (_, _, _, values, _) in CASES.items()
    ]
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def found() -> list[Checked]:
    return check(targets(), drawn())


@pytest.mark.parametrize("key", CASES)
def test_a_verdict_is_the_one_worked_by_hand(key: str, found: list[Checked]) -> None:
    (row,) = [row for row in found if row.target == key]
    assert row.verdict == CASES[key][4]


def test_the_chance_below_is_the_normal_one(found: list[Checked]) -> None:
    by_key = {row.target: row for row in found}
    assert by_key["near"].p == pytest.approx(0.5 * (1.0 + math.erf(-1.5 / math.sqrt(2.0))), abs=5e-4)
    assert by_key["below"].p == pytest.approx(0.5 * (1.0 + math.erf(3.0 / math.sqrt(2.0))), abs=5e-4)
    assert (by_key["hit"].low, by_key["hit"].high) == pytest.approx((9.91, 10.09), abs=1e-3)
    assert (by_key["hit"].error_low, by_key["hit"].error_high) == pytest.approx((8.355, 11.645), abs=1e-3)
    assert (by_key["seldom"].draws, by_key["seldom"].undefined) == (N, N - 180)
    assert by_key["hit"].year == "2002"


def test_what_is_missed_stands_first_in_every_role(found: list[Checked]) -> None:
    assert [row.role for row in found] == [FITTED] * 3 + [LEFT_OUT] * 5 + [BUILT_IN]
    assert [row.target for row in found[:3]] == ["far", "near", "hit"]
    assert [row.verdict for row in found[3:8]] == [MISSED, MISSED, UNDEFINED, UNDEFINED, INSIDE]


def test_words_tell_the_missed_in_full_before_the_others(found: list[Checked]) -> None:
    text = "\n".join(validation.as_text(found, "made up", (95, 96)))
    assert "fitted     3: 1 missed, 1 within error, 1 inside" in text
    assert (
        text.index("the far") < text.index("Within error (2): near, other sign.") < text.index("Inside (2)")
    )
    assert "95 of 96 figures inside" in text


def test_the_page_holds_every_target_once_in_its_tables(found: list[Checked]) -> None:
    page = validation_page.page(found, validation_page.Head("made up", N, 2, (95, 96)), ["![one](one.png)"])
    missed, everything = page.split("## All targets")
    for row in found:
        assert everything.split("## What stands")[0].count(f"| {validation.name_of(row)} |") == 1
        assert (f"| {validation.name_of(row)} |" in missed) == (row.verdict in (MISSED, UNDEFINED))
    assert "| fitted | 1 | 0 | 1 | 1 |" in missed
    assert "![one](one.png)" in missed


def test_priors_are_told_beside(found: list[Checked]) -> None:
    assert all(math.isnan(row.prior_low) for row in found)
    beside = check(targets(), pd.concat([drawn(), drawn(PRIOR).assign(value=lambda t: t["value"] - 1.0)]))
    (row,) = [row for row in beside if row.target == "hit"]
    assert (row.prior_low, row.prior_high) == pytest.approx((8.91, 9.09), abs=1e-3)
    assert row.verdict == INSIDE


def test_the_figure_marks_roles_and_misses(found: list[Checked]) -> None:
    about = Provenance("mixed", 100, N, "0")
    seen = {}
    for name, roles in plot.SLIDES.items():
        fig = plot.figure(found, roles, "made up", about)
        (axes,) = fig.axes
        marks = {line.get_marker() for line in axes.lines} - {"None", "<", ">"}
        assert marks == {plot.MARKS[role] for role in roles}
        texts = {text.get_text(): text.get_color() for text in axes.texts}
        for row in found:
            if row.role in roles:
                missed = row.verdict in (MISSED, UNDEFINED)
                assert (texts[validation.name_of(row)] == palette.MISSED) == missed
                seen[row.target] = name
        if BUILT_IN in roles:
            assert "<" in {line.get_marker() for line in axes.lines}  # a median beyond the scale
    assert set(seen) == set(CASES)
    assert len(set(plot.MARKS.values())) == 3


# on the targets of the evidence


def test_targets_that_are_left_out_enter_no_fit() -> None:
    fitted = {target.key for target in designed([], 8, 2).targets}
    assert fitted == {target.key for target in EV.targets if target.role == FITTED}
    about = posterior.load().about["targets"].split("; ")
    assert set(about) == fitted
    assert fitted.isdisjoint(target.key for target in EV.targets if target.role in (LEFT_OUT, BUILT_IN))


def test_every_seed_predicts_with_its_own_draw_of_the_posterior() -> None:
    settings = plan(["policy=none", "behaviour=posterior", "n_seeds=3", "seed=7"]).settings
    drawn_constants = predictive.chosen_constants(settings)
    assert drawn_constants == [settings.behaviour_of(seed) for seed in (7, 8, 9)]
    assert len({constants.outside_influence for constants in drawn_constants}) == 3


@pytest.fixture(scope="module")
def small() -> tuple[pd.DataFrame, pd.DataFrame]:
    """All targets with the predictions of two draws in small regions."""
    words = ["policy=none", "population.n_firms=60", "n_seeds=2"]
    settings = plan(words).settings
    stages = predictive.staged(settings, words[1:], lambda: None)
    heard: list[int] = []
    constants = predictive.chosen_constants(settings)
    table = predictive.predictions(settings, stages, constants, CHOSEN, heard.append)
    assert sum(heard) == predictive.n_runs(stages, settings)
    again = programmes.summaries(stages, EV.targets, constants, [1, 2], runs_each=predictive.REGIONS)
    by_key = table.pivot(index="seed", columns="target", values="value")[
        [target.key for target in EV.targets]
    ]
    assert np.array_equal(again, by_key, equal_nan=True)
    return predictive.targets_table(EV), table


def test_every_target_appears_exactly_once(small: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    checked = check(*small)
    assert sorted(row.target for row in checked) == sorted(target.key for target in EV.targets)
    assert {row.role for row in checked} == {FITTED, LEFT_OUT, BUILT_IN}
    page = validation_page.page(checked, validation_page.Head("small", 2, predictive.REGIONS, (1, 1)))
    text = " ".join(" ".join(validation.as_text(checked, "small", (1, 1))).split())
    for row in checked:
        assert page.count(f"- **{validation.name_of(row)}**") == 1, row.target
        in_words = row.target if row.verdict in (WITHIN, INSIDE) else validation.name_of(row)
        assert " ".join(in_words.split()) in text, row.target


def test_priors_are_drawn_for_all_constants_that_have_one() -> None:
    settings = plan(["policy=none", "n_seeds=3"]).settings
    first, second, _ = predictive.prior_constants(settings)
    different = {
        name for name in type(first).__dataclass_fields__ if getattr(first, name) != getattr(second, name)
    }
    drawn_names = {p.name.removeprefix("behaviour.") for p in predictive.drawable()}
    assert different == drawn_names
