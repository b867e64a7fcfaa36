"""Recordings as tables: one pandas DataFrame per file of the run folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from issim.evidence.vocabulary import GOODS, STAGES
from issim.model.potential import Optimum, Potential, realised
from issim.model.record import Binding, Panel, Recording, ever_active
from issim.model.resilience import fall, network
from issim.model.simulate import Trajectory
from issim.rules.behaviour import Behaviour
from issim.rules.observe import NAMES
from issim.world.conditions import N_BARRIERS
from issim.world.state import OPERATING, World

if TYPE_CHECKING:
    from pandas import DataFrame


def tables(world: World, recordings: Mapping[str, Recording]) -> dict[str, DataFrame]:
    """`panel`, `events`, `pairs` and `barriers` of one run per policy, all of one world."""
    import pandas as pd

    named = list(recordings.items())
    return {
        "panel": pd.concat([panel(policy, found) for policy, found in named], ignore_index=True),
        "events": pd.concat([events(policy, found) for policy, found in named], ignore_index=True),
        "pairs": pairs(world, [found for _, found in named]),
        "barriers": pd.concat(
            [barriers(world, policy, found.seed, found.binding) for policy, found in named], ignore_index=True
        ),
    }


def series(policy: str, seed: int, trajectory: Trajectory) -> DataFrame:
    """The monthly observables of one run: policy, seed, month, then a column each."""
    import pandas as pd

    table = trajectory.series
    named = {"policy": policy, "seed": seed, "month": np.arange(len(table), dtype=np.int16)}
    return pd.DataFrame(named | {name: table[:, k] for k, name in enumerate(NAMES)})


def panel(policy: str, recording: Recording) -> DataFrame:
    """How every firm stood after every month: policy, month, firm, then a column each."""
    import pandas as pd

    n_rows, n_firms = recording.panel.stage.shape
    columns = {
        "policy": policy,
        "month": np.repeat(np.arange(n_rows, dtype=np.int16), n_firms),
        "firm": np.tile(np.arange(n_firms, dtype=np.int32), n_rows),
    }
    return pd.DataFrame(columns | {name: getattr(recording.panel, name).ravel() for name in Panel._fields})


def events(policy: str, recording: Recording) -> DataFrame:
    """Every change of stage of an exchange: policy, month, pair, stage, reason."""
    import pandas as pd

    frame = pd.DataFrame(recording.events._asdict())
    frame.insert(0, "policy", policy)
    return frame


def pairs(world: World, recordings: Sequence[Recording]) -> DataFrame:
    """The pairs active in any of the runs; `flow` as last agreed in the first run that agreed it."""
    import pandas as pd

    rows = ever_active(list(recordings))
    flow = np.zeros(len(rows))
    for recording in recordings:
        flow = np.where(flow > 0.0, flow, recording.flow[rows])
    return pd.DataFrame(
        {
            "pair": rows,
            "donor": world.pairs.donor[rows],
            "receiver": world.pairs.receiver[rows],
            "good": np.asarray(GOODS, dtype=object)[world.pairs.good[rows]],
            "distance": world.pairs.distance[rows],
            "compatibility": world.pairs.compatibility[rows],
            "flow": flow,
        }
    )


def barriers(world: World, policy: str, seed: int, binding: Sequence[Binding]) -> DataFrame:
    """Which barriers bound whom: policy, seed, month, stage (A-D), barrier (1-24), standing, firms, brake."""
    import pandas as pd

    stage = np.asarray(STAGES, dtype=object)[world.barriers.stage]
    parts = [
        pd.DataFrame(
            {
                "policy": policy,
                "seed": seed,
                "month": found.month,
                "stage": stage,
                "barrier": np.arange(1, N_BARRIERS + 1, dtype=np.int8),
                "standing": found.standing[world.barriers.stage],
                "firms": found.firms,
                "brake": found.brake,
            }
        )
        for found in binding
    ]
    return pd.concat(parts, ignore_index=True)


def levers(policy: str, seed: int, names: Sequence[str], trajectory: Trajectory) -> DataFrame:
    """How far each lever came: policy, seed, lever, reached (firms), spent (EUR), stopped (month, or -1)."""
    import pandas as pd

    state = trajectory.state.levers
    return pd.DataFrame(
        {
            "policy": policy,
            "seed": seed,
            "lever": list(names),
            "reached": (state.reached >= 0).sum(axis=1),
            "spent": state.spent,
            "stopped": state.stopped,
        }
    )


def structure(
    policy: str,
    seed: int,
    world: World,
    trajectory: Trajectory,
    best: tuple[Potential, Optimum] | None,
    behaviour: Behaviour,
) -> DataFrame:
    """How far a run came and how fragile it is: shares of what is possible, network measures, the largest firm's loss.

    `crossing` are the operating exchanges that cross a border, `crossing_tonnes` what they carry in t/yr.
    Without `best` (too large a world for the linear programmes) the two shares are nan.
    """
    import pandas as pd

    state = trajectory.state
    found, loss = network(world, state), fall(world, state)
    share = realised(world, state, *best, behaviour) if best else None
    crossing = ((state.pairs.stage == OPERATING) & (world.pairs.border > 0)).nonzero()[0]
    row = {
        "policy": policy,
        "seed": seed,
        "share_of_potential": share.share_of_potential if share else np.nan,
        "share_of_optimum": share.share_of_optimum if share else np.nan,
        "mean_degree": found.mean_degree,
        "gini_of_degree": found.gini,
        "components": len(found.sizes),
        "largest_firm": loss.firm,
        "adopters_lost": loss.adopters,
        "exchanges_lost": loss.exchanges,
        "tonnes_lost": loss.tonnes,
        "tonnes": found.tonnes,
        "crossing": len(crossing),
        "crossing_tonnes": float(
            (state.pairs.flow[crossing] * world.goods.is_mass[world.pairs.good[crossing]]).sum()
        ),
    }
    return pd.DataFrame([row])
