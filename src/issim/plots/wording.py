"""The words of titles and labels: numbers, spans, times and policies, as one would say them."""

from __future__ import annotations

import math
import re
from functools import cache

from issim.plots.seeds import NO_POLICY, Interval

#: Names that are written with capitals, within those of policies.
PROPER_NAMES = ("Baltic", "British", "CircLean", "Finnish", "Italian", "Latvian", "Polish", "SymbioTech")
#: What a policy's question asks about: "What does a reuse mandate alone change?" is about "a reuse mandate".
ASKED = re.compile(r"What (?:does|do) (.+?)(?: alone)? change(?: together)?\?")
#: Letters from which on what a question asks about is too long for a sentence.
LONG = 50
COUNTED = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def number(value: float) -> str:
    """A number as one says it: three digits that count from 1,000 on, whole from 10 on, else two digits."""
    size = abs(value)
    sign = "−" if value < 0 else ""
    if size >= 1e6:
        return f"{sign}{float(f'{size / 1e6:.3g}'):,g} million"
    if size >= 1000:
        step = 10 ** (math.floor(math.log10(size)) - 2)
        return f"{sign}{round(size / step) * step:,.0f}"
    if size >= 10 or math.isclose(size, round(size), abs_tol=1e-9):
        return f"{sign}{size:.0f}" if round(size) else "0"
    return f"{sign}{float(f'{size:.2g}'):g}"


def count(value: float) -> str:
    """A number of firms or exchanges, whole; a median of two runs is rounded up."""
    return number(math.floor(value + 0.5))


def percent(share: float) -> str:
    """A share given in per cent, with one decimal where that tells something."""
    digits = 1 if abs(share) < 9.95 and share != round(share) else 0
    return f"{share:.{digits}f} %"


def counts(found: Interval) -> Interval:
    """An interval of firms or exchanges in whole ones."""
    return Interval(*(float(math.floor(value + 0.5)) for value in found))


def span(found: Interval) -> str:
    """The ends of an interval, or nothing where they coincide."""
    low, high = number(found.low), number(found.high)
    if low == high:
        return ""
    return f"{low} to {high}"


def with_span(found: Interval) -> str:
    """A median and, in brackets, its interval where there is one."""
    ends = span(found)
    return f"{number(found.mid)} ({ends})" if ends else number(found.mid)


def is_clear(found: Interval) -> bool:
    """Whether a difference keeps its sign over the central 90 %."""
    return found.low > 0 or found.high < 0


def were(value: float) -> str:
    """A number of firms or exchanges as the start of a clause: "none", "16"."""
    return "none" if count(value) == "0" else count(value)


def compared(
    gain: Interval, n_seeds: int, unit: str = "", less: str = "fewer", against: str = NO_POLICY
) -> str:
    """The end of a sentence: what a policy adds, with its interval, or that no difference is clear.

    `gain` is given in whole ones if they are counted, `unit` and `less` if they are measured.
    """
    ends = span(gain)
    sure = f" ({ends}{unit} in 90 % of runs)" if ends else ""
    other = "without policy" if against == NO_POLICY else f"with {policy_phrase(against)}"
    if gain == (0, 0, 0):
        return f", just as {other}"
    if n_seeds > 1 and not is_clear(gain):
        return f": no clear difference from {policy_phrase(against)}{sure}"
    size = number(abs(gain.mid))
    return f", {size}{unit} {'more' if gain.mid > 0 else less} than {other}{sure}"


def after(months: int) -> str:
    """A time since the start: "at the start", "after 7 months", "after ten years"."""
    if months == 0:
        return "at the start"
    if months % 12 and months != 6:
        return f"after {months} month{'s' if months > 1 else ''}"
    years = months / 12
    if years == 0.5:
        return "after half a year"
    whole = int(years)
    word = COUNTED[whole] if whole < len(COUNTED) else str(whole)
    return f"after {word} year{'s' if whole > 1 else ''}"


@cache
def question(policy: str) -> str:
    """The question of the packaged policy of that name; empty where there is none."""
    from issim.levers.catalogue import found, names
    from issim.levers.reading import read

    return (
        str(read(found(policy, "policy"), "policy").get("question", "")) if policy in names("policy") else ""
    )


def policy_label(policy: str) -> str:
    """A policy by its name, for heads and keys: "tax relief", "Polish landfill fee"."""
    if policy == NO_POLICY:
        return "no policy"
    proper = {name.lower(): name for name in PROPER_NAMES}
    return " ".join(proper.get(word, word) for word in spoken(policy).split(" "))


def policy_phrase(policy: str) -> str:
    """A policy within a sentence, as the question of the packaged one puts it: "a reuse mandate".

    One that is not packaged, or whose question is of another form or too long, goes by its name.
    """
    if policy == NO_POLICY:
        return policy_label(policy)
    asked = ASKED.fullmatch(question(policy))
    return asked[1] if asked and len(asked[1]) < LONG else policy_label(policy)


def under(policy: str) -> str:
    """Under which policy, as the start of a sentence: "With a training programme"."""
    return "Without policy" if policy == NO_POLICY else f"With {policy_phrase(policy)}"


def headed(policy: str) -> str:
    """Under which policy, as the head of a panel or in a key: "With training"."""
    return "Without policy" if policy == NO_POLICY else f"With {policy_label(policy)}"


def spoken(key: str) -> str:
    """A key as words: underscores give way to blanks."""
    return key.replace("_", " ")


def parameter(name: str) -> str:
    """A parameter in words: "start share", "metal: gate fee", "training: relief of law unknown"."""
    group, _, rest = name.partition(".")
    parts = [spoken(part).strip() for part in rest.split(".")]
    if group == "behaviour":
        return parts[0]
    if group == "barriers":
        return f"barrier '{parts[0]}': {parts[1]}"
    if group == "arms":  # arms.POLICY.levers.LEVER.FIELD
        return f"{parts[2]} in {parts[0]}: {' of '.join(parts[3:])}"
    return f"{parts[1]}: {' of '.join(parts[2:])}" if group == "policy" else ": ".join(parts)


def capital(text: str) -> str:
    """`text` with its first letter in upper case, the rest as it is."""
    return text[:1].upper() + text[1:]
