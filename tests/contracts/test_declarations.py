"""Nothing declared is decoration: columns, effects, observables and constants all do something.

Most of it is tried, not read: what is declared is moved, and a run must notice.
"""

import dataclasses
import re

import numpy as np
import pytest
from contracts.sources import reads
from worlds import BUSY, EVERY_KIND, bordered, changed, policy, tables, toy

from issim import evidence
from issim.model.simulate import simulate
from issim.rules.behaviour import Behaviour
from issim.rules.observe import NAMES, OBSERVABLES
from issim.runs.parameters import parameters
from issim.units import ASSUMPTION, columns
from issim.world.conditions import EFFECTS, Conditions
from issim.world.state import TABLES, FirmState, LeverState, Market, PairState, Work, World

N, MONTHS = 60, 36
ROWS = [*EVERY_KIND, {"reuse_payment": 20.0, "budget": 4000.0}, {"border_relief": 0.5}]
#: Prices so unsteady that some exchanges lose money, and a border that some exchanges cross.
WORLD = bordered(
    toy(N, seed=7, price_volatility=1.5, gate_volatility=1.5), share=0.3, legal=0.1, unfamiliarity=0.1
)


def run(world=WORLD, behaviour=BUSY, seed=5, conditions=None):
    return simulate(
        world,
        policy(N, MONTHS, ROWS) if conditions is None else conditions,
        behaviour,
        seed=seed,
        n_months=MONTHS,
    )


@pytest.fixture(scope="module")
def usual():
    return run().series.tobytes()


def moved(column):
    """The same column with every value, or every other, elsewhere in its type."""
    if column.dtype.kind == "f":
        return column * 1.5 + 0.03
    return column[::-1].copy()


#: Columns of a world that no rule reads, and who does.
READ_BY_BUILDERS = {
    "Firms.x": "world", "Firms.y": "world", "Firms.branch": "world", "Goods.reach": "world",
}  # fmt: skip
#: Columns that say who and where: exchanging them makes another world, not the same world moved.
WORLD_COLUMNS = [
    (table, name)
    for table in World._fields
    if table not in ("peers", "firm_pairs")
    for name in columns(type(getattr(WORLD, table)))
    if f"{type(getattr(WORLD, table)).__name__}.{name}" not in READ_BY_BUILDERS
    and name not in ("offer", "need", "firm", "good", "donor", "receiver", "country", "index")
]


@pytest.mark.parametrize(("table", "name"), WORLD_COLUMNS, ids=[".".join(pair) for pair in WORLD_COLUMNS])
def test_a_run_notices_every_column_of_the_world(table, name, usual):
    rows = getattr(WORLD, table)
    column = moved(getattr(rows, name))
    if (table, name) == ("goods", "is_mass"):
        column = np.arange(12) % 2 * 1.0
    elif (table, name) == ("firms", "region"):
        column = np.ones(N, np.int16)
    if name in ("discount", "taxable", "compatibility", "trust", "benefits", "digital", "strength"):
        column = getattr(rows, name) * getattr(rows, name).dtype.type(0.8)
    other = WORLD._replace(**{table: rows._replace(**{name: column})})
    assert run(other).series.tobytes() != usual


@pytest.mark.parametrize("column", sorted(READ_BY_BUILDERS))
def test_what_no_rule_reads_is_read_by_builders(column):
    assert column.partition(".")[2] in reads((READ_BY_BUILDERS[column],))


def test_every_column_of_every_table_is_read_somewhere():
    found = reads(("rules", "world", "model"))
    unread = [
        f"{table.__name__}.{name}"
        for table in (*TABLES, Conditions)
        for name in columns(table)
        if name not in found
    ]
    assert unread == []


def test_every_column_of_a_state_changes_in_some_run():
    ends = [run(seed=seed) for seed in range(4)]
    kinds = {"firms": FirmState, "pairs": PairState, "market": Market, "levers": LeverState}
    still = [
        f"{table}.{name}"
        for table, kind in kinds.items()
        for name in columns(kind)
        if all(np.ptp(tables(end.state)[f"{table}.{name}"]) == 0 for end in ends)
    ]
    # news is taken in every month before the end; what is left of it is this month's
    assert set(still) <= {"firms.good_news"}
    assert all(column.any() for end in ends[:1] for name, column in end.state.work._asdict().items()
               if name not in ("leaving", "flows", "sums", "places", "prices", "owed", "stale")), Work  # fmt: skip


