"""What a replication is: a published model's question, runs of its rules, and its numbers beside ours."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Job = TypeVar("Job")
Result = TypeVar("Result")
#: Seed of all runs: the first key of every generator.
SEED = 2026
#: A row is reproduced if |z| stays below.
MAX_Z = 3.0


class Line(NamedTuple):
    """One published number beside ours."""

    part: str
    """Which variant, layout or moment it is about."""
    what: str
    published: str
    found: str
    judged_by: str
    """What is asked of the score: "z" or "points", or nothing where the line is for information."""
    score: float
    """How far apart: z, or a difference in points."""
    passed: bool


@dataclass(frozen=True)
class Source:
    """Which figure a replication drew, for its foot."""

    title: str
    n_runs: int
    version: str

    def line(self) -> str:
        """The line at the foot of a figure."""
        return f"{self.title} · {self.n_runs:,} runs of rules written anew · issim {self.version}"


@dataclass(frozen=True)
class Replication:
    """One published model, and how its numbers are asked of its rules written anew."""

    name: str
    title: str
    question: str
    source: str
    published: str
    """Where the published numbers come from."""
    design: str
    open: tuple[str, ...]
    """What the original leaves open, or got wrong, and how it was read."""
    rule: str
    """When a line counts as reproduced."""
    n_runs: int
    """Runs of each part of the design."""
    measure: Callable[[int, Callable[[], object]], pd.DataFrame]
    """All runs as a table, for so many runs of each part; the second is called after every run."""
    n_jobs: Callable[[int], int]
    """How many runs that makes in all."""
    lines: Callable[[pd.DataFrame], Sequence[Line]]
    """Every published number beside ours."""
    remarks: Callable[[pd.DataFrame], tuple[str, ...]]
    draw: Callable[[pd.DataFrame, Source], Figure]
    alt: Callable[[pd.DataFrame], str]
    """What the figure shows, for those who cannot see it."""


def verdict(lines: Sequence[Line]) -> str:
    """What the lines add up to; those for information do not count."""
    judged = [line.passed for line in lines if line.judged_by]
    if not judged:
        return "to be compared from outside"
    if all(judged):
        return "reproduced"
    return "reproduced in part" if any(judged) else "not reproduced"


def n_runs_in(table: pd.DataFrame) -> int:
    """How many runs a table is of, with a row each or a row per step."""
    return len(table) // (table["step"].nunique() if "step" in table else 1)


def missed(lines: Sequence[Line]) -> list[str]:
    """The judged lines that are not met, in words."""
    return [
        f"{line.part}, {line.what}: published {line.published}, ours {line.found} ({line.score:.2f})"
        for line in lines
        if line.judged_by and not line.passed
    ]


def generator(*key: int) -> np.random.Generator:
    """The generator of one run: by the seed of all and its own key, whatever ran before or beside it."""
    return np.random.default_rng([SEED, *key])


def over_runs(
    jobs: Sequence[Job], one: Callable[[Job], Result], tick: Callable[[], object]
) -> Iterator[Result]:
    """What `one` gives for every job, in order, threads over jobs; the first goes alone, because it compiles."""

    def ticked(job: Job) -> Result:
        found = one(job)
        tick()
        return found

    yield ticked(jobs[0])
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(ticked, jobs[1:])


def z_score(
    published: float, published_sd: float, published_n: int, values: Floats, rounding: float = 0.0
) -> float:
    """How many standard errors a published mean lies from that of our runs.

    z = (m_p - m_o) / √(sd_p²/n_p + sd_o²/n_o + r²/12)

    `rounding` r is the unit of the published mean's last digit where that is coarser than its error.
    """
    error = published_sd**2 / published_n + values.var(ddof=1) / len(values) + rounding**2 / 12.0
    return float((published - values.mean()) / math.sqrt(error))


def by_z(part: str, what: str, mean_sd: tuple[float, float], n: int, values: Floats, digits: int) -> Line:
    """A published mean and standard deviation beside those of our runs, judged by z."""
    mean, sd = mean_sd
    z = z_score(mean, sd, n, values)
    return Line(
        part, what, spread(mean, sd, digits), spread(values.mean(), values.std(ddof=1), digits),
        "z", z, abs(z) < MAX_Z,
    )  # fmt: skip


def spread(mean: float, sd: float, digits: int) -> str:
    """A mean and, in brackets, a standard deviation."""
    return f"{mean:.{digits}f} ({sd:.{digits}f})"
