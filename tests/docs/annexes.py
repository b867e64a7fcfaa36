"""Generated tables of docs/ODD.md over the whole model: protocol, parameters, levers, observables, outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

from issim.levers import catalogue
from issim.rules.observe import OBSERVABLES
from issim.runs.parameters import parameters, shown
from issim.store.outcomes import MEASURES
from issim.trace import outcomes, rules
from issim.units import ASSUMPTION, Parameter

PROTOCOL = Path(__file__).with_name("protocol.yaml")
#: Groups whose second word is the name of one of many: of a good, a country, a barrier.
MANY = ("goods", "countries", "barriers")
#: Tables of numbers that a lever has by name: of a barrier, an effect, a capability, a module, a year.
BY_NAME = ("relief", "effects", "recall_of", "quality_of", "depth", "path")
#: Listed by their own table, with more about each.
ELSEWHERE = "behaviour"


class Question(NamedTuple):
    """A question of a protocol, and where docs/ODD.md answers it."""

    of: str
    item: str
    asks: str
    section: str
    label: str


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    for row in rows:
        lines.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |")
    return "\n".join(lines) + "\n"


def questions() -> list[Question]:
    """Every question of ODD and ODD+D."""
    found = yaml.safe_load(PROTOCOL.read_text(encoding="utf-8"))
    return [Question(**{name: str(value) for name, value in one.items()}) for one in found]


def protocol() -> str:
    """Every question of the protocols and the place of its answer."""
    rows = [(q.of, q.item, q.asks, f"{q.section}: *{q.label}*") for q in questions()]
    return table(("protocol", "item", "question", "answered in"), rows)


def pattern_of(name: str) -> str:
    """The row in which a parameter stands: its name, with * for what there are many of."""
    words = name.split(".")
    if words[0] in MANY:
        words[1] = "*"
    if words[0] == "policy":
        words[2] = "*"
        if words[3] in BY_NAME:
            words[4] = "*"
    return ".".join(words)


def all_parameters() -> str:
    """Every parameter, those of a kind in one row."""
    found: dict[str, list[Parameter]] = {}
    for one in parameters():
        if not one.name.startswith(f"{ELSEWHERE}."):
            found.setdefault(pattern_of(one.name), []).append(one)
    rows = [
        (
            f"`{name}`",
            len(many),
            _values(many),
            _common(one.par.unit for one in many),
            _prior(many),
            _meaning(many),
            _sources(many),
        )
        for name, many in found.items()
    ]
    return table(("parameter", "number", "default", "unit", "prior", "meaning", "sources"), rows)


def _values(many: Sequence[Parameter]) -> str:
    """The lowest and the highest value of parameters of a kind."""
    numbers = sorted({float(one.value) for one in many if isinstance(one.value, int | float)})
    if not numbers:
        return _common(str(one.value) for one in many)
    return shown(numbers[0]) if len(numbers) == 1 else f"{shown(numbers[0])} to {shown(numbers[-1])}"


def _common(values: Iterable[str]) -> str:
    """What all say, or that they differ."""
    said = dict.fromkeys(values)
    return next(iter(said)) if len(said) == 1 else "differs"


def _meaning(many: Sequence[Parameter]) -> str:
    """What parameters of a kind mean: what all say, or the first words that all share, or the first of them."""
    said = list(dict.fromkeys(one.par.meaning for one in many))
    return said[0] if len(said) == 1 else f"{said[0]}, and so on"


def _prior(many: Sequence[Parameter]) -> str:
    """The prior that all of a kind have, or how many have one."""
    said = {one.par.prior for one in many}
    if len(said) == 1:
        return next(iter(said)) or "fixed"
    return f"{sum(bool(one.par.prior) for one in many)} of {len(many)}"


def _sources(many: Sequence[Parameter]) -> str:
    """How many of a kind have a source, and how many are assumptions."""
    assumed = sum(ASSUMPTION in one.par.source for one in many)
    sourced = len(many) - assumed
    if len(many) == 1:
        return many[0].par.source
    parts = [f"{sourced} from sources"] if sourced else []
    return ", ".join([*parts, *([f"{assumed} assumed"] if assumed else [])])


def levers() -> str:
    """Every packaged lever: its mechanism, what it relieves, what it moves."""
    rows = [(f"`{row.lever}`", row.mechanism, row.relieves, row.moves) for row in catalogue.listing()]
    return table(("lever", "mechanism", "relieves (share of barrier)", "effects"), rows)


def observables() -> str:
    """Every column of the monthly series with the rules that store what it counts."""
    rows = []
    for one in OBSERVABLES:
        chain = rules.chain(one.name)
        stored, called = (", ".join(rule.name for rule in part) for part in (chain.writers, chain.processes))
        rows.append((f"`{one.name}`", one.unit, one.meaning, stored, called))
    return table(("column", "unit", "meaning", "stored by", "in"), rows)


def measures() -> str:
    """Every outcome that tables and figures report."""
    rows = [(f"`{m.key}`", m.unit, m.words, f"`{m.column}`", outcomes.READ[m.how]) for m in MEASURES]
    return table(("outcome", "unit", "meaning", "column", "read as"), rows)
