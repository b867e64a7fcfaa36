"""The report of a result folder: one page, no number typed by hand, nothing from elsewhere."""

from __future__ import annotations

import csv
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from issim.analysis.findings import signed
from issim.cli import main
from issim.report.page import omissions, unbroken
from issim.store.folder import Results

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small result folder with its report."""
    out = tmp_path_factory.mktemp("report")
    small = ["population.n_firms=80", "n_months=24", "n_seeds=4", f"outputs={out}"]
    assert main(["run", "--no-figures", *small]) == 0
    (found,) = out.iterdir()
    assert main(["report", str(found)]) == 0
    return found


@pytest.fixture(scope="module")
def html(folder: Path) -> str:
    return (folder / "report" / "report.html").read_text(encoding="utf-8")


def table(folder: Path, name: str) -> list[list[str]]:
    """The rows of a table of the report, its header first."""
    with (folder / "report" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.reader(file))


class Tags(HTMLParser):
    """Opening and closing tags, and every address that a browser would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag not in ("meta", "link", "br", "img"):
            self.open.append(tag)
        self.fetched += [
            value or "" for name, value in attrs if name in ("src", "href", "xlink:href", "data")
        ]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [
            value or "" for name, value in attrs if name in ("src", "href", "xlink:href", "data")
        ]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_page_is_whole_and_fetches_nothing(html: str) -> None:
    tags = Tags()
    tags.feed(html)
    assert not tags.open
    assert all(address.startswith("#") for address in tags.fetched)
    assert {"script", "iframe", "link"}.isdisjoint(tags.seen)
    assert not re.search(r"@import|url\((?!#)", html)


def test_every_picture_is_sound_and_has_words(html: str) -> None:
    pictures = re.findall(r'(<svg role="img" aria-label="([^"]+)".*?</svg>)', html, re.S)
    assert len(pictures) == html.count("<figure>") == 5
    names: list[str] = []
    for svg, words in pictures:
        assert len(words) > 60
        ET.fromstring(svg)
        names += re.findall(r'\bid="([^"]+)"', svg)
        assert set(re.findall(r'href="#([^"]+)"', svg)) <= set(re.findall(r'\bid="([^"]+)"', svg))
    assert len(names) == len(set(names)), "two pictures share an identifier"


def test_numbers_come_from_the_runs(folder: Path) -> None:
    series = pd.read_parquet(folder / "series.parquet")
    last = series[series["month"] == 24]
    wide = last.pivot(index="seed", columns="policy", values="adopters")
    expected = (wide["package"] - wide["none"]).mean()
    head, cells = table(folder, "costs")
    row = dict(zip(head, cells, strict=True))
    shown = float(row["extra firms"].split("±")[0].replace(" ", ""))
    assert shown == pytest.approx(expected, abs=0.05 if abs(expected) < 10 else 0.5)
    spent = series.groupby(["policy", "seed"])["public_cost"].sum()["package"].mean()
    assert float(row["public cost [EUR]"].replace(" ", "")) == pytest.approx(spent, rel=1e-3)


def test_groups_add_up_to_all_adopters(folder: Path) -> None:
    head, *body = table(folder, "groups")
    countries = {row[1] for row in body if row[0] == "country"}
    assert countries == set(pd.read_parquet(folder / "firms.parquet")["country"])
    rows = [dict(zip(head, cells, strict=True)) for cells in body]
    series = pd.read_parquet(folder / "series.parquet")
    end = series[(series["month"] == 24) & (series["policy"] == "none")]["adopters"].mean()
    for group in ("size", "sector", "country"):
        total = sum(float(row["without policy"]) for row in rows if row["group"] == group)
        assert total == pytest.approx(end, abs=0.3)


def test_groups_without_firms_are_left_out(tmp_path: Path) -> None:
    tiny = ["population.n_firms=80", "n_months=2", "n_seeds=2", "region=denmark", f"outputs={tmp_path}"]
    assert main(["run", "--no-figures", *tiny]) == 0
    (found,) = tmp_path.iterdir()
    assert main(["report", str(found)]) == 0
    shown = [row[:2] for row in table(found, "groups")[1:]]
    assert [level for group, level in shown if group == "country"] == ["DK"]
    firms = pd.read_parquet(found / "firms.parquet")
    for group in ("size", "sector"):
        assert set(firms[group]) <= {level for kind, level in shown if kind == group}


def test_provenance_is_the_manifest(folder: Path) -> None:
    rows = dict(table(folder, "provenance")[1:])
    known = Results(folder).manifest
    assert rows["configuration (SHA-256)"] == known["config_sha256"]
    assert {f"evidence: {name}": digest for name, digest in known["evidence"].items()}.items() <= rows.items()


def test_assumptions_are_those_of_the_levers_in_use(folder: Path) -> None:
    names = [row[0] for row in table(folder, "assumptions")[1:]]
    used = set(pd.read_parquet(folder / "levers.parquet")["lever"])
    named = {name.split(".")[2] for name in names if name.startswith("policy.levers.")}
    assert named
    assert named <= used
    assert any(name.startswith("behaviour.") for name in names)


def test_list_of_omissions_is_the_one_in_the_documents() -> None:
    packaged = (ROOT / "src" / "issim" / "report" / "not-modelled.md").read_text(encoding="utf-8")
    assert packaged == (ROOT / "docs" / "not-modelled.md").read_text(encoding="utf-8")
    assert sum(len(part.items) for part in omissions()) == packaged.count("\n- ")


