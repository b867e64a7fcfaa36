"""A real browser for tests of pages: headless Chromium, driven by Playwright.

A test that needs it is skipped where it cannot be had, and says what is missing; where `ISSIM_BROWSER=required`
is set it fails instead.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

#: Under which names systems know it; Playwright's own download is not used.
NAMES = ("chromium", "chromium-browser", "google-chrome")
#: It calls nobody of its own accord, and shares no memory device, which is small in containers.
FLAGS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
#: Widths of a desktop window and of a phone, and the width of A4 without margins of 16 mm, in CSS pixels.
DESKTOP, PHONE, SHEET = 1280, 390, 672


@dataclass
class Visit:
    """A page as a browser shows it, and what happened meanwhile."""

    page: Page
    asked: list[str] = field(default_factory=list)
    """Every address that was asked for, the page's own included."""
    faults: list[str] = field(default_factory=list)
    """What the console said, and errors of scripts."""


def lacking(what: str) -> NoReturn:
    """Skip, or fail where a browser is required."""
    if os.environ.get("ISSIM_BROWSER") == "required":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium, closed after the module: while it is open no other event loop can run."""
    chromium = next((found for name in NAMES if (found := shutil.which(name))), None)
    if chromium is None:
        lacking("no Chromium on the path (on Debian: apt-get install chromium)")
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        lacking("no Playwright (pip install 'issim[browser]')")
    flags = [*FLAGS, "--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else list(FLAGS)
    with sync_playwright() as playwright:
        try:
            found = playwright.chromium.launch(executable_path=chromium, args=flags)
        except Error as error:
            lacking(f"{chromium} does not start ({error.message.splitlines()[0]})")
        yield found
        found.close()


@contextmanager
def visit(
    browser: Browser, address: str, width: int = DESKTOP, *, home: str = "file://", scripts: bool = True,
    colours: str = "light", medium: str | None = None,
) -> Iterator[Visit]:  # fmt: skip
    """The page at an address in a window of some width; what does not begin with `home` is refused, and noted."""
    context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
    page = context.new_page()
    page.emulate_media(color_scheme=colours, media=medium)  # type: ignore[arg-type]
    found = Visit(page)

    def answered(route: Route) -> None:
        found.asked.append(route.request.url)
        if route.request.url.startswith(home):
            route.continue_()
        else:
            route.abort()

    context.route("**/*", answered)
    page.on("console", lambda message: found.faults.append(message.text))
    page.on("pageerror", lambda error: found.faults.append(str(error)))
    try:
        page.goto(address)
        yield found
    finally:
        context.close()
