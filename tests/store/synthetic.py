"""A sweep of made-up numbers, filled by the store's own means: what the tests of datasets interrupt and look at."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from issim.store.dataset import Dataset

POLICIES, STRENGTHS, SEEDS, MONTHS = ("none", "training", "mandate"), (0.5, 1.0), 4, 6
#: Six cells with four seeds each, cut unevenly.
BOUNDS = [0, 5, 10, 16, 17, 24]
MANIFEST: dict[str, Any] = {
    "study": "made_up",
    "question": "Does the store lose anything?",
    "command": "issim sweep experiment=made_up",
    "key": "0123456789abcdef",
    "version": "0.1.0",
    "commit": "abc",
    "rules": "5f3d",
    "evidence": {"survey.csv": "aa", "prices.csv": "bb"},
    "packages": {"numpy": "2.4.6", "numba": "0.68.1"},
    "config": {"behaviour": {"contagion": 0.2, "news": 0.1}, "n_months": MONTHS},
    "n_cells": 6,
    "n_runs": 24,
    "bounds": BOUNDS,
}


def design() -> pd.DataFrame:
    """All combinations of a policy and a strength."""
    rows = [(policy, strength) for policy in POLICIES for strength in STRENGTHS]
    table = pd.DataFrame(rows, columns=["policy", "policy.strength"])
    table.insert(0, "cell", np.arange(len(rows), dtype=np.int32))
    return table


def create(folder: Path, **changes: Any) -> Dataset:
    """The folder of this sweep, or of one that differs from it."""
    return Dataset.create(folder, {**MANIFEST, **changes}, design())


def tables(runs: range, failing: tuple[int, ...] = ()) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Runs and series of a shard: numbers that depend on the run only."""
    run = np.arange(runs.start, runs.stop, dtype=np.int32)
    month = np.tile(np.arange(MONTHS, dtype=np.int16), len(run))
    adopters = np.sqrt(np.repeat(run, MONTHS) + month / 7.0)
    ends = adopters[MONTHS - 1 :: MONTHS].copy()
    failed = np.isin(run, failing)
    ends[failed] = np.nan
    found = pd.DataFrame(
        {"run": run, "cell": run // SEEDS, "seed": (run % SEEDS).astype(np.int64) + 7, "adopters": ends}
    )
    found["fault"] = np.where(failed, "the gate fee is negative", "")
    series = pd.DataFrame({"run": np.repeat(run, MONTHS), "month": month, "adopters_month": adopters})
    return found, series


def work(data: Dataset) -> list[int]:
    """What one job does: the shards that it can have; which these were."""
    mine = []
    for shard in data.missing():
        with data.claim(shard) as is_ours:
            if is_ours:
                data.write(shard, *tables(data.runs_of(shard)))
                mine.append(shard)
    return mine


def fill(folder: Path, **changes: Any) -> Dataset:
    """The whole sweep, from wherever it stands to its end."""
    data = create(folder, **changes)
    with data.driving():
        work(data)
    return data


def content(folder: Path) -> dict[str, str]:
    """The digests of all files but logs, locks and what was set aside."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".damaged" and not {"logs", "claims"} & set(path.parts)
    }
