"""A small real world with plenty going on, and the policy that does most to it."""

from __future__ import annotations

import pytest

from issim import evidence
from issim.levers import policy as policies
from issim.levers.policy import Policy
from issim.rules.behaviour import Behaviour
from issim.world.build import build
from issim.world.conditions import Conditions
from issim.world.region import Region
from issim.world.state import World

SEED = 5
N_MONTHS = 36
#: So lively that every stage of an exchange and most reasons for its end occur within the months.
LIVELY = Behaviour(
    start_share=0.1, search_rate=0.3, contact_rate=0.5, decision_rate=0.6, lead_time=3.0, worthwhile=50.0,
    closure=0.02, distrust_end=0.1, forgetting=0.05,
)  # fmt: skip


@pytest.fixture(scope="session")
def world() -> World:
    return build(evidence.load(), [Region(name="test", n_firms=120, side=40.0, number=2)], seed=SEED)


@pytest.fixture(scope="session")
def package() -> Policy:
    return policies.load("package")


@pytest.fixture(scope="session")
def conditions(package: Policy, world: World) -> Conditions:
    return policies.conditions(package, world, N_MONTHS)
