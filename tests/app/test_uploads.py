"""Files of one's own on the page: read as the command line reads them, told what is wrong, seen by nobody else."""

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
from issim.app.place import Place, settings_of
from issim.app.scenario import Scenario, from_state
from issim.app.uploads import KEPT, KINDS, Uploads
from issim.errors import InputError
from issim.levers.policy import conditions, load
from issim.model.simulate import simulate
from issim.runs.study import world_of

FIRMS = "name,sector,employees,country\n" + "".join(
    f"Mill {k},{('manufacturing', 'agri-food')[k % 2]},{5 + 9 * k},LV\n" for k in range(40)
)
PLACE = {"region": "latvia", "n_months": 12, "n_seeds": 9}


@pytest.fixture
def uploads() -> Iterator[Uploads]:
    found = Uploads()
    yield found
    found.close()
    assert not found.folder.exists()


def taken(uploads: Uploads, data: str = FIRMS, name: str = "my firms.csv", kind: str = "firms") -> str:
    return str(uploads.take(kind, data.encode(), name, Limits().firms)["handle"])


def test_a_scenario_of_ones_own_firms_is_that_of_the_command_line(uploads: Uploads) -> None:
    handle = taken(uploads)
    chosen = from_state({**PLACE, "firms": handle, "levers": {"training": {}}}, Limits(), uploads)
    assert chosen.place.n_firms == 40
    assert "firms=my_firms.csv" in chosen.place.overrides()
    assert not any("n_firms" in word for word in chosen.place.overrides())
    seen = [s for s in Engine(Limits(), uploads).steps(chosen) if isinstance(s, Seen)][-1]
    told = settings_of(chosen.place, uploads.paths(chosen.place.own()))
    for k, seed in enumerate((1, 9)):
        world = world_of(told, seed)
        run = simulate(world, conditions(load("training"), world, 12), seed=seed, n_months=12)
        assert np.array_equal(run.series, seen.here.series[(0, 8)[k]])


def test_links_and_files_mean_the_firms_that_are_open(uploads: Uploads) -> None:
    handle = taken(uploads)
    chosen = from_state({**PLACE, "firms": handle, "levers": {"training": {}}}, Limits(), uploads)
    assert links.read(links.query(chosen), Limits(), uploads) == chosen
    written = files.written(chosen).encode()
    assert handle.encode() not in written
    assert files.read(written, Limits(), uploads, {"firms": handle}) == chosen
    with pytest.raises(InputError, match="under 'Your own firms' first"):
        files.read(written, Limits(), uploads)


PRICES = "good,parameter,value\nwood,gate_fee,250\nplastic,gate_fee,300\n"
FIGURES = "key,value\nawareness.share.1,0.40\nawareness.share.2,0.38\nawareness.share.3,0.22\n"
ANSWERS = "country,awareness,willingness\n" + "".join(f"LV,{1 + k % 3},{1 + k % 5}\n" for k in range(30))


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [("streams", PRICES, "2 prices"), ("survey", FIGURES, "3 figures"), ("survey", ANSWERS, "30 answers")],
)
def test_a_survey_and_prices_mean_what_they_mean_on_the_command_line(
    uploads: Uploads, kind: str, text: str, told: str
) -> None:
    taken_in = uploads.take(kind, text.encode(), "ours.csv", 10)
    assert taken_in["told"] == told
    said = {**PLACE, "n_firms": 60, "levers": {"training": {}}}
    chosen = from_state({**said, kind: taken_in["handle"]}, Limits(), uploads)
    assert f"{kind}=ours.csv" in chosen.place.overrides()
    assert "population.n_firms=60" in chosen.place.overrides()
    seen = [s for s in Engine(Limits(), uploads).steps(chosen) if isinstance(s, Seen)][-1]
    usual = [s for s in Engine(Limits()).steps(from_state(said, Limits())) if isinstance(s, Seen)][-1]
    assert not np.array_equal(seen.here.series, usual.here.series)
    settings = settings_of(chosen.place, uploads.paths(chosen.place.own()))
    world = world_of(settings, 9)
    run = simulate(world, conditions(load("training"), world, 12), seed=9, n_months=12)
    assert np.array_equal(run.series, seen.here.series[8])


