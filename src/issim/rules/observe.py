"""Process 11, observe: what a month looks like, as one row of numbers."""

from __future__ import annotations

from typing import NamedTuple

from issim.jit import process
from issim.rules.policy import stage_of
from issim.world.state import (
    CO2,
    ENDED,
    FREIGHT,
    GAIN,
    MET,
    N_ACTIVE,
    N_COUNTS,
    N_SUMS,
    NEW_ACCEPTED,
    NEW_AGREED,
    NEW_CLOSED,
    NEW_MET,
    NEW_OPERATING,
    OPERATING,
    PUBLIC,
    RANK_POSITION,
    REASONS,
    REPLACED,
    TONNES,
    Floats,
    State,
    World,
)

GOODS = (
    "metal",
    "plastic",
    "wood",
    "paper",
    "organic",
    "textile",
    "mineral",
    "chemical",
    "sludge",
    "water",
    "heat",
    "fuel_gas",
)
GROUPS = (
    ("sector", ("manufacturing", "agri-food", "technology", "other")),
    ("size", ("micro", "small", "medium", "large")),
    ("country", ("IT", "LV", "NO", "PL", "SI", "BE", "DK", "FI", "NL", "SE")),
)


class Observable(NamedTuple):
    """One column of the monthly series."""

    name: str
    unit: str
    meaning: str


def _observables() -> tuple[Observable, ...]:
    found = [
        Observable(
            "unaware", "firms", "firms that are not aware of symbiosis and do not operate, talk or search"
        ),
        Observable("aware", "firms", "aware firms that do not search yet"),
        Observable("searching", "firms", "firms that search and have no talks"),
        Observable(
            "talking", "firms", "firms in talks, agreed or implementing, without an operating exchange"
        ),
        Observable("adopters", "firms", "firms with at least one operating exchange"),
        Observable("met", "exchanges", "pairs in talks"),
        Observable("agreed", "exchanges", "exchanges agreed, not yet begun"),
        Observable("implementing", "exchanges", "exchanges being implemented"),
        Observable("operating", "exchanges", "operating exchanges"),
        Observable("new_met", "exchanges/month", "pairs that met this month"),
        Observable("new_accepted", "exchanges/month", "pairs that both ends accepted this month"),
        Observable("new_agreed", "exchanges/month", "exchanges agreed this month"),
        Observable("new_operating", "exchanges/month", "exchanges that started this month"),
        Observable("new_closed", "firms/month", "firms that left and were replaced this month"),
        Observable("tonnes", "t/month", "solid residues passed on"),
        Observable("replaced", "t/month", "solid virgin inputs replaced"),
        Observable("co2", "kg/month", "CO2 saved, freight subtracted"),
        Observable("gain", "EUR/month", "private gain of both ends, after support"),
        Observable("freight", "t km/month", "haulage of solid residues"),
        Observable("public_cost", "EUR/month", "public money spent on levers"),
        Observable("awareness", "1", "mean level of awareness (1-3)"),
        Observable("readiness", "scale point", "mean readiness to take part (1-5)"),
        Observable("digital", "1", "mean digital readiness"),
        Observable("trust", "1", "mean general trust"),
    ]
    found += [
        Observable(f"ended_{r.replace(' ', '_')}", "exchanges/month", f"ended: {r}") for r in REASONS[1:]
    ]
    found += [Observable(f"flow_{g}", "unit/month", f"{g} passed on") for g in GOODS]
    found += [
        Observable(f"adopters_{group}_{level}", "firms", f"adopters, {group} {level}")
        for group, levels in GROUPS
        for level in levels
    ]
    return tuple(found)


#: The columns of the monthly series, in order.
OBSERVABLES = _observables()
NAMES = tuple(observable.name for observable in OBSERVABLES)
N_OBSERVABLES = len(OBSERVABLES)
_PAIRS = NAMES.index("met")
_EVENTS = NAMES.index("new_met")
_SUMS = NAMES.index("tonnes")
_MEANS = NAMES.index("awareness")
_ENDED = NAMES.index("ended_" + REASONS[1].replace(" ", "_"))
_FLOWS = NAMES.index("flow_metal")
_SECTORS = NAMES.index("adopters_sector_manufacturing")
_SIZES = NAMES.index("adopters_size_micro")
_COUNTRIES = NAMES.index("adopters_country_IT")


@process
def observe_firms(world: World, state: State, row: Floats) -> None:
    """Count firms by stage and adopters by group, and average the firms' states, into `row`."""
    firms, who = state.firms, world.firms
    n_firms = firms.awareness.shape[0]
    for firm in range(n_firms):
        stage = stage_of(firms, firm)
        row[stage] += 1.0
        if stage == 4:
            row[_SECTORS + who.sector[firm]] += 1.0
            row[_SIZES + who.size[firm]] += 1.0
            row[_COUNTRIES + who.country[firm]] += 1.0
        row[_MEANS] += firms.awareness[firm]
        row[_MEANS + 1] += firms.readiness[firm]
        row[_MEANS + 2] += firms.digital[firm]
        row[_MEANS + 3] += firms.trust[firm]
    for k in range(4):
        row[_MEANS + k] /= n_firms


@process
def observe(world: World, state: State, row: Floats) -> None:
    """Write this month's counts, flows and sums into `row` (length n_observables) and start new sums.

    For whom  every month, after all else
    Units     OBSERVABLES
    Source    counts and sums of the other processes
    Keeps     firms by stage add up to the number of firms
    """
    work = state.work
    row[:] = 0.0
    observe_firms(world, state, row)
    for k in range(work.counts[N_ACTIVE]):
        stage = state.pairs.stage[work.active[k]]
        if MET <= stage <= OPERATING:
            row[_PAIRS + stage - MET] += 1.0
    events = (NEW_MET, NEW_ACCEPTED, NEW_AGREED, NEW_OPERATING, NEW_CLOSED)
    for k in range(len(events)):
        row[_EVENTS + k] = work.counts[events[k]]
    sums = (TONNES, REPLACED, CO2, GAIN, FREIGHT, PUBLIC)
    for k in range(len(sums)):
        row[_SUMS + k] = work.sums[sums[k]]
    for reason in range(1, N_COUNTS - ENDED):
        row[_ENDED + reason - 1] = work.counts[ENDED + reason]
    for good in range(work.flows.shape[0]):
        row[_FLOWS + good] = work.flows[good]
        work.flows[good] = 0.0
    for k in range(RANK_POSITION + 1, N_COUNTS):
        work.counts[k] = 0
    for k in range(N_SUMS):
        work.sums[k] = 0.0
