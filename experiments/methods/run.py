"""Writes docs/methods.md and its figures.

    python experiments/methods/run.py            measures what needs runs (some minutes), then writes
    python experiments/methods/run.py --write    writes again from what was measured last, at once

What was measured stands in `experiments/methods/measured.json`, with where it comes from.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from methods import measure
from methods.facts import DOCS, facts
from methods.others import others

HERE = Path(__file__).resolve().parent
PAPER, MEASURED, PAGE = HERE / "paper.md", HERE / "measured.json", DOCS / "methods.md"


def known() -> dict[str, Any]:
    """What was measured last."""
    found: dict[str, Any] = json.loads(MEASURED.read_text(encoding="utf-8"))
    return found


def written(text: str, measured: dict[str, Any]) -> str:
    """The paper with its numbers; a number that is not known is an error."""
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True)
    return environment.from_string(text).render({**facts(), **others(), **measured})


def main() -> None:
    """Measure if asked to, and write."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--write", action="store_true", help="write from what was measured last")
    if not asked.parse_args().write:
        found = measure.measured(DOCS / "figures")
        MEASURED.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(written(PAPER.read_text(encoding="utf-8"), known()), encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
