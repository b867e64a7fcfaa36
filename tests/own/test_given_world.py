"""What a register says stands in the world whatever the seed; the rest is drawn by firm, and goes with it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest

import issim
from issim.errors import InputError
from issim.evidence.vocabulary import GOODS, ITEMS
from issim.own import Register, read_firms
from issim.own.template import FIRMS
from issim.population import PopulationOptions
from issim.population import firms as synthetic
from issim.runs import given
from issim.runs.job import plan
from issim.runs.study import firms_table, world_of
from issim.world.state import World

LATVIA = issim.Region(name="latvia", country="LV")


def register(text: str) -> Register:
    """A register without a fault."""
    found = read_firms(text.encode(), "my.csv")
    assert isinstance(found, Register)
    return found


def world(firms: Register, seed: int = 1) -> World:
    """The world of a register."""
    return issim.build_world(issim.load_evidence(), [LATVIA], seed=seed, firms=firms)


def lines(text: str = FIRMS) -> list[list[str]]:
    """The cells of a register without its notes."""
    return [row for row in csv.reader(io.StringIO(text)) if row and not row[0].startswith("#")]


def joined(rows: list[list[str]]) -> str:
    """Cells as a file."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def test_what_is_given_stands_and_what_is_not_differs_between_seeds() -> None:
    firms = register(FIRMS)
    one, other = world(firms, 1), world(firms, 2)
    for found in (one, other):
        for name in ("country", "sector", "branch", "size", "employees"):
            told, got = getattr(firms, name), getattr(found.firms, name)
            known = told >= 0
            assert np.array_equal(got[known], told[known])
        aware = firms.items[:, ITEMS.index("awareness")]
        assert np.array_equal(found.firms.awareness[aware > 0], aware[aware > 0])
        assert np.allclose(np.diff(found.firms.x), np.diff(firms.x))
        offered = {(f, g): q for f, g, q in zip(*(a.tolist() for a in found.offers), strict=True)}
        for f, g, q in zip(*(a.tolist() for a in firms.offers), strict=True):
            assert offered[f, g] == q if q == q else offered[f, g] > 0
        told = {(f, g) for f, g in zip(*(a.tolist() for a in firms.offers[:2]), strict=True)}
        assert {pair for pair in offered if firms.offers_known[pair[0]]} == told
    assert not np.array_equal(one.firms.digital, other.firms.digital)
    assert not np.array_equal(one.firms.readiness, other.firms.readiness)


def test_no_order_of_lines_changes_a_bit_of_a_run() -> None:
    rows = lines()
    turned = [rows[0], *rows[:0:-1]]
    runs = [
        issim.simulate(world(register(joined(each))), seed=1, n_months=36).series for each in (rows, turned)
    ]
    assert np.array_equal(*runs)
    assert runs[0][:, 0].size == 37


def test_a_firm_keeps_its_draws_when_another_is_added() -> None:
    rows = lines()
    few, more = register(joined(rows)), register(joined([*rows, ["Newcomer", *[""] * (len(rows[0]) - 1)]]))
    old = [more.names.index(name) for name in few.names]
    for name in ("digital", "trust", "readiness", "barriers", "employees", "awareness"):
        assert np.array_equal(getattr(world(few).firms, name), getattr(world(more).firms, name)[old])


def test_known_answers_draw_the_others_with_them() -> None:
    n = 4000
    known = register(f"name,count,awareness\nlow,{n},none\nhigh,{n},very\n")
    found = synthetic.draw(
        issim.load_evidence(), PopulationOptions(), known.index, np.zeros(2 * n, np.int16), 0, 3, known
    )
    high = known.items[:, 0] == 3
    assert set(found.awareness[high]) == {3}
    plain = synthetic.draw(
        issim.load_evidence(),
        PopulationOptions(),
        np.arange(40_000, dtype=np.int32),
        np.zeros(40_000, np.int16),
        0,
        3,
    )
    for name in ("readiness", "digital", "benefits"):
        for given_high, level in ((high, 3), (~high, 1)):
            want = getattr(plain, name)[plain.awareness == level]
            got = getattr(found, name)[given_high]
            error = np.hypot(want.std() / len(want) ** 0.5, got.std() / len(got) ** 0.5)
            assert abs(want.mean() - got.mean()) < 4.5 * error
    assert found.readiness[high].mean() > found.readiness[~high].mean() + 0.3


