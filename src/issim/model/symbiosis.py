"""The region as a Mesa model: every step is one month of the same kernel that `simulate` runs.

The only module that knows what differs between versions of Mesa (3.3 to 3.x):

- Mesa 3.3 numbers agents by a class-level counter that holds on to every model for ever; `register_agent`
  takes the model out of it again and numbers the agents itself.
- Mesa 3.5 renames the argument `seed` of a model to `rng`; `_mesa_seed` passes on what is meant. Its
  `batch_run` sets the seed of every run, to None unless told otherwise: `_checked_seed` then draws one.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from issim.errors import InputError, unknown_name
from issim.model import posterior
from issim.model.firm import Firm
from issim.model.lever_agent import lever_agents
from issim.model.opening import opened
from issim.model.simulate import EVE, Trajectory, advance
from issim.rules.behaviour import NAMES as CONSTANTS
from issim.rules.behaviour import Behaviour
from issim.rules.observe import N_OBSERVABLES, NAMES
from issim.units import range_errors
from issim.world.blank import blank_state
from issim.world.conditions import Conditions, no_policy
from issim.world.region import MIXED
from issim.world.state import State, World

if TYPE_CHECKING:
    from pathlib import Path

    from issim.levers.policy import Policy
    from issim.own.decoding import Bytes
    from issim.own.register import Register
    from issim.world.build import WorldOptions
    from issim.world.region import Region

MAX_SEED = 2**64 - 1


class SymbiosisModel(mesa.Model):
    """A region whose firms are Mesa agents; bit-identical to `simulate` with the same arguments.

    Give a `world`, or let the model build one of `n_firms` firms in a `region`: a country code or name,
    *mixed*, a documented case as *case_kalundborg*, or a Region. `firms` is a register of firms that are
    known (a file, its bytes, or a Register). Give `conditions`, or the name of a `policy` (or a Policy).
    `behaviour` is a Behaviour, a mapping of the constants to change, or *posterior*: the draw of the packaged
    posterior that belongs to the seed (or the path of another posterior). `each_month` is called with the
    model after every month. `agent_reporters` and `model_reporters` are those of mesa.DataCollector; the
    observables are always collected, row 0 showing the start.

    `mesa.batch_run(SymbiosisModel, {"policy": [...], "seed": [...]}, max_steps=n)` reports months 0 to n if
    `n_months` is greater than n; iterations with one seed are identical runs, so vary `seed` instead (since
    Mesa 3.5 by batch_run's own argument `rng=[...]`).
    """

    def __init__(
        self,
        world: World | None = None,
        *,
        policy: str | Policy = "none",
        conditions: Conditions | None = None,
        behaviour: Behaviour | Mapping[str, float] | str | None = None,
        region: str | Region = MIXED,
        firms: Register | Bytes | str | Path | None = None,
        n_firms: int = 200,
        options: WorldOptions | None = None,
        n_months: int = 120,
        seed: int | None = 0,
        rng: int | None = None,
        firm_class: type[Firm] = Firm,
        each_month: Callable[[Any], object] | None = None,
        agent_reporters: Mapping[str, Any] | None = None,
        model_reporters: Mapping[str, Any] | None = None,
    ) -> None:
        """Build what is not given, bring the world to the eve of month 0, and make the agents."""
        self._n_registered = 0
        self.is_complete = False
        self.seed = _checked_seed(seed if rng is None else rng)
        super().__init__(**_mesa_seed(self.seed))
        if not isinstance(n_months, int | np.integer) or n_months < 1:
            raise InputError(f"n_months = {n_months} month is no whole number of at least 1; choose one.")
        self.n_months = int(n_months)
        self.names: tuple[str, ...] = ()
        if world is None:
            world, self.names = opened(region, firms, n_firms, options, self.seed)
        self.world = world
        self.conditions, names = _in_force(policy, conditions, self.world, self.n_months)
        self.behaviour = _behaviour(behaviour, self.seed)
        self.constants = self.behaviour.record()
        self.month = 0
        self.state = blank_state(self.world, self.conditions)
        self.series = np.zeros((self.n_months + 1, N_OBSERVABLES))
        self._advance(EVE)
        self.each_month = each_month
        self._rows = [firm_class(self, row) for row in range(len(self.world.firms.index))]
        self._firms_act = firm_class.step is not mesa.Agent.step
        self.levers = lever_agents(self, names)
        for reporter in (agent_reporters or {}).values():
            if isinstance(reporter, str):  # a slip would be collected as None, month by month
                getattr(self._rows[0], reporter)
        self.datacollector = mesa.DataCollector(
            model_reporters={name: partial(_observed, name) for name in NAMES} | dict(model_reporters or {}),
            agent_reporters=dict(agent_reporters or {}),
        )
        self.is_complete = True
        self.datacollector.collect(self)

    def register_agent(self, agent: Any) -> None:
        """Take an agent in and number it within this model, leaving no trace of the model in Mesa."""
        counters = getattr(mesa.Agent, "_ids", None)
        if counters is not None:
            counters.pop(self, None)
            self._n_registered += 1
            agent.unique_id = self._n_registered
        super().register_agent(agent)

    def step(self) -> None:
        """One month: the kernel, the firms' own `step` if a subclass has one, the callback, the collector."""
        if self.month >= self.n_months:
            raise InputError(
                f"month {self.month} is the last of this model (n_months = {self.n_months}); "
                "make one with more months to go on."
            )
        self._advance(self.month)
        self.month += 1
        self.running = self.month < self.n_months
        if self._firms_act:
            for firm in self._rows:
                firm.step()
        if self.each_month is not None:
            self.each_month(self)
        self.datacollector.collect(self)

    def _advance(self, month: int) -> None:
        """Let the kernel carry the state through one month and write the row that shows it."""
        row = self.series[month + 1]
        advance(self.world, self.state, self.conditions, self.constants, self.seed, month, row)

    @property
    def policy_month(self) -> int:
        """The month whose conditions hold: the one last completed; -1 on the eve, when no lever acts."""
        return self.month - 1

    @property
    def terms(self) -> tuple[World, State, Conditions, np.record, int]:
        """What a rule needs to answer a question as things stand, in the order of `rules.asking`."""
        return self.world, self.state, self.conditions, self.constants, self.policy_month

    @property
    def firms(self) -> Any:
        """The firms, without the levers and the authority, as an AgentSet in the order of rows."""
        return self.agents_by_type[type(self._rows[0])]

    def firm(self, row: int) -> Firm:
        """The firm of a row of the world."""
        return self._rows[row]

    @property
    def observed(self) -> dict[str, float]:
        """The observables of the month last completed, by name."""
        return dict(zip(NAMES, self.series[self.month].tolist(), strict=True))

    @property
    def trajectory(self) -> Trajectory:
        """What the run has left behind so far, as `simulate` would return it after as many months."""
        return Trajectory(self.series[: self.month + 1], self.state)


def _observed(name: str, model: SymbiosisModel) -> float:
    """One observable of the month last completed."""
    return float(model.series[model.month, NAMES.index(name)])


def _mesa_seed(seed: int) -> dict[str, int]:
    """The argument by which this version of Mesa wants the seed of its own generators."""
    renamed = "scenario" in inspect.signature(mesa.Model.__init__).parameters
    return {"rng": seed} if renamed else {"seed": seed}


def _checked_seed(seed: int | None) -> int:
    """A seed that keys all draws; None (from a batch without seeds) takes one from the operating system."""
    if seed is None:
        return int(np.random.SeedSequence().generate_state(1, np.uint64)[0])
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed <= MAX_SEED:
        raise InputError(f"seed = {seed!r} is no whole number in [0, {MAX_SEED}]; choose one.")
    return int(seed)


def _in_force(
    policy: str | Policy, conditions: Conditions | None, world: World, n_months: int
) -> tuple[Conditions, tuple[str, ...]]:
    """The conditions and the names of the levers that make them."""
    if conditions is not None:
        if policy != "none":
            raise InputError("policy and conditions are both given; leave one of them out.")
        if conditions.strength.shape[1] < n_months:
            raise InputError(
                f"n_months = {n_months} month is more than the {conditions.strength.shape[1]} that the "
                "conditions cover; make conditions for as many months."
            )
        return conditions, tuple(f"lever {row}" for row in range(len(conditions.key)))
    if policy == "none":
        return no_policy(len(world.firms.index), n_months), ()
    from issim.levers import policy as policies

    chosen = policies.load(policy) if isinstance(policy, str) else policy
    policies.check_months(chosen, n_months)
    return policies.conditions(chosen, world, n_months), chosen.names


def _behaviour(given: Behaviour | Mapping[str, float] | str | None, seed: int) -> Behaviour:
    """The constants of behaviour, checked; those of a posterior are the seed's own."""
    if isinstance(given, str):
        return posterior.load(posterior.PACKAGED if given == "posterior" else given).behaviour(seed)
    if isinstance(given, Mapping):
        for name in given:
            if name not in CONSTANTS:
                raise unknown_name("behaviour constant", str(name), CONSTANTS)
        given = Behaviour(**given)
    behaviour = given or Behaviour()
    for error in range_errors(behaviour, "behaviour"):
        raise error
    return behaviour
