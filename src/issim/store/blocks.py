"""The words that a sensitivity analysis's folder is written and read with.

stages/NAME/         a sweep of its own (`store.dataset`), whose design has the columns of `PLACE` before its numbers
parameters.csv       what is varied
morris.csv           every number's measures for every outcome and effect
sobol.csv            indices of the chosen numbers, and of `REST`
variance.csv         how much is chance
steps.csv            how many runs there were after each doubling, and how wide the intervals
"""

from __future__ import annotations

#: The folder of the stages.
STAGES = "stages"
#: Columns of a stage's design after `cell`: trajectory or base sample, place in it, policy.
PLACE = ("block", "row", "policy")
#: All numbers without an index of their own, which are exchanged together.
REST = "all other numbers"
