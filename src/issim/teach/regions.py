"""Regions small enough for a lesson, alone or many at a time."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from issim.levers.policy import Policy, conditions, load
from issim.model import frames
from issim.model.simulate import simulate
from issim.model.symbiosis import SymbiosisModel
from issim.rules.behaviour import Behaviour
from issim.world.region import Region
from issim.world.state import World

if TYPE_CHECKING:
    import pandas as pd

#: How large lessons are unless they say otherwise: a cell answers within a breath.
N_FIRMS, N_MONTHS, N_SEEDS = 150, 60, 20
#: The first seed of several runs.
FIRST = 1


class Arm(NamedTuple):
    """One way in which many regions may go: a policy, and constants of behaviour that differ."""

    policy: str | Policy = "none"
    behaviour: Mapping[str, float] = {}


def village(n_firms: int = 100, n_months: int = N_MONTHS, seed: int = 3, **more: Any) -> SymbiosisModel:
    """A small mixed region whose firms can be asked; `more` is what a model may be told."""
    return SymbiosisModel(n_firms=n_firms, n_months=n_months, seed=seed, **more)


@lru_cache(maxsize=8)
def worlds(n_seeds: int = N_SEEDS, n_firms: int = N_FIRMS, first: int = FIRST) -> tuple[World, ...]:
    """Regions that differ by their seed; built once, for nothing changes them."""
    from issim.evidence import load as load_evidence
    from issim.world.build import build

    known, place = load_evidence(), Region(n_firms=n_firms)
    return tuple(build(known, [place], seed=first + k) for k in range(n_seeds))


def runs(
    arms: Mapping[str, Arm],
    *,
    n_seeds: int = N_SEEDS,
    n_firms: int = N_FIRMS,
    n_months: int = N_MONTHS,
    first: int = FIRST,
) -> pd.DataFrame:
    """Every arm in the same regions with the same luck: its name as `policy`, seed, month, then the observables.

    For whom  the pictures and the analysis of `issim run`, which take such a table
    """
    import pandas as pd

    places = worlds(n_seeds, n_firms, first)
    found = []
    for name, arm in arms.items():
        policy = load(arm.policy) if isinstance(arm.policy, str) else arm.policy
        behaviour = Behaviour(**dict(arm.behaviour))
        for seed, world in enumerate(places, start=first):
            run = simulate(
                world, conditions(policy, world, n_months), behaviour, seed=seed, n_months=n_months
            )
            found.append(frames.series(name, seed, run))
    return pd.concat(found, ignore_index=True)


def firms_of(model: SymbiosisModel, *columns: str) -> pd.DataFrame:
    """The firms of a model as a table, one row each, with the attributes that are named."""
    import pandas as pd

    rows = [[getattr(firm, column) for column in columns] for firm in model.firms]
    table = pd.DataFrame(rows, columns=list(columns))
    table.index = pd.Index(np.arange(len(rows)), name="firm")
    return table


def recorded(arm: Arm, n_firms: int, n_months: int, seed: int) -> dict[str, pd.DataFrame]:
    """One region under one arm, firm by firm: the tables that its map is drawn from."""
    import pandas as pd

    from issim.evidence.vocabulary import SIZES
    from issim.model.record import record

    (world,) = worlds(1, n_firms, seed)
    policy = load(arm.policy) if isinstance(arm.policy, str) else arm.policy
    levers, behaviour = conditions(policy, world, n_months), Behaviour(**dict(arm.behaviour))
    found = record(world, levers, behaviour, seed=seed, n_months=n_months)
    firms = pd.DataFrame(
        {
            "firm": np.arange(n_firms), "region": "mixed", "x": world.firms.x, "y": world.firms.y,
            "size": np.asarray(SIZES, dtype=object)[world.firms.size],
        }
    )  # fmt: skip
    tables = frames.tables(world, {policy.name: found})
    return tables | {"firms": firms, "series": frames.series(policy.name, seed, found.trajectory)}
