"""A firm is its row: what it shows, what it lets one write, and what it answers."""

from __future__ import annotations

import re

import numpy as np
import pytest

from issim.errors import InputError
from issim.jit import rule
from issim.model.exchange import Exchange
from issim.model.firm import Firm
from issim.model.symbiosis import SymbiosisModel
from issim.model.traits import AT_START, DERIVED, WORDS
from issim.rules.binding import look
from issim.rules.decide import possible_quantity, weigh
from issim.units import columns
from issim.world.conditions import FIRM_STAGES
from issim.world.state import CANDIDATE, MET, OPERATING, Firms, FirmState

N_MONTHS = 36  # of the fixture `lively`
WRITABLE = ("awareness", "searching", "digital", "trust", "member", "good_news", "bad_news")


@pytest.fixture
def model(lively):
    """A model half way, with pairs at every stage."""
    model = lively()
    for _ in range(N_MONTHS // 2):
        model.step()
    return model


def onward(model: SymbiosisModel) -> np.ndarray:
    """What one more month brings."""
    model.step()
    return model.series[model.month]


@pytest.mark.parametrize("column", columns(FirmState))
def test_every_column_of_the_state_is_an_attribute(model, column):
    array = getattr(model.state.firms, column)
    for firm in model.firms:
        value = getattr(firm, column)
        assert value == (tuple(array[:, firm.row]) if array.ndim == 2 else array[firm.row])
        assert type(value) in (int, float, tuple)


@pytest.mark.parametrize("column", columns(Firms))
def test_every_column_of_the_firms_is_an_attribute_that_cannot_be_written(model, column):
    array, name = getattr(model.world.firms, column), AT_START.get(column, column)
    for firm in model.firms:
        if column == "barriers":
            expected = tuple(b + 1 for b in range(24) if array[firm.row] & np.uint32(1 << b))
        else:
            expected = WORDS[column][array[firm.row]] if column in WORDS else array[firm.row]
        assert getattr(firm, name) == expected
    with pytest.raises(AttributeError):
        setattr(model.firm(0), name, getattr(model.firm(0), name))


def test_what_can_be_written_is_what_the_docstring_names():
    assert set(FirmState._fields) - set(DERIVED) == set(WRITABLE)
    for name in WRITABLE:
        assert f"`{name}`" in str(Firm.__doc__)


@pytest.mark.parametrize("name", WRITABLE)
def test_writing_an_attribute_writes_the_array_and_no_other(model, name):
    before = {column: getattr(model.state.firms, column).copy() for column in FirmState._fields}
    firm = next(f for f in model.firms if f.awareness == 2)
    value = {"awareness": 3, "digital": 0.125, "trust": 0.875}.get(name, 1 - min(1, getattr(firm, name)))
    setattr(firm, name, value)
    assert getattr(firm, name) == value
    for column, array in before.items():
        changed = np.argwhere(array != getattr(model.state.firms, column))
        assert changed.tolist() == ([[firm.row]] if column == name else [])


@pytest.mark.parametrize("name", sorted(DERIVED))
def test_a_derived_attribute_says_what_to_write_instead(model, name):
    value = getattr(model.firm(0), name)
    with pytest.raises(AttributeError, match=re.escape(f"firm.{name} cannot be written: {DERIVED[name]}")):
        setattr(model.firm(0), name, value)
    assert getattr(model.firm(0), name) == value


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("trust", 1.01, r"firm.trust = 1.01 is outside \[0, 1\]"),
        ("trust", float("nan"), "firm.trust = nan is outside"),
        ("digital", -0.5, r"firm.digital = -0.5 is outside \[0, 1\]"),
        ("awareness", 4, r"firm.awareness = 4 is outside \[1, 3\]"),
        ("awareness", 0, r"firm.awareness = 0 is outside"),
        ("awareness", 2.5, "firm.awareness = 2.5 is no whole number"),
        ("member", 2**30, r"firm.member = 1073741824 is outside \[0, 1073741823\]"),
        ("trust", "high", "firm.trust = 'high' is no number"),
        ("good_news", 2**40, "firm.good_news = 1099511627776 is outside"),
    ],
)
def test_a_value_out_of_range_is_refused_and_nothing_changes(model, name, value, words):
    before = getattr(model.state.firms, name).copy()
    with pytest.raises(InputError, match=words):
        setattr(model.firm(3), name, value)
    assert np.array_equal(before, getattr(model.state.firms, name))


def test_a_slip_of_the_pen_is_caught(model):
    firm = model.firm(0)
    with pytest.raises(AttributeError, match="'trsut'; did you mean trust"):
        firm.trsut = 0.9
    with pytest.raises(AttributeError, match="did you mean readiness"):
        _ = firm.rediness
    assert not hasattr(firm, "wealth")


def test_a_subclass_has_attributes_and_a_step_of_its_own(lively):
    class Grumpy(Firm):
        """Loses trust by itself and counts how often."""

        def __init__(self, model: SymbiosisModel, row: int) -> None:
            super().__init__(model, row)
            self.sulks = 0

        def step(self) -> None:
            self.sulks += 1
            self.trust = 0.5 * self.trust

    def halve(model: SymbiosisModel) -> None:
        model.state.firms.trust[:] *= 0.5

    grumpy = lively(firm_class=Grumpy)
    halved = lively(each_month=halve)
    plain = lively()
    for model in (grumpy, halved, plain):
        model.run_model()
    assert {firm.sulks for firm in grumpy.firms} == {N_MONTHS}
    assert grumpy.series.tobytes() == halved.series.tobytes() != plain.series.tobytes()


