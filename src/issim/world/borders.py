"""Borders: what stands between two regions, and the candidate exchanges that cross it.

The frictions are technical, legal, logistic and organisational. A border has two sides and is the same from
both. Without one, two regions of a world have nothing to do with each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from issim.errors import InputError, out_of_range, unknown_name
from issim.units import ASSUMPTION, Parameter, par, parameters_of
from issim.world.candidates import CandidateOptions, Crossing, across, listed
from issim.world.joining import stacked
from issim.world.state import Borders, Pairs, World

#: Where borders stand in a configuration, and how one is called of which only the meaning is told.
WHERE, ANY = "region.borders", "NAME"


@dataclass(frozen=True)
class Border:
    """What an exchange between two regions pays that one within a region does not; as it stands, by road."""

    name: str = ANY
    between: tuple[str, str] = ("", "")
    technical: float = par(
        0.1, unit="1", low=0.0, high=1.0, source=ASSUMPTION, prior="uniform(0, 0.3)",
        meaning="share of technical compatibility lost, because specifications and quality classes differ",
    )  # fmt: skip
    legal: float = par(
        0.5, unit="1", low=0.0, high=1.0, source=ASSUMPTION, prior="uniform(0.2, 0.8)",
        meaning="share of the hazard of deciding lost while a residue is waste on one side and a product on the other",
    )  # fmt: skip
    legal_cost: float = par(
        2000.0, unit="EUR/yr", low=0.0, high=1e7, source=ASSUMPTION, prior="loguniform(500, 8000)",
        meaning="yearly cost of notifying shipments of what may be waste, for each exchange",
    )  # fmt: skip
    crossing: float = par(
        0.0, unit="km", low=0.0, high=5000.0, source=ASSUMPTION, prior="uniform(0, 60)",
        meaning="way that the crossing adds, to and from the quays for instance, for goods counted in tonnes",
    )  # fmt: skip
    freight_factor: float = par(
        1.0, unit="1", low=0.0, high=10.0, source=ASSUMPTION, prior="uniform(0.2, 1.2)",
        meaning="freight per t km relative to road; less than 1 by barge or ship",
    )  # fmt: skip
    handling: float = par(
        0.0, unit="EUR/t", low=0.0, high=1000.0, source=ASSUMPTION, prior="uniform(0, 12)",
        meaning="cost of transshipment between road and barge or ship",
    )  # fmt: skip
    co2_factor: float = par(
        1.0, unit="1", low=0.0, high=10.0, source=ASSUMPTION, prior="uniform(0.1, 1.2)",
        meaning="CO2 of freight per t km relative to road",
    )  # fmt: skip
    contact_factor: float = par(
        1.0, unit="1", low=0.01, high=10.0, source=ASSUMPTION, prior="uniform(0.05, 1)",
        meaning="km that count when firms think of and meet each other, per km; less than 1 where trade has made "
        "two harbours neighbours",
    )  # fmt: skip
    unfamiliarity: float = par(
        0.5, unit="1", low=0.0, high=1.0, source=ASSUMPTION, prior="uniform(0.2, 0.8)",
        meaning="share of the ease of meeting lost to another language and other associations",
    )  # fmt: skip
    distrust: float = par(
        0.15, unit="1", low=0.0, high=1.0, source=ASSUMPTION, prior="uniform(0, 0.4)",
        meaning="share of the trust at a first meeting lost",
    )  # fmt: skip
    max_distance: float = par(
        150.0, unit="km", low=0.1, high=5000.0, source=ASSUMPTION, prior="uniform(80, 300)",
        meaning="farthest partner across the border that a firm would think of",
    )  # fmt: skip
    per_offer: int = par(
        2, unit="needs", low=1, high=64, source=ASSUMPTION, prior="uniform(1, 4)",
        meaning="best needs across the border that each offer keeps as candidates",
    )  # fmt: skip
    per_need: int = par(
        3, unit="offers", low=1, high=64, source=ASSUMPTION, prior="uniform(1, 5)",
        meaning="best offers from across the border that each need keeps as candidates",
    )  # fmt: skip

    @property
    def where(self) -> str:
        """The path under which the border stands in a configuration."""
        return f"{WHERE}.{self.name}"


def parameters(border: Border | None = None) -> Iterator[Parameter]:
    """The parameters of a border, or what any border has unless it says otherwise."""
    border = border or Border()
    yield from parameters_of(border, border.where)


def errors(borders: Sequence[Border], names: Sequence[str]) -> list[InputError]:
    """Everything that makes the borders between regions of these names impossible, one sentence each."""
    found = [error for border in borders for error in (*_ends(border, names), *_numbers(border))]
    seen: dict[frozenset[str], str] = {}
    for border in borders:
        ends = frozenset(border.between)
        if not found and ends in seen:
            found.append(
                InputError(
                    f"{border.where} and {WHERE}.{seen[ends]} both lie between {' and '.join(border.between)}; "
                    "leave one of them out."
                )
            )
        seen[ends] = border.name
    if borders and len(set(names)) < len(names):
        twice = next(name for k, name in enumerate(names) if name in names[:k])
        found.append(InputError(f"region '{twice}' stands twice, so borders cannot name it; rename one."))
    return found


def _ends(border: Border, names: Sequence[str]) -> Iterator[InputError]:
    """What is wrong with the two regions that a border lies between."""
    ends = border.between
    known = ", ".join(sorted(names))
    if not isinstance(ends, tuple) or len(ends) != 2 or not all(isinstance(end, str) and end for end in ends):
        said = list(ends) if isinstance(ends, tuple) else ends
        yield InputError(
            f"{border.where}.between = {said} does not name two regions; write [A, B] with two of: {known}."
        )
        return
    for end in ends:
        if end not in names:
            yield unknown_name(f"{border.where}.between: region", end, names)
    if ends[0] == ends[1]:
        yield InputError(
            f"{border.where}.between = {list(ends)} names one region twice; a border has two sides ({known})."
        )


def _numbers(border: Border) -> Iterator[InputError]:
    """Numbers of a border that are none, or leave their range."""
    for name, value, meta in parameters(border):
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not meta.low <= value <= meta.high
        ):
            yield out_of_range(name, value, meta.unit, meta.low, meta.high, explained=WHERE)
        elif name.rpartition(".")[2] in ("per_offer", "per_need") and value != int(value):
            yield InputError(f"{name} = {value} {meta.unit} is no whole number; round it.")


def table(borders: Sequence[Border]) -> Borders:
    """The borders as rules read them; row 0 is no border, so that nothing within a region changes."""
    none = {
        "legal": 0.0, "legal_cost": 0.0, "crossing": 0.0, "freight_factor": 1.0, "handling": 0.0,
        "co2_factor": 1.0, "contact_factor": 1.0, "unfamiliarity": 0.0, "distrust": 0.0,
    }  # fmt: skip
    return Borders(
        **{name: np.array([none[name], *(float(getattr(b, name)) for b in borders)]) for name in none}
    )


def connected(
    world: World,
    numbers: Mapping[str, int],
    borders: Sequence[Border],
    fits: NDArray[np.float64],
    options: CandidateOptions,
) -> World:
    """A world of joined regions with borders between them: the same, and candidates across each border added.

    For whom  `numbers` of the regions by name; `fits` as from `candidates.compatibility`
    Keeps     every candidate within a region; information stays within regions, too
    """
    tables = [world.pairs]
    for row, border in enumerate(borders, start=1):
        ends = [numbers[name] for name in border.between]
        for giving, taking in (ends, ends[::-1]):
            way = Crossing(
                row, giving, taking, border.technical, border.contact_factor, border.max_distance,
                int(border.per_offer), int(border.per_need),
            )  # fmt: skip
            tables.append(across(world.firms, world.offers, world.needs, world.goods, fits, options, way))
    pairs = stacked(Pairs, tables, {})
    return world._replace(pairs=pairs, firm_pairs=listed(pairs, world.firms), borders=table(borders))
