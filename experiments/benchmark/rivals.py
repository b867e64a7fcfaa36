"""The runs of a sweep made in other ways, one by one; prints processor seconds per run as JSON.

    mesa     mesa.batch_run of SymbiosisModel: the compiled month behind Mesa's agents and data collector
    agents   mesa.batch_run of ordinary Python agents (firm_by_firm.py), with NUMBA_DISABLE_JIT=1
    single   one `issim run` after another in one process, as Hydra's own multirun launches jobs

All are regions of 1,000 firms without policy over 120 months. The agents are carried through a few months only, and
the time of these months, not that of building the region, is scaled up.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr
from io import StringIO

import mesa
from firm_by_firm import PlainModel

from issim.commands import run_command
from issim.model.symbiosis import SymbiosisModel
from issim.rules.observe import NAMES

N_FIRMS, N_MONTHS = 1000, 120
#: Months that the agents are carried through.
FEW_MONTHS = 6


class Collected(PlainModel):
    """The region driven by its agents, with its observables collected every month."""

    def __init__(self, n_firms: int, n_months: int, seed: int) -> None:
        super().__init__(n_firms, n_months, seed)
        reporters = {name: (lambda model, k=k: model.rows[-1][k]) for k, name in enumerate(NAMES)}
        self.datacollector = mesa.DataCollector(model_reporters=reporters)

    def step(self) -> None:
        """One month."""
        super().step()
        self.datacollector.collect(self)


def timed(call: Callable[[], object]) -> float:
    """Processor seconds of one call."""
    started = time.process_time()
    call()
    return time.process_time() - started


def by_mesa(seed: int) -> float:
    """One run of the compiled model by mesa.batch_run."""
    fixed = {"n_firms": N_FIRMS, "n_months": N_MONTHS, "seed": [seed]}
    return timed(
        lambda: mesa.batch_run(SymbiosisModel, fixed, max_steps=N_MONTHS - 1, display_progress=False)
    )


def by_agents(seed: int) -> float:
    """One run of ordinary Python agents by mesa.batch_run: its start, and its months scaled to all of them."""

    def months(n_months: int) -> float:
        fixed = {"n_firms": N_FIRMS, "n_months": N_MONTHS, "seed": [seed]}
        return timed(lambda: mesa.batch_run(Collected, fixed, max_steps=n_months - 1, display_progress=False))

    one, few = months(1), months(FEW_MONTHS)
    a_month = (few - one) / (FEW_MONTHS - 1)
    return one + (N_MONTHS - 1) * a_month


def by_itself(seed: int) -> float:
    """One run by `issim run`, tables and all, without figures."""
    with tempfile.TemporaryDirectory() as outputs, redirect_stderr(StringIO()):
        words = [
            "policy=none", f"population.n_firms={N_FIRMS}", f"n_months={N_MONTHS}", f"seed={seed}",
            "n_seeds=1", "uncertainty.draws=0", f"outputs={outputs}",
        ]  # fmt: skip
        return timed(lambda: run_command(words, figures=False))


WAYS = {"mesa": by_mesa, "agents": by_agents, "single": by_itself}


def main() -> None:
    """Measure one way, after a run that compiles or warms up."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("way", choices=WAYS)
    options.add_argument("--runs", type=int, default=4)
    given = options.parse_args()
    warnings.simplefilter("ignore")
    way = WAYS[given.way]
    way(0)
    print(json.dumps({"cpu": sum(way(seed) for seed in range(1, given.runs + 1)) / given.runs}))


if __name__ == "__main__":
    main()
