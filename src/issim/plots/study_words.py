"""The words of a study's figure: its settings, its outcome, and the sentence that answers its question."""

from __future__ import annotations

import math
from collections.abc import Sequence

from issim.analysis.answers import Answer, Shown, measure
from issim.analysis.effects import EXTRA
from issim.plots import wording
from issim.plots.seeds import Interval

#: Outcomes within a sentence, after their number.
NOUNS = {
    "adopters": "firms that exchange",
    "exchanges": "exchanges in operation",
    "aware": "firms that have heard of symbiosis",
    "tonnes_year": "tonnes passed on in the last year",
    "tonnes": "tonnes of residues passed on",
    "co2": "tonnes of CO2 saved",
    "gain": "EUR gained by the firms",
    "public_cost": "EUR of public cost",
}
#: Units as they follow a number, and as they stand in brackets.
PLURALS = {"month": "months", "1": ""}


def places(found: Sequence[Answer], axis: str) -> list[str | float]:
    """The values of an axis in their order: numbers rising, names as the study has them."""
    values = list(dict.fromkeys(getattr(one, axis) for one in found))
    return sorted(values) if all(not isinstance(value, str) for value in values) else values


def value_label(axis: str, value: str | float) -> str:
    """A value of an axis as the head of a panel or the name of a row."""
    if not isinstance(value, str):
        return f"{value:g}"
    if axis == "region":
        return " ".join(map(wording.capital, wording.spoken(value).split()))
    return wording.capital(wording.policy_label(value) if axis == "policy" else wording.spoken(value))


def axis_words(axis: str) -> str:
    """An axis in words: "start of training", "trust learning"."""
    parts = axis.split(".")
    if parts[:2] == ["policy", "levers"] and len(parts) > 3:
        return f"{' of '.join(map(wording.spoken, reversed(parts[3:])))} of {wording.spoken(parts[2])}"
    return wording.parameter(axis) if len(parts) > 1 else wording.spoken(axis)


def axis_label(axis: str, unit: str) -> str:
    """An axis in words, with its unit."""
    unit = PLURALS.get(unit, unit)
    return wording.capital(axis_words(axis)) + (f" [{unit}]" if unit else "")


def amount(value: float, unit: str) -> str:
    """A value of an axis of numbers with its unit, within a sentence."""
    return f"{value:g} {PLURALS.get(unit, unit)}".strip()


def where(axis: str, value: str | float, unit: str = "") -> str:
    """At which setting, within a sentence: "in Norway", "with a facilitation team", "at start of training 12"."""
    if not isinstance(value, str):
        return f"at {axis_words(axis)} {amount(value, unit)}"
    if axis == "policy":
        return wording.without(value)
    return f"in {value_label(axis, value)}" if axis == "region" else f"with {axis} '{wording.spoken(value)}'"


def outcome_words(shown: Shown) -> str:
    """What is shown, with its unit: "Extra firms that exchange at the end [firms]"."""
    found = measure(shown.outcome)
    words = found.words
    if shown.against:
        words = EXTRA.get(found.key, f"Extra {words[0].lower()}{words[1:]}")
    return f"{words} [{found.unit}]"


def spanned(one: Answer) -> str:
    """A mean with its interval in brackets, where there is one."""
    if math.isnan(one.low):
        return wording.number(one.mean)
    return wording.with_span(Interval(one.low, one.mean, one.high))


def noun(shown: Shown) -> str:
    """What is counted, within a sentence."""
    return f"{'extra ' if shown.against else ''}{NOUNS[shown.outcome]}"


def takeaway(shown: Shown) -> str:
    """The sentence that answers the study's question."""
    if len({one.n_runs for one in shown.found}) == 1 and shown.n_seeds == 1:
        return "One run per setting tells no setting from another: raise n_seeds"
    if shown.against and not any(one.is_told for one in shown.found):
        return f"In {shown.n_seeds} runs each, no setting is told from {wording.policy_phrase(shown.against)}"
    return {"rows": _best, "lines": _change, "heat": _corners}[shown.kind](shown)


def _best(shown: Shown) -> str:
    """Which row is best, and whether that holds in every panel."""
    panels = places(shown.found, "x")
    best = [max((one for one in shown.found if one.x == x), key=lambda one: one.mean) for x in panels]
    low, high = min(best, key=lambda one: one.mean), max(best, key=lambda one: one.mean)
    ends = [(spanned(one), where(shown.x, one.x, shown.unit_of(shown.x))) for one in (low, high)]
    what = noun(shown)
    if len(panels) > 1 and len({one.by for one in best}) == 1:
        winner = f" {where(shown.by, high.by, shown.unit_of(shown.by))}" if shown.by else ""
        return (
            f"In every {axis_words(shown.x)} most {what} come{winner}, "
            f"from {ends[0][0]} {ends[0][1]} to {ends[1][0]} {ends[1][1]}"
            if winner
            else f"From {ends[0][0]} {what} {ends[0][1]} to {ends[1][0]} {ends[1][1]}"
        )
    winner = f"{where(shown.by, high.by, shown.unit_of(shown.by))} " if shown.by else ""
    return f"Most {what} come {winner}{ends[1][1]}: {ends[1][0]}"


def _change(shown: Shown) -> str:
    """How the outcome changes along x, on the line where it changes most."""
    lines = [
        sorted((one for one in shown.found if one.by == by), key=lambda one: float(one.x))
        for by in places(shown.found, "by")
    ]
    line = max(lines, key=lambda part: abs(part[-1].mean - part[0].mean))
    unit, (first, *_, last) = shown.unit_of(shown.x), (line[0], *line)
    who = f", most of all {where(shown.by, first.by, shown.unit_of(shown.by))}" if len(lines) > 1 else ""
    said = (
        f"As {axis_words(shown.x)} goes from {float(first.x):g} to {amount(float(last.x), unit)}, "
        f"{noun(shown)} go from {spanned(first)} to {spanned(last)}{who}"
    )
    told = [one.is_told for one in line]
    if not shown.against or len(lines) > 1 or all(told):
        return said
    # a line that is told only from some value on, or only up to one, answers "how much is enough"
    edge = told.index(True)
    if all(told[edge:]):
        return f"{said}; told from none from {amount(float(line[edge].x), unit)} on"
    if not any(told[told.index(False) :]):
        return f"{said}; told from none up to {amount(float(line[told.index(False) - 1].x), unit)}"
    return said


def _corners(shown: Shown) -> str:
    """What either axis does alone, and both together."""
    across, up = places(shown.found, "x"), places(shown.found, "by")
    table = {(one.x, one.by): one for one in shown.found}
    corners = [(across[0], up[0]), (across[-1], up[0]), (across[0], up[-1]), (across[-1], up[-1])]
    if not all(corner in table for corner in corners):
        best = max(shown.found, key=lambda one: one.mean)
        x = where(shown.x, best.x, shown.unit_of(shown.x))
        by = where(shown.by, best.by, shown.unit_of(shown.by))
        return f"Most {noun(shown)} come {x} and {by}: {spanned(best)}"
    none, only_x, only_by, both = (table[corner] for corner in corners)
    return (
        f"Raising {axis_words(shown.x)} alone takes {noun(shown)} "
        f"from {wording.number(none.mean)} to {wording.number(only_x.mean)}, "
        f"raising {axis_words(shown.by)} alone to {wording.number(only_by.mean)}, both together to {spanned(both)}"
    )
