"""What a picture says, in sentences: the answer first, then what it rests on."""

from __future__ import annotations

import math
from typing import NamedTuple

from issim.plots.wording import after, number

#: What every interval covers.
PER_CENT = "90 %"


class Span(NamedTuple):
    """A mean or a median, and the ends of its interval."""

    low: float
    mid: float
    high: float

    @property
    def is_told(self) -> bool:
        """Whether the interval excludes zero."""
        return self.low > 0.0 or self.high < 0.0


class Facts(NamedTuple):
    """What the sentences need to know."""

    n_firms: int
    n_months: int
    n_levers: int
    base: Span
    """Firms that exchange at the end without policy: median and central 90 % of the regions."""
    here: Span
    """The same with the policy."""
    more: Span
    """Mean paired difference with its 90 % interval of confidence."""
    tonnes: Span
    co2: Span
    cost: float
    """Mean public cost, EUR."""
    per_tonne: Span
    """Public cost of an extra tonne, EUR/t; nan where that has no sense."""


def answer(known: Facts) -> str:
    """The sentence to read first."""
    when = after(known.n_months)
    if not known.n_levers:
        return (
            f"Without any policy, {_count(known.base)} of {known.n_firms:,} firms exchange residues {when}. "
            "Switch on a lever to see what it changes."
        )
    if known.more == (0.0, 0.0, 0.0):
        return f"This policy changes nothing: as many firms exchange residues {when} as without it."
    if not known.more.is_told:
        return (
            f"No clear effect: with this policy {number(abs(known.more.mid))} {_more(known.more.mid)} of "
            f"{known.n_firms:,} firms exchange residues {when}, but it could be anything from "
            f"{_signed(known.more.low)} to {_signed(known.more.high)}."
        )
    low, high = sorted((abs(known.more.low), abs(known.more.high)))
    return (
        f"With this policy, on average {number(abs(known.more.mid))} {_more(known.more.mid)} of {known.n_firms:,} "
        f"firms exchange residues {when} than without it ({number(low)} to {number(high)}; {PER_CENT} confidence)."
    )


def besides(known: Facts) -> list[str]:
    """What else a person who decides wants to know."""
    if not known.n_levers:
        return []
    found = [
        f"Without policy {number(round(known.base.mid))} firms do ({_whole(known.base)} in {PER_CENT} of the simulated "
        f"regions), with it {_count(known.here)}."
    ]
    if known.tonnes.is_told and known.tonnes.mid > 0:
        saved = (
            f", which saves {number(known.co2.mid)} t of CO₂ ({_ends(known.co2)})"
            if known.co2.is_told and known.co2.mid > 0
            else ""
        )
        found.append(
            f"They pass on {number(known.tonnes.mid)} t more residues over all years ({_ends(known.tonnes)}){saved}."
        )
    else:
        found.append("Whether more residues are passed on, these simulated regions cannot tell.")
    found.append(_money(known))
    return found


def _money(known: Facts) -> str:
    """What the public pays, and for what."""
    if known.cost <= 0.0:
        return "It costs the public nothing that the model counts."
    text = f"The public pays {number(known.cost)} EUR"
    if math.isfinite(known.per_tonne.mid):
        text += f", or {number(known.per_tonne.mid)} EUR for each extra tonne ({_ends(known.per_tonne)})"
    return f"{text}."


def _more(value: float) -> str:
    return "more" if value > 0 else "fewer"


def _count(found: Span) -> str:
    """A number of firms, with the spread over regions."""
    return f"{number(round(found.mid))} ({_whole(found)})"


def _whole(found: Span) -> str:
    return f"{number(round(found.low))} to {number(round(found.high))}"


def _ends(found: Span) -> str:
    return f"{number(found.low)} to {number(found.high)}"


def _signed(value: float) -> str:
    """A difference in words."""
    if round(value) == 0:
        return "none"
    return f"{number(abs(value))} {_more(value)}"


def basis(n_seeds: int, wanted: int) -> str:
    """How many regions are in the picture, honestly."""
    if n_seeds < wanted:
        return f"{n_seeds} of {wanted} simulated regions so far; the intervals narrow as the others arrive."
    return f"{n_seeds} simulated regions with the same luck without and with the policy."
