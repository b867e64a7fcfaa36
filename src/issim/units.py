"""Declare a column or a parameter once, with unit, range, meaning and source.

Allocation, range checks, agent attributes and documentation tables all follow from here.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Hashable, Iterator
from functools import lru_cache
from typing import Annotated, Any, NamedTuple, cast, get_args, get_origin, get_type_hints

from issim.errors import InputError, out_of_range

ASSUMPTION = "assumption"


class Col(NamedTuple):
    """The meaning of one array column."""

    unit: str
    meaning: str
    low: float = -math.inf
    high: float = math.inf
    dtype: str = "float64"


class Par(NamedTuple):
    """The meaning of one parameter.

    `source` is a key of the evidence catalogue, several joined by `; `, or the word
    *assumption*. `prior` is the distribution used when the parameter is uncertain,
    written as in `uniform(0.1, 0.4)`, `loguniform(0.001, 0.29)`; empty means fixed.
    """

    unit: str
    low: float
    high: float
    meaning: str
    source: str
    prior: str = ""


class Parameter(NamedTuple):
    """One row of `issim parameters`."""

    name: str
    value: float | int | str
    par: Par


def par(
    default: Any,
    *,
    unit: str,
    low: float,
    high: float,
    meaning: str,
    source: str,
    prior: str = "",
) -> Any:
    """A dataclass field that carries the meaning of a parameter."""
    meta = Par(unit, low, high, meaning, source, prior)
    return dataclasses.field(default=default, metadata={"par": meta})


def columns(table: type) -> dict[str, Col]:
    """The declared columns of a NamedTuple of arrays, in order; undeclared fields are left out."""
    return dict(_declared(cast(Hashable, table)))


@lru_cache(maxsize=64)
def _declared(table: Hashable) -> dict[str, Col]:
    """The columns of a table; looked up once, because reading annotations is slow."""
    found: dict[str, Col] = {}
    for name, hint in get_type_hints(table, include_extras=True).items():
        if get_origin(hint) is Annotated:
            for extra in get_args(hint)[1:]:
                if isinstance(extra, Col):
                    found[name] = extra
    return found


def parameters_of(obj: Any, prefix: str) -> Iterator[Parameter]:
    """Every parameter declared with `par` on a dataclass instance, named by its path."""
    for field in dataclasses.fields(obj):
        meta = field.metadata.get("par")
        if meta is not None:
            yield Parameter(f"{prefix}.{field.name}", getattr(obj, field.name), meta)


def range_errors(obj: Any, prefix: str) -> list[InputError]:
    """All range violations of a dataclass instance whose fields were declared with `par`."""
    found: list[InputError] = []
    for name, value, meta in parameters_of(obj, prefix):
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        if not (meta.low <= value <= meta.high):
            found.append(out_of_range(name, value, meta.unit, meta.low, meta.high))
    return found
