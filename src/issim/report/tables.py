"""The tables of a report, out of a result folder: measures, costs, who gains, assumptions, provenance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from issim.analysis import budgets, summary
from issim.analysis.summary import Line, amount
from issim.evidence.vocabulary import COUNTRIES, SECTORS, SIZES
from issim.plots.wording import policy_label
from issim.store.folder import Results

GROUPS = {"size": SIZES, "sector": SECTORS, "country": COUNTRIES}


class Table(NamedTuple):
    """A table to read, and to write as CSV."""

    name: str
    title: str
    note: str
    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def spoken(policy: str) -> str:
    """A policy as a column head says it."""
    return "without policy" if policy == "none" else policy_label(policy)


def of_lines(lines: Sequence[Line], policy: str) -> dict[str, Line]:
    """The lines of one policy by measure."""
    return {line.key: line for line in lines if line.policy == policy}


def measures(lines: Sequence[Line]) -> Table:
    """Every measure under every policy."""
    heads, rows = summary.cells(list(lines))
    covered = f"{100 * summary.COVERED:.0f} %"
    note = f"Middle of the runs, and in brackets where {covered} of them lie; changes are paired by seed."
    return Table("measures", "What changes", note, ("measure", *heads[1:]), [tuple(row) for row in rows])


def with_error(mean: float, error: float) -> str:
    """A mean with the half-width of its confidence interval."""
    return amount(mean) if not np.isfinite(error) else f"{amount(mean)} ± {amount(error)}"


def costs(lines: Sequence[Line], policies: Sequence[str]) -> Table:
    """What each policy costs the public, per extra tonne and per extra firm."""
    rows = []
    for policy in policies[1:]:
        by_key = of_lines(lines, policy)
        cost, tonnes, firms = by_key["public_cost"].mean, by_key["tonnes"], by_key["adopters"]
        rows.append(
            (
                spoken(policy),
                amount(cost),
                with_error(tonnes.mean_change, tonnes.mean_error),
                with_error(firms.mean_change, firms.mean_error),
                amount(cost / tonnes.mean_change)
                if tonnes.mean_change > tonnes.mean_error
                else "cannot be told",
                amount(cost / firms.mean_change)
                if firms.mean_change > firms.mean_error
                else "cannot be told",
            )
        )
    head = (
        "policy",
        "public cost [EUR]",
        "extra tonnes [t]",
        "extra firms",
        "EUR per extra tonne",
        "EUR per extra firm",
    )
    note = "Means over runs against the first column of the table above; ± is 90 % confidence of the mean."
    return Table("costs", "What it costs", note, head, rows)


def lever_costs(results: Results) -> Table:
    """What each lever reached and spent, mean over runs."""
    table = results.table("levers")
    rows = []
    for (policy, lever), found in table.groupby(["policy", "lever"], sort=False):
        rows.append(
            (
                spoken(str(policy)),
                str(lever),
                amount(found["reached"].mean()),
                amount(found["spent"].mean()),
                budgets.when(found["stopped"]),
            )
        )
    head = ("policy", "lever", "firms reached", "public money [EUR]", "out of money")
    note = (
        "Means over runs. A lever that acts on all its targets at once reaches nobody one by one. Out of money: the "
        "month of the middle run, in brackets the earliest and the last; the first month is 0."
    )
    return Table("levers", "Lever by lever", note, head, rows)


#: Firms of a register below which a group is not told of in a report: what it does would be what one of them does.
FEW = 3


def is_confidential(firms: pd.DataFrame) -> bool:
    """Whether firms come from somebody's register and their names were not asked for."""
    return "line" in firms and "name" not in firms


