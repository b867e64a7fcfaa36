"""A calibration's table of draws, weighed: everything that is read out of it, worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from issim.analysis import calibration as weighing
from issim.runs.calibration import Design, Table
from issim.runs.priors import distribution

#: Equally likely draws of the posterior that are kept: a run of every seed takes one.
KEPT = 500
#: Known truths that the method is tried on.
TRUTHS = 300


@dataclass(frozen=True)
class Fit:
    """A table of draws, weighed."""

    design: Design
    table: Table

    @property
    def names(self) -> list[str]:
        """The parameters, in the order of the table's columns."""
        return [found.name for found in self.design.parameters]

    @cached_property
    def published(self) -> weighing.Floats:
        """The targets' values."""
        return np.array([target.value for target in self.design.targets])

    @cached_property
    def sd(self) -> weighing.Floats:
        """The targets' errors."""
        return np.array([target.sd for target in self.design.targets])

    @cached_property
    def weighed(self) -> weighing.Weighed:
        """How much every draw counts."""
        return weighing.weighed(self.table.found, self.published, self.sd)

    @cached_property
    def uniform(self) -> weighing.Floats:
        """The draws as quantiles of their priors."""
        columns = [
            distribution(found).cdf(self.table.values[:, k]) for k, found in enumerate(self.design.parameters)
        ]
        return np.array(columns, np.float64).T

    @cached_property
    def learnt(self) -> list[weighing.Learnt]:
        """What is learnt about every parameter."""
        return weighing.learnt(self.names, self.table.values, self.uniform, self.weighed)

    @cached_property
    def together(self) -> list[weighing.Together]:
        """Parameters that the posterior ties to each other."""
        return weighing.together(self.names, self.table.values, self.weighed)

    @cached_property
    def reached(self) -> list[weighing.Reached]:
        """The targets before and after."""
        keys = [target.key for target in self.design.targets]
        return weighing.reached(keys, self.table.found, self.published, self.sd, self.weighed)

    @cached_property
    def recovered(self) -> tuple[list[weighing.Ranks], weighing.Floats]:
        """The method tried on known truths."""
        seed = self.design.settings.run.seed
        return weighing.recovered(self.names, self.table.values, self.table.found, self.sd, TRUTHS, seed)

    @cached_property
    def rows(self) -> weighing.Floats:
        """Equally likely draws from the posterior, (KEPT, n_parameters)."""
        chosen = weighing.resampled(self.weighed.weights, KEPT, self.design.settings.run.seed)
        return self.table.values[chosen]
