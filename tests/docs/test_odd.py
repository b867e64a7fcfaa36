"""The description of the model keeps up with the model: what it names exists, and what exists it names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path

import pytest
import yaml
from docs import annexes, refresh

from issim.levers import catalogue
from issim.rules.behaviour import NAMES as CONSTANTS
from issim.rules.observe import NAMES as OBSERVABLES
from issim.runs.parameters import parameters
from issim.store.outcomes import MEASURES
from issim.trace.rules import chain
from issim.units import columns
from issim.world.conditions import EFFECT_NAMES
from issim.world.state import TABLES

SOURCES = refresh.ROOT / "src" / "issim"
SPAN = re.compile(r"`([^`\n]+)`")
FUNCTIONS = re.compile(r"([\w/]+\.py): (\w+(?:, \w+)*)")
TEST = re.compile(r"(tests/[\w/]+\.py)::(\w+)")
SITUATIONS = re.compile(r"(tests/[\w/]+\.yaml): (\w+(?:, \w+)*)")
EQUATION = re.compile(r"```text\n(.*?)```\n\n((?:[^\n]+\n)+)", re.DOTALL)


def written() -> str:
    return refresh.ODD.read_text(encoding="utf-8")


def by_hand(text: str) -> str:
    """The text without its generated blocks."""
    return refresh.GENERATED.sub("", text)


@lru_cache(maxsize=256)
def defined(path: Path) -> frozenset[str]:
    """Names of all functions, methods and classes of a file; none if there is no such file."""
    if not path.is_file():
        return frozenset()
    return frozenset(
        node.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    )


@lru_cache(maxsize=1)
def rules() -> frozenset[tuple[str, str]]:
    """(file, function) of every rule and process."""
    return frozenset(
        (f"rules/{path.name}", node.name)
        for path in (SOURCES / "rules").glob("*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(mark, ast.Name) and mark.id in ("rule", "process") for mark in node.decorator_list)
    )


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    return frozenset(p.name for p in parameters())


def named_functions(text: str) -> set[tuple[str, str]]:
    """(file, function) of everything that a text says is computed somewhere."""
    found = (FUNCTIONS.fullmatch(span) for span in SPAN.findall(text))
    return {(m.group(1), name) for m in found if m for name in m.group(2).split(", ")}


def situation_names(path: Path) -> set[str]:
    return {entry["rule"] for entry in yaml.safe_load(path.read_text())} if path.is_file() else set()


def unknown(text: str) -> Iterator[str]:
    """Functions, tests, situations and parameters that a text names and that do not exist."""
    for file, name in sorted(named_functions(text)):
        if name not in defined(SOURCES / file):
            yield f"{file}: {name}"
    groups = {name.partition(".")[0] for name in names() if "." in name}
    for span in SPAN.findall(text):
        if (m := TEST.fullmatch(span)) and m.group(2) not in defined(refresh.ROOT / m.group(1)):
            yield span
        if m := SITUATIONS.fullmatch(span):
            known = situation_names(refresh.ROOT / m.group(1))
            yield from (f"{m.group(1)}: {name}" for name in m.group(2).split(", ") if name not in known)
        if re.fullmatch(r"[a-z]+(\.[a-z_*]+)+", span) and span.partition(".")[0] in groups:
            if not any(fnmatch(name, span) for name in names()):
                yield span


def unsupported(text: str) -> list[str]:
    """Equations that are not followed by a line that names who computes them and which test checks it."""
    found = []
    for equation, below in EQUATION.findall(text):
        tested = any(TEST.fullmatch(s) or SITUATIONS.fullmatch(s) for s in SPAN.findall(below))
        if not below.startswith(("Rule `", "Computed by `")) or not named_functions(below) or not tested:
            found.append(equation.strip())
    return found


def test_every_rule_and_process_is_described() -> None:
    text = by_hand(written())
    assert rules() - named_functions(text) == set()
    assert ("rules/trust.py", "after_news") in rules() - named_functions(
        text.replace(": after_news`", ": after`")
    )


@pytest.mark.parametrize("name", sorted({annexes.pattern_of(name) for name in names()}))
def test_every_parameter_of_every_table_has_a_row(name: str) -> None:
    rows = re.findall(r"^\| `([\w.*]+)` \|", written(), re.MULTILINE)
    assert rows.count(name) == 1


def test_rows_of_parameters_stand_for_every_parameter_and_for_nothing_else() -> None:
    table = written().partition("<!-- generated: parameters -->")[2].partition("<!-- end -->")[0]
    counted = {name: int(n) for name, n in re.findall(r"^\| `([\w.*]+)` \| (\d+) \|", table, re.MULTILINE)}
    behaviour = {f"behaviour.{name}" for name in CONSTANTS}
    assert sum(counted.values()) + len(behaviour) == len(names())
    for name, n in counted.items():
        assert sum(fnmatch(one, name) for one in names() - behaviour) >= n, name


def test_every_mechanism_of_levers_is_described_and_every_lever_listed() -> None:
    text = by_hand(written())
    for name, kind in catalogue.mechanisms().items():
        file = f"{kind.__module__.removeprefix('issim.').replace('.', '/')}.py"
        assert any(said == file for said, _ in named_functions(text)), name
        assert re.search(rf"\b{name.replace('_', ' ')}\b", text.replace("\n", " "), re.IGNORECASE), name
    assert set(catalogue.names()) <= set(SPAN.findall(annexes.levers()))


def test_every_observable_and_outcome_has_a_row_and_its_rules_are_described() -> None:
    described = {name for _, name in named_functions(by_hand(written()))}
    section = written().partition("### 4.11 Observation")[2].partition("### 4.12")[0]
    rows = re.findall(r"^\| `([\w-]+)` \|", section, re.MULTILINE)
    assert rows == [*OBSERVABLES, *(measure.key for measure in MEASURES)]
    for observable in OBSERVABLES:
        found = chain(observable)
        assert {rule.name for rule in (*found.writers, *found.processes)} <= described, observable


def test_every_constant_of_behaviour_is_described_and_in_the_table() -> None:
    spans = set(SPAN.findall(by_hand(written())))
    assert {f"behaviour.{name}" for name in CONSTANTS} - spans == set()
    assert {f"behaviour.{name}" for name in CONSTANTS} <= set(SPAN.findall(refresh.behaviour()))


def test_what_is_named_exists() -> None:
    assert list(unknown(written())) == []


@pytest.mark.parametrize(
    "wrong",
    [
        "rules/trust.py: after_lies",
        "rules/thrust.py: after_news",
        "tests/docs/test_odd.py::test_that_is_not_there",
        "tests/rules/situations/trust.yaml: after_lies",
        "behaviour.patients",
        "goods.*.taste",
    ],
)
def test_what_does_not_exist_is_found_out(wrong: str) -> None:
    assert list(unknown(f"Computed by `{wrong}`.")) == [wrong]


def test_every_equation_says_who_computes_it_and_which_test_checks_it() -> None:
    text = by_hand(written())
    assert unsupported(text) == []
    assert len(EQUATION.findall(text)) == text.count("```text")


def unrelated(text: str) -> list[str]:
    """Equations none of whose rules is so much as mentioned in the file of a test that is said to check it."""
    found = []
    for equation, below in EQUATION.findall(text):
        (first, *_), spans = SPAN.findall(below), SPAN.findall(below)
        rules_named = {name for _, name in named_functions(f"`{first}`")}
        tests = [m.group(1) for span in spans if (m := TEST.fullmatch(span) or SITUATIONS.fullmatch(span))]
        said = "".join((refresh.ROOT / path).read_text(encoding="utf-8") for path in tests)
        if not any(re.search(rf"\b{name}\b", said) for name in rules_named):
            found.append(equation.strip())
    return found


def test_the_test_of_an_equation_has_to_do_with_its_rule() -> None:
    assert unrelated(by_hand(written())) == []
    wrong = "Rule `rules/trust.py: after_news` · test `tests/rules/situations/decide.yaml: lead_time`"
    assert unrelated(f"```text\na = b\n```\n\n{wrong}\n") == ["a = b"]


def test_an_equation_without_support_is_found_out() -> None:
    assert unsupported("```text\na = b\n```\n\nIt is so.\n") == ["a = b"]
    assert unsupported("```text\na = b\n```\n\nRule `rules/trust.py: after_news`, untested.\n") == ["a = b"]


def test_generated_tables_are_those_of_the_code() -> None:
    text = written()
    assert sorted(m.group(1) for m in refresh.GENERATED.finditer(text)) == sorted(refresh.BLOCKS)
    assert refresh.refreshed(text) == text, "run: python tests/docs/refresh.py"


def test_every_declared_column_and_effect_stands_in_a_table() -> None:
    text = written()
    for table in TABLES:
        section = (
            text.partition(f"**{table.__name__}**: ")[2].partition("\n**")[0].partition("<!-- end -->")[0]
        )
        assert re.findall(r"^\| `(\w+)`", section, re.MULTILINE) == list(columns(table)), table.__name__
    assert set(EFFECT_NAMES) <= set(SPAN.findall(refresh.conditions()))


def test_every_group_of_parameters_has_a_line() -> None:
    listed = set(re.findall(r"^\| `(\w+)`", refresh.groups(), re.MULTILINE))
    assert listed == set(refresh.GROUPS) == {n.partition(".")[0] for n in names() if "." in n} | {"run"}
    assert all((SOURCES / file).is_file() for _, file in refresh.GROUPS.values())