def groups(series: pd.DataFrame, firms: pd.DataFrame, policies: Sequence[str]) -> Table:
    """Adopters at the end by size, sector and country, and the paired change.

    A group is left out if no firm of the first seed is in it and none of any seed ever exchanged; of a confidential
    register also a group of fewer than FEW firms, and the note says so.
    """
    last = series[series["month"] == series["month"].max()]
    ends = {policy: last[last["policy"] == policy].sort_values("seed") for policy in policies}
    rows, hide_few = [], is_confidential(firms)
    for group, levels in GROUPS.items():
        for level in levels:
            column = f"adopters_{group}_{level}"
            if not ((firms[group] == level).any() or series[column].any()):
                continue
            if hide_few and (firms[group] == level).sum() < FEW:
                continue
            base = ends[policies[0]][column].to_numpy(np.float64)
            cells = [amount(base.mean())]
            for policy in policies[1:]:
                paired = ends[policy][column].to_numpy(np.float64) - base
                cells.append(with_error(float(paired.mean()), summary.error_of_mean(paired)))
            rows.append((group, level, *cells))
    head = (
        "group",
        "level",
        spoken(policies[0]),
        *(f"change with {spoken(policy)}" for policy in policies[1:]),
    )
    return Table(
        "groups",
        "Who gains",
        "Firms that exchange at the end: means over runs, ± 90 % confidence."
        + (f" Groups of fewer than {FEW} firms of the register are not shown." if hide_few else ""),
        head,
        rows,
    )


#: Rows of the table of structure: what is shown, in which words, and how.
STRUCTURE = (
    ("share_of_potential", "share of the technical potential that is used", "per cent"),
    ("share_of_optimum", "share of the economic optimum that is earned (at least)", "per cent"),
    ("mean_degree", "partners per exchanging firm", "number"),
    ("gini_of_degree", "inequality of partners between firms (Gini, 0 to 1)", "number"),
    ("components", "groups of firms that hang together", "number"),
    ("adopters_lost", "firms that stop exchanging if the largest leaves", "number"),
    ("tonnes_lost", "tonnes a year that stop flowing if it leaves", "number"),
)
#: The same for worlds with borders.
ACROSS = (
    ("crossing", "exchanges across borders", "number"),
    ("crossing_tonnes", "tonnes a year that cross borders", "number"),
)


def structure(results: Results, policies: Sequence[str]) -> Table:
    """How far the potential is used and how fragile the network is at the end, mean over runs."""
    table = results.table("structure")
    rows = []
    crosses = "crossing" in table and table["crossing"].any()
    for column, words, kind in (*STRUCTURE, *(ACROSS if crosses else ())):
        cells = []
        for policy in policies:
            mean = table.loc[table["policy"] == policy, column].mean()
            shown = (
                amount(100.0 * mean) + " %"
                if kind == "per cent"
                else f"{mean:.2f}"
                if mean < 10
                else amount(mean)
            )
            cells.append("not worked out" if np.isnan(mean) else shown)
        rows.append((words, *cells))
    note = (
        "Potential: the greatest mass that offers, needs and listed candidates allow. Optimum: the greatest joint gain "
        "at mean prices without support, a linear programme whose bound lies at or above it. "
        "The largest firm is the one that moves most tonnes."
    )
    return Table(
        "structure", "How far it goes, and how fragile it is", note, ("measure", *map(spoken, policies)), rows
    )


def provenance(results: Results) -> Table:
    """Where every number of the report comes from."""
    known = results.manifest
    rows = [
        ("program", f"issim {known['issim']} {known['commit']}".strip()),
        ("rules", str(known["rules"])),
        ("command", str(known["command"])),
        ("seeds", f"{known['seeds'][0]} to {known['seeds'][-1]}"),
        ("configuration (SHA-256)", str(known["config_sha256"])),
        ("finished", str(known["finished"])),
        ("machine", f"{known['platform']}, Python {known['python']}"),
    ]
    rows += [(f"evidence: {name}", str(digest)) for name, digest in known["evidence"].items()]
    note = "The same command with the same program gives the same numbers."
    return Table("provenance", "Where the numbers come from", note, ("what", "value"), rows)
