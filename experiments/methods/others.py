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
    return {
        "replications": _replications(),
        "calibration": _calibration(),
        "validation": _validation(),
        "sensitivity": _sensitivity(),
    }


def page(name: str) -> str:
    """A page of the documents; empty if it is not there."""
    path = DOCS / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def block(text: str, name: str) -> str:
    """A generated block of a page."""
    return text.partition(f"<!-- generated: {name} -->\n")[2].partition("<!-- end -->")[0].strip()


def cells(row: str) -> list[str]:
    """The cells of a row of a table."""
    return [cell.strip() for cell in row.strip().strip("|").split(" | ")]


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
        stands_for = one.stands_for.partition(";")[0]
        rows.append(f"| {one.programme} | {one.what} | {one.value:g} {one.unit} | {stands_for} |")
    return {
        "constants": len(packaged.names),
        "n_targets": len(keys),
        "targets": "\n".join(rows),
        "draws": f"{int(packaged.about['simulated'].split()[0]):,}",
        "ess": packaged.about["ess"],
        "kept": len(packaged.values),
        **_learnt(block(page("calibration.md"), "calibration")),
    }


def _learnt(text: str) -> dict[str, Any]:
    """What the targets pin down and what stays unknown, out of the closing words of the calibration."""
    told = re.findall(
        r"^- (\w+): (.+?) -> (.+?); (variance \d+ % less|shifted, no narrower)$", text, re.MULTILINE
    )
    lines = ["| constant | prior: median (90 %) | posterior: median (90 %) | learnt |", "|---|---|---|---|"]
    lines += [f"| `behaviour.{name}` | {before} | {after} | {less} |" for name, before, after, less in told]
    unknown = re.search(r"^As unknown as before \((\d+)\)", text, re.MULTILINE)
    trial = re.search(
        r"^Tried on (\d+) known truths .*?: (.+?); ([\d.]+) % lie in the central 90 %", text, re.MULTILINE
    )
    met = re.findall(r": (met|MISSED)$", text, re.MULTILINE)
    if unknown is None or trial is None:
        return {}
    return {
        "told": len(told),
        "learnt": "\n".join(lines),
        "unknown": unknown[1],
        "truths": trial[1],
        "ranks": trial[2],
        "covered": trial[3],
        "met": met.count("met"),
    }


def _validation() -> dict[str, Any]:
    """How many published figures are missed, within their error and inside, as docs/validation.md has them."""
    text = page("validation.md")
    count = Counter(target.role for target in evidence.load().targets)
    missed = text.partition("## What is missed")[2].partition("\n## ")[0]
    rows = [cells(row) for row in re.findall(r"^\|.*\*\*missed\*\*.*$", missed, re.MULTILINE)]
    counts = re.search(r"^\| \| missed .*\n\|---.*\n((?:\|.*\n)+)", text, re.MULTILINE)
    shocks = re.findall(r"^### (.+?), \d{4} to \d{4}$", text, re.MULTILINE)
    known = {
        "n": sum(count.values()),
        "fitted": count[FITTED],
        "left_out": count[LEFT_OUT],
        "built_in": count[BUILT_IN],
    }
    if counts is None:
        return known
    return known | {
        "counts": counts[0].strip(),
        "missed": "\n".join(
            f"- {name}: published {value}, model {model} {unit}" for name, value, _, model, unit, *_ in rows
        ),
        "n_missed": len(rows),
        "of_worlds": len(
            re.findall(r"^- .+the world's (?:candidates|streams) decide it", missed, re.MULTILINE)
        ),
        "observed": len(shocks) - text.count("No observed response found in the evidence") or "none",
        "shocks": "; ".join(shocks),
        "n_shocks": len(shocks),
    }


def _sensitivity() -> dict[str, Any]:
    """What moves outcomes and effects most, as docs/sensitivity.md has it."""
    text = block(page("sensitivity.md"), "sensitivity")
    found = re.search(r"^\|.+\n\|---.+\n(?:\|.+\n?)+", text, re.MULTILINE)
    picture = re.search(r"!\[.+?\]\(figures/sensitivity_effects\.png\)", text)
    command = re.match(r"`(.+?)`", text)
    told = re.search(r"^Of \d+ numbers .+?(?=^```)", text, re.MULTILINE | re.DOTALL)
    if found is None or picture is None or command is None or told is None:
        return {}
    words = " ".join(told[0].split())
    return {"table": found[0].strip(), "figure": picture[0], "command": command[1], "words": words}
