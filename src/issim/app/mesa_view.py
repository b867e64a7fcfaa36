"""Mesa's own view of the model: what it draws, and the command that serves it.

It needs Mesa's interface and assets that work without a network: pip install 'issim[mesa-view]'.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
from typing import Any, NamedTuple

import numpy as np

from issim.app.launch import announce, bound, is_local, say
from issim.errors import InputError
from issim.evidence.vocabulary import GOODS
from issim.levers import catalogue
from issim.model.symbiosis import SymbiosisModel
from issim.plots import style
from issim.plots.wording import spoken
from issim.world.state import OPERATING

NEEDED = ("solara", "solara_assets", "altair")
MISSING = "Mesa's own view needs its interface, which is not installed; type: pip install 'issim[mesa-view]'"
#: Mesa's interface otherwise reports to its makers, and looks for newer versions of itself.
SILENT = {"SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false", "SOLARA_MODE": "production"}
#: A map of a thousand firms is one message.
MESSAGES = {"ws_max_size": 16_000_000}
#: The page is a file for `solara` to execute; it is named here and imported nowhere.
PAGE = "issim.app.mesa_page"
#: Side of the map and size of a dot, in units of the drawing.
SIDE, SMALL, LARGE = 96.0, 0.6, 1.0


class MapState(NamedTuple):
    """A month on the map, as the browser draws it."""

    dots: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    told: str


def policies() -> list[str]:
    """Names of the packaged policies."""
    return list(catalogue.names("policy"))


def map_of(model: SymbiosisModel) -> MapState:
    """Where firms stand, at which stage, and which exchanges are in operation."""
    firms = model.world.firms
    low_x, low_y = float(firms.x.min()), float(firms.y.min())
    span = max(float(np.ptp(firms.x)), float(np.ptp(firms.y)), 1e-9)
    x, y = 2.0 + SIDE * (firms.x - low_x) / span, 98.0 - SIDE * (firms.y - low_y) / span
    stages = [model.firm(row).stage for row in range(len(firms.x))]
    dots = [
        {
            "row": row, "x": round(float(x[row]), 2), "y": round(float(y[row]), 2),
            "colour": style.STAGE_COLOURS[stage], "r": LARGE if stage == "operating" else SMALL,
            "told": f"{model.firm(row).name}: {stage}",
        }
        for row, stage in enumerate(stages)
    ]  # fmt: skip
    open_pairs = np.flatnonzero(model.state.pairs.stage == OPERATING)
    lines = []
    for pair in open_pairs.tolist():
        a, b = int(model.world.pairs.donor[pair]), int(model.world.pairs.receiver[pair])
        path = f"M{x[a]:.2f} {y[a]:.2f} L{x[b]:.2f} {y[b]:.2f}"
        colour = style.STREAM_COLOURS[GOODS[model.world.pairs.good[pair]]]
        lines.append({"key": pair, "d": path, "colour": colour})
    told = f"Month {model.month}: {stages.count('operating')} of {len(stages)} firms exchange residues."
    return MapState(dots, lines, told)


def firm_told(model: SymbiosisModel, row: int) -> list[str]:
    """The state of one firm in lines of text."""
    firm = model.firm(min(row, len(model.world.firms.x) - 1))
    exchanges = [
        f"{exchange.stage}: {spoken(GOODS[model.world.pairs.good[exchange.pair]])} with firm "
        f"{other(model, exchange.pair, firm.row)}"
        for exchange in firm.exchanges
    ]
    return [
        f"{firm.size} firm in {firm.country}, {spoken(str(firm.branch))}, {firm.employees:.0f} employees",
        f"Stage: {firm.stage}",
        f"Awareness {firm.awareness} of 3, readiness {firm.readiness:.1f} of 5, digital readiness {firm.digital:.2f}, "
        f"trust {firm.trust:.2f}",
        f"Barriers: {', '.join(map(str, firm.barriers)) or 'none'}",
        *(exchanges or ["No exchange in talks or in operation"]),
    ]


def other(model: SymbiosisModel, pair: int, row: int) -> int:
    """The firm at the other end of an exchange."""
    donor, receiver = int(model.world.pairs.donor[pair]), int(model.world.pairs.receiver[pair])
    return receiver if row == donor else donor


def mesa_command(host: str = "127.0.0.1", port: int = 8765, browse: bool = True) -> str:
    """Serve Mesa's own view until Ctrl-C; returns the closing words."""
    if any(importlib.util.find_spec(name) is None for name in NEEDED):
        raise InputError(MISSING)
    listening = bound(host, port)
    os.environ.update(SILENT, SOLARA_APP=PAGE)
    say("Starting; the first time the rules of the model are compiled, which takes a minute or so ...")
    import uvicorn
    from solara.server.starlette import app

    from issim.app.web import Door, settings

    config = uvicorn.Config(
        Door(app, is_local(host), headers=()), ws="websockets-sansio", **settings() | MESSAGES
    )
    announce(host, listening.getsockname()[1], browse)
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])
    listening.close()
    return "issim app: ended."
