"""A recorded run: the bits of `simulate`, and tables from which its series can be told again."""

from __future__ import annotations

import math

import numpy as np
import pytest

from issim.draws import FELT, firm_uniforms
from issim.levers import policy as policies
from issim.model import frames
from issim.model.record import Panel, binding_now, record
from issim.model.simulate import EVE, advance, simulate
from issim.rules.behaviour import Behaviour
from issim.rules.binding import brake
from issim.rules.observe import N_OBSERVABLES
from issim.world.blank import blank_state
from issim.world.conditions import FIRM_STAGES, no_policy
from issim.world.state import AGREED, CANDIDATE, IMPLEMENTING, MET, OPERATING, REASONS

SEED, N_MONTHS = 5, 36
COUNTED = {MET: "met", AGREED: "agreed", IMPLEMENTING: "implementing", OPERATING: "operating"}
FUNNEL = ("unaware", "aware", "searching", "talking", "adopters")


@pytest.fixture(scope="module")
def none(world, behaviour):
    """The world recorded without policy."""
    return record(world, None, behaviour, SEED, N_MONTHS)


@pytest.fixture(scope="module")
def package_run(world, conditions, behaviour):
    """The world recorded under the package."""
    return record(world, conditions, behaviour, SEED, N_MONTHS)


@pytest.fixture(scope="module", params=["none", "package_run"])
def recording(request):
    """Each of the two."""
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("with_policy", [False, True])
def test_recording_changes_no_bit(world, conditions, behaviour, none, package_run, with_policy):
    chosen, recording = (conditions, package_run) if with_policy else (None, none)
    plain = simulate(world, chosen, behaviour, seed=SEED, n_months=N_MONTHS)
    assert recording.trajectory.series.tobytes() == plain.series.tobytes()
    for name, array in plain.state.pairs._asdict().items():
        assert getattr(recording.trajectory.state.pairs, name).tobytes() == array.tobytes()


def test_the_panel_adds_up_to_the_series(recording):
    panel, trajectory = recording.panel, recording.trajectory
    for code, name in enumerate(FUNNEL):
        assert (panel.stage == code).sum(axis=1).tolist() == trajectory.column(name).tolist()
    assert len(FUNNEL) == len(FIRM_STAGES)
    for name in ("awareness", "readiness", "digital", "trust"):
        assert getattr(panel, name).mean(axis=1) == pytest.approx(trajectory.column(name), abs=1e-5)
    assert panel.operating.sum(axis=1).tolist() == (2 * trajectory.column("operating")).tolist()


def test_the_events_tell_every_month_again(recording, world):
    stage, events, trajectory = np.zeros(len(world.pairs.donor), int), recording.events, recording.trajectory
    assert (np.diff(events.month) >= 0).all()
    for month in range(N_MONTHS + 1):
        now = events.month == month
        assert len(set(events.pair[now])) == now.sum()
        stage[events.pair[now]] = events.stage[now]
        for code, name in COUNTED.items():
            assert (stage == code).sum() == trajectory.column(name)[month]
        for code, reason in enumerate(REASONS[1:], start=1):
            told = (events.reason[now] == code).sum()
            assert told == trajectory.column(f"ended_{reason.replace(' ', '_')}")[month]
    assert stage.tolist() == trajectory.state.pairs.stage.tolist()
    assert (events.reason[events.stage != CANDIDATE] == 0).all()
    assert (events.reason[events.stage == CANDIDATE] > 0).all()
    assert trajectory.column("new_operating").sum() > 5


def test_flow_is_what_was_last_agreed(recording, world):
    agreed = set(recording.events.pair[recording.events.stage >= AGREED].tolist())
    assert set(np.flatnonzero(recording.flow).tolist()) == agreed
    now = recording.trajectory.state.pairs.stage >= AGREED
    assert recording.flow[now].tolist() == recording.trajectory.state.pairs.flow[now].tolist()
    assert (recording.flow <= world.offers.quantity[world.pairs.offer] + 1e-9).all()


def test_without_policy_every_barrier_is_felt(none, world):
    assert (none.panel.felt == world.firms.barriers).all()


