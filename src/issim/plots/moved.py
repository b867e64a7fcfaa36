"""What moves the effect of a policy most, in words: the closing lines of a sensitivity analysis.

Made of its tables alone: `morris.csv`, `sobol.csv`, `variance.csv`, `steps.csv`, and of its manifest.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from issim.analysis.sensitivity import EFFECT, LEADING, OUTCOME
from issim.plots import wording
from issim.store.blocks import REST

if TYPE_CHECKING:
    import pandas as pd

#: The names of the outcomes in a line of words.
SHORT = {
    "adopters": "firms that exchange",
    "tonnes": "residues passed on",
    "co2": "CO2 saved",
    "gain": "gain of the firms",
    "public_cost": "cost to the public",
}
#: Sections whose numbers do not say by their names alone what they are about.
OF_WORLD = ("waste", "streams", "candidates", "peers", "population", "region")
#: Letters of a line at most.
WIDE = 118
#: The outcome that opens the words and titles the figures.
FIRST = "adopters"


def as_text(tables: Mapping[str, pd.DataFrame], about: Mapping[str, Any]) -> str:
    """The closing words, on one screen."""
    policy = about["policies"][-1]
    kinds = [kind for kind in (EFFECT, OUTCOME) if (tables["morris"]["kind"] == kind).any()]
    lines = [
        f"Region {about['region']}, {_under(policy)}: {about['n_parameters']} numbers varied within their priors; "
        f"{about['n_firms']:,} firms, {about['n_months']} months, {about['n_runs']:,} runs."
    ]
    if "sobol" not in tables:
        lines += ["", _no_indices(tables["morris"], about)]
        kinds = []
    for kind in kinds:
        lines += ["", f"What moves {heading(kind, policy)} most:"]
        lines += [f"  {SHORT[key] + ':':<22}{line}" for key, line in _movers(tables, kind).items()]
    if kinds:
        lines += ["", *_left_over(tables, kinds[0]), chance(tables["variance"], kinds[0])]
    lines += ["", *enough(tables["steps"], about)]
    if "posterior" in about:
        lines.append(
            f"{len(about['posterior']['drawn'])} constants of behaviour are drawn from the posterior with every seed: "
            "what the fit leaves open counts as chance here."
        )
    if about["impossible"]:
        lines.append(f"{about['impossible']} trajectories or samples had an impossible run and are left out.")
    return "\n".join(_wrapped(line) for line in lines)


def _wrapped(line: str) -> str:
    """A line in lines that fit on a screen; those of an outcome stay together by an indent."""
    indent = " " * (24 if line.startswith("  ") else 2)
    return textwrap.fill(line, WIDE, subsequent_indent=indent)


def _under(policy: str) -> str:
    """Under which policy, after the region."""
    return "no policy" if policy == "none" else f"policy '{policy}'"


def heading(kind: str, policy: str) -> str:
    """What is moved: "the effect of 'package'", "the outcomes with 'package' in place"."""
    if kind == EFFECT:
        return f"the effect of '{policy}'"
    return "the outcomes without policy" if policy == "none" else f"the outcomes with '{policy}' in place"


def _no_indices(morris: pd.DataFrame, about: Mapping[str, Any]) -> str:
    """What is said where the screening was all."""
    told = dict.fromkeys(morris.loc[morris["is_told"], "parameter"])
    if not told:
        return "No number can be told from chance in any outcome; allow more runs, as in --runs=1000000."
    names = ", ".join(parameter(name) for name in list(told)[:5])
    return (
        f"Told from chance by the screening: {len(told)} numbers, first of all {names}. "
        f"--runs={about['asked']['runs']} leaves too few runs for indices; allow more."
    )


def _movers(tables: Mapping[str, pd.DataFrame], kind: str) -> dict[str, str]:
    """For every outcome, the numbers with the largest total indices among those that are told from chance."""
    sobol = tables["sobol"]
    found = {}
    for key in SHORT:
        rows = sobol[(sobol["kind"] == kind) & (sobol["outcome"] == key)]
        if len(rows):
            told = rows[rows["ST_is_told"] & (rows["parameter"] != REST)]
            found[key] = ", ".join(_share(row) for _, row in told.head(LEADING).iterrows()) or (
                "no single number can be told from chance"
            )
    return found


def _share(row: pd.Series) -> str:
    """A number with its total index and interval, in per cent."""
    low, mean, high = (100.0 * max(0.0, float(row[name])) for name in ("ST_low", "ST", "ST_high"))
    name = "" if row["parameter"] == REST else f"{parameter(row['parameter'])} "
    return f"{name}{mean:.0f} % ({low:.0f} to {high:.0f})"


def _left_over(tables: Mapping[str, pd.DataFrame], kind: str) -> list[str]:
    """What the shares are shares of, and what becomes of the numbers without an index."""
    morris, sobol = tables["morris"], tables["sobol"]
    told, named = set(morris.loc[morris["is_told"], "parameter"]), set(sobol["parameter"]) - {REST}
    n = morris["parameter"].nunique()
    rest = sobol[(sobol["parameter"] == REST) & (sobol["outcome"] == FIRST) & (sobol["kind"] == kind)]
    share = (
        ""
        if rest["ST"].isna().all()
        else f"; all others together {_share(rest.iloc[0])} of {_what(rest.iloc[0])}"
    )
    return [
        "These are shares of the variance that the numbers make, interactions included, with 95 % intervals.",
        f"Of {n} numbers the screening told {len(told)} from chance in at least one outcome, not the rest. "
        f"{len(named)} got indices{share}.",
    ]  # fmt: skip


def _what(row: pd.Series) -> str:
    """Of which quantity."""
    return named(f"{row['kind']}/{row['outcome']}")


def named(quantity: str) -> str:
    """A quantity by its kind and outcome: "the effect on CO2 saved"."""
    kind, _, key = quantity.partition("/")
    return ("the effect on " if kind == EFFECT else "") + SHORT[key]


def chance(variance: pd.DataFrame, kind: str) -> str:
    """How much of the variance of a single run is chance."""
    rows = variance[variance["kind"] == kind]
    parts = [f"{SHORT[row['outcome']]} {100.0 * row['chance']:.0f} %" for _, row in rows.iterrows()]
    what = "of the effect" if kind == EFFECT else "of the outcome"
    return f"Share of the variance {what} in a single run that is pure chance: {', '.join(parts)}."


def enough(steps: pd.DataFrame, about: Mapping[str, Any]) -> Sequence[str]:
    """How many runs there were, how sure that makes, and what ended it."""
    found = []
    wanted, sure = about["asked"]["width"], about["is_sure"]
    for stage, what, relative in (
        ("screening", "trajectories", " of the largest effect"),
        ("indices", "base samples", ""),
    ):
        rows = steps[steps["stage"] == stage]
        if rows.empty:
            continue
        last = rows.iloc[-1]
        why = (
            f"all leading intervals are narrower than ±{wanted:g}{relative}"
            if sure[stage]
            else "the runs allowed were used up; "
            f"leading intervals are {_widths(last, relative)}, wanted was ±{wanted:g}"
        )
        found.append(
            f"{wording.capital(stage)} ended at {last['samples']} {what} of {last['replicates']} seeds, "
            f"{last['runs']:,} runs: {why}."
        )
    return found


def _widths(last: pd.Series, relative: str) -> str:
    """How wide the leading intervals of the main quantity are, and the widest ones."""
    said = f"±{last['width']:.2g}{relative} for {named(last['main'])}"
    if last["widest"] == last["main"]:
        return said
    if math.isinf(last["widest_width"]):
        return f"{said}, none for {named(last['widest'])}"
    return f"{said}, up to ±{last['widest_width']:.2g} for {named(last['widest'])}"


def parameter(name: str) -> str:
    """A number in words, of a world with what it is about; all that have no index of their own."""
    about = name.partition(".")[0]
    words = name if name == REST else wording.parameter(name)
    return f"{about}: {words}" if about in OF_WORLD else words
