"""Exploratory modelling by the EMA Workbench: the model with its uncertainties, levers and outcomes.

    from issim.connect import ema

    model = ema.model(["behaviour.contagion", "behaviour.news"], overrides=["n_seeds=4"])
    with ema.BatchEvaluator(model) as evaluator:
        policies = ema.policies(["none", "training"])
        experiments, outcomes = evaluator.perform_experiments(scenarios=100, policies=policies)

The model works with the Workbench's own evaluators as well, one experiment after the other; `BatchEvaluator` puts all
of a call into compiled batches on the threads of this machine.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from issim.connect.experiments import OUTCOMES, Axes, Experiments, priors
from issim.errors import InputError
from issim.runs.design import Value
from issim.runs.priors import distribution
from issim.runs.schema import types
from issim.units import Parameter

try:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "ipyparallel not installed")  # nothing here needs it
        import ema_workbench as workbench
        from ema_workbench.em_framework.evaluators import BaseEvaluator
except ImportError as error:
    raise ImportError(
        "issim.connect.ema needs the package ema-workbench; add it by `pip install 'issim[ema]'`."
    ) from error

__all__ = ["BatchEvaluator", "Symbiosis", "model", "policies", "priors"]

#: What is added to an observable's name for the outcome that has it month by month.
MONTHLY = "_by_month"
#: The axis of named policies goes by another name here: the Workbench has a column `policy` of its own.
POLICY = "policy_name"


def model(
    uncertainties: Axes, levers: Axes = (), overrides: Sequence[str] = (), series: Sequence[str] = ()
) -> Symbiosis:
    """The model as the Workbench has models: named parameters in, outcomes out, both means over the seeds.

    For whom  `uncertainties` and `levers`: names of parameters, sampled from their priors, or a table of names with
              what a study writes beside an axis: a list of values, `prior`, or a distribution such as
              `uniform(5, 20)`; `region` and `policy` are axes as well, the latter called `policy_name`
    Units     of the outcomes (`issim.store.outcomes`); an observable of `series` becomes the time series
              `NAME_by_month`, month 0 the start
    Keeps     every experiment meets the same seeds, `seed` and `n_seeds` of the overrides
    """
    return Symbiosis(Experiments(overrides, series), uncertainties, levers)


def policies(names: Sequence[str]) -> list[Any]:
    """Packaged policies, or files of the user's own, as policies of the Workbench."""
    return [workbench.Policy(name, **{POLICY: name}) for name in names]


class Symbiosis(workbench.Model):
    """The model in the Workbench's terms; `outcomes` may be replaced by others on the same variables."""

    def __init__(self, experiments: Experiments, uncertainties: Axes, levers: Axes) -> None:
        super().__init__("issim", function=self._one)
        self.experiments = experiments
        self.uncertainties = [_parameter(*axis) for axis in experiments.axes(uncertainties).items()]
        self.levers = [_parameter(*axis) for axis in experiments.axes(levers).items()]
        self.outcomes = [
            *(workbench.ScalarOutcome(name) for name in OUTCOMES),
            *(workbench.TimeSeriesOutcome(name + MONTHLY) for name in experiments.series),
        ]

    def model_init(self, policy: Any) -> None:
        """Note the policy; unlike the Workbench's own, take no lever for an attribute (one is called `policy`)."""
        self.policy = policy

    def variables(self, experiment: Any) -> dict[str, Any]:
        """What one experiment sets, as the Workbench's own evaluators would hand it to the model."""
        scenario, policy = experiment.scenario.copy(), experiment.policy.copy()
        self._transform(scenario, self.uncertainties)
        self._transform(policy, self.levers)
        return {**scenario, **policy, **{constant.name: constant.value for constant in self.constants}}

    def _one(self, **values: Any) -> dict[str, Any]:
        """One experiment by itself."""
        return self.together([values])[0]

    def together(self, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """The variables of many experiments, computed together; InputError for one that cannot be."""
        named = [{"policy" if name == POLICY else name: value for name, value in row.items()} for row in rows]
        found = self.experiments.run([self.experiments.cell(values) for values in named])
        means = {name: table.mean(axis=1) for name, table in found.outcomes.items()}
        monthly = {name + MONTHLY: table.mean(axis=1) for name, table in found.series.items()}
        return [
            {name: float(column[k]) for name, column in means.items()}
            | {name: np.asarray(table[k]) for name, table in monthly.items()}
            for k in range(len(rows))
        ]


def _parameter(axis: str, asked: Parameter | tuple[Value, ...]) -> Any:
    """One axis as a parameter of the Workbench."""
    name = POLICY if axis == "policy" else axis
    if not isinstance(asked, Parameter):
        if len(asked) < 2:
            raise InputError(
                f"{axis} = {list(asked)} has one value only; give several, or set it once by the override {axis}=VALUE."
            )
        return workbench.CategoricalParameter(name, list(asked))
    prior = distribution(asked)
    low, high = (float(bound) for bound in prior.support())
    if types().get(axis) is int:
        return workbench.IntegerParameter(name, math.ceil(low), math.floor(high))
    return workbench.RealParameter.from_dist(name, prior)


class BatchEvaluator(BaseEvaluator):
    """Carries all experiments of a call in compiled batches, on as many threads as the model's settings say."""

    def initialize(self) -> None:
        """Nothing needs to be started."""

    def finalize(self) -> None:
        """Nothing needs to be stopped."""

    def evaluate_experiments(
        self, scenarios: Any, policies: Any, callback: Any, combine: str = "factorial"
    ) -> None:
        """Compute every experiment and hand its outcomes to the Workbench, in its order."""
        asked = list(
            workbench.em_framework.experiment_generator(scenarios, self._msis, policies, combine=combine)
        )
        for structure in self._msis:
            mine = [experiment for experiment in asked if experiment.model_name == structure.name]
            found = structure.together([structure.variables(each) for each in mine])
            for experiment, variables in zip(mine, found, strict=True):
                structure.outcomes_output = variables
                callback(experiment, dict(structure.outcomes_output))
