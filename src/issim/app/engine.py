"""From a scenario to pictures, step by step: first from few regions, at once, then from all of them.

Knows nothing of browsers: whoever wants to try it calls `Engine.steps` and reads what comes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from issim.app.ground import Arm, Ground, Grounds, nothing_yet
from issim.app.limits import Limits
from issim.app.scenario import Scenario, to_state
from issim.app.uploads import Uploads
from issim.levers.policy import Policy
from issim.model.record import Recording

#: Seconds of computing until the first picture, and between the later ones.
FIRST, LATER = 0.2, 0.35
#: Firms in the regions of the first picture while nothing is known about how long they take.
USUAL = 16_000
#: Regions below which no interval is worth showing, and into how many pictures all are divided at most.
LEAST, PICTURES = 8, 5


class Seen(NamedTuple):
    """A picture: the policy and no policy in the first so many regions."""

    scenario: Scenario
    policy: Policy
    ground: Ground
    base: Arm
    here: Arm

    @property
    def n_seeds(self) -> int:
        """Regions in the picture."""
        return len(self.here.series)

    @property
    def is_last(self) -> bool:
        """Whether all regions are in the picture."""
        return self.n_seeds == self.scenario.place.n_seeds


class Filmed(NamedTuple):
    """The first region month by month, without policy and with it."""

    scenario: Scenario
    ground: Ground
    base: Recording
    here: Recording


class Engine:
    """The regions that were asked for last, and how to try a policy in them; for one thread at a time."""

    def __init__(self, limits: Limits, uploads: Uploads | None = None) -> None:
        self.limits = limits
        self.uploads = uploads or Uploads()
        self.grounds = Grounds(limits.worlds)

    def steps(self, scenario: Scenario) -> Iterator[Seen | Filmed | None]:
        """Pictures of a scenario, each from more regions than the one before, and the film of the first region.

        None where a step is done and there is nothing new to show; between steps others may have their turn.
        """
        policy, place = scenario.policy(), scenario.place
        ground = self.grounds.of(place, self.uploads.paths(place.own()))
        yield None
        key = json.dumps(to_state(scenario)["levers"])
        if (known := ground.kept(key)) is not None:
            yield Seen(scenario, policy, ground, ground.base, known)
            yield from self._filmed(scenario, policy, ground)
            return
        usual = max(LEAST, USUAL // place.n_firms)
        size = max(ground.fitting(len(policy.levers), FIRST, usual), min(LEAST, usual))
        here = nothing_yet(place.n_months, len(policy.levers))
        while (have := len(here.series)) < place.n_seeds:
            size = max(1, min(size, place.n_seeds - have))
            yield from self._grown(ground, have + size)
            here = here.and_(ground.arm(policy, have, have + size))
            done = have + size
            is_shown = done == place.n_seeds or done >= LEAST
            yield Seen(scenario, policy, ground, ground.base.first(done), here) if is_shown else None
            size = max(ground.fitting(len(policy.levers), LATER, usual), place.n_seeds // PICTURES)
        ground.keep(key, here)
        yield from self._filmed(scenario, policy, ground)

    @staticmethod
    def _filmed(scenario: Scenario, policy: Policy, ground: Ground) -> Iterator[Filmed | None]:
        """The film of the first region."""
        base = ground.recorded(ground.nothing)
        yield None
        yield Filmed(scenario, ground, base, ground.recorded(policy))

    @staticmethod
    def _grown(ground: Ground, n: int) -> Iterator[None]:
        """Build the regions that are missing, a few at a time."""
        while len(ground.worlds) < n:
            some = max(1, min(USUAL // ground.place.n_firms, int(LATER / max(ground.building, 1e-6))))
            ground.grow(min(n, len(ground.worlds) + some))
            yield None
