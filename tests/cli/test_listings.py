"""`issim evidence | parameters | levers`: everything is listed, with unit, range, meaning and source."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable
from typing import Any

import pytest
from sentences import blemishes

from issim import evidence
from issim.evidence.catalogue import FILES
from issim.levers import catalogue
from issim.runs.parameters import parameters
from issim.runs.schema import types
from issim.units import ASSUMPTION, Parameter

#: What a user decides, not what anybody could be uncertain about: how much to simulate, where, in which mix,
#: and when, how hard, with how much money a policy acts.
CHOICES = re.compile(
    r"seed|n_seeds|n_months|threads|uncertainty\.draws"
    r"|region\.(number|side|east|north|places\.NAME\.share)|population\.(n_firms|composition)"
    r"|policy\.levers\.\w+\.(start|end|ramp|intensity|capacity|budget|threshold|contract_months)"
)
#: What some goods, countries and levers do not have at all: 0, and not uncertain.
NONE_AT_ALL = re.compile(
    r"goods\.\w+\.(capex_per_km|gate_fee|gate_volatility|taxable)|countries\.\w+\.incineration_tax"
    r"|policy\.levers\.\w+\.(running_cost|unit_cost)"
)
PRIOR = re.compile(r"(?:log)?uniform\((-?[\d.e+-]+), (-?[\d.e+-]+)\)")
ROWS = list(parameters())


def printed(call: Callable[..., Any], *words: str) -> list[dict[str, str]]:
    """The rows of a listing, read back from its CSV."""
    said = call(*words, "--csv")
    assert said.code == 0, said.err
    return list(csv.DictReader(io.StringIO(said.out)))


def test_every_parameter_is_printed_with_everything_that_it_means(call: Callable[..., Any]) -> None:
    rows = printed(call, "parameters")
    assert [row["name"] for row in rows] == [row.name for row in ROWS]
    for row, (_, value, par) in zip(rows, ROWS, strict=True):
        assert row["unit"]
        assert row["range"].startswith("[")
        assert row["meaning"]
        assert row["source"]
        assert row["prior"] == (par.prior or "fixed")
        if isinstance(value, float):
            assert math.isclose(float(row["value"]), value, rel_tol=1e-5)


def test_no_parameter_is_named_twice() -> None:
    names = [row.name for row in ROWS]
    assert len(set(names)) == len(names) > 400


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_parameter_has_unit_range_meaning_and_source(row: Parameter) -> None:
    known = {*evidence.load().sources, ASSUMPTION}
    assert row.par.unit.strip()
    assert len(row.par.meaning.split()) >= 2
    assert set(row.par.source.split("; ")) <= known
    if isinstance(row.value, int | float):
        assert row.par.low <= row.value <= row.par.high
        assert row.par.low < row.par.high
    if row.par.source == ASSUMPTION and isinstance(row.value, int | float):
        absent = row.value == 0 and NONE_AT_ALL.fullmatch(row.name)
        assert row.par.prior or CHOICES.fullmatch(row.name) or absent, "an assumption needs a prior"


@pytest.mark.parametrize("row", [row for row in ROWS if row.par.prior], ids=lambda row: row.name)
def test_a_prior_can_be_drawn_from_and_lies_in_the_range(row: Parameter) -> None:
    found = PRIOR.fullmatch(row.par.prior)
    assert found is not None
    low, high = float(found[1]), float(found[2])
    assert low < high
    assert row.par.low - 1e-9 <= low
    assert high <= row.par.high * (1 + 1e-6) + 1e-9
    assert low > 0 or not row.par.prior.startswith("log")


def test_every_number_of_the_configuration_is_a_parameter() -> None:
    in_schema = {key for key, kind in types().items() if kind in (int, float)}
    assert in_schema <= {row.name for row in ROWS}


def test_the_evidence_lists_every_table_with_sources(call: Callable[..., Any]) -> None:
    rows = printed(call, "evidence")
    assert {f"{row['table']}.csv" for row in rows} == set(FILES) - {"sources.csv"}
    for row in rows:
        assert row["key"].strip()
        assert row["source"].strip()
        assert row["confidence"].strip()
    assert sum(row["table"] == "barriers" for row in rows) == 24
    known = evidence.load()
    values = {row["key"]: row["value"] for row in rows if row["table"] == "survey"}
    assert {figure.key for figure in known.survey} == set(values)
    assert float(values["awareness.mean"]) == known.figure("awareness.mean").value == 1.8


def test_the_levers_and_policies_are_listed(call: Callable[..., Any]) -> None:
    rows = printed(call, "levers")
    assert tuple(row["lever"] for row in rows) == catalogue.names()
    out = call("levers").out
    assert all(
        re.search(rf"^{name}\b", out, re.MULTILINE)
        for name in (*catalogue.names(), *catalogue.names("policy"))
    )


@pytest.mark.parametrize(
    ("command", "name", "first", "n"),
    [
        ("parameters", "behaviour.con", "behaviour.contagion", 4),
        ("parameters", "peers", "peers.near", 3),
        ("evidence", "taxes", "taxes", 62),
        ("evidence", "awareness.mean", "survey", 1),
        ("levers", "training", "training", 1),
    ],
)
def test_a_name_narrows_a_listing(
    command: str, name: str, first: str, n: int, call: Callable[..., Any]
) -> None:
    rows = [list(row.values()) for row in printed(call, command, name)]
    assert rows[0][0] == first
    assert len(rows) == n < len(printed(call, command))


def test_a_policy_can_be_listed_alone(call: Callable[..., Any]) -> None:
    (row,) = printed(call, "levers", "package")
    assert row["policy"] == "package"
    assert row["levers"] == "mandate, tax_relief, training, platform"


@pytest.mark.parametrize("command", ["evidence", "parameters", "levers"])
@pytest.mark.parametrize("marks", [(), ("--csv",)])
def test_an_unknown_name_is_one_sentence(
    command: str, marks: tuple[str, ...], call: Callable[..., Any]
) -> None:
    said = call(command, "nothing_of_the_kind", *marks)
    assert (said.code, said.out) == (2, "")
    assert "'nothing_of_the_kind'" in said.err
    assert not blemishes(said.err.removesuffix("\n").replace("leave the name out", "write nothing"))


def test_a_table_is_aligned_under_its_header(call: Callable[..., Any]) -> None:
    header, *rows = call("parameters", "peers").out.splitlines()
    column = header.index("meaning")
    assert len(rows) == 3
    assert all(row[column - 2 : column] == "  " and row[column] != " " for row in rows)
