"""A small real world with plenty going on, and the policy that does most to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from issim import evidence
from issim.levers import policy as policies
from issim.levers.policy import Policy
from issim.model.symbiosis import SymbiosisModel
from issim.rules.behaviour import Behaviour
from issim.world.build import build
from issim.world.conditions import Conditions
from issim.world.region import Region
from issim.world.state import World


@pytest.fixture(scope="session")
def behaviour() -> Behaviour:
    """So lively that every stage of an exchange and most reasons for its end occur within three years."""
    return Behaviour(
        start_share=0.1, bargaining=0.35, search_rate=0.3, contact_rate=2.0, contact_distance=80.0,
        decision_rate=1.5, worthwhile=5.0, paperwork=100.0, lead_time=4.0, interruption=0.2, closure=0.02,
        distrust_end=0.1, forgetting=0.05,
    )  # fmt: skip


@pytest.fixture
def lively(world: World, behaviour: Behaviour) -> Callable[..., SymbiosisModel]:
    """Makes a model of the world over three years, with a lot going on."""
    return partial(SymbiosisModel, world, behaviour=behaviour, seed=5, n_months=36)


@pytest.fixture(scope="session")
def world() -> World:
    return build(evidence.load(), [Region(name="test", n_firms=240, side=40.0, number=2)], seed=5)


@pytest.fixture(scope="session")
def package() -> Policy:
    return policies.load("package")


@pytest.fixture(scope="session")
def conditions(package: Policy, world: World) -> Conditions:
    return policies.conditions(package, world, 48)
