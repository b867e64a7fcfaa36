"""Every parameter of the model, from every layer, as `issim parameters` prints them."""

from __future__ import annotations

from collections.abc import Iterator

from issim.evidence import Evidence, load
from issim.levers import catalogue
from issim.rules.behaviour import Behaviour
from issim.runs import places
from issim.runs.settings import RunOptions, UncertaintyOptions, run_parameters
from issim.units import Parameter, parameters_of
from issim.world import build


def parameters(evidence: Evidence | None = None) -> Iterator[Parameter]:
    """Every parameter with its default value: run, region, firms, evidence, behaviour, levers."""
    yield from run_parameters(RunOptions())
    yield from parameters_of(UncertaintyOptions(), "uncertainty")
    yield from places.parameters()
    yield from build.parameters(evidence or load())
    yield from parameters_of(Behaviour(), "behaviour")
    yield from catalogue.parameters()


def shown(value: object) -> str:
    """A value as short as it can be read."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def rows() -> Iterator[tuple[str, ...]]:
    """The rows of `issim parameters`: name, value, unit, range, prior, meaning, source."""
    for name, value, par in parameters():
        yield (name, shown(value), par.unit, f"[{shown(float(par.low))}, {shown(float(par.high))}]",
               par.prior or "fixed", par.meaning, par.source)  # fmt: skip
