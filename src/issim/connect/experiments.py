"""What connectors share: axes as in a study, and many settings under common seeds in a few compiled calls."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from issim.errors import InputError, unknown_name
from issim.rules.observe import NAMES
from issim.runs import design, sweep_plan
from issim.runs.cells import Composer, check_axes
from issim.runs.computing import tables
from issim.runs.design import PRIOR, Cell, Study
from issim.runs.parameters import parameters
from issim.runs.schema import types
from issim.runs.study import threads_of
from issim.store.outcomes import MEASURES
from issim.units import Par, Parameter

#: The name of every outcome that a run has.
OUTCOMES = tuple(measure.key for measure in MEASURES)

#: Axes by name, or by name with what a study writes beside them: a list of values, `prior`, or a distribution.
Axes = Sequence[str] | Mapping[str, Any]


class Found(NamedTuple):
    """What some settings gave, a row per setting and a column per seed."""

    outcomes: dict[str, NDArray[np.float64]]
    """Every outcome by name, (n_cells, n_seeds)."""
    series: dict[str, NDArray[np.float64]]
    """The observables that were asked for by name, (n_cells, n_seeds, n_months + 1)."""


def priors(prefix: str = "") -> list[str]:
    """The names of all parameters that have a prior and begin with `prefix`, as in `priors("behaviour")`."""
    found = [
        p.name for p in parameters() if p.par.prior and p.name.startswith(prefix) and ".NAME." not in p.name
    ]
    if not found:
        raise InputError(
            f"No parameter with a prior begins with '{prefix}'; `issim parameters` lists all of them."
        )
    return found


class Experiments:
    """Settings to try: what all have in common, and what each has of its own.

    For whom  connectors; every setting meets the same seeds (`seed`, `n_seeds`), so that differences are paired
    """

    def __init__(self, overrides: Sequence[str] = (), series: Sequence[str] = ()) -> None:
        """Take the words that all settings have in common, and the observables to keep month by month."""
        for name in series:
            if name not in NAMES:
                raise unknown_name("observable", name, NAMES)
        self.series = tuple(series)
        self.words = tuple(overrides)
        self._composer = Composer(overrides)
        self._settings = self._composer.base().settings
        self._parameter = sweep_plan.by_name(self._settings)
        self._ranges = {p.name: p.par for p in parameters(self._settings.evidence)}

    def __reduce__(self) -> tuple[Any, ...]:
        """Made anew from its words in another process: composed configurations do not travel."""
        return Experiments, (self.words, self.series)

    @property
    def n_months(self) -> int:
        """Months of every run."""
        return self._settings.run.n_months

    def axes(self, said: Axes) -> dict[str, Parameter | tuple[design.Value, ...]]:
        """Each axis with its values, or as a parameter with the prior it is to be drawn from."""
        table = said if isinstance(said, Mapping) else dict.fromkeys(said, PRIOR)
        check_axes(list(table))
        found: dict[str, Parameter | tuple[design.Value, ...]] = {}
        for axis, value in table.items():
            values = design.values(axis, value if isinstance(value, str) else list(value))
            found[axis] = design.asked(axis, values, self._parameter) if isinstance(values, str) else values
        return found

    def cell(self, values: Mapping[str, Any]) -> Cell:
        """One setting out of values as samplers give them: whole numbers where only these mean anything."""
        return {axis: _plain(value, axis, self._ranges.get(axis)) for axis, value in values.items()}

    def run(self, cells: Sequence[Cell], tick: Callable[[int], object] = lambda n: None) -> Found:
        """Run every setting under every seed; InputError for the first one that cannot be.

        `tick` hears how many more runs are done.
        """
        check_axes(list(dict.fromkeys(axis for cell in cells for axis in cell)))
        study = Study(name="connect", question="", series=self.series)
        sweep = sweep_plan.of_cells(self._composer, study, cells, " ".join(self.words))
        for found in sweep.settings:
            if isinstance(found, InputError):
                raise found
        threads = threads_of(self._settings)
        parts = [tables(sweep, shard, threads, tick) for shard in range(sweep.n_shards)]
        faults = [fault for part in parts for fault in part.runs["fault"] if fault]
        if faults:
            raise InputError(faults[0])
        place = np.lexsort([_joined(part.runs[key] for part in parts) for key in ("seed", "cell")])
        shape = (len(cells), len(sweep.seeds))

        def kept(columns: Any, *more: int) -> NDArray[np.float64]:
            return _joined(columns).reshape(len(place), *more)[place].reshape(*shape, *more)

        return Found(
            {name: kept(part.runs[name] for part in parts) for name in OUTCOMES},
            {name: kept((part.series[name] for part in parts), self.n_months + 1) for name in self.series},
        )


def _joined(columns: Any) -> NDArray[np.float64]:
    """The columns of all shards, one after the other."""
    return np.concatenate([np.asarray(column, np.float64) for column in columns])


def _plain(value: Any, axis: str, par: Par | None) -> design.Value:
    """One value as plain Python has it; a number that left its range by its last bit is put back."""
    found: Any = value.item() if isinstance(value, np.generic) else value
    if isinstance(found, bool) or not isinstance(found, int | float):
        return str(found)
    if types().get(axis) is int and math.isfinite(found):
        return round(found)
    if isinstance(found, float) and par is not None:
        near = min(max(found, par.low), par.high)
        return near if math.isclose(found, near, rel_tol=1e-12, abs_tol=1e-300) else found
    return found
