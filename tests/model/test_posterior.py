"""The posterior: whole, current, keyed by the seed, the same for both ways of running."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

import issim
from issim import evidence
from issim.errors import InputError
from issim.model import posterior
from issim.model.simulate import simulate
from issim.rules.behaviour import Behaviour
from issim.runs.priors import distribution
from issim.units import parameters_of

FOUND = posterior.load()


def test_every_draw_lies_in_the_priors() -> None:
    priors = {p.name.removeprefix("behaviour."): distribution(p) for p in parameters_of(Behaviour(), "behaviour")
              if p.par.prior}  # fmt: skip
    assert set(FOUND.names) == set(posterior.drawable()) == set(priors)
    for name, column in zip(FOUND.names, FOUND.values.T, strict=True):
        low, high = priors[name].support()
        assert low * (1 - 1e-4) <= column.min() <= column.max() <= high * (1 + 1e-4), name


def test_it_says_where_it_comes_from_and_is_small() -> None:
    said = {"issim", "commit", "rules", "evidence", "command", "seed", "simulated", "ess", "targets"}
    assert said <= set(FOUND.about)
    assert FOUND.about["command"].startswith("issim calibrate")
    assert float(FOUND.about["ess"]) >= 200
    assert len(FOUND.values) == 500
    assert posterior.FILE.stat().st_size < 300_000
    fitted = [target.key for target in evidence.load().targets if target.is_fitted]
    assert FOUND.about["targets"] == "; ".join(fitted)


def test_it_was_made_with_the_rules_and_the_evidence_at_hand() -> None:
    """Fails when rules or targets have moved: `issim calibrate`, then its posterior.csv over the packaged one."""
    assert FOUND.stale(evidence.load().hashes) == ""


def test_one_that_is_out_of_date_says_so(tmp_path: Path) -> None:
    text = posterior.as_csv(FOUND.names, FOUND.values, {**FOUND.about, "rules": "others", "commit": "abc"})
    (tmp_path / "posterior.csv").write_text(text, encoding="utf-8")
    old = posterior.load(str(tmp_path))
    hashes = evidence.load().hashes
    said = old.stale(hashes)
    assert "was made with other rules" in said
    assert "commit abc" in said
    assert "`issim calibrate` makes it anew" in said
    assert old.told(3, hashes)[-1] == said
    assert "other rules and other evidence" in old.stale({**hashes, "targets.csv": "0"})
    assert (old.values == FOUND.values).all()


def test_a_rule_that_moves_a_number_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    here = posterior.rules_digest()
    moved = dataclasses.replace(posterior.PROBE, lead_time=3.2)  # as if that rule had changed a little
    monkeypatch.setattr(posterior, "PROBE", moved)
    assert posterior.rules_digest.__wrapped__() != here


def test_a_seed_has_its_own_constants_and_keeps_them() -> None:
    n = len(FOUND.values)
    first, again, other = FOUND.behaviour(7), FOUND.behaviour(7 + n), FOUND.behaviour(8)
    assert first == again != other
    assert FOUND.draw(7) == dict(zip(FOUND.names, FOUND.values[7].tolist(), strict=True))
    held = FOUND.behaviour(
        7, Behaviour(paperwork=123.0), [name for name in FOUND.names if name != "paperwork"]
    )
    assert (held.paperwork, held.lead_time) == (123.0, first.lead_time)


def test_the_mesa_model_draws_the_same_constants() -> None:
    world = issim.build_world(evidence.load(), [issim.Region(n_firms=60)], seed=3)
    model = issim.SymbiosisModel(world, behaviour="posterior", seed=3, n_months=12)
    model.run_model()
    alone = simulate(world, behaviour=FOUND.behaviour(3), seed=3, n_months=12)
    assert (model.series == alone.series).all()
    assert (alone.series != simulate(world, seed=3, n_months=12).series).any()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no posterior"),
        ("# issim: 1\n", "is no posterior"),
        ("lead_time,paperwork\n9\n", "is no posterior"),
        ("lead_time\nnan\n", "is no posterior"),
        ("lead_time\nsoon\n", "is no posterior"),
        ("led_time\n9\n", "the column 'led_time'"),
        ("lead_time\n0.1\n", "lead_time = 0.1"),
    ],
)
def test_what_is_no_posterior_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        posterior.load(str(path))
    assert said in str(caught.value)
    with pytest.raises(InputError, match="cannot be read"):
        posterior.load(str(tmp_path / "nowhere.csv"))


def test_draws_survive_their_file(tmp_path: Path) -> None:
    values = np.array([[9.87654321, 1e-4], [3.0, 0.25]])
    path = tmp_path / "mine.csv"
    path.write_text(posterior.as_csv(("lead_time", "closure"), values, {"seed": 5}), encoding="utf-8")
    found = posterior.load(str(path))
    assert found.about == {"seed": "5"}
    assert np.allclose(found.values, values, rtol=1e-4)
    assert found.middle == {"lead_time": pytest.approx(6.43826, rel=1e-4), "closure": pytest.approx(0.12505)}
