"""What if the assumptions are others: the runs of a comparison again, with every assumption drawn from its prior.

A draw replaces what needs no new world: constants of behaviour, strengths of barriers, terms of goods and
countries, and what levers bring about and cost. Draw k runs in the world of seed number k (modulo the number
of seeds), under every policy with the same numbers and the same luck, so that effects are paired. Draws of
different parameters are independent, but for constants of behaviour that come from a posterior: draw k takes them
from the posterior's draw of seed number k.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from issim.evidence import Evidence
from issim.levers.base import Lever, where
from issim.levers.policy import Policy, conditions
from issim.model.simulate import simulate
from issim.rules.behaviour import Behaviour
from issim.rules.observe import NAMES
from issim.runs.assumptions import DRAWN, POSTERIOR, Assumed, lever_columns, of_levers, of_model
from issim.runs.priors import sample
from issim.runs.settings import Settings
from issim.units import Parameter
from issim.world import build
from issim.world.overrides import overridden
from issim.world.state import World

if TYPE_CHECKING:
    import pandas as pd

#: Observables that are kept of every draw: what effects are computed from.
KEPT = ("adopters", "tonnes", "co2", "gain", "public_cost")


class Drawn(NamedTuple):
    """What one policy gave in one draw: the observables kept, shape (n_months + 1, n_kept)."""

    draw: int
    policy: str
    series: NDArray[np.float64]


class Case(NamedTuple):
    """Everything that one draw replaces."""

    behaviour: Behaviour
    evidence: Evidence
    policies: tuple[Policy, ...]


@dataclass(frozen=True)
class Draws:
    """The assumptions behind some policies under common settings, and the values drawn for them."""

    settings: Settings
    policies: tuple[Policy, ...]
    assumed: tuple[Assumed, ...]
    values: NDArray[np.float64]
    """One row per draw, one column per number drawn."""

    @cached_property
    def drawn(self) -> tuple[Parameter, ...]:
        """The numbers that are drawn, in the order of the columns of `values`."""
        return tuple(found.parameter for found in self.assumed if found.fate in (DRAWN, POSTERIOR))

    @cached_property
    def columns(self) -> dict[tuple[str, str], str]:
        """The name under which each number of each policy is drawn."""
        return lever_columns(self.policies)

    def of_seed(self, seed: int) -> Iterator[int]:
        """The draws that run in the world of one seed."""
        run = self.settings.run
        return (k for k in range(len(self.values)) if (run.seed + k - seed) % run.n_seeds == 0)

    def case(self, draw: int) -> Case:
        """What one draw replaces, ready to run."""
        names = [parameter.name for parameter in self.drawn]
        values = dict(zip(names, self.values[draw].tolist(), strict=True))
        settings = self.settings
        constants = {
            name.removeprefix("behaviour."): value
            for name, value in values.items()
            if name.startswith("behaviour.")
        }
        return Case(
            dataclasses.replace(settings.behaviour, **constants),
            with_terms(overridden(settings.evidence, settings.overrides), values),
            tuple(with_numbers(policy, self.columns, values) for policy in self.policies),
        )


def draws(settings: Settings, policies: Sequence[Policy]) -> Draws:
    """All that is assumed in a comparison, and as many draws as the settings say (none for a single policy)."""
    assumed = (*of_model(settings), *of_levers(policies))
    drawn = [found.parameter for found in assumed if found.fate in (DRAWN, POSTERIOR)]
    n = settings.uncertainty.draws if len(policies) > 1 else 0
    values = sample(drawn, n, settings.run.seed)
    for column, parameter in enumerate(drawn):
        name = parameter.name.removeprefix("behaviour.")
        if settings.posterior is not None and name in settings.drawn:
            values[:, column] = [settings.posterior.draw(settings.run.seed + k)[name] for k in range(n)]
    return Draws(settings, tuple(policies), assumed, values)


def with_terms(evidence: Evidence, values: Mapping[str, float]) -> Evidence:
    """The evidence with other terms of goods, countries and barriers."""
    changed: dict[str, Any] = {}
    below = by_table(values)
    for table, key in (("goods", "name"), ("countries", "code"), ("barriers", "key")):
        changed[table] = tuple(
            dataclasses.replace(row, **below.get(f"{table}.{getattr(row, key)}", {}))
            for row in getattr(evidence, table)
        )
    return dataclasses.replace(evidence, **changed)


def by_table(values: Mapping[str, float]) -> dict[str, dict[str, Any]]:
    """Values by the table they stand in, each by the last word of its name."""
    found: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        table, _, field = name.rpartition(".")
        found.setdefault(table, {})[field] = value
    return found


def with_numbers(
    policy: Policy, columns: Mapping[tuple[str, str], str], values: Mapping[str, float]
) -> Policy:
    """A policy whose levers bring about and cost what was drawn."""
    return dataclasses.replace(
        policy,
        levers=tuple(
            _with_numbers(
                lever,
                {
                    p.name.removeprefix(f"{where(lever.name)}."): values[columns[policy.name, p.name]]
                    for p in lever.parameters()
                    if columns[policy.name, p.name] in values
                },
            )
            for lever in policy.levers
        ),
    )


def _with_numbers(lever: Lever, numbers: Mapping[str, float]) -> Lever:
    """A lever with other numbers, given by `field` or `field.entry`."""
    changes: dict[str, Any] = {}
    for path, value in numbers.items():
        field, _, entry = path.partition(".")
        changes[field] = {**changes.get(field, getattr(lever, field)), entry: value} if entry else value
    return dataclasses.replace(lever, **changes)


def on_terms(world: World, evidence: Evidence) -> World:
    """The same firms, places and candidates on the terms of other evidence."""
    return world._replace(
        goods=build.goods_table(evidence),
        countries=build.countries_table(evidence),
        barriers=build.barriers_table(evidence),
    )


def on_world(found: Draws, world: World, seed: int) -> list[Drawn]:
    """Every draw that belongs to the world of one seed, under every policy."""
    n_months, kept = found.settings.run.n_months, [NAMES.index(name) for name in KEPT]
    results = []
    for draw in found.of_seed(seed):
        case = found.case(draw)
        here = on_terms(world, case.evidence)
        for policy in case.policies:
            run = simulate(
                here, conditions(policy, here, n_months), case.behaviour, seed=seed, n_months=n_months
            )
            results.append(Drawn(draw, policy.name, run.series[:, kept]))
    return results


def tables(found: Draws, results: Sequence[Drawn]) -> dict[str, pd.DataFrame]:
    """What is assumed; and, if anything was drawn, the values and what the policies then gave.

    `assumptions`: name, value, unit, prior, meaning, source, fate. `draws`: draw, parameter, value.
    `draw_series`: policy, draw, month, then the observables kept.
    """
    import pandas as pd

    rows = [
        (p.name, str(p.value), p.par.unit, p.par.prior, p.par.meaning, p.par.source, fate)
        for p, fate in found.assumed
    ]
    head = ["parameter", "value", "unit", "prior", "meaning", "source", "fate"]
    known = {"assumptions": pd.DataFrame(rows, columns=head)}
    if not results:
        return known
    n_draws, n_drawn = found.values.shape
    values = {
        "draw": np.repeat(np.arange(n_draws, dtype=np.int32), n_drawn),
        "parameter": np.tile(np.array([p.name for p in found.drawn], dtype=object), n_draws),
        "value": found.values.ravel(),
    }
    n_rows = len(results[0].series)
    series = pd.DataFrame(np.concatenate([one.series for one in results]), columns=list(KEPT))
    series.insert(0, "month", np.tile(np.arange(n_rows, dtype=np.int16), len(results)))
    series.insert(0, "draw", np.repeat([one.draw for one in results], n_rows))
    series.insert(0, "policy", np.repeat(np.array([one.policy for one in results], dtype=object), n_rows))
    return known | {"draws": pd.DataFrame(values), "draw_series": series}
