"""The page as a Shiny application: what it is made of, and what happens when somebody opens it."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from shiny import App, Inputs, Outputs, Session, reactive, ui

from issim.app.cards import cards, families
from issim.app.desk import Desk, Person
from issim.app.place import Place, behaviours, case_of, compositions, regions
from issim.app.scenario import questions, starting_points
from issim.app.uploads import KINDS
from issim.evidence.vocabulary import GOODS
from issim.plots import palette
from issim.plots.wording import capital, policy_label, spoken
from issim.store.manifest import version

STATIC = Path(str(resources.files("issim.app"))) / "static"
#: Regions whose name says too little, in the words of the page.
REGIONS = {
    "mixed": "Five countries of the survey, mixed",
    "baltic": "Around the Baltic Sea: five areas",
    "nwe_harbours": "North-western Europe: three harbours",
}
#: What the constants of behaviour are, in the words of the page.
BEHAVIOURS = {"default": "usual values", "posterior": "drawn from what programmes achieved"}
#: What the populations are, in the words of the page.
COMPOSITIONS = {
    "survey": "as in the survey (many large ones)",
    "business": "as in business statistics (mostly micro)",
}


def catalogue(desk: Desk) -> dict[str, Any]:
    """Everything that the page knows before anybody moves a lever."""
    limits, usual = desk.limits, Place()
    starts = starting_points()
    return {
        "cards": cards(),
        "front": families()["front"],
        "families": families()["families"],
        "policies": [
            {"name": name, "label": capital(policy_label(name)), "question": questions()[name],
             "levers": levers}
            for name, levers in starts.items()
        ],
        "behaviours": [[name, BEHAVIOURS.get(name, spoken(name))] for name in behaviours()],
        "own": {kind: about.title for kind, about in KINDS.items()},
        "cases": {name: n for name in regions() if (n := case_of(name)) is not None},
        "regions": [[name, REGIONS.get(name, capital(spoken(name)))] for name in regions()],
        "compositions": [[name, COMPOSITIONS.get(name, spoken(name))] for name in compositions()],
        "usual": {"n_firms": usual.n_firms, "n_months": usual.n_months, "n_seeds": usual.n_seeds},
        "limits": {"firms": limits.firms, "months": limits.months, "seeds": limits.seeds},
        "stages": list(palette.STAGE_COLOURS.items()),
        "streams": [[good, spoken(good), palette.STREAM_COLOURS[good]] for good in GOODS],
        "version": version(),
    }  # fmt: skip


def page(desk: Desk) -> str:
    """The page, before Shiny adds its own scripts."""
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    text = json.dumps(catalogue(desk), ensure_ascii=False).replace("</", "<\\/")
    template = (STATIC / "page.html").read_text(encoding="utf-8")
    return environment.from_string(template).render(
        catalogue=Markup(text), colours=palette.css(), version=version()
    )


def application(desk: Desk) -> App:
    """The application; one `Desk` serves everybody, and everybody gets a `Person` of their own."""

    def server(input: Inputs, output: Outputs, session: Session) -> None:  # noqa: A002  (Shiny's own name)
        person = Person(desk, session.id, session.send_custom_message)
        desk.n_people += 1
        if desk.n_people > desk.limits.sessions:
            person.outbox.put("full", {"most": desk.limits.sessions})

        @reactive.effect
        @reactive.event(input.ask, ignore_none=False)
        def _asked() -> None:
            if desk.n_people <= desk.limits.sessions:
                person.asked(input.ask())

        @session.on_ended
        def _left() -> None:
            desk.n_people -= 1
            person.left()

    html = page(desk)
    return App(lambda request: ui.page_html(html), server, static_assets={"/static": STATIC})
