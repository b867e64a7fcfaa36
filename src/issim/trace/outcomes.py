"""What one number means and rests on: its definition, the rules that write it, parameters, sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatch
from typing import NamedTuple

from issim.evidence import Evidence
from issim.rules.observe import OBSERVABLES, Observable
from issim.store.outcomes import MEASURES, Measure
from issim.trace import rules
from issim.trace.settings import Rests
from issim.units import ASSUMPTION, Parameter

#: How a measure is read out of a monthly column.
READ = {
    "last": "its value after the last month",
    "rest": "all firms but those, after the last month",
    "year": "its sum over the last twelve months",
    "total": "its sum over all months",
}
LEVERS = "policy.levers.*.effects."


class Outcome(NamedTuple):
    """A number that outputs report."""

    key: str
    words: str
    unit: str
    measure: Measure | None
    """None for a column of the monthly series itself."""
    column: Observable


def outcome(key: str) -> Outcome | None:
    """The outcome of that name: a measure of the closing table, or a column of the series; None if it is neither."""
    columns = {one.name: one for one in OBSERVABLES}
    for measure in MEASURES:
        if measure.key == key:
            return Outcome(key, measure.words, measure.unit, measure, columns[measure.column])
    if key in columns:
        return Outcome(key, columns[key].meaning, columns[key].unit, None, columns[key])
    return None


def names() -> list[str]:
    """Every outcome that can be asked for."""
    return [*(measure.key for measure in MEASURES), *(one.name for one in OBSERVABLES)]


def lines(found: Outcome, rests: Rests, evidence: Evidence) -> Iterator[tuple[str, str]]:
    """What the outcome is, who writes it, and what it rests on."""
    yield "what", f"{found.words} [{found.unit}]"
    if found.measure is not None:
        how = READ[found.measure.how] + (
            f", times {found.measure.scale:g}" if found.measure.scale != 1 else ""
        )
        yield (
            "read from",
            f"series, column {found.column.name} ({found.column.meaning} [{found.column.unit}]): {how}",
        )
    chain = rules.chain(found.column.name)
    yield "written by", _in_words(chain.writers)
    yield (
        "happens in",
        f"{_in_words(chain.processes)}; then rules/observe.py: observe (docs/ODD.md, 3 and 7)",
    )
    near = matching(rests.parameters, chain.reads)
    n_far = len(rests.parameters) - len(near)
    yield (
        "parameters",
        (
            f"{counted(near)} are named by these rules; "
            f"the other {n_far} of the {n_far + len(near)} in force act on it through the state of firms and pairs"
        ),
    )
    yield from _named(near, chain.reads)
    yield from cited(near, evidence)


def matching(parameters: Sequence[Parameter], patterns: frozenset[str]) -> list[Parameter]:
    """The parameters that rules name."""
    return [one for one in parameters if any(fnmatch(one.name, pattern) for pattern in patterns)]


def counted(parameters: Sequence[Parameter]) -> str:
    """How many parameters, and how many of them have a source."""
    assumed = sum(ASSUMPTION in one.par.source for one in parameters)
    return f"{len(parameters)} ({len(parameters) - assumed} from sources, {assumed} assumptions)"


def _in_words(found: Sequence[rules.Rule]) -> str:
    """Rules by file, as docs/ODD.md names them."""
    by_file: dict[str, list[str]] = {}
    for rule in found:
        by_file.setdefault(rule.file, []).append(rule.name)
    return ", ".join(f"{file}: {', '.join(said)}" for file, said in by_file.items())


def _named(near: Sequence[Parameter], reads: frozenset[str]) -> Iterator[tuple[str, str]]:
    """The parameters by name: constants alone with their values, others by the group that they belong to."""
    constants = [f"{one.name} = {one.value:g}" for one in near if one.name.startswith("behaviour.")]
    if constants:
        yield "", ", ".join(constants)
    tables = sorted(name for name in reads if not name.startswith(("behaviour.", LEVERS)))
    if tables:
        yield "", "terms: " + ", ".join(tables)
    effects = sorted(name.removeprefix(LEVERS) for name in reads if name.startswith(LEVERS))
    if effects:
        yield "", "effects of levers, where the policy has them: " + ", ".join(effects)


def cited(parameters: Sequence[Parameter], evidence: Evidence) -> Iterator[tuple[str, str]]:
    """The sources of parameters, each with its citation, those of most parameters first."""
    counts: dict[str, int] = {}
    for one in parameters:
        for key in one.par.source.split("; "):
            if key != ASSUMPTION:
                counts[key] = counts.get(key, 0) + 1
    head = "sources"
    for key, n in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        citation = _citation(evidence.sources, key)
        yield head, f"{key} ({n} parameter{'s' if n > 1 else ''}): {citation}"
        head = ""
    if head:
        yield head, "none: all of these are assumptions"


def _citation(sources: Mapping[str, object], key: str) -> str:
    """The citation of a source."""
    return str(getattr(sources[key], "citation", "")) if key in sources else "not in the packaged catalogue"
