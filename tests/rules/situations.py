"""Reads the hand-worked situations and finds the rules that they are about."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml

from issim.rules.behaviour import Behaviour

FOLDER = Path(__file__).parent / "situations"
RULES = Path(importlib.import_module("issim.rules").__file__ or "").parent


class Situation(NamedTuple):
    """One call of one rule, worked out by hand."""

    module: str
    rule: str
    name: str
    why: str
    inputs: dict[str, Any]
    expected: Any
    writes: str


def situations() -> Iterator[Situation]:
    """Every situation of every table; a table is named after the module whose rules it is about."""
    for path in sorted(FOLDER.glob("*.yaml")):
        for entry in yaml.safe_load(path.read_text()):
            for case in entry["situations"]:
                yield Situation(path.stem, entry["rule"], writes=entry.get("writes", ""), **case)


def found(module: str, rule: str) -> Any:
    """The rule of that name."""
    return getattr(importlib.import_module(f"issim.rules.{module}"), rule)


def plain(rule: Any) -> Any:
    """The uncompiled text of a rule, whether or not compilation is on."""
    return getattr(rule, "py_func", rule)


def arguments(rule: Any, inputs: dict[str, Any]) -> list[Any]:
    """Inputs in the order of the rule's parameters, lists as what the kernels pass, constants as a record."""
    names = list(inspect.signature(plain(rule)).parameters)
    assert sorted(names) == sorted(inputs), (
        f"{plain(rule).__name__} takes {names}, the table gives {sorted(inputs)}"
    )
    made = dict(inputs)
    for name, value in inputs.items():
        if name == "behaviour":
            made[name] = Behaviour(**value).record()
        elif name in ("keys", "order"):
            made[name] = np.array(value, np.float64 if name == "keys" else np.int32)
        elif isinstance(value, list):
            made[name] = tuple(value)
    return [made[name] for name in names]


def declared(kind: str) -> list[tuple[str, str]]:
    """(module, function) of everything in `issim.rules` that is decorated with `kind` (rule or process)."""
    return [
        (path.stem, node.name)
        for path in sorted(RULES.glob("*.py"))
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(mark, ast.Name) and mark.id == kind for mark in node.decorator_list)
    ]


def claims() -> dict[str, str]:
    """Which test claims a rule or process that takes whole tables: `file::test` by `module.function`."""
    by_test: dict[str, str] = yaml.safe_load((Path(__file__).parent / "claims.yaml").read_text())
    return {name: test for test, names in by_test.items() for name in names.split()}
