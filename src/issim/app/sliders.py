"""A number of a lever as a slider: its ends, its steps, and in which words it stands on the page."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from issim.plots.wording import capital, spoken
from issim.units import ASSUMPTION, Par

#: Fields that every lever has, in the words of the page.
WORDS = {
    "start": "Starts in month",
    "end": "Ends in month",
    "ramp": "Months until full strength",
    "intensity": "Strength",
    "capacity": "Firms reached per month",
    "unit_cost": "Cost per firm reached",
    "running_cost": "Running cost",
    "budget": "Budget",
    "threshold": "Binds firms from",
    "quota": "Share to be passed on",
    "fine": "Fine",
    "rate": "Rate",
    "cap": "Cap",
}
#: Months that a slider of time reaches at least.
LONG_RAMP = 60
#: Where a number has neither a prior nor an end that means something: so many times its usual value.
BEYOND = 4.0
#: A slider of money reaches at least so far.
LEAST_BUDGET = 2_000_000.0
#: Slider positions of a number that is a share.
SHARE_STEP = 0.01


class Slider(NamedTuple):
    """What a page needs to show one number of a lever."""

    path: str
    """`field`, or `field.entry`."""
    words: str
    unit: str
    value: float | None
    """The usual value; None where the number is without limit."""
    low: float
    high: float
    """Ends of the slider; the number may be typed in up to `least` and `most`."""
    least: float
    most: float
    whole: bool
    bent: bool
    """Whether small values get more room: the slider goes by the square root."""
    unlimited: bool
    """Whether no number at all is allowed, and means without limit."""
    tip: str


def slider(path: str, value: Any, meta: Par, unlimited: bool, whole: bool, tip: str, entry: str) -> Slider:
    """The slider of one number."""
    number = None if value is None else float(value)
    low, high = ends(path, number, meta)
    return Slider(
        path, words_of(path, entry), "" if meta.unit == "1" else meta.unit, number, low, high, meta.low,
        meta.high, whole, high > 20.0 * max(1.0, low) and not whole, unlimited, tip,
    )  # fmt: skip


def words_of(path: str, entry: str = "") -> str:
    """What a number is called; `entry` is what its entry means in words."""
    field, _, key = path.partition(".")
    if field == "relief":
        return f"Lifts: {entry}"
    if key:
        return capital(f"{spoken(key)}" if field == "effects" else f"{spoken(field)}: {spoken(key)}")
    return WORDS.get(field, capital(spoken(field)))


def ends(path: str, value: float | None, meta: Par) -> tuple[float, float]:
    """The ends of a slider: the whole range where that is one of shares, else what the prior makes room for."""
    if meta.high <= 1.0:
        return meta.low, meta.high
    if path == "ramp":
        return meta.low, LONG_RAMP
    if path in ("start", "end"):
        return meta.low, 0.0  # the page knows how many months there are
    if path == "budget":
        return meta.low, min(meta.high, nice(max(LEAST_BUDGET, BEYOND * (value or 0.0))))
    top = _top_of(meta.prior)
    wanted = max(BEYOND * (value or 0.0) if top is None else 1.5 * top, 1.0)
    return meta.low, min(meta.high, nice(wanted))


def nice(value: float) -> float:
    """The next number from `value` on that is 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= value * (1 - 1e-9))


def _top_of(prior: str) -> float | None:
    """The upper end of a prior; None where there is none."""
    return float(prior.rstrip(")").rpartition(",")[2]) if prior else None


def told(meta: Par, sources: dict[str, str]) -> str:
    """Meaning, range and source of a number, as shown beside it."""
    unit = "" if meta.unit == "1" else f" {meta.unit}"
    parts = [f"{capital(meta.meaning)}.", f"Allowed: {meta.low:,.10g} to {meta.high:,.10g}{unit}."]
    if meta.prior:
        parts.append(f"Plausible: {meta.prior}.")
    named = [
        "an assumption" if key == ASSUMPTION else sources.get(key, key) for key in meta.source.split("; ")
    ]
    return " ".join([*parts, f"Source: {'; '.join(named)}."])
