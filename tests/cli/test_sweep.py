"""`issim sweep`: studies are listed, previewed, carried out once, drawn and described; bad input is one sentence."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sentences import blemishes

import issim
from issim.runs import studies
from issim.store.dataset import Dataset

TINY = ("n_seeds=2", "population.n_firms=60", "n_months=6", "threads=1")
AXES = "study={question: Which is best?, axes: {policy: [none, training]}}"


@pytest.fixture(name="sweep")
def _sweep(call: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """`issim sweep` of small worlds into a folder of the test's own."""
    return lambda *words: call("sweep", *TINY, f"outputs={tmp_path / 'outputs'}", *words)


def folder(out: str) -> Path:
    """The folder that the closing words name."""
    found = re.search(r"^Results: (\S+) ", out, re.MULTILINE)
    assert found, out
    return Path(found[1])


def test_without_a_study_the_studies_are_listed_with_their_questions(call: Callable[..., Any]) -> None:
    said = call("sweep")
    assert (said.code, said.err) == (0, "")
    assert len(studies.names()) >= 6
    for name, question in studies.listing():
        assert re.search(rf"^{name} +{re.escape(question)}$", said.out, re.MULTILINE)
        assert question.endswith("?")


@pytest.mark.parametrize("name", studies.names())
def test_every_study_runs_and_is_drawn(name: str, call: Callable[..., Any], tmp_path: Path) -> None:
    small = ("n_seeds=2", "population.n_firms=120", "n_months=12", "threads=1", f"outputs={tmp_path}")
    # a training that starts after the end of a short run is no cell of it
    said = call("sweep", f"experiment={name}", *small)
    assert said.code == 0, said.err
    lines = said.out.splitlines()
    assert lines[0] == dict(studies.listing())[name]
    assert lines[1].endswith(".")
    path = folder(said.out)
    assert path.name.startswith(f"{name}-")
    assert (path / "figures" / "answer.png").stat().st_size > 10_000
    ET.parse(path / "figures" / "answer.svg")
    runs = issim.load_results(path)
    impossible = runs["fault"].str.contains("is not before the end of the run")
    assert (impossible | (runs["fault"] == "")).all()
    assert (~impossible).sum() >= 4
    assert Dataset(path).manifest["question"] == lines[0]


def test_a_second_sweep_of_the_same_name_does_nothing(sweep: Callable[..., Any]) -> None:
    first = sweep(AXES)
    assert first.code == 0, first.err
    path = folder(first.out)
    before = {file: file.stat().st_mtime_ns for file in path.rglob("*") if file.is_file()}
    second = sweep(AXES)
    assert (second.code, second.out, second.err) == (0, first.out, "")
    assert {file: file.stat().st_mtime_ns for file in path.rglob("*") if file.is_file()} == before


def test_a_dry_run_says_how_much_it_is_and_writes_nothing(sweep: Callable[..., Any], tmp_path: Path) -> None:
    said = sweep(AXES, "--dry-run")
    assert said.code == 0, said.err
    question, cells, time, disk = said.out.splitlines()
    assert question == "Which is best?"
    assert cells == "Cells: 2, seeds: 2, runs: 4 in 1 shards, 1 of them missing"
    assert re.fullmatch(r"Time: about \d+ s on 1 threads of this machine", time)
    assert re.fullmatch(r"Disk: about \d+ MB in \S+/sweeps/study-[0-9a-f]{16}", disk)
    assert list(tmp_path.rglob("*")) == []


def test_a_dry_run_of_a_finished_sweep_finds_nothing_missing(sweep: Callable[..., Any]) -> None:
    assert sweep(AXES).code == 0
    assert "in 1 shards, 0 of them missing" in sweep(AXES, "--dry-run").out


def test_impossible_cells_are_named_and_the_others_go_on(sweep: Callable[..., Any]) -> None:
    said = sweep("study={axes: {policy: [none, training], region.side: [60, -5]}}")
    assert said.code == 0
    assert (
        "Cell 1 (policy=none, region.side=-5) is impossible and is left out: region.side = -5.0 km"
        in said.err
    )
    assert "Cell 3 (policy=training, region.side=-5) is impossible" in said.err
    assert "8 runs, 4 of them impossible" in said.out


def test_results_describe_what_a_sweep_left(sweep: Callable[..., Any], call: Callable[..., Any]) -> None:
    path = folder(
        sweep("study={question: Why?, axes: {policy: [none, training], region.side: [60, -5]}}").out
    )
    said = call("results", str(path))
    assert said.code == 0
    for words in (
        "Question: Why?",
        "8 runs in 1 shards, 4 cells",
        "Failed runs: 4",
        "4 in cells 1, 3: region.side = -5.0",
    ):
        assert words in said.out


