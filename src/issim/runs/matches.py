"""Who exchanged with whom in how many runs: for firms that are known, and for exchanges that are documented."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from issim.evidence.vocabulary import GOOD_UNITS, GOODS
from issim.model.simulate import Trajectory
from issim.runs.settings import Settings
from issim.world.state import OPERATING, World

if TYPE_CHECKING:
    import pandas as pd

#: One row per run and exchange that operates at its end; one per run and documented exchange.
EXCHANGES, LINKS = "exchanges", "documented"


def tables(
    settings: Settings, policy: str, seed: int, world: World, run: Trajectory
) -> dict[str, pd.DataFrame]:
    """What one run says of the firms of a register; nothing without one."""
    import pandas as pd

    firms = settings.firms
    if firms is None:
        return {}
    pairs, state = world.pairs, run.state.pairs
    rows = np.flatnonzero(state.stage == OPERATING)
    found = {
        EXCHANGES: pd.DataFrame(
            {"policy": policy, "seed": seed, "donor": pairs.donor[rows], "receiver": pairs.receiver[rows],
             "good": np.asarray(GOODS, object)[pairs.good[rows]], "distance": pairs.distance[rows],
             "flow": state.flow[rows]}
        )
    }  # fmt: skip
    if not firms.links:
        return found
    told = []
    for link in firms.links:
        is_it = (
            (pairs.good[rows] == link.good)
            & np.isin(pairs.donor[rows], link.donors)
            & np.isin(pairs.receiver[rows], link.receivers)
        )
        offered = (world.offers.good == link.good) & np.isin(world.offers.firm, link.donors)
        told.append(
            (policy, seed, link.words, link.source, GOOD_UNITS[link.good], int(is_it.sum()),
             float(state.flow[rows][is_it].sum()), float(world.offers.quantity[offered].sum()))
        )  # fmt: skip
    names = ["policy", "seed", "exchange", "source", "unit", "operating", "flow", "offered"]
    return found | {LINKS: pd.DataFrame(told, columns=names)}


def joined(parts: Sequence[dict[str, pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    """The tables of several runs below one another."""
    import pandas as pd

    names = dict.fromkeys(name for part in parts for name in part)
    found = {}
    for name in names:
        stacked = [part[name] for part in parts if name in part]
        filled = [table for table in stacked if len(table)] or stacked[:1]
        found[name] = pd.concat(filled, ignore_index=True)
    return found


def often(exchanges: pd.DataFrame, n_seeds: int) -> pd.DataFrame:
    """How often each pair of firms exchanged a good at the end of a run, and how much: one row per policy and pair."""
    grouped = exchanges.groupby(["policy", "donor", "receiver", "good"], sort=False, observed=True)
    found = grouped.agg(
        runs=("seed", "size"), distance=("distance", "median"), flow=("flow", "median")
    ).reset_index()
    found.insert(4, "share_of_runs", found.pop("runs") / n_seeds)
    order = ["policy", "share_of_runs", "donor", "receiver", "good"]
    return found.sort_values(order, ascending=[True, False, True, True, True], ignore_index=True)
