"""Mesa's own view of the model in a browser: play, pause, step, change it, click a firm and read its state.

`solara run` executes this file; `issim app --mesa` calls it (see `mesa_view.py`).
"""

from __future__ import annotations

from typing import Any

import solara
from mesa.visualization import Slider, SolaraViz, make_plot_component

from issim.app.mesa_view import firm_told, map_of, policies
from issim.model.symbiosis import SymbiosisModel

chosen = solara.reactive(0)


@solara.component_vue("map.vue")
def drawn(dots: list[Any], lines: list[Any], chosen: int, told: str, event_pick: Any) -> None:
    """The map, drawn by the browser."""


@solara.component
def region(model: SymbiosisModel) -> None:
    """Firms as dots coloured by stage, exchanges in operation as lines coloured by stream."""
    state = map_of(model)
    drawn(dots=state.dots, lines=state.lines, chosen=chosen.value, told=state.told, event_pick=chosen.set)


@solara.component
def firm(model: SymbiosisModel) -> None:
    """The state of the firm that was clicked."""
    with solara.Card(f"Firm {chosen.value}"):
        for line in firm_told(model, chosen.value):
            solara.Text(line, style={"display": "block"})


@solara.component
def clock(model: SymbiosisModel) -> None:
    """The month."""
    solara.Text(f"Month {model.month} of {model.n_months}")


page = SolaraViz(
    SymbiosisModel(policy="package", n_firms=200, seed=1),
    components=[clock, region, firm, make_plot_component({"adopters": "#E69F00", "searching": "#2F86C5"})],
    model_params={
        "policy": {"type": "Select", "value": "package", "values": policies(), "label": "Policy"},
        "n_firms": Slider("Firms", 200, 20, 1000, 20),
        "seed": Slider("Seed", 1, 0, 99, 1),
    },
    name="issim: one region, month by month",
)
page  # noqa: B018  (what solara shows)
