"""Counts of documented exchanges: the words that decide, and a recount where the library is at hand."""

from __future__ import annotations

import csv
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from issim import evidence
from issim.evidence.vocabulary import BRANCHES, GOODS

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT.parent / "shared" / "evidence" / "data" / "exchanges_maestri.csv"
SCRIPT = ROOT / "experiments" / "evidence" / "count_exchanges.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The counting script as a module."""
    spec = importlib.util.spec_from_file_location("count_exchanges", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["count_exchanges"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("residue", "good"),
    [
        ("Steam", "heat"), ("Waste hot water", "heat"), ("Cooling water", "water"), ("Fly ash", "mineral"),
        ("BF slag", "mineral"), ("Spent grain", "organic"), ("Sewage sludge", "sludge"), ("Sawdust", "wood"),
        ("PVC waterproof tarpaulins", "plastic"), ("Scrap metal", "metal"), ("Waste paper", "paper"),
        ("Hessian sacks", "textile"), ("98% sulphuric acid", "chemical"), ("CO2", "chemical"),
        ("Fuel gas", "fuel_gas"), ("Electricity", ""), ("Air", ""), ("Process residue", ""),
        ("Waste PCB / Sludge containing copper", "metal"),
    ],
)  # fmt: skip
def test_words_decide_the_good(script: ModuleType, residue: str, good: str) -> None:
    assert script.good_of(residue) == good


@pytest.mark.parametrize(
    ("cell", "branch"),
    [("3511", "energy"), ("011 / 012", "agriculture"), ("101/102/103", "food"), ("NA", None), ("0400", None)],
)
def test_first_code_of_a_cell_decides_the_branch(script: ModuleType, cell: str, branch: str | None) -> None:
    assert script.branch_in(cell) == (None if branch is None else BRANCHES.index(branch))


def test_a_small_library_counted_by_hand(script: ModuleType, tmp_path: Path,
                                         monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    source, out = tmp_path / "library.csv", tmp_path / "counts.csv"
    source.write_text(
        "donor_nace,receiver_nace,waste,status\n"
        "3511,1920,Steam,Implemented\n3511,1920,Waste heat,Planned\n2410,2351,BF slag,Implemented\n"
        "NA,2351,Slag,Implemented\n3511,1920,Electricity,Implemented\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(sys, "argv", ["count", "--source", str(source), "--out", str(out)])
    assert script.main() == 0
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1:] == [
        ["metals", "mineral", "minerals", "1", "1"],
        ["energy", "heat", "petroleum", "2", "1"],
    ]


def test_packaged_counts_cover_every_good() -> None:
    counts = evidence.load().exchange_counts
    assert {count.good for count in counts} == set(range(len(GOODS)))
    assert all(0 <= count.implemented <= count.documented for count in counts)
    assert sum(count.documented for count in counts) == 332
    assert sum(count.implemented for count in counts) == 233


@pytest.mark.skipif(not LIBRARY.exists(), reason="the library of exchanges is not redistributed")
def test_recount_gives_the_packaged_counts(script: ModuleType) -> None:
    with LIBRARY.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    documented, implemented, left_out = script.count(rows)
    packaged = {(c.donor, c.good, c.receiver): (c.documented, c.implemented)
                for c in evidence.load().exchange_counts}  # fmt: skip
    assert packaged == {triple: (documented[triple], implemented[triple]) for triple in documented}
    assert documented.total() + left_out.total() == len(rows) == 425
