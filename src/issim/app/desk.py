"""The desk behind the page: what one person asks is checked, queued and answered; what they see is only theirs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

from issim.app import links
from issim.app.cards import card
from issim.app.comparing import compared
from issim.app.engine import Engine, Filmed, Seen
from issim.app.film import film
from issim.app.limits import Limits
from issim.app.picture import picture
from issim.app.reports import Order, Reports
from issim.app.scenario import Scenario, from_state, stock, to_state
from issim.app.turns import SORRY, Request, Turns
from issim.app.uploads import Uploads
from issim.errors import InputError

log = logging.getLogger("issim.app")

Send = Callable[[str, dict[str, Any]], Awaitable[None]]


class Desk:
    """What all people share: the engine, and the queue in front of it."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.uploads = Uploads()
        self.engine = Engine(self.limits, self.uploads)
        self.turns = Turns()
        self.reports = Reports(self.limits.waiting, self.uploads)
        self.n_people = 0

    def warm_up(self) -> None:
        """Compile, and build the usual place, before anybody asks."""

        def steps() -> Iterator[Any]:
            for seen in self.engine.steps(Scenario()):
                if isinstance(seen, Seen):
                    picture(seen)
                yield None

        self.turns.ask("the program itself", Request(steps, _nobody, _nobody))

    def close(self) -> None:
        """Stop computing."""
        self.turns.close()
        self.reports.close()
        self.uploads.close()


def _nobody(_: Any) -> None:
    """Nobody listens."""


class Outbox:
    """Messages to one page: of each kind only the newest waits, so that a slow reader fills no memory."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[str, dict[str, Any]] = {}
        self._is_sending = False

    def put(self, kind: str, message: dict[str, Any]) -> None:
        """Send a message; from any thread."""
        try:
            self._loop.call_soon_threadsafe(self._queue, kind, message)
        except RuntimeError:  # the program is ending
            log.debug("a message came after the end")

    def _queue(self, kind: str, message: dict[str, Any]) -> None:
        self._waiting[kind] = message
        if not self._is_sending:
            self._is_sending = True
            self._task = self._loop.create_task(self._drain())

    async def _drain(self) -> None:
        """Send what waits, in order of arrival."""
        try:
            while self._waiting:
                kind = next(iter(self._waiting))
                await self._send(kind, self._waiting.pop(kind))
        finally:
            self._is_sending = False


class Person:
    """One window that is open: it asks, and is told."""

    def __init__(self, desk: Desk, key: str, send: Send) -> None:
        self.desk, self.key = desk, key
        self.outbox = Outbox(send)

    def asked(self, said: Any) -> None:
        """Take what the page sent, whatever it is."""
        number = said.get("n") if isinstance(said, Mapping) else None
        number = number if isinstance(number, int) and not isinstance(number, bool) else 0
        try:
            scenario = self._scenario(said)
            if said.get("want") == "report":
                self._report(scenario)
                return
            if "other" in said:
                self._compare(scenario, links.read(str(said["other"]), self.desk.limits, self.desk.uploads))
                return
        except InputError as fault:
            self.outbox.put("fault", {"n": number, "text": str(fault)})
            return
        except Exception:
            log.exception("a request could not be read")
            self.outbox.put("fault", {"n": number, "text": SORRY})
            return
        self.outbox.put("scenario", {"n": number} | told(scenario))
        self._compute(number, scenario)

    def _scenario(self, said: Any) -> Scenario:
        """The scenario that is meant."""
        if not isinstance(said, Mapping):
            raise InputError("What the page sent is no request; load the page again.")
        if isinstance(said.get("link"), str):
            return links.read(said["link"], self.desk.limits, self.desk.uploads)
        return from_state(said.get("state"), self.desk.limits, self.desk.uploads)

    def _report(self, scenario: Scenario) -> None:
        """Order the report of a scenario."""
        before = self.desk.reports.order(
            Order(
                self.key, scenario, lambda token: self.outbox.put("report", {"token": token}),
                lambda text: self.outbox.put("report", {"text": text}),
            )
        )  # fmt: skip
        self.outbox.put("ordered", {"before": before})

    def _compare(self, scenario: Scenario, other: Scenario) -> None:
        """Ask for a scenario beside another one."""
        request = Request(
            lambda: compared(self.desk.engine, scenario, other),
            lambda found: self.outbox.put("compared", found),
            lambda text: self.outbox.put("fault", {"text": text}),
        )
        self.desk.turns.ask(self.key, request, slot="beside")

    def _compute(self, number: int, scenario: Scenario) -> None:
        """Ask for the pictures of a scenario."""

        def tell(found: Seen | Filmed) -> None:
            if isinstance(found, Seen):
                self.outbox.put("picture", {"n": number} | picture(found))
            else:
                self.outbox.put("film", {"n": number} | film(found))

        def refuse(text: str) -> None:
            self.outbox.put("fault", {"n": number, "text": text})

        self.desk.turns.ask(self.key, Request(lambda: self.desk.engine.steps(scenario), tell, refuse))

    def left(self) -> None:
        """Drop what they wanted."""
        self.desk.turns.forget(self.key)
        self.desk.reports.forget(self.key)


def told(scenario: Scenario) -> dict[str, Any]:
    """A scenario as the page needs it: its state, its link, and cards of levers that the catalogue does not have."""
    strange = [name for name in scenario.levers if name not in stock()]
    own = {
        lever.name: card(lever)
        for lever in (scenario.policy().levers if strange else ())
        if lever.name in strange
    }
    return {
        "state": to_state(scenario),
        "query": links.query(scenario),
        "question": scenario.question if scenario.levers else "",
        "cards": own,
    }
