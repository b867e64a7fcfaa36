"""Bad input on the command line: exit code 2, one sentence per fault, no traceback, nothing written."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sentences import blemishes

from issim.evidence.catalogue import PACKAGED

TINY = ("population.n_firms=30", "n_months=1", "n_seeds=1")


@pytest.fixture(name="refused")
def _refused(call: Callable[..., Any], tmp_path: Path) -> Callable[..., str]:
    """Run `issim run` with overrides that cannot be used; the sentences with which it is refused."""

    def refused(*overrides: str) -> str:
        before = sorted(tmp_path.rglob("*"))
        said = call("run", "--no-figures", *TINY, f"outputs={tmp_path / 'outputs'}", *overrides)
        assert (said.code, said.out) == (2, ""), said
        message = str(said.err[said.err.index("issim: ") :]).removeprefix("issim: ").removesuffix("\n")
        assert not blemishes(message)
        assert sorted(tmp_path.rglob("*")) == before
        return message

    return refused


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("population.n_firms=0", "population.n_firms = 0 firms is outside [1, 1000000]"),
        ("population.n_firms=1000001", "is outside [1, 1000000]"),
        ("region.side=0", "region.side = 0.0 km is outside [1.0, 2000.0]"),
        ("region.side=-5", "region.side = -5.0 km is outside"),
        ("streams.available=0", "region 'mixed' has no streams"),
        ("candidates.max_distance=0", "candidates.max_distance = 0.0 km is outside"),
        ("n_months=0", "n_months = 0 month is outside [1, 1200]"),
        ("n_seeds=0", "n_seeds = 0 runs is outside"),
        ("seed=-1", "seed = -1 is outside"),
        ("seed=4611686018427387905", "seed = 4611686018427387905 is outside"),
        ("seed=1.5", "seed = 1.5 is not a whole number"),
        ("threads=5000", "threads = 5000 threads is outside"),
        ("region=atlantis", "region 'atlantis' is not known; did you mean latvia"),
        ("policy=trainng", "did you mean training"),
        ("policy=nowhere.yaml", "nowhere.yaml cannot be read (No such file or directory)"),
        ("behavior.contagion=1", "did you mean behaviour.contagion"),
        ("policy.levers.training.regions=[7]", "is meant for nobody"),
        ("evidence=/no/such/folder", "Evidence folder /no/such/folder does not exist"),
        ("goods.metal.gate_fee=nan", "goods.metal.gate_fee = nan EUR/unit is outside [-500, 2000]"),
    ],
)  # fmt: skip
def test_a_run_that_cannot_be_is_refused(override: str, said: str, refused: Callable[..., str]) -> None:
    message = refused(override)
    assert said in message
    assert "\n" not in message


def test_several_faults_are_several_sentences(refused: Callable[..., str]) -> None:
    lines = refused("n_months=0", "region.side=0", "behaviour.news=2", "population.composition=x").split("\n")
    assert sorted(line.partition(" ")[0] for line in lines) == [
        "behaviour.news",
        "n_months",
        "population.composition",
        "region.side",
    ]


@pytest.mark.parametrize("name", ["survey.csv", "barriers.csv", "assumptions.csv", "sources.csv"])
@pytest.mark.parametrize("harm", ["missing", "empty", "binary", "cell"])
def test_evidence_that_cannot_be_used_is_refused(
    name: str, harm: str, refused: Callable[..., str], tmp_path: Path
) -> None:
    folder = tmp_path / "evidence"
    shutil.copytree(PACKAGED, folder)
    path = folder / name
    text = path.read_bytes()
    if harm == "missing":
        path.unlink()
    else:
        first, second, rest = text.split(b"\n", 2)
        harmed = {
            "empty": b"",
            "binary": b"\x00\xff" * 50,
            "cell": first + b"\n" + second[:-1] + b',"x\n' + rest,
        }
        path.write_bytes(harmed[harm])
    assert name in refused(f"evidence={folder}")


def test_outputs_that_cannot_be_written_are_refused_before_anything_runs(
    call: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from issim.runs import study

    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("a run was started")

    monkeypatch.setattr(study, "world_of", never)
    (tmp_path / "file").write_text("in the way")
    for outputs in (tmp_path / "file", tmp_path / "file" / "below"):
        said = call("run", *TINY, f"outputs={outputs}")
        assert (said.code, said.out) == (2, "")
        assert said.err.startswith(f"issim: outputs = {outputs} cannot be written (")
        assert said.err.count("\n") == 1
    said = call("survey", "--out", str(tmp_path / "file"))
    assert said.code == 2
    assert "cannot be written" in said.err
    assert (tmp_path / "file").read_text() == "in the way"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("levers: {training: {start: -1}}", "policy.levers.training.start = -1 month is outside"),
        ("levers: {trainng: {}}", "did you mean training"),
        ("levers: {training: {relief: {no_time: '${seed}'}}}", "relief.no_time = 1 is outside" ),
        ("levers: [training]", "is no table"),
        ("- x", "holds no table"),
        ("levers: {training: {", "is no YAML"),
        ("question: 5", "must be texts"),
        ("levels: {}", "did you mean policy.levers"),
    ],
)  # fmt: skip
def test_a_policy_file_with_a_fault_is_refused(
    text: str, said: str, refused: Callable[..., str], tmp_path: Path
) -> None:
    if "${" in text:
        said = "relief.no_time"
    (tmp_path / "mine.yaml").write_text(text)
    assert said in refused(f"policy={tmp_path / 'mine.yaml'}")


@pytest.mark.parametrize(
    "other", ["policy.levers.training.start=3", "policy=none", "+lever@policy.levers.grant=grant"]
)
@pytest.mark.parametrize("first", [True, False])
def test_a_policy_file_and_a_change_to_it_are_not_mixed(
    other: str, first: bool, refused: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "mine.yaml").write_text("levers: {training: {}}")
    words = [other, f"policy={tmp_path / 'mine.yaml'}"]
    assert f"'{other}'" in refused(*(words if first else words[::-1]))


@pytest.mark.parametrize(
    "words",
    [
        ("fly",),
        ("run", "-x"),
        ("survey", "--month", "x"),
        ("survey", "--surveys", "many"),
        ("levers", "a", "b"),
    ],
)
def test_words_that_are_no_command_end_with_usage_and_two(
    words: tuple[str, ...], call: Callable[..., Any]
) -> None:
    said = call(*words)
    assert said.code == 2
    assert said.err.startswith("usage: issim")
    assert said.out == ""
