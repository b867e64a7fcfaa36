"""What is assumed and how much it matters: effects when assumptions vary, what moves them, and the whole list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
from matplotlib.figure import Figure

from issim.analysis import importance
from issim.analysis.findings import against_words, signed
from issim.analysis.importance import Influence, Robust
from issim.plots import robustness as robustness_plot
from issim.plots import style
from issim.report.tables import Table, spoken
from issim.store.folder import Results

#: Tables of evidence whose rows are many and alike: listed once per field.
ALIKE = ("goods", "countries", "barriers")
#: The fates of a number that is drawn (see `runs/assumptions.py`).
DRAWN, POSTERIOR = "drawn", "drawn from the posterior"
TITLE = "What is assumed, and how much it matters"


class Matter(NamedTuple):
    """How much the assumptions of a result folder matter."""

    robust: list[Robust]
    influences: list[Influence]
    n_numbers: int


def matter(results: Results) -> Matter | None:
    """How much the assumptions matter; None for a folder in which nothing was drawn."""
    if not (results.path / "draw_effects.parquet").is_file():
        return None
    series, draws, drawn = results.table("series"), results.table("draws"), results.table("draw_effects")
    robust = importance.robustness(series, drawn, importance.base_of(results.table("assumptions")))
    found = importance.importance(draws, drawn, results.table("levers"), robust[0].against)
    return Matter(robust, found, draws["parameter"].nunique())


def picture(results: Results, about: style.Provenance) -> tuple[Figure, str] | None:
    """The figure of effects and influences, and what it shows in words."""
    found = matter(results)
    if found is None:
        return None
    return (
        robustness_plot.figure(found.robust, found.influences, about),
        robustness_plot.takeaway(found.robust, found.influences),
    )


def tables(results: Results) -> list[Table]:
    """The tables of the section: effects, what moves them, and everything that is assumed."""
    found = matter(results)
    if found is None:
        return [listed(results, is_drawn=False)]
    moved = [moves(found, results.table("assumptions"))] if found.influences else []
    return [effects(found), *moved, listed(results, is_drawn=True)]


def effects(found: Matter) -> Table:
    """Every effect at the default values and over the draws."""
    rows = []
    for one in found.robust:
        unit, scale = scaled(found.robust, one)
        mean, draws_mean = signed(one.mean * scale), signed(one.draws_mean * scale)
        seeds = f"{signed(one.seeds_low * scale)} to {signed(one.seeds_high * scale)}"
        draws = f"{signed(one.draws_low * scale)} to {signed(one.draws_high * scale)}"
        told = f"{one.draws_same_sign} of {one.draws}", f"{one.seeds_same_sign} of {one.seeds}"
        rows.append((spoken(one.policy), f"{one.words} [{unit}]", mean, seeds, draws_mean, draws, *told))
    first = found.robust[0]
    is_default = first.base == Robust._field_defaults["base"]
    chance = "chance" if is_default else "chance and what is unknown of constants of behaviour"
    note = (
        f"Against {against_words(first.against)}. Each of {first.draws} draws takes other values for {found.n_numbers} "
        "assumed numbers from their priors, all at once and independently, and runs every policy once in one region; "
        f"each of {first.seeds} seeds is one region at {first.base}. So the spread over seeds is {chance}, and the "
        "spread over draws chance and assumptions together. The last columns count in how many of them an effect "
        f"has the sign of its mean at {first.base}. Who the firms are, where they are and what could be exchanged "
        "stays fixed: see the list below."
    )
    mean = "default: mean" if is_default else "posterior: mean"
    head = (
        "policy", "effect", mean, "90 % of seeds", "draws: mean", "90 % of draws", "draws of that sign",
        "seeds of that sign",
    )  # fmt: skip
    return Table("robustness", TITLE, note, head, rows)


def scaled(robust: Sequence[Robust], one: Robust) -> tuple[str, float]:
    """The unit of an effect and what to multiply it with: large sums of money are told in thousands."""
    largest = max(abs(other.draws_high) for other in robust if other.key == one.key)
    return ("thousand EUR", 1e-3) if one.unit == "EUR" and largest >= 1e6 else (one.unit, 1.0)


def moves(found: Matter, known: pd.DataFrame) -> Table:
    """What moves each effect, and where nothing can be told."""
    about = {row.parameter: row for row in known.itertuples(index=False)}
    rows: list[tuple[str, ...]] = []
    for policy in dict.fromkeys(one.policy for one in found.robust):
        mine = [one for one in found.robust if one.policy == policy]
        best = {one.words: importance.strongest(found.influences, policy, one.key) for one in mine}
        rows += [
            (
                spoken(policy), words, influence.parameter, str(about[influence.parameter].meaning),
                str(about[influence.parameter].prior), correlation(influence),
            )
            for words, here in best.items()
            for influence in here
            if influence.is_told
        ]  # fmt: skip
        silent = [here for here in best.values() if not (here and here[0].is_told)]
        if silent:
            which = "all effects" if len(silent) == len(best) else "all other effects"
            rows.append((spoken(policy), which, *nothing(silent)))
    first = found.robust[0]
    note = (
        "Rank correlation of a number with an effect over the draws; that of a further number is what remains once the "
        "stronger ones are taken out (partial rank correlation). Shown is what noise would hardly give: one "
        f"effect in {round(1 / importance.ERROR)} names a number wrongly. With {first.draws} draws of so many numbers "
        f"only a correlation above {needed(found.influences)} can be told; weaker influences exist and are not seen."
    )
    head = ("policy", "effect", "number", "what it is", "could be", "rank correlation")
    return Table("importance", "Which assumptions matter most", note, head, rows)


def nothing(silent: Sequence[Sequence[Influence]]) -> tuple[str, str, str, str]:
    """The cells of effects that no assumption can be told to move, the strongest influences on each given."""
    best = max((here[0] for here in silent if here), key=lambda one: abs(one.correlation), default=None)
    if best is None:
        return "none", "the same in all draws", "-", "-"
    seen = (
        f"none can be told from noise: the strongest is {best.parameter} with {correlation(best)}, and "
        f"{best.needed:.2f} is needed"
    )
    return "none", seen, "-", "-"


def correlation(influence: Influence) -> str:
    """A rank correlation as it is printed."""
    return f"{influence.correlation:+.2f}"


def needed(found: Sequence[Influence]) -> str:
    """The weakest rank correlation that could be told, over all effects."""
    return f"{min(influence.needed for influence in found):.2f}"


def listed(results: Results, is_drawn: bool) -> Table:
    """Everything that is assumed, with the range it might have, and whether it was drawn."""
    known = results.table("assumptions")
    known = known.sort_values(
        "fate", key=lambda fate: ~fate.isin((DRAWN, POSTERIOR)), kind="stable", ignore_index=True
    )
    parts = known["parameter"].str.split(".", expand=True)
    alike = parts[0].isin(ALIKE)
    known["group"] = known["parameter"].where(~alike, parts[0] + ".*." + parts[2])
    rows = []
    for (name, fate), found in known.groupby(["group", "fate"], sort=False):
        many = f" ({len(found)} of them)" if len(found) > 1 else ""
        value, prior, meaning = (_common(found[column]) for column in ("value", "prior", "meaning"))
        unit = _common(found["unit"])
        shown = value if unit in ("1", "differs") or value == "differs" else f"{value} {unit}"
        happens = "drawn" if fate == DRAWN and is_drawn else "fixed" if fate == DRAWN else f"fixed: {fate}"
        happens = f"{fate}, in every run" if fate == POSTERIOR else happens
        rows.append((f"{name}{many}", meaning, shown, prior or "-", happens))
    note = (
        "Numbers that no source gives, or gives only as a range. A number that is fixed has the same value in all runs "
        "of this report. "
    )
    note += (
        "So real uncertainty is wider than the draws show wherever one of these matters."
        if is_drawn
        else "How much the numbers matter was not measured here: `issim run policy=...` and `issim compare "
        "policy=none,...` measure it with uncertainty.draws=64. Real uncertainty is wider than the intervals."
    )
    head = ("number", "meaning", "value", "could be", "in the draws")
    return Table("assumptions", "What is assumed: the list" if is_drawn else TITLE, note, head, rows)


def _common(column: pd.Series) -> str:
    """What all rows say, or that they differ."""
    return str(column.iloc[0]) if column.nunique() == 1 else "differs"