def test_relief_takes_barriers_away_and_no_others(package_run, world, conditions):
    felt, had = package_run.panel.felt, world.firms.barriers
    assert (felt[0] == had).all()
    assert ((felt & ~had) == 0).all()
    relieved = {barrier for barrier in range(24) if conditions.relief[:, barrier].max() > 0.0}
    gone = {b for b in range(24) if ((felt[-1] & (1 << b)) < (had & np.uint32(1 << b))).any()}
    assert len(gone) > 0
    assert gone <= relieved


def test_a_partial_relief_takes_the_barrier_from_that_share_of_firms_for_good(world, conditions, behaviour):
    sheet = policies.conditions(policies.Policy("nothing", ""), world, N_MONTHS)
    half = conditions._replace(
        relief=np.zeros_like(conditions.relief), effect=np.zeros_like(conditions.effect),
        used=sheet.used, enrols=np.zeros_like(conditions.enrols), strength=np.ones_like(conditions.strength),
        target=np.ones_like(conditions.target),
    )  # fmt: skip
    half.relief[0, 0] = 0.5
    half.strength[0, :6] = 0.4
    found = record(world, half, behaviour, SEED, 12)
    has = (world.firms.barriers & 1).astype(bool)
    luck = firm_uniforms(SEED, FELT, world.firms.index, world.firms.region, 24)[:, 0]
    felt = (found.panel.felt & 1).astype(bool)
    assert (felt[0] == has).all()
    assert (felt[1] == (has & (luck >= 0.2))).all()
    assert (felt[12] == (has & (luck >= 0.5))).all()
    assert felt[1].sum() > felt[12].sum() > 0


def standing(world, state):
    """Who stands before which stage, told firm by firm."""
    found = [set(), set(), set(), set()]
    for firm in range(len(world.firms.index)):
        busy = state.firms.operating[firm] + state.firms.talking[firm]
        if not busy and not state.firms.searching[firm]:
            found[0].add(firm)
        if state.firms.searching[firm] or (not busy and state.firms.awareness[firm] > 1):
            found[1].add(firm)
    for pair, stage in enumerate(state.pairs.stage):
        if stage in (MET, AGREED, IMPLEMENTING):
            found[2 if stage == MET else 3] |= {int(world.pairs.donor[pair]), int(world.pairs.receiver[pair])}
    return found


def test_binding_barriers_are_those_of_the_firms_before_the_stage(none, world, behaviour):
    end, state = none.binding[-1], none.trajectory.state
    assert [found.month for found in none.binding] == [0, N_MONTHS]
    before = standing(world, state)
    assert end.standing.tolist() == [len(firms) for firms in before]
    assert min(end.standing) > 0
    for b in range(24):
        firms = before[world.barriers.stage[b]]
        having = sum(int(world.firms.barriers[firm]) >> b & 1 for firm in firms)
        phi = world.barriers.strength[b]
        each = -math.log(1.0 - phi)
        if world.barriers.on_threshold[b]:
            each = behaviour.accept_gain * math.log(1.0 + behaviour.strictness * phi)
        assert end.firms[b] == having
        assert end.brake[b] == pytest.approx(each * having / len(firms))


def test_the_brakes_of_a_stage_add_up_to_what_the_hazards_lose(none, world):
    end, firms = none.binding[-1], none.trajectory.state.firms
    before = standing(world, none.trajectory.state)
    for stage in range(4):
        on_hazard = (world.barriers.stage == stage) & (world.barriers.on_threshold == 0)
        lost = [-math.log(firms.factor[stage, firm]) for firm in sorted(before[stage])]
        assert end.brake[on_hazard].sum() == pytest.approx(np.mean(lost))


def test_every_policy_starts_from_the_same_eve(none, package_run):
    assert none.trajectory.series[0].tobytes() == package_run.trajectory.series[0].tobytes()
    for plain, other in zip(none.panel, package_run.panel, strict=True):
        assert plain[0].tobytes() == other[0].tobytes()
    for plain, other in zip(none.binding[0], package_run.binding[0], strict=True):
        assert np.array_equal(plain, other)


