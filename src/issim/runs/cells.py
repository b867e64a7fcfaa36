"""From a cell of a design to checked settings: one composition per choice of names, then numbers on top."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from omegaconf import OmegaConf

from issim.errors import InputError
from issim.levers.catalogue import is_path
from issim.levers.policy import from_mapping
from issim.runs import faults
from issim.runs.design import Cell, Value
from issim.runs.job import Plan, plan
from issim.runs.own_data import FILES, recorded
from issim.runs.schema import groups, known_keys, open_table, types
from issim.runs.settings import Settings, checked

#: Settings that decide how runs are made and not what they give, or that every cell has in common.
NOT_OF_A_CELL = (
    "launcher",
    "seed",
    "n_seeds",
    "n_months",
    "threads",
    "outputs",
    "evidence",
    "uncertainty.draws",
    *FILES,
)

#: Settings that do not touch the numbers of a run.
NOT_NUMBERS = ("outputs", "threads", "uncertainty", "names")


class Composer:
    """Composes the cells of one study; names are composed once, numbers put in afterwards."""

    def __init__(self, overrides: Sequence[str]) -> None:
        """Take the overrides that all cells have in common."""
        self.overrides = list(overrides)
        self._plans: dict[tuple[str, ...], tuple[Plan, dict[str, Any]]] = {}

    def base(self) -> Plan:
        """The plan of what all cells have in common."""
        return self._composed(())[0]

    def settings(self, cell: Cell) -> Settings:
        """The checked settings of a cell; InputError if it is impossible."""
        chosen, tree = self._composed(tuple(f"{a}={v}" for a, v in cell.items() if a in groups()))
        numbers = {axis: value for axis, value in cell.items() if axis not in groups()}
        if not numbers:
            return chosen.settings
        tree = copy.deepcopy(tree)
        for axis, value in numbers.items():
            _put(tree, axis, value)
        policy = chosen.settings.policy
        if any(axis.startswith("policy.") for axis in numbers):
            policy = from_mapping(tree["policy"])
        return checked(tree, policy)

    def configs(self) -> str:
        """Every configuration composed so far as YAML, without what does not touch the numbers."""
        trees = ({k: v for k, v in tree.items() if k not in NOT_NUMBERS} for _, tree in self._plans.values())
        return "---\n".join(OmegaConf.to_yaml(recorded(OmegaConf.create(tree))) for tree in trees)

    def _composed(self, choices: tuple[str, ...]) -> tuple[Plan, dict[str, Any]]:
        """The plan of a choice of names, and its configuration as a plain tree."""
        if choices not in self._plans:
            named = {choice.partition("=")[0] for choice in choices}
            shared = [o for o in self.overrides if o.partition("=")[0] not in named]
            chosen = plan([*shared, *choices])
            tree = OmegaConf.to_container(chosen.config, resolve=True)
            assert isinstance(tree, dict)
            self._plans[choices] = chosen, {str(key): value for key, value in tree.items()}
        return self._plans[choices]


def check_axes(axes: Sequence[str]) -> None:
    """Refuse an axis that is no group and no setting of a cell."""
    for axis in axes:
        if axis in NOT_OF_A_CELL:
            raise InputError(
                f"study axis '{axis}' cannot differ between cells; "
                f"give it once for the whole study, as in {axis}=VALUE."
            )
        if axis.partition(".")[0] == "study":
            raise InputError(f"study axis '{axis}' is part of the study itself; name a setting of a run.")
        is_choice = axis in groups() and axis != "lever"
        if not is_choice and axis not in known_keys() and open_table(axis) is None:
            raise faults.unknown_key(axis)


def check_names(cells: Sequence[Cell]) -> None:
    """Refuse a name that its group does not have: a slip of the pen, not an impossible setting."""
    named = {(axis, value) for cell in cells for axis, value in cell.items() if axis in groups()}
    for group, name in sorted(named, key=str):
        is_file = group == "policy" and isinstance(name, str) and is_path(name)
        if name not in groups()[group] and not is_file:
            raise faults.no_such_choice(group, name)


def _put(tree: dict[str, Any], axis: str, value: Value) -> None:
    """Set one dotted setting of a configuration; a lever must be part of the policy."""
    parts = axis.split(".")
    if parts[:2] == ["policy", "levers"]:
        levers = tree["policy"].get("levers") or {}
        if len(parts) < 4 or parts[2] not in levers:
            raise InputError(
                f"study axis '{axis}' is about a lever that policy '{tree['policy'].get('name')}' does not have "
                f"({', '.join(levers) or 'it has none'}); name one of these, or another policy."
            )
    value = _typed(axis, value)
    below = tree
    for part in parts[:-1]:
        found = below.get(part)
        below[part] = dict(found) if isinstance(found, Mapping) else {}
        below = below[part]
    below[parts[-1]] = value


def _typed(axis: str, value: Value) -> Value:
    """A value as the key of the configuration holds it, so that 1 and 1.0 are one setting."""
    kind = types().get(axis)
    is_number = not isinstance(value, str)
    if kind is float and is_number:
        return float(value)
    if kind is int and is_number and float(value).is_integer():
        return int(value)
    if kind is None or (kind is str and not is_number):
        return value
    raise faults.wrong_type(axis, str(value))


def world_key(settings: Settings) -> str:
    """What decides a world besides the seed: settings of equal keys and seeds share one world."""
    left_out = (
        "behaviour",
        "policy",
        "run",
        "evidence",
        "evidence_folder",
        "uncertainty",
        "names",
        "posterior",
        "drawn",
    )
    parts = [
        repr(getattr(settings, part.name))
        for part in dataclasses.fields(settings)
        if part.name not in left_out
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
