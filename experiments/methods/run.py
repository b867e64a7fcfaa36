"""Writes docs/methods.md and its figures.

    python experiments/methods/run.py            measures what needs runs (some minutes), then writes
    python experiments/methods/run.py --write    writes again from what was measured last, at once

What was measured stands in `experiments/methods/measured.json`, with where it comes from.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import textwrap
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from methods import measure
from methods.facts import DOCS, facts
from methods.others import others

#: Width of a line of the text.
WIDTH = 118
HERE = Path(__file__).resolve().parent
PAPER, MEASURED, PAGE = HERE / "paper.md", HERE / "measured.json", DOCS / "methods.md"


def known() -> dict[str, Any]:
    """What was measured last."""
    found: dict[str, Any] = json.loads(MEASURED.read_text(encoding="utf-8"))
    return found


def written(text: str, measured: dict[str, Any]) -> str:
    """The paper with its numbers; a number that is not known is an error."""
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True)
    found = environment.from_string(text).render({**facts(), **others(), **measured})
    return "\n\n".join(flowing(part) for part in re.split(r"\n{2,}", found.strip())) + "\n"


def flowing(part: str) -> str:
    """A paragraph, or a list, in lines of even length; tables, code, figures and headings as they are."""
    lines = part.strip("\n").split("\n")
    if lines[0].startswith(("|", "#", "!", "```", "    ")):
        return part.strip("\n")
    items: list[str] = []
    for line in lines:
        if line.startswith("- ") or not items:
            items.append(line)
        else:
            items[-1] += f" {line.strip()}"
    return "\n".join(
        textwrap.fill(
            item, WIDTH, subsequent_indent="  " * item.startswith("- "), break_long_words=False,
            break_on_hyphens=False,
        )
        for item in items
    )  # fmt: skip


def measure_all() -> None:
    """Measure what needs runs, draw the figures, and keep what was found."""
    found = measure.measured(DOCS / "figures")
    MEASURED.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write() -> None:
    """Write the paper from what was measured last."""
    PAGE.write_text(written(PAPER.read_text(encoding="utf-8"), known()), encoding="utf-8")


def main() -> None:
    """Measure if asked to, and write."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--write", action="store_true", help="write from what was measured last")
    if not asked.parse_args().write:
        measure_all()
    write()
    print(PAGE)


if __name__ == "__main__":
    main()