def test_a_known_digital_readiness_goes_with_readiness() -> None:
    n = 3000
    known = register(f"name,count,digital,size\nlow,{n},0.1,small\nhigh,{n},0.9,small\n")
    found = synthetic.draw(
        issim.load_evidence(), PopulationOptions(), known.index, np.zeros(2 * n, np.int16), 0, 3, known
    )
    high = known.digital > 0.5
    assert np.array_equal(found.digital, known.digital)
    assert found.readiness[high].mean() > found.readiness[~high].mean() + 0.2
    assert found.it_use[high].mean() > found.it_use[~high].mean() + 0.2


def test_firms_without_a_position_stand_among_those_with_one() -> None:
    text = (
        "name,count,x_km,y_km\n" + "".join(f"f{k},1,{100 + k},{500 + k % 3}\n" for k in range(10)) + "g,6,,\n"
    )
    firms = register(text)
    found = world(firms).firms
    assert found.x.min() == 0.0
    assert found.x.max() == 9.0
    assert np.ptp(found.y) == 2.0
    few = register("name,count,x_km,y_km\na,1,500,500\nb,1,510,500\ng,60,,\n")
    spread = world(few).firms
    assert np.ptp(spread.x) > 80.0
    assert abs(np.diff(spread.x[few.placed])[0]) == pytest.approx(10.0)


def test_a_register_may_have_a_single_firm_or_nothing_known() -> None:
    for text in ("name,offers\nonly,wood:50\n", "name,count\nfirm,40\n"):
        found = issim.simulate(world(register(text)), seed=1, n_months=12)
        assert np.isfinite(found.series).all()


def test_settings_take_a_register(tmp_path: Path) -> None:
    path = tmp_path / "my firms.csv"
    path.write_text(FIRMS, encoding="utf-8")
    chosen = plan([f"firms={path}", "region=latvia"])
    settings = chosen.settings
    assert settings.firms is not None
    assert settings.region.n_firms == chosen.config.population.n_firms == 10
    assert settings.region.name == "latvia"
    assert plan([f"firms={path}"]).settings.region.name == "my_firms"
    assert settings.evidence.hashes["firms: my firms.csv"] == settings.firms.digest
    assert len(world_of(settings, 1).firms.index) == 10
    table = firms_table(settings)
    assert list(table["line"]) == settings.firms.lines.tolist()
    assert "name" not in table
    assert set(firms_table(plan([f"firms={path}", "names=true"]).settings)["name"]) == set(
        settings.firms.names
    )
    said = given.table(settings)
    assert said is not None
    row = said.set_index("line").loc[32 if 32 in set(said["line"]) else said["line"].min()]
    assert set(said["country"]) == {"given"}
    assert row["trust"] == "drawn"
    assert set(said["employees"]) == {"given", "assumed"}
    assert "goods given, quantities drawn" in set(said["offers"])
    assert GOODS


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["firms=nowhere.csv"], "nowhere.csv: cannot be read"),
        (["firms={}", "population.n_firms=7"], "is not the 10 firms"),
        (["firms={}", "region=baltic"], "those of one region"),
        (["places={}"], "belongs to a register"),
        (["firms={}", "flows={}"], "my.csv"),
    ],
)
def test_settings_refuse_what_does_not_go_together(words: list[str], told: str, tmp_path: Path) -> None:
    path = tmp_path / "my.csv"
    path.write_text(FIRMS, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        plan([word.format(path) for word in words])
