"""Several policies on the same seeds and worlds: each world is built once, each policy meets the same luck in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from omegaconf import OmegaConf

from issim.errors import InputError
from issim.evidence.vocabulary import COUNTRIES, SECTORS, SIZES
from issim.levers.policy import Policy, conditions
from issim.model import frames
from issim.model.record import binding_now
from issim.model.simulate import EVE, simulate
from issim.runs import matches, uncertainty
from issim.runs.given import IDENTITIES
from issim.runs.job import Plan, plan
from issim.runs.own_data import recorded
from issim.runs.settings import Settings
from issim.runs.study import best_of, firms_table, over_seeds, world_of
from issim.runs.uncertainty import Drawn, Draws
from issim.world.state import World

if TYPE_CHECKING:
    import pandas as pd

#: Groups of firms that are told apart, with their levels by code.
GROUPS = (("size", SIZES), ("sector", SECTORS), ("country", COUNTRIES))
#: What is said of a firm that a policy moves.
FIRM_COLUMNS = ("firm", "region", "country", "sector", "branch", "size", "employees")
EXAMPLE = "policy=none,mandate,training"


@dataclass(frozen=True)
class Arms:
    """What is compared: policies under settings that differ in nothing else."""

    settings: Settings
    policies: tuple[Policy, ...]
    config: str
    """The composed configuration as YAML, the policies below `arms`."""
    outputs: Path
    draws: Draws
    """Other values for what is assumed, under which the policies are compared again."""


class Seen(NamedTuple):
    """What one seed gave under one policy."""

    policy: str
    seed: int
    series: pd.DataFrame
    barriers: pd.DataFrame
    levers: pd.DataFrame
    structure: pd.DataFrame
    exchanging: NDArray[np.bool_]
    """Whether each firm takes part in an operating exchange after the last month, (n_firms,)."""
    groups: pd.DataFrame
    """Firms by group, the same under every policy."""
    drawn: list[Drawn]
    """The same with other assumptions, for the draws that belong to this seed."""
    own: dict[str, pd.DataFrame]
    """What of it is about firms of a register; empty without one."""


def arms(overrides: Sequence[str]) -> Arms:
    """The policies of `policy=A,B,...` and the settings that all other overrides give them in common."""
    names, rest = _named(overrides)
    plans = [plan([f"policy={name}", *rest]) for name in names]
    policies = tuple(chosen.settings.policy for chosen in plans)
    _all_different([policy.name for policy in policies])
    first = plans[0]
    draws = uncertainty.draws(first.settings, policies)
    return Arms(first.settings, policies, _config(plans), first.outputs, draws)


def _named(overrides: Sequence[str]) -> tuple[list[str], list[str]]:
    """The names after `policy=`, and the other overrides."""
    said = [o for o in overrides if o.lstrip("+").startswith("policy=")]
    rest = [o for o in overrides if o not in said]
    if len(said) > 1:
        raise InputError(f"'{said[0]}' and '{said[1]}' both name policies; write one list, as in {EXAMPLE}.")
    for override in rest:
        key = override.lstrip("+~").partition("=")[0]
        if key.startswith("policy.") or "@policy." in key:
            raise InputError(
                f"'{override}' does not say which of the policies it changes; write the changed policy "
                f"into a file and name the file, as in policy=none,mine.yaml."
            )
    names = [name.strip() for name in said[0].partition("=")[2].split(",")] if said else []
    if "" in names and len(names) > 1:
        raise InputError(f"'{said[0]}' has an empty name in its list; write names alone, as in {EXAMPLE}.")
    if len(names) < 2:
        given = f"'{said[0]}' names one policy" if names and names[0] else "No policy is named"
        raise InputError(f"{given}, and a comparison needs two or more; write {EXAMPLE}.")
    _all_different(names)
    return names, rest


def _all_different(names: Sequence[str]) -> None:
    """Refuse two policies of one name."""
    twice = [name for place, name in enumerate(names) if name in names[:place]]
    if twice:
        raise InputError(
            f"policy '{twice[0]}' is named twice; give each policy once, under a name of its own."
        )


def _config(plans: Sequence[Plan]) -> str:
    """The configuration that the plans share, and below `arms` what each policy says."""
    trees = [OmegaConf.to_container(recorded(chosen.config)) for chosen in plans]
    shared = {key: value for key, value in dict(trees[0]).items() if key != "policy"}  # type: ignore[arg-type]
    said = {
        chosen.settings.policy.name: dict(tree)["policy"]  # type: ignore[arg-type]
        for chosen, tree in zip(plans, trees, strict=True)
    }
    return OmegaConf.to_yaml(OmegaConf.create(shared | {"arms": said}))


def outcomes(found: Arms, tick: Callable[[], object]) -> Iterator[Seen]:
    """Every policy on every seed, seeds in order; `tick` is called after each seed."""
    for seen in over_seeds(found.settings, lambda seed: on_one_world(found, seed), tick):
        yield from seen


def on_one_world(found: Arms, seed: int) -> list[Seen]:
    """Every policy on the world of one seed, with the luck of that seed, and again with what is drawn for it."""
    settings = found.settings
    world, behaviour, n_months = world_of(settings, seed), settings.behaviour_of(seed), settings.run.n_months
    groups, best = _groups(world, seed), best_of(settings, world, seed)
    eve = simulate(world, behaviour=behaviour, seed=seed, n_months=0)
    nothing = conditions(Policy("none", ""), world, 0)
    start = binding_now(world, eve.state, nothing, behaviour, seed=seed, month=EVE)
    drawn, seen = uncertainty.on_world(found.draws, world, seed), []
    for policy in found.policies:
        levers = conditions(policy, world, n_months)
        run = simulate(world, levers, behaviour, seed=seed, n_months=n_months)
        end = binding_now(world, run.state, levers, behaviour, seed=seed, month=EVE + n_months)
        seen.append(
            Seen(
                policy.name,
                seed,
                frames.series(policy.name, seed, run),
                frames.barriers(world, policy.name, seed, (start, end)),
                frames.levers(policy.name, seed, policy.names, run),
                frames.structure(policy.name, seed, world, run, best, behaviour),
                run.state.firms.operating > 0,
                groups,
                [one for one in drawn if one.policy == policy.name],
                matches.tables(settings, policy.name, seed, world, run),
            )
        )
    return seen


def _groups(world: World, seed: int) -> pd.DataFrame:
    """How many firms of each size, sector and country a world has: seed, group, level, firms."""
    import pandas as pd

    rows = []
    for group, levels in GROUPS:
        counts = np.bincount(getattr(world.firms, group), minlength=len(levels))
        rows += [(seed, group, level, int(n)) for level, n in zip(levels, counts, strict=True)]
    return pd.DataFrame(rows, columns=["seed", "group", "level", "firms"])


def tables(found: Arms, seen: Sequence[Seen]) -> dict[str, pd.DataFrame]:
    """All tables of a comparison's folder; series, levers, barriers and firms are as those of a run."""
    import pandas as pd

    base = {one.seed: one for one in seen if one.policy == found.policies[0].name}
    firms = firms_table(found.settings)
    first = [one for one in seen if one.seed == found.settings.run.seed]
    return {
        "series": _stacked([one.series for one in seen]),
        "barriers": _stacked([one.barriers for one in seen]),
        "levers": _stacked([one.levers for one in seen]),
        "structure": _stacked([one.structure for one in seen]),
        "firms": firms,
        "groups": _stacked([one.groups for one in base.values()]),
        "switches": pd.DataFrame(
            [_switches(one, base[one.seed]) for one in seen if one is not base[one.seed]],
            columns=["policy", "seed", "because", "no_longer"],
        ),
        "adopters_because": _stacked(
            [_because(one, base[one.seed], firms) for one in first if one is not base[one.seed]]
        ),
        **uncertainty.tables(found.draws, [drawn for one in seen for drawn in one.drawn]),
        **matches.joined([one.own for one in seen]),
    }


def _stacked(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Tables below one another; empty ones, whose columns have no type of their own, only if all are empty."""
    import pandas as pd

    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def _switches(one: Seen, base: Seen) -> tuple[str, int, int, int]:
    """Firms that exchange under a policy and not under the first, and the other way round."""
    because = int((one.exchanging & ~base.exchanging).sum())
    return one.policy, one.seed, because, int((base.exchanging & ~one.exchanging).sum())


def _because(one: Seen, base: Seen, firms: pd.DataFrame) -> pd.DataFrame:
    """The firms that a policy moves: policy, seed, change ("because" or "no longer"), and who they are."""
    said = [name for name in (*FIRM_COLUMNS, *IDENTITIES) if name in firms]
    moved = firms.loc[one.exchanging != base.exchanging, said].reset_index(drop=True)
    exchanging = one.exchanging[one.exchanging != base.exchanging]
    moved.insert(0, "change", np.where(exchanging, "because", "no longer").astype(object))
    moved.insert(0, "seed", one.seed)
    moved.insert(0, "policy", one.policy)
    return moved.sort_values(["change", "firm"], kind="stable", ignore_index=True)
