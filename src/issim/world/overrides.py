"""Other values for what evidence says: `goods.metal.gate_fee`, `barriers.20.strength`, `waste.large`.

An override replaces one value and nothing that was computed from it: another gate fee leaves the cost of
processing where it was.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from issim.errors import InputError, out_of_range, unknown_name
from issim.evidence import Evidence
from issim.units import parameters_of

TABLES = ("goods", "countries", "barriers", "waste")
#: What the synthetic firms depend on; other overrides leave the solved population untouched.
OF_FIRMS = ("prevalence", "digital_micro", "digital_small", "digital_medium", "digital_large")


def overridden(evidence: Evidence, overrides: Mapping[str, float]) -> Evidence:
    """The evidence with other values; the same values give the same object, so that caches hold."""
    if not overrides:
        return evidence
    return _overridden(evidence, tuple(sorted(overrides.items())))


def of_firms(overrides: Mapping[str, float]) -> dict[str, float]:
    """The overrides on which the firms themselves depend."""
    return {key: value for key, value in overrides.items() if key.rpartition(".")[2] in OF_FIRMS}


@lru_cache(maxsize=64)
def _overridden(evidence: Evidence, overrides: tuple[tuple[str, float], ...]) -> Evidence:
    """The evidence with every override applied, each checked against the range of its parameter."""
    tables: dict[str, Any] = {name: getattr(evidence, name) for name in TABLES}
    for key, value in overrides:
        table, _, rest = key.partition(".")
        if table not in tables:
            raise unknown_name("parameter", key, [f"{name}.…" for name in TABLES])
        if table == "waste":
            tables[table] = _replaced(tables[table], key, rest, value)
            continue
        name, _, field = rest.partition(".")
        row = _row(table, tables[table], name)
        changed = _replaced(tables[table][row], key, field, value)
        tables[table] = (*tables[table][:row], changed, *tables[table][row + 1 :])
    return dataclasses.replace(evidence, **tables)


def _row(table: str, rows: tuple[Any, ...], name: str) -> int:
    """Place of a good by name, a country by code, a barrier by number or key."""
    keys = {"goods": ("name",), "countries": ("code",), "barriers": ("number", "key")}[table]
    for place, row in enumerate(rows):
        if name in [str(getattr(row, key)) for key in keys]:
            return place
    raise unknown_name(f"name in {table}", name, [str(getattr(row, keys[-1])) for row in rows])


def _replaced(row: Any, key: str, field: str, value: float) -> Any:
    """The row with another value of one declared parameter, in its range."""
    known = {found.name.removeprefix("."): found.par for found in parameters_of(row, "")}
    if field not in known:
        raise unknown_name("parameter", key, [f"{key.rpartition('.')[0]}.{name}" for name in known])
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{key} = {value!r} is no number; give one in {known[field].unit}.")
    if not known[field].low <= value <= known[field].high:
        raise out_of_range(key, value, known[field].unit, known[field].low, known[field].high)
    return dataclasses.replace(row, **{field: float(value)})
