"""The month: the one order in which everything happens, and the only kernels called from outside.

| step | process    | what happens                                                     | rule                        |
|------|------------|------------------------------------------------------------------|-----------------------------|
| 0    | luck       | four keyed draws per firm                                        | throw                       |
| 1    | policy     | levers reach firms, lift barriers, set the month's conditions    | policy.enact                |
| 2    | prices     | virgin prices and gate fees move                                 | prices.move_prices          |
| 3    | awareness  | firms hear of symbiosis, learn more about it, forget             | awareness.spread_awareness  |
| 4    | learning   | digital readiness and readiness follow practice                  | learning.learn              |
| 5    | search     | firms start and stop searching; pairs meet                       | search.search               |
| 6    | decide     | met pairs weigh, accept or refuse; the better pair goes first    | decide.decide               |
| 7    | implement  | agreed exchanges are built, start or fall through                | implement.implement         |
| 8    | operate    | residues flow, money and CO2 are counted                         | operate.operate             |
| 9    | trust      | partners learn, peers hear the news                              | trust.update_trust          |
| 10   | end        | losses, distrust and closures end exchanges                      | end.end                     |
| 11   | observe    | the month becomes one row of numbers                             | observe.observe             |

Peers are read as they were last month; what firms do to each other is collected first and applied after,
so no result depends on the order of rows.
"""

from __future__ import annotations

from issim.draws import MONTH, NOBODY, Seed, place_word, uniforms
from issim.jit import process, rule
from issim.rules.awareness import spread_awareness
from issim.rules.behaviour import Constants
from issim.rules.decide import decide
from issim.rules.end import end
from issim.rules.implement import implement
from issim.rules.learning import learn
from issim.rules.money import set_prices
from issim.rules.observe import observe
from issim.rules.operate import operate
from issim.rules.policy import enact
from issim.rules.prices import move_prices
from issim.rules.search import search
from issim.rules.start import start
from issim.rules.trust import update_trust
from issim.world.conditions import Conditions
from issim.world.state import Firms, Floats, State, World


@process
def throw(firms: Firms, luck: Floats, seed: Seed, month: int) -> None:
    """Draw this month's four uniforms for every firm: awareness, search, meeting, closure."""
    for firm in range(luck.shape[0]):
        place = place_word(firms.region[firm], 0, 0, 0)
        four = uniforms(seed, MONTH, month, firms.index[firm], NOBODY, place)
        luck[firm, 0] = four[0]
        luck[firm, 1] = four[1]
        luck[firm, 2] = four[2]
        luck[firm, 3] = four[3]


@process
def advance(
    world: World,
    state: State,
    conditions: Conditions,
    behaviour: Constants,
    seed: Seed,
    month: int,
    row: Floats,
) -> None:
    """Carry a state through one month, in the order of the table above, and write the month's row."""
    throw(world.firms, state.work.luck, seed, month)
    enact(world, state, conditions, behaviour, seed, month)
    move_prices(world.goods, state.market, seed, month)
    set_prices(state.market, state.work.prices)
    spread_awareness(world, state, conditions, behaviour, month)
    learn(world, state, conditions, behaviour, month)
    search(world, state, conditions, behaviour, seed, month)
    decide(world, state, conditions, behaviour, state.work.prices, seed, month)
    implement(world, state, behaviour, seed, month)
    operate(world, state, conditions, behaviour, state.work.prices, seed, month)
    update_trust(state, behaviour)
    end(world, state, conditions, behaviour, seed, month)
    observe(world, state, row)


@rule
def run(
    world: World,
    state: State,
    conditions: Conditions,
    behaviour: Constants,
    seed: Seed,
    first: int,
    series: Floats,
) -> None:
    """Carry a state through months `first`, `first` + 1, ...: one per row of `series` (n_rows, n_observables).

    Month -1 is the start: an empty state is brought to the eve of month 0. One month at a time or all at
    once gives the same bits, and there is only this one kernel to compile.
    """
    for row in range(series.shape[0]):
        month = first + row
        if month < 0:
            start(world, state, conditions, behaviour, seed)
            observe(world, state, series[row])
        else:
            advance(world, state, conditions, behaviour, seed, month, series[row])
