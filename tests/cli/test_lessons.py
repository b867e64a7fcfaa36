"""`issim lessons`: listed, and copied out as notebooks that lose nothing of anybody's."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sentences import blemishes

from issim import lessons

jupytext = pytest.importorskip("jupytext")


def test_the_ladder_is_listed_with_its_questions(call: Callable[..., Any]) -> None:
    said = call("lessons")
    assert said.code == 0
    rungs = list(lessons.ladder())
    assert [rung.lesson for rung in rungs] == [f"{k:02}" for k in range(1, 9)]
    for rung in rungs:
        assert rung.title in said.out
        assert rung.question.endswith("?")
        assert "#" not in rung.question


def test_lessons_are_copied_out_as_notebooks(
    tmp_path: Path, call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lessons, "rehearsed", lambda: "All ran.")
    said = call("lessons", str(tmp_path / "class"))
    assert said.code == 0, said.err
    assert said.out.endswith("All ran.\n")
    found = sorted((tmp_path / "class").iterdir())
    assert [path.suffix for path in found] == [".ipynb"] * 8
    assert "jupyter lab" in said.out
    for source, path in zip(lessons.sources(), found, strict=True):
        here, there = jupytext.read(path).cells, jupytext.read(source).cells
        assert [cell.source for cell in here] == [cell.source for cell in there]
        assert all(not cell.get("outputs") for cell in here)


@pytest.mark.slow
def test_a_rehearsal_runs_every_lesson_and_leaves_nothing_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert lessons.rehearsed().startswith("All 8 ran on this machine")
    said = capsys.readouterr()
    assert said.out == ""
    assert "Trying them once" in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_lesson_that_does_not_run_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "01_broken.py"
    broken.write_text("assert False, 'on purpose'")
    monkeypatch.setattr(lessons, "sources", lambda: [broken])
    with pytest.raises(AssertionError, match="on purpose"):
        lessons.rehearsed()
    assert Path.cwd() != tmp_path


def test_answers_of_a_class_are_not_overwritten(tmp_path: Path, call: Callable[..., Any]) -> None:
    mine = tmp_path / lessons.sources()[3].with_suffix(".ipynb").name
    mine.write_text("my answers")
    said = call("lessons", str(tmp_path))
    assert said.code == 2
    assert mine.name in said.err
    assert not blemishes(said.err.removesuffix("\n"))
    assert [path.name for path in tmp_path.iterdir()] == [mine.name]
    assert mine.read_text() == "my answers"


def test_without_jupytext_a_sentence_says_what_to_do(
    tmp_path: Path, call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jupytext", None)
    said = call("lessons", str(tmp_path / "class"))
    assert said.code == 2
    assert "pip install 'issim[lessons]'" in said.err
    assert not (tmp_path / "class").exists()
