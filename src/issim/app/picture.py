"""A picture of a scenario as plain numbers and words, ready for the page: figures, tiles, sentences.

Every number is computed by what computes it for `issim run`: measures of the store, paired differences and
prices of the analysis.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from issim.analysis.effects import slows
from issim.app import words
from issim.app.engine import Seen
from issim.app.ground import Arm
from issim.app.tiles import TAILS, Found, effect, price, prices, spread, tiles, whole
from issim.app.words import Facts
from issim.evidence.vocabulary import COUNTRIES, COUNTRY_NAMES, SECTORS, SIZES, STAGES
from issim.plots.funnel import STEP_NAMES, barrier_texts
from issim.plots.wording import capital, number, spoken
from issim.rules.observe import NAMES
from issim.store.outcomes import MEASURES, Measure, outcome
from issim.store.outcomes import STAGES as FIRM_STAGES
from issim.world.state import World

#: Digits that a line of a figure needs.
DIGITS = 4
#: Barriers that the page shows at most.
WORST = 8
GROUPS = (("size", SIZES), ("sector", SECTORS), ("country", COUNTRIES))
SHOWN = {"size": "By size", "sector": "By sector", "country": "By country"}
PERSONS = {"micro": "1-9 people", "small": "10-49", "medium": "50-249", "large": "250 and more"}


class Chart(NamedTuple):
    """One line over time: which observable, as what it is shown, and whether it adds up over months."""

    key: str
    title: str
    unit: str
    column: str
    adds_up: bool
    scale: float


CHARTS = (
    Chart("adopters", "Firms that exchange residues", "firms", "adopters", False, 1.0),
    Chart("tonnes", "Residues passed on since the start", "t", "tonnes", True, 1.0),
    Chart("co2", "CO₂ saved since the start, transport subtracted", "t CO₂", "co2", True, 1e-3),
    Chart("public_cost", "Public money spent since the start", "EUR", "public_cost", True, 1.0),
    Chart("gain", "Gained by the firms since the start, support included", "EUR", "gain", True, 1.0),
)


def picture(seen: Seen) -> dict[str, Any]:
    """Everything that the page shows of a scenario but the map."""
    scenario, place = seen.scenario, seen.scenario.place
    found = {m.key: (measured(m, seen.base), measured(m, seen.here)) for m in MEASURES}
    known = facts(seen, found)
    return {
        "seeds": seen.n_seeds,
        "wanted": place.n_seeds,
        "firms": place.n_firms,
        "months": place.n_months,
        "policy": bool(seen.policy.levers),
        "name": scenario.name if seen.policy.levers else "no policy",
        "answer": words.answer(known),
        "besides": words.besides(known),
        "basis": words.basis(seen.n_seeds, place.n_seeds),
        "notes": seen.ground.settings.told_of_posterior(),
        "tiles": [*tiles(found, seen), *prices(found, bool(seen.policy.levers))],
        "charts": [_chart(chart, seen) for chart in CHARTS],
        "stages": _stages(seen),
        "gainers": gainers(seen),
        "barriers": brakes(seen),
        "levers": _levers(seen),
    }


def measured(measure: Measure, arm: Arm) -> NDArray[np.float64]:
    """A measure in every region of an arm."""
    return outcome(measure, _monthly(arm))


def _monthly(arm: Arm) -> Callable[[str], NDArray[np.float64]]:
    """An observable of all regions by its name, (n_seeds, n_months + 1)."""
    return lambda name: arm.series[:, :, NAMES.index(name)]


def facts(seen: Seen, found: Found) -> Facts:
    """What the sentences need to know."""
    place = seen.scenario.place
    more = {key: here - base for key, (base, here) in found.items()}
    return Facts(
        place.n_firms, place.n_months, len(seen.policy.levers), whole(spread(found["adopters"][0])),
        whole(spread(found["adopters"][1])), effect(more["adopters"]), effect(more["tonnes"]), effect(more["co2"]),
        float(more["public_cost"].mean()), price(more["public_cost"], more["tonnes"]),
    )  # fmt: skip


def _chart(chart: Chart, seen: Seen) -> dict[str, Any]:
    """One line over time without policy and with it: low, mid and high by month."""
    arms = {"base": seen.base} | ({"here": seen.here} if seen.policy.levers else {})
    return {
        "key": chart.key,
        "title": chart.title,
        "unit": chart.unit,
        "lines": {name: bands(chart, arm) for name, arm in arms.items()},
    }


def bands(chart: Chart, arm: Arm) -> list[list[float]]:
    """Median and central 90 % of an observable by month: three rows of numbers."""
    table = chart.scale * _monthly(arm)(chart.column)
    if chart.adds_up:
        table = np.cumsum(table, axis=1)
    return [_few(row) for row in np.quantile(table, TAILS, axis=0)]


def _few(values: NDArray[np.float64]) -> list[float]:
    """Numbers in as many digits as a figure shows."""
    return [float(f"{value:.{DIGITS}g}") for value in values.tolist()]


def _stages(seen: Seen) -> dict[str, list[float]]:
    """Firms by stage at the end, mean over regions."""
    arms = {"base": seen.base} | ({"here": seen.here} if seen.policy.levers else {})
    return {
        name: _few(np.array([_monthly(arm)(stage)[:, -1].mean() for stage in FIRM_STAGES]))
        for name, arm in arms.items()
    }


def firms_of(worlds: Sequence[World], group: str, n_levels: int) -> NDArray[np.float64]:
    """Firms of each level of a group, mean over regions."""
    return np.mean(
        [np.bincount(getattr(w.firms, group), minlength=n_levels) for w in worlds], axis=0, dtype=np.float64
    )


def gainers(seen: Seen) -> list[dict[str, Any]]:
    """Extra firms that exchange, by size, sector and country; groups without a firm are left out."""
    rows = []
    for group, levels in GROUPS:
        firms = firms_of(seen.ground.worlds[: seen.n_seeds], group, len(levels))
        if (firms > 0).sum() < 2:
            continue
        for level, n_firms in zip(levels, firms, strict=True):
            if n_firms == 0.0:
                continue
            column = f"adopters_{group}_{level}"
            here, base = (_monthly(arm)(column)[:, -1] for arm in (seen.here, seen.base))
            more = effect(here - base)
            rows.append(
                {"group": SHOWN[group], "level": _level(group, level), "firms": round(n_firms),
                 "base": float(base.mean()), "more": [_finite(x) for x in more]}
            )  # fmt: skip
    return rows


def _level(group: str, level: str) -> str:
    """A level of a group in words."""
    if group == "country":
        return COUNTRY_NAMES[COUNTRIES.index(level)]
    return f"{level} ({PERSONS[level]})" if level in PERSONS else spoken(level)


def _finite(value: float) -> float | None:
    """A number as JSON holds it: none where there is none."""
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None


def brakes(seen: Seen) -> list[dict[str, Any]]:
    """The barriers that slow firms most at the end, heaviest under the policy first."""
    texts, world = barrier_texts(), seen.ground.worlds[0]
    base, here = seen.base.brake.mean(axis=0), seen.here.brake.mean(axis=0)
    order = sorted(range(len(here)), key=lambda k: (-max(here[k], base[k]), k))[:WORST]
    return [
        {
            "number": k + 1,
            "text": texts[k + 1],
            "step": STEP_NAMES[STAGES[world.barriers.stage[k]]],
            "base": float(f"{slows(base[k]):.3g}"),
            "here": float(f"{slows(here[k]):.3g}") if seen.policy.levers else None,
            "felt": round(float((seen.here if seen.policy.levers else seen.base).felt[:, k].mean())),
        }
        for k in order
    ]


def _levers(seen: Seen) -> list[dict[str, Any]]:
    """What each lever reached and spent, mean over regions, and whether its money ran out."""
    rows = []
    for k, lever in enumerate(seen.policy.levers):
        out = seen.here.stopped[:, k]
        ran_out = int((out >= 0).sum())
        rows.append(
            {
                "title": lever.title or capital(spoken(lever.name)),
                "reached": number(seen.here.reached[:, k].mean()) if lever.enrols else "all it is meant for",
                "spent": number(seen.here.spent[:, k].mean()),
                "stopped": f"in {ran_out} of {len(out)} regions, first in month {out[out >= 0].min()}"
                if ran_out
                else "",
            }
        )  # fmt: skip
    return rows
