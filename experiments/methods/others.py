"""What the methods paper quotes of replications, calibration, validation and sensitivity: out of their own pages."""

from __future__ import annotations

import re
from typing import Any

from methods.facts import DOCS

#: A row of the table of replications: name, where it is told, source, numbers compared, verdict.
ROW = re.compile(r"^\| \[(.+?)\]\((#.+?)\) \| (.+?) \| (\d+) \| \*\*(.+?)\*\* \|$", re.MULTILINE)


def others() -> dict[str, Any]:
    """The parts of the text that rest on other pages."""
    return {"replications": _replications()}


def page(name: str) -> str:
    """A page of the documents."""
    return (DOCS / name).read_text(encoding="utf-8")


def _replications() -> dict[str, Any]:
    """The verdicts on models of others, as docs/replications.md has them."""
    rows = ROW.findall(page("replications.md"))
    table = ["| model of others | source | verdict |", "|---|---|---|"]
    table += [
        f"| [{name}](replications.md{anchor}) | {source} | {said} |" for name, anchor, source, _, said in rows
    ]
    return {"n": len(rows), "numbers": sum(int(n) for *_, n, _ in rows), "table": "\n".join(table)}
