"""A study's design: which cells its axes, cells, draws and `against` make, and what it cannot mean."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from sentences import blemishes

from issim.errors import InputError
from issim.levers import catalogue
from issim.runs.cells import Composer, check_axes, world_key
from issim.runs.design import SERIES, Cell, expand, read
from issim.runs.parameters import parameters
from issim.runs.schema import groups, types
from issim.units import Parameter

BY_NAME = {found.name: found for found in parameters()}
TINY = ("population.n_firms=60", "n_seeds=1")


def cells(said: Mapping[str, Any], seed: int = 1) -> list[Cell]:
    """The cells of a study given as its table."""
    return expand(read("mine", {"question": "Which?", **said}), BY_NAME.__getitem__, seed)


def test_a_list_of_values_is_one_cell_each() -> None:
    assert cells({"axes": {"policy": ["none", "training"]}}) == [{"policy": "none"}, {"policy": "training"}]


def test_a_grid_has_every_combination_once_and_the_last_axis_runs_fastest() -> None:
    found = cells({"axes": {"behaviour.news": [0.1, 0.2], "region": ["italy", "latvia", "norway"]}})
    assert [tuple(cell.values()) for cell in found] == [
        (news, region) for news in (0.1, 0.2) for region in ("italy", "latvia", "norway")
    ]
    assert all(list(cell) == ["behaviour.news", "region"] for cell in found)


def test_cells_written_out_are_taken_as_they_are() -> None:
    written = [{"policy": "training"}, {"policy": "mandate", "policy.levers.mandate.quota": 0.4}]
    assert cells({"cells": written}) == written


def test_a_latin_hypercube_has_one_value_in_every_stratum_of_every_axis() -> None:
    axes = {"behaviour.news": "uniform(0, 0.1)", "behaviour.trust_learning": "uniform(0.2, 0.4)"}
    found = cells({"axes": axes, "draws": 50})
    assert len(found) == 50
    for name, low, width in (("behaviour.news", 0.0, 0.1), ("behaviour.trust_learning", 0.2, 0.2)):
        strata = sorted(math.floor((float(cell[name]) - low) / width * 50) for cell in found)
        assert strata == list(range(50))
    assert found == cells({"axes": axes, "draws": 50})
    assert found != cells({"axes": axes, "draws": 50}, seed=2)


def test_the_word_prior_is_the_prior_of_the_parameter() -> None:
    name = "behaviour.contagion"
    by_word = cells({"axes": {name: "prior"}, "draws": 8})
    assert by_word == cells({"axes": {name: BY_NAME[name].par.prior}, "draws": 8})


def test_a_sobol_design_is_the_one_that_salib_analyses() -> None:
    from SALib.analyze import sobol

    axes = {"behaviour.news": "uniform(0, 0.1)", "behaviour.trust_learning": "uniform(0, 0.5)"}
    found = cells({"axes": axes, "draws": 256, "sampling": "sobol"})
    assert len(found) == 256 * 4
    table = np.array([[float(cell[name]) for name in axes] for cell in found])
    assert (table >= 0.0).all()
    assert (table <= (0.1, 0.5)).all()
    # f = 10 x + y, both uniform: variances 100 * 0.01 / 12 and 0.25 / 12, so shares 0.8 and 0.2
    problem = {"num_vars": 2, "names": list(axes), "bounds": [[0, 1]] * 2}
    shares = sobol.analyze(problem, 10 * table[:, 0] + table[:, 1], calc_second_order=False, seed=1)
    assert shares["S1"] == pytest.approx([0.8, 0.2], abs=0.03)


def test_draws_cross_the_grid_so_that_every_policy_meets_the_same_draws() -> None:
    found = cells({"axes": {"policy": ["none", "training"], "behaviour.news": "uniform(0, 0.1)"}, "draws": 5})
    assert len(found) == 10
    drawn = {
        policy: [cell["behaviour.news"] for cell in found if cell["policy"] == policy]
        for policy in ("none", "training")
    }
    assert drawn["none"] == drawn["training"]


def test_against_adds_every_setting_once_without_policy_and_without_settings_of_levers() -> None:
    found = cells(
        {
            "axes": {
                "policy.levers.training.start": [0, 12],
                "region": ["italy", "latvia"],
                "policy": ["training"],
            },
            "against": "none",
        }
    )
    bare = [cell for cell in found if cell["policy"] == "none"]
    assert bare == [{"region": region, "policy": "none"} for region in ("italy", "latvia")]
    assert len(found) == 4 + 2


def test_against_a_policy_that_is_among_the_values_adds_nothing() -> None:
    found = cells({"axes": {"policy": ["none", "training"], "behaviour.news": [0, 0.1]}, "against": "none"})
    assert len(found) == 4


def test_a_study_keeps_what_it_says_and_fills_in_the_rest() -> None:
    study = read("mine", {"axes": {"policy": ["none"]}, "series": ["aware", "tonnes", "aware"]})
    assert study.series == ("aware", "tonnes")
    assert read("mine", {"axes": {"policy": ["none"]}}).series == SERIES
    assert len(read("mine", {"axes": {"policy": ["none"]}, "series": "all"}).series) > len(SERIES)


AXES = {"policy": ["none", "training"]}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"axes": AXES, "agianst": "none"}, "key 'study.agianst' is not known; did you mean study.against"),
        ({}, "needs either axes"),
        ({"axes": AXES, "cells": [{"policy": "none"}]}, "needs either axes"),
        ({"axes": {}}, "needs either axes"),
        ({"axes": [1, 2]}, "needs either axes"),
        ({"cells": ["training"]}, "must be a list of settings"),
        ({"cells": [{}]}, "must be a list of settings"),
        ({"axes": {"policy": []}}, "study.axes.policy = [] has no values"),
        ({"axes": {"policy": None}}, "study.axes.policy = None has no values"),
        ({"axes": {"policy": ["none", "none"]}}, "names a value twice"),
        ({"axes": {"behaviour.news": [[1, 2]]}}, "[1, 2] is no value of study axis behaviour.news"),
        ({"axes": {"behaviour.news": [True]}}, "True is no value of study axis behaviour.news"),
        ({"axes": {"behaviour.news": [math.nan]}}, "behaviour.news = nan is not finite"),
        ({"axes": {"behaviour.news": "uniform(0, 1)"}}, "has 1 axes with a distribution and draws = 0"),
        ({"axes": AXES, "draws": 8}, "has 0 axes with a distribution and draws = 8"),
        ({"axes": AXES, "draws": "many"}, "study.draws = 'many' is no whole number"),
        ({"axes": AXES, "draws": -1}, "study.draws = -1 is no whole number"),
        ({"axes": AXES, "sampling": "sobel"}, "study.sampling 'sobel' is not known; did you mean sobol?"),
        ({"axes": AXES, "series": ["tones"]}, "study.series 'tones' is not known; did you mean"),
        ({"axes": AXES, "series": "tonnes"}, "study.series = 'tonnes' is no list"),
        ({"axes": AXES, "figure": "lines"}, "study.figure = 'lines' is no table"),
        ({"axes": AXES, "figure": {"knid": "lines"}}, "did you mean study.figure.kind"),
        ({"axes": {"behaviour.news": "prior(0)"}, "draws": 4}, "The prior of behaviour.news = 'prior(0)' is none"),
        ({"axes": {"n_months": "prior"}, "draws": 4}, "n_months has no prior"),
        (
            {"axes": {"behaviour.news": "uniform(0, 9)"}, "draws": 4},
            "The prior of behaviour.news = 'uniform(0, 9)' leaves the range",
        ),
        (
            {"axes": {"behaviour.news": "prior"}, "draws": 12, "sampling": "sobol"},
            "study.draws = 12 is no power of two",
        ),
        (
            {"axes": {"behaviour.news": [k / 2000 for k in range(2000)], "seed": list(range(2000))}},
            "has 4000000 cells, more than 1000000",
        ),
    ],
)  # fmt: skip
def test_a_study_that_means_nothing_is_one_sentence(said: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as caught:
        cells(said)
    assert words in str(caught.value)
    assert not blemishes(str(caught.value))


@pytest.mark.parametrize(
    ("axis", "words"),
    [
        ("n_seeds", "study axis 'n_seeds' cannot differ between cells"),
        ("seed", "study axis 'seed' cannot differ between cells"),
        ("outputs", "study axis 'outputs' cannot differ between cells"),
        ("launcher", "study axis 'launcher' cannot differ between cells"),
        ("lever", "'lever' is not a key of the configuration"),
        ("behavior.news", "did you mean behaviour.news"),
        ("population.nfirms", "did you mean population.n_firms"),
        ("study.axes", "is part of the study itself"),
        ("study.question", "is part of the study itself"),
    ],
)
def test_an_axis_that_is_none_is_one_sentence(axis: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        check_axes([axis])
    assert words in str(caught.value)
    assert not blemishes(str(caught.value))


def _other(row: Parameter) -> float | int | str:
    """A value of a parameter that is not its default, and near it."""
    low, high = float(row.par.low), float(row.par.high)
    if isinstance(row.value, int) and types().get(row.name) is int:
        return row.value + 1 if row.value < high else row.value - 1
    value = float(row.value or 0.0)
    return value + 0.1 * (min(high, value + 1.0) - value) if value < high else value - 0.1 * (value - low)


def _axes_of_all_kinds() -> list[str]:
    """The first and the last number of every table, and every table of goods, countries and barriers once."""
    kinds: dict[str, list[str]] = {}
    for name, row in BY_NAME.items():
        apart = name.startswith(("policy", "region.places", "region.borders", "seed", "n_", "thr", "unc"))
        if not apart and isinstance(row.value, int | float):
            first, *_, last = name.split(".")
            kinds.setdefault(first, []).append(name)
            kinds.setdefault(f"{first}.{last}", []).append(name)
    return sorted({place for names in kinds.values() for place in (names[0], names[-1])})


#: Tables that decide the world of a run.
OF_THE_WORLD = (
    "region",
    "population",
    "streams",
    "peers",
    "candidates",
    "goods",
    "countries",
    "barriers",
    "waste",
)


@pytest.fixture(scope="module", name="composer")
def _composer() -> Composer:
    return Composer(TINY)


@pytest.mark.parametrize("axis", _axes_of_all_kinds())
def test_every_kind_of_parameter_can_be_an_axis(axis: str, composer: Composer) -> None:
    check_axes([axis])
    usual, other = composer.settings({}), composer.settings({axis: _other(BY_NAME[axis])})
    assert usual != other
    is_other_world = axis.partition(".")[0] in OF_THE_WORLD
    assert (world_key(usual) != world_key(other)) is is_other_world
    assert composer.settings({}) == usual


@pytest.mark.parametrize("name", catalogue.names())
def test_every_lever_can_be_an_axis(name: str) -> None:
    other = "mandate" if name == "training" else "training"
    composer = Composer([*TINY, f"policy={other}", f"+lever@policy.levers.{name}={name}"])
    axis = f"policy.levers.{name}.intensity"
    check_axes([axis])
    found = [composer.settings({axis: value}).policy.levers for value in (0.25, 0.75)]
    assert [lever.intensity for levers in found for lever in levers if lever.name == name] == [0.25, 0.75]


@pytest.mark.parametrize("group", [name for name in groups() if name not in ("launcher", "lever")])
def test_every_group_can_be_an_axis(group: str, composer: Composer) -> None:
    check_axes([group])
    registers = Composer([])  # a documented case brings its own number of firms
    for name in groups()[group]:
        assert (registers if name.startswith("case_") else composer).settings({group: name})


def test_numbers_apply_on_top_of_the_names_of_the_same_cell(composer: Composer) -> None:
    found = composer.settings(
        {"policy": "training", "region": "latvia", "policy.levers.training.start": 12, "behaviour.news": 0.01}
    )
    assert (found.policy.name, found.region.name, found.behaviour.news) == ("training", "latvia", 0.01)
    assert [lever.start for lever in found.policy.levers] == [12]


def test_a_lever_that_the_policy_does_not_have_is_one_sentence(composer: Composer) -> None:
    with pytest.raises(InputError) as caught:
        composer.settings({"policy": "training", "policy.levers.mandate.quota": 0.4})
    assert "about a lever that policy 'training' does not have (training)" in str(caught.value)
    assert not blemishes(str(caught.value))


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ({"behaviour.news": 7}, "behaviour.news = 7.0 is outside"),
        ({"behaviour.news": "much"}, "behaviour.news = much is not a number"),
        ({"population.n_firms": 60.5}, "population.n_firms = 60.5 is not a whole number"),
        ({"population.n_firms": "many"}, "population.n_firms = many is not a whole number"),
        ({"population.composition": 3}, "population.composition"),
        ({"goods.metal.gate_fee": "much"}, "goods.metal.gate_fee = much is not a number"),
        ({"goods.metall.gate_fee": 1}, "metall"),
        ({"policy": "trainning"}, "did you mean training"),
        ({"region": "latvja"}, "did you mean latvia"),
        ({"policy": 7}, "policy"),
        ({"policy": "training", "policy.levers.training.strat": 7}, "did you mean"),
        ({"policy": "training", "policy.levers.training.start": "late"}, "start"),
    ],
)  # fmt: skip
def test_a_value_that_its_axis_cannot_have_is_one_sentence(
    cell: Cell, words: str, composer: Composer
) -> None:
    with pytest.raises(InputError) as caught:
        composer.settings(cell)
    assert words in str(caught.value)
    assert not blemishes(str(caught.value))


def test_a_whole_number_and_the_same_fraction_are_one_setting(composer: Composer) -> None:
    for axis in ("region.side", "population.n_firms", "behaviour.news"):
        whole, fraction = composer.settings({axis: 1}), composer.settings({axis: 1.0})
        assert whole == fraction
        assert world_key(whole) == world_key(fraction)
