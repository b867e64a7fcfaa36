"""Policies: packaged, by path, composed by Hydra, and what they make in a world."""

from __future__ import annotations

from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from numpy.testing import assert_array_equal
from omegaconf import OmegaConf

from issim.errors import InputError
from issim.levers import catalogue, policy
from issim.levers.policy import Policy, conditions
from issim.levers.relief import Relief
from issim.units import ASSUMPTION
from issim.world.conditions import no_policy
from issim.world.state import World


def composed(folder: Path, *overrides: str) -> Policy:
    """The policy of a configuration that Hydra composes from the packaged groups."""
    text = (
        f"defaults:\n  - policy: none\n  - _self_\nhydra:\n  searchpath: ['file://{catalogue.configs()}']\n"
    )
    (folder / "run.yaml").write_text(text)
    with initialize_config_dir(str(folder), version_base="1.3"):
        found = OmegaConf.to_container(compose("run", list(overrides)).policy, resolve=True)
    return policy.from_mapping(found)  # type: ignore[arg-type]


def written(folder: Path, text: str) -> str:
    """The path of a policy file of the user's own."""
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_hydra_composes_the_policy_that_the_file_alone_describes(policy_name: str, tmp_path: Path) -> None:
    assert composed(tmp_path, f"policy={policy_name}") == policy.load(policy_name)


def test_a_packaged_policy_is_named_like_its_file_and_asks_a_question(policy_name: str) -> None:
    found = policy.load(policy_name)
    assert found.name == policy_name
    assert found.question.endswith("?")
    assert (found.name, found.question, ", ".join(found.names) or "no lever") in list(policy.listing())


def test_levers_of_packaged_policies_draw_under_the_same_key_as_alone(policy_name: str) -> None:
    found = policy.load(policy_name)
    assert found.keys() == tuple(lever.key for lever in found.levers)


def test_the_four_families_and_their_package_are_there() -> None:
    four = ("mandate", "tax_relief", "training", "platform")
    assert {"none", "package", *four} <= set(catalogue.names("policy"))
    assert policy.load("package").names == four
    assert all(policy.load(name).names == (name,) for name in four)


def test_none_makes_the_conditions_without_any_lever(world: World) -> None:
    made, without = conditions(policy.load("none"), world, 12), no_policy(len(world.firms.index), 12)
    for name, column in made._asdict().items():
        assert_array_equal(column, getattr(without, name), err_msg=name)


def test_a_package_has_the_rows_of_its_parts(world: World) -> None:
    together = conditions(policy.load("package"), world, 24)
    for row, name in enumerate(policy.load("package").names):
        alone = conditions(policy.load(name), world, 24)
        for column in set(together._fields) - {"used"}:
            assert_array_equal(
                getattr(together, column)[row], getattr(alone, column)[0], err_msg=f"{name} {column}"
            )


def test_a_lever_never_in_force_counts_as_no_use_of_its_effects(world: World) -> None:
    assert conditions(policy.load("package"), world, 24).used.any()
    late = policy.from_mapping({"levers": {"mandate": {"start": 30}, "facilitator": {"intensity": 0.0}}})
    assert not conditions(late, world, 24).used.any()


def test_a_field_is_overridden_on_the_command_line(tmp_path: Path) -> None:
    found = composed(
        tmp_path, "policy=package", "policy.levers.training.capacity=25",
        "policy.levers.mandate.countries=[NO,LV]",
        "+policy.levers.training.relief.no_time=0.2", "+lever@policy.levers.grant=grant",
    )  # fmt: skip
    assert found.names == ("mandate", "tax_relief", "training", "platform", "grant")
    assert found.levers[2].capacity == 25
    assert found.levers[2].relief["no_time"] == 0.2
    assert (
        found.levers[2].relief["no_digital_skills"] == catalogue.lever("training").relief["no_digital_skills"]
    )
    assert found.levers[0].countries == ("NO", "LV")


def test_a_policy_file_of_the_users_own(tmp_path: Path) -> None:
    text = """
question: What if two courses run, one for the small?
levers:
  training: {start: 12, capacity: 20}
  small: {name: training, sizes: [micro, small], countries: [NO], relief: {24: 0.3}}
  hub:
    mechanism: relief
    relief: {partners_unknown: 0.5}
    running_cost: 1e3
    sources: {running_cost: assumption}
"""
    found = policy.load(written(tmp_path, text))
    assert (found.name, found.names) == ("mine", ("training", "small", "hub"))
    training, small, hub = found.levers
    assert (training.start, training.capacity, training.unit_cost) == (
        12,
        20,
        catalogue.lever("training").unit_cost,
    )
    assert (small.sizes, small.countries) == (("micro", "small"), ("NO",))
    assert small.relief["partners_unknown"] == 0.3
    assert small.key != training.key
    assert hub.running_cost == 1000.0


def test_a_lever_file_of_the_users_own_lies_beside_the_policy(tmp_path: Path) -> None:
    (tmp_path / "hub.yaml").write_text("mechanism: relief\nrelief: {partners_unknown: 0.5}\n")
    found = policy.load(written(tmp_path, "levers:\n  hub: {name: ./hub.yaml, start: 3}\n"))
    assert found.levers[0] == Relief("hub", start=3, relief={"partners_unknown": 0.5})
    assert catalogue.lever(str(tmp_path / "hub.yaml")).relief == {"partners_unknown": 0.5}


def test_norway_survives_yaml_1_1() -> None:
    """Hydra reads a bare NO as false."""
    found = policy.from_mapping({"levers": {"training": {"countries": [False, "PL"]}}})
    assert found.levers[0].countries == ("NO", "PL")


def test_a_changed_number_no_longer_claims_the_source_of_the_old_one() -> None:
    found = policy.from_mapping(
        {"levers": {"platform": {"running_cost": 90_000}, "tax_relief": {"rate": 0.25}}}
    )
    rows = {row.name: row.par for row in found.parameters()}
    changed = rows["policy.levers.platform.running_cost"]
    assert (changed.source, changed.prior) == (ASSUMPTION, "")
    assert rows["policy.levers.tax_relief.rate"].source == "it_dl_34_2019; it_budget_law_2023"


def test_levers_whose_names_hash_alike_draw_under_different_keys() -> None:
    by_key: dict[int, str] = {}
    for number in range(2000):
        lever = Relief(f"lever_{number}", relief={"no_time": 0.1})
        twin = by_key.setdefault(lever.key, lever.name)
        if twin != lever.name:
            break
    pair = Policy("pair", "", (Relief(twin, relief={"no_time": 0.1}), lever))
    assert pair.levers[0].key == pair.levers[1].key
    assert pair.keys()[0] == lever.key != pair.keys()[1]


def test_all_packaged_levers_draw_under_their_own_keys_in_one_policy() -> None:
    everything = Policy("all", "", catalogue.levers())
    assert everything.keys() == tuple(lever.key for lever in everything.levers)
    assert max(everything.keys()) > 255


def test_every_lever_of_the_catalogue_fits_in_one_policy(world: World) -> None:
    everything = Policy("all", "", catalogue.levers())
    sheet = conditions(everything, world, 120)
    assert len(set(sheet.key)) == len(everything.levers)
    assert sheet.used.sum() >= 10


def test_a_policy_that_names_a_lever_twice_is_refused() -> None:
    lever = catalogue.lever("training")
    with pytest.raises(InputError, match="names a lever twice"):
        Policy("twice", "", (lever, lever))
