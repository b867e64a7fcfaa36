"""Levers as Mesa agents: platforms, facilitators, other programmes, and the authority that pays."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import mesa

from issim.world.conditions import EFFECT_NAMES, INTRODUCTIONS, RECALL, Conditions

if TYPE_CHECKING:
    from issim.model.firm import Firm
    from issim.model.symbiosis import SymbiosisModel


class LeverAgent(mesa.Agent):
    """One lever of the policy: a view of one row of the conditions and of how far it has come."""

    model: SymbiosisModel

    def __init__(self, model: SymbiosisModel, row: int, name: str) -> None:
        """View the lever of that row."""
        super().__init__(model)
        self.row, self.name = row, name

    def __repr__(self) -> str:
        """Its name and how far it has come."""
        return (
            f"<{type(self).__name__} {self.name}: reached {self.reached} firms, spent {self.spent:.0f} EUR>"
        )

    @property
    def strength(self) -> float:
        """Strength in force in the month last completed; 0 at the start and once it has stopped."""
        stopped = self.stopped
        month = self.model.policy_month
        if month < 0 or (stopped is not None and month >= stopped):
            return 0.0
        return float(self.model.conditions.strength[self.row, month])

    @property
    def spent(self) -> float:
        """Public money spent so far (EUR)."""
        return float(self.model.state.levers.spent[self.row])

    @property
    def budget(self) -> float:
        """Public money after which it stops (EUR); infinite without a limit."""
        return float(self.model.conditions.budget[self.row])

    @property
    def capacity(self) -> float:
        """Firms that it can reach in a month; infinite without a limit."""
        return float(self.model.conditions.capacity[self.row])

    @property
    def stopped(self) -> int | None:
        """The first month without it for want of money, or None."""
        month = int(self.model.state.levers.stopped[self.row])
        return None if month < 0 else month

    @property
    def reached(self) -> int:
        """Firms that it has enrolled so far."""
        return int((self.model.state.levers.reached[self.row] >= 0).sum())

    @property
    def firms_reached(self) -> list[Firm]:
        """The firms that it has enrolled so far."""
        rows = (self.model.state.levers.reached[self.row] >= 0).nonzero()[0]
        return [self.model.firm(row) for row in rows.tolist()]

    @property
    def effects(self) -> dict[str, float]:
        """What it moves, and by how much at full strength."""
        sizes = self.model.conditions.effect[self.row].tolist()
        return {name: size for name, size in zip(EFFECT_NAMES, sizes, strict=True) if size != 0.0}


class Platform(LeverAgent):
    """A lever that shows its members to each other."""

    @property
    def members(self) -> list[Firm]:
        """The firms that are members of this platform; of any, if it is a lever that nobody joins."""
        members, own = self.model.state.firms.member, int(self.model.conditions.joins[self.row])
        rows = (members & own if own else members).nonzero()[0]
        return [self.model.firm(row) for row in rows.tolist()]


class Facilitator(LeverAgent):
    """A lever that brings pairs of firms together, the most promising first."""

    @property
    def introduced(self) -> int:
        """Pairs that facilitators have brought together so far."""
        return int(self.model.state.pairs.introduced.sum())


class Authority(mesa.Agent):
    """Who pays for the levers; there is one in every model that has a lever."""

    model: SymbiosisModel

    def __init__(self, model: SymbiosisModel, levers: tuple[LeverAgent, ...]) -> None:
        """Answer for these levers."""
        super().__init__(model)
        self.levers = levers

    @property
    def spent(self) -> float:
        """Public money spent on all levers so far (EUR)."""
        return math.fsum(lever.spent for lever in self.levers)

    @property
    def budget(self) -> float:
        """The budgets of all levers together (EUR); infinite if one has no limit."""
        return math.fsum(lever.budget for lever in self.levers)


def kind_of(conditions: Conditions, row: int) -> type[Any]:
    """The kind of agent that a lever is, from what it does."""
    if conditions.joins[row] != 0 or conditions.effect[row, RECALL] > 0.0:
        return Platform
    if conditions.effect[row, INTRODUCTIONS] > 0.0:
        return Facilitator
    return LeverAgent


def lever_agents(model: SymbiosisModel, names: tuple[str, ...]) -> tuple[LeverAgent, ...]:
    """One agent per lever, in the order of the policy, and the authority if there is any lever."""
    made = tuple(kind_of(model.conditions, row)(model, row, name) for row, name in enumerate(names))
    if made:
        Authority(model, made)
    return made
