"""The answer in five sentences, computed from the runs."""

from __future__ import annotations

from collections.abc import Sequence

from issim.analysis.summary import Line, amount, span
from issim.report.tables import of_lines, spoken


def sentences(lines: Sequence[Line], policies: Sequence[str], n_seeds: int, years: float) -> list[str]:
    """What a decision maker needs first; the plain truth where the runs cannot tell."""
    first = of_lines(lines, policies[0])
    start = f"After {amount(years)} years {spoken(policies[0])}, {_range(first['adopters'])} firms exchange residues."
    if len(policies) == 1:
        return [start, _flows(first), "No policy was simulated.", _basis(n_seeds)]
    best = max(policies[1:], key=lambda policy: of_lines(lines, policy)["adopters"].mean_change)
    found = of_lines(lines, best)
    return [
        start,
        _gain(found, best, len(policies)),
        _tonnes(found, best),
        _price(found, best),
        _basis(n_seeds),
    ]


def _range(line: Line) -> str:
    return span(line.low, line.middle, line.high)


def _flows(found: dict[str, Line]) -> str:
    return f"In the last year {_range(found['tonnes_year'])} tonnes of residues are passed on."


def _gain(found: dict[str, Line], policy: str, n_policies: int) -> str:
    line = found["adopters"]
    if not abs(line.mean_change) > line.mean_error:
        return f"The runs cannot tell whether '{spoken(policy)}' changes how many firms exchange."
    more = "more" if line.mean_change > 0 else "fewer"
    which = f"With '{spoken(policy)}'" + (
        ", which moves most firms of the policies compared," if n_policies > 2 else ""
    )
    return (
        f"{which} on average {amount(abs(line.mean_change))} {more} firms do "
        f"(± {amount(line.mean_error)}, 90 % confidence)."
    )


def _tonnes(found: dict[str, Line], policy: str) -> str:
    tonnes, co2 = found["tonnes"], found["co2"]
    if not abs(tonnes.mean_change) > tonnes.mean_error:
        return f"Whether '{spoken(policy)}' changes the tonnes passed on, these runs cannot tell."
    return (
        f"Over all years that is {amount(tonnes.mean_change)} tonnes (± {amount(tonnes.mean_error)}) of residues and "
        f"{amount(co2.mean_change)} tonnes of CO2 (± {amount(co2.mean_error)}) beyond the comparison."
    )


def _price(found: dict[str, Line], policy: str) -> str:
    cost, tonnes, firms = found["public_cost"].mean, found["tonnes"], found["adopters"]
    if cost <= 0.0:
        return f"'{spoken(policy)}' costs the public nothing that the model counts."
    text = f"The public pays {money(cost)}"
    if tonnes.mean_change > tonnes.mean_error:
        text += f", {money(cost / tonnes.mean_change)} per extra tonne"
    if firms.mean_change > firms.mean_error:
        text += f" and {money(cost / firms.mean_change)} per extra firm"
    return f"{text}."


def money(value: float) -> str:
    """A sum as one says it."""
    return f"{value / 1e6:.3g} million EUR" if abs(value) >= 1e6 else f"{amount(value)} EUR"


def _basis(n_seeds: int) -> str:
    return (
        f"All this rests on {n_seeds} simulated regions per policy, on firms that answer like the survey's 78, and on "
        "assumptions listed below that no data could replace; compare policies rather than trust levels."
    )
