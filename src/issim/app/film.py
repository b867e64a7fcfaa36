"""The first region month by month as the page draws it: where firms stand, their stages, their exchanges."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from issim.app.engine import Filmed
from issim.evidence.vocabulary import BRANCHES, COUNTRIES, SIZES
from issim.model.record import Recording
from issim.world.state import OPERATING, World


def film(filmed: Filmed) -> dict[str, Any]:
    """The map and what happens on it without policy and with it."""
    has_policy = bool(filmed.scenario.levers)
    return {
        "months": filmed.scenario.place.n_months,
        "seed": filmed.scenario.place.seed,
        "places": _places(filmed),
        "firms": _firms(filmed.ground.worlds[0]),
        "base": reel(filmed.base, filmed.ground.worlds[0]),
        "here": reel(filmed.here, filmed.ground.worlds[0]) if has_policy else None,
    }


def _places(filmed: Filmed) -> list[dict[str, Any]]:
    """The squares in which firms stand, km."""
    return [
        {"name": place.name, "x": place.east, "y": place.north, "side": place.side}
        for place in filmed.ground.settings.places
    ]


def _firms(world: World) -> dict[str, Any]:
    """Where every firm stands in km, and who it is."""
    return {
        "x": np.round(world.firms.x, 2).tolist(),
        "y": np.round(world.firms.y, 2).tolist(),
        "who": [
            f"{SIZES[size]}, {BRANCHES[branch].replace('_', ' ')}, {COUNTRIES[country]}"
            for size, branch, country in zip(
                world.firms.size, world.firms.branch, world.firms.country, strict=True
            )
        ],
    }


def reel(recording: Recording, world: World) -> dict[str, Any]:
    """What happens in one run: every change of a firm's stage, and every exchange from its first month to its last."""
    stage = recording.panel.stage
    month, firm = np.nonzero(np.diff(stage, axis=0))
    return {
        "start": "".join(map(str, stage[0].tolist())),
        "month": (month + 1).tolist(),
        "firm": firm.tolist(),
        "stage": "".join(map(str, stage[month + 1, firm].tolist())),
        "exchanges": exchanges(recording, world),
    }


def exchanges(recording: Recording, world: World) -> list[list[int]]:
    """Every time that an exchange operated: donor, receiver, stream, first month, month after the last (or -1)."""
    events, pairs = recording.events, world.pairs
    order = np.lexsort((np.arange(len(events.pair)), events.pair))
    found: list[list[int]] = []
    open_since: dict[int, int] = {}
    for k in order:
        pair, month, stage = int(events.pair[k]), int(events.month[k]), int(events.stage[k])
        if stage == OPERATING and pair not in open_since:
            open_since[pair] = month
        elif stage != OPERATING and pair in open_since:
            found.append(_exchange(pairs, pair, open_since.pop(pair), month))
    found += [_exchange(pairs, pair, since, -1) for pair, since in open_since.items()]
    return sorted(found, key=lambda row: row[3])


def _exchange(pairs: Any, pair: int, start: int, end: int) -> list[int]:
    """One row."""
    return [int(pairs.donor[pair]), int(pairs.receiver[pair]), int(pairs.good[pair]), start, end]


def operating(reels: dict[str, Any], month: int) -> int:
    """Exchanges in operation in a month."""
    return sum(row[3] <= month and (row[4] == -1 or month < row[4]) for row in reels["exchanges"])


def stages_of(reels: dict[str, Any], month: int) -> NDArray[np.int64]:
    """The stage of every firm in a month."""
    found = np.array([int(code) for code in reels["start"]])
    for when, firm, code in zip(reels["month"], reels["firm"], reels["stage"], strict=True):
        if when <= month:
            found[firm] = int(code)
    return found
