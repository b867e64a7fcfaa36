"""Constants drawn from the posterior: what a configuration says, what wins, what the draws of assumptions take."""

from __future__ import annotations

import numpy as np
import pytest

from issim.errors import InputError
from issim.levers.policy import load
from issim.model import posterior
from issim.rules.behaviour import Behaviour
from issim.runs import comparison, uncertainty
from issim.runs.assumptions import DRAWN, POSTERIOR, SET, of_model
from issim.runs.cells import Composer, world_key
from issim.runs.job import plan

FOUND = posterior.load()
TINY = ("population.n_firms=60", "n_months=12", "n_seeds=2", "uncertainty.draws=3")


def test_the_usual_run_draws_nothing() -> None:
    settings = plan(["policy=none"]).settings
    assert (settings.posterior, settings.drawn) == (None, ())
    assert settings.behaviour_of(5) == Behaviour()
    assert settings.origins == settings.evidence.hashes
    assert settings.words_of_posterior() == ""


def test_the_configuration_draws_every_constant_that_has_a_prior() -> None:
    settings = plan(["behaviour=posterior"]).settings
    assert set(settings.drawn) == set(posterior.drawable())
    assert settings.behaviour_of(5) == FOUND.behaviour(5)
    assert settings.behaviour_of(5) != settings.behaviour_of(6)
    assert settings.origins["posterior"] == FOUND.digest
    assert "44 constants of behaviour from the packaged posterior" in settings.words_of_posterior()


def test_what_is_said_wins_over_the_draw_even_if_it_is_the_default() -> None:
    lead, paperwork = Behaviour().lead_time, 123.0
    settings = plan([
        "behaviour=posterior", f"behaviour.lead_time={lead}", f"behaviour.paperwork={paperwork}"
    ]).settings  # fmt: skip
    drawn = settings.behaviour_of(5)
    assert (drawn.lead_time, drawn.paperwork) == (lead, paperwork)
    assert drawn.search_rate == FOUND.behaviour(5).search_rate
    assert not {"lead_time", "paperwork"} & set(settings.drawn)


def test_a_cell_of_a_study_may_draw_and_another_not() -> None:
    composer = Composer(["policy=none", *TINY])
    usual, drawing = (composer.settings({"behaviour": name}) for name in ("default", "posterior"))
    held = composer.settings({"behaviour": "posterior", "behaviour.lead_time": 5})
    assert usual.posterior is None
    assert drawing.behaviour_of(2) == FOUND.behaviour(2)
    assert held.behaviour_of(2).lead_time == 5.0
    assert world_key(usual) == world_key(drawing)


def test_draws_of_assumptions_take_their_constants_from_the_posterior() -> None:
    settings = plan(["behaviour=posterior", "behaviour.lead_time=5", "seed=11", *TINY]).settings
    fates = {found.parameter.name: found.fate for found in of_model(settings)}
    assert (fates["behaviour.search_rate"], fates["behaviour.lead_time"]) == (POSTERIOR, SET)
    assert fates["goods.metal.gate_fee"] == DRAWN
    draws = uncertainty.draws(settings, [load("none"), load("training")])
    columns = {parameter.name: k for k, parameter in enumerate(draws.drawn)}
    for draw in range(3):
        row = FOUND.draw(11 + draw)
        assert draws.values[draw, columns["behaviour.search_rate"]] == row["search_rate"]
        assert draws.case(draw).behaviour.contact_rate == row["contact_rate"]
        assert draws.case(draw).behaviour.lead_time == 5.0


def test_policies_of_one_seed_share_their_constants() -> None:
    found = comparison.arms(["policy=none,training", "behaviour=posterior", *TINY])
    one = comparison.on_one_world(found, 1)
    again = comparison.on_one_world(comparison.arms(["policy=none,training", *TINY]), 1)
    assert (one[0].series["unaware"].iloc[0] == one[1].series["unaware"].iloc[0]).all()
    assert not np.array_equal(one[0].series["aware"], again[0].series["aware"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["behaviour.lead_time=null"], "none is named"),
        (["behaviour=posterior", "behaviour.weight_digital=null"], "does not have it"),
        (["behaviour=posterior", "behaviour.posterior=nowhere.csv"], "cannot be read"),
    ],
)
def test_what_cannot_be_drawn_is_refused(words: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        plan(words)
