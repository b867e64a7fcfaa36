"""What every packaged lever promises, whatever its mechanism: parametrised over configs/lever/*.yaml."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from issim.errors import InputError
from issim.evidence import load
from issim.levers import catalogue
from issim.levers.base import Lever, entry_fields, relief_pars, where
from issim.levers.checks import PRIOR
from issim.levers.policy import Policy, conditions, neutral
from issim.levers.relief import Relief
from issim.model.simulate import Trajectory, simulate
from issim.rules.behaviour import Behaviour
from issim.units import ASSUMPTION
from issim.world.conditions import EFFECT_NAMES, Conditions, empty
from issim.world.state import World

N_MONTHS = 30
SEED = 11
#: Many exchanges from the start, so that a lever on exchanges has something to act on.
BUSY = Behaviour(start_share=0.3)
#: What the user chooses about a policy; no prior can say it.
CHOICES = ("start", "end", "ramp", "intensity", "capacity", "budget", "threshold", "contract_months")


def alone(name: str) -> Policy:
    """A policy of one packaged lever."""
    return Policy(name, "", (catalogue.lever(name),))


def arrays(run: Trajectory) -> dict[str, np.ndarray]:
    """Everything a run leaves behind, save the luck of levers that did nothing."""
    found = {"series": run.series}
    for table in ("firms", "pairs", "market"):
        found |= {f"{table}.{key}": value for key, value in getattr(run.state, table)._asdict().items()}
    return found


@pytest.fixture(scope="module")
def without(world: World) -> dict[str, np.ndarray]:
    """The run that no policy touches."""
    return arrays(simulate(world, None, BUSY, seed=SEED, n_months=N_MONTHS))


def test_it_stands_in_the_listing_under_its_own_name(lever_name: str) -> None:
    row = next(row for row in catalogue.listing() if row.lever == lever_name)
    assert row.mechanism in catalogue.mechanisms()
    assert row.relieves or row.moves
    assert all((row.reaches, row.rests_on))


def test_it_says_what_it_is_for_and_who_acts(lever_name: str) -> None:
    lever = catalogue.lever(lever_name)
    assert lever.name == lever_name
    assert lever.question.endswith("?")
    assert all((lever.title, lever.meaning, lever.actor))


@pytest.mark.parametrize("as_used", [True, False], ids=["skipped", "computed"])
def test_its_neutral_value_leaves_the_run_bit_identical(
    lever_name: str, as_used: bool, world: World, without: dict[str, np.ndarray]
) -> None:
    sheet = conditions(neutral(alone(lever_name)), world, N_MONTHS)
    if not as_used:  # rules that do look at the lever must find nothing either
        sheet = sheet._replace(used=(sheet.effect > 0.0).any(axis=0).astype(np.int8))
    run = simulate(world, sheet, BUSY, seed=SEED, n_months=N_MONTHS)
    for key, value in arrays(run).items():
        assert_array_equal(value, without[key], err_msg=key)
    assert run.state.levers.spent.sum() == 0.0


def test_at_full_strength_it_changes_the_run(
    lever_name: str, world: World, without: dict[str, np.ndarray]
) -> None:
    sheet = conditions(alone(lever_name), world, N_MONTHS)
    run = simulate(world, sheet, BUSY, seed=SEED, n_months=N_MONTHS)
    changed = [key for key, value in arrays(run).items() if not np.array_equal(value, without[key])]
    assert set(changed) - {"series"}, "only what the public pays has changed, not what firms are or do"


def test_it_moves_exactly_the_conditions_that_it_declares(lever_name: str, world: World) -> None:
    lever = catalogue.lever(lever_name)
    sheet = conditions(alone(lever_name), world, N_MONTHS)
    moved = {EFFECT_NAMES[k]: sheet.effect[0, k] for k in np.flatnonzero(sheet.effect[0])}
    assert moved == {name: size for name, size in {**lever.effects, **lever.moves()}.items() if size > 0}
    lifted = {key: share for key, share in zip(relief_pars(), sheet.relief[0], strict=True) if share > 0}
    assert lifted == {key: share for key, share in lever.lifts().items() if share > 0}
    assert {EFFECT_NAMES[k] for k in np.flatnonzero(sheet.used)} == set(moved)
    assert moved or lifted


def test_a_barrier_stands_in_the_column_of_its_number(world: World) -> None:
    for barrier in load().barriers:
        lever = Relief("one", relief={barrier.key: 0.25})
        sheet = conditions(Policy("one", "", (lever,)), world, 1)
        assert dict(enumerate(sheet.relief[0], start=1))[barrier.number] == 0.25
        assert sheet.relief.sum() == 0.25


def test_columns_that_it_does_not_declare_stay_as_they_are_without_a_lever(
    lever_name: str, world: World
) -> None:
    lever, blank = catalogue.lever(lever_name), empty(1, len(world.firms.index), N_MONTHS)
    sheet = conditions(alone(lever_name), world, N_MONTHS)
    neutral_columns = set(Conditions._fields) - {"key", "strength", "relief", "effect", "used"}
    if lever.enrols:
        neutral_columns -= {"enrols", "lasts", "joins", "stages", "capacity", "unit_cost"}
    if lever.running_cost or lever.mechanism == "mandate":
        neutral_columns -= {"running_cost"}
    if lever.budget is not None:
        neutral_columns -= {"budget"}
    if lever.mechanism == "mandate":
        neutral_columns -= {"min_employees"}
    if lever.mechanism == "procurement":
        neutral_columns -= {"term"}
    if lever.limits():
        neutral_columns -= {"target"}
    for column in sorted(neutral_columns):
        assert_array_equal(getattr(sheet, column), getattr(blank, column), err_msg=column)


def test_every_number_has_unit_range_meaning_and_a_source_that_exists(lever_name: str) -> None:
    known = {*load().sources, ASSUMPTION}
    for row in catalogue.lever(lever_name).parameters():
        assert all((row.par.unit, row.par.meaning)), row.name
        assert row.par.low < row.par.high, row.name
        assert set(row.par.source.split("; ")) <= known, row.name


def test_every_assumed_number_has_a_prior_around_it(lever_name: str) -> None:
    for row in catalogue.lever(lever_name).parameters():
        field = row.name.removeprefix(f"{where(lever_name)}.")
        if row.par.prior:
            _, low, high = PRIOR.fullmatch(row.par.prior).groups()
            assert row.value == 0 or float(low) <= row.value <= float(high), row.name
        elif field not in CHOICES and row.par.source == ASSUMPTION:
            assert row.value == 0, f"{row.name} = {row.value} is assumed without a prior"


def numbers(lever: Lever) -> list[tuple[str, str, float, float]]:
    """Field, entry ('' for none), low and high of every number of a lever."""
    found = [
        (field.name, "", field.metadata["par"].low, field.metadata["par"].high)
        for field in dataclasses.fields(lever)
        if "par" in field.metadata
    ]
    for field, pars in entry_fields(type(lever)).items():
        found += [(field, entry, pars[entry].low, pars[entry].high) for entry in getattr(lever, field)]
    return found


def test_a_number_out_of_range_is_refused_with_name_value_unit_and_range(lever_name: str) -> None:
    said = catalogue.spec(lever_name)
    for field, entry, low, high in numbers(catalogue.lever(lever_name)):
        for value in (low - 1, high + 1, math.nan, math.inf):
            changed = {**said, field: {**(said.get(field) or {}), entry: value} if entry else value}
            with pytest.raises(InputError) as refused:
                catalogue.build(changed, lever_name)
            text, name = str(refused.value), ".".join(filter(None, [where(lever_name), field, entry]))
            assert f"{name} = {value}" in text
            assert f"[{low}, {high}]" in text


@pytest.mark.parametrize("value", ["many", True, [1], {"a": 1}])
def test_what_is_no_number_is_refused(lever_name: str, value: object) -> None:
    said = catalogue.spec(lever_name)
    for field, entry, _, _ in numbers(catalogue.lever(lever_name)):
        if field == "end" and value is None:
            continue
        changed = {**said, field: {**(said.get(field) or {}), entry: value} if entry else value}
        with pytest.raises(InputError, match="is no number"):
            catalogue.build(changed, lever_name)


def test_a_mistyped_key_is_refused_with_the_nearest_one(lever_name: str) -> None:
    with pytest.raises(InputError, match=r"did you mean .*intensity"):
        catalogue.build({**catalogue.spec(lever_name), "intensitty": 1.0}, lever_name)
