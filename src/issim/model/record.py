"""One run, recorded: how every firm stood month by month, every change of an exchange, which barriers bind.

The months are those of `simulate`, one at a time; recording reads the state between them and changes nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from issim.draws import FELT, firm_uniforms
from issim.model.simulate import EVE, Trajectory, advance
from issim.rules.behaviour import Behaviour
from issim.rules.binding import bind, look, stand
from issim.rules.observe import N_OBSERVABLES
from issim.world.blank import blank_state
from issim.world.conditions import N_BARRIERS, Conditions, no_policy
from issim.world.state import CANDIDATE, N_STAGES, PairState, State, World


class Panel(NamedTuple):
    """How every firm stood; arrays (n_months + 1, n_firms), row 0 is the start."""

    stage: NDArray[np.int8]
    """Code of FIRM_STAGES."""
    awareness: NDArray[np.int8]
    readiness: NDArray[np.float32]
    digital: NDArray[np.float32]
    trust: NDArray[np.float32]
    operating: NDArray[np.int16]
    felt: NDArray[np.uint32]
    """Barriers still felt: bit b-1 for blocking point b."""


class Events(NamedTuple):
    """Changes of stage of candidate exchanges, in the order in which they happened; arrays (n_events,).

    An event of month t happened in the t-th month; month 0 shows what operated at the start. A pair that met
    and broke off within one month shows the break only.
    """

    month: NDArray[np.int16]
    pair: NDArray[np.int32]
    stage: NDArray[np.int8]
    """Stage after the change: code of EXCHANGE_STAGES."""
    reason: NDArray[np.int8]
    """Why it broke off, code of REASONS; 0 where it did not."""


class Binding(NamedTuple):
    """Which barriers hold firms back, as they stood after one month."""

    month: int
    """Months completed; 0 is the start."""
    standing: NDArray[np.int64]
    """Firms that stand before each stage of the funnel, (4,)."""
    firms: NDArray[np.int64]
    """Firms standing before the barrier's stage that feel it, (24,)."""
    brake: NDArray[np.float64]
    """Mean of `rules.binding.brake` over all firms standing before the barrier's stage, (24,)."""


class Recording(NamedTuple):
    """Everything that one run leaves behind."""

    trajectory: Trajectory
    panel: Panel
    events: Events
    flow: NDArray[np.float64]
    """Quantity last agreed for each pair, 0 if it never agreed, (n_pairs,); unit/yr."""
    binding: tuple[Binding, ...]
    """At the start and after the last month."""
    seed: int


def record(
    world: World,
    conditions: Conditions | None = None,
    behaviour: Behaviour | None = None,
    seed: int = 0,
    n_months: int = 120,
) -> Recording:
    """Run a world as `simulate` does, to the same bits, and keep what firms and exchanges went through."""
    n_firms = len(world.firms.index)
    conditions = no_policy(n_firms, n_months) if conditions is None else conditions
    if conditions.strength.shape[1] < n_months:
        raise ValueError(f"conditions cover {conditions.strength.shape[1]} months, the run has {n_months}")
    constants = (behaviour or Behaviour()).record()
    luck = firm_uniforms(seed, FELT, world.firms.index, world.firms.region, N_BARRIERS)
    state = blank_state(world, conditions)
    series = np.zeros((n_months + 1, N_OBSERVABLES))
    panel, flow, found = _panel(n_months, n_firms), np.zeros(len(world.pairs.donor)), []
    before = state.pairs.stage.copy()
    start = None
    for month in range(EVE, n_months):
        row = month + 1
        advance(world, state, conditions, constants, seed, month, series[row])
        _keep(panel, row, world, state, conditions, luck, month)
        found.append(_changes(state.pairs, before, row))
        before[:] = state.pairs.stage
        np.copyto(flow, state.pairs.flow, where=state.pairs.flow > 0.0)
        if month == EVE:
            start = _binding(world, state, conditions, constants, luck, month)
    end = _binding(world, state, conditions, constants, luck, n_months - 1)
    events = Events(*(np.concatenate(parts) for parts in zip(*found, strict=True)))
    binding = (end,) if start is None or n_months == 0 else (start, end)
    return Recording(Trajectory(series, state), panel, events, flow, binding, seed)


def binding_now(
    world: World, state: State, conditions: Conditions, behaviour: Behaviour, *, seed: int, month: int
) -> Binding:
    """Which barriers bind in a state after the month `month` (-1: on the eve of month 0).

    ValueError for conditions of other levers than those the state was made for.
    """
    n_listed = int(state.levers.lifting.max(initial=-1)) + 1
    if n_listed > len(conditions.key):  # compiled rules do not look whether a row is there
        raise ValueError(f"the state lists {n_listed} levers, the conditions have {len(conditions.key)}")
    luck = firm_uniforms(seed, FELT, world.firms.index, world.firms.region, N_BARRIERS)
    return _binding(world, state, conditions, behaviour.record(), luck, month)


def _panel(n_months: int, n_firms: int) -> Panel:
    """An empty panel."""
    shape = (n_months + 1, n_firms)
    return Panel(
        stage=np.zeros(shape, np.int8),
        awareness=np.zeros(shape, np.int8),
        readiness=np.zeros(shape, np.float32),
        digital=np.zeros(shape, np.float32),
        trust=np.zeros(shape, np.float32),
        operating=np.zeros(shape, np.int16),
        felt=np.zeros(shape, np.uint32),
    )


def _keep(
    panel: Panel,
    row: int,
    world: World,
    state: State,
    conditions: Conditions,
    luck: NDArray[np.float64],
    month: int,
) -> None:
    """Copy how the firms stand into one row of the panel."""
    firms = state.firms
    look(
        world.firms.barriers, firms, state.levers, conditions, luck, month, panel.stage[row], panel.felt[row]
    )
    panel.awareness[row] = firms.awareness
    panel.readiness[row] = firms.readiness
    panel.digital[row] = firms.digital
    panel.trust[row] = firms.trust
    panel.operating[row] = firms.operating


def _changes(pairs: PairState, before: NDArray[np.int8], row: int) -> Events:
    """The pairs whose stage changed since `before`, or that came and went within the month."""
    changed = pairs.stage != before
    if row > 0:
        changed |= pairs.since == row - 1
    which = changed.nonzero()[0].astype(np.int32)
    stage = pairs.stage[which]
    return Events(
        month=np.full(len(which), row, np.int16),
        pair=which,
        stage=stage,
        reason=np.where(stage == CANDIDATE, pairs.reason[which], 0).astype(np.int8),
    )


def _binding(
    world: World,
    state: State,
    conditions: Conditions,
    constants: np.record,
    luck: NDArray[np.float64],
    month: int,
) -> Binding:
    """Which barriers bind after one month."""
    standing = np.zeros((N_STAGES, len(world.firms.index)), np.uint8)
    firms, brakes = np.zeros(N_BARRIERS, np.int64), np.zeros(N_BARRIERS)
    stand(world.pairs, state.firms, state.pairs, standing)
    masks, levers = world.firms.barriers, state.levers
    bind(masks, world.barriers, levers, conditions, constants, luck, month, standing, firms, brakes)
    return Binding(month + 1, standing.sum(axis=1, dtype=np.int64), firms, brakes)


def ever_active(recordings: list[Recording]) -> NDArray[np.int32]:
    """Rows of the pairs that met or operated in any of these runs of one world, in order."""
    rows = np.concatenate([recording.events.pair for recording in recordings])
    return np.unique(rows).astype(np.int32)
