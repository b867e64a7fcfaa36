"""From Hydra's grammar to settings: compose the configuration, check it, say what is wrong in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from issim.errors import InputError
from issim.levers.catalogue import configs, is_path
from issim.levers.policy import Policy, from_mapping, pulled
from issim.levers.policy import load as load_policy
from issim.levers.reading import read
from issim.runs import faults, studies
from issim.runs.own_data import quoted
from issim.runs.schema import defaults, groups, known_keys, open_table
from issim.runs.settings import Settings, checked

POLICY_FILES = (".yaml", ".yml")


@dataclass(frozen=True)
class Plan:
    """One composed configuration: what to run, and how it was said."""

    settings: Settings
    config: DictConfig
    outputs: Path


def plan(overrides: Sequence[str]) -> Plan:
    """Compose `run.yaml` with overrides in Hydra's grammar, and check everything before anything runs."""
    study_file, others = studies.asked([quoted(override) for override in overrides])
    policy_file, rest = policy_file_of(others)
    return settled(composed(rest, study_file), policy_file)


def settled(config: DictConfig, policy_file: Path | None = None) -> Plan:
    """The plan of a composed configuration, checked, under the policy of a file if there is one."""
    if policy_file is not None:
        OmegaConf.set_struct(config, False)
        config.policy = _from_file(policy_file)
    try:
        values = OmegaConf.to_container(config, resolve=True)
    except (OmegaConfBaseException, ValueError) as error:
        raise faults.unresolved(error) from None
    assert isinstance(values, dict)
    tree: dict[str, Any] = {str(key): value for key, value in values.items()}
    if not str(tree["outputs"]).strip():
        raise InputError("outputs = (nothing) is no folder; name one, as in outputs=results.")
    policy: Policy = load_policy(str(policy_file)) if policy_file else from_mapping(tree["policy"])
    settings = checked(tree, policy)
    if settings.firms is not None:
        config.population.n_firms = len(settings.firms)
    return Plan(settings, config, Path(tree["outputs"]))


def composed(overrides: Sequence[str], study_file: Path | None = None) -> DictConfig:
    """The composed configuration, with a study's settings below the overrides.

    Faults of the user are InputErrors of one sentence.
    """
    for override in overrides:
        _check(override)
    ConfigStore.instance().store(name="schema", node=defaults())
    chosen = [studies.register(study_file)] if study_file else []
    GlobalHydra.instance().clear()
    try:
        with initialize_config_dir(str(configs()), version_base="1.3"):
            return compose("run", overrides=[*chosen, *(opened(override) for override in overrides)])
    except (HydraException, OmegaConfBaseException, ValueError) as error:
        raise faults.sentence(error, overrides) from None


def _check(override: str) -> None:
    """Refuse an override that is not in the grammar, or that Hydra would take in silence and nothing read."""
    try:
        said: Override = OverridesParser.create().parse_override(override)
    except HydraException:
        raise faults.unreadable(override) from None
    if not said.key_or_group:
        raise faults.unreadable(override)
    key, package, value = said.key_or_group, said.package, override.partition("=")[2]
    table = open_table(key)
    if package is not None:
        if key != "lever" or not package.startswith("policy.levers."):
            raise faults.unknown_key(f"{key}@{package}")
    elif key not in known_keys() and table is None:
        raise faults.unknown_key(key)
    elif said.is_delete() and table in (key, None):
        raise faults.removed(key)
    is_choice = key in groups() and not said.is_delete()
    if said.is_sweep_override() or (is_choice and isinstance(said.value(), list)):
        raise faults.several(key, value)
    if is_choice and not isinstance(said.value(), str | dict):
        raise faults.no_such_choice(key, value)


def policy_file_of(overrides: Sequence[str]) -> tuple[Path | None, list[str]]:
    """A policy given as a file of the user's own, and the other overrides."""
    files = [o for o in overrides if o.startswith("policy=") and o.endswith(POLICY_FILES)]
    if not files:
        return None, list(overrides)
    found = Path(files[-1].partition("=")[2])
    rest = [override for override in overrides if override != files[-1]]
    for override in rest:
        key = override.lstrip("+~").partition("=")[0]
        if key.partition(".")[0] == "policy" or "@policy." in key:
            raise InputError(
                f"'{override}' changes a policy read from {found}; write the change into that file."
            )
    return found, rest


def _from_file(path: Path) -> dict[str, Any]:
    """What a policy file says, the files of levers that it names given by their full path."""
    said: dict[str, Any] = {"name": path.stem, **pulled(read(path, "policy"), path)}
    for lever in said["levers"].values():
        if isinstance(lever.get("name"), str) and is_path(lever["name"]):
            lever["name"] = str((path.parent / lever["name"]).resolve())
    return said


def opened(override: str) -> str:
    """Let open tables (goods, countries, policy levers, borders, ...) take keys that are not written in run.yaml."""
    key, equals, value = override.partition("=")
    table = open_table(key)
    if equals and table is not None and (key != table or value.startswith("{")):
        return f"++{override}"
    return override
