"""A new lever is one file and one YAML, and touches nothing that exists."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import issim.levers
from issim.levers import catalogue

MECHANISM = '''
"""Certificates."""

from dataclasses import dataclass
from typing import ClassVar

from issim.levers.base import Lever
from issim.units import ASSUMPTION, par


@dataclass(frozen=True)
class Certificate(Lever):
    """Trust through certificates."""

    mechanism: ClassVar[str] = "certificate"
    rigour: float = par(0.5, unit="1", low=0, high=1, meaning="rigour", source=ASSUMPTION)

    def moves(self):
        return {"trust_gain": 0.2 * self.rigour}
'''
LEVER = (
    "mechanism: certificate\nname: certificate\nenrols: true\nrigour: 0.25\nrelief: {not_competitive: 0.5}\n"
)
POLICY = (
    "defaults:\n  - /lever@levers.certificate: certificate\n  - _self_\nname: certified\nquestion: And?\n"
)
ASK = """
from issim.levers import catalogue, policy
row = next(row for row in catalogue.listing() if row[0] == "certificate")
print(row[1], row[2], row[3])
print(policy.load("certified").levers[0].moves())
print([p.name for p in catalogue.parameters() if p.name.endswith("rigour")])
"""


def test_adding_a_lever_adds_two_files_and_changes_none(tmp_path: Path) -> None:
    package = Path(issim.levers.__file__).parents[1]
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(package, tmp_path / "src" / "issim", ignore=ignored)
    shutil.copytree(catalogue.configs(), tmp_path / "configs", ignore=ignored)
    (tmp_path / "src/issim/levers/certificate.py").write_text(MECHANISM)
    (tmp_path / "configs/lever/certificate.yaml").write_text(LEVER)
    (tmp_path / "configs/policy/certified.yaml").write_text(POLICY)
    environment = {
        **os.environ,
        "PYTHONPATH": str(tmp_path / "src"),
        "ISSIM_CACHE_DIR": str(tmp_path / "cache"),
    }
    told = subprocess.run(
        [sys.executable, "-P", "-c", ASK],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.splitlines() == [
        "certificate 9 not_competitive 0.5 trust_gain 0.05",
        "{'trust_gain': 0.05}",
        "['policy.levers.certificate.rigour']",
    ]


def test_what_is_left_out_of_a_yaml_is_neutral() -> None:
    lever = catalogue.build({"mechanism": "relief", "relief": {"no_time": 0.5}}, "plain")
    assert (lever.unit_cost, lever.running_cost, lever.budget, lever.enrols) == (0.0, 0.0, None, False)
    assert lever.limits() == {}
