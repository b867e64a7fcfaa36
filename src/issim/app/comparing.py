"""Two scenarios side by side: what one brings beyond the other, on the same regions if their place is the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from issim.app.engine import Engine, Seen
from issim.app.picture import CHARTS, bands, measured
from issim.app.scenario import Scenario
from issim.app.tiles import TILES, UNITS, change_of, effect, range_of, scaled, spread, whole
from issim.app.words import Span
from issim.plots.wording import after, number
from issim.store.outcomes import MEASURES


def compared(engine: Engine, one: Scenario, other: Scenario) -> Iterator[dict[str, Any] | None]:
    """What two scenarios give in all their regions, and how they differ; None while that is being computed."""
    found: list[Seen] = []
    for scenario in (one, other):
        for step in engine.steps(scenario):
            if isinstance(step, Seen) and step.is_last:
                found.append(step)
                break
            yield None
    yield comparison(*found)


def comparison(one: Seen, other: Seen) -> dict[str, Any]:
    """Two pictures side by side."""
    is_paired = one.scenario.place == other.scenario.place
    names = [seen.scenario.name if seen.policy.levers else "no policy" for seen in (one, other)]
    if names[0] == names[1]:
        names = [f"{names[0]} (on the page)", f"{names[1]} (kept)"]
    rows, more = [], None
    for measure in (m for m in MEASURES if m.key in TILES):
        here, there = measured(measure, one.here), measured(measure, other.here)
        scale, unit = scaled(UNITS[measure.key][0], here)
        row = {"words": TILES[measure.key], "unit": f"{unit} {UNITS[measure.key][1]}"}
        for key, values in (("one", here * scale), ("other", there * scale)):
            found = whole(spread(values)) if measure.key == "adopters" else spread(values)
            row[key] = f"{number(found.mid)} ({range_of(found)})"
        if is_paired:
            difference = effect((here - there) * scale)
            row["difference"] = change_of(difference)
            more = difference if measure.key == "adopters" else more
        rows.append(row)
    adopters = CHARTS[0]
    lines = {"base": bands(adopters, one.base)} if is_paired else {}
    lines |= {"here": bands(adopters, one.here), "other": bands(adopters, other.here)}
    return {
        "names": names,
        "told": told(names, more, one.scenario.place.n_months),
        "rows": rows,
        "chart": {"key": "compared", "title": adopters.title, "unit": adopters.unit, "lines": lines}
        if one.scenario.place.n_months == other.scenario.place.n_months
        else None,
    }


def told(names: list[str], more: Span | None, n_months: int) -> str:
    """The sentence of a comparison."""
    if more is None:
        return (
            f"'{names[0]}' and '{names[1]}' are about different regions, so their numbers stand side by side but are "
            "not subtracted."
        )
    when = after(n_months)
    if not more.is_told:
        return (
            f"The simulated regions cannot tell '{names[0]}' from '{names[1]}' in firms that exchange {when}."
        )
    low, high = sorted((abs(more.low), abs(more.high)))
    return (
        f"With '{names[0]}' on average {number(abs(more.mid))} {'more' if more.mid > 0 else 'fewer'} firms exchange "
        f"residues {when} than with '{names[1]}' ({number(low)} to {number(high)}; 90 % confidence)."
    )
