"""What a study found: an outcome by two of its axes, paired against a policy, with its certainty."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from issim.analysis.effects import paired
from issim.errors import InputError
from issim.store.dataset import Dataset
from issim.store.outcomes import MEASURES, Measure
from issim.store.results import load_results

if TYPE_CHECKING:
    import pandas as pd


class Answer(NamedTuple):
    """One setting of a study: mean outcome, or mean paired difference, with its 90 % interval."""

    x: str | float
    by: str | float
    mean: float
    low: float
    high: float
    """Ends of the 90 % interval of the mean; nan for one seed."""
    n_runs: int

    @property
    def is_told(self) -> bool:
        """Whether the interval excludes zero."""
        return self.low > 0.0 or self.high < 0.0


class Shown(NamedTuple):
    """What the figure of a study shows."""

    study: str
    question: str
    kind: str
    outcome: str
    x: str
    by: str
    against: str
    """Policy from which differences are taken; empty: outcomes themselves."""
    units: Mapping[str, str]
    """Units of axes that are parameters."""
    n_firms: tuple[int, int]
    """Firms of the smallest and of the largest world."""
    n_seeds: int
    version: str
    found: list[Answer]

    def unit_of(self, axis: str) -> str:
        """The unit of an axis; empty if it has none."""
        return self.units.get(axis, "")


def shown(folder: Path) -> Shown:
    """What the study in a folder asks its figure to show; InputError if the sweep is not complete."""
    about = Dataset(folder).manifest
    figure: Mapping[str, str] = about["figure"]
    outcome, x, by, against = figure["outcome"], figure["x"], figure["by"], about["against"]
    return Shown(
        *(about["study"], about["question"], figure["kind"], outcome, x, by, against, about["units"]),
        n_firms=(about["n_firms"][0], about["n_firms"][1]),
        n_seeds=len(about["seeds"]),
        version=about["version"],
        found=answers(load_results(folder), outcome, x, by, against),
    )


def measure(key: str) -> Measure:
    """An outcome by its key."""
    return next(found for found in MEASURES if found.key == key)


def answers(runs: pd.DataFrame, outcome: str, x: str, by: str, against: str) -> list[Answer]:
    """The outcome at every value of the axis `x` and, unless empty, of the axis `by`.

    With `against`, differences from the run of the same seed and the same setting under that policy, over all
    that are not under it.

    For whom  runs joined with their design, as `store.results.load_results` gives them; impossible runs are left out
    Units     of the outcome
    """
    sound = runs[runs["fault"] == ""]
    if sound.empty:
        raise InputError("no run of this study went well, so there is nothing to show; see `issim results`.")
    values = differences(sound, outcome, against) if against else sound.assign(value=sound[outcome])
    axes = [x, *([by] if by else [])]
    found = []
    for _, part in values.groupby(axes, sort=False, observed=True):
        mean, low, high = paired(part["value"].to_numpy(float))
        first = part.iloc[0]
        found.append(Answer(first[x], first[by] if by else "", mean, low, high, len(part)))
    return found


def differences(runs: pd.DataFrame, outcome: str, against: str) -> pd.DataFrame:
    """The runs that are not under the policy `against`, with `value`: their outcome less that of the paired run."""
    settings = [name for name in runs.columns if name in _axes(runs) and name.partition(".")[0] != "policy"]
    bare = (runs["policy"] == against).fillna(False).to_numpy(bool)
    base = runs.loc[bare, [*settings, "seed", outcome]].rename(columns={outcome: "base"})
    other = runs[~bare].merge(base, on=[*settings, "seed"], how="inner", validate="many_to_one")
    return other.assign(value=other[outcome] - other["base"])


def _axes(runs: pd.DataFrame) -> list[str]:
    """The columns of the design among the columns of the runs."""
    own = {"run", "cell", "seed", "fault", *(found.key for found in MEASURES)}
    return [name for name in runs.columns if name not in own]
