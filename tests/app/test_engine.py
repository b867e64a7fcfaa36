"""The engine behind the page: the numbers of `issim run`, step by step, from memory where they are known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from issim.analysis import effects, summary
from issim.app import files, film, picture
from issim.app.engine import Engine, Filmed, Seen
from issim.app.ground import Grounds
from issim.app.limits import Limits
from issim.app.place import Place
from issim.app.scenario import Scenario, from_state, starting_points
from issim.cli import main
from issim.errors import InputError
from issim.model import frames
from issim.model.simulate import simulate
from issim.plots import wording
from issim.plots.funnel import slowdown
from issim.rules.observe import NAMES
from issim.store.folder import Results

PLACE = {"region": "latvia", "n_firms": 120, "n_months": 24, "n_seeds": 11, "seed": 3}
LEVERS = {"mandate": {"quota": 0.5, "ramp": 0}, "training": {"capacity": 40.0}, "facilitator": {}}


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(Limits())


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return from_state({**PLACE, "name": "mine", "levers": LEVERS}, Limits())


@pytest.fixture(scope="module")
def steps(engine: Engine, scenario: Scenario) -> list[Seen | Filmed | None]:
    return list(engine.steps(scenario))


@pytest.fixture(scope="module")
def last(steps: list[Seen | Filmed | None]) -> Seen:
    return [step for step in steps if isinstance(step, Seen)][-1]


@pytest.fixture(scope="module")
def shown(last: Seen) -> dict[str, Any]:
    return picture.picture(last)


@pytest.fixture(scope="module")
def ran(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """What the file of the scenario gives on the command line."""
    folder = tmp_path_factory.mktemp("ran")
    path = folder / files.file_name(scenario)
    path.write_text(files.written(scenario), encoding="utf-8")
    command = files.COMMAND.search(path.read_text(encoding="utf-8"))
    assert command is not None
    words = [*command[1].split(), "uncertainty.draws=0", f"outputs={folder / 'out'}"]
    assert main(["run", "--no-figures", f"policy={path}", *words]) == 0
    (found,) = Path(folder / "out").iterdir()
    return Results(found)


def test_the_file_repeats_the_numbers_of_the_page_bit_for_bit(last: Seen, ran: Results) -> None:
    series = ran.table("series")
    for policy, arm in (("none", last.base), ("mine", last.here)):
        table = series[series["policy"] == policy].sort_values(["seed", "month"])
        assert sorted(table["seed"].unique()) == list(range(3, 14))
        assert np.array_equal(table[list(NAMES)].to_numpy().reshape(arm.series.shape), arm.series)
    levers = ran.table("levers")
    assert np.array_equal(levers[levers["lever"] == "training"]["spent"], last.here.spent[:, 1])


def test_the_tiles_say_what_the_closing_table_says(shown: dict[str, Any], ran: Results) -> None:
    lines = {line.key: line for line in summary.summary(ran.table("series")) if line.policy == "mine"}
    tile = next(tile for tile in shown["tiles"] if tile["key"] == "adopters")
    line = lines["adopters"]
    assert tile["value"] == wording.count(line.middle)
    assert tile["range"] == f"{wording.count(line.low)} to {wording.count(line.high)}"
    assert tile["change"].startswith(f"+{picture.number(line.mean_change)} (")
    found = {e.key: e for e in effects.effects(ran.table("series"))}
    price = next(tile for tile in shown["tiles"] if tile["key"] == "per_tonne")
    assert price["value"] == picture.number(found["cost_per_tonne"].mean)


def test_barriers_are_those_of_the_run(shown: dict[str, Any], ran: Results) -> None:
    found = effects.brakes(ran.table("barriers"))
    ends = {brake.barrier: brake.slows for brake in found if (brake.policy, brake.when) == ("mine", "end")}
    assert len(shown["barriers"]) == picture.WORST
    for row in shown["barriers"]:
        assert row["here"] == pytest.approx(ends[row["number"]], rel=5e-3)
    heaviest = slowdown(ran.table("barriers")).sort_values("mid")["barrier"].iloc[-1]
    assert heaviest in {row["number"] for row in shown["barriers"]}


def test_who_gains_is_who_gains_in_a_comparison(shown: dict[str, Any], last: Seen) -> None:
    place, worlds = last.scenario.place, last.ground.worlds
    parts = [
        frames.series(name, place.seed + k, simulate(w, terms, seed=place.seed + k, n_months=place.n_months))
        for k, w in enumerate(worlds)
        for name, terms in (("none", None), ("mine", picture_terms(last, k)))
    ]
    groups = pd.DataFrame(
        [(k, "size", level, int((w.firms.size == code).sum()))
         for k, w in enumerate(worlds) for code, level in enumerate(picture.SIZES)],
        columns=["seed", "group", "level", "firms"],
    )  # fmt: skip
    known = effects.gainers(pd.concat(parts), groups)
    sizes = [row for row in shown["gainers"] if row["group"] == "By size"]
    assert [row["more"][1] for row in sizes] == pytest.approx([g.mean for g in known], rel=1e-3, abs=1e-9)
    assert [row["more"][0] for row in sizes] == pytest.approx([g.low for g in known], rel=1e-3, abs=1e-9)


def picture_terms(seen: Seen, k: int) -> Any:
    """The conditions of the scenario's policy in one of its regions."""
    from issim.levers.policy import conditions

    return conditions(seen.policy, seen.ground.worlds[k], seen.scenario.place.n_months)