def test_policy_loosens_brakes(none, package_run, world, conditions, behaviour):
    state = package_run.trajectory.state
    with_levers = package_run.binding[-1]
    idle = conditions._replace(relief=np.zeros_like(conditions.relief))
    without = binding_now(world, state, idle, behaviour, seed=SEED, month=N_MONTHS - 1)
    assert (with_levers.standing == without.standing).all()
    assert (with_levers.brake <= without.brake + 1e-12).all()
    looser = with_levers.brake < without.brake
    assert looser.any()
    assert set(np.flatnonzero(looser)) <= set(np.flatnonzero(conditions.relief.max(axis=0)))


def test_conditions_of_other_levers_are_refused(package_run, world, behaviour):
    nothing = no_policy(len(world.firms.index), N_MONTHS)
    with pytest.raises(ValueError, match="the conditions have 0"):
        binding_now(world, package_run.trajectory.state, nothing, behaviour, seed=SEED, month=N_MONTHS - 1)


@pytest.mark.parametrize(
    ("strength", "relief", "on_threshold", "expected"),
    [
        (0.5, 0.0, 0, math.log(2.0)),
        (0.5, 1.0, 0, 0.0),
        (0.5, 0.5, 0, -math.log(0.75)),
        (1.0, 0.0, 0, 50.0),
        (0.5, 0.0, 1, 2.0 * math.log(3.0)),
        (0.5, 1.0, 1, 0.0),
    ],
)
def test_brake_of_one_barrier(strength, relief, on_threshold, expected):
    constants = Behaviour(accept_gain=2.0, strictness=4.0).record()
    assert brake(strength, relief, on_threshold, constants) == pytest.approx(expected, abs=1e-15)


def test_tables_have_the_columns_of_the_run_folder(world, none, package_run, package):
    found = frames.tables(world, {"none": none, "package": package_run})
    assert {name: list(frame.columns) for name, frame in found.items()} == {
        "panel": ["policy", "month", "firm", *Panel._fields],
        "events": ["policy", "month", "pair", "stage", "reason"],
        "pairs": ["pair", "donor", "receiver", "good", "distance", "compatibility", "flow"],
        "barriers": ["policy", "seed", "month", "stage", "barrier", "standing", "firms", "brake"],
    }
    panel = found["panel"]
    assert len(panel) == 2 * (N_MONTHS + 1) * 240
    one = panel[(panel["policy"] == "package") & (panel["month"] == 7) & (panel["firm"] == 30)].iloc[0]
    assert one["trust"] == package_run.panel.trust[7, 30]
    assert one["felt"] == package_run.panel.felt[7, 30]
    assert panel["felt"].dtype == np.uint32
    pairs = found["pairs"].set_index("pair")
    assert set(pairs.index) == set(found["events"]["pair"])
    for pair in pairs.index:
        expected = none.flow[pair] or package_run.flow[pair]
        assert pairs.loc[pair, "flow"] == expected
        assert pairs.loc[pair, "donor"] == world.pairs.donor[pair]
    assert len(found["barriers"]) == 2 * 2 * 24
    assert set(found["barriers"]["stage"]) == set("ABCD")
    series = frames.series("none", SEED, none.trajectory)
    assert series.iloc[:, 3:].to_numpy().tobytes() == none.trajectory.series.tobytes()
    levers = frames.levers("package", SEED, package.names, package_run.trajectory)
    assert levers["spent"].sum() == pytest.approx(package_run.trajectory.column("public_cost").sum())
    assert levers["lever"].tolist() == list(package.names)


def test_conditions_that_end_before_the_run_are_refused(world, conditions, behaviour):
    with pytest.raises(ValueError, match="conditions cover 48 months, the run has 49"):
        record(world, conditions, behaviour, SEED, 49)


def test_a_run_without_months_shows_the_start(world, behaviour):
    found = record(world, None, behaviour, SEED, 0)
    state = blank_state(world, no_policy(240, 0))
    row = np.zeros(N_OBSERVABLES)
    advance(world, state, no_policy(240, 0), behaviour.record(), SEED, EVE, row)
    assert found.trajectory.series.tobytes() == row.tobytes()
    assert [binding.month for binding in found.binding] == [0]
    assert set(found.events.stage.tolist()) == {OPERATING}
