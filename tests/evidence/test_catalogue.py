"""Every row has a source; everything can be listed, hashed and cached."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from issim import evidence
from issim.evidence.catalogue import FILES, PACKAGED
from issim.evidence.countries import build_countries
from issim.evidence.facts import Assumption
from issim.evidence.goods import build_goods
from issim.evidence.listing import HEADER
from issim.evidence.waste import build_waste

EV = evidence.load()


def test_the_packaged_folder_holds_the_declared_files_only() -> None:
    assert sorted(path.name for path in PACKAGED.iterdir()) == sorted(FILES)


def test_hashes_are_those_of_the_files() -> None:
    for name in FILES:
        assert EV.hashes[name] == hashlib.sha256((PACKAGED / name).read_bytes()).hexdigest()


def test_evidence_is_loaded_once_and_can_key_a_cache() -> None:
    assert evidence.load() is EV
    assert {EV: 1}[evidence.load()] == 1


def test_every_source_is_cited_by_some_row() -> None:
    cited = {"computed"}  # named by declarations of computed parameters
    for name in FILES:
        if name != "sources.csv":
            cited |= {word for line in (PACKAGED / name).read_text(encoding="utf-8").splitlines()
                      for word in line.replace("; ", ",").split(",")}  # fmt: skip
    cited.add("maestri")  # the counts
    assert set(EV.sources) <= cited


def test_listing_shows_every_row_with_source_and_confidence() -> None:
    rows = list(evidence.listing(EV))
    assert all(len(row) == len(HEADER) and row[0] and row[1] and row[4] and row[5] for row in rows)
    tables = {row[0] for row in rows}
    assert tables == {
        "survey", "barriers", "prices", "taxes", "firms", "smes", "histories", "programme_costs", "funnel",
        "digital", "exchanges", "cases", "assumptions", "gaps", "targets", "arrangements", "uncompared",
    }  # fmt: skip
    n_rows = sum(len(Path(PACKAGED / name).read_text(encoding="utf-8").splitlines()) - 1
                 for name in FILES if name != "sources.csv")  # fmt: skip
    assert len(rows) == n_rows
    excluded = [row for row in rows if row[1] == "information.mean"]
    assert excluded[0][5].startswith("excluded: ")


def test_every_parameter_is_declared_with_unit_meaning_source_and_prior() -> None:
    rows = list(EV.parameters())
    assert len({row.name for row in rows}) == len(rows)
    for row in rows:
        assert row.par.unit
        assert row.par.meaning
        assert row.par.low <= float(row.value) <= row.par.high
        for key in row.par.source.split("; "):
            assert key == "assumption" or key in EV.sources, row.name


class Recorder(dict[str, Assumption]):
    """The assumptions, remembering which of them were asked for."""

    def __init__(self, rows: Mapping[str, Assumption]) -> None:
        super().__init__(rows)
        self.read: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.read.add(key)
        return super().get(key, default)


def test_every_assumption_is_read_by_some_formula() -> None:
    recorder = Recorder(EV.assumptions)
    build_goods(EV.prices, recorder)
    build_countries(EV.taxes, EV.firms, EV.digital, recorder)
    build_waste(EV.firms, recorder)
    unread = set(EV.assumptions) - recorder.read
    assert unread == {"rate_PLN.any"}, "only the rate of years without a Polish tax row may lie idle"


def test_texts_carry_no_machine_paths() -> None:
    for name in FILES:
        text = (PACKAGED / name).read_text(encoding="utf-8")
        assert not re.search(r"(^|[\s,\"])/\w+/", text, flags=re.MULTILINE)
        assert "stored copy" not in text
