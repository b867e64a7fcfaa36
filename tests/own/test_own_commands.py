"""Template, check and run with a register on the command line; no name of a firm leaves memory unless asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from issim.cli import main
from issim.own.template import TEMPLATES, template_command

SMALL = ["n_seeds=2", "n_months=6", "uncertainty.draws=2", "policy=training"]
#: Parts of the names in the template that nothing else contains.
SECRET = ("sawmill", "brewery", "dairy", "greenhouse")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the template in it, in which commands run."""
    monkeypatch.chdir(tmp_path)
    assert main(["template", "firms"]) == 0
    return tmp_path


def found_in(folder: Path) -> set[str]:
    """Which of the secret words any file of a folder contains, tables unpacked."""
    found = set()
    for path in folder.rglob("*"):
        if path.is_file():
            text = path.read_bytes().decode("latin-1").lower() + path.name.lower()
            if path.suffix == ".parquet":
                text += pd.read_parquet(path).to_csv().lower()
            found |= {word for word in SECRET if word in text}
    return found


def test_a_template_is_never_written_over(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["template", "firms"]) == 2
    assert "is there already" in capsys.readouterr().err
    assert main(["template", "frims"]) == 2
    assert "did you mean firms" in capsys.readouterr().err
    assert main(["template", "firms", "--out", str(here / "no" / "such.csv")]) == 2
    assert set(TEMPLATES) >= {"firms"}
    assert "issim check firms" in template_command("firms", here / "other.csv")


def test_check_tells_what_is_understood_and_writes_nothing(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "firms=my_firms.csv"]) == 0
    said = capsys.readouterr().out
    assert "Nothing is wrong" in said
    assert "WGS84" in said
    assert [path.name for path in here.iterdir()] == ["my_firms.csv"]
    assert main(["check"]) == 2


def test_check_tells_every_fault_with_its_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        Path("my_firms.csv")
        .read_text(encoding="utf-8")
        .replace("16.10,45", "99.99.99.9,many")
        .replace("LV", "XX", 3)
    )
    Path("bad.csv").write_text(text, encoding="utf-8")
    for command in (["check"], ["run", *SMALL], ["compare", "policy=none,training"]):
        assert main([*command, "firms=bad.csv"]) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 4, said
        assert "column nace" in said
        assert "column employees: 'many'" in said
    assert not Path("outputs").exists()


@pytest.mark.slow
def test_a_run_with_a_register_says_what_was_given_and_tells_no_name(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", f"firms={here / 'my_firms.csv'}", *SMALL]) == 0
    said = capsys.readouterr().out
    assert "Region my_firms: 10 firms" in said
    assert "Firms: 10 of my_firms.csv" in said
    assert "Drawn from the survey-calibrated population" in said
    (folder,) = Path("outputs").iterdir()
    assert main(["report", str(folder)]) == 0
    page = (folder / "report" / "report.html").read_text(encoding="utf-8")
    assert "Map of one run" not in page
    assert "fewer than 3 firms of the register are not shown" in page
    groups = pd.read_csv(folder / "report" / "groups.csv")
    counted = pd.read_parquet(folder / "firms.parquet")
    for group, level in zip(groups["group"], groups["level"], strict=True):
        assert (counted[group] == level).sum() >= 3
    table = pd.read_csv(folder / "firms_given.csv")
    assert len(table) == 10
    assert set(table["country"]) == {"given"}
    assert found_in(folder) == set()
    about = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert len(about["evidence"]["firms: my_firms.csv"]) == 64
    for path in (folder / "manifest.json", folder / "config.yaml", folder / "summary.txt"):
        assert str(here) not in path.read_text(encoding="utf-8")


def test_a_comparison_tells_names_only_if_asked(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["compare", "--no-figures", "firms=my_firms.csv", *SMALL[:3], "policy=none,training"]
    assert main(words) == 0
    (folder,) = Path("outputs").iterdir()
    assert found_in(folder) == set()
    assert main([*words, "names=true", "outputs=asked"]) == 0
    (folder,) = Path("asked").iterdir()
    assert found_in(folder) == set(SECRET)
    capsys.readouterr()


def test_a_sweep_runs_a_register_and_is_another_one_when_the_register_changes(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("study.yaml").write_text(
        "n_seeds: 2\nn_months: 3\nstudy: {question: Does it run, axes: {policy: [none, training]}}\n",
        encoding="utf-8",
    )
    for _ in range(2):
        assert main(["sweep", "--no-figures", "experiment=study.yaml", f"firms={here / 'my_firms.csv'}"]) == 0
        text = Path("my_firms.csv").read_text(encoding="utf-8").replace("45,LV", "46,LV")
        Path("my_firms.csv").write_text(text, encoding="utf-8")
    folders = list(Path("outputs/sweeps").iterdir())
    assert len(folders) == 2
    assert found_in(Path("outputs")) == set()
    for folder in folders:
        about = (folder / "manifest.json").read_text(encoding="utf-8")
        assert "firms: my_firms.csv" in about
        assert str(here) not in about
    capsys.readouterr()
