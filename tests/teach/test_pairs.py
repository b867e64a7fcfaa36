"""What lessons say of one exchange is what the rules of the model say."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import BUSY, tables, two_firms

from issim.errors import InputError
from issim.model.symbiosis import SymbiosisModel
from issim.teach import pairs
from issim.world.state import OPERATING


@pytest.fixture
def model() -> SymbiosisModel:
    """A donor of 100 t/yr and a receiver of 90 t/yr of its good, 10 km apart, who have not met."""
    return SymbiosisModel(two_firms(), n_months=12, seed=1, behaviour={"start_share": 0.0})


def test_the_items_of_an_account_add_up_to_the_gain(model: SymbiosisModel) -> None:
    exchange = pairs.undecided(model)
    found = {item.words: item.euros for item in pairs.account(exchange)}
    assert sum(found.values()) == pytest.approx(exchange.gain)
    # 100 t/yr at 80 EUR/t, 20 EUR/t of tax, 0.9 x 150 x 0.7 of input, 60 of processing, 10 km at 0.1 (worlds.goods)
    assert found["disposal that is saved"] == pytest.approx(8000)
    assert found["landfill tax that is saved"] == pytest.approx(2000)
    assert found["input that need not be bought"] == pytest.approx(9450)
    assert found["making it usable"] == pytest.approx(-6000)
    assert found["transport"] == pytest.approx(-100)
    assert found["paperwork"] == pytest.approx(-700)


def test_asking_changes_nothing_and_agrees_with_the_firms(model: SymbiosisModel) -> None:
    exchange, before = pairs.undecided(model), {k: v.copy() for k, v in tables(model.state).items()}
    now = pairs.asked(exchange)
    assert now.donor == exchange.donor.would_accept(exchange)
    assert now.receiver == exchange.receiver.would_accept(exchange)
    assert now.both == now.donor * now.receiver
    more = pairs.asked(exchange, trust=1.0, gate_fee=500.0)
    assert more.donor > now.donor
    assert more.gain == pytest.approx(now.gain + 100 * (500 - 80))
    after = tables(model.state)
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_chances_grow_with_trust(model: SymbiosisModel) -> None:
    table = pairs.chances(pairs.undecided(model), n=11)
    assert table["both"].is_monotonic_increasing
    assert table["both"].iloc[0] == 0.0
    assert len(table) == 11


@pytest.mark.parametrize("trust", [-0.1, 1.5])
def test_a_trust_that_cannot_be_is_one_sentence(model: SymbiosisModel, trust: float) -> None:
    with pytest.raises(InputError, match=f"trust = {trust}"):
        pairs.asked(pairs.undecided(model), trust=trust)


def test_nobody_who_gains_is_said(model: SymbiosisModel) -> None:
    model.world.goods.processing[:] = 1e6
    with pytest.raises(InputError, match="No candidate"):
        pairs.undecided(model)


def test_trust_is_remembered_as_the_model_learns_it() -> None:
    found = pairs.remembered(0.6, [2], 3, 0.1)["trust"].tolist()
    assert found == pytest.approx([0.6, 0.64, 0.576, 0.6184])
    steady = pairs.remembered(0.2, [], 50, 0.05)["trust"].to_numpy()
    assert steady == pytest.approx(1 - 0.8 * 0.95 ** np.arange(51))


def test_a_diary_tells_what_the_months_did() -> None:
    model = SymbiosisModel(n_firms=60, n_months=24, seed=4, behaviour=BUSY)
    exchange = pairs.operating(model)[0]
    assert exchange.is_operating
    diary = pairs.follow(exchange, 24)
    assert diary["month"].tolist() == list(range(1, 25))
    assert bool(diary["operating"].iloc[-1]) == (model.state.pairs.stage[exchange.pair] == OPERATING)
    assert tuple(diary[["donor", "receiver"]].iloc[-1]) == exchange.trust
    running = diary[diary["operating"]]
    falls = running["donor"].diff().iloc[1:] < 0
    assert (falls == ~running["delivered"].iloc[1:]).all()
