"""Does another program find the same posterior? ABC by pyABC against the weighed draws of `issim calibrate`.

    pip install 'issim[calibrate]'
    python experiments/calibration/smc.py outputs/calibrations/KEY --particles 600                     exact draws
    python experiments/calibration/smc.py outputs/calibrations/KEY --particles 200 --generations 8     sequential

pyABC samples the constants that the calibration found informed, as normal scores of their priors; the others are drawn
from their priors in every simulation. Its stochastic acceptor takes the errors of the targets as its noise model, so
that at temperature 1 both methods aim at the same posterior. Proposals go through the compiled batch together.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyabc
from numpy.typing import NDArray
from scipy import stats

from issim.analysis.calibration import NOTHING_SHOWN, quantiles
from issim.runs.calibration import Design, designed
from issim.runs.priors import distribution, sample
from issim.runs.programmes import summaries
from issim.runs.study import threads_of

Floats = NDArray[np.float64]
#: Simulations that go through the compiled batch together.
BATCH = 64
#: Where the luck of simulations begins, far from the seeds of the calibration's own draws.
FIRST_SEED = 10_000_000


class AskedError(Exception):
    """What the model raises while proposals are collected: the parameters that it was asked for."""

    def __init__(self, parameters: dict[str, float]) -> None:
        super().__init__()
        self.parameters = parameters


class Oracle:
    """The model as pyABC calls it: asks for parameters first, answers with what was simulated for them after."""

    def __init__(self) -> None:
        self.answer: dict[str, float] | None = None

    def __call__(self, parameters: Any) -> dict[str, float]:
        """The summaries of the proposal at hand, or AskedError while there are none."""
        if self.answer is None:
            raise AskedError(dict(parameters))
        return self.answer


class BatchSampler(pyabc.sampler.Sampler):
    """Proposals are drawn one by one, simulated together, and judged in the order in which they were drawn.

    Each proposal has a seed of its own, so that it is the same when it is judged as when it was drawn, and a run is the
    same whatever the number of threads.
    """

    def __init__(
        self, oracle: Oracle, simulate: Callable[[Sequence[dict[str, float]]], list[dict[str, float]]]
    ) -> None:
        super().__init__()
        self.oracle, self.simulate, self.number = oracle, simulate, 0

    def sample_until_n_accepted(
        self, n: int, simulate_one: Callable[[], Any], t: int, *, max_eval: float = np.inf,
        all_accepted: bool = False, ana_vars: Any = None,
    ) -> Any:  # fmt: skip
        """A generation of `n` accepted particles; those of the last batch that are not needed are dropped."""
        found, self.nr_evaluations_ = self._create_empty_sample(), 0
        while found.n_accepted < n and self.nr_evaluations_ < max_eval:
            size = min(BATCH, n - found.n_accepted) if all_accepted else BATCH
            numbers = range(self.number, self.number + size)
            self.number += size
            answers = self.simulate([self._proposed(simulate_one, number) for number in numbers])
            for number, answer in zip(numbers, answers, strict=True):
                self.oracle.answer = answer
                np.random.seed(number)
                found.append(simulate_one())
                self.nr_evaluations_ += 1
                if found.n_accepted >= n:
                    break
            self.oracle.answer = None
        found.ok = found.n_accepted >= n
        return found

    def _proposed(self, simulate_one: Callable[[], Any], number: int) -> dict[str, float]:
        """The parameters that the proposal of a number asks for."""
        np.random.seed(number)
        try:
            simulate_one()
        except AskedError as asked:
            return asked.parameters
        raise RuntimeError("pyABC judged a proposal without asking the model")


class Compared(NamedTuple):
    """One parameter by both methods, as normal scores of its prior."""

    parameter: str
    weighed: tuple[float, float, float]
    smc: tuple[float, float, float]


def simulator(
    design: Design, names: Sequence[str]
) -> Callable[[Sequence[dict[str, float]]], list[dict[str, float]]]:
    """What simulates proposals: those parameters as said, all others from their priors."""
    staged, all_names = design.stages(), [found.name for found in design.parameters]
    places = [all_names.index(name) for name in names]
    priors = [distribution(design.parameters[place]) for place in places]
    done = 0

    def simulate(proposals: Sequence[dict[str, float]]) -> list[dict[str, float]]:
        nonlocal done
        values = sample(design.parameters, len(proposals), FIRST_SEED + done)
        for place, name, prior in zip(places, names, priors, strict=True):
            values[:, place] = prior.ppf(stats.norm.cdf([proposal[name] for proposal in proposals]))
        seeds = range(FIRST_SEED + done, FIRST_SEED + done + len(proposals))
        done += len(proposals)
        threads = threads_of(design.settings)
        found = summaries(staged, design.targets, design.behaviours(values), seeds, design.runs_each, threads)
        far = np.array([target.value + NOTHING_SHOWN * target.sd for target in design.targets])
        found = np.where(np.isnan(found), far, found)
        keys = [target.key for target in design.targets]
        return [dict(zip(keys, row, strict=True)) for row in found.tolist()]

    return simulate


def run(
    targets: dict[str, float], sd: dict[str, float], names: Sequence[str], particles: int, generations: int,
    simulate: Callable[[Sequence[dict[str, float]]], list[dict[str, float]]],
) -> tuple[pd.DataFrame, Floats, Any]:  # fmt: skip
    """Normal scores and weights of the last generation, and pyABC's history."""
    oracle, keys = Oracle(), sorted(targets)
    kernel = pyabc.IndependentNormalKernel(var=[sd[key] ** 2 for key in keys], keys=keys)
    prior = pyabc.Distribution(**{name: pyabc.RV("norm", 0.0, 1.0) for name in names})
    smc = pyabc.ABCSMC(
        oracle, prior, kernel, population_size=particles, acceptor=pyabc.StochasticAcceptor(),
        eps=pyabc.Temperature(), sampler=BatchSampler(oracle, simulate),
    )  # fmt: skip
    with TemporaryDirectory() as folder:
        smc.new(f"sqlite:///{Path(folder) / 'history.db'}", targets)
        history = smc.run(max_nr_populations=generations)
        frame, weights = history.get_distribution()
        told = history.get_all_populations()
    return frame, np.asarray(weights, np.float64), told


