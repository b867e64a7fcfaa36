"""Which rules write an observable, and which parameters they read: found in the text of the rules themselves.

The rules are parsed, not run. A rule *writes* an observable if it stores into the place in the state that the
observable counts; it *reads* a parameter if it, or a rule that it calls, names the constant of behaviour, the column
of the world or the effect of levers that the parameter fills. All other parameters act on it through the state.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from issim.world import conditions
from issim.world.build import GOOD_FIELDS
from issim.world.state import Barriers, Borders, Countries, Goods

RULES = Path(__file__).resolve().parents[1] / "rules"
#: Columns of the world that evidence fills, by their table, with the group of parameters.
FILLED: dict[str, tuple[tuple[str, ...], str]] = {
    "goods": (Goods._fields, "goods.*"),
    "countries": (Countries._fields, "countries.*"),
    "barriers": (Barriers._fields, "barriers.*"),
    "borders": (Borders._fields, "region.borders.*"),
}
#: Columns that no parameter fills alone, with what does.
FILLED_BY = {"freight": "goods.*.freight", "is_mass": "", "stage": "", "on_threshold": ""}
#: Effects of levers by the name of their constant.
EFFECTS = {name.upper(): name for name in conditions.EFFECT_NAMES}
#: Where the state keeps what an observable counts: an attribute, or a place in `sums` or `counts`.
FIRM_STAGES = ("awareness", "searching", "talking", "operating")
PLACES: dict[str, tuple[str, ...]] = {
    "unaware": FIRM_STAGES, "aware": FIRM_STAGES, "searching": FIRM_STAGES, "talking": FIRM_STAGES,
    "adopters": ("operating",), "met": ("stage",), "agreed": ("stage",), "implementing": ("stage",),
    "operating": ("stage",), "public_cost": ("PUBLIC",), "awareness": ("awareness",),
    "readiness": ("readiness",), "digital": ("digital",), "trust": ("trust",),
}  # fmt: skip


class Rule(NamedTuple):
    """One function of the rules, as far as its text tells."""

    name: str
    file: str
    about: str
    calls: tuple[str, ...]
    """In the order of the text."""
    reads: frozenset[str]
    writes: frozenset[str]


def places_of(observable: str) -> tuple[str, ...]:
    """Where the state keeps what an observable counts."""
    if observable in PLACES:
        return PLACES[observable]
    if observable.startswith("ended_"):
        return ("ENDED",)
    if observable.startswith("flow_"):
        return ("flows",)
    if observable.startswith("adopters_"):
        return ("operating",)
    return (observable.upper(),)


@lru_cache(maxsize=1)
def rules() -> Mapping[str, Rule]:
    """Every rule and process by its name."""
    found = {}
    for path in sorted(RULES.glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                about = (ast.get_docstring(node) or "").partition("\n")[0]
                found[node.name] = Rule(node.name, f"rules/{path.name}", about, *_told(node))
    return found


def _told(node: ast.FunctionDef) -> tuple[tuple[str, ...], frozenset[str], frozenset[str]]:
    """What the text of a function calls, reads and writes."""
    calls: dict[str, None] = {}
    reads: set[str] = set()
    writes: set[str] = set()
    aliases = _aliases(node)
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name):
            calls[inner.func.id] = None
        if isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Load):
            reads |= set(_parameter(inner, aliases))
        if isinstance(inner, ast.Name) and inner.id in EFFECTS:
            reads.add(f"policy.levers.*.effects.{EFFECTS[inner.id]}")
        if isinstance(inner, ast.Subscript) and isinstance(inner.ctx, ast.Store):
            writes |= set(_place(inner))
    return tuple(calls), frozenset(reads), frozenset(writes)


def _aliases(node: ast.FunctionDef) -> dict[str, str]:
    """Short names that a function gives to tables, as in `goods = world.goods`."""
    found = {}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Assign) and len(inner.targets) == 1:
            target, value = inner.targets[0], inner.value
            pairs = (
                zip(target.elts, value.elts, strict=False)
                if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
                else [(target, value)]
            )
            for name, said in pairs:
                if isinstance(name, ast.Name) and isinstance(said, ast.Attribute):
                    found[name.id] = said.attr
    return found


def _parameter(node: ast.Attribute, aliases: Mapping[str, str]) -> Iterator[str]:
    """The parameter that an attribute is filled by, if there is one."""
    owner = node.value
    table = (
        owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
    )
    table = aliases.get(table, table)
    if table == "behaviour":
        yield f"behaviour.{node.attr}"
    elif table in FILLED and node.attr in FILLED[table][0]:
        name = FILLED_BY.get(node.attr, f"{FILLED[table][1]}.{GOOD_FIELDS.get(node.attr, node.attr)}")
        if name:
            yield name


def _place(node: ast.Subscript) -> Iterator[str]:
    """The attribute and the named place into which a function stores."""
    if isinstance(node.value, ast.Attribute):
        yield node.value.attr
    for inner in ast.walk(node.slice):
        if isinstance(inner, ast.Name) and inner.id.isupper():
            yield inner.id


#: The order of the month, which calls the processes and is no process itself.
ORDER = ("advance", "run", "run_batch")
#: Files that store into the same places before month 0, for other readers, or as the observation itself.
APART = ("rules/observe.py", "rules/start.py", "rules/asking.py", "rules/binding.py", "rules/month.py")


class Chain(NamedTuple):
    """Who writes an observable."""

    writers: tuple[Rule, ...]
    """Rules that store what it counts."""
    processes: tuple[Rule, ...]
    """Processes of the month in which they are called."""
    reads: frozenset[str]
    """Parameters, with * for any good, country or lever, that all these name."""


def chain(observable: str) -> Chain:
    """The rules that store what an observable counts, from the process of the month down to the store.

    For whom  a column of the monthly series
    """
    known, wanted = rules(), set(places_of(observable))
    apart = {name for name, rule in known.items() if rule.file in APART} | set(ORDER)
    first = [rule for rule in known.values() if rule.writes & wanted and rule.name not in apart]
    above, waiting = {rule.name for rule in first}, [rule.name for rule in first]
    while waiting:
        name = waiting.pop()
        callers = {rule.name for rule in known.values() if name in rule.calls} - apart - above
        above |= callers
        waiting += callers
    processes = [known[name] for name in known["advance"].calls if name in above]
    return Chain(tuple(first), tuple(processes), frozenset(_reads(above)))


def _reads(names: set[str]) -> set[str]:
    """The parameters that rules, and all rules which they call, name."""
    known = rules()
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in known and name not in seen:
            seen.add(name)
            waiting += known[name].calls
    return {parameter for name in seen for parameter in known[name].reads}
