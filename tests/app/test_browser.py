"""The page in a real browser: it opens, a lever is moved, the picture changes, files come and go, on desk and phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from app.conftest import SMALL
from app.waiting import drawn, redrawn, until
from browser import DESKTOP, PHONE, Visit, visit

from issim.app import files, links
from issim.app.limits import Limits

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MANDATE = f"{SMALL}&lever=mandate"


@pytest.fixture
def shown(request: pytest.FixtureRequest, browser: Browser, server: str) -> Iterator[Visit]:
    """The page at one of the widths, with a mandate, once all regions are in the picture."""
    with visit(browser, f"{server}?{MANDATE}", getattr(request, "param", DESKTOP), home=server) as found:
        drawn(found.page)
        yield found
        found.page.wait_for_timeout(50)
        assert found.faults == []
        assert all(address.startswith(server) for address in found.asked)


both = pytest.mark.parametrize("shown", [DESKTOP, PHONE], indirect=True)


def line(page: Page, chart: str = "adopters") -> str:
    """The line with policy of a chart."""
    return str(page.get_attribute(f"#chart-{chart} [data-line=here]", "points"))


@both
def test_it_opens_with_the_answer_first(shown: Visit) -> None:
    page = shown.page
    assert re.match(r"(With this policy, on average|No clear effect)", page.inner_text("#answer"))
    assert "20 simulated regions" in page.inner_text("#basis")
    boxes = [page.locator(selector).bounding_box() for selector in ("#answer", "#chart-adopters")]
    assert boxes[0]
    assert boxes[1]
    assert boxes[0]["y"] < boxes[1]["y"]
    wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide == window


@both
def test_an_audit_of_accessibility_finds_nothing(shown: Visit) -> None:
    from axe_playwright_python.sync_playwright import Axe

    shown.page.click("text=All settings")
    found = Axe().run(shown.page).response
    told = [
        (fault["id"], node["html"][:120], node["failureSummary"])
        for fault in found["violations"]
        for node in fault["nodes"]
    ]
    assert told == []
    checked = {rule["id"] for rule in found["passes"]}
    assert {"color-contrast", "label", "heading-order", "html-has-lang", "button-name"} <= checked


def test_a_lever_moved_is_a_figure_redrawn(shown: Visit) -> None:
    page = shown.page
    with redrawn(page):
        page.check("[data-lever=training] input[type=checkbox]")
    before, answer = line(page, "public_cost"), page.inner_text("#besides")
    page.locator("[data-path=capacity] input[type=range]").focus()
    with redrawn(page):
        page.keyboard.press("End")
    assert line(page, "public_cost") != before
    assert page.inner_text("#besides") != answer
    assert "training,capacity:none" in page.url
    assert page.input_value("[data-path=capacity] input[type=number]") == ""
    with redrawn(page):
        page.click("[data-path=capacity] .again")
    assert line(page, "public_cost") == before
    assert "capacity" not in page.url


def test_a_lever_switched_on_and_off(shown: Visit) -> None:
    page = shown.page
    with redrawn(page):
        page.check("[data-lever=training] input[type=checkbox]")
    assert page.locator("#lever-table tbody tr").count() == 2
    with redrawn(page):
        page.keyboard.press("Space")
    assert page.locator("#lever-table tbody tr").count() == 1


def test_a_named_policy_is_a_starting_point_and_back_leads_back(shown: Visit) -> None:
    page = shown.page
    with redrawn(page):
        page.get_by_label("Start from a named policy").select_option("package")
    assert page.locator("#lever-table tbody tr").count() == 4
    with redrawn(page):
        page.go_back()
    assert page.locator("#lever-table tbody tr").count() == 1


def test_a_lever_is_found_among_many(shown: Visit) -> None:
    page = shown.page
    page.get_by_label("Find a lever").fill("landfill")
    seen = page.locator(".family .lever:visible")
    assert {seen.nth(k).get_attribute("data-lever") for k in range(seen.count())} >= {
        "landfill_tax", "polish_landfill_fee"
    }  # fmt: skip
    assert seen.count() < 10


def test_every_number_says_what_it_means(shown: Visit) -> None:
    page = shown.page
    page.locator("[data-path=quota] input[type=number]").focus()
    assert "Source:" in page.inner_text("#tip")
    page.locator("[data-key=tonnes] .why").focus()
    assert "90 % interval of confidence" in page.inner_text("#tip")
    page.keyboard.press("Escape")
    assert page.locator("#tip").is_hidden()
    silent = page.eval_on_selector_all(
        ".number", "all => all.filter(e => !e.dataset.tip.includes('Source:')).length"
    )
    assert silent == 0


def test_months_go_by_on_the_map(shown: Visit) -> None:
    page = shown.page
    end = page.get_attribute("#maps figure:last-child canvas", "aria-label")
    page.locator("#month").focus()
    page.keyboard.press("Home")
    start = page.get_attribute("#maps figure:last-child canvas", "aria-label")
    assert start != end
    assert "month 0" in str(start)
    page.click("#play")
    until(page, "Number(document.querySelector('#month').value) > 3")
    page.click("#play")
    stopped = page.input_value("#month")
    page.wait_for_timeout(300)
    assert page.input_value("#month") == stopped


def test_a_reload_brings_everything_back(shown: Visit) -> None:
    page = shown.page
    with redrawn(page):
        page.get_by_label("Region").select_option("poland")
    answer, address = page.inner_text("#answer"), page.url
    page.reload()
    drawn(page)
    assert page.url == address
    assert page.inner_text("#answer") == answer
    assert page.get_by_label("Region").input_value() == "poland"


def test_a_scenario_is_saved_as_a_file_and_opened_again(shown: Visit, tmp_path: Path) -> None:
    page = shown.page
    page.get_by_label("Name of this scenario").fill("Law of spring")
    page.keyboard.press("Enter")
    until(page, "location.search.includes('spring')")
    with page.expect_download() as waited:
        page.get_by_role("button", name="Save as file").click()
    path = tmp_path / waited.value.suggested_filename
    waited.value.save_as(path)
    assert path.name == "Law_of_spring.yaml"
    saved = files.read(path.read_bytes(), Limits())
    assert saved == links.read(f"{MANDATE}&name=Law of spring", Limits())
    with redrawn(page):
        page.get_by_label("Start from a named policy").select_option("none")
    with redrawn(page):
        page.set_input_files("#actions input[type=file]", path)
    assert page.get_by_label("Name of this scenario").input_value() == "Law of spring"
    assert page.is_checked("[data-lever=mandate] input[type=checkbox]")


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.yaml", b"\xff\xfe\x00x", "not UTF-8"),
        ("b.yaml", b"levers: {mandate: {quota: 9}}", "outside [0.0, 1.0]"),
    ],
)
def test_a_bad_file_is_answered_by_a_sentence_and_harms_nothing(
    shown: Visit, name: str, data: bytes, told: str
) -> None:
    page = shown.page
    answer = page.inner_text("#answer")
    page.set_input_files("#actions input[type=file]", {"name": name, "mimeType": "text/yaml", "buffer": data})
    until(page, "document.querySelector('#fault').textContent")
    assert told in page.inner_text("#fault")
    assert page.inner_text("#answer") == answer
    shown.faults.clear()  # the browser notes the status 422


def handed(page: Any, kind: str, name: str, text: str) -> None:
    """Choose a file of one's own."""
    page.set_input_files(f"#own-{kind}", {"name": name, "mimeType": "text/csv", "buffer": text.encode()})


