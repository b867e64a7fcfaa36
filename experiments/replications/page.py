"""The page of replications, docs/replications.md: every word about a result is computed from the tables of the runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from patterns.page import DOCS, anchor, keep_figure
from replications.replication import SEED, Line, Replication, n_runs_in, verdict

PAGE = DOCS / "replications.md"
HEAD = f"""# Published models, reproduced

Written by `python experiments/replications/run.py --write-docs`; nothing here is typed by hand but what others
published. Each replication writes the rules of another group's model anew and sets its numbers beside the published
ones. It tests that this code can express *their* rules, not that their rules are true: no rule or number of it enters
the model (`src/issim`), which is never tuned to it. What the originals leave open is listed, with how it was read.
Every run draws from a generator of its own, keyed by the seed {SEED}, the replication and the run: the same command
gives the same numbers, on however many threads.

The tests make the same comparisons at reduced size; `ISSIM_SLOW=1 python3 do.py test tests/published -k full_size`
makes them at full size, and checks that this page says what the runs say.
"""


def figure_of(replication: Replication) -> Path:
    """Where the figure of a replication stands in the documents."""
    return DOCS / "figures" / f"replication_{replication.name}.png"


def heading(replication: Replication) -> str:
    """The title of a replication's section."""
    return f"{replication.name}: {replication.title}"


def page(found: Mapping[Replication, pd.DataFrame], about: Mapping[str, Any]) -> str:
    """The whole page; `about` is the manifest of the runs."""
    rows = [
        f"| [{heading(r)}](#{anchor(heading(r))}) | {r.source} | {len(table_rows(r, table)):,} | **{said(r, table)}** |"
        for r, table in found.items()
    ]
    summary = "\n".join(["| replication | source | numbers compared | verdict |", "|---|---|---|---|", *rows])
    origin = (
        f"issim {about['issim']}, replications {about['replications']}, seed {SEED}, Python {about['python']}, "
        f"{about['finished'][:10]}."
    )
    sections = [section(r, table) for r, table in found.items()]
    return "\n\n".join([HEAD.rstrip(), summary, origin, *sections]) + "\n"


def said(replication: Replication, table: pd.DataFrame) -> str:
    """The verdict on a replication, with how many of its judged numbers are met."""
    lines = replication.lines(table)
    judged = [line.passed for line in lines if line.judged_by]
    return verdict(lines) + (f", {sum(judged)} of {len(judged)}" if judged else "")


def write(found: Mapping[Replication, pd.DataFrame], about: Mapping[str, Any], folder: Path) -> None:
    """Write the page, and keep beside it the figures that were drawn into a folder."""
    for replication in found:
        keep_figure(folder / f"{replication.name}.png", figure_of(replication))
    PAGE.write_text(page(found, about), encoding="utf-8")


def table_rows(replication: Replication, table: pd.DataFrame) -> list[str]:
    """Published beside ours, a row each."""
    return [
        f"| {line.part} | {line.what} | {line.published} | {line.found} | {score(line)} | {mark(line)} |"
        for line in replication.lines(table)
    ]


def score(line: Line) -> str:
    """How far apart the two are."""
    return "" if np.isnan(line.score) else f"{line.score:+.2f}".replace("-", "−")


def mark(line: Line) -> str:
    """Whether a number counts as reproduced."""
    if not line.judged_by:
        return "for information"
    return "yes" if line.passed else "**no**"


def units(lines: Sequence[Line]) -> str:
    """What the scores of a table are."""
    return "difference in points" if any(line.judged_by == "points" for line in lines) else "z"


def section(replication: Replication, table: pd.DataFrame) -> str:
    """One replication: question, source, what was done, left open and found, verdict, figure."""
    lines = replication.lines(table)
    head = f"| | | published | ours | {units(lines)} | reproduced |"
    return "\n\n".join(
        [
            f"## {heading(replication)}",
            f"**Question.** {replication.question}",
            f"**Source.** {replication.source}. {replication.published}",
            f"**Design.** {replication.design} {n_runs_in(table):,} runs; "
            f"`python experiments/replications/run.py {replication.name}`.",
            "**What was left open, and how it is read.**",
            "\n".join(f"- {told}" for told in replication.open),
            f"**Rule.** {replication.rule}",
            f"**Verdict: {said(replication, table)}.**",
            "\n".join([head, "|---|---|---|---|---|---|", *table_rows(replication, table)]),
            " ".join(replication.remarks(table)),
            f"![{replication.alt(table)}](figures/{figure_of(replication).name})",
        ]
    )
