"""Priors as distributions: what `uniform(0.1, 0.4)` means, and stratified samples of many parameters at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from issim.elementary import powers
from issim.errors import InputError
from issim.units import Parameter

#: The distributions that a prior may name, each made from its two bounds.
KINDS: dict[str, Callable[[float, float], Any]] = {
    "uniform": lambda low, high: stats.uniform(low, high - low),
    "loguniform": stats.loguniform,
}
FORM = re.compile(r"(\w+)\(([^,()]+),([^,()]+)\)")


def distribution(parameter: Parameter) -> Any:
    """The prior of a parameter as a frozen distribution of `scipy.stats`; what is no prior is an InputError.

    For whom  uncertainty, sweeps, calibration: whatever draws parameters
    Keeps     every value drawn lies in the range of the parameter
    """
    name, prior, low, high = parameter.name, parameter.par.prior, parameter.par.low, parameter.par.high
    found = FORM.fullmatch(prior.replace(" ", ""))
    bounds = (_number(found[2]), _number(found[3])) if found else (np.nan, np.nan)
    is_sound = found is not None and found[1] in KINDS and bounds[0] < bounds[1]
    if not is_sound or (found is not None and found[1] == "loguniform" and bounds[0] <= 0.0):
        raise InputError(
            f"The prior of {name} = '{prior}' is none; write uniform(low, high), or loguniform(low, high) "
            "with low above 0."
        )
    if not low <= bounds[0] < bounds[1] <= high:
        raise InputError(
            f"The prior of {name} = '{prior}' leaves the range [{low:g}, {high:g}] of the parameter; give one "
            "within it."
        )
    assert found is not None
    return _frozen(found[1], *bounds)


def _number(text: str) -> float:
    """A finite number, or nan for what is none."""
    try:
        value = float(text)
    except ValueError:
        return np.nan
    return value if np.isfinite(value) else np.nan


@lru_cache(maxsize=1024)
def _frozen(kind: str, low: float, high: float) -> Any:
    """One distribution per prior: many parameters share theirs, and making one takes its time."""
    return KINDS[kind](low, high)


def quantiles(prior: Any, unit: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values of a prior at the given probabilities, the same on every machine, which SciPy's need not be."""
    low, high = prior.support()
    if prior.dist.name == "loguniform":
        values = low * powers(high / low, unit)
    else:
        values = low + (high - low) * unit
    return np.clip(values, low, high)  # a quantile may leave its support by the last bit


def sample(parameters: Sequence[Parameter], n: int, seed: int) -> NDArray[np.float64]:
    """A Latin hypercube of `n` draws from the priors of some parameters, shape (n, n_parameters).

    Each of the n equally likely slices of every prior is drawn from once. A column is keyed by the seed and
    the parameter's name: it is the same whatever else is drawn.

    For whom  parameters that all have a prior
    Source    McKay et al. 1979, as in `scipy.stats.qmc`
    """
    columns = []
    for parameter in parameters:
        columns.append(quantiles(distribution(parameter), _slices(parameter.name, n, seed)))
    return np.array(columns, np.float64).reshape(len(parameters), n).T


def _slices(name: str, n: int, seed: int) -> NDArray[np.float64]:
    """One column of a Latin hypercube in [0, 1), shape (n,)."""
    key = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big")
    cube = stats.qmc.LatinHypercube(d=1, seed=np.random.default_rng([seed, key]))
    return np.asarray(cube.random(n)[:, 0])
