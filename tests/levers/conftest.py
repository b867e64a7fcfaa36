"""A small world that levers act on, and the packaged levers and policies."""

from __future__ import annotations

import pytest

from issim.evidence import load
from issim.levers import catalogue
from issim.world.build import build
from issim.world.region import Region
from issim.world.state import World


@pytest.fixture(scope="session")
def world() -> World:
    """Eighty firms in each of two regions, one mixed and one Latvian."""
    places = [
        Region(name="mixed", number=0, n_firms=80, side=40.0),
        Region(name="latvia", country="LV", number=1, n_firms=80, side=40.0),
    ]
    return build(load(), places, seed=11)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test that asks for a lever or policy name over all packaged ones."""
    for fixture, group in (("lever_name", "lever"), ("policy_name", "policy")):
        if fixture in metafunc.fixturenames:
            metafunc.parametrize(fixture, catalogue.names(group))
