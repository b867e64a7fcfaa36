"""What moves the effect of a training programme? Elementary effects by SALib.

    python experiments/connectors/salib_example.py

Both calls of `evaluate` meet the same worlds and the same luck, so that their difference is what training changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from SALib.analyze import morris as analysis
from SALib.sample import morris as sampling

from issim.connect import salib

NAMES = (
    "behaviour.contagion",
    "behaviour.start_share",
    "candidates.max_distance",
    "barriers.no_time.strength",
)
WORDS = ("region=latvia", "population.n_firms=300", "n_months=60", "n_seeds=4")


def effects(trajectories: int = 10, words: Sequence[str] = WORDS) -> Any:
    """How much each parameter moves the number of firms that training brings to exchange: SALib's table."""
    problem = salib.problem(NAMES)
    samples = sampling.sample(problem, trajectories, seed=1)
    trained = salib.evaluate(samples, NAMES, "adopters", [*words, "policy=training"])
    without = salib.evaluate(samples, NAMES, "adopters", [*words, "policy=none"])
    return analysis.analyze(problem, samples, trained - without, seed=1)


if __name__ == "__main__":
    print(effects().to_df())
