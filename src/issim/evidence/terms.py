"""A computed value together with where it comes from and how uncertain it is."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

from issim.errors import InputError
from issim.evidence.facts import Assumption
from issim.evidence.tables import ASSUMED
from issim.units import Par, Parameter, parameters_of, range_errors


class Term(NamedTuple):
    """A value, the source keys it rests on (or *assumption*), and its prior (empty: fixed)."""

    value: float
    source: str
    prior: str


def joined(sources: Sequence[str]) -> str:
    """Source keys without repetition, in order of first mention."""
    keys = [key for source in sources for key in source.split("; ")]
    return "; ".join(dict.fromkeys(keys))


def assumed(assumptions: Mapping[str, Assumption], field: str, scope: str) -> Term:
    """The assumption `field.scope`, or `field.any` where the scope has none of its own."""
    found = assumptions.get(f"{field}.{scope}") or assumptions.get(f"{field}.any")
    if found is None:
        raise InputError(
            f"assumptions.csv has no row '{field}.{scope}' and no row '{field}.any'; "
            "add one with value, unit, range and prior."
        )
    return Term(found.value, ASSUMED, found.prior)


def middle(values: Sequence[float], sources: Sequence[str]) -> Term:
    """The median of comparable rows; the prior spans from the smallest to the largest of them."""
    low, high = min(values), max(values)
    prior = f"uniform({low:.6g}, {high:.6g})" if high > low else ""
    return Term(float(median(values)), joined(sources), prior)


def scaled(term: Term, factor: float, *, source: str = "") -> Term:
    """A term times a constant, prior included; `source` is added when the constant has one."""
    prior = term.prior
    if prior:
        kind, _, bounds = prior.rstrip(")").partition("(")
        low, high = sorted(float(bound) * factor for bound in bounds.split(","))
        prior = f"{kind}({low:.6g}, {high:.6g})"
    return Term(term.value * factor, joined([part for part in (term.source, source) if part]), prior)


def checked(obj: Any, prefix: str) -> Any:
    """`obj` itself, its declared ranges kept; else the first violation as an error."""
    for error in range_errors(obj, prefix):
        raise error
    return obj


def own_parameters(obj: Any, prefix: str) -> Iterator[Parameter]:
    """The parameters of an object whose `sources` and `priors` differ by instance."""
    for row in parameters_of(obj, prefix):
        name = row.name.removeprefix(f"{prefix}.")
        meta: Par = row.par._replace(
            source=obj.sources.get(name, row.par.source), prior=obj.priors.get(name, row.par.prior)
        )  # fmt: skip
        yield Parameter(row.name, row.value, meta)


def field_names(table: type) -> tuple[str, ...]:
    """Names of the parameters that a dataclass declares."""
    return tuple(item.name for item in dataclasses.fields(table) if "par" in item.metadata)
