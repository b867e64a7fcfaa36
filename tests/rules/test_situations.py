"""Every scalar rule gives what was worked out by hand, compiled and plain."""

import math

import pytest
from rules.situations import Situation, arguments, claims, declared, found, plain, situations

CASES = list(situations())


@pytest.mark.parametrize("text", ["compiled", "plain"])
@pytest.mark.parametrize("case", CASES, ids=[f"{case.rule}: {case.name}" for case in CASES])
def test_situation(case: Situation, text: str) -> None:
    rule = found(case.module, case.rule)
    given = arguments(rule, case.inputs)
    result = (rule if text == "compiled" else plain(rule))(*given)
    if case.writes:
        written = given[_place(rule, case.writes)]
        assert written.tolist() == case.expected, case.why
    elif isinstance(case.expected, float):
        assert math.isclose(result, case.expected, rel_tol=1e-12, abs_tol=1e-15), f"{result}: {case.why}"
    else:
        assert result == case.expected, case.why


def _place(rule: object, name: str) -> int:
    names = plain(rule).__code__.co_varnames
    return names.index(name)


def test_every_scalar_rule_has_a_situation_that_says_why() -> None:
    assert all(case.why and case.name for case in CASES)
    claimed = {(case.module, case.rule) for case in CASES}
    whole = {tuple(name.split(".")) for name in claims()}  # rules that take tables: see test_register.py
    scalar = set(declared("rule")) - whole
    assert claimed == scalar, f"without situation: {scalar - claimed}; without rule: {claimed - scalar}"
