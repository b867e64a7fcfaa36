"""The Hold-Up model: producers invest in a contract with a consumer who may be an opportunist.

Producers (rows 0 to 49) are investing or cautious, consumers honest or opportunist. They walk on a plane of 33 x 33,
meet, deal under contracts that the law upholds more or less, and copy those of their kind who are richer. One step:

    1  value        V = max(0, S + Normal(0, turbulence))
    2  move         who has no contract turns by a whole angle in [-25, 24] degrees and goes 1; everybody pays 0.5
    3  forget       producers forget whom they blacklisted more than M steps ago
    4  end          contracts grow older; from age L on one with an opportunist ends, who is blacklisted
    5  contract     an investing producer without contract opens one with a consumer within 5 who is not blacklisted
    6  deal         honest: V/2 for either; else 1 for the producer, V - 1 for the consumer
    7  learn        who sees a richer one of its kind within 5 copies it, unless it holds a contract younger than L;
                    then with a chance of 1 % the strategy is drawn anew

As described the investment K is paid in every step of a contract; in the released code once, when it is opened, and
producers there copy by a rule of expected gain.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from replications.chance import below, shuffle
from replications.compiled import rule

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Index = int | np.signedinteger

#: Agents of either kind; side of the plane, sight, what a step costs, wealth at the start, chance of a new strategy.
N_KIND, SIDE, SIGHT, UPKEEP, WEALTH, MUTATION = 50, 33.0, 5.0, 0.5, 50.0, 0.01
NOBODY, NEVER, NONE = -1, -1_000_000, 1_000_000


class Terms(NamedTuple):
    """One setting of the model."""

    turbulence: float
    law: float
    """Contract strength: chance that an opportunist is held to honesty."""
    memory: int
    """M, in steps."""
    investment: float
    """K."""
    value: float
    """S."""
    duration: int
    """L, in steps."""
    is_released: bool
    """Whether investment and learning are those of the released code."""
    is_wrapped: bool
    """Whether the plane's edges meet."""


class Agents(NamedTuple):
    """How everybody stands, producers before consumers."""

    x: Floats
    y: Floats
    heading: Floats
    wealth: Floats
    is_good: Bools
    """Investing, for producers; honest, for consumers."""
    partner: Ints
    """The consumer of each producer's contract, as a number among consumers, or nobody."""
    age: Ints
    """Of each producer's contract."""
    listed: Ints
    """Step in which a producer (row) blacklisted a consumer (column)."""


@rule
def start(random: np.random.Generator) -> Agents:
    """Everybody somewhere, with equal wealth, half of each kind in either strategy."""
    n = 2 * N_KIND
    is_good = np.zeros(n, np.bool_)
    for i in range(n):
        is_good[i] = i % N_KIND < N_KIND // 2
    return Agents(
        random.random(n) * SIDE,
        random.random(n) * SIDE,
        random.random(n) * 360.0,
        np.full(n, WEALTH),
        is_good,
        np.full(N_KIND, NOBODY, np.int64),
        np.zeros(N_KIND, np.int64),
        np.full((N_KIND, N_KIND), NEVER, np.int64),
    )


@rule
def sees(agents: Agents, i: Index, j: Index, is_wrapped: bool) -> bool:
    """Whether two agents are within sight of each other, the short way round if the edges meet."""
    dx, dy = abs(agents.x[i] - agents.x[j]), abs(agents.y[i] - agents.y[j])
    if is_wrapped:
        dx, dy = min(dx, SIDE - dx), min(dy, SIDE - dy)
    return dx * dx + dy * dy <= SIGHT * SIGHT


@rule
def youngest(agents: Agents) -> Ints:
    """The age of everybody's youngest contract, or beyond any age."""
    found = np.full(2 * N_KIND, NONE, np.int64)
    for p in range(N_KIND):
        c = agents.partner[p]
        if c != NOBODY:
            found[p] = agents.age[p]
            found[N_KIND + c] = min(found[N_KIND + c], agents.age[p])
    return found


