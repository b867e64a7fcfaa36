"""From Hydra's grammar to settings: compose the configuration, check it, say what is wrong in one sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, make_dataclass
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from issim.errors import InputError, unknown_name
from issim.levers.policy import Policy, from_mapping, pulled
from issim.levers.policy import load as load_policy
from issim.levers.reading import read
from issim.population.options import PopulationOptions
from issim.population.streams import StreamOptions
from issim.rules.behaviour import Behaviour
from issim.runs.settings import EVIDENCE_TABLES, RunOptions, Settings, checked, mutable
from issim.world.candidates import CandidateOptions
from issim.world.peers import PeerOptions
from issim.world.region import Region


def config_folder() -> Path:
    """The packaged configuration tree (in a source tree: `configs/`)."""
    try:
        return Path(str(resources.files("issim.configs")))
    except ModuleNotFoundError:
        return Path(__file__).resolve().parents[3] / "configs"


def groups() -> dict[str, list[str]]:
    """Every group of the configuration and the names to choose from."""
    root = config_folder()
    return {
        folder.name: sorted(path.stem for path in folder.glob("*.yaml"))
        for folder in sorted(root.iterdir())
        if folder.is_dir() and not folder.name.startswith("_")
    }


def _node(table: type) -> Any:
    """A field whose default is a fresh, fillable copy of a table's defaults."""
    return field(default_factory=mutable(table))


def schema() -> type:
    """The type of the whole configuration: unknown keys and wrong types are refused by it."""
    population = mutable(PopulationOptions)
    population = make_dataclass(
        "Population", [("n_firms", int, field(default=Region().n_firms))], bases=(population,)
    )
    region = mutable(Region)
    fields: list[tuple[str, Any, Any]] = [
        ("region", region, field(default_factory=region)),
        ("population", population, field(default_factory=population)),
    ]
    for name, table in (("streams", StreamOptions), ("peers", PeerOptions), ("candidates", CandidateOptions),
                        ("behaviour", Behaviour)):  # fmt: skip
        node = mutable(table)
        fields.append((name, node, field(default_factory=node)))
    for name in ("policy", *EVIDENCE_TABLES):
        fields.append((name, dict[str, Any], field(default_factory=dict)))
    run = mutable(RunOptions)
    fields += [("evidence", str | None, None), ("outputs", str, "outputs")]
    return make_dataclass("RunConfig", fields, bases=(run,))


@dataclass(frozen=True)
class Plan:
    """One composed configuration: what to run, and how it was said."""

    settings: Settings
    config: DictConfig
    outputs: Path


def plan(overrides: Sequence[str]) -> Plan:
    """Compose `run.yaml` with overrides in Hydra's grammar, and check everything before anything runs."""
    policy_file, rest = _policy_file(overrides)
    config = composed(rest)
    if policy_file is not None:
        OmegaConf.set_struct(config, False)
        config.policy = {"name": policy_file.stem, **pulled(read(policy_file, "policy"), policy_file)}
    values = OmegaConf.to_container(config, resolve=True)
    assert isinstance(values, dict)
    tree: dict[str, Any] = {str(key): value for key, value in values.items()}
    policy: Policy = load_policy(str(policy_file)) if policy_file else from_mapping(tree["policy"])
    return Plan(checked(tree, policy), config, Path(tree["outputs"]))


def composed(overrides: Sequence[str]) -> DictConfig:
    """The composed configuration; faults of the user are InputErrors of one sentence."""
    ConfigStore.instance().store(name="schema", node=schema())
    GlobalHydra.instance().clear()
    try:
        with initialize_config_dir(str(config_folder()), version_base="1.3"):
            return compose("run", overrides=[_opened(override) for override in overrides])
    except (HydraException, OmegaConfBaseException, ValueError) as error:
        raise sentence(error, overrides) from None


def _policy_file(overrides: Sequence[str]) -> tuple[Path | None, list[str]]:
    """A policy given as a file of the user's own, and the other overrides."""
    found, rest = None, []
    for override in overrides:
        key, _, value = override.partition("=")
        if key == "policy" and value.endswith((".yaml", ".yml")):
            found = Path(value)
            if not found.is_file():
                raise InputError(f"policy = {value} is not a file; give the path of a policy file, or a name.")
        elif key.startswith("policy.") and found is not None:
            raise InputError(f"{override} changes a policy read from {found}; write the change into that file.")
        else:
            rest.append(override)
    return found, rest


def _opened(override: str) -> str:
    """Let open tables (goods, countries, policy levers, ...) take keys that are not written in run.yaml."""
    key = override.partition("=")[0]
    if key.partition(".")[0] in (*EVIDENCE_TABLES, "policy") and "." in key:
        return f"++{override}"
    return override


def sentence(error: Exception, overrides: Sequence[str]) -> InputError:
    """Hydra's or OmegaConf's complaint as one sentence with the key, the value and what is allowed."""
    text = " ".join(str(part) for part in (error, error.__cause__ or ""))
    if found := re.search(r"Could not find '(\w+)/([^']*)'", text):
        group, name = found.groups()
        return unknown_name(group, name, groups().get(group, []))
    if found := re.search(r"Could not override '([^']*)'", text):
        return _unknown_key(found.group(1))
    if found := re.search(r"Key '([^']*)' (?:is )?not in '(\w+)'", text):
        full = re.search(r"full_key: (\S+)", text)
        return _unknown_key(full.group(1) if full else found.group(1))
    if found := re.search(r"Value '(.*?)'(?: of type '\w+')? (?:could not be converted to|is not a valid) (\w+)", text):
        value, kind = found.groups()
        key = next((o.partition("=")[0] for o in overrides if o.partition("=")[2].strip("'\"") == value), "a key")
        wanted = {"Integer": "a whole number", "Float": "a number"}.get(kind, f"a {kind.lower()}")
        return InputError(f"{key} = {value} is not {wanted}; give one (`issim parameters {key}` says which).")
    said = next((o for o in overrides if o in text), "")
    first = str(error).strip().splitlines()[0].rstrip(".")
    where = f" in '{said}'" if said else ""
    return InputError(f"The configuration cannot be read{where}: {first}; write KEY=VALUE, as in seed=7.")


def known_keys() -> list[str]:
    """Every dotted key of the configuration."""

    def walk(node: Any, prefix: str) -> list[str]:
        found = []
        for key in node:
            found.append(f"{prefix}{key}")
            if OmegaConf.is_dict(node[key]):
                found += walk(node[key], f"{prefix}{key}.")
        return found

    return walk(OmegaConf.structured(schema()), "")


def _unknown_key(key: str) -> InputError:
    """The sentence for a key that does not exist, with the nearest ones that do."""
    keys = known_keys()
    tail = key.rpartition(".")[2]
    near = get_close_matches(key, keys, n=2, cutoff=0.6) or [
        k for k in keys if k.rpartition(".")[2] in get_close_matches(tail, [x.rpartition(".")[2] for x in keys], n=2)
    ]
    hint = f"did you mean {' or '.join(near[:3])}?" if near else "`issim parameters` lists what can be set."
    return InputError(f"'{key}' is not a key of the configuration; {hint}")
