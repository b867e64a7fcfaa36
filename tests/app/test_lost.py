"""Nothing is lost when the line breaks, or the program ends and comes back; ten people at once are served."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from app.conftest import SMALL, started
from app.waiting import PATIENCE, drawn, redrawn, until
from benchmark.page import ROUNDS, crowd
from browser import visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, WebSocketRoute

LINK = f"{SMALL}&name=Law of spring&lever=mandate"
LOST = "document.querySelector('#fault').textContent.includes('is lost')"


def moved(page: Page) -> tuple[str, str]:
    """Move a lever; what the page then says, and its address."""
    with redrawn(page):
        page.locator("[data-lever=mandate] [data-path=quota] input[type=range]").focus()
        page.keyboard.press("End")
    return page.inner_text("#answer"), page.url


def assert_as_before(page: Page, answer: str, address: str) -> None:
    """The page is back, with the scenario as it was left, and levers can be moved."""
    drawn(page)
    assert not page.evaluate(LOST)
    assert (page.inner_text("#answer"), page.url) == (answer, address)
    assert page.get_by_label("Name of this scenario").input_value() == "Law of spring"
    with redrawn(page):
        page.check("[data-lever=training] input[type=checkbox]")


def test_a_line_that_breaks_is_taken_up_again(browser: Browser, server: str) -> None:
    lines: list[WebSocketRoute] = []

    def through(line: WebSocketRoute) -> None:
        line.connect_to_server()
        lines.append(line)

    with visit(browser, "about:blank", home=server) as found:
        page = found.page
        page.route_web_socket("**/websocket/", through)
        page.goto(f"{server}?{LINK}")
        drawn(page)
        answer, address = moved(page)
        with page.expect_event("load", timeout=1000 * PATIENCE):
            lines[-1].close(code=3001)
            until(page, LOST)
        assert_as_before(page, answer, address)
        assert len(lines) == 2


def test_a_program_that_is_killed_and_started_again_finds_its_page(browser: Browser) -> None:
    process, address = started()
    with visit(browser, f"{address}?{LINK}", home=address) as found:
        page = found.page
        drawn(page)
        answer, link = moved(page)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        until(page, LOST)
        assert page.inner_text("#answer") == answer
        with page.expect_event("load", timeout=1000 * PATIENCE):
            again, home = started("--port", str(urlsplit(address).port))
        try:
            assert home == address
            assert_as_before(page, answer, link)
        finally:
            again.send_signal(signal.SIGINT)
            again.communicate(timeout=180)


@pytest.mark.slow
def test_ten_people_at_once_are_answered_and_see_their_own(server: str) -> None:
    """The load test of `experiments/benchmark/page.py`, but for the stopwatch."""
    found, faults = crowd(server, 10)
    assert faults == []
    assert len(found) == 10 * ROUNDS
