"""The numbers of the methods paper that follow at once from the model, its evidence, and generated documents."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from issim import evidence
from issim.evidence.catalogue import FILES, PACKAGED
from issim.levers import catalogue
from issim.rules.behaviour import Behaviour
from issim.runs.parameters import parameters
from issim.runs.settings import RunOptions
from issim.trace import rules
from issim.units import ASSUMPTION, parameters_of
from issim.world.region import Region

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
#: Stages of the funnel at which barriers bite, in words.
STAGES = {
    "A": "at becoming aware",
    "B": "at searching and meeting",
    "C": "at agreeing",
    "D": "at building and running",
}
#: Rows of a generated block of the README, and of tables of documents.
BLOCK = re.compile(r"<!-- generated: results -->\n```text\n(.*?)\n```", re.DOTALL)
PRIOR = re.compile(r"loguniform\(([\d.e-]+), ([\d.e-]+)\)")
COMPILED = ("rule", "process")


def facts() -> dict[str, Any]:
    """Everything that the text quotes and that is known without a run."""
    return {
        "barriers": _barriers(),
        "levers": {"n": len(catalogue.names()), "mechanisms": len(catalogue.mechanisms()) - 1},
        "model": {"processes": len(_processes()), "rules": _n_rules()},
        "evidence": _evidence(),
        "parameters": _parameters(),
        "default": _default(),
        "start": _start(),
        "causal": {"prior": _prior("causal_share")},
        "patterns": _patterns(),
        "speed": _speed(),
        "omissions": {"n": len(re.findall(r"^- ", _read("not-modelled.md"), re.MULTILINE))},
        "cite": _cite(),
    }


def _read(name: str) -> str:
    """A document."""
    return (DOCS / name).read_text(encoding="utf-8")


def _barriers() -> dict[str, Any]:
    """How many blocking points there are, by stage, and the prior of their strength."""
    found = evidence.load().barriers
    count = Counter(str(barrier.stage) for barrier in found)
    by_stage = ", ".join(f"{count[stage]} {words}" for stage, words in STAGES.items())
    priors = {
        p.par.prior for p in parameters() if p.name.startswith("barriers.") and p.name.endswith(".strength")
    }
    return {"n": len(found), "by_stage": by_stage, "prior": " or ".join(sorted(priors))}


def _processes() -> list[str]:
    """The processes of the month: what `advance` calls, the draw of luck left out."""
    known = rules.rules()
    apart = ("throw", "set_prices")  # luck for all, and prices as multipliers
    return [name for name in known["advance"].calls if name in known and name not in apart]


def _n_rules() -> int:
    """Functions that are compiled."""
    return sum(
        isinstance(mark, ast.Name) and mark.id in COMPILED
        for path in rules.RULES.glob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
        for mark in node.decorator_list
    )


def _evidence() -> dict[str, Any]:
    """Tables, rows and sources of the packaged evidence."""
    known = evidence.load()
    rows = sum(len((PACKAGED / name).read_text(encoding="utf-8").strip().splitlines()) - 1 for name in FILES)
    documented = sum(count.documented for count in known.exchange_counts)
    return {
        "tables": len(FILES),
        "rows": f"{rows:,}",
        "sources": len(known.sources),
        "exchanges": f"{documented:,}",
    }


def _parameters() -> dict[str, Any]:
    """How many parameters there are, with sources, assumed, and with priors."""
    every = list(parameters())
    assumed = [p for p in every if ASSUMPTION in p.par.source]
    of_levers = sum(p.name.startswith("policy.levers.") for p in assumed)
    return {
        "n": f"{len(every):,}",
        "sourced": len(every) - len(assumed),
        "assumed": f"{len(assumed):,}",
        "prior": sum(bool(p.par.prior) for p in every),
        "of_levers": of_levers,
    }


def _default() -> dict[str, Any]:
    """The default job, as the README's generated block has it."""
    (block,) = BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    table, _, rest = block.partition("\n\nWith ")
    assumed = rest.partition("How much the assumptions matter: ")[2]
    sentences = " ".join(
        line.removeprefix("- ") + ("" if line.endswith(".") else ".") for line in assumed.splitlines()
    )
    return {
        "firms": f"{Region().n_firms:,}",
        "months": RunOptions().n_months,
        "seeds": RunOptions().n_seeds,
        "table": "```text\n" + table.partition("\n\n")[2] + "\n```",
        "assumptions": sentences,
    }


def _prior(name: str) -> str:
    """The prior of a constant of behaviour."""
    return next(p.par.prior for p in parameters_of(Behaviour(), "behaviour") if p.name == f"behaviour.{name}")


def _start() -> dict[str, Any]:
    """By which factor the share of firms that exchange at the start is uncertain."""
    found = PRIOR.fullmatch(_prior("start_share"))
    assert found is not None
    return {"factor": f"{float(found[2]) / float(found[1]):.0f}"}


def _patterns() -> dict[str, Any]:
    """The verdicts on published patterns, as docs/patterns.md has them."""
    rows = re.findall(
        r"^\| \[(.+?)\]\((#.+?)\) \| (.+?) \| \*\*(.+?)\*\* \|$", _read("patterns.md"), re.MULTILINE
    )
    table = ["| pattern | found by | verdict |", "|---|---|---|"]
    table += [
        f"| [{title}](patterns.md{anchor}) | {source} | {said} |" for title, anchor, source, said in rows
    ]
    holding = sum(said == "holds" for *_, said in rows)
    changed = sum(
        "was changed" in part or "was added because" in part for part in _read("patterns.md").split("\n## ")
    )
    told = "All hold." if holding == len(rows) else f"{holding} of {len(rows)} hold."
    return {
        "n": len(rows),
        "table": "\n".join(table),
        "verdict": told,
        "changed": f"for {changed} of them the model was changed, and it is said how",
    }


def _speed() -> dict[str, str]:
    """Figures of docs/performance.md, by the words of their rows."""
    rows = dict(re.findall(r"^\| (.+?) \| (.+?) \|", _read("performance.md"), re.MULTILINE))
    sweep = "10,000 runs, cells of behaviour that share worlds, 2 threads"
    return {
        "firms": "1,000",
        "month": rows["month, 1,000 firms"].removesuffix(" per firm and month"),
        "million": f"{rows['month, 1,000,000 firms']} per firm and month",
        "sweep": sweep.partition(" ")[0],
        "sweep_cpu": rows[sweep],
    }


def _cite() -> str:
    """How to cite the program, out of CITATION.cff."""
    known = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    authors = ", ".join(author["name"] for author in known["authors"])
    return f"{authors}: *{known['title']}*, version {known['version']}, {known['license']} licence."
