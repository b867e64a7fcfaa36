"""Sensitivity analysis by SALib: a problem out of names, and the model as a function of its samples.

    from SALib import ProblemSpec
    from issim.connect import salib

    spec = ProblemSpec(salib.problem(["behaviour.contagion", "behaviour.news"]))
    spec.sample_sobol(64).evaluate(salib.evaluate, spec["names"], "adopters", ["policy=training", "n_seeds=4"])
    print(spec.analyze_sobol())

What moves the *effect* of a policy is the same with the difference of two calls of `evaluate`, one under each
policy: both meet the same worlds and the same luck.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from issim.connect.experiments import OUTCOMES, Axes, Experiments, priors
from issim.errors import InputError, unknown_name
from issim.runs.priors import distribution
from issim.units import Parameter

__all__ = ["evaluate", "priors", "problem"]

#: What SALib calls the distributions of `issim.runs.priors`.
WORDS = {"uniform": "unif", "loguniform": "logunif"}


def problem(axes: Axes, overrides: Sequence[str] = ()) -> dict[str, Any]:
    """SALib's description of some axes: their names, bounds and distributions.

    For whom  names of parameters, drawn from their priors; or a table of names with distributions, as in
              `{"policy.levers.training.capacity": "uniform(5, 20)"}`
    """
    found = Experiments(overrides).axes(axes)
    names, bounds, kinds = [], [], []
    for name, asked in found.items():
        if not isinstance(asked, Parameter):
            raise InputError(
                f"{name} = {list(asked)} is a list, and SALib samples distributions; write uniform(low, high), or "
                "evaluate each value by itself."
            )
        names.append(name)
        bounds.append([float(bound) for bound in distribution(asked).support()])
        kinds.append(WORDS[asked.par.prior.partition("(")[0].strip()])
    return {"num_vars": len(names), "names": names, "bounds": bounds, "dists": kinds}


def evaluate(
    samples: ArrayLike,
    names: Sequence[str],
    outcomes: str | Sequence[str],
    overrides: Sequence[str] = (),
    tick: Callable[[int], object] = lambda n: None,
) -> NDArray[np.float64]:
    """The model at every sample: the mean of an outcome over the seeds, (n_samples,); one column each for several.

    For whom  `samples` (n_samples, n_names) from any of SALib's samplers; whole numbers are rounded to
    Units     of the outcome (`issim.store.outcomes`)
    Keeps     every sample meets the same seeds, `seed` and `n_seeds` of the overrides
    """
    table = np.asarray(samples, np.float64)
    if table.ndim != 2 or table.shape[1] != len(names) or not len(table):
        raise InputError(
            f"samples of shape {table.shape} do not fit {len(names)} names; give rows with one column per name."
        )
    asked = [outcomes] if isinstance(outcomes, str) else list(outcomes)
    for name in asked:
        if name not in OUTCOMES:
            raise unknown_name("outcome", name, OUTCOMES)
    experiments = Experiments(overrides)
    cells = [experiments.cell(dict(zip(names, row, strict=True))) for row in table]
    found = experiments.run(cells, tick).outcomes
    columns = np.stack([found[name].mean(axis=1) for name in asked], axis=1)
    return columns[:, 0] if isinstance(outcomes, str) else columns
