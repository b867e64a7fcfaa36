"""Every lesson runs from its percent-format source, top to bottom, and says something."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

LESSONS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("[0-9]*.py"))


def test_there_is_a_lesson() -> None:
    assert LESSONS


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_lesson_runs(lesson: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = lesson.read_text(encoding="utf-8")
    assert text.count("# %% [markdown]") >= 3, "a lesson explains what it does"
    runpy.run_path(str(lesson))
    assert capsys.readouterr().out.strip()
