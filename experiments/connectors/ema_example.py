"""Under which assumptions does which policy help? Open exploration by the EMA Workbench (`pip install 'issim[ema]'`).

    python experiments/connectors/ema_example.py

Every policy meets the same scenarios, and every scenario the same worlds and the same luck.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from issim.connect import ema

POLICIES = ("none", "training", "platform")
UNCERTAIN = (
    "behaviour.contagion",
    "behaviour.start_share",
    "candidates.max_distance",
    "barriers.no_time.strength",
)
WORDS = ("region=latvia", "population.n_firms=300", "n_months=60", "n_seeds=4")


def explored(scenarios: int = 50, words: Sequence[str] = WORDS) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The experiments and their outcomes, as the Workbench's own analyses take them."""
    model = ema.model(UNCERTAIN, overrides=words, series=["adopters"])
    with ema.BatchEvaluator(model) as evaluator:
        found: tuple[pd.DataFrame, dict[str, Any]] = evaluator.perform_experiments(
            scenarios=scenarios, policies=ema.policies(POLICIES)
        )
    return found


if __name__ == "__main__":
    experiments, outcomes = explored()
    firms = pd.Series(outcomes["adopters"], name="adopters")
    print(firms.groupby(experiments["policy"], observed=True).describe().round(1))
