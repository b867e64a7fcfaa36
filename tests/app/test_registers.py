"""Firms of one's own on the page: read as the command line reads them, told what is wrong, seen by nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import numpy as np
import pytest
from app.test_engine import Seen
from hypothesis import given, settings
from hypothesis import strategies as st

from issim.app import files, links
from issim.app.engine import Engine
from issim.app.limits import Limits
from issim.app.registers import KEPT, Registers
from issim.app.scenario import Place, Scenario, from_state, settings_of
from issim.errors import InputError
from issim.levers.policy import conditions, load
from issim.model.simulate import simulate
from issim.runs.study import world_of

FIRMS = "name,sector,employees,country\n" + "".join(
    f"Mill {k},{('manufacturing', 'agri-food')[k % 2]},{5 + 9 * k},LV\n" for k in range(40)
)
PLACE = {"region": "latvia", "n_months": 12, "n_seeds": 9}


@pytest.fixture
def registers() -> Iterator[Registers]:
    found = Registers()
    yield found
    found.close()
    assert not found.folder.exists()


def taken(registers: Registers, data: str = FIRMS, name: str = "my firms.csv") -> str:
    return str(registers.take(data.encode(), name, Limits().firms)["firms"])


def test_a_scenario_of_ones_own_firms_is_that_of_the_command_line(registers: Registers) -> None:
    handle = taken(registers)
    chosen = from_state({**PLACE, "firms": handle, "levers": {"training": {}}}, Limits(), registers)
    assert chosen.place.n_firms == 40
    assert "firms=my_firms.csv" in chosen.place.overrides()
    assert not any("n_firms" in word for word in chosen.place.overrides())
    seen = [s for s in Engine(Limits(), registers).steps(chosen) if isinstance(s, Seen)][-1]
    told = settings_of(chosen.place, registers.find(handle).path)
    for k, seed in enumerate((1, 9)):
        world = world_of(told, seed)
        run = simulate(world, conditions(load("training"), world, 12), seed=seed, n_months=12)
        assert np.array_equal(run.series, seen.here.series[(0, 8)[k]])


def test_links_and_files_mean_the_firms_that_are_open(registers: Registers) -> None:
    handle = taken(registers)
    chosen = from_state({**PLACE, "firms": handle, "levers": {"training": {}}}, Limits(), registers)
    assert links.read(links.query(chosen), Limits(), registers) == chosen
    written = files.written(chosen).encode()
    assert handle.encode() not in written
    assert files.read(written, Limits(), registers, handle) == chosen
    with pytest.raises(InputError, match="under 'Your own firms' first"):
        files.read(written, Limits(), registers, "")


@pytest.mark.parametrize(
    "handle", ["A" * 22 + "/firms.csv", "x", "../../etc/passwd", "A" * 22 + "/../x.csv", ""]
)
def test_who_guesses_finds_nothing(registers: Registers, handle: str) -> None:
    taken(registers)
    with pytest.raises(InputError, match="are not here"):
        registers.find(handle)


def test_a_link_to_firms_that_are_gone_says_so(registers: Registers) -> None:
    first = taken(registers)
    for _ in range(KEPT):
        taken(registers)
    with pytest.raises(InputError, match="choose the file again"):
        links.read(f"firms={quote(first)}", Limits(), registers)
    assert len(list(registers.folder.iterdir())) == KEPT


def test_every_faulty_line_is_told(registers: Registers) -> None:
    bad = FIRMS.replace("Mill 3,agri-food,32", "Mill 3,alchemy,32").replace(
        "Mill 5,agri-food,50", "Mill 5,agri-food,-5"
    )
    with pytest.raises(InputError) as fault:
        taken(registers, bad)
    assert "line 5" in str(fault.value)
    assert "line 7" in str(fault.value)
    assert not list(registers.folder.iterdir())


def test_too_many_firms_are_refused(registers: Registers) -> None:
    with pytest.raises(InputError, match="more than this page takes on"):
        registers.take(FIRMS.encode(), "a.csv", 30)


@pytest.mark.parametrize(
    "name", ["../../a.csv", "a\x00b", "", "x" * 500, "a b;c.csv", "CON.csv", "å.csv", ".csv"]
)
def test_any_name_of_a_file_becomes_a_plain_one(registers: Registers, name: str) -> None:
    handle = taken(registers, name=name)
    path = registers.find(handle).path
    assert path.is_relative_to(registers.folder)
    assert path.suffix == ".csv"
    assert settings_of(Place(region="latvia", firms=handle, n_firms=40), path).firms is not None


@settings(max_examples=60)
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: ("name,sector\n" + text).encode()))
def test_any_upload_is_a_register_or_a_sentence(data: bytes) -> None:
    registers = Registers()
    try:
        assert registers.take(data, "a.csv", 5000)["n_firms"] > 0
    except InputError as fault:
        assert "\n\n" not in str(fault)  # noqa: PT017
    finally:
        registers.close()


def test_a_bomb_in_a_zip_stays_packed(registers: Registers) -> None:
    import io
    import zipfile

    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("firms.csv", "0" * 50_000_000)
    with pytest.raises(InputError, match="save it as CSV"):
        registers.take(bomb.getvalue(), "firms.csv", 5000)


def test_drawn_constants_differ_by_region_and_are_those_of_the_command_line() -> None:
    said = {"n_firms": 60, "n_months": 12, "n_seeds": 9, "behaviour": "posterior"}
    chosen = from_state({**said, "levers": {"training": {}}}, Limits())
    assert "behaviour=posterior" in chosen.place.overrides()
    seen = [s for s in Engine(Limits()).steps(chosen) if isinstance(s, Seen)][-1]
    told = settings_of(chosen.place)
    for seed in (2, 7):
        world = world_of(told, seed)
        run = simulate(
            world, conditions(load("training"), world, 12), told.behaviour_of(seed), seed=seed, n_months=12
        )
        assert np.array_equal(run.series, seen.here.series[seed - 1])
    assert told.behaviour_of(2) != told.behaviour_of(7)
    assert isinstance(chosen, Scenario)