def test_firms_of_ones_own_are_simulated_and_bad_ones_are_told(shown: Visit) -> None:
    page = shown.page
    handed(page, "firms", "mine.csv", "name,sector\nMill,alchemy\nYard,manufacturing\n")
    until(page, "document.querySelector('#fault').textContent")
    assert "mine.csv line 2" in page.inner_text("#fault")
    shown.faults.clear()  # the browser notes the status 422
    with redrawn(page):
        handed(
            page, "firms", "mine.csv",
            "name,sector,employees\n" + "".join(f"Mill {k},manufacturing,{20 + k}\n" for k in range(70)),
        )  # fmt: skip
    assert "of 70 firms" in page.inner_text("#answer")
    assert page.locator("#place input[type=number]").is_disabled()
    assert page.locator("#own").get_attribute("open") is not None
    with redrawn(page):
        page.get_by_role("button", name="leave out").click()
    assert "of 1,000 firms" in page.inner_text("#answer")


def test_a_survey_and_prices_of_ones_own_move_the_picture_and_a_file_brings_them_back(
    shown: Visit, tmp_path: Path
) -> None:
    page = shown.page
    usual = page.inner_text("#answer"), page.inner_text("#tiles")
    page.locator("#own summary").click()
    handed(page, "survey", "ours.csv", "key,value\nawareness.share.1,0.9\nawareness.share.2,0.9\n")
    until(page, "document.querySelector('#fault').textContent")
    shown.faults.clear()  # the browser notes the status 422
    with redrawn(page):
        handed(page, "streams", "fees.csv", "good,parameter,value\nwood,gate_fee,250\nplastic,gate_fee,300\n")
    assert "fees.csv: 2 prices are read" in page.inner_text("#actions")
    dear = page.inner_text("#answer"), page.inner_text("#tiles")
    assert dear != usual
    address = page.url
    assert "streams=" in address
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save as file").or_(
            page.get_by_role("button", name="Save as file")
        ).last.click()
    file = tmp_path / "kept.yaml"
    saved.value.save_as(file)
    assert "streams=fees.csv" in file.read_text()
    page.goto(address)
    drawn(page)
    assert (page.inner_text("#answer"), page.inner_text("#tiles")) == dear
    with redrawn(page):
        page.get_by_role("button", name="leave out fees.csv").click()
    assert (page.inner_text("#answer"), page.inner_text("#tiles")) == usual


