"""Programmes re-run: settings, worlds shared, the same numbers whatever the batch."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import BUSY

from issim import evidence
from issim.model.simulate import simulate
from issim.model.summaries import Finished, value
from issim.rules.behaviour import Behaviour
from issim.runs import programmes

EV = evidence.load()
SMALL = ("population.n_firms=100",)


@pytest.mark.parametrize("arrangement", EV.arrangements.values(), ids=lambda found: found.key)
def test_every_arrangement_is_a_sound_setting(arrangement: object) -> None:
    settings = programmes.settings_of(arrangement)  # type: ignore[arg-type]
    assert settings.places


def test_a_size_of_its_own_is_kept() -> None:
    chosen = [target for target in EV.targets if target.key in ("enea_ideas", "korea_built")]
    found = {
        stage.arrangement.key: stage
        for stage in programmes.stages(chosen, dict(EV.arrangements), 1, 1, SMALL)
    }
    assert len(found["workshop_80"].places[0].world.firms.index) == 85
    assert len(found["korea"].places[0].world.firms.index) == 100


def test_a_batch_gives_what_single_runs_give() -> None:
    chosen = [target for target in EV.targets if target.key in ("korea_built_2013", "eu_stable")]
    staged = programmes.stages(chosen, dict(EV.arrangements), 2, 1, SMALL)
    many = programmes.summaries(staged, chosen, [BUSY, Behaviour(), BUSY], [5, 6, 7], runs_each=2, threads=2)
    assert many.shape == (3, 2)
    korea = next(stage for stage in staged if stage.arrangement.key == "korea")
    runs = []
    for place in (korea.places[7 % 2], korea.places[8 % 2]):
        run = simulate(place.world, place.conditions, BUSY, seed=7, n_months=korea.month)
        runs.append(Finished(place.world, place.conditions, run.series, run.state))
    column = [target.key for target in chosen].index("korea_built_2013")
    assert many[2, column] == value("operating_of_accepted", runs)
    assert np.isfinite(many).all()
