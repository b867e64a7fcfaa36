"""Chance and ignorance: how an interval shrinks with more seeds, and what remains when assumptions vary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from issim.analysis import importance
from issim.analysis.effects import paired, seeds_to_tell
from issim.plots import robustness
from issim.plots.style import Provenance
from issim.runs import comparison, uncertainty
from issim.teach.comparing import at_end
from issim.teach.intervals import Row
from issim.teach.pictures import Picture, about
from issim.teach.regions import N_FIRMS, N_MONTHS, N_SEEDS, Arm, runs, worlds

if TYPE_CHECKING:
    import pandas as pd


def by_seeds(series: pd.DataFrame, column: str, numbers: Sequence[int]) -> list[Row]:
    """The mean difference of the second arm from the first, and its 90 % interval, from the first n seeds each time."""
    first, second = dict.fromkeys(series["policy"])
    apart = at_end(series, second, column) - at_end(series, first, column)
    found = []
    for n in numbers:
        mean, low, high = paired(apart[:n])
        found.append(Row(f"{n} regions", low, mean, high, is_told=low > 0.0 or high < 0.0))
    return found


def needed(series: pd.DataFrame, column: str) -> dict[str, float]:
    """How many regions it takes to tell each arm from the first with a chance of about 80 %."""
    arms = list(dict.fromkeys(series["policy"]))
    base = at_end(series, arms[0], column)
    return {arm: seeds_to_tell(at_end(series, arm, column) - base) for arm in arms[1:]}


def with_assumptions(
    policy: str, n_draws: int = 48, n_seeds: int = N_SEEDS, n_firms: int = N_FIRMS, n_months: int = N_MONTHS
) -> tuple[list[importance.Robust], list[importance.Influence], Provenance]:
    """A policy's effects at the default values and with all assumptions drawn from their priors, and what moves them.

    For whom  a packaged policy, against none, in the same regions
    Source    the very draws that `issim run` makes
    """
    settings = [f"population.n_firms={n_firms}", f"n_months={n_months}", f"n_seeds={n_seeds}"]
    arms = comparison.arms([f"policy=none,{policy}", *settings, f"uncertainty.draws={n_draws}"])
    first = arms.settings.run.seed
    drawn = [
        one
        for seed, world in enumerate(worlds(n_seeds, n_firms, first), start=first)
        for one in uncertainty.on_world(arms.draws, world, seed)
    ]
    tables = uncertainty.tables(arms.draws, drawn)
    effects = importance.draw_effects(tables["draw_series"])
    both = {"none": Arm(), policy: Arm(policy)}
    series = runs(both, n_seeds=n_seeds, n_firms=n_firms, n_months=n_months, first=first)
    robust = importance.robustness(series, effects)
    return robust, importance.importance(tables["draws"], effects, _levers(arms), "none"), about(series)


def _levers(arms: comparison.Arms) -> pd.DataFrame:
    """Which policy has which levers."""
    import pandas as pd

    rows = [(policy.name, name) for policy in arms.policies for name in policy.names]
    return pd.DataFrame(rows, columns=["policy", "lever"])


def assumptions_picture(
    robust: Sequence[importance.Robust], found: Sequence[importance.Influence], source: Provenance
) -> Picture:
    """The figure that `issim run` draws of it: chance alone, chance and assumptions, and what moves the effect."""
    return Picture(robustness.figure(robust, found, source), robustness.takeaway(robust, found))
