"""Several regions in one configuration: what it comes to, what is refused, and what a run of it leaves behind."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sentences import blemishes

from issim.commands import compare_command, run_command
from issim.errors import InputError
from issim.evidence.vocabulary import COUNTRIES
from issim.levers.policy import from_mapping
from issim.runs.job import composed, plan
from issim.runs.parameters import parameters
from issim.runs.places import OF_BORDER, OF_PLACE, divided, layout
from issim.runs.schema import groups
from issim.runs.settings import Settings
from issim.runs.study import firms_table, world_of
from issim.store.folder import Results
from issim.world.borders import Border
from issim.world.build import build
from issim.world.region import Region
from issim.world.state import World, check

#: Presets that hold several places.
WORLDS = [name for name in groups()["region"] if composed([f"region={name}"]).region.places]
HARBOURS = "region=nwe_harbours"


def settings_of(*overrides: str) -> Settings:
    return plan([HARBOURS, *overrides]).settings


def refusal(*overrides: str) -> str:
    with pytest.raises(InputError) as caught:
        settings_of(*overrides)
    message = str(caught.value)
    assert not blemishes(message)
    return message


def test_there_are_worlds_of_several_regions() -> None:
    assert {"nwe_harbours", "baltic"} <= set(WORLDS)


@pytest.mark.parametrize("name", WORLDS)
def test_every_world_of_several_regions_builds(name: str) -> None:
    found = plan([f"region={name}", "population.n_firms=400"]).settings
    assert found.region.name == name
    assert found.region.n_firms == sum(place.n_firms for place in found.places) == 400
    assert len({place.number for place in found.places}) == len(found.places) > 2
    world = world_of(found, 3)
    for table, columns in world._asdict().items():
        check(columns, table)
    for place in found.places:
        here = world.firms.region == place.number
        assert here.sum() == place.n_firms
        assert (world.firms.country[here] == COUNTRIES.index(place.country)).all()
        assert ((world.firms.x[here] >= place.east) & (world.firms.x[here] <= place.east + place.side)).all()
        assert (
            (world.firms.y[here] >= place.north) & (world.firms.y[here] <= place.north + place.side)
        ).all()
    crossed = np.bincount(world.pairs.border, minlength=len(found.borders) + 1)
    assert (crossed > 0).all(), "a border that nothing can cross is decoration"


def test_harbours_are_those_of_two_countries_and_the_baltic_of_five() -> None:
    harbours, baltic = (plan([f"region={name}"]).settings for name in ("nwe_harbours", "baltic"))
    assert [place.country for place in harbours.places] == ["BE", "NL", "NL"]
    assert [place.country for place in baltic.places] == ["DK", "SE", "NO", "FI", "PL"]
    by_name = {border.name: border for border in harbours.borders}
    assert all(border.freight_factor < 1.0 for border in harbours.borders)  # barges
    home = by_name["rotterdam_zeeland"]
    assert (home.legal, home.legal_cost) == (0.0, 0.0)
    assert by_name["antwerp_rotterdam"].legal > 0.0 < by_name["antwerp_zeeland"].legal


def test_a_region_without_places_is_the_one_that_is_built() -> None:
    found = plan(["region=latvia", "population.n_firms=77"]).settings
    assert found.places == (found.region,) == (Region("latvia", "LV", n_firms=77),)
    assert found.borders == ()


def test_places_and_borders_are_changed_on_the_command_line() -> None:
    found = settings_of(
        "region.places.antwerp.share=1.2", "region.places.zeeland.side=12", "region.clustered=0.1",
        "region.borders.antwerp_rotterdam.legal=0.2", "population.n_firms=180",
    )  # fmt: skip
    antwerp, rotterdam, zeeland = found.places
    assert [place.n_firms for place in found.places] == [120, 40, 20]
    assert (antwerp.side, zeeland.side) == (30.0, 12.0)
    assert {place.clustered for place in found.places} == {0.1}  # what the region says holds for its places
    assert {border.name: border.legal for border in found.borders}["antwerp_rotterdam"] == 0.2
    assert rotterdam == dataclasses.replace(
        settings_of("population.n_firms=100").places[1], n_firms=40, clustered=0.1
    )


def test_a_border_can_be_taken_away_and_a_place_added() -> None:
    fewer = settings_of("~region.borders.antwerp_zeeland")
    assert [border.name for border in fewer.borders] == ["antwerp_rotterdam", "rotterdam_zeeland"]
    more = settings_of(
        "region.places.oslo={country: NO, number: 9, share: 0.5}",
        "region.borders.fjord={between: [oslo, antwerp], max_distance: 900}",
    )
    assert more.places[-1] == dataclasses.replace(
        more.region, name="oslo", country="NO", number=9, n_firms=333
    )
    assert more.borders[-1] == Border("fjord", ("oslo", "antwerp"), max_distance=900)


def test_a_world_is_the_same_by_hand(known_world: World) -> None:
    found = settings_of("population.n_firms=200")
    by_hand = build(found.evidence, found.places, found.world, 5, borders=found.borders)
    for one, other in zip(known_world, by_hand, strict=True):
        for column, again in zip(one, other, strict=True):
            assert column.tobytes() == again.tobytes()


@pytest.fixture(name="known_world")
def _known_world() -> World:
    return world_of(settings_of("population.n_firms=200"), 5)


@given(st.integers(1, 10**6), st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=12))
def test_divided_firms_add_up_and_nobody_is_a_firm_off(n_firms: int, shares: list[float]) -> None:
    found = divided(n_firms, np.array(shares))
    assert sum(found) == n_firms
    exact = n_firms * np.array(shares) / sum(shares)
    assert (np.abs(np.array(found) - exact) < 1.0 + 1e-6).all()


def test_equal_shares_give_the_first_places_one_firm_more() -> None:
    assert divided(10, np.ones(4)) == [3, 3, 2, 2]


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("region.places.antwrp.share=0.6", "places.antwrp has no number; did you mean region.places.antwerp?"),
        ("region.places.oslo.share=0.6", "region.places.oslo has no number; give it a number of its own"),
        ("region.places.antwerp.shar=0.6", "did you mean region.places.antwerp.share"),
        ("region.places.antwerp.n_firms=60", "key 'region.places.antwerp.n_firms' is not known"),
        ("region.places.antwerp.share=0", "region.places.antwerp.share = 0 is no share of the firms"),
        ("region.places.antwerp.share=-1", "region.places.antwerp.share = -1 is no share"),
        ("region.places.antwerp.share=nan", "region.places.antwerp.share = nan is no share"),
        ("region.places.antwerp.share=most", "region.places.antwerp.share = most is no share"),
        ("region.places.antwerp.number=2", "number = 2 is the number of antwerp, too; give every place its own"),
        ("region.places.antwerp.number=300", "region.places.antwerp.number = 300 is outside [0, 255]"),
        ("region.places.antwerp.number=[1]", "region.places.antwerp.number = [1] is outside"),
        ("region.places.antwerp.side=0", "region.places.antwerp.side = 0 km is outside [1.0, 2000.0]"),
        ("region.places.antwerp.country=BEL", "region.places.antwerp.country 'BEL' is not known"),
        ("region.places.antwerp=5", "region.places.antwerp = 5 is no table"),
        ("region.side=0", "region.side = 0.0 km is outside [1.0, 2000.0]"),
        ("population.n_firms=2", "population.n_firms = 2 firms leaves none for region.places.zeeland"),
        ("region.borders.antwerp_roterdam.legal=0.2", "has no between; did you mean region.borders.antwerp_rotterdam?"),
        ("region.borders.antwerp_rotterdam.lega=0.2", "did you mean region.borders.antwerp_rotterdam.legal"),
        ("region.borders.antwerp_rotterdam.legal=2", "antwerp_rotterdam.legal = 2 is outside [0.0, 1.0]"),
        ("region.borders.antwerp_rotterdam.legal=some", "region.borders.antwerp_rotterdam.legal = some is outside"),
        ("region.borders.antwerp_rotterdam.legal=null", "region.borders.antwerp_rotterdam.legal = None is outside"),
        ("region.borders.antwerp_rotterdam.between=[antwerp,roterdam]", "did you mean rotterdam"),
        ("region.borders.antwerp_rotterdam.between=[antwerp,antwerp]", "names one region twice"),
        ("region.borders.antwerp_rotterdam.between=[antwerp,zeeland]", "both lie between antwerp and zeeland"),
        ("region.borders.antwerp_rotterdam.between=antwerp", "= antwerp does not name two regions"),
        ("region.borders.antwerp_rotterdam.between=[1,2]", "= [1, 2] does not name two regions"),
        ("region.borders.antwerp_rotterdam.per_offer=0", "per_offer = 0 needs is outside [1, 64]"),
        ("region.borders.antwerp_rotterdam=open", "region.borders.antwerp_rotterdam = open is no table"),
        ("region.border.antwerp_rotterdam.legal=0.2", "is not a key of the configuration"),
        ("~region.places", "takes away a setting that a run needs"),
    ],
)  # fmt: skip
def test_one_fault_is_said_in_one_sentence(override: str, said: str) -> None:
    message = refusal(override)
    assert said in message
    assert "\n" not in message


def test_faults_of_several_places_are_all_named() -> None:
    lines = refusal("region.places.antwerp.side=0", "region.places.zeeland.clustered=2").split("\n")
    assert [line.partition(" = ")[0] for line in lines] == [
        "region.places.antwerp.side", "region.places.zeeland.clustered"
    ]  # fmt: skip


def test_a_border_in_a_region_without_places_is_refused() -> None:
    with pytest.raises(InputError, match=r"region.borders.a needs places .* region 'latvia' has none"):
        plan(["region=latvia", "region.borders.a.legal=0.3"])


def test_what_a_message_points_to_is_listed() -> None:
    names = [row.name for row in parameters()]
    assert {f"region.borders.NAME.{key}" for key in OF_BORDER if key != "between"} <= set(names)
    assert "region.places.NAME.share" in names
    assert {f"region.{key}" for key in OF_PLACE if key not in ("country", "share")} <= set(names)


def test_a_layout_of_nothing_is_one_region() -> None:
    said: dict[str, Any] = {"name": "here", "country": "PL", "places": {}, "borders": {}}
    found = layout(said, 10)
    assert found.places == (found.region,)


def test_firms_are_listed_with_their_place() -> None:
    found = settings_of("population.n_firms=100")
    firms = firms_table(found)
    assert firms["region"].value_counts(sort=False).to_dict() == {
        "antwerp": 40,
        "rotterdam": 40,
        "zeeland": 20,
    }
    world = world_of(found, found.run.seed)
    for place in found.places:
        here = firms[firms["region"] == place.name]
        assert (world.firms.region[here["firm"]] == place.number).all()
        assert (here["country"] == place.country).all()
        assert set(here["east"]) | set(here["north"]) == {place.east, place.north}


def test_a_lever_is_limited_to_a_place_by_its_number() -> None:
    found = settings_of("population.n_firms=100", "policy=training", "policy.levers.training.regions=[2]")
    (lever,) = found.policy.levers
    world = world_of(found, 1)
    assert (lever.reaches(world) == (world.firms.region == 2)).all()


SMALL = (HARBOURS, "population.n_firms=200", "n_months=36", "n_seeds=3", "threads=2")


def test_a_run_says_what_crosses_borders(tmp_path: Path) -> None:
    words = run_command([*SMALL, "policy=end_of_waste", f"outputs={tmp_path}"])
    (line,) = [line for line in words.split("\n") if line.startswith("Across borders at the end: ")]
    assert "without policy" in line
    assert "with 'end_of_waste'" in line
    results = Results(next(tmp_path.iterdir()))
    ends = results.table("structure")
    assert (ends["crossing"] <= 200).all()
    firms, pairs = results.table("firms").set_index("firm"), results.table("pairs")
    abroad = pairs[
        firms["region"].loc[pairs["donor"]].to_numpy() != firms["region"].loc[pairs["receiver"]].to_numpy()
    ]
    events = results.table("events").query("policy == 'none'")
    last = events.groupby("pair")["stage"].last()
    operating = abroad[abroad["pair"].isin(last.index[last == 4])]
    first = ends[(ends["policy"] == "none") & (ends["seed"] == ends["seed"].min())].iloc[0]
    assert first["crossing"] == len(operating)
    assert (results.path / "figures" / "map.svg").is_file()


def test_a_run_of_one_region_says_nothing_of_borders(tmp_path: Path) -> None:
    words = run_command(
        ["population.n_firms=100", "n_months=6", "n_seeds=1", f"outputs={tmp_path}"], figures=False
    )
    assert "border" not in words


def test_a_comparison_says_it_too(tmp_path: Path) -> None:
    words = compare_command(
        [*SMALL, "policy=none,end_of_waste,facilitator", f"outputs={tmp_path}"], figures=False
    )
    (line,) = [line for line in words.split("\n") if line.startswith("Across borders at the end: ")]
    assert "with 'facilitator'" in line


def test_the_policy_of_harmonised_rules_is_the_lever_of_that_name() -> None:
    found = from_mapping({"levers": {"end_of_waste": {}}})
    assert found.levers[0].all_effects() == {"border_relief": 0.8}
