"""A scenario as state of the page, as a link, as a file: the same back and forth, and a sentence for anything else."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sentences import blemishes

from issim.app import files, links
from issim.app.limits import Limits
from issim.app.scenario import Scenario, from_state, starting_points, to_state
from issim.errors import InputError

LIMITS = Limits()
PLACE = {
    "region": "latvia",
    "n_firms": 300,
    "composition": "business",
    "n_months": 60,
    "n_seeds": 20,
    "seed": 7,
}
CHANGED = {
    "mandate": {"quota": 0.45, "end": 48, "sizes": ["large"]},
    "training": {"relief": {"law_unknown": 0.1}, "capacity": None},
    "landfill_tax": {"path": {"2": 30}},
    "end_of_waste": {"start": 6},
}


@pytest.fixture(params=[*starting_points(), "changed"])
def scenario(request: pytest.FixtureRequest) -> Scenario:
    levers = starting_points().get(request.param, CHANGED)
    return from_state({**PLACE, "name": request.param, "levers": levers}, LIMITS)


def test_a_link_brings_back_what_it_was_made_of(scenario: Scenario) -> None:
    assert links.read(f"?{links.query(scenario)}", LIMITS) == scenario


def test_a_file_brings_back_what_it_was_made_of(scenario: Scenario) -> None:
    assert files.read(files.written(scenario).encode(), LIMITS) == scenario


def test_the_state_brings_back_what_it_was_made_of(scenario: Scenario) -> None:
    assert from_state(to_state(scenario), LIMITS) == scenario


def test_a_lever_of_ones_own_travels_along() -> None:
    own = {"mechanism": "relief", "relief": {"no_time": 0.4}, "running_cost": 1000.0}
    made = from_state({"levers": {"lunches": own}}, LIMITS)
    assert made.policy().levers[0].lifts() == {"no_time": 0.4}
    assert links.read(links.query(made), LIMITS).policy() == made.policy()
    assert files.read(files.written(made).encode(), LIMITS).policy() == made.policy()


def test_the_usual_place_needs_no_words() -> None:
    assert links.query(Scenario()) == ""
    assert links.read("", LIMITS) == Scenario()


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ({"region": "atlantis"}, "region 'atlantis' is not known"),
        ({"composition": "giants"}, "population 'giants' is not known"),
        ({"n_firms": 2_000_000}, "more than this page takes on (5,000)"),
        ({"n_months": 1200}, "more than this page takes on (240)"),
        ({"n_seeds": 1_000_000}, "more than this page takes on (200)"),
        ({"n_firms": 5000, "n_months": 240, "n_seeds": 200}, "too much for one picture"),
        ({"n_firms": 0}, "no whole number of at least 1"),
        ({"n_firms": 10.5}, "no whole number"),
        ({"n_firms": math.nan}, "no whole number"),
        ({"n_firms": True}, "no whole number"),
        ({"n_firms": "many"}, "no whole number"),
        ({"region": 3}, "is no name"),
        ({"colour": "red"}, "setting 'colour' is not known"),
        ({"name": "none", "levers": {"training": {}}}, "cannot name a policy"),
        ({"name": "../../etc"}, "cannot name a policy"),
        ({"levers": {"mandate": {"quota": 7}}}, "policy.levers.mandate.quota = 7 is outside [0.0, 1.0]"),
        ({"levers": {"mandate": {"quota": math.nan}}}, "quota"),
        ({"levers": {"mandate": {"start": 500}}}, "is not before the end of the run"),
        ({"levers": {"mandat": {}}}, "mandate"),
        ({"levers": {"/etc/passwd": {}}}, "is a file"),
        ({"levers": {"training": {"name": "../secret.yaml"}}}, "is a file"),
        ({"levers": {"training": 5}}, "no table of fields"),
        ({"levers": 5}, "is no table"),
        ([1, 2], "is no scenario"),
        (None, "is no scenario"),
    ],
)  # fmt: skip
def test_what_is_impossible_is_refused_in_a_sentence(state: Any, told: str) -> None:
    with pytest.raises(InputError) as fault:
        from_state(state, LIMITS)
    assert told in str(fault.value)
    assert blemishes(str(fault.value)) == []


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"levers: {training: {}", "no YAML"),
        (b"just words", "holds no table"),
        (b"a: &a [x,x]\nlevers: [*a,*a]", "refers to other parts"),
        (b"colour: red", "does not belong"),
        (b"# issim run policy=x.yaml outputs=/etc\nlevers: {}", "is no setting of this page"),
        (b"# issim run policy=x.yaml seed=one\nlevers: {}", "no whole number"),
        (b"[" * 50_000, "nests more than"),
        (b"x" * 100_000, "more than a policy needs"),
        (b"!!python/object/apply:os.system ['true']", "no YAML"),
        (b"PK\x03\x04" + bytes(range(256)) * 20, ""),
        (b"", "holds no table"),
    ],
)
def test_a_file_that_is_no_policy_is_refused_in_a_sentence(data: bytes, told: str) -> None:
    with pytest.raises(InputError) as fault:
        files.read(data, LIMITS)
    assert told in str(fault.value)
    assert "\n" not in str(fault.value)


KEYS = (
    "levers",
    "training",
    "mandate",
    "relief",
    "quota",
    "name",
    "end",
    "sizes",
    *Scenario().place.__dict__,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inside: (
        st.lists(inside, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=8), inside, max_size=4)
    ),
    max_leaves=12,
)


def a_scenario_or_a_sentence(read: Callable[[Any, Limits], Scenario], data: Any) -> None:
    with contextlib.suppress(InputError):  # and nothing else
        assert isinstance(read(data, LIMITS), Scenario)


@settings(max_examples=60)
@given(JSON)
def test_any_state_is_a_scenario_or_a_sentence(state: Any) -> None:
    a_scenario_or_a_sentence(from_state, state)


@given(st.text(alphabet="?&=,:.levrnamtigod0123456789_%+", max_size=80) | st.text(max_size=80))
def test_any_link_is_a_scenario_or_a_sentence(text: str) -> None:
    a_scenario_or_a_sentence(links.read, text)


@given(st.binary(max_size=200) | st.text(alphabet="levrstaing:{}[]\n -&*!#01.", max_size=120).map(str.encode))
def test_any_file_is_a_scenario_or_a_sentence(data: bytes) -> None:
    a_scenario_or_a_sentence(files.read, data)