def test_a_file_of_ones_own_is_a_study(sweep: Callable[..., Any], tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(
        "n_seeds: 3\nstudy:\n  question: Does news help?\n  axes: {behaviour.news: [0, 0.1]}\n"
        "  figure: {outcome: aware, x: behaviour.news}\n"
    )
    said = sweep(f"experiment={mine}")
    assert said.code == 0, said.err
    assert said.out.startswith(
        "Does news help?\nAs news goes from 0 to 0.1, firms that have heard of symbiosis go "
    )
    assert folder(said.out).name.startswith("mine-")
    # a word on the command line is stronger than the file
    assert len(issim.load_results(folder(said.out))) == 2 * 2


@pytest.fixture(name="refused")
def _refused(sweep: Callable[..., Any], tmp_path: Path) -> Callable[..., str]:
    """Run `issim sweep` with words that cannot be used; the sentence with which it is refused."""

    def refused(*words: str) -> str:
        before = sorted(tmp_path.rglob("*"))
        said = sweep(*words)
        assert (said.code, said.out) == (2, ""), said
        message = str(said.err).removeprefix("issim: ").removesuffix("\n")
        assert "\n" not in message
        assert not blemishes(message)
        assert sorted(tmp_path.rglob("*")) == before
        return message

    return refused


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["experiment=policy_by_contry"], "'policy_by_contry' is not known; did you mean policy_by_country"),
        (["experiment=no/such.yaml"], "no/such.yaml cannot be read (No such file or directory)"),
        (["experiment=trust_learning", "experiment=size_structure"], "both name a study"),
        ([], "No study is named; write one of"),
        (["study={axes: {behaviour.new: [0, 1]}}"], "did you mean behaviour.news"),
        (["study={axes: {behaviour.news: [a, b]}}"], "behaviour.news = a is not a number"),
        (["study={axes: {behaviour.news: []}}"], "study.axes.behaviour.news = [] has no values"),
        (["study={axes: {n_seeds: [1, 2]}}"], "study axis 'n_seeds' cannot differ between cells"),
        (["study={axes: {population.n_firms: prior}, draws: 4}"], "population.n_firms has no prior"),
        (["study={axes: {behaviour.news: prior}, draws: 6, sampling: sobol}"], "choose 4 or 8"),
        (["study={axes: {policy.levers.training.start: [0]}}", "policy=mandate"], "policy 'mandate' does not have"),
        (["study={axes: {polcy: [none]}}"], "did you mean policy"),
        (["study={axes: {policy: [nothing]}}"], "policy 'nothing' is not known"),
        (["study={axes: {policy: [none, trainng]}}"], "policy 'trainng' is not known; did you mean training"),
        ([AXES, "study.against=nobody"], "policy 'nobody' is not known"),
        ([AXES, "study.figure={kind: bars}"], "study.figure.kind 'bars' is not known; did you mean rows?"),
        ([AXES, "study.figure={kind: rows}"], "study.figure of kind rows lacks x; name one of policy."),
        ([AXES, "study.figure={kind: heat, x: policy}"], "study.figure of kind heat lacks by"),
        ([AXES, "study.figure={kind: heat, x: policy, by: policy}"], "has policy as x and as by"),
        ([AXES, "study.figure={kind: lines, x: policy}"], "needs numbers along x, and policy has 'none'"),
        ([AXES, "study.figure={kind: rows, x: region}"], "study.figure.x 'region' is not known"),
        ([AXES, "study.figure={x: policy, outcome: adoptors}"], "did you mean adopters"),
        ([AXES, "launcher=slrum"], "slurm"),
    ],
)  # fmt: skip
def test_a_sweep_that_cannot_be_is_refused_before_anything_runs(
    words: list[str], said: str, refused: Callable[..., str]
) -> None:
    assert said in refused(*words)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("studdy: 1\nstudy: {axes: {policy: [none]}}", "'studdy' is not a key of the configuration"),
        ("study: {axis: {policy: [none]}}", "key 'study.axis' is not known; did you mean study.axes"),
        ("study: {axes: {policy: [none}}", "is no YAML"),
        ("study: {axes: {policy: [none], policy: [training]}}", "'policy' stands twice"),
        ("- study", "holds no table of names and values"),
        ("n_seeds: many\nstudy: {axes: {policy: [none]}}", "n_seeds = many is not a whole number"),
        ("study: 3", "has no table study"),
        ("n_seeds: 3", "has no table study"),
    ],
)
def test_a_study_file_with_a_mistake_is_one_sentence(
    text: str, said: str, refused: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "mine.yaml").write_text(text)
    assert said in refused(f"experiment={tmp_path / 'mine.yaml'}")
