"""The design of a study: which cells it has, one setting of policy, region and parameters each.

    axes with a list of values   every combination is a cell (a grid; one axis alone is a list)
    axes with a distribution     are drawn jointly, by Latin hypercube or Sobol' sequence, and cross the grid
    cells                        a list of settings written out, instead of axes

All cells meet the same seeds, so two cells differ only by what their settings change.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from issim.errors import InputError, unknown_name
from issim.rules.observe import NAMES
from issim.runs import drawing, priors
from issim.units import Parameter

Value = str | float | int
#: One setting: the value of every axis that a cell has, by the axis's name.
Cell = dict[str, Value]
SAMPLINGS = ("latin", "sobol")
#: An axis with this word instead of values is drawn from the parameter's own prior.
PRIOR = "prior"
#: Observables that a study keeps month by month unless it says otherwise.
SERIES = ("unaware", "aware", "searching", "talking", "adopters", "operating", "tonnes", "co2", "gain",
          "public_cost", "awareness", "trust")  # fmt: skip
MAX_CELLS = 1_000_000


@dataclass(frozen=True)
class Study:
    """A question and the design that answers it."""

    name: str
    question: str
    axes: Mapping[str, tuple[Value, ...] | str] = field(default_factory=dict)
    cells: tuple[Cell, ...] = ()
    draws: int = 0
    sampling: str = "latin"
    against: str = ""
    """Policy that every setting is also run under, so that effects are paired; empty: none."""
    series: tuple[str, ...] = SERIES
    figure: Mapping[str, str] = field(default_factory=dict)

    @property
    def grid(self) -> dict[str, tuple[Value, ...]]:
        """The axes with a list of values."""
        return {name: values for name, values in self.axes.items() if not isinstance(values, str)}

    @property
    def sampled(self) -> dict[str, str]:
        """The axes with a distribution."""
        return {name: said for name, said in self.axes.items() if isinstance(said, str)}

    @property
    def shown(self) -> dict[str, list[Value]]:
        """Every axis, with the values that it names; a distribution names none."""
        if self.axes:
            named = {name: [] if isinstance(said, str) else list(said) for name, said in self.axes.items()}
        else:
            axes = dict.fromkeys(axis for cell in self.cells for axis in cell)
            named = {axis: [cell[axis] for cell in self.cells if axis in cell] for axis in axes}
        return named | ({"policy": [*named.get("policy", []), self.against]} if self.against else {})


KEYS = ("question", "axes", "cells", "draws", "sampling", "against", "series", "figure")


def read(name: str, said: Mapping[str, Any]) -> Study:
    """A study out of the table `study` of a configuration; InputError for what it cannot mean."""
    for key in said:
        if key not in KEYS:
            raise unknown_name("key", f"study.{key}", [f"study.{known}" for known in KEYS])
    axes, cells = said.get("axes") or {}, said.get("cells") or []
    if not isinstance(axes, Mapping) or not isinstance(cells, list) or bool(axes) == bool(cells):
        raise InputError(
            f"study '{name}' needs either axes (a table of values by name) or cells (a list of settings); write one."
        )
    if not all(isinstance(cell, Mapping) and cell for cell in cells):
        raise InputError(f"study.cells of '{name}' must be a list of settings, as in - {{policy: training}}.")
    study = Study(
        name=name,
        question=str(said.get("question", "")),
        axes={str(axis): values(str(axis), given) for axis, given in axes.items()},
        cells=tuple({str(axis): _one(str(axis), value) for axis, value in cell.items()} for cell in cells),
        draws=_whole("study.draws", said.get("draws", 0), 0, 10_000_000),
        sampling=str(said.get("sampling", "latin")),
        against=str(said.get("against") or ""),
        series=_names("study.series", said.get("series", SERIES), NAMES),
        figure=drawing.read(said.get("figure") or {}),
    )
    if study.sampling not in SAMPLINGS:
        raise unknown_name("study.sampling", study.sampling, SAMPLINGS)
    if bool(study.sampled) != bool(study.draws):
        raise InputError(
            f"study '{name}' has {len(study.sampled)} axes with a distribution and draws = {study.draws}; "
            "give both (how many draws, and from what), or neither."
        )
    drawing.check(study.figure, study.shown)
    return study


def values(axis: str, said: Any) -> tuple[Value, ...] | str:
    """The values of an axis, or the distribution it is drawn from."""
    if isinstance(said, str):
        return said
    if not isinstance(said, list) or not said:
        raise InputError(
            f"study.axes.{axis} = {said!r} has no values; give a list, '{PRIOR}', or a distribution such as "
            "uniform(0, 1)."
        )
    found = tuple(_one(axis, value) for value in said)
    if len(set(found)) < len(found):
        raise InputError(f"study.axes.{axis} = {said} names a value twice; give each once.")
    return found


def _one(axis: str, value: Any) -> Value:
    """One value of an axis."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InputError(f"{value!r} is no value of study axis {axis}; give names or numbers.")
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"study axis {axis} = {value} is not finite; give a number.")
    return value


