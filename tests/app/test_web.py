"""The server by hand: who is let in, which files it takes, what it does with rubbish, and how it ends."""

from __future__ import annotations

import http.client
import json
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from app.conftest import started
from app.line import Line

from issim.app import files, links
from issim.app.limits import Limits
from issim.cli import main

LIMITS = Limits()


def called(
    server: str, method: str, path: str, body: bytes = b"", **headers: str
) -> tuple[int, str, dict[str, str]]:
    """Status, text and headers of an answer."""
    connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=180)
    try:
        connection.request(method, path, body or None, {key.title(): value for key, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), {k.lower(): v for k, v in answer.getheaders()}
    finally:
        connection.close()


def test_the_page_is_whole_and_fetches_nothing_from_elsewhere(server: str) -> None:
    status, text, headers = called(server, "GET", "/")
    assert status == 200
    assert "What would a policy do" in text
    assert "default-src 'self'" in headers["content-security-policy"]
    catalogue = json.loads(text.split('id="catalogue">')[1].split("</script>")[0])
    assert len(catalogue["cards"]) > 50
    assert "shiny" in text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"host": "localhost"}, 200),
        ({"host": "evil.example"}, 403),
        ({"host": "127.0.0.1.evil.example"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"host": "[::"}, 403),
    ],
)
def test_only_those_who_mean_this_page_are_let_in(server: str, headers: dict[str, str], status: int) -> None:
    assert called(server, "GET", "/", **headers)[0] == status


def test_a_page_of_somebody_else_gets_no_line(server: str) -> None:
    with pytest.raises(ConnectionError, match="403"):
        Line(server, origin="http://evil.example")


def test_a_scenario_comes_as_a_file_and_goes_back(server: str) -> None:
    query = "region=latvia&n_firms=300&name=my%20law&lever=mandate,quota:0.5"
    status, text, headers = called(server, "GET", f"/scenario.yaml?{query}")
    assert status == 200
    assert headers["content-disposition"] == 'attachment; filename="my_law.yaml"'
    assert text == files.written(links.read(query, LIMITS))
    status, answer, _ = called(server, "POST", "/open", text.encode())
    assert status == 200
    assert links.read(json.loads(answer)["query"], LIMITS) == links.read(query, LIMITS)


def test_a_link_that_means_nothing_gives_no_file(server: str) -> None:
    status, text, _ = called(server, "GET", "/scenario.yaml?region=atlantis")
    assert status == 422
    assert "region 'atlantis' is not known" in text


@pytest.mark.parametrize(
    "data", [b"\x00" * 100, b"PK\x03\x04zip", os.urandom(5000), b"a: [", b"\xff\xfe" + b"a" * 99],
    ids=["zeros", "zip", "random", "broken", "utf16"],
)  # fmt: skip
def test_a_file_that_is_no_policy_is_answered_by_a_sentence(server: str, data: bytes) -> None:
    status, text, _ = called(server, "POST", "/open", data)
    assert status == 422
    assert json.loads(text)["fault"].endswith(".")


def test_a_huge_file_is_refused_before_it_is_read_to_its_end(server: str) -> None:
    status, text, _ = called(server, "POST", "/open", b"x" * (LIMITS.upload + 100_000))
    assert status == 422
    assert "more than 2 million bytes" in json.loads(text)["fault"]
    assert called(server, "GET", "/alive")[1] == "issim"


def test_shiny_s_own_way_of_taking_files_is_closed(server: str) -> None:
    with Line(server) as line:
        assert called(server, "POST", f"/session/{line.session}/upload/abc", b"x")[0] == 403


@pytest.mark.parametrize(
    "message",
    ["", "{", "[]", "5", '{"method":"update"}', '{"method":"init"}', '{"method":"evil","data":{}}', "x" * 70_000,
     '{"method":"uploadInit","args":[1],"tag":1}', '{"method":"update","data":{"ask:a:b:c":1}}'],
    ids=range(10),
)  # fmt: skip
def test_rubbish_on_the_line_ends_that_line_only(server: str, message: str) -> None:
    with Line(server) as good:
        bad = Line(server)
        bad.send(message)
        bad.close()
        good.ask({"link": "?n_firms=60&n_months=12&n_seeds=9"})
        assert good.until("picture")["seeds"] == 9


@pytest.mark.parametrize(
    "what", [None, 5, "x", [], {"state": 7}, {"link": "?a=b"}, {"n": "one", "state": {"region": "x"}}]
)
def test_a_request_that_makes_no_sense_is_answered_by_a_sentence(server: str, what: object) -> None:
    with Line(server) as line:
        line.send_input(what)
        assert line.until("fault")["text"].endswith((".", "?"))
        line.ask({"link": "?n_firms=60&n_months=12&n_seeds=9"})
        assert line.until("picture")["seeds"] == 9


def test_a_runaway_request_is_refused_and_others_go_on(server: str) -> None:
    with Line(server) as greedy, Line(server) as modest:
        greedy.ask({"state": {"n_firms": 1_000_000_000}})
        assert "more than this page takes on" in greedy.until("fault")["text"]
        greedy.ask({"link": "?n_firms=5000&n_seeds=60&lever=training"})
        began = time.monotonic()
        modest.ask({"link": "?n_firms=60&n_months=12&n_seeds=9"})
        assert modest.until("picture")["seeds"] == 9
        assert time.monotonic() - began < 30


def test_nobody_sees_what_another_asked(server: str) -> None:
    def own(k: int) -> bool:
        with Line(server) as line:
            for n_firms in (60 + k, 80 + k, 100 + k):
                line.ask({"link": f"?n_firms={n_firms}&n_months=12&n_seeds=9&name=mine{k}&lever=training"})
                found = line.until("picture")
                while found["n"] < line.asked or found["seeds"] < 9:
                    found = line.until("picture")
                if (found["firms"], found["name"]) != (n_firms, f"mine{k}"):
                    return False
            return line.alien == 0

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(own, range(6)))


def test_ctrl_c_ends_it_cleanly_even_while_somebody_waits() -> None:
    process, address = started()
    line = Line(address)
    line.ask({"link": "?n_firms=2000&n_seeds=100&lever=training"})
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=180)
    assert process.returncode == 0
    assert "Traceback" not in rest


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--port", "99999"), "--port = 99999 is outside [0, 65535]"),
        (("--host", "no.such.host.example"), "cannot be used"),
        (("--host", "203.0.113.1"), "cannot be used"),
    ],
)
def test_a_place_where_it_cannot_listen_is_told(
    words: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["app", "--no-browser", *words]) == 2
    assert told in capsys.readouterr().err


def test_without_its_library_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("issim.app.launch.NEEDED", ("no_such_library",))
    assert main(["app"]) == 2
    assert "pip install 'issim[app]'" in capsys.readouterr().err
