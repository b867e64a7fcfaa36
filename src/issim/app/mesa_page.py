"""Mesa's own view of the model in a browser: play, pause, step, change it, click a firm and read its state.

`solara run` executes this file; `issim app --mesa` calls it (see `mesa_view.py`).
"""

from __future__ import annotations

from typing import Any

import solara
from mesa.visualization import Slider, SolaraViz, make_plot_component
from mesa.visualization.utils import update_counter

from issim.app.mesa_view import firm_told, map_of, policies
from issim.model.symbiosis import SymbiosisModel
from issim.plots.style import STAGE_COLOURS

#: Which firm was clicked, and the colours of the lines.
chosen = solara.reactive(0)
OPERATING, SEARCHING = STAGE_COLOURS["operating"], STAGE_COLOURS["searching"]


@solara.component_vue("map.vue")
def drawn(dots: list[Any], lines: list[Any], chosen: int, told: str, event_pick: Any) -> None:
    """The map, drawn by the browser."""


@solara.component
def region(model: SymbiosisModel) -> None:
    """Firms as dots coloured by stage, exchanges in operation as lines coloured by stream."""
    update_counter.get()  # drawn anew after every step
    state = map_of(model)
    drawn(dots=state.dots, lines=state.lines, chosen=chosen.value, told=state.told, event_pick=chosen.set)


@solara.component
def firm(model: SymbiosisModel) -> None:
    """The state of the firm that was clicked."""
    update_counter.get()  # drawn anew after every step
    with solara.Card(f"Firm {chosen.value}"):
        for line in firm_told(model, chosen.value):
            solara.Text(line, style={"display": "block"})


@solara.component
def clock(model: SymbiosisModel) -> None:
    """The month."""
    update_counter.get()  # drawn anew after every step
    solara.Text(f"Month {model.month} of {model.n_months}")


@solara.component
def Page() -> None:  # noqa: N802  (the name that solara looks for)
    """Everything, with a model of its own for everybody who opens it."""
    model = solara.use_memo(lambda: SymbiosisModel(policy="package", n_firms=200, seed=1), [])
    SolaraViz(
        model,
        components=[
            clock,
            region,
            firm,
            make_plot_component({"adopters": OPERATING, "searching": SEARCHING}),
        ],
        model_params={
            "policy": {"type": "Select", "value": "package", "values": policies(), "label": "Policy"},
            "n_firms": Slider("Firms", 200, 20, 1000, 20),
            "seed": Slider("Seed", 1, 0, 99, 1),
        },
        name="issim: one region, month by month",
    )
