"""Bad levers and policies, one fault each: one clear sentence, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from issim.errors import InputError
from issim.levers import catalogue, policy
from issim.levers.policy import Policy
from issim.levers.relief import Relief

#: What a policy file says, and what the sentence that refuses it must name.
FAULTS: dict[str, tuple[str, str]] = {
    "unknown lever": ("levers: {trainning: {}}", "lever 'trainning' is not known; did you mean training"),
    "unknown field": ("levers: {training: {capacitty: 3}}", "did you mean policy.levers.training.capacity"),
    "unknown key of the policy": ("lever: {training: {}}", "did you mean policy.levers"),
    "unknown mechanism": ("levers: {training: {mechanism: reliev}}", "did you mean relief"),
    "no mechanism": ("levers: {mine: {name: ./empty.yaml}}", "has no mechanism"),
    "unknown barrier": ("levers: {training: {relief: {no_tyme: 0.2}}}", "did you mean no_time"),
    "barrier number": (
        "levers: {training: {relief: {25: 0.2}}}",
        "barrier in policy.levers.training.relief '25'",
    ),
    "unknown effect": ("levers: {training: {effects: {skill_gain: 0.2}}}", "did you mean skills_gain"),
    "unknown country": ("levers: {training: {countries: [DE]}}", "policy.levers.training.countries 'DE'"),
    "country that is no list": (
        "levers: {training: {countries: {LV: 1}}}",
        "policy.levers.training.countries",
    ),
    "unknown sector": ("levers: {training: {sectors: [agrifood]}}", "did you mean agri-food"),
    "unknown size": ("levers: {training: {sizes: [tiny]}}", "known are: large, medium, micro, small"),
    "unknown branch": ("levers: {training: {branches: [metal]}}", "did you mean metals"),
    "unknown stage": ("levers: {training: {stages: [search]}}", "did you mean searching"),
    "unknown capability": ("levers: {platform: {capabilities: [match_making]}}", "did you mean matchmaking"),
    "region by name": ("levers: {training: {regions: [north]}}", "'north'; whole numbers in [0, 255]"),
    "region too large": ("levers: {training: {regions: 300}}", "300; whole numbers in [0, 255]"),
    "end before start": ("levers: {training: {start: 12, end: 12}}", "training.end = 12 month is not after"),
    "negative budget": ("levers: {training: {budget: -1}}", "training.budget = -1 EUR is outside [0.0"),
    "intensity": ("levers: {training: {intensity: 1.5}}", "training.intensity = 1.5 is outside [0.0, 1.0]"),
    "half a month": ("levers: {training: {start: 1.5}}", "training.start = 1.5 month is no whole number"),
    "number as text": ("levers: {training: {unit_cost: cheap}}", "unit_cost = 'cheap' is no number"),
    "nothing where a number must be": (
        "levers: {training: {unit_cost: null}}",
        "unit_cost = None is no number",
    ),
    "flag": ("levers: {training: {enrols: maybe}}", "enrols = 'maybe' is neither true nor false"),
    "text": ("levers: {training: {title: 7}}", "title = 7 is no text"),
    "relief that is no table": ("levers: {training: {relief: 0.5}}", "relief = 0.5 is no table"),
    "relief above one": ("levers: {training: {relief: {no_time: 1.01}}}", "relief.no_time = 1.01 is outside"),
    "effect below zero": (
        "levers: {training: {effects: {trust_gain: -0.1}}}",
        "trust_gain = -0.1 is outside",
    ),
    "year beyond the path": ("levers: {landfill_tax: {path: {100: 5}}}", "year of the path"),
    "tax below zero": ("levers: {landfill_tax: {path: {1: -5}}}", "path.1 = -5 EUR/t is outside"),
    "capacity without enrolment": ("levers: {mandate: {capacity: 5}}", "mandate.capacity = 5 needs a lever"),
    "stages without enrolment": (
        "levers: {facilitator: {stages: [aware]}}",
        "needs a lever that reaches firms",
    ),
    "an effect of the mechanism": (
        "levers: {mandate: {effects: {quota: 0.5}}}",
        "is set by the mechanism 'mandate'",
    ),
    "a lever that does nothing": (
        "levers: {mine: {mechanism: relief}}",
        "neither lifts a barrier nor has an effect",
    ),
    "unknown source": (
        "levers: {training: {sources: {unit_cost: folklore}}}",
        "source 'folklore' is not known",
    ),
    "source of nothing": ("levers: {training: {sources: {unitcost: assumption}}}", "did you mean unit_cost"),
    "sources that are no table": ("levers: {training: {sources: assumption}}", "sources is no table"),
    "prior": ("levers: {training: {priors: {unit_cost: 'normal(1, 2)'}}}", "'normal(1, 2)' is no prior"),
    "prior upside down": ("levers: {training: {priors: {unit_cost: 'uniform(5, 2)'}}}", "is no prior"),
    "prior out of range": ("levers: {training: {priors: {intensity: 'uniform(0, 2)'}}}", "leaves [0.0, 1.0]"),
    "lever name": ("levers: {My-Lever: {mechanism: relief}}", "name 'My-Lever' is not usable"),
    "levers as a list": ("levers: [training]", "levers = ['training'] is no table"),
    "a lever that is no table": ("levers: {training: 5}", "policy.levers.training = 5 is no table"),
    "policy name": ("name: 5\nlevers: {}", "policy.name = 5"),
    "policy name that leaves the folder": ("name: ../up\nlevers: {}", "policy.name = '../up' is not usable"),
    "none with a lever": ("name: none\nlevers: {training: {}}", "policy.name = none means no lever at all"),
    "default": ("defaults: [training]\nlevers: {}", "the default 'training' is no lever"),
    "no such lever file": ("levers: {mine: {name: ./nowhere.yaml}}", "cannot be read"),
    "same key twice": (
        "levers:\n  training: {}\n  training: {}\n",
        "line 3 is no YAML ('training' stands twice)",
    ),
    "broken YAML": ("levers: {training: {start: 1", "is no YAML"),
    "no table at all": ("- training\n", "holds no table"),
    "a tag that builds an object": ("levers: !!python/object/apply:os.getcwd []", "is no YAML"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_one_sentence(fault: str, tmp_path: Path) -> None:
    text, expected = FAULTS[fault]
    (tmp_path / "bad.yaml").write_text(text)
    (tmp_path / "empty.yaml").write_text("title: nothing\n")
    with pytest.raises(InputError) as refused:
        policy.load(str(tmp_path / "bad.yaml"))
    sentence = str(refused.value)
    assert expected in sentence
    assert "\n" not in sentence
    assert sentence.endswith((".", "?"))


@pytest.mark.parametrize(("name", "near"), [("trainng", "training"), ("packages", "package")])
def test_an_unknown_policy_is_refused_with_the_nearest(name: str, near: str) -> None:
    with pytest.raises(InputError, match=f"policy '{name}' is not known; did you mean .*{near}"):
        policy.load(name)


def test_a_policy_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        policy.load(str(tmp_path / "nowhere.yaml"))
    (tmp_path / "latin.yaml").write_bytes(b"question: \xe9t\xe9\n")
    with pytest.raises(InputError, match="not UTF-8"):
        policy.load(str(tmp_path / "latin.yaml"))


def test_a_lever_made_in_python_is_checked_as_well() -> None:
    with pytest.raises(InputError, match=r"policy.levers.mine.budget = -5 EUR is outside"):
        Policy("mine", "", (Relief("mine", relief={"no_time": 0.5}, budget=-5),))


JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-10, 3000), st.floats(), st.text(max_size=6),
    st.lists(st.one_of(st.integers(-5, 300), st.text(max_size=4), st.none()), max_size=3),
    st.dictionaries(
        st.one_of(st.text(max_size=4), st.integers(0, 30)),
        st.one_of(st.floats(), st.text(max_size=3)),
        max_size=2,
    ),
)  # fmt: skip
FIELDS = sorted(
    {field for name in catalogue.names() for field in catalogue.spec(name)} | {"joins", "branches"}
)


def told(make: Callable[[], Policy]) -> tuple[Policy | None, str]:
    """The policy and no sentence, or no policy and the sentence that refuses it."""
    try:
        return make(), ""
    except InputError as refused:
        return None, str(refused)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(name=st.sampled_from(catalogue.names()), field=st.sampled_from(FIELDS), value=JUNK)
def test_whatever_is_written_in_a_field_it_builds_or_is_refused(name: str, field: str, value: Any) -> None:
    found, refusal = told(lambda: policy.from_mapping({"levers": {name: {field: value}}}))
    assert "\n" not in refusal
    for row in found.parameters() if found else ():
        assert row.value == "none" or row.par.low <= row.value <= row.par.high  # type: ignore[operator]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(text=st.text(alphabet="levers:{}[],training 0123-.\n'\"&*!#|>", max_size=60))
def test_whatever_a_policy_file_says_it_builds_or_is_refused(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(text)
    found, refusal = told(lambda: policy.load(str(path)))
    assert (found is None) == bool(refusal)
