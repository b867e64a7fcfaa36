"""What a run was told: how its configuration differs from the packaged one, and the parameters in force."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from issim.errors import InputError
from issim.evidence import Evidence, load
from issim.evidence.vocabulary import COUNTRIES, SURVEYED
from issim.levers.policy import Policy, from_mapping
from issim.rules.behaviour import Behaviour
from issim.runs import comparison
from issim.runs.job import composed, plan
from issim.runs.settings import Settings, checked
from issim.store.record import settings_digest, words_of
from issim.units import Parameter, parameters_of
from issim.world import borders, build
from issim.world.overrides import overridden
from issim.world.region import MIXED

#: Keys that say where and how fast, not what.
PLACES = ("outputs", "threads")
ABSENT = "-"


class Rests(NamedTuple):
    """The parameters in force in a run, and the evidence that they come from."""

    parameters: list[Parameter]
    evidence: Evidence
    is_own: bool
    """False where only the packaged defaults could be taken."""


def tree_of(config: str | None) -> dict[str, Any] | None:
    """A configuration as nested mappings; None if it cannot be read as one of a run or comparison."""
    if config is None:
        return None
    try:
        tree = OmegaConf.to_container(OmegaConf.create(config), resolve=True)
    except (OmegaConfBaseException, YAMLError, ValueError):
        return None
    return {str(k): v for k, v in tree.items()} if isinstance(tree, dict) and "behaviour" in tree else None


def from_command(record: Mapping[str, str]) -> dict[str, Any] | None:
    """The configuration that the command of a record means here; None unless it is the one that was used."""
    words = words_of(record.get("command", ""))
    try:
        if words[:2] == ["issim", "run"]:
            config = OmegaConf.to_yaml(plan(words[2:]).config)
        elif words[:2] == ["issim", "compare"]:
            config = comparison.arms(words[2:]).config
        else:
            return None
    except InputError:
        return None
    return tree_of(config) if settings_digest(config) == record.get("settings") else None


def flat(value: Any, name: str = "") -> dict[str, Any]:
    """Nested settings by dotted name."""
    if isinstance(value, Mapping):
        return {
            k: v for key, inner in value.items() for k, v in flat(inner, f"{name}.{key}".lstrip(".")).items()
        }
    return {name: value}


def differences(tree: Mapping[str, Any]) -> list[str]:
    """What a configuration sets otherwise than the packaged one, as `key = value (packaged value)`."""
    usual = flat(OmegaConf.to_container(composed([]), resolve=True))
    here = flat(tree)
    names = [
        name
        for name in {**here, **usual}
        if name.partition(".")[0] not in (*PLACES, "policy", "arms", "study")
    ]
    told = [name for name in names if here.get(name, ABSENT) != usual.get(name, ABSENT)]
    left = [name for name in told if name.startswith("behaviour.") and here.get(name, ABSENT) is None]
    said = [
        f"{name} = {here.get(name, ABSENT)} ({usual.get(name, ABSENT)})" for name in told if name not in left
    ]
    return [*said, *([f"{len(left)} constants of behaviour left to the posterior"] if left else [])]


def policies_of(tree: Mapping[str, Any]) -> list[Policy]:
    """The policies of a run or a comparison, under the settings of their levers."""
    said = tree.get("arms") or {"": tree.get("policy")}
    return [from_mapping(one) for one in said.values() if one]


def rests(tree: Mapping[str, Any] | None) -> Rests:
    """The parameters in force: of region, firms, evidence, behaviour, borders and the levers of the policies."""
    try:
        if tree is None:
            raise InputError("no configuration")
        policies = policies_of(tree)
        settings = checked(dict(tree), policies[0] if policies else Policy("none", ""))
        return Rests(_in_force(settings, policies), settings.evidence, True)
    except (InputError, KeyError, TypeError, AttributeError):
        evidence = load()
        usual = [*build.parameters(evidence), *parameters_of(Behaviour(), "behaviour")]
        return Rests(usual, evidence, False)


def _in_force(settings: Settings, policies: list[Policy]) -> list[Parameter]:
    """Parameters that this run can read; those of countries without firms are not among them."""
    terms = overridden(settings.evidence, settings.overrides)
    codes = _countries(settings)
    found = [
        one
        for one in build.parameters(terms, settings.world, settings.region)
        if not one.name.startswith("countries.") or one.name.split(".")[1] in codes
    ]
    found += parameters_of(settings.behaviour, "behaviour")
    found += [one for border in settings.borders for one in borders.parameters(border)]
    levers = {one.name: one for policy in policies for one in policy.parameters()}
    return [*found, *levers.values()]


def _countries(settings: Settings) -> tuple[str, ...]:
    """Countries in which the world may have firms; a mixed region has those that were surveyed."""
    named = {place.country for place in settings.places}
    return tuple(code for code in COUNTRIES if code in named or (code in SURVEYED and MIXED in named))