def test_a_file_is_what_it_was_handed_over_as(uploads: Uploads) -> None:
    handle = taken(uploads, PRICES, "fees.csv", "streams")
    with pytest.raises(InputError, match="'Your own survey'"):
        from_state({**PLACE, "survey": handle}, Limits(), uploads)
    with pytest.raises(InputError, match="opened by the page only"):
        from_state({**PLACE, "streams": handle}, Limits())


def test_figures_that_cannot_be_met_together_are_refused_when_they_are_handed_over(uploads: Uploads) -> None:
    with pytest.raises(InputError) as fault:
        taken(uploads, "key,value\nawareness.share.1,0.9\nawareness.share.2,0.9\n", "ours.csv", "survey")
    assert "awareness" in str(fault.value)
    assert not list(uploads.folder.iterdir())


@pytest.mark.parametrize(
    "handle", ["A" * 22 + "/firms.csv", "x", "../../etc/passwd", "A" * 22 + "/../x.csv", ""]
)
def test_who_guesses_finds_nothing(uploads: Uploads, handle: str) -> None:
    taken(uploads)
    with pytest.raises(InputError, match="is not here"):
        uploads.find("firms", handle)


def test_a_link_to_firms_that_are_gone_says_so(uploads: Uploads) -> None:
    first = taken(uploads)
    for _ in range(KEPT):
        taken(uploads)
    with pytest.raises(InputError, match="choose it again"):
        links.read(f"firms={quote(first)}", Limits(), uploads)
    assert len(list(uploads.folder.iterdir())) == KEPT


def test_every_faulty_line_is_told(uploads: Uploads) -> None:
    bad = FIRMS.replace("Mill 3,agri-food,32", "Mill 3,alchemy,32").replace(
        "Mill 5,agri-food,50", "Mill 5,agri-food,-5"
    )
    with pytest.raises(InputError) as fault:
        taken(uploads, bad)
    assert "line 5" in str(fault.value)
    assert "line 7" in str(fault.value)
    assert not list(uploads.folder.iterdir())


def test_too_many_firms_are_refused(uploads: Uploads) -> None:
    with pytest.raises(InputError, match="more than this page takes on"):
        uploads.take("firms", FIRMS.encode(), "a.csv", 30)


@pytest.mark.parametrize(
    "name", ["../../a.csv", "a\x00b", "", "x" * 500, "a b;c.csv", "CON.csv", "å.csv", ".csv"]
)
def test_any_name_of_a_file_becomes_a_plain_one(uploads: Uploads, name: str) -> None:
    handle = taken(uploads, name=name)
    path = uploads.find("firms", handle).path
    assert path.is_relative_to(uploads.folder)
    assert path.suffix == ".csv"
    assert settings_of(Place(region="latvia", firms=handle, n_firms=40), {"firms": path}).firms is not None


@settings(max_examples=60)
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: ("name,sector\n" + text).encode()))
@pytest.mark.parametrize("kind", KINDS)
def test_any_upload_is_a_table_or_sentences(kind: str, data: bytes) -> None:
    uploads = Uploads()
    try:
        assert uploads.take(kind, data, "a.csv", 5000)["told"]
    except InputError as fault:
        assert "\n\n" not in str(fault)  # noqa: PT017
    finally:
        uploads.close()


def test_a_bomb_in_a_zip_stays_packed(uploads: Uploads) -> None:
    import io
    import zipfile

    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("firms.csv", "0" * 50_000_000)
    with pytest.raises(InputError, match="save it as CSV"):
        uploads.take("firms", bomb.getvalue(), "firms.csv", 5000)


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
