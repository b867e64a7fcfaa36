"""What the methods paper quotes of replications, calibration, validation and sensitivity: out of their own pages."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from methods.facts import DOCS

from issim import evidence
from issim.evidence.targets import BUILT_IN, FITTED, LEFT_OUT
from issim.model import posterior

#: A row of the table of replications: name, where it is told, source, numbers compared, verdict.
ROW = re.compile(r"^\| \[(.+?)\]\((#.+?)\) \| (.+?) \| (\d+) \| \*\*(.+?)\*\* \|$", re.MULTILINE)


def others() -> dict[str, Any]:
    """The parts of the text that rest on other pages."""
    return {"replications": _replications(), "calibration": _calibration(), "validation": _validation()}


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


def _calibration() -> dict[str, Any]:
    """What the packaged posterior says of itself, and the targets that it was fitted to."""
    packaged = posterior.load(posterior.PACKAGED)
    keys = packaged.about["targets"].split("; ")
    known = {target.key: target for target in evidence.load().targets}
    rows = ["| programme | figure | published | stands for it |", "|---|---|---|---|"]
    for key in keys:
        one = known[key]
        rows.append(f"| {one.programme} | {one.what} | {one.value:g} {one.unit} | {one.stands_for} |")
    return {
        "constants": len(packaged.names),
        "n_targets": len(keys),
        "targets": "\n".join(rows),
        "draws": f"{int(packaged.about['simulated'].split()[0]):,}",
        "ess": packaged.about["ess"],
    }


def _validation() -> dict[str, Any]:
    """How many published figures there are to compare with, by what they are for."""
    count = Counter(target.role for target in evidence.load().targets)
    return {
        "n": sum(count.values()),
        "fitted": count[FITTED],
        "left_out": count[LEFT_OUT],
        "built_in": count[BUILT_IN],
    }
