"""What finished runs are summed up to, to be compared with what programmes published.

One implementation for calibration, validation and tests. A summary takes a part out of every run, and parts of several
runs are pooled: counts are added before they are divided, distances are put together before their median is taken. A
name may carry a number after a colon, as in `begun_by:60`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from issim.errors import unknown_name
from issim.rules.observe import NAMES
from issim.world.conditions import Conditions
from issim.world.state import (
    AGREED,
    CANDIDATE,
    CROWDED_OUT,
    FAILED,
    FELL_THROUGH,
    OPERATING,
    UNPROFITABLE,
    Floats,
    State,
    World,
)

#: Firms that hang together before they count as a network, as in the library of documented exchanges.
LEAST_NETWORK = 4
#: What a pair last ended by if both firms had accepted it, and if it had operated (a firm that left may end either).
AFTER_ACCEPTANCE = (CROWDED_OUT, FELL_THROUGH, UNPROFITABLE, FAILED)
AFTER_OPERATION = (UNPROFITABLE, FAILED)


class Finished(NamedTuple):
    """A run that has ended; without months, a world as it was found."""

    world: World
    conditions: Conditions
    series: Floats
    """Monthly observables, (n_months + 1, n_observables)."""
    state: State

    def total(self, name: str, months: int | None = None) -> float:
        """Sum of an observable over all months but the start, or over the first few."""
        return float(self.series[1 : None if months is None else months + 1, NAMES.index(name)].sum())

    def last(self, name: str) -> float:
        """An observable after the last month."""
        return float(self.series[-1, NAMES.index(name)])

    def begun(self) -> NDArray[np.int64]:
        """Rows of the exchanges that operate and started during the run."""
        pairs = self.state.pairs
        return np.flatnonzero((pairs.stage == OPERATING) & (pairs.since >= 0))

    def ties(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The two firms of some exchanges, (n, 2)."""
        pairs = self.world.pairs
        return np.stack([pairs.donor[rows], pairs.receiver[rows]], axis=1).astype(np.int64)

    def introduced(self, stage: int, reasons: Sequence[int]) -> tuple[float, float]:
        """Of the pairs that a facilitator introduced, how many came to a stage at least, and how many there were."""
        pairs = self.state.pairs
        stages, ended = pairs.stage[pairs.introduced == 1], pairs.reason[pairs.introduced == 1]
        came = (stages >= stage) | ((stages == CANDIDATE) & np.isin(ended, reasons))
        return float(came.sum()), float(len(stages))

    def reached(self) -> NDArray[np.bool_]:
        """Firms that some lever which reaches firms one by one has reached, (n_firms,)."""
        found: NDArray[np.bool_] = (self.state.levers.reached[self.conditions.enrols == 1] >= 0).any(axis=0)
        return found


class Summary(NamedTuple):
    """One number that runs are summed up to."""

    name: str
    unit: str
    how: str
    """`ratio` of two sums over runs, or the `mean` or `median` of what all runs hold."""
    meaning: str
    part: Callable[[Finished, float], object]
    """What one run gives: two numbers for a ratio, else any number; the second argument is what follows a colon."""


def _converted(later: str, before: str) -> Callable[[Finished, float], object]:
    """How many events there were in all months, over how many of another kind."""
    return lambda run, _: (run.total(later), run.total(before))


def _still(run: Finished, _: float) -> object:
    return len(run.begun()), run.total("new_operating")


def _begun_by(run: Finished, month: float) -> object:
    return run.total("new_operating", int(month)), run.total("new_operating")


def _distances(run: Finished, _: float) -> object:
    return run.world.pairs.distance[run.begun()]


def _firms_per_exchange(run: Finished, _: float) -> object:
    rows = run.begun()
    return len(np.unique(run.ties(rows))), len(rows)


def _within(run: Finished, km: float) -> object:
    pairs, goods = run.world.pairs, run.world.goods
    rows = np.flatnonzero(run.state.pairs.stage == OPERATING)
    tonnes = run.state.pairs.flow[rows] * goods.is_mass[pairs.good[rows]]
    return tonnes[pairs.distance[rows] <= km].sum(), tonnes.sum()


def _partners(run: Finished, least: float) -> object:
    """Partners of every firm in a network of at least `least` firms; two goods between two firms are one partner."""
    couples = np.unique(np.sort(run.ties(np.flatnonzero(run.state.pairs.stage == OPERATING)), axis=1), axis=0)
    n_firms = len(run.world.firms.index)
    degree = np.bincount(couples.ravel(), minlength=n_firms)
    graph = csr_array((np.ones(len(couples)), (couples[:, 0], couples[:, 1])), shape=(n_firms, n_firms))
    network = connected_components(graph, directed=False)[1]
    return degree[(degree > 0) & (np.bincount(network)[network] >= least)]


def _introduced_per_reached(run: Finished, _: float) -> object:
    return run.introduced(CANDIDATE, ())[1], run.reached().sum()


def _realising(run: Finished, _: float) -> object:
    reached, takes_part = run.reached(), np.zeros(len(run.world.firms.index), np.bool_)
    takes_part[run.ties(run.begun()).ravel()] = True
    return (reached & takes_part).sum(), reached.sum()


