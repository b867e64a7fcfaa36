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


def test_lessons_are_copied_out_as_notebooks(tmp_path: Path, call: Callable[..., Any]) -> None:
    said = call("lessons", str(tmp_path / "class"))
    assert said.code == 0, said.err
    found = sorted((tmp_path / "class").iterdir())
    assert [path.suffix for path in found] == [".ipynb"] * 8
    assert "jupyter lab" in said.out
    for source, path in zip(lessons.sources(), found, strict=True):
        here, there = jupytext.read(path).cells, jupytext.read(source).cells
        assert [cell.source for cell in here] == [cell.source for cell in there]
        assert all(not cell.get("outputs") for cell in here)


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
