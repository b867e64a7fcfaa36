"""`issim provenance`: from any output back to command, settings, rules and sources; and the same again."""

from __future__ import annotations

import json
import platform
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sentences import blemishes

from issim.evidence.catalogue import FILES
from issim.store.manifest import commit

SMALL = ("policy=none", "population.n_firms=40", "n_months=4", "n_seeds=2", "uncertainty.draws=0")


def lines(text: str) -> dict[str, str]:
    """What a trail says, by its heads; lines that go on are joined."""
    found: dict[str, str] = {}
    head = ""
    for line in text.splitlines()[1:]:
        head = line[2:14].strip() or head
        found[head] = f"{found.get(head, '')} {line[14:].strip()}".strip()
    return found


@pytest.mark.parametrize(
    "name",
    ["", "manifest.json", "config.yaml", "summary.txt", "summary.csv", "series.parquet", "figures/map.png",
     "figures/adoption.svg"],
)  # fmt: skip
def test_every_output_of_a_run_tells_its_making(name: str, finished: Any, call: Callable[..., Any]) -> None:
    said = call("provenance", str(finished.path / name if name else finished.path))
    assert said.code == 0, said.err
    told = lines(said.out)
    assert "as they were written" in told["state"] or "as it was written" in told["state"]
    assert told["command"].startswith("issim run population.n_firms=60 n_months=12 n_seeds=3 outputs=")
    assert told["again"].startswith("issim run population.n_firms=60 n_months=12 n_seeds=3 seed=5")
    assert "outputs=" not in told["again"]
    assert told["seeds"] == "5 to 7"
    assert "population.n_firms = 60 (1000)" in told["settings"]
    assert told["settings"].startswith("4 differ")
    assert told["policy"] == "package: mandate, tax_relief, training, platform"
    assert told["rules"].endswith("the same as here")
    assert told["evidence"].startswith(f"{len(FILES)} tables (")
    assert told["evidence"].endswith("the same as packaged here")
    assert told["packages"].endswith("the same as here")
    assert told["program"].startswith("issim 0.1.0")
    assert commit().removesuffix("+changes") in told["program"]
    assert "assumptions) in force" in told["parameters"]
    assert "Eurostat" in told["sources"]


def test_a_number_tells_its_definition_rules_parameters_and_values(
    finished: Any, call: Callable[..., Any]
) -> None:
    told = lines(call("provenance", str(finished.path / "summary.csv"), "co2").out)
    closing = pd.read_csv(finished.path / "summary.csv", keep_default_na=False)
    row = closing[(closing["key"] == "co2") & (closing["policy"] == "package")].iloc[0]
    assert f"policy package; low {row['low']:.6g}; middle {row['middle']:.6g}" in told["values"]
    assert told["what"] == "CO2 saved in all years, transport subtracted [t CO2]"
    assert "column co2" in told["read from"]
    assert told["read from"].endswith("its sum over all months, times 0.001")
    assert told["written by"] == "rules/operate.py: operate"
    assert "behaviour.interruption = 0.02" in told["parameters"]
    assert "goods.*.co2_saved" in told["parameters"]
    assert "behaviour.contact_rate" not in told["parameters"]
    assert "defra_2025" in told["sources"]


def copied(finished: Any, name: str, where: Path) -> Path:
    """A file of the run, alone."""
    return Path(shutil.copy(finished.path / name, where / f"lone{Path(name).suffix}"))