def test_scenarios_are_kept_in_the_browser(shown: Visit) -> None:
    page = shown.page
    page.get_by_role("button", name="Keep").click()
    with redrawn(page):
        page.get_by_label("Start from a named policy").select_option("training")
    page.get_by_role("button", name="Keep").click()
    page.reload()
    drawn(page)
    rows = page.locator("#kept tbody tr")
    assert [rows.nth(k).locator("th").inner_text() for k in range(rows.count())] == ["my policy", "training"]
    with redrawn(page):
        rows.nth(0).locator("button").first.click()
    assert page.is_checked("[data-lever=mandate] input[type=checkbox]")


def test_too_much_is_refused_and_the_picture_stays(shown: Visit) -> None:
    page = shown.page
    answer = page.inner_text("#answer")
    page.get_by_label("Firms", exact=True).fill("90000")
    page.keyboard.press("Tab")
    until(page, "document.querySelector('#fault').textContent")
    assert "more than this page takes on (5,000)" in page.inner_text("#fault")
    assert page.inner_text("#answer") == answer


def test_the_keyboard_reaches_the_levers_and_shows_where_it_is(shown: Visit) -> None:
    page = shown.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    seen: list[Any] = []
    for _ in range(14):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.closest('[data-lever]')?.dataset.lever"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") not in ("none", "")
    assert "mandate" in seen


def test_those_who_want_no_motion_see_years(browser: Browser, server: str) -> None:
    with visit(browser, f"{server}?{MANDATE}", home=server) as found:
        found.page.emulate_media(reduced_motion="reduce")
        drawn(found.page)
        found.page.evaluate("() => { document.querySelector('#month').value = 0 }")
        found.page.click("#play")
        until(found.page, "document.querySelector('#month').value == 12")


def test_a_link_that_is_wrong_says_so(browser: Browser, server: str) -> None:
    with visit(browser, f"{server}?region=atlantis", home=server) as found:
        until(found.page, "document.querySelector('#fault').textContent")
        assert "region 'atlantis' is not known" in found.page.inner_text("#fault")
