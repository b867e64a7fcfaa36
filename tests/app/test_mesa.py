"""Mesa's own view: what it draws is how the model stands; in a browser it steps and a firm can be asked."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING

import pytest
from app.conftest import started
from browser import visit

from issim.app.mesa_view import firm_told, map_of, policies
from issim.cli import main
from issim.levers import catalogue
from issim.model.symbiosis import SymbiosisModel

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def model() -> SymbiosisModel:
    found = SymbiosisModel(policy="package", n_firms=120, n_months=24, seed=2)
    for _ in range(24):
        found.step()
    return found


def test_the_map_shows_how_the_model_stands(model: SymbiosisModel) -> None:
    seen = map_of(model)
    assert len(seen.dots) == 120
    assert len(seen.lines) == model.observed["operating"]
    assert f"{model.observed['adopters']:.0f} of 120 firms" in seen.told
    assert all(0 <= dot["x"] <= 100 and 0 <= dot["y"] <= 100 for dot in seen.dots)
    assert sum("operating" in dot["told"] for dot in seen.dots) == model.observed["adopters"]


def test_a_firm_tells_its_state(model: SymbiosisModel) -> None:
    busy = next(firm for firm in (model.firm(row) for row in range(120)) if firm.operating > 0)
    told = firm_told(model, busy.row)
    assert "Stage: operating" in told
    assert any(line.startswith("operating: ") and "with firm" in line for line in told)
    assert len(firm_told(model, 10_000)) >= 5  # after a change to a smaller model


def test_every_named_policy_can_be_chosen() -> None:
    assert policies() == list(catalogue.names("policy"))


def test_without_its_libraries_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("issim.app.mesa_view.NEEDED", ("no_such_library",))
    assert main(["app", "--mesa"]) == 2
    assert "pip install 'issim[mesa-view]'" in capsys.readouterr().err


@pytest.mark.slow
def test_it_steps_in_a_browser_and_a_firm_is_asked(browser: Browser) -> None:
    pytest.importorskip("solara", reason="Mesa's view is not installed (pip install 'issim[mesa-view]')")
    process, address = started("--mesa")
    try:
        with visit(browser, address, home=address) as found:
            page = found.page
            page.get_by_text("Month 0 of 120").wait_for(timeout=900_000)
            page.get_by_role("button", name=re.compile("step", re.IGNORECASE)).click()
            page.get_by_text("Month 1 of 120").wait_for(timeout=900_000)
            page.locator("circle[data-firm='17']").dispatch_event("click")
            page.get_by_text("Firm 17", exact=True).wait_for(timeout=900_000)
            assert all(asked.startswith(address) for asked in found.asked)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=180)
