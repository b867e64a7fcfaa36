"""A class's own lever: written, read back, listed, run; a fault in it is told in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from issim import cli
from issim.levers import catalogue
from issim.teach import levers

MINE = """
    mechanism: relief
    name: mine
    title: Mine alone
    running_cost: 100
    effects: {trust_gain: 0.1}
"""


def test_a_lever_is_written_read_and_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = levers.write(str(tmp_path / "mine.yaml"), MINE)
    assert capsys.readouterr().out == f"{file} is a lever: Mine alone.\n"
    table = levers.listed(file)
    assert list(table.index) == ["mine", *catalogue.names()]
    assert table.loc["mine", "moves"] == "trust_gain 0.1"
    assert table.loc["mine", "rests_on"] == "2 assumptions"
    found = levers.policy("ours", mine={"name": str(file)}, training={"capacity": 3})
    assert found.names == ("mine", "training")
    assert found.levers[0].running_cost == 100
    assert found.levers[1].capacity == 3


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (MINE.replace("0.1", "7"), "outside"),
        (MINE.replace("trust_gain", "trust_gian"), "did you mean trust_gain"),
        ("mechanism: [", "is no YAML"),
        ("name: mine", "has no mechanism"),
    ],
)
def test_a_fault_is_a_sentence(
    wrong: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    levers.write(str(tmp_path / "mine.yaml"), wrong)
    said = capsys.readouterr().out
    assert said.startswith("Not yet: ")
    assert told in said
    assert said.count("\n") == 1


def test_the_command_lists_a_file_as_well(tmp_path: Path, capsys: Any) -> None:
    file = levers.write(str(tmp_path / "mine.yaml"), MINE)
    capsys.readouterr()
    call: Callable[[list[str]], int] = cli.main
    assert call(["levers", str(file), "--csv"]) == 0
    head, row = capsys.readouterr().out.strip().splitlines()
    assert head.startswith("lever,mechanism")
    assert row.startswith("mine,relief")
    assert call(["levers", str(tmp_path / "none.yaml")]) == 2
    assert "cannot be read" in capsys.readouterr().err