@pytest.mark.parametrize("name", ["figures/adoption.svg", "figures/adoption.png", "series.parquet"])
def test_a_file_that_left_its_folder_still_tells_it(
    name: str, finished: Any, call: Callable[..., Any], tmp_path: Path
) -> None:
    lone = copied(finished, name, tmp_path)
    told = lines(call("provenance", str(lone), "--among", str(tmp_path / "nothing")).out)
    assert told["state"] == "The file is as it was written."
    assert told["again"] == "issim run population.n_firms=60 n_months=12 n_seeds=3 seed=5"
    assert "population.n_firms = 60 (1000)" in told["settings"]
    assert "adopters" in told["shows"]
    content = bytearray(lone.read_bytes())
    content[len(content) // 2] ^= 1
    lone.write_bytes(content)
    again = lines(call("provenance", str(lone)).out)
    assert again["state"] == "The file was changed after it was written."


def test_a_copy_of_a_table_of_text_is_found_by_its_content(
    finished: Any, call: Callable[..., Any], tmp_path: Path
) -> None:
    lone = copied(finished, "summary.csv", tmp_path)
    told = lines(call("provenance", str(lone), "adopters", "--among", str(finished.path.parent)).out)
    assert told["state"].startswith("It is a copy of ")
    assert told["what"].startswith("Firms that exchange residues")
    said = call("provenance", str(lone), "--among", str(tmp_path))
    assert said.code == 2
    assert "carries no record" in said.err
    assert not blemishes(said.err.rstrip())


@pytest.fixture
def folder(finished: Any, tmp_path: Path) -> Path:
    """A copy of the run's folder, to be harmed."""
    return Path(shutil.copytree(finished.path, tmp_path / "run"))


def test_what_was_edited_afterwards_is_said(folder: Path, call: Callable[..., Any]) -> None:
    with (folder / "summary.csv").open("a") as file:
        file.write("\n")
    (folder / "figures" / "map.png").unlink()
    told = lines(call("provenance", str(folder)).out)
    assert told["state"] == (
        "Not all files are as they were written; changed after the run: summary.csv; missing: figures/map.png."
    )
    told = lines(call("provenance", str(folder / "summary.csv")).out)
    assert told["state"] == "The file was changed after it was written."


def test_another_program_evidence_or_package_is_said(folder: Path, call: Callable[..., Any]) -> None:
    path = folder / "manifest.json"
    known = json.loads(path.read_text())
    known["evidence"]["prices.csv"] = "0" * 64
    known |= {"rules": "0" * 12, "commit": "feedfeedfeed+changes"}
    known["packages"]["numpy"] = "1.0"
    path.write_text(json.dumps(known))
    told = lines(call("provenance", str(folder)).out)
    assert "others than here" in told["rules"]
    assert told["evidence"].endswith("prices.csv differ from those packaged here")
    assert "numpy was 1.0 and is " in told["packages"]
    assert "the source tree was edited" in told["program"]
    assert "here is issim" in told["program"]


def test_a_folder_of_an_older_version_is_told_as_far_as_it_goes(
    folder: Path, call: Callable[..., Any]
) -> None:
    path = folder / "manifest.json"
    known = json.loads(path.read_text())
    path.write_text(json.dumps({k: v for k, v in known.items() if k not in ("files", "settings", "numbers")}))
    for name in ("", "summary.csv"):
        told = lines(call("provenance", str(folder / name if name else folder)).out)
        assert told["state"].startswith("An older version wrote it and kept no digest")
        assert told["again"].startswith("issim run ")


def test_what_is_not_ours_or_damaged_is_one_sentence(
    folder: Path, call: Callable[..., Any], tmp_path: Path
) -> None:
    strange = tmp_path / "strange.png"
    strange.write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    (tmp_path / "cut.parquet").write_bytes((folder / "series.parquet").read_bytes()[:500])
    refused = {
        "cannot be read": tmp_path / "nowhere.svg",
        "carries no record": strange,
        "or it is damaged": tmp_path / "cut.parquet",
        "is not a result folder": tmp_path,
    }
    for words, path in refused.items():
        said = call("provenance", str(path), "--among", str(tmp_path / "none"))
        assert (said.code, said.out) == (2, "")
        assert words in said.err
        assert not blemishes(said.err.rstrip())
    (folder / "manifest.json").write_text("{")
    said = call("provenance", str(folder))
    assert "is damaged" in said.err
    assert lines(call("provenance", str(folder / "figures" / "flows.svg")).out)["again"].startswith(
        "issim run"
    )
    assert "did you mean adopters" in call("provenance", str(folder / "firms.parquet"), "adoptrs").err
    assert "has no outcome" in call("provenance", str(folder / "firms.parquet"), "adopters").err
    assert "--threads" in call("provenance", str(folder), "--threads", "2").err


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run so small that it is quickly made again."""
    from cli.conftest import call

    out = tmp_path_factory.mktemp("tiny")
    assert call("run", "--no-figures", *SMALL, "threads=2", f"outputs={out}").code == 0
    (made,) = out.iterdir()
    return made


def test_the_same_command_gives_the_same_bits_on_another_number_of_threads(
    tiny: Path, call: Callable[..., Any]
) -> None:
    said = call("provenance", str(tiny), "--check", "--threads", "1")
    assert said.code == 0, said.out
    assert "The same command on 1 thread gives the same bits: 10 tables are equal." in said.out


@pytest.mark.slow
def test_uncompiled_rules_give_the_same_bits(
    tiny: Path, call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    said = call("provenance", str(tiny / "series.parquet"), "--check")
    assert said.code == 0, said.out
    assert "gives the same bits" in said.out


@pytest.mark.slow
@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="names instructions of x86-64")
@pytest.mark.parametrize("older", ["OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES", "GLIBC_TUNABLES"])
def test_processors_with_older_instructions_give_the_same_bits(
    older: str, tmp_path: Path, call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Linear algebra, NumPy and the C library choose instructions by processor; here they take those of older ones."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    assert call("run", "--no-figures", *SMALL, "uncertainty.draws=8", f"outputs={tmp_path}").code == 0
    (made,) = tmp_path.iterdir()
    without = {
        "OPENBLAS_CORETYPE": "Prescott",
        "NPY_DISABLE_CPU_FEATURES": " ".join(name for name in __cpu_dispatch__ if __cpu_features__[name]),
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX,-AVX2,-FMA,-FMA4,-AVX2_Usable,-FMA_Usable,-FMA4_Usable",
    }
    monkeypatch.setenv(older, without[older])
    said = call("provenance", str(made), "--check")
    assert said.code == 0, said.out
    assert "gives the same bits" in said.out


def test_what_differs_is_told_column_by_column() -> None:
    from issim.trace.again import differing

    one = pd.DataFrame({"seed": [1, 2], "value": [0.5, float("nan")]})
    assert differing(one, one.copy()) == ""
    other = one.assign(value=[0.5 + 2**-53, float("nan")])
    assert differing(one, other).startswith("differs in 1 of 2 columns (value), first in row 0: ")
    assert differing(one, one[:1]) == "has 2 rows and now 1"
    assert differing(one, one.rename(columns={"seed": "s"})) == "has other columns: s, seed"
    assert differing(one, one.assign(seed=[1.0, 2.0])).startswith("differs in 1 of 2 columns (seed)")


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("# commit: b\nx,y\n1,2\n", ""),
        ("# commit: b\nx,y\n1,3\n", "differs from line 3 on: '1,2' is now '1,3'"),
        ("# commit: a\nx,y\n1,2\n3,4\n", "differs from line 4 on: '' is now '3,4'"),
        ("# commit: a\nx,y\n1,2\n\n", "has 4 lines and now 5"),
    ],
)
def test_the_head_of_a_table_may_name_another_commit(now: str, told: str, tmp_path: Path) -> None:
    from issim.trace.again import first_line

    there, here = tmp_path / "there.csv", tmp_path / "here.csv"
    there.write_text("# commit: a\nx,y\n1,2\n")
    here.write_text(now)
    assert first_line(there, here) == told


def test_a_table_that_was_changed_differs_from_what_the_command_gives(
    tiny: Path, call: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from issim.trace import again

    harmed = Path(shutil.copytree(tiny, tmp_path / "harmed"))
    table = pd.read_parquet(harmed / "series.parquet")
    table.assign(adopters=table["adopters"] + 1).to_parquet(harmed / "series.parquet")
    (harmed / "summary.csv").write_text("key\n")

    class Done:
        returncode = 0

    def copied(words: list[str], **_: Any) -> Done:
        place = next(word.partition("=")[2] for word in words if word.startswith("outputs="))
        shutil.copytree(tiny, Path(place) / "made")
        return Done()

    monkeypatch.setattr(again.subprocess, "run", copied)
    said = call("provenance", str(harmed), "--check")
    assert said.code == 1
    assert "8 tables are equal" in said.out
    assert "series.parquet differs in 1 of " in said.out
    assert "summary.csv differs from line 1 on" in said.out


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small sweep with its figure."""
    from cli.conftest import call

    home = tmp_path_factory.mktemp("swept")
    study = home / "mine.yaml"
    study.write_text(
        "# @package _global_\nstudy:\n  question: Which?\n  against: none\n  axes: {policy: [none, training]}\n"
        "  figure: {kind: rows, outcome: tonnes, x: policy}\n"
    )
    said = call(
        "sweep", f"experiment={study}", "population.n_firms=40", "n_months=4", "n_seeds=2", f"outputs={home}"
    )
    assert said.code == 0, said.err
    (made,) = (home / "sweeps").iterdir()
    return made


@pytest.mark.parametrize("name", ["", "design.parquet", "runs/shard-000000.parquet", "figures/answer.svg"])
def test_every_output_of_a_sweep_tells_its_making_in_its_folder_and_alone(
    name: str, swept: Path, call: Callable[..., Any], tmp_path: Path
) -> None:
    told = lines(call("provenance", str(swept / name if name else swept)).out)
    assert "as it was written" in told["state"]
    assert told["question"] == "Which?"
    assert told["design"] == "2 cells over policy, 4 runs"
    assert told["rules"].endswith("of all text that decides numbers; the same as here")
    if name.startswith("figures"):
        assert told["shows"].startswith("tonnes: Residues passed on in all years")
    if name and name != "design.parquet":
        lone = Path(shutil.copy(swept / name, tmp_path / f"lone{Path(name).suffix}"))
        alone = lines(call("provenance", str(lone), "--among", str(tmp_path)).out)
        assert alone["state"] == "The file is as it was written."
        assert alone["again"] == told["again"]
        lone.write_bytes(lone.read_bytes().replace(b"PAR1", b"PAR2", 1).replace(b"<path ", b"<path  ", 1))
        assert (
            lines(call("provenance", str(lone)).out)["state"] == "The file was changed after it was written."
        )


def test_a_sweep_is_the_same_again(swept: Path, call: Callable[..., Any]) -> None:
    said = call("provenance", str(swept), "--check")
    assert said.code == 0, said.out
    assert said.out.rstrip().endswith("The same command gives the same bits: 3 tables are equal.")