@pytest.mark.parametrize("effect", [effect.name for effect in EFFECTS])
def test_a_run_notices_every_effect(effect, usual):
    column = [effect_.name for effect_ in EFFECTS].index(effect)
    conditions = policy(N, MONTHS, ROWS)
    assert conditions.effect[:, column].any(), "no lever of these tests has it"
    conditions.effect[:, column] = 0.0
    assert run(conditions=conditions).series.tobytes() != usual


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Behaviour)])
def test_a_run_notices_every_constant(name, usual):
    par = Behaviour.__dataclass_fields__[name].metadata["par"]
    value = getattr(BUSY, name)
    other = value * 0.7 if value else (par.low + par.high) / 2
    seen = run(behaviour=changed(BUSY, **{name: max(par.low, min(par.high, other))})).series.tobytes()
    assert seen != usual, f"behaviour.{name} is decoration"


def test_every_observable_is_observed():
    """Each column of the series takes more than one value in some run."""
    series = np.concatenate([run(seed=seed).series for seed in range(6)])
    series = np.concatenate(
        [series, *(run(seed=seed, conditions=policy(N, MONTHS, [])).series for seed in range(6))]
    )
    still = [name for k, name in enumerate(NAMES) if np.ptp(series[:, k]) == 0]
    assert still == []
    assert len(set(NAMES)) == len(OBSERVABLES)
    assert all(o.unit and o.meaning for o in OBSERVABLES)


PRIOR = re.compile(r"(uniform|loguniform|normal|lognormal|beta|triangular)\(([-+.\deE]+(?:, *[-+.\deE]+)+)\)")
ALL = list(parameters())


def test_parameters_have_names_of_their_own():
    names = [parameter.name for parameter in ALL]
    assert len(set(names)) == len(names) > 100


@pytest.mark.parametrize("parameter", ALL, ids=[parameter.name for parameter in ALL])
def test_a_parameter_says_what_it_is_and_where_it_comes_from(parameter):
    _, value, par = parameter
    assert par.unit
    assert par.meaning
    assert par.source
    assert par.low < par.high or isinstance(value, str)
    if isinstance(value, int | float) and not isinstance(value, bool):
        assert par.low <= value <= par.high
    known = {*evidence.load().sources, ASSUMPTION}
    assert [source for source in par.source.split("; ") if source not in known] == []
    if par.prior:
        kind, numbers = PRIOR.fullmatch(par.prior).groups()
        low, high = (float(number) for number in numbers.split(",")[:2])
        if kind in ("uniform", "loguniform"):
            assert par.low <= low < high <= par.high
            assert isinstance(value, str) or low <= value <= high
        assert kind != "loguniform" or low > 0


#: What a user sets to say which region, run and policy is meant; nobody is uncertain about it.
SETTINGS = (
    "seed", "n_seeds", "n_months", "threads", "uncertainty.draws", "region.number", "region.side", "region.east",
    "region.north", "region.places.NAME.share", "population.n_firms",
    *(f".{name}" for name in ("start", "end", "ramp", "intensity", "capacity", "budget", "threshold")),
    ".contract_months",
)  # fmt: skip


@pytest.mark.parametrize("parameter", [p for p in ALL if p.par.source == ASSUMPTION], ids=lambda p: p.name)
def test_an_assumption_has_a_prior(parameter):
    if (
        not parameter.par.prior and parameter.value != 0
    ):  # nothing at all: what does not apply to a good or country
        assert parameter.name.endswith(SETTINGS), "an assumption of the model without a prior"


def test_every_constant_of_behaviour_is_read_by_a_rule():
    found = reads(("rules",))
    assert [field.name for field in dataclasses.fields(Behaviour) if field.name not in found] == []
