"""A run folder's tables without a run: firms that move down the funnel at random, faster under a policy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from issim import evidence
from issim.evidence.vocabulary import GOOD_TABLE, GOODS, SIZES

Tables = dict[str, pd.DataFrame]
STAGES = ("unaware", "aware", "searching", "talking", "adopters")


def _places(n_firms: int, n_regions: int, luck: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "firm": np.arange(n_firms),
            "region": [f"region {1 + k % n_regions}" for k in range(n_firms)],
            "size": luck.choice(SIZES, n_firms, p=[0.5, 0.3, 0.15, 0.05]),
            "x": luck.uniform(0, 120, n_firms),
            "y": luck.uniform(0, 120, n_firms),
        }
    )


def _pairs(firms: pd.DataFrame, n: int, luck: np.random.Generator) -> pd.DataFrame:
    n = 0 if len(firms) < 2 else n
    ends = np.array([luck.choice(len(firms), 2, replace=False) for _ in range(n)], dtype=int).reshape(n, 2)
    place = firms[["x", "y"]].to_numpy()
    apart = place[ends[:, 0]] - place[ends[:, 1]]
    return pd.DataFrame(
        {
            "pair": 10 * np.arange(n), "donor": ends[:, 0], "receiver": ends[:, 1],
            "good": luck.choice(GOODS, n), "distance": np.hypot(apart[:, 0], apart[:, 1]),
        }
    )  # fmt: skip


def _stages(n_firms: int, n_months: int, pace: float, luck: np.random.Generator) -> NDArray[np.int64]:
    """Stage of every firm by month, (n_months + 1, n_firms), before exchanges are known."""
    waits = luck.exponential([60.0, 90.0, 110.0], (n_firms, 3)).cumsum(axis=1) / pace - 30.0
    return np.asarray((np.arange(n_months + 1)[:, None, None] >= waits[None]).sum(axis=2), dtype=np.int64)


def _events(
    pairs: pd.DataFrame, n_months: int, pace: float, policy: str, luck: np.random.Generator
) -> pd.DataFrame:
    rows = []
    for pair in pairs["pair"]:
        begins = int(luck.uniform(0, 2.2 * n_months) / pace)
        ends = begins + int(luck.exponential(4.0 * n_months + 1))
        if begins <= n_months:
            rows.append((policy, begins, pair, 4, 0))
        if begins < ends <= n_months:
            rows.append((policy, ends, pair, 0, 5))
    return pd.DataFrame(rows, columns=["policy", "month", "pair", "stage", "reason"])


def _row(
    running: pd.DataFrame, stage: NDArray[np.int64], month: int, luck: np.random.Generator
) -> dict[str, float]:
    """What one month of the series says."""
    flow = {f"flow_{good.name}": 0.0 for good in GOOD_TABLE}
    for good in running["good"] if month else ():
        flow[f"flow_{good}"] += float(luck.lognormal(4.0, 0.2))
    count = {name: float((stage == k).sum()) for k, name in enumerate(STAGES)}
    tonnes = sum(flow[f"flow_{good.name}"] for good in GOOD_TABLE if good.unit == "t")
    return {"month": month, **count, "operating": float(len(running)), "tonnes": tonnes, **flow}


def _one_run(
    tables: Tables, policy: str, seed: int, n_months: int, pace: float
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Series, panel and events of one seed."""
    n_firms = len(tables["firms"])
    luck = np.random.default_rng(seed)
    stage = _stages(n_firms, n_months, pace, luck)
    events = _events(tables["pairs"], n_months, pace, policy, luck)
    ends = tables["pairs"].set_index("pair")
    rows = []
    for month in range(n_months + 1):
        last = events[events["month"] <= month].groupby("pair")["stage"].last()
        running = ends.loc[last.index[last == 4]]
        stage[month, running["donor"]] = 4
        stage[month, running["receiver"]] = 4
        rows.append({"policy": policy, "seed": seed, **_row(running, stage[month], month, luck)})
    panel = pd.DataFrame(
        {
            "policy": policy, "month": np.repeat(np.arange(n_months + 1), n_firms),
            "firm": np.tile(np.arange(n_firms), n_months + 1), "stage": stage.ravel(),
        }
    )  # fmt: skip
    return pd.DataFrame(rows), panel, events


def _barriers(policies: tuple[str, ...], seeds: range, n_months: int) -> pd.DataFrame:
    rows = []
    for policy in policies:
        for seed in seeds:
            luck = np.random.default_rng(seed)
            for month in (0, n_months):
                relieved = 1.0 if policy == "none" or month == 0 else 0.55
                for point in evidence.load().barriers:
                    brake = luck.uniform(0.05, 0.4) * (relieved if point.number % 2 else 1.0)
                    rows.append((policy, seed, month, point.stage, point.number, 10, brake))
    return pd.DataFrame(rows, columns=["policy", "seed", "month", "stage", "barrier", "firms", "brake"])


def make_tables(
    n_firms: int = 300,
    n_pairs: int = 60,
    n_seeds: int = 8,
    n_months: int = 48,
    policies: tuple[str, ...] = ("none", "training"),
    n_regions: int = 1,
) -> Tables:
    """Tables of a run as its folder holds them."""
    luck = np.random.default_rng(7)
    tables: Tables = {"firms": _places(n_firms, n_regions, luck)}
    tables["pairs"] = _pairs(tables["firms"], n_pairs, luck)
    seeds = range(3, 3 + n_seeds)
    series, panels, events = [], [], []
    for policy in policies:
        for seed in seeds:
            found = _one_run(tables, policy, seed, n_months, 1.0 if policy == "none" else 2.0)
            series.append(found[0])
            if seed == seeds[0]:
                panels.append(found[1])
                events.append(found[2])
    tables |= {"series": pd.concat(series, ignore_index=True), "panel": pd.concat(panels, ignore_index=True)}
    tables |= {
        "events": pd.concat(events, ignore_index=True),
        "barriers": _barriers(policies, seeds, n_months),
    }
    return tables


@pytest.fixture(scope="session")
def run_tables() -> Callable[..., Tables]:
    """Maker of tables."""
    return make_tables


@pytest.fixture(scope="session")
def tables() -> Tables:
    """Tables of a run of 300 firms, eight seeds, four years, without and with training."""
    return make_tables()