def compared(folder: Path, particles: int, generations: int) -> tuple[list[Compared], Any, float]:
    """Both methods on the parameters that a finished calibration found informed."""
    about = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    words = [word for word in (folder / "config.yaml").read_text(encoding="utf-8").split() if "=" in word]
    learnt, draws = pd.read_csv(folder / "parameters.csv"), pd.read_parquet(folder / "draws.parquet")
    told = learnt[learnt["is_told"]].sort_values("divergence", ascending=False)["parameter"].tolist()
    design = designed(words, 8, 2)
    began = time.perf_counter()
    frame, weights, generations_told = run(
        {target.key: target.value for target in design.targets},
        {target.key: target.sd for target in design.targets},
        told, particles, generations, simulator(design, told),
    )  # fmt: skip
    took = time.perf_counter() - began
    priors = {found.name: distribution(found) for found in design.parameters}
    rows = []
    for name in told:
        scores = stats.norm.ppf(priors[name].cdf(draws[name]).clip(1e-9, 1 - 1e-9))
        ours = quantiles(scores, draws["weight"].to_numpy())
        theirs = quantiles(frame[name].to_numpy(np.float64), weights)
        rows.append(Compared(name, tuple(ours.tolist()), tuple(theirs.tolist())))
    print(f"{about['draws']} weighed draws, effective size {about['ess']:.0f}")
    return rows, generations_told, took


def main() -> None:
    """Print both methods side by side."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("folder", type=Path, help="the folder of a finished `issim calibrate`")
    options.add_argument("--particles", type=int, default=600)
    options.add_argument("--generations", type=int, default=1)
    given = options.parse_args()
    rows, generations, took = compared(given.folder, given.particles, given.generations)
    print(generations[["t", "samples", "epsilon", "particles"]].to_string(index=False))
    print(f"pyABC: {generations['samples'].sum()} simulations of all targets in {took:.0f} s")
    print("5 %, half, 95 % as normal scores of the prior: weighed draws | pyABC")
    for row in rows:
        ours, theirs = ("  ".join(f"{value:+.2f}" for value in ends) for ends in (row.weighed, row.smc))
        print(f"{row.parameter.removeprefix('behaviour.'):20s} {ours} | {theirs}")


if __name__ == "__main__":
    main()