def _per_participant(table: str) -> Callable[[Finished, float], object]:
    """Rows of a table of the world over the firms that have something to offer or to take."""

    def part(run: Finished, _: float) -> object:
        taking_part = np.union1d(run.world.offers.firm, run.world.needs.firm)
        return len(getattr(run.world, table)[0]), len(taking_part)

    return part


def _last_year(run: Finished, name: str) -> float:
    return float(run.series[1:][-12:, NAMES.index(name)].sum())


#: The summaries, by name.
SUMMARIES = {
    found.name: found
    for found in (
        Summary("operating_of_accepted", "share", "ratio", "exchanges started over pairs that both firms accepted",
                _converted("new_operating", "new_accepted")),
        Summary("accepted_of_met", "share", "ratio", "pairs that both firms accepted over pairs that met",
                _converted("new_accepted", "new_met")),
        Summary("accepted_of_introduced", "share", "ratio",
                "pairs that a facilitator introduced and both firms accepted, over those introduced",
                lambda run, _: run.introduced(AGREED, AFTER_ACCEPTANCE)),
        Summary("operating_of_introduced", "share", "ratio",
                "pairs that a facilitator introduced and that came to operate, over those introduced",
                lambda run, _: run.introduced(OPERATING, AFTER_OPERATION)),
        Summary("still_operating", "share", "ratio",
                "exchanges that started in the run and operate at its end, over all that started", _still),
        Summary("begun_by", "share", "ratio",
                "exchanges started up to a month, over all that started", _begun_by),
        Summary("distance_median", "km", "median", "distance of exchanges that started in the run and operate",
                _distances),
        Summary("distance_mean", "km", "mean", "distance of exchanges that started in the run and operate",
                _distances),
        Summary("firms_per_exchange", "firms/exchange", "ratio",
                "firms that take part in exchanges started in the run, over these", _firms_per_exchange),
        Summary("tonnage_within", "share", "ratio", "solid residues that go no farther than some km, over all",
                _within),
        Summary("partners_mean_of", "partners/firm", "mean",
                "partners of firms in networks of at least so many firms", _partners),
        Summary("partners_median", "partners/firm", "median", "partners of firms that exchange",
                lambda run, _: _partners(run, 0)),
        Summary("introduced_per_reached", "pairs/firm", "ratio",
                "pairs introduced by facilitators over firms reached by levers", _introduced_per_reached),
        Summary("realising_of_reached", "share", "ratio",
                "firms reached by levers that take part in an exchange started in the run, over firms reached",
                _realising),
        Summary("ideas_per_firm", "pairs/firm", "ratio", "candidate exchanges over firms with an offer or a need",
                _per_participant("pairs")),
        Summary("offers_per_firm", "streams/firm", "ratio", "offers over firms with an offer or a need",
                _per_participant("offers")),
        Summary("needs_per_firm", "streams/firm", "ratio", "needs over firms with an offer or a need",
                _per_participant("needs")),
        Summary("exchanges_per_firm", "exchanges/firm", "ratio", "operating exchanges over firms",
                lambda run, _: (run.last("operating"), len(run.world.firms.index))),
        Summary("uptake", "share", "ratio", "firms that exchange over firms",
                lambda run, _: (run.last("adopters"), len(run.world.firms.index))),
        Summary("uptake_change", "share", "ratio", "change of the number of firms that exchange, over firms",
                lambda run, _: (run.last("adopters") - run.series[0, NAMES.index("adopters")],
                                len(run.world.firms.index))),
        Summary("tonnes_per_exchange", "t/yr", "ratio", "solid residues of the last year over operating exchanges",
                lambda run, _: (_last_year(run, "tonnes"), run.last("operating"))),
        Summary("tonnes_per_firm", "t/yr", "ratio", "solid residues of the last year over firms that exchange",
                lambda run, _: (_last_year(run, "tonnes"), run.last("adopters"))),
        Summary("gain_per_tonne", "EUR/t", "ratio", "private gain over solid residues passed on",
                _converted("gain", "tonnes")),
        Summary("co2_per_tonne", "t/t", "ratio", "CO2 saved over solid residues passed on, freight subtracted",
                lambda run, _: (run.total("co2") / 1000.0, run.total("tonnes"))),
    )
}  # fmt: skip


def named(summary: str) -> tuple[Summary, float]:
    """The summary of a name, and the number after its colon (0 without one)."""
    name, _, number = summary.partition(":")
    if name not in SUMMARIES:
        raise unknown_name("summary", name, SUMMARIES)
    return SUMMARIES[name], float(number or 0.0)


def part_of(summary: str, run: Finished) -> Floats:
    """What one run contributes to a summary."""
    found, number = named(summary)
    return np.atleast_1d(np.asarray(found.part(run, number), np.float64))


def pooled(summary: str, parts: Sequence[Floats]) -> float:
    """A summary out of the parts of several runs; nan if these hold nothing to divide by or to average."""
    how = named(summary)[0].how
    if how == "ratio":
        above, below = np.sum(parts, axis=0)
        return float(above / below) if below > 0.0 else float("nan")
    values = np.concatenate(parts)
    if not len(values):
        return float("nan")
    return float(np.median(values) if how == "median" else values.mean())


def value(summary: str, runs: Sequence[Finished]) -> float:
    """A summary of some runs together."""
    return pooled(summary, [part_of(summary, run) for run in runs])
