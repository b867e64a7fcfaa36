"""What a comparison assumes: every number with a prior or without a source, and whether it can be drawn anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from issim.levers.base import DECISIONS
from issim.levers.policy import Policy
from issim.rules.behaviour import Behaviour
from issim.runs.settings import Settings
from issim.units import ASSUMPTION, Parameter, parameters_of
from issim.world import borders, build
from issim.world.overrides import overridden
from issim.world.state import Goods

#: What becomes of an assumption: drawn, or held fixed, and why.
DRAWN, OF_WORLD, OF_POLICY = "drawn", "needs another world", "decided by the policy"
POSTERIOR = "drawn from the posterior"
SET, NO_PRIOR = "set in the configuration", "no prior"
#: Columns of the table of goods that also decide which exchanges are candidates.
OF_CANDIDATES = ("reach", "replaced")
#: Fields of the evidence that fill tables of a world and shape nothing else of it.
OF_TABLES = {
    "goods": tuple(build.GOOD_FIELDS.get(name, name) for name in Goods._fields if name not in OF_CANDIDATES),
    "countries": ("landfill_tax", "incineration_tax"),
    "barriers": ("strength",),
}
#: Fields of the evidence that no run reads.
UNREAD = ("landfill_rate", "vat_waste")


class Assumed(NamedTuple):
    """A number that is assumed or uncertain, and whether it is drawn."""

    parameter: Parameter
    fate: str


def of_model(settings: Settings) -> Iterator[Assumed]:
    """What is assumed about region, firms, evidence, behaviour and borders; what a configuration sets stays as set."""
    evidence, default = settings.evidence, Behaviour()
    usual = [*build.parameters(evidence), *parameters_of(default, "behaviour")]
    terms = overridden(evidence, settings.overrides)
    here = [
        *build.parameters(terms, settings.world, settings.region),
        *parameters_of(settings.behaviour, "behaviour"),
    ]
    for parameter, before in zip(here, usual, strict=True):
        table, _, rest = parameter.name.partition(".")
        field = rest.rpartition(".")[2]
        is_drawable = table == "behaviour" or field in OF_TABLES.get(table, ())
        has_prior = bool(parameter.par.prior)
        if not is_uncertain(parameter) or (table == "countries" and field in UNREAD):
            continue
        if not (is_drawable or has_prior):  # says which region is meant
            continue
        if table == "behaviour" and rest in settings.drawn:
            yield Assumed(parameter, POSTERIOR)
        elif parameter.value != before.value or parameter.name in settings.overrides:
            yield Assumed(parameter, SET)
        elif is_drawable:
            yield Assumed(parameter, DRAWN if has_prior else NO_PRIOR)
        else:
            yield Assumed(parameter, OF_WORLD)
    for border in settings.borders:
        yield from (Assumed(parameter, OF_WORLD) for parameter in borders.parameters(border))


def is_uncertain(parameter: Parameter) -> bool:
    """Whether a number has a prior, or is assumed and not just nothing (what does not apply to a good is 0)."""
    _, value, par = parameter
    return bool(par.prior) or (ASSUMPTION in par.source and value not in (0, "none"))


def of_levers(policies: Sequence[Policy]) -> Iterator[Assumed]:
    """What is assumed about the levers; a number that several policies share is drawn once."""
    columns = lever_columns(policies)
    seen: set[str] = set()
    for policy in policies:
        for parameter in policy.parameters():
            column = columns[policy.name, parameter.name]
            if column in seen or not is_uncertain(parameter):
                continue
            seen.add(column)
            field = parameter.name.split(".", 3)[3]
            if field in DECISIONS or field.partition(".")[0] in DECISIONS:
                fate = OF_POLICY
            else:
                fate = DRAWN if parameter.par.prior else NO_PRIOR
            yield Assumed(parameter._replace(name=column), fate)


def lever_columns(policies: Sequence[Policy]) -> dict[tuple[str, str], str]:
    """The name under which each number of each policy is drawn, by policy and name.

    A lever that two policies have in common has one name; where they disagree on its number or its prior,
    the later policy's is named by the policy, as in the configuration: `arms.POLICY.levers...`.
    """
    first: dict[str, Parameter] = {}
    columns: dict[tuple[str, str], str] = {}
    for policy in policies:
        for parameter in policy.parameters():
            name = parameter.name
            is_shared = first.setdefault(name, parameter) == parameter
            columns[policy.name, name] = (
                name if is_shared else f"arms.{policy.name}.{name.removeprefix('policy.')}"
            )
    return columns
