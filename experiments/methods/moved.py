"""What the methods paper quotes of a sensitivity analysis that it has made: by `issim sensitivity`, out of its tables."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd

#: At most so many runs: enough for the leading numbers, an hour of one core at most.
RUNS = 20_000
#: Quantities of which the leading numbers are named: an outcome under the policy, and effects of the policy.
QUANTITIES = (("outcome", "adopters"), ("effect", "adopters"), ("effect", "tonnes"), ("effect", "public_cost"))
#: So many numbers are named for each.
SHOWN = 3
FIGURE = "sensitivity_effects.png"


def analysed(outputs: Path) -> Path:
    """The folder of the analysis, made or finished if it is not whole."""
    issim = [sys.executable, "-m", "issim", "sensitivity", "--runs", str(RUNS), f"outputs={outputs}"]
    subprocess.run(issim, check=True, stdout=subprocess.DEVNULL)
    return max((outputs / "sensitivity").iterdir(), key=lambda folder: folder.stat().st_mtime)


def quoted(folder: Path) -> dict[str, Any]:
    """What the text quotes: how many numbers were varied and told from chance, and which lead."""
    screened, parameters = pd.read_csv(folder / "morris.csv"), pd.read_csv(folder / "parameters.csv")
    told = screened.loc[screened["is_told"], "parameter"].unique()
    variance = pd.read_csv(folder / "variance.csv")
    chance = variance.set_index(["kind", "outcome"])["chance"]
    return {
        "varied": len(parameters),
        "told": len(told),
        "runs": f"{int(pd.read_csv(folder / 'steps.csv')['runs'].max()):,}",
        "chance_outcome": f"{100 * chance['outcome', 'adopters']:.0f}",
        "chance_effect": f"{100 * chance['effect', 'adopters']:.0f}",
        "table": _table(folder),
    }


def _table(folder: Path) -> str:
    """The leading numbers of some outcomes and effects, as Markdown."""
    shares = pd.read_csv(folder / "sobol.csv")
    lines = ["| what is moved | by the numbers, strongest first (share of the variance that numbers make, 95 %) |", "|---|---|"]
    for kind, key in QUANTITIES:
        here = shares[(shares["kind"] == kind) & (shares["outcome"] == key) & shares["ST_is_told"]]
        named = [
            f"`{row.parameter}` {100 * row.ST:.0f} % ({100 * row.ST_low:.0f} to {100 * row.ST_high:.0f})"
            for row in here.sort_values("ST", ascending=False).head(SHOWN).itertuples()
        ]
        words = shares.loc[(shares["kind"] == kind) & (shares["outcome"] == key), "words"]
        head = f"{words.iloc[0]} ({'effect of the package' if kind == 'effect' else 'under the package'})"
        lines.append(f"| {head} | {', '.join(named) or 'none that can be told from chance'} |")
    return "\n".join(lines)
