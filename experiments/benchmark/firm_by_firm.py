"""The same month driven firm by firm: ordinary Mesa agents call the uncompiled rules for themselves.

Run with NUMBA_DISABLE_JIT=1: every rule is then plain Python. Each process of the month is one turn for
all agents; what firms do to each other is collected and applied after, as in `rules/month.py`. The result
equals the kernel's to the bit, which `python experiments/benchmark/firm_by_firm.py` checks before it times.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings

import mesa
import numpy as np

from issim import evidence
from issim.model.simulate import EVE, advance
from issim.rules.awareness import forget, next_awareness, wake
from issim.rules.behaviour import Behaviour
from issim.rules.decide import negotiate, share_out
from issim.rules.end import end_exchanges, leaves, renew
from issim.rules.exchange import break_off, forget_ended, meet
from issim.rules.implement import implement
from issim.rules.learning import learn_one
from issim.rules.money import set_prices
from issim.rules.month import throw
from issim.rules.observe import N_OBSERVABLES, observe
from issim.rules.operate import operate
from issim.rules.policy import enact
from issim.rules.prices import move_prices
from issim.rules.search import own_contact, seek
from issim.rules.trust import update_trust
from issim.world.blank import blank_state
from issim.world.build import build
from issim.world.conditions import no_policy
from issim.world.region import Region
from issim.world.state import CANDIDATE, FIRM_LEFT, MET, N_ACTIVE, NEW_ACCEPTED, NEW_CLOSED


class PlainFirm(mesa.Agent):
    """A firm that takes its own turn in every process."""

    def __init__(self, model: PlainModel, row: int) -> None:
        super().__init__(model)
        self.row = row

    def hear(self) -> None:
        """Awareness: note the level of next month."""
        m, state = self.model, self.model.state
        self.level = next_awareness(
            self.row,
            state.work.luck[self.row, 0],
            m.constants.outside_influence,
            m.world.peers,
            state.firms,
            m.constants,
        )

    def take_in(self) -> None:
        """Awareness: make the noted level one's own."""
        firms, peers = self.model.state.firms, self.model.world.peers
        if self.level > firms.awareness[self.row]:
            wake(self.row, self.level, peers, firms)
        elif self.level < firms.awareness[self.row]:
            forget(self.row, peers, firms)

    def learn(self) -> None:
        """Learning."""
        m = self.model
        learn_one(self.row, m.world.firms, m.state.firms, m.state.levers, m.conditions, m.constants, m.month)

    def seek(self) -> None:
        """Search: start or stop."""
        m = self.model
        seek(self.row, m.world, m.state, m.conditions, m.constants, m.month)

    def look_around(self) -> None:
        """Search: note a candidate met through one's own contacts."""
        m = self.model
        pair = own_contact(self.row, m.world, m.state, m.constants, m.seed_of_run, m.month)
        if pair >= 0:
            m.found.append(pair)

    def stay_or_leave(self) -> None:
        """End: note whether to leave the region."""
        m = self.model
        if leaves(m.world.firms.employees[self.row], m.state.work.luck[self.row, 3], m.constants):
            m.leaving.append(self.row)


class PlainModel(mesa.Model):
    """The region of `issim run` without policy, driven by its agents."""

    def __init__(self, n_firms: int, n_months: int, seed: int) -> None:
        super().__init__(seed=seed)
        self.world = build(evidence.load(), [Region(n_firms=n_firms)], seed=seed)
        self.conditions = no_policy(n_firms, n_months)
        self.state = blank_state(self.world, self.conditions)
        self.constants = Behaviour().record()
        self.seed_of_run, self.month = np.uint64(seed), EVE
        self.rows = [np.zeros(N_OBSERVABLES)]
        advance(self.world, self.state, self.conditions, self.constants, seed, EVE, self.rows[0])
        for row in range(n_firms):
            PlainFirm(self, row)

    def step(self) -> None:
        """One month, in the order of the table in `rules/month.py`."""
        self.month += 1
        world, state, conditions = self.world, self.state, self.conditions
        constants, seed, month, work = self.constants, self.seed_of_run, self.month, self.state.work
        throw(world.firms, work.luck, seed, month)
        enact(world, state, conditions, constants, seed, month)
        move_prices(world.goods, state.market, seed, month)
        set_prices(state.market, work.prices)
        self.agents.do("hear").do("take_in")
        self.agents.do("learn")
        self.found: list[int] = []
        self.agents.do("seek").do("look_around")
        for pair in self.found:
            if state.pairs.stage[pair] == CANDIDATE:
                meet(pair, world, state, month)
        self.negotiate()
        implement(world, state, constants, seed, month)
        operate(world, state, conditions, constants, work.prices, seed, month)
        update_trust(state, constants)
        end_exchanges(world, state, constants, seed, month)
        self.close()
        forget_ended(state)
        self.rows.append(np.zeros(N_OBSERVABLES))
        observe(world, state, self.rows[-1])

    def negotiate(self) -> None:
        """Let met pairs decide, then share out."""
        work, n_accepted = self.state.work, 0
        common = (
            self.world,
            self.state,
            self.conditions,
            self.constants,
            work.prices,
            self.seed_of_run,
            self.month,
        )
        for pair in work.active[: work.counts[N_ACTIVE]]:
            if self.state.pairs.stage[pair] == MET:
                gain = negotiate(pair, *common)
                if gain > 0.0:
                    work.changed_pairs[n_accepted], work.keys[n_accepted] = pair, -gain
                    n_accepted += 1
        work.counts[NEW_ACCEPTED] = n_accepted
        share_out(n_accepted, *common)

    def close(self) -> None:
        """Let firms leave and be replaced."""
        self.leaving: list[int] = []
        self.agents.do("stay_or_leave")
        world, state = self.world, self.state
        gone = set(self.leaving)
        for pair in state.work.active[: state.work.counts[N_ACTIVE]]:
            both = {int(world.pairs.donor[pair]), int(world.pairs.receiver[pair])}
            if state.pairs.stage[pair] > 0 and gone & both:
                break_off(pair, FIRM_LEFT, world, state, self.constants, self.month)
        for row in self.leaving:
            renew(row, world, state, self.conditions, self.constants, self.month)
        state.work.counts[NEW_CLOSED] += len(self.leaving)


def main() -> None:
    """Time the drive, after checking it against the months of the same rules; prints JSON."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--firms", type=int, default=1000)
    options.add_argument("--months", type=int, default=3)
    given = options.parse_args()
    warnings.simplefilter("ignore")
    model = PlainModel(given.firms, given.months, seed=1)
    started = time.process_time()
    for _ in range(given.months):
        model.step()
    seconds = time.process_time() - started
    state, row = blank_state(model.world, model.conditions), np.zeros(N_OBSERVABLES)
    for month in range(EVE, given.months):
        advance(model.world, state, model.conditions, model.constants, 1, month, row)
        if not np.array_equal(row, model.rows[month + 1]):
            raise SystemExit(f"month {month}: the agents and the kernel disagree")
    print(
        json.dumps(
            {"firms": given.firms, "months": given.months, "ns": seconds / given.firms / given.months * 1e9}
        )
    )


if __name__ == "__main__":
    main()
