"""Reports and comparisons: what is handed over is what the command line makes, and only to whom it belongs."""

from __future__ import annotations

import io
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from app.line import Line
from app.test_web import called

from issim.app import files
from issim.app.comparing import compared
from issim.app.engine import Engine
from issim.app.limits import Limits
from issim.app.reports import REPORT, Order, Reports
from issim.app.scenario import Scenario, from_state
from issim.errors import InputError

TINY = {"n_firms": 60, "n_months": 12, "n_seeds": 3}


def scenario(**levers: dict[str, Any]) -> Scenario:
    return from_state({**TINY, "name": "a law", "levers": levers}, Limits())


@pytest.fixture
def reports(monkeypatch: pytest.MonkeyPatch) -> Iterator[Reports]:
    """Reports whose commands only leave the folder that a command leaves."""

    def run(self: Reports, words: list[str], folder: Path) -> None:
        gate.wait(10)
        if words[0] == "run":
            assert (folder / words[2].partition("=")[2]).is_file()
            (folder / "results" / "found" / "report").mkdir(parents=True)
            (folder / "results" / "found" / "report" / "report.html").write_text(" ".join(words))

    gate = threading.Event()
    monkeypatch.setattr(Reports, "_run", run)
    found = Reports(most_waiting=2)
    found.gate = gate  # type: ignore[attr-defined]
    yield found
    gate.set()
    found.close()
    assert not found.folder.exists()


def ordered(reports: Reports, who: str, what: Scenario) -> tuple[list[str], threading.Event]:
    """Order a report; what is told in the end."""
    told: list[str] = []
    heard = threading.Event()

    def tell(text: str) -> None:
        told.append(text)
        heard.set()

    reports.order(Order(who, what, tell, tell))
    return told, heard


def test_a_report_is_made_kept_and_made_only_once(reports: Reports) -> None:
    reports.gate.set()  # type: ignore[attr-defined]
    told, heard = ordered(reports, "a", scenario(training={}))
    assert heard.wait(10)
    path = reports.file(told[0], REPORT)
    assert path is not None
    assert "policy=a_law.yaml region=mixed" in path.read_text()
    again, heard = ordered(reports, "b", scenario(training={}))
    assert heard.wait(10)
    assert again == told
    assert reports.file("../etc", REPORT) is None
    assert reports.file(told[0], "../../secret") is None


def test_reports_wait_their_turn_and_too_many_are_refused(reports: Reports) -> None:
    orders = [ordered(reports, who, scenario(training={"capacity": 1.0 + k})) for k, who in enumerate("a")]
    while reports._making is None:
        time.sleep(0.01)
    with pytest.raises(InputError, match="is being made already"):
        ordered(reports, "a", scenario())
    orders += [ordered(reports, who, scenario(training={"capacity": 5.0 + k})) for k, who in enumerate("bc")]
    with pytest.raises(InputError, match="reports of others are waiting"):
        ordered(reports, "d", scenario())
    reports.forget("b")
    reports.gate.set()  # type: ignore[attr-defined]
    assert orders[0][1].wait(10)
    assert orders[2][1].wait(10)
    assert not orders[1][1].is_set()


@pytest.mark.slow
def test_the_report_of_the_page_is_that_of_the_command_line(server: str) -> None:
    """A folder of the command line, its report, and the file that repeats it."""
    with Line(server) as line:
        link = "?n_firms=60&n_months=12&n_seeds=3&name=a law&lever=training"
        line.ask({"link": link, "want": "report"})
        line.until("ordered")
        token = line.until("report", patience=400.0)["token"]
    status, html, headers = called(server, "GET", f"/made/{token}/report.html")
    assert status == 200
    assert "issim run" in html
    assert "policy=a_law.yaml" in html
    assert "/tmp" not in html
    assert "default-src" in headers["content-security-policy"]
    assert called(server, "GET", "/made/no-such-token/report.html")[0] == 404
    import http.client
    from urllib.parse import urlsplit

    connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=180)
    connection.request("GET", f"/made/{token}/results.zip")
    archive = zipfile.ZipFile(io.BytesIO(connection.getresponse().read()))
    connection.close()
    names = [name.partition("/")[2] or name for name in archive.namelist()]
    assert {"a_law.yaml", "series.parquet", "manifest.json", "summary.txt"} <= set(names)
    assert files.read(archive.read("a_law.yaml"), Limits()).levers == {"training": {}}


def test_two_scenarios_are_compared_on_the_same_regions() -> None:
    engine = Engine(Limits())
    one, other = scenario(training={"capacity": 60.0}, facilitator={}), scenario()
    (*_, found) = compared(engine, one, other)
    assert found is not None
    assert found["names"] == ["a law", "no policy"]
    assert set(found["chart"]["lines"]) == {"base", "here", "other"}
    assert found["chart"]["lines"]["base"] == found["chart"]["lines"]["other"]
    assert all(row["difference"] for row in found["rows"])
    (*_, same) = compared(engine, one, one)
    assert same is not None
    assert "cannot tell" in same["told"]
    assert same["names"][0] != same["names"][1]


def test_scenarios_of_different_places_are_not_subtracted() -> None:
    there = from_state({**TINY, "region": "latvia", "levers": {"training": {}}}, Limits())
    (*_, found) = compared(Engine(Limits()), scenario(training={}), there)
    assert found is not None
    assert "different regions" in found["told"]
    assert not any("difference" in row for row in found["rows"])
    assert "base" not in found["chart"]["lines"]