def test_the_first_pictures_are_parts_of_the_last(steps: list[Seen | Filmed | None], last: Seen) -> None:
    pictures = [step for step in steps if isinstance(step, Seen)]
    sizes = [seen.n_seeds for seen in pictures]
    assert sizes == sorted(sizes)
    assert sizes[-1] == 11
    assert all(seen.is_last == (seen is last) for seen in pictures)
    for seen in pictures:
        assert np.array_equal(seen.here.series, last.here.series[: seen.n_seeds])
        assert np.array_equal(seen.base.series, last.base.series[: seen.n_seeds])


def test_few_regions_are_shown_before_all_are_simulated(scenario: Scenario) -> None:
    engine = Engine(Limits())
    place = from_state({"n_firms": 1000, "n_months": 12, "n_seeds": 24, "levers": LEVERS}, Limits())
    pictures = [step for step in engine.steps(place) if isinstance(step, Seen)]
    assert 1 < len(pictures) <= 6
    assert pictures[0].n_seeds < 24
    told = picture.picture(pictures[0])
    assert f"{pictures[0].n_seeds} of 24 simulated regions so far" in told["basis"]


def test_what_was_tried_is_remembered(engine: Engine, scenario: Scenario, last: Seen) -> None:
    again = list(engine.steps(scenario))
    assert [type(step) for step in again] == [type(None), Seen, type(None), Filmed]
    assert again[1].here is last.here  # type: ignore[union-attr]


def test_the_film_ends_where_the_run_ends(steps: list[Seen | Filmed | None]) -> None:
    filmed = steps[-1]
    assert isinstance(filmed, Filmed)
    found = film.film(filmed)
    for name, recording in (("base", filmed.base), ("here", filmed.here)):
        for month in (0, 7, 24):
            assert film.operating(found[name], month) == recording.trajectory.column("operating")[month]
            stages = film.stages_of(found[name], month)
            assert (stages == 4).sum() == recording.trajectory.column("adopters")[month]
            assert (stages == 0).sum() == recording.trajectory.column("unaware")[month]


def test_everything_that_is_sent_is_plain(shown: dict[str, Any], steps: list[Seen | Filmed | None]) -> None:
    """JSON without a number that is none, which no browser reads."""
    assert json.loads(json.dumps(shown, allow_nan=False)) == json.loads(json.dumps(shown))
    assert isinstance(steps[-1], Filmed)
    json.dumps(film.film(steps[-1]), allow_nan=False)


@pytest.mark.parametrize("levers", [{}, *starting_points().values()], ids=["none", *starting_points()])
def test_every_named_policy_has_a_picture(engine: Engine, levers: dict[str, Any]) -> None:
    chosen = from_state({"n_firms": 60, "n_months": 90, "n_seeds": 2, "levers": levers}, Limits())
    seen = [step for step in engine.steps(chosen) if isinstance(step, Seen)][-1]
    found = picture.picture(seen)
    json.dumps(found, allow_nan=False)
    assert found["answer"].endswith(".")
    assert found["policy"] == bool(levers)
    assert len(found["levers"]) == len(levers)


def test_a_lever_meant_for_nobody_is_told_in_a_sentence(engine: Engine) -> None:
    chosen = from_state({"region": "latvia", "n_firms": 60, "n_seeds": 2,
                         "levers": {"training": {"countries": ["NO"]}}}, Limits())  # fmt: skip
    with pytest.raises(InputError, match="is meant for nobody"):
        list(engine.steps(chosen))


def test_old_places_give_way_to_new_ones() -> None:
    grounds = Grounds(most_firms=100)
    places = [Place(n_firms=40, n_months=2, n_seeds=1, seed=k) for k in range(4)]
    for place in places:
        grounds.of(place).grow(1)
    assert len(grounds) == 3
    kept = grounds.of(places[3])
    assert len(kept.worlds) == 1
    assert len(grounds.of(places[0]).worlds) == 0