@pytest.mark.parametrize(
    ("name", "value"), [("awareness", 1), ("searching", 0), ("digital", 0.0), ("trust", 0.0)]
)
def test_writing_to_all_firms_moves_the_next_month(model, name, value, lively):
    untouched = lively()
    while untouched.month < model.month:
        untouched.step()
    assert model.series.tobytes() == untouched.series.tobytes()
    for firm in model.firms:
        setattr(firm, name, value)
    observable = name if name != "searching" else "new_met"
    column = list(model.observed).index(observable)
    assert onward(model)[column] < onward(untouched)[column]


def test_written_awareness_keeps_the_counts_of_peers_right(model):
    levels = np.random.default_rng(1).integers(1, 4, len(model.firms))
    for firm, level in zip(model.firms, levels, strict=True):
        firm.awareness = int(level)
    for firm in model.firms:
        assert firm.awareness == levels[firm.row]
        assert firm.peers_aware == sum(peer.awareness > 1 for peer in firm.peers)
        assert firm.awareness > 1 or firm.searching == 0
    model.step()
    for firm in model.firms:
        assert firm.peers_aware == sum(peer.awareness > 1 for peer in firm.peers)


def test_stages_are_those_that_the_kernel_counts(model):
    stage, felt = np.zeros(len(model.firms), np.int8), np.zeros(len(model.firms), np.uint32)
    luck, masks, state = np.full((len(model.firms), 24), 0.5), model.world.firms.barriers, model.state
    look(masks, state.firms, state.levers, model.conditions, luck, 0, stage, felt)
    assert [firm.stage for firm in model.firms] == [FIRM_STAGES[code] for code in stage]
    assert sum(firm.stage == "operating" for firm in model.firms) == model.observed["adopters"]


def test_exchanges_and_counts_agree(model):
    for firm in model.firms:
        assert sum(exchange.is_operating for exchange in firm.exchanges) == firm.operating
        assert len(firm.exchanges) == firm.operating + firm.talking
        for exchange in firm.candidates:
            assert firm in (exchange.donor, exchange.receiver)
            assert exchange.partner_of(exchange.partner_of(firm)) is firm
            ends = exchange.donor, exchange.receiver
            apart = np.hypot(ends[0].x - ends[1].x, ends[0].y - ends[1].y)
            assert exchange.distance == pytest.approx(apart, rel=1e-5)
    stages = {exchange.stage for firm in model.firms for exchange in firm.exchanges}
    assert stages >= {"met", "implementing", "operating"}


def test_peers_are_mutual(model):
    assert sum(len(firm.peers) for firm in model.firms) > 0
    for firm in model.firms:
        assert all(firm in peer.peers and peer is not firm for peer in firm.peers)


@rule
def weighed(pair, first, second, world, state, conditions, behaviour, month):  # type: ignore[no-untyped-def]
    """What the month's own rule decides for a pair, given the draws of donor and receiver."""
    luck = (0.5, 0.5, first, second)
    return weigh(pair, luck, world, state, conditions, behaviour, state.work.prices, month)


@rule
def available(pair, world, state):  # type: ignore[no-untyped-def]
    """What the pair could move in a year."""
    return possible_quantity(pair, world, state)


def test_the_kernel_accepts_exactly_up_to_the_probability_that_a_firm_states(model):
    met = np.flatnonzero(model.state.pairs.stage == MET).tolist()
    n_open = 0
    for pair in met:
        exchange = Exchange(model, pair)
        for_donor, for_receiver = exchange.donor.would_accept(exchange), exchange.receiver.would_accept(pair)
        if for_donor == 0.0 or for_receiver == 0.0:
            assert weighed(pair, 1e-12, 1e-12, *model.terms) < 0.0
            continue
        n_open += 1
        below, above = 1.0 - 1e-12, 1.0 + 1e-12
        assert weighed(pair, for_donor * below, for_receiver * below, *model.terms) == exchange.gain > 0.0
        assert weighed(pair, for_donor * above, for_receiver * below, *model.terms) == -1.0
        assert weighed(pair, for_donor * below, for_receiver * above, *model.terms) == -1.0
    assert n_open > 3


def test_no_trust_no_acceptance_and_more_trust_more(model):
    views = [Exchange(model, pair) for pair in range(len(model.world.pairs.donor))]
    open_pairs = [view for view in views if view.stage == "candidate" and view.gain > 0.0]
    assert len(open_pairs) > 3
    for exchange in open_pairs:
        donor, found = exchange.donor, []
        for trust in (0.0, 0.3, 0.9):
            donor.trust = trust
            found.append(donor.would_accept(exchange))
        assert found[0] == 0.0 < found[1] < found[2] < 1.0


def test_an_operating_exchange_is_weighed_at_its_own_quantity(model):
    pair = int(np.flatnonzero(model.state.pairs.stage == OPERATING)[0])
    exchange = Exchange(model, pair)
    left = available(pair, model.world, model.state)
    assert exchange.flow > left
    assert exchange.gain > 0.0
    freed = model.state.pairs.flow[pair]
    model.state.pairs.stage[pair] = CANDIDATE
    at_left = exchange.gain
    model.state.pairs.stage[pair] = OPERATING
    assert at_left < exchange.gain
    assert model.state.pairs.flow[pair] == freed


def test_a_firm_has_no_say_in_the_exchanges_of_others(model):
    pairs = model.world.pairs
    stranger = next(f for f in model.firms if f.row not in (pairs.donor[0], pairs.receiver[0]))
    with pytest.raises(InputError, match="has no say"):
        stranger.would_accept(0)
    with pytest.raises(InputError, match="does not exist"):
        stranger.would_accept(len(pairs.donor))


def test_a_firm_cannot_be_removed(model):
    with pytest.raises(InputError, match="cannot be removed"):
        model.firm(0).remove()
    assert model.firm(0) in model.agents