@rule
def move(random: np.random.Generator, agents: Agents, terms: Terms) -> None:
    """Who has no contract turns and goes on; a step over an edge that bounds the plane is not made."""
    age = youngest(agents)
    for i in range(2 * N_KIND):
        agents.wealth[i] -= UPKEEP
        if age[i] != NONE:
            continue
        agents.heading[i] += below(random, 50) - 25
        angle = math.radians(agents.heading[i])
        x, y = agents.x[i] + math.sin(angle), agents.y[i] + math.cos(angle)
        if terms.is_wrapped:
            x, y = x % SIDE, y % SIDE
        if 0.0 <= x < SIDE and 0.0 <= y < SIDE:
            agents.x[i], agents.y[i] = x, y


@rule
def end(agents: Agents, step: int, terms: Terms) -> None:
    """Contracts with opportunists end at their term, and the producer blacklists them."""
    for p in range(N_KIND):
        c = agents.partner[p]
        if c == NOBODY:
            continue
        agents.age[p] += 1
        if agents.age[p] >= terms.duration and not agents.is_good[N_KIND + c]:
            agents.partner[p] = NOBODY
            agents.listed[p, c] = step


@rule
def contract(random: np.random.Generator, agents: Agents, step: int, terms: Terms) -> None:
    """Investing producers without contract open one with any consumer in sight who is not blacklisted."""
    order, seen = np.arange(N_KIND), np.zeros(N_KIND + 1, np.int64)
    shuffle(random, order)
    for p in order:
        if not agents.is_good[p] or agents.partner[p] != NOBODY:
            continue
        n_seen = 0
        for c in range(N_KIND):
            is_free = step - agents.listed[p, c] > terms.memory
            seen[n_seen] = c
            n_seen += is_free and sees(agents, p, N_KIND + c, terms.is_wrapped)
        if n_seen:
            agents.partner[p], agents.age[p] = seen[below(random, n_seen)], 0
            if terms.is_released:
                agents.wealth[p] -= terms.investment


@rule
def deal(random: np.random.Generator, agents: Agents, worth: float, terms: Terms) -> None:
    """What a step of every contract brings to its two parties."""
    for p in range(N_KIND):
        c = agents.partner[p]
        if c == NOBODY:
            continue
        if not terms.is_released:
            agents.wealth[p] -= terms.investment
        is_honest = random.random() < terms.law or agents.is_good[N_KIND + c]
        agents.wealth[p] += worth / 2.0 if is_honest else 1.0
        agents.wealth[N_KIND + c] += worth / 2.0 if is_honest else worth - 1.0


@rule
def investing_pays(worth: float, opportunists: float, terms: Terms) -> bool:
    """What the released code asks before a producer copies an investing one.

    V/2 * (1 - e) + e - 0.5 * turbulence - K / (5 L) > 0.5,  e = share of opportunists * (1 - law)
    """
    e = opportunists * (1.0 - terms.law)
    net = worth / 2.0 * (1.0 - e) + e - 0.5 * terms.turbulence - terms.investment / (5.0 * terms.duration)
    return net > 0.5


@rule
def learn(random: np.random.Generator, agents: Agents, worth: float, terms: Terms) -> None:
    """Copy one richer agent of one's kind in sight; then, rarely, draw a strategy."""
    opportunists = 1.0 - agents.is_good[N_KIND:].mean()
    pays = investing_pays(worth, opportunists, terms)
    age, order, seen = youngest(agents), np.arange(2 * N_KIND), np.zeros(N_KIND + 1, np.int64)
    shuffle(random, order)
    for i in order:
        if age[i] < terms.duration:
            continue
        n_seen, first = 0, 0 if i < N_KIND else N_KIND
        for j in range(first, first + N_KIND):
            seen[n_seen] = j
            n_seen += j != i and sees(agents, i, j, terms.is_wrapped)
        if not n_seen:
            continue
        j = seen[below(random, n_seen)]
        if agents.wealth[j] > agents.wealth[i]:
            if i >= N_KIND or not terms.is_released or agents.is_good[j] == pays:
                agents.is_good[i] = agents.is_good[j]
            if random.random() < MUTATION:
                agents.is_good[i] = random.random() < 0.5


@rule
def investing(random: np.random.Generator, terms: Terms, n_steps: int) -> float:
    """Per cent of the producers that are investing after some steps."""
    agents = start(random)
    for step in range(n_steps):
        worth = max(0.0, terms.value + terms.turbulence * random.standard_normal())
        move(random, agents, terms)
        end(agents, step, terms)
        contract(random, agents, step, terms)
        deal(random, agents, worth, terms)
        learn(random, agents, worth, terms)
    return 100.0 * agents.is_good[:N_KIND].mean()
