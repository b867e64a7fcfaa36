"""The report in a real browser: on a desktop, on a phone and on paper, by eye, keyboard and ear."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browser import DESKTOP, PHONE, SHEET, Visit, visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser

KINDS, WIDTHS = ("run", "comparison"), (DESKTOP, PHONE)
#: A4 in points, and the least letters on a page that is not blank.
A4, FEW = (595, 842), 100
#: Everything that a keyboard must reach: links, things that open, boxes that scroll.
REACHED = "a[href], summary, button, input, select, .wide"


@pytest.fixture(scope="module", params=KINDS)
def address(request: pytest.FixtureRequest, browser: Browser, reports: dict[str, Path]) -> str:
    """Where a report is; made only where there is a browser to show it."""
    return (reports[request.param] / "report" / "report.html").as_uri()


@pytest.fixture(params=WIDTHS)
def shown(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Visit]:
    """A report as it is shown at one of the widths."""
    with visit(browser, address, request.param) as found:
        yield found


def each(found: Visit, selector: str, expression: str) -> list[Any]:
    """The value of a JavaScript expression about every `e` that a selector finds."""
    return list(found.page.eval_on_selector_all(selector, f"all => all.map(e => {expression})"))


def test_nothing_goes_wrong_and_nothing_is_fetched(shown: Visit, address: str) -> None:
    assert shown.faults == []
    assert shown.asked == [address]


def test_the_page_is_as_wide_as_its_window(shown: Visit) -> None:
    wide, window = shown.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide == window
    beyond = each(
        shown,
        "body *:not(.wide *)",
        "[e.tagName, e.className, e.getBoundingClientRect().right > innerWidth + 1]",
    )
    assert [element for element in beyond if element[2]] == []


def test_words_in_tables_keep_together(shown: Visit) -> None:
    """No column is so narrow that its words fall apart into letters, and no text is too small to read."""
    assert min(each(shown, "th, td", "e.getBoundingClientRect().width")) > 40
    sizes = each(
        shown, "h1, h2, h3, p, li, th, td, a, figcaption", "parseFloat(getComputedStyle(e).fontSize)"
    )
    assert min(sizes) >= 13


def test_figures_are_large_enough_to_read(shown: Visit) -> None:
    """The least letters of a slide are 9.5 points on 921.6; they take 8 pixels or more."""
    assert min(each(shown, "figure svg", "e.getBoundingClientRect().width")) * 9.5 / 921.6 > 8


def test_an_audit_of_accessibility_finds_nothing(shown: Visit) -> None:
    """The rules of axe-core, contrast of 4.5 to 1 and order of headings among them."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(shown.page).response
    told = [
        (fault["id"], node["html"][:120], node["failureSummary"])
        for fault in found["violations"]
        for node in fault["nodes"]
    ]
    assert told == []
    checked = {rule["id"] for rule in found["passes"]}
    assert {"color-contrast", "heading-order", "html-has-lang", "document-title", "svg-img-alt"} <= checked


def test_every_picture_says_what_is_seen(shown: Visit) -> None:
    words = each(shown, "svg, img", "e.getAttribute('aria-label') || e.getAttribute('alt') || ''")
    assert len(words) == 5
    assert len(set(words)) == 5
    kinds = [next(kind for kind in ("Lines", "Map", "Bars", "Dots") if f". {kind}" in text) for text in words]
    assert kinds.count("Bars") == 2
    assert all("firms" in text or "exchange" in text for text in words)


def test_headings_are_in_order(shown: Visit) -> None:
    levels = each(shown, "h1, h2, h3, h4, h5, h6", "Number(e.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert max(after - before for before, after in itertools.pairwise(levels)) == 1
    assert len(shown.page.title()) > 10
    assert shown.page.get_attribute("html", "lang") == "en"


def test_the_keyboard_reaches_everything_and_shows_where_it_is(shown: Visit) -> None:
    wanted = shown.page.locator(REACHED).count()
    shown.page.evaluate(f"document.querySelectorAll('{REACHED}').forEach((e, k) => e.dataset.place = k)")
    seen = []
    for _ in range(wanted):
        shown.page.keyboard.press("Tab")
        seen.append(shown.page.evaluate("document.activeElement.dataset.place"))
        style = shown.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert style not in ("none", ""), seen[-1]
    assert seen == [str(k) for k in range(wanted)]


def test_every_link_leads_to_a_heading(shown: Visit) -> None:
    targets = each(
        shown, "a[href]", "document.querySelector(e.getAttribute('href'))?.querySelector('h2')?.innerText"
    )
    assert targets == each(shown, "nav a", "e.innerText")
    assert len(targets) > 6


def test_without_scripts_it_says_the_same(browser: Browser, address: str) -> None:
    with visit(browser, address) as found, visit(browser, address, scripts=False) as bare:
        assert bare.page.inner_text("main") == found.page.inner_text("main")
        assert bare.faults == []


def test_a_dark_system_changes_no_colour(browser: Browser, address: str) -> None:
    colours = "[document.body, ...document.querySelectorAll('main *')].map(e => getComputedStyle(e).color)"
    ground = "getComputedStyle(document.body).backgroundColor"
    with visit(browser, address) as light, visit(browser, address, colours="dark") as dark:
        assert dark.page.evaluate(colours) == light.page.evaluate(colours)
        assert dark.page.evaluate(ground) == "rgb(255, 255, 255)"


def test_it_prints_on_a4_and_no_page_is_blank(browser: Browser, address: str) -> None:
    from pypdf import PdfReader

    with visit(browser, address) as found:
        printed = PdfReader(io.BytesIO(found.page.pdf(prefer_css_page_size=True)))
        title = found.page.title()
    assert 3 < len(printed.pages) < 20
    for page in printed.pages:
        assert (round(page.mediabox.width), round(page.mediabox.height)) == A4
        assert len(page.extract_text().strip()) > FEW
    assert title in printed.pages[0].extract_text()


def test_nothing_is_cut_off_on_paper(browser: Browser, address: str) -> None:
    with visit(browser, address, SHEET, medium="print") as found:
        assert found.page.evaluate("document.documentElement.scrollWidth") <= SHEET
        assert [
            wide for wide in each(found, ".wide", "[e.scrollWidth, e.clientWidth]") if wide[0] > wide[1]
        ] == []
