"""Documented cases as small worlds: their firms by name, their exchanges one by one, what is published beside."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from issim.levers.policy import conditions, load
from issim.model.exchange import Exchange
from issim.model.simulate import simulate
from issim.model.symbiosis import SymbiosisModel
from issim.own import cases
from issim.rules.behaviour import Behaviour
from issim.runs import matches
from issim.runs.job import plan
from issim.runs.published import figure
from issim.runs.settings import Settings
from issim.runs.study import world_of
from issim.teach.intervals import Row
from issim.teach.regions import N_MONTHS, Arm
from issim.teach.surveys import known
from issim.world.state import World

if TYPE_CHECKING:
    import pandas as pd

#: Worlds of a case that differ by chance.
N_WORLDS = 8


class Real(NamedTuple):
    """A documented case as a model, and what is known of it."""

    model: SymbiosisModel
    links: dict[str, Exchange]
    """The documented exchanges that are possible in this world, by their words; one of several alike."""
    published: list[str]
    """What is published, in words."""


def case(name: str, seed: int = 3, **more: Any) -> Real:
    """A documented case by name, as in "case_kalundborg"; `more` is what a model may be told."""
    model = SymbiosisModel(region=name, seed=seed, **more)
    pairs, found = model.world.pairs, {}
    for link in cases.register(name).links:
        is_it = (pairs.good == link.good) & np.isin(pairs.donor, link.donors)
        rows = (is_it & np.isin(pairs.receiver, link.receivers)).nonzero()[0]
        if len(rows):
            found[link.words] = Exchange(model, int(rows[0]))
    told = cases.published(name, known())
    figures = [figure(one) for one in told if one.value is not None] or ["no figure is published"]
    return Real(model, found, [f"{told[0].name}: {told[0].what}", *figures])


@lru_cache(maxsize=4)
def _worlds(name: str, n_worlds: int) -> tuple[Settings, tuple[World, ...]]:
    """The settings of a case, and so many of its worlds."""
    settings = plan([f"region={name}", "seed=1"]).settings
    return settings, tuple(world_of(settings, 1 + k) for k in range(n_worlds))


def documented(
    name: str, arms: Mapping[str, Arm], n_worlds: int = N_WORLDS, n_months: int = N_MONTHS
) -> pd.DataFrame:
    """Which documented exchanges operate at the end under every arm: the table of `issim run`, one row each and run."""
    settings, worlds = _worlds(name, n_worlds)
    found = []
    for arm_name, arm in arms.items():
        policy = load(arm.policy) if isinstance(arm.policy, str) else arm.policy
        behaviour = Behaviour(**dict(arm.behaviour))
        for seed, world in enumerate(worlds, start=1):
            levers = conditions(policy, world, n_months)
            run = simulate(world, levers, behaviour, seed=seed, n_months=n_months)
            found.append(matches.tables(settings, arm_name, seed, world, run))
    return matches.joined(found)[matches.LINKS]


def link_rows(table: pd.DataFrame) -> list[Row]:
    """In how many per cent of the worlds each documented exchange operates, with a 90 % interval (Wilson's)."""
    from scipy.stats import binomtest

    found = []
    for (exchange, arm), rows in table.groupby(["exchange", "policy"], sort=False):
        n_on = int((rows["operating"] > 0).sum())
        ends = binomtest(n_on, len(rows)).proportion_ci(0.9, method="wilson")
        low, share, high = (100.0 * float(value) for value in (ends.low, n_on / len(rows), ends.high))
        found.append(Row(f"{exchange} ({arm})", low, share, high, is_told=n_on > 0))
    return found
