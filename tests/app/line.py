"""The line between a page and the program, held by a test: it says what a browser says."""

from __future__ import annotations

import json
from typing import Any, Self
from urllib.parse import urlsplit

from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

#: Seconds that a test waits for an answer.
PATIENCE = 900.0  # a busy machine that compiles first


class Line:
    """One window without a browser."""

    def __init__(self, server: str, origin: str | None = None) -> None:
        host = urlsplit(server).netloc
        try:
            self.socket = connect(
                f"ws://{host}/websocket/",
                origin=origin or f"http://{host}",
                max_size=2**24,
                legacy=True,
            )
        except InvalidStatus as error:
            raise ConnectionError(str(error)) from None
        self.asked, self.alien = 0, 0
        self.session = self._config()
        self.send(json.dumps({"method": "init", "data": {}}))

    def _config(self) -> str:
        """The key of the session, which comes first."""
        found = json.loads(self.socket.recv(PATIENCE))
        return str(found["config"]["sessionId"])

    def send(self, text: str) -> None:
        """Say anything at all."""
        self.socket.send(text)

    def send_input(self, value: object) -> None:
        """Say a value of the page's one input."""
        self.send(json.dumps({"method": "update", "data": {"ask": value}}))

    def ask(self, what: dict[str, Any]) -> None:
        """Ask as the page does."""
        self.asked += 1
        self.send_input({"n": self.asked, **what})

    def until(self, kind: str, patience: float = PATIENCE) -> dict[str, Any]:
        """The next message of a kind; what was never asked for is counted."""
        while True:
            found = json.loads(self.socket.recv(patience)).get("custom", {})
            self.alien += any(message.get("n", 0) > self.asked for message in found.values())
            if kind in found:
                return dict(found[kind])

    def close(self) -> None:
        """Hang up."""
        self.socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