def test_report_again_gives_the_same_bytes(folder: Path, html: str) -> None:
    assert main(["report", str(folder)]) == 0
    assert (folder / "report" / "report.html").read_text(encoding="utf-8") == html


def test_runs_that_cannot_tell_say_so(tmp_path: Path) -> None:
    tiny = ["population.n_firms=80", "n_months=1", "n_seeds=2", f"outputs={tmp_path}", "policy=training"]
    assert main(["run", "--no-figures", *tiny]) == 0
    (found,) = tmp_path.iterdir()
    assert main(["report", str(found)]) == 0
    assert "cannot tell" in (found / "report" / "report.html").read_text(encoding="utf-8")


def test_a_folder_that_is_none_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(tmp_path / "nothing")]) == 2
    assert "is not a result folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "kept"), [("1 234 567 t", "1\u202f234\u202f567 t"), ("in 40 runs", "in 40 runs")]
)
def test_numbers_do_not_break(text: str, kept: str) -> None:
    assert unbroken(text) == kept


def test_error_of_mean_is_that_of_the_books() -> None:
    from scipy import stats

    from issim.analysis.summary import error_of_mean

    values = np.array([1.0, 4.0, 2.0, 7.0])
    low, high = stats.t.interval(0.9, 3, loc=values.mean(), scale=stats.sem(values))
    assert error_of_mean(values) == pytest.approx((high - low) / 2)
    assert np.isnan(error_of_mean(values[:1]))


def test_a_comparison_has_its_report_too(tmp_path: Path) -> None:
    small = ["population.n_firms=80", "n_months=12", "n_seeds=3", f"outputs={tmp_path}"]
    assert main(["compare", "--no-figures", "policy=none,mandate,training", *small]) == 0
    (found,) = tmp_path.iterdir()
    assert main(["report", str(found)]) == 0
    html = (found / "report" / "report.html").read_text(encoding="utf-8")
    tags = Tags()
    tags.feed(html)
    assert not tags.open
    assert html.count("<figure>") == 5  # the comparison, but no map: no run was kept firm by firm
    assert {row[0] for row in table(found, "costs")[1:]} == {"mandate", "training"}
    head, *rows = table(found, "structure")
    assert head[1:] == ["without policy", "mandate", "training"]
    assert len(rows) == 7


def test_what_is_assumed_and_how_much_it_matters_is_what_the_csv_files_say(folder: Path, html: str) -> None:
    robust, moved = (pd.read_csv(folder / f"{name}.csv") for name in ("robustness", "importance"))
    head, *rows = table(folder, "robustness")
    shown = [dict(zip(head, cells, strict=True)) for cells in rows]
    assert len(shown) == len(robust) == 5
    for cells, row in zip(shown, robust.itertuples(index=False), strict=True):
        scale = 1e-3 if "[thousand EUR]" in cells["effect"] else 1.0
        assert cells["default: mean"] == signed(row.mean * scale)
        assert cells["draws: mean"] == signed(row.draws_mean * scale)
        assert (
            cells["90 % of draws"] == f"{signed(row.draws_low * scale)} to {signed(row.draws_high * scale)}"
        )
        assert (
            cells["90 % of seeds"] == f"{signed(row.seeds_low * scale)} to {signed(row.seeds_high * scale)}"
        )
        assert cells["draws of that sign"] == f"{row.draws_same_sign} of 64"
        assert cells["seeds of that sign"] == f"{row.seeds_same_sign} of 4"
    head, *rows = table(folder, "importance")
    told = {cells[2]: cells[5] for cells in rows if cells[2] != "none"}
    strong = moved[moved["is_told"]].groupby(["policy", "key"], sort=False).head(5)
    assert told == {row.parameter: f"{row.correlation:+.2f}" for row in strong.itertuples(index=False)}
    assert told, "the cost of training a firm moves the public cost, if nothing else does"
    assert html.count("<h2>What is assumed, and how much it matters</h2>") == 1
    assert robust["key"].tolist() == ["adopters", "tonnes", "co2", "gain", "public_cost"]


def test_the_list_says_of_every_assumption_whether_it_was_drawn(folder: Path) -> None:
    listed = pd.read_parquet(folder / "assumptions.parquet")
    drawn = set(pd.read_parquet(folder / "draws.parquet")["parameter"])
    assert drawn == set(listed.loc[listed["fate"] == "drawn", "parameter"])
    rows = {cells[0]: cells[4] for cells in table(folder, "assumptions")[1:]}
    assert rows["behaviour.start_share"] == "drawn"
    assert rows["goods.*.value_discount (12 of them)"] == "drawn"
    assert rows["streams.available"] == "fixed: needs another world"
    assert rows["policy.levers.mandate.quota"] == "fixed: decided by the policy"
    counted = sum(int(name.split("(")[1].split()[0]) if "(" in name else 1 for name in rows)
    assert counted == len(listed)


def test_a_folder_without_draws_says_how_to_get_them(tmp_path: Path) -> None:
    small = ["population.n_firms=80", "n_months=6", "n_seeds=2", "uncertainty.draws=0", f"outputs={tmp_path}"]
    assert main(["run", "--no-figures", *small]) == 0
    (found,) = tmp_path.iterdir()
    assert main(["report", str(found)]) == 0
    html = (found / "report" / "report.html").read_text(encoding="utf-8")
    assert "uncertainty.draws=64" in html
    assert not {"robustness.csv", "importance.csv", "draws.parquet"} & {path.name for path in found.iterdir()}
    assert {cells[4] for cells in table(found, "assumptions")[1:] if cells[0].startswith("behaviour.")} == {
        "fixed"
    }