def _whole(name: str, value: Any, low: int, high: int) -> int:
    """A whole number in a range."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InputError(f"{name} = {value!r} is no whole number in [{low}, {high}]; give one.")
    return value


def _names(key: str, said: Any, known: Sequence[str]) -> tuple[str, ...]:
    """A list of known names; the word *all* stands for every one."""
    if said == "all":
        return tuple(known)
    if isinstance(said, str) or not isinstance(said, Sequence):
        raise InputError(f"{key} = {said!r} is no list; give names in brackets, or all.")
    for name in said:
        if name not in known:
            raise unknown_name(key, str(name), known)
    return tuple(dict.fromkeys(said))


def expand(study: Study, parameter: Callable[[str], Parameter], seed: int) -> list[Cell]:
    """Every cell of a study in a fixed order; `parameter` says what a sampled axis is.

    With `against`, every setting that a policy is not part of comes once more under that policy, unless
    it is there already; settings of levers do not concern it.
    """
    cells = [dict(cell) for cell in study.cells] if study.cells else _crossed(study, parameter, seed)
    if study.against:
        bare = [_without_policy(cell) | {"policy": study.against} for cell in cells]
        cells = _once([*bare, *cells])
    return cells


def _crossed(study: Study, parameter: Callable[[str], Parameter], seed: int) -> list[Cell]:
    """The grid, crossed with the draws."""
    grid = study.grid
    n_cells = math.prod(len(values) for values in grid.values()) * _n_draws(study)
    if n_cells > MAX_CELLS:
        raise InputError(
            f"study '{study.name}' has {n_cells} cells, more than {MAX_CELLS}; give fewer values or draws."
        )
    drawn = sampled(study, parameter, seed)
    names = list(study.sampled)
    return [
        dict(zip(grid, values, strict=True)) | dict(zip(names, map(float, row), strict=True))
        for row in drawn
        for values in itertools.product(*grid.values())
    ]


def _n_draws(study: Study) -> int:
    """How many settings of the sampled axes there are."""
    if not study.sampled:
        return 1
    return study.draws * (len(study.sampled) + 2) if study.sampling == "sobol" else study.draws


def sampled(study: Study, parameter: Callable[[str], Parameter], seed: int) -> NDArray[np.float64]:
    """The draws of the sampled axes, (n_draws, n_axes); one empty draw if no axis is sampled.

    A Sobol' design is Saltelli's, as SALib writes and analyses it: draws * (n_axes + 2) rows.
    """
    if not study.sampled:
        return np.empty((1, 0))
    drawn = [asked(name, said, parameter) for name, said in study.sampled.items()]
    if study.sampling == "latin":
        return priors.sample(drawn, study.draws, seed)
    from SALib.sample import sobol

    if study.draws & (study.draws - 1):
        raise InputError(
            f"study.draws = {study.draws} is no power of two, and a Sobol' sequence balances only at these; "
            f"choose {1 << (study.draws.bit_length() - 1)} or {1 << study.draws.bit_length()}."
        )
    unit = {"num_vars": len(drawn), "names": [p.name for p in drawn], "bounds": [[0.0, 1.0]] * len(drawn)}
    cube = sobol.sample(unit, study.draws, calc_second_order=False, seed=seed % 2**32)
    columns = [priors.quantiles(priors.distribution(p), cube[:, k]) for k, p in enumerate(drawn)]
    return np.stack(columns, axis=1)


def asked(name: str, said: str, parameter: Callable[[str], Parameter]) -> Parameter:
    """The parameter of a sampled axis with the distribution that the study gives it."""
    found = parameter(name)
    if said.strip() != PRIOR:
        return found._replace(par=found.par._replace(prior=said))
    if not found.par.prior:
        raise InputError(
            f"study.axes.{name} = {PRIOR}, and {name} has no prior; give a distribution such as uniform(0, 1)."
        )
    return found


def _without_policy(cell: Cell) -> Cell:
    """A setting without its policy and the settings of its levers."""
    return {axis: value for axis, value in cell.items() if axis.partition(".")[0] != "policy"}


def _once(cells: Sequence[Cell]) -> list[Cell]:
    """Each setting once, in the order of first mention."""
    return [dict(items) for items in dict.fromkeys(tuple(sorted(cell.items())) for cell in cells)]
