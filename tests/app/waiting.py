"""Waiting for the page in a browser: until something is so, and until the picture that was asked for is drawn."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

#: Seconds that a test waits for a picture.
PATIENCE = 900.0  # a busy machine that compiles first


def until(page: Page, expression: str) -> None:
    """Wait until an expression is true; Playwright's own way needs `eval`, which the page forbids."""
    end = time.monotonic() + PATIENCE
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"never: {expression}"
        page.wait_for_timeout(40)


def drawn(page: Page, number: int = 1, seeds: int = 20) -> None:
    """Wait until the picture of so many regions, asked for by the `number`th question or a later one, is drawn."""
    said = "document.body.dataset"
    until(page, f"{said}.drawn >= {number} && {said}.film >= {number} && {said}.seeds == {seeds}")


@contextmanager
def redrawn(page: Page) -> Iterator[None]:
    """Wait for the picture that what is done within asks for."""
    number = int(page.get_attribute("body", "data-drawn") or 0)
    yield
    drawn(page, number + 1)
