"""What policy costs the machine, in a process of its own: prints times and shares as JSON.

    share of a difference   months under a policy against months without one, everything that follows included
    share of enact          `rules/policy.py: enact` alone against its whole month, on copies of the same states

Times are CPU seconds of this thread, medians over seeds. A call from Python costs more than many a month, so the
same call that does nothing is taken off both parts of the second share.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from typing import Any

import numpy as np

from issim import evidence, jit
from issim.draws import Seed
from issim.levers.policy import conditions, load
from issim.model.simulate import EVE, advance, simulate
from issim.rules.behaviour import Behaviour, Constants
from issim.rules.observe import N_OBSERVABLES
from issim.rules.policy import enact
from issim.world.blank import blank_state
from issim.world.build import build
from issim.world.conditions import Conditions, no_policy
from issim.world.region import Region
from issim.world.state import State, World


@jit.rule
def enact_only(
    world: World, state: State, levers: Conditions, behaviour: Constants, seed: Seed, month: int
) -> None:
    """The policy of one month and nothing else."""
    enact(world, state, levers, behaviour, seed, month)


@jit.rule
def nothing(
    world: World, state: State, levers: Conditions, behaviour: Constants, seed: Seed, month: int
) -> None:
    """The same call with nothing to do."""


def copied(table: Any) -> Any:
    """A state, or a table of it, with arrays of its own."""
    return type(table)(*(copied(part) if isinstance(part, tuple) else part.copy() for part in table))


def timed(call: Any, *arguments: Any, **named: Any) -> float:
    """CPU seconds of one call."""
    started = time.thread_time()
    call(*arguments, **named)
    return time.thread_time() - started


def month_by_month(world: World, levers: Conditions, seed: int, n_months: int) -> dict[str, float]:
    """CPU seconds of all months of one run, of their policy alone, and of calls that do nothing."""
    state, constants, row = blank_state(world, levers), Behaviour().record(), np.zeros(N_OBSERVABLES)
    advance(world, state, levers, constants, seed, EVE, row)
    spent = {"month": 0.0, "enact": 0.0, "nothing": 0.0}
    for month in range(n_months):
        common = (world, copied(state), levers, constants, np.uint64(seed), month)
        spent["nothing"] += timed(nothing, *common)
        spent["enact"] += timed(enact_only, *common)
        spent["month"] += timed(advance, world, state, levers, constants, seed, month, row)
    return spent


def main() -> None:
    """Measure one policy on worlds of one size."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--policy", default="action_plan")
    options.add_argument("--firms", type=int, default=1000)
    options.add_argument("--months", type=int, default=120)
    options.add_argument("--repeat", type=int, default=20)
    given = options.parse_args()
    known, policy = evidence.load(), load(given.policy)
    without, with_policy, shares = [], [], []
    for seed in range(given.repeat + 1):
        world = build(known, [Region(n_firms=given.firms)], seed=seed)
        bare = no_policy(given.firms, given.months)
        levers = conditions(policy, world, given.months)
        with_policy.append(timed(simulate, world, levers, seed=seed, n_months=given.months))
        without.append(timed(simulate, world, bare, seed=seed, n_months=given.months))
        spent = month_by_month(world, levers, seed, given.months)
        shares.append((spent["enact"] - spent["nothing"]) / (spent["month"] - spent["nothing"]))
    # the first seed compiled, or read what was compiled
    found = {
        name: statistics.median(times[1:]) for name, times in (("without", without), ("with", with_policy))
    }
    pairs = zip(with_policy[1:], without[1:], strict=True)
    found["share_of_difference"] = statistics.median(1.0 - bare / full for full, bare in pairs)
    found["share_of_enact"] = statistics.median(shares[1:])
    print(json.dumps(found | {"policy": policy.name, "levers": len(policy.levers)}))


if __name__ == "__main__":
    main()
