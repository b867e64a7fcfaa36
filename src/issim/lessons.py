"""What `issim lessons` does: list the lessons, and copy them out as notebooks that a class can open."""

from __future__ import annotations

import importlib.resources
import io
import re
import runpy
import tempfile
from collections.abc import Iterator
from contextlib import chdir, redirect_stdout
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from issim.errors import InputError
from issim.store.folder import check_writable

#: What a notebook needs beside the program.
EXTRA = "pip install 'issim[lessons]'"
QUESTION = re.compile(r"\*\*Question\.\*\* (.*?)\n#\n", re.DOTALL)
TITLE = re.compile(r"^# # \d+\. (.*)$", re.MULTILINE)


class Lesson(NamedTuple):
    """One rung of the ladder, in words."""

    lesson: str
    title: str
    question: str


def sources() -> list[Path]:
    """The percent-format sources of the lessons, in order: beside `src` in a source tree, else the packaged ones."""
    beside = Path(__file__).resolve().parents[2] / "notebooks"
    folder = beside if beside.is_dir() else Path(str(importlib.resources.files("issim.notebooks")))
    return sorted(folder.glob("[0-9]*.py"))


def ladder() -> Iterator[Lesson]:
    """Number, title and question of every lesson."""
    for source in sources():
        text = source.read_text(encoding="utf-8")
        title, question = TITLE.search(text), QUESTION.search(text)
        asked = " ".join(question[1].replace("\n# ", " ").replace("*", "").split()) if question else ""
        yield Lesson(source.name[:2], title[1] if title else source.stem, asked)


def copied(folder: Path) -> str:
    """Write every lesson into a folder as a notebook; returns how to open them.

    Keeps     nothing that is there already is overwritten
    """
    try:
        import jupytext
    except ImportError:
        raise InputError(
            f"Notebooks need jupytext, which is not installed; {EXTRA}, or run the sources in "
            f"'{sources()[0].parent}' as they are."
        ) from None
    taken = [path for path in (folder / f"{source.stem}.ipynb" for source in sources()) if path.exists()]
    if taken:
        raise InputError(
            f"'{taken[0]}' is there already, perhaps with answers of yours; name another folder."
        )
    check_writable(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for source in sources():
            jupytext.write(jupytext.read(source), folder / f"{source.stem}.ipynb")
    except OSError as error:
        raise InputError(f"'{folder}' cannot be written ({error.strerror}); name another folder.") from None
    return f"{len(sources())} lessons: {folder}\nOpen them by `jupyter lab {folder}` ({EXTRA} brings it)."


def rehearsed() -> str:
    """Run every lesson once, with a progress bar, so that whatever is compiled on first use is there for the class.

    Keeps     nothing: what a lesson writes goes to a folder that is removed
    """
    from issim.commands import say

    found = sources()
    say("Trying them once, so that no class waits for what is compiled on first use: a minute or two ...")
    with (
        tempfile.TemporaryDirectory() as folder,
        tqdm(found, unit="lesson", desc="lessons", disable=None, leave=False) as bar,
    ):
        for source in bar:
            with chdir(folder), redirect_stdout(io.StringIO()):
                runpy.run_path(str(source))
    return f"All {len(found)} ran on this machine; what they need is compiled."
