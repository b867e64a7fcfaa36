"""Whatever is wrong with a configuration is said before anything runs: the key, the value, what is allowed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf
from sentences import blemishes

from issim.errors import InputError
from issim.levers.policy import from_mapping
from issim.runs.job import composed, plan
from issim.runs.own_data import FILES
from issim.runs.parameters import parameters
from issim.runs.schema import groups, known_keys, open_table, types
from issim.runs.settings import EVIDENCE_TABLES, checked
from issim.units import Parameter

SECTIONS = ("", "region", "population", "streams", "peers", "candidates", "behaviour", "uncertainty")


def refusal(call: Callable[[], object]) -> str:
    """The message with which a call is refused; fails when it is not, or when the message is not plain."""
    with pytest.raises(InputError) as caught:
        call()
    message = str(caught.value)
    assert not blemishes(message)
    return message


def numbers() -> list[Parameter]:
    """Every parameter that is a number."""
    return [row for row in parameters() if isinstance(row.value, int | float)]


def closed(section: str) -> list[Parameter]:
    """The numbers of one section of the schema."""
    return [row for row in numbers() if row.name in types() and row.name.rpartition(".")[0] == section]


def beyond(row: Parameter, side: str) -> float | int | None:
    """A number just outside the range of a parameter, whole where it must be; None if that side is open."""
    end = row.par.low if side == "below" else row.par.high
    if math.isinf(end):
        return None
    step = 1 if isinstance(row.value, int) else max(abs(end), 1.0) * 1e-3
    found = end + (step if side == "above" else -step)
    return int(found) if isinstance(row.value, int) else found


@cache
def tree() -> dict[str, Any]:
    """The default configuration as plain values."""
    return OmegaConf.to_container(composed([]), resolve=True)  # type: ignore[return-value]


def changed(key: str, value: object) -> dict[str, Any]:
    """The default configuration with one value changed, as a composed configuration would hold it."""
    found = {name: dict(part) if isinstance(part, dict) else part for name, part in tree().items()}
    *folders, last = key.split(".")
    part = found
    for folder in folders:
        part[folder] = dict(part.get(folder, {}))
        part = part[folder]
    part[last] = value
    return found


def test_the_sections_hold_every_number_that_is_no_table_of_evidence_or_policy() -> None:
    in_sections = {row.name for section in SECTIONS for row in closed(section)}
    elsewhere = {row.name for row in numbers() if open_table(row.name) is not None}
    assert in_sections | elsewhere == {row.name for row in numbers()}
    assert in_sections == {key for key, kind in types().items() if kind in (int, float)}


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("side", ["below", "above"])
def test_every_number_of_a_section_out_of_range_is_named_in_one_message(section: str, side: str) -> None:
    wrong = {row.name: (beyond(row, side), row.par) for row in closed(section)}
    message = refusal(lambda: plan([f"{name}={value!r}" for name, (value, _) in wrong.items()]))
    lines = message.split("\n")
    assert len(lines) == len(wrong) > 0
    for name, (value, par) in wrong.items():
        (line,) = [line for line in lines if line.startswith(f"{name} = ")]
        assert line.startswith(f"{name} = {value}")
        assert f"outside [{par.low}, {par.high}]" in line


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
@pytest.mark.parametrize("section", SECTIONS[1:-1])  # the first and last hold whole numbers only
def test_what_is_no_finite_number_is_refused_everywhere(section: str, value: str) -> None:
    names = [row.name for row in closed(section) if isinstance(row.value, float)]
    lines = refusal(lambda: plan([f"{name}={value}" for name in names])).split("\n")
    assert [line.partition(" = ")[0] for line in lines] == names
    assert all(f" = {value} " in line for line in lines)


WRONG = {int: ("1.5", "1e3", "text", "null", "[1]", "{a: 1}", "true", "", "nan"),
         float: ("text", "null", "[1]", "{a: 1}", "true", "", "1,5"),
         str: ("null", "[1]", "{a: 1}"),
         bool: ("text", "null", "[1]", "1.5"),
         dict: ("5", "text", "[1]", "null")}  # fmt: skip

#: Settings that name a file, or nothing.
NONE_AT_ALL = ("evidence", *FILES)


def wrong_types() -> Iterator[tuple[str, str]]:
    """Every key (of the many decimal numbers every third) with one value of a wrong type, all in turn."""
    decimals = [key for key, kind in types().items() if kind is float]
    chosen = [(key, kind) for key, kind in types().items() if kind is not float or key in decimals[::3]]
    for place, (key, kind) in enumerate(chosen):
        options = [value for value in WRONG[kind] if value != "null" or key not in NONE_AT_ALL]
        yield key, options[place % len(options)]


def test_every_key_refuses_a_value_of_another_type() -> None:
    for key, value in wrong_types():
        message = refusal(lambda: plan([f"{key}={value}", *([] if key == "policy" else ["policy=none"])]))  # noqa: B023
        assert key in message
        assert (value or "(nothing)") in message


@pytest.mark.parametrize("value", ["text", "null", "[1]", "{a: 1}", "true", "'1'"])
@pytest.mark.parametrize(
    "key", ["goods.metal.gate_fee", "countries.LV.landfill_tax", "barriers.20.strength", "waste.log_sd"]
)
def test_evidence_that_is_no_number_is_refused(key: str, value: str) -> None:
    assert refusal(lambda: plan([f"{key}={value}", "policy=none"])).startswith(key)


@pytest.mark.parametrize("table", EVIDENCE_TABLES)
def test_every_value_of_evidence_keeps_its_range(table: str) -> None:
    policy = from_mapping({})
    rows = [row for row in numbers() if row.name.startswith(f"{table}.")]
    tried = 0
    for row in rows:
        for value in (beyond(row, "below"), beyond(row, "above"), math.nan, math.inf):
            message = refusal(lambda: checked(changed(row.name, value), policy))  # noqa: B023
            assert message.startswith(f"{row.name} = ")
            assert f"outside [{row.par.low}, {row.par.high}]" in message
            tried += 1
    assert tried == 4 * len(rows) > 0


def test_every_number_of_every_lever_keeps_its_range() -> None:
    rows = [row for row in numbers() if row.name.startswith("policy.levers.")]
    for row in rows:
        lever, _, field = row.name.removeprefix("policy.levers.").partition(".")
        name, _, entry = field.partition(".")
        for value in (beyond(row, "below"), beyond(row, "above"), math.nan):
            said = {"levers": {lever: {name: {entry: value} if entry else value}}}
            message = refusal(lambda: from_mapping(said))  # noqa: B023
            assert message.startswith(f"{row.name} = ")
            assert f"{row.par.low}, {row.par.high}]" in message
    assert len(rows) > 50


def typos(key: str) -> Iterator[str]:
    """A key with a letter too few, one too many, two exchanged."""
    head, dot, tail = key.rpartition(".")
    middle = len(tail) // 2
    yield f"{head}{dot}{tail[:middle]}{tail[middle + 1 :]}"
    yield f"{head}{dot}{tail}x"
    if middle and tail[middle - 1] != tail[middle]:
        yield f"{head}{dot}{tail[: middle - 1]}{tail[middle]}{tail[middle - 1]}{tail[middle + 1 :]}"


def test_a_key_written_wrong_is_refused_and_the_right_one_suggested_nearly_always() -> None:
    found = []
    for key in known_keys():
        for typo in typos(key):
            for mark in ("", "+", "++"):
                message = refusal(lambda: plan([f"{mark}{typo}=1"]))  # noqa: B023
                assert message.startswith(f"'{typo}' is not a key")
            found.append(key in message)
    assert len(found) > 200
    assert sum(found) / len(found) > 0.95


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("goods.gold.gate_fee=5", "'gold' is not known"),
        ("goods.metal.gatefee=5", "did you mean goods.metal.gate_fee"),
        ("goods.metal=5", "names no column"),
        ("countries.DE.landfill_tax=5", "'DE' is not known"),
        ("countries.LV.landfil_tax=5", "countries.LV.landfill_tax"),
        ("barriers.25.strength=0.5", "'25' is not known"),
        ("barriers.20.strenght=0.5", "barriers.20.strength"),
        ("waste.huge=3", "waste.large"),
        ("waste.large.x=3", "is not a number"),
        ("goods=5", "goods.COLUMN=VALUE"),
        ("goods={metal: {gate_fee: x}}", "goods.metal.gate_fee = x"),
        ("policy.levers.trainin.start=3", "did you mean training"),
        ("policy.levers.training.strat=3", "did you mean policy.levers.training.start"),
        ("policy.levers.training.relief.no_tyme=0.3", "did you mean no_time"),
        ("policy.levers.training.relief.no_time=2", "outside [0.0, 1.0]"),
        ("policy.levers.training.countries=[DE]", "'DE' is not known"),
        ("policy.levers.training.budget=-1", "outside [0.0"),
        ("policy.levers.mine={mechanism: reliev, relief: {no_time: 0.1}}", "did you mean relief"),
        ("policy.levers=5", "policy.levers = 5"),
        ("policy.leers={}", "policy.levers"),
        ("policy.name=[]", "policy.name = []"),
        ("+lever@policy.levers.more=nothing", "'nothing' is not known"),
        ("+lever@policy.lever.grant=grant", "is not a key"),
        ("+region@other=latvia", "is not a key"),
        ("population.composition=surveys", "did you mean survey"),
        ("region.country=Norway", "known are: BE, DK, FI, IT, LV, NL, NO, PL, SE, SI, mixed"),
        ("region.n_firms=500", "did you mean population.n_firms?"),
        ("population.trust_mean=0.97", "population.trust_spread"),
        ("hydra.run.dir=elsewhere", "is not a key"),
        ("seed=${no_such}", "seed cannot be worked out"),
        ("seed=${region.side}", "seed cannot be worked out"),
        ("outputs=", "outputs = (nothing)"),
    ],
)  # fmt: skip
def test_one_fault_is_said_in_one_sentence(override: str, said: str) -> None:
    message = refusal(lambda: plan([override]))
    assert "\n" not in message
    assert said in message


@pytest.mark.parametrize("group", sorted(set(groups()) - {"launcher", "lever"}))
@pytest.mark.parametrize("name", ["nowhere", "", "5", "null", "[latvia,italy]", "a,b", "true"])
def test_an_unknown_choice_of_a_group_names_what_there_is(group: str, name: str) -> None:
    message = refusal(lambda: plan([f"{group}={name}"]))
    assert group in message
    assert name in message
    assert any(known in message for known in groups()[group])


BROKEN = ["", " ", "=", "=3", "seed", "seed:3", "seed==3=", "a b=c", "seed=[", "seed={", "seed='", 'seed="1', "seed=é",
          "é=1", "seed=)", "seed=1,", "region@=x", "@x=1", "--seed=3", "seed = = 3", "goods.metal.=1", ".seed=1",
          "goods..metal=1", "policy.levers.training.relief={no_time: }", "[seed]=1"]  # fmt: skip


@pytest.mark.parametrize("override", BROKEN)
def test_what_is_not_in_the_grammar_is_quoted_back(override: str) -> None:
    message = refusal(lambda: plan([override]))
    assert override.partition("=")[0].strip() in message


@pytest.mark.parametrize(
    "override",
    ["seed=1,2", "seed=range(1,3)", "seed=choice(1,2)", "region=latvia,italy", "policy=[none,training]"],
)
def test_a_sweep_is_refused_because_a_run_is_one_run(override: str) -> None:
    assert "names several values" in refusal(lambda: plan([override]))


@pytest.mark.parametrize(
    ("override", "command"),
    [
        ("policy=none,training", "policy=none,training"),
        ("policy=[none, training]", "policy=none,training"),
        ("policy=choice(none,training)", "policy=none,mandate,training"),
    ],
)
def test_several_policies_are_sent_to_the_comparison(override: str, command: str) -> None:
    assert f"`issim compare {command}` sets" in refusal(lambda: plan([override]))


@pytest.mark.parametrize("key", ["seed", "region", "goods", "region.side", "outputs"])
def test_no_setting_can_be_taken_away(key: str) -> None:
    assert f"'~{key}'" in refusal(lambda: plan([f"~{key}"]))


def test_a_lever_can_be_taken_out_of_a_policy() -> None:
    assert plan(["~policy.levers.training"]).settings.policy.names == ("mandate", "tax_relief", "platform")


@settings(max_examples=150, deadline=None, derandomize=True)
@given(override=st.text(alphabet="sedgoml=.,+~@{}[]()'\"$:/ 0123-\\é\n", max_size=16))
def test_whatever_is_typed_is_a_plan_or_one_plain_sentence(override: str) -> None:
    try:
        plan([override])
    except InputError as refused:
        message = str(refused)  # `override` may itself hold anything
        assert not blemishes(message.replace(repr(override), "'TYPED'"))
