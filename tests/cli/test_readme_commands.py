"""Every command that the documents show is one that the program takes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from issim import grammar
from issim.own.template import TEMPLATES, template_command
from issim.runs import launcher, multirun, sensitivity
from issim.runs.job import plan
from issim.runs.sweep_plan import planned

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(?:sh|bash|console)\n(.*?)^```", re.DOTALL | re.MULTILINE)
#: Words before the command that start it.
STARTERS = (["uv", "run"], ["python3", "do.py"], ["python", "-m"], ["$"])


def shown(text: str) -> list[list[str]]:
    """The words of every `issim` command in the shell blocks of a document, without `issim` itself."""
    found = []
    for block in BLOCK.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            for starter in STARTERS:
                if words[: len(starter)] == starter:
                    words = words[len(starter) :]
            if words[:1] == ["issim"]:
                found.append(words[1:])
    return found


def commands() -> list[list[str]]:
    """The commands of all documents, and of the help's own examples."""
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    texts = [path.read_text(encoding="utf-8") for path in documents if path.is_file()]
    return [
        words
        for text in [*texts, f"```sh\n{grammar.EPILOG.replace('   ', '  # ')}```"]
        for words in shown(text)
    ]


def fault(words: list[str]) -> str:
    """What is wrong with a command as a document shows it; empty if nothing is."""
    try:
        given = grammar.parser().parse_args(words)
        if given.command == "run" and not any(word.endswith((".yaml", ".yml")) for word in given.overrides):
            (multirun.planned if given.multirun else plan)(given.overrides)
        # a study of the reader's own, and a launcher, are files that are not there
        if given.command == "sweep" and not any(word.endswith((".yaml", ".yml")) for word in given.overrides):
            _, rest = launcher.chosen(given.overrides)
            if rest:
                planned(rest)
        if given.command == "sensitivity" and given.redraw is None:
            sensitivity.planned(given.overrides, given.decisions, tuple(filter(None, given.only.split(","))))
    except SystemExit as stop:
        return "argparse" if stop.code else ""
    except ValueError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_a_command_that_is_shown_is_taken(
    words: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for kind in TEMPLATES:  # files of the reader's own are those that `issim template` writes
        template_command(kind)
    assert fault(words) == "", capsys.readouterr().err


def test_the_readme_shows_every_command() -> None:
    readme = shown((ROOT / "README.md").read_text(encoding="utf-8"))
    assert {words[0] for words in readme if words} >= {
        *(
            "run",
            "compare",
            "sweep",
            "results",
            "sensitivity",
            "survey",
            "validate",
            "report",
            "evidence",
            "parameters",
            "levers",
        ),
    }
    assert any("region=" in word for words in readme for word in words)


@pytest.mark.parametrize(
    "line",
    [
        "issim fly",
        "issim sweep experiment=atlantis",
        "issim run sed=3",
        "$ issim run region=atlantis",
        "uv run issim run --foo",
    ],
)
def test_a_command_that_would_not_work_is_found_out(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    (words,) = shown(f"```sh\n{line}   # does this work?\n```")
    assert fault(words)
