"""What a study found: an outcome by two of its axes, paired against a policy, with its certainty."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from issim.analysis.effects import paired
from issim.errors import InputError
from issim.store.outcomes import MEASURES, Measure

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
