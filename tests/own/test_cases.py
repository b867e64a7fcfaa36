"""Documented cases as small worlds: who is in them, that what is documented is possible, what is published beside."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import issim
from issim import evidence
from issim.cli import main
from issim.errors import InputError
from issim.own import cases
from issim.own.template import FIRMS
from issim.runs import given, published
from issim.runs.job import plan
from issim.runs.schema import groups
from issim.runs.settings import Settings
from issim.runs.study import world_of

CASES = ("case_getlini", "case_kalundborg", "case_tuscan_tanneries")


def settings_of(name: str, *words: str) -> Settings:
    """The settings of a case."""
    return plan([f"region={name}", *words]).settings


def test_every_case_has_a_register_a_region_and_figures() -> None:
    regions = tuple(name for name in groups()["region"] if name.startswith("case_"))
    assert cases.names() == regions == tuple(sorted(cases.FIGURES)) == CASES
    for name in CASES:
        assert cases.published(name, evidence.load())


@pytest.mark.parametrize("name", CASES)
def test_a_documented_exchange_is_a_candidate_whatever_is_drawn(name: str) -> None:
    settings = settings_of(name)
    assert settings.firms is not None
    assert settings.firms.links
    for link in settings.firms.links:
        assert len(link.donors)
        assert len(link.receivers)
        assert link.source in settings.evidence.sources
    for seed in (1, 2) if name != "case_tuscan_tanneries" else (1,):
        pairs = world_of(settings, seed).pairs
        for link in settings.firms.links:
            is_it = (
                (pairs.good == link.good)
                & np.isin(pairs.donor, link.donors)
                & np.isin(pairs.receiver, link.receivers)
            )
            assert is_it.sum() == len(link.donors) * len(link.receivers), link.words


def test_the_district_has_as_many_tanneries_as_are_published() -> None:
    settings = settings_of("case_tuscan_tanneries")
    assert settings.firms is not None
    tanneries = [name for name in settings.firms.names if name.startswith("Tannery")]
    (figure,) = (case for case in settings.evidence.cases if case.key == "tannery.firms")
    assert len(tanneries) == figure.value
    assert settings.region.side == 12.0


@pytest.mark.parametrize("name", CASES)
def test_what_no_source_says_is_drawn_or_called_an_assumption(name: str) -> None:
    settings = settings_of(name)
    table = given.table(settings)
    assert table is not None
    placed = table["position"] != "drawn"
    assert set(table.loc[placed, "position"]) == {"assumed"}
    assert set(table["employees"]) == {"drawn"}
    assert "given" not in set(table["size"])
    assert set(table["offers"]) <= {"given", "goods given, quantities drawn", "assumed"}


def test_a_case_takes_no_other_register_and_no_other_number_of_firms(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="both say who the firms are"):
        plan(["region=case_getlini", f"firms={tmp_path}/x.csv"])
    with pytest.raises(InputError, match="is not the 3 firms"):
        plan(["region=case_getlini", "population.n_firms=4"])
    with pytest.raises(InputError, match="register of a case 'case_getlin'"):
        plan(["region=case_getlini", "region.register=case_getlin"])


def test_published_figures_stand_beside_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    small = [
        "n_seeds=3",
        "n_months=24",
        "uncertainty.draws=0",
        "policy=facilitator",
        "behaviour.start_share=0.6",
    ]
    assert main(["run", "--no-figures", "region=case_kalundborg", *small]) == 0
    said = capsys.readouterr().out
    assert "Published of Kalundborg (DK)" in said
    assert "exchanges in the library: 12 exchanges (maestri)" in said
    (folder,) = Path("outputs").iterdir()
    documented = pd.read_csv(folder / "documented.csv")
    assert len(documented) == 3 * 2 * 5
    assert (documented["flow"] <= documented["offered"] * (1 + 1e-9)).all()
    exchanges = pd.read_csv(folder / "exchanges.csv")
    assert documented["operating"].sum() > 0
    assert set(exchanges["donor_name"]) <= set(cases.register("case_kalundborg").names)
    for link, rows in documented.groupby("exchange"):
        share = (rows.loc[rows["policy"] == "none", "operating"] > 0).mean()
        assert f"'none' in {share:.0%} of runs" in next(
            line for line in said.split("\n") if str(link) in line
        )
    seen = exchanges[(exchanges["policy"] == "none") & (exchanges["good"] == "heat")]
    told = documented[(documented["policy"] == "none") & documented["exchange"].str.contains(", heat")]
    named = seen[seen["donor_name"].eq("Power plant") & ~seen["receiver_name"].eq("Town")]
    assert named["share_of_runs"].sum() * 3 == pytest.approx(told["operating"].sum())


def test_a_figure_is_told_with_its_bound_unit_and_source() -> None:
    found = {case.key: published.figure(case) for case in evidence.load().cases if case.value is not None}
    assert found["tannery.water"] == "water reused: 95 % (report_2025)"
    assert found["tannery.firms"] == "firms: over 250 tanneries (report_2025)"


def test_a_model_opens_a_case_or_a_register_by_name(tmp_path: Path) -> None:
    model = issim.SymbiosisModel(region="case_kalundborg", n_months=3, seed=2)
    assert len(model.firms) == 9
    plant = next(firm for firm in model.firms if firm.name == "Power plant")
    assert plant.country == "DK"
    assert "Fish farm" in {exchange.receiver.name for exchange in plant.candidates}
    same = world_of(settings_of("case_kalundborg"), 2)
    assert all(np.array_equal(a, b) for a, b in zip(model.world.firms, same.firms, strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(model.world.pairs, same.pairs, strict=True))
    own = issim.SymbiosisModel(firms=FIRMS.encode(), region="latvia", n_months=2)
    own.step()
    assert {firm.name for firm in own.firms} >= {"Example sawmill", "Example brewery"}
    assert issim.SymbiosisModel(n_firms=20, n_months=1).firm(3).name == "firm 3"
    with pytest.raises(InputError, match="line 2, column nace"):
        issim.SymbiosisModel(firms=b"name,nace\nA,xx\n")
    with pytest.raises(InputError, match="both say who the firms are"):
        issim.SymbiosisModel(firms=FIRMS.encode(), region="case_getlini")
