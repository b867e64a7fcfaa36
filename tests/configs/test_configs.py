"""Every file of the configuration composes, builds and says what it is for; what is composed is the schema."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import yaml
from omegaconf import OmegaConf

from issim.levers import catalogue
from issim.levers.catalogue import configs
from issim.levers.policy import from_mapping, load
from issim.population.options import COMPOSITIONS
from issim.runs.job import Plan, composed, plan
from issim.runs.schema import OPEN_TABLES, groups, known_keys, types
from issim.runs.settings import checked

ROOT = configs()
FILES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.yaml"))
#: What composing every file of a group means.
CLAIMS = {"region": "region={}", "population": "population={}", "behaviour": "behaviour={}", "policy": "policy={}",
          "lever": "+lever@policy.levers.more={}"}  # fmt: skip
#: Where a sweep is computed is no part of what is computed: tests/runs/test_launcher.py.
APART = "launcher"


def test_every_file_is_claimed_by_a_test_below() -> None:
    claimed = {f"{group}/{name}.yaml" for group in [*CLAIMS, APART] for name in groups()[group]}
    assert set(FILES) == claimed | {"run.yaml"}
    others = {path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if path.is_file()} - set(FILES)
    assert {name for name in others if "__pycache__" not in name} == {"__init__.py"}


def chosen(file: str) -> Plan:
    """The plan of a run that uses one file of a group."""
    group, _, name = file.partition("/")
    return plan([CLAIMS[group].format(Path(name).stem)])


@pytest.mark.parametrize("file", [file for file in FILES if file.partition("/")[0] in CLAIMS])
def test_a_file_composes_and_what_it_says_arrives(file: str) -> None:
    group, name = file.split("/")
    made, said = chosen(file), yaml.safe_load((ROOT / file).read_text(encoding="utf-8")) or {}
    config = OmegaConf.to_container(made.config, resolve=True)
    where = config[group] if group != "lever" else config["policy"]["levers"]["more"]  # type: ignore[index, call-overload]
    assert {key: where[key] for key in said if key not in ("defaults", "levers")} == {
        key: value for key, value in said.items() if key not in ("defaults", "levers")
    }
    if group == "lever":
        more = dict(zip(made.settings.policy.names, made.settings.policy.levers, strict=True))["more"]
        assert dataclasses.replace(more, name=said["name"]) == catalogue.lever(Path(name).stem)


@pytest.mark.parametrize("file", FILES)
def test_a_file_begins_with_what_it_is_for(file: str) -> None:
    first = (ROOT / file).read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# ")
    assert len(first.split()) > 4


@pytest.mark.parametrize("policy", groups()["policy"])
@pytest.mark.parametrize("region", groups()["region"])
def test_every_policy_composes_with_every_region(region: str, policy: str) -> None:
    made = plan([f"region={region}", f"policy={policy}"]).settings
    assert made.region.name == ("mixed" if region == "default" else region)
    assert made.policy.name == policy
    assert made.policy == load(policy)


def dotted(tree: dict[str, Any], prefix: str = "") -> list[str]:
    """The keys of a plain configuration, tables of free keys not entered."""
    found = []
    for key, value in tree.items():
        found.append(f"{prefix}{key}")
        if isinstance(value, dict) and f"{prefix}{key}" not in OPEN_TABLES:
            found += dotted(value, f"{prefix}{key}.")
    return found


def test_the_known_keys_are_those_of_the_composed_configuration() -> None:
    tree = OmegaConf.to_container(composed([]), resolve=True)
    assert sorted(dotted(tree)) == sorted(known_keys())  # type: ignore[arg-type]


def test_the_defaults_are_those_that_the_code_declares() -> None:
    """A preset may not quietly differ from what `issim parameters` prints."""
    from issim.runs.parameters import parameters

    printed = {row.name: row.value for row in parameters() if row.name in types()}
    tree = composed([])
    assert {name: OmegaConf.select(tree, name) for name in printed} == printed
    assert tree.population.composition in COMPOSITIONS


OVERRIDES = [
    [],
    ["region=norway", "policy=none", "seed=9", "n_months=7", "threads=1"],
    ["region=latvia", "policy=package", "policy.levers.mandate.countries=[NO,LV]", "goods.metal.gate_fee=120",
     "barriers.20.strength=0.5", "waste.log_sd=1.1", "countries.LV.landfill_tax=95", "behaviour.contagion=0.02"],
    ["+lever@policy.levers.more=grant", "policy.levers.more.start=3", "outputs='my results'"],
]  # fmt: skip


@pytest.mark.parametrize("overrides", OVERRIDES)
def test_the_configuration_written_beside_results_gives_the_same_settings(
    overrides: list[str], tmp_path: Path
) -> None:
    made = plan(overrides)
    written = tmp_path / "config.yaml"
    written.write_text(OmegaConf.to_yaml(made.config), encoding="utf-8")
    tree = OmegaConf.to_container(OmegaConf.load(written), resolve=True)
    again = checked(tree, from_mapping(tree["policy"]))  # type: ignore[arg-type, index, call-overload]
    assert again == made.settings


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_policy_file_of_the_users_own_is_written_beside_results_in_full(
    tmp_path: Path, elsewhere: bool
) -> None:
    (tmp_path / "hub.yaml").write_text(
        "mechanism: relief\nrelief: {partners_unknown: 0.5}\n", encoding="utf-8"
    )
    hub = (
        "{name: ./hub.yaml, start: 3, countries: [NO]}"
        if elsewhere
        else "{mechanism: relief, relief: {no_time: 0.2}}"
    )
    mine = tmp_path / "mine.yaml"
    mine.write_text(f"question: Mine?\nlevers:\n  training: {{start: 12}}\n  hub: {hub}\n", encoding="utf-8")
    made = plan([f"policy={mine}", "seed=3"])
    assert (made.settings.policy.name, made.settings.policy.names) == ("mine", ("training", "hub"))
    tree = OmegaConf.to_container(OmegaConf.create(OmegaConf.to_yaml(made.config)), resolve=True)
    assert from_mapping(tree["policy"]) == made.settings.policy  # type: ignore[arg-type, index, call-overload]
