"""A real world to look at, and the same world with its firms in another order."""

from __future__ import annotations

import numpy as np
import pytest

from issim import evidence
from issim.evidence import Evidence
from issim.population import firms as synthetic
from issim.population.firms import Population
from issim.world.build import WorldOptions, build
from issim.world.region import Region
from issim.world.state import World

PLACE = Region(name="test", number=3, n_firms=400, side=60.0)
SEED = 11


@pytest.fixture(scope="session")
def known() -> Evidence:
    return evidence.load()


@pytest.fixture(scope="session")
def world(known: Evidence) -> World:
    return build(known, [PLACE], WorldOptions(), SEED)


@pytest.fixture(scope="session")
def population(known: Evidence) -> Population:
    index = np.arange(PLACE.n_firms, dtype=np.int32)
    number = np.full(PLACE.n_firms, PLACE.number, np.int16)
    return synthetic.draw(known, WorldOptions().population, index, number, PLACE.country_code, SEED)


@pytest.fixture(scope="session")
def shuffled(population: Population) -> Population:
    """The same firms, rows in another order."""
    order = np.random.default_rng(0).permutation(len(population.index))
    return Population(*(column[order] for column in population))
