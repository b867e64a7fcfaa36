"""Writes the results of a finished sensitivity analysis into docs/sensitivity.md, and keeps its figures beside it.

python experiments/sensitivity/write_docs.py outputs/sensitivity/FOLDER

Everything comes from the folder; nothing is computed anew.
"""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from patterns.page import DOCS, keep_figure

from issim.doubling import Asked
from issim.plots import sensitivity, wording
from issim.plots.moved import FIRST, as_text, named, parameter
from issim.store.blocks import REST
from issim.store.record import without_places, words_of

PAGE = DOCS / "sensitivity.md"
GENERATED = re.compile(r"<!-- generated: sensitivity -->\n.*?<!-- end -->", re.DOTALL)
#: Rows of the table of the screening, and of the indices of each effect.
N_SCREENED, N_INDEXED = 12, 6


def block(folder: Path) -> str:
    """What the page says of an analysis: its command and origin, its words, tables and figures."""
    tables, about = sensitivity.read(folder)
    summary = as_text(tables, about)
    parts = [
        f"`{command(about)}`, issim {about['issim']}, rules {about['rules']}, Python {about['python']}, "
        f"{about['finished'][:10]}:",
        f"```text\n{summary}\n```",
        *(
            f"![{alt(kind, tables)}](figures/sensitivity_{kind}s.png)"
            for kind in drawn(folder, "sensitivity")
        ),
        *([indices(tables)] if "sobol" in tables else []),
        *(
            f"![{screened(kind, tables)}](figures/screening_{kind}s.png)"
            for kind in drawn(folder, "screening")
        ),
        screening(tables, about),
    ]
    return "\n\n".join(parts) + "\n"


def command(about: Mapping[str, Any]) -> str:
    """The command of an analysis, but for the place of its results."""
    words = without_places(words_of(about["command"]))
    runs = about["asked"]["runs"]
    more = [] if "--runs" in words or runs == Asked().runs else ["--runs", str(runs)]
    return shlex.join([*words, *more])


def drawn(folder: Path, what: str) -> list[str]:
    """Of which kinds there are figures of the indices (`sensitivity`) or of the `screening`: effects first."""
    return [kind for kind in ("effect", "outcome") if (folder / "figures" / f"{what}_{kind}s.png").exists()]


def alt(kind: str, tables: Mapping[str, pd.DataFrame]) -> str:
    """A figure in words: the strongest number of every quantity."""
    sobol = tables["sobol"]
    own = (sobol["kind"] == kind) & sobol["ST_is_told"] & (sobol["parameter"] != REST)
    rows = sobol[own].drop_duplicates("outcome")
    said = [
        f"{named(f'{kind}/{row.outcome}')}: {parameter(row.parameter)} {100 * row.ST:.0f} %"
        for row in rows.itertuples()
    ]
    return f"Largest total index by {kind}: {'; '.join(said)}."


def screened(kind: str, tables: Mapping[str, pd.DataFrame]) -> str:
    """A figure of the screening in words: the number that moves every quantity most."""
    morris = tables["morris"]
    rows = morris[(morris["kind"] == kind) & morris["is_told"]].sort_values("mu_star", ascending=False)
    said = [
        f"{named(f'{kind}/{row.outcome}')}: {parameter(row.parameter)} {wording.number(row.mu_star)} {row.unit}"
        for row in rows.drop_duplicates("outcome").itertuples()
    ]
    return f"Largest mean change over the whole prior by {kind}: {'; '.join(said)}."


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *(f"| {' | '.join(cell.replace('|', ' ') for cell in row)} |" for row in rows)])


def indices(tables: Mapping[str, pd.DataFrame]) -> str:
    """The largest indices of the effect, or outcome, that is looked at first."""
    sobol = tables["sobol"]
    kind = "effect" if (sobol["kind"] == "effect").any() else "outcome"
    rows = sobol[(sobol["kind"] == kind) & (sobol["outcome"] == FIRST)].head(N_INDEXED)
    cells = [
        (
            parameter(row.parameter),
            share(row.S1, row.S1_low, row.S1_high),
            share(row.ST, row.ST_low, row.ST_high),
            "yes" if row.ST_is_told else "no",
        )
        for row in rows.itertuples()
    ]
    what = named(f"{kind}/{FIRST}")
    head = ("number", "S1", "ST", "told from chance")
    return f"Indices of {what}, with 95 % intervals:\n\n{table(head, cells)}"


def share(mean: float, low: float, high: float) -> str:
    """A share with its interval, in per cent."""
    middle, *ends = (f"{100 * value:.0f}".replace("-", "−") for value in (mean, low, high))
    return f"{middle} % ({' to '.join(ends)})"


def screening(tables: Mapping[str, pd.DataFrame], about: Mapping[str, Any]) -> str:
    """The strongest numbers of the screening for the same quantity."""
    morris = tables["morris"]
    kind = "effect" if (morris["kind"] == "effect").any() else "outcome"
    rows = morris[(morris["kind"] == kind) & (morris["outcome"] == FIRST)].head(N_SCREENED)
    cells = [
        (
            parameter(row.parameter),
            wording.number(row.mu),
            f"{wording.number(row.mu_star)} ± {wording.number(row.mu_star_conf)}",
            wording.number(row.sigma),
            wording.number(row.noise),
            "yes" if row.is_told else "no",
        )
        for row in rows.itertuples()
    ]
    head = ("number", "mu", "mu*", "sigma", "noise", "told from chance")
    what = named(f"{kind}/{FIRST}")
    return (
        f"The screening of {about['n_parameters']} numbers for {what} [firms per whole range of a prior], the "
        f"{len(cells)} with the largest mu*:\n\n{table(head, cells)}"
    )


def main() -> None:
    """Write the page and its figures."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("folder", type=Path, help="the folder that `issim sensitivity` printed")
    folder = asked.parse_args().folder
    for name in (
        f"{what}_{kind}s.png" for what in ("sensitivity", "screening") for kind in drawn(folder, what)
    ):
        keep_figure(folder / "figures" / name, DOCS / "figures" / name)
    text = PAGE.read_text(encoding="utf-8")
    said = f"<!-- generated: sensitivity -->\n{block(folder)}<!-- end -->"
    PAGE.write_text(GENERATED.sub(lambda _: said, text), encoding="utf-8")


if __name__ == "__main__":
    main()
