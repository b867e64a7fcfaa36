"""The numbers in large letters: without policy, with it, what changes, and what it costs, each with its interval."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from issim.analysis.effects import paired, price_of
from issim.analysis.summary import COVERED
from issim.app.engine import Seen
from issim.app.words import Span
from issim.plots.wording import number
from issim.rules.observe import OBSERVABLES
from issim.store.outcomes import MEASURES

TAILS = ((1 - COVERED) / 2, 0.5, 1 - (1 - COVERED) / 2)
#: A measure in every region, without policy and with it, by the measure's key.
Found = Mapping[str, tuple[NDArray[np.float64], NDArray[np.float64]]]
#: Which measures stand on tiles, and what each is called there.
TILES = {
    "adopters": "Firms that exchange",
    "tonnes": "Residues passed on",
    "co2": "CO₂ saved",
    "public_cost": "Paid by the public",
    "gain": "Gained by the firms",
}
UNITS = {
    "adopters": ("firms", "at the end"),
    "tonnes": ("t", "all years"),
    "co2": ("t CO₂", "all years"),
    "gain": ("EUR", "all years"),
    "public_cost": ("EUR", "all years"),
}


def spread(values: NDArray[np.float64]) -> Span:
    """Median and central 90 % over regions."""
    return Span(*(float(x) for x in np.quantile(values, TAILS)))


def whole(found: Span) -> Span:
    """A span of firms, which are counted: halves are rounded up."""
    return Span(*(float(math.floor(value + 0.5)) for value in found))


def effect(differences: NDArray[np.float64]) -> Span:
    """Mean of paired differences with its 90 % interval of confidence."""
    mean, low, high = paired(differences)
    return Span(low, mean, high)


def price(cost: NDArray[np.float64], more: NDArray[np.float64]) -> Span:
    """Public cost per unit of an effect with its 90 % interval; nan where it has no sense."""
    middle, low, high = price_of(cost, more)
    return Span(low, middle, high)


def tiles(found: Found, seen: Seen) -> list[dict[str, Any]]:
    """The numbers in large letters: without policy, with it, and what it changes."""
    meant = {each.name: each.meaning for each in OBSERVABLES}
    rows = []
    for measure in (m for m in MEASURES if m.key in TILES):
        base, here = found[measure.key]
        scale, unit = scaled(UNITS[measure.key][0], here)
        now, before, change = spread(here * scale), spread(base * scale), effect((here - base) * scale)
        if measure.key == "adopters":
            now, before = whole(now), whole(before)
        rows.append(
            {
                "key": measure.key,
                "words": TILES[measure.key],
                "unit": f"{unit} {UNITS[measure.key][1]}",
                "value": number(now.mid),
                "range": range_of(now),
                "base": f"{number(before.mid)} ({range_of(before)})",
                "change": change_of(change) if seen.policy.levers else "",
                "tip": f"{measure.words} [{measure.unit}]: {meant[measure.column]}. The large number is the middle of "
                f"{seen.n_seeds} simulated regions, below it where nine in ten lie; the change is the mean over the "
                "same regions without and with the policy, with its 90 % interval of confidence. Source: computed by "
                "the model.",
            }
        )
    return rows


def scaled(unit: str, values: NDArray[np.float64]) -> tuple[float, str]:
    """What to multiply a quantity with, and its unit then: large ones are told in thousands or millions."""
    size = float(np.abs(values).max(initial=0.0))
    if unit == "firms" or size < 1e5:
        return 1.0, unit
    return (1e-6, f"million {unit}") if size >= 1e6 else (1e-3, f"thousand {unit}")


def range_of(found: Span) -> str:
    """The ends of an interval in words."""
    return f"{number(found.low)} to {number(found.high)}"


def change_of(found: Span) -> str:
    """A mean change with its interval."""
    sign = "+" if found.mid > 0 else ""
    if not found.is_told and found.mid:
        return f"{sign}{number(found.mid)} ({range_of(found)}): not clear"
    return f"{sign}{number(found.mid)} ({range_of(found)})"


def prices(found: Found, has_policy: bool) -> list[dict[str, Any]]:
    """What an extra tonne and an extra firm cost the public."""
    more = {key: here - base for key, (base, here) in found.items()}
    rows = []
    for key, title, unit, per in (
        ("per_tonne", "Cost of an extra tonne", "EUR of public money", "tonnes"),
        ("per_firm", "Cost of an extra firm", "EUR of public money", "adopters"),
    ):
        asked = price(more["public_cost"], more[per])
        is_known = math.isfinite(asked.mid)
        rows.append(
            {
                "key": key, "words": title, "unit": unit, "base": "", "change": "",
                "value": number(asked.mid) if is_known else "–",
                "range": range_of(asked) if is_known else ("cannot be told" if has_policy else "no policy yet"),
                "tip": "Public money of the policy divided by what it adds; 90 % interval by resampling the "
                "simulated regions. Not shown where it is not clear that the policy adds any. Source: computed by "
                "the model.",
            }
        )  # fmt: skip
    return rows
