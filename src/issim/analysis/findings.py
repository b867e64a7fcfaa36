"""The words of a comparison of policies: a table of differences, and what can and cannot be told from it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from issim import evidence
from issim.analysis import budgets, effects, importance
from issim.analysis.effects import Brake, Effect, Gainer
from issim.analysis.importance import Influence, Robust
from issim.analysis.summary import COVERED, amount

if TYPE_CHECKING:
    import pandas as pd

#: Policies side by side in one table.
SIDE_BY_SIDE = 4
#: With fewer seeds a bootstrap tells too narrow an interval.
FEW_SEEDS = 10
#: The most seeds that a run can be asked for (the range of `n_seeds`).
MOST_SEEDS = 100_000
NOT_TOLD = "-"


def signed(value: float) -> str:
    """A difference as one says it: +46, -3.4, 0; one that is too small to be shown has no sign."""
    size = amount(abs(value))
    return size if size in ("0", "0.0") else f"{'+' if value > 0.0 else '-'}{size}"


def cell(effect: Effect | Gainer, scale: float, is_price: bool = False) -> str:
    """A mean with its interval, or without one where there is a single seed."""
    if math.isnan(effect.mean):
        return NOT_TOLD
    said = amount if is_price else signed
    middle = said(effect.mean * scale)
    if math.isnan(effect.low):
        return middle
    return f"{middle} ({said(effect.low * scale)} to {said(effect.high * scale)})"


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of equal length as text: the first column from the left, the others from the right."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return [
        "  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))])
        for row in rows
    ]


def as_text(tables: dict[str, pd.DataFrame], region: str) -> str:
    """What `issim compare` closes with."""
    series = tables["series"]
    found = effects.effects(series)
    policies = list(dict.fromkeys(effect.policy for effect in found))
    n_seeds, n_months, n_firms = series["seed"].nunique(), int(series["month"].max()), len(tables["firms"])
    against = against_words(found[0].against)
    out = [
        f"Region {region}: {n_firms} firms, {n_months} months, {n_seeds} {_plural(n_seeds)} per policy, the same "
        "worlds and the same luck for all.",
        f"Mean difference from {against}" + _brackets(n_seeds),
    ]
    for k in range(0, len(policies), SIDE_BY_SIDE):
        out += ["", *difference_table(found, policies[k : k + SIDE_BY_SIDE])]
    out += ["", "What these runs can tell", *certainty(found, n_seeds)]
    out += [f"- {line}" for line in budgets.lines(tables["levers"])]
    out += ["", *lines] if (lines := assumption_lines(tables)) else []
    out += ["", f"Who exchanges because of it, extra firms against {against}"]
    gained = effects.gainers(series, tables["groups"])
    for k in range(0, len(policies), SIDE_BY_SIDE):
        out += group_table(gained, policies[k : k + SIDE_BY_SIDE])
    out += ["", *switch_lines(tables["switches"], tables["adopters_because"])]
    out += ["", "What holds firms back most: how much a barrier lowers the chance of its step, per cent"]
    out += brake_lines(effects.brakes(tables["barriers"]), [found[0].against, *policies])
    return "\n".join(line.rstrip() for line in out)


def _brackets(n_seeds: int) -> str:
    """How to read the brackets of the table."""
    if n_seeds == 1:
        return "; one run gives no interval."
    return f", and in brackets its {100 * COVERED:.0f} % interval."


def _plural(n: int) -> str:
    """The word for so many runs."""
    return "run" if n == 1 else "runs"


def against_words(policy: str) -> str:
    """The first policy within a sentence."""
    return "no policy" if policy == "none" else f"'{policy}'"


def difference_table(found: Sequence[Effect], policies: Sequence[str]) -> list[str]:
    """One row per difference and price, one column per policy; large sums of money in thousands."""
    rows = [["", *policies]]
    for key in dict.fromkeys(effect.key for effect in found):
        row = [effect for effect in found if effect.key == key]
        unit, scale = row[0].unit, 1.0
        if unit == "EUR" and max(abs(effect.mean) for effect in row) >= 1e6:
            unit, scale = "thousand EUR", 1e-3
        is_price = key.startswith("cost_per")
        shown = [cell(effect, scale, is_price) for effect in row if effect.policy in policies]
        rows.append([f"{row[0].words} [{unit}]", *shown])
    return aligned(rows)


def certainty(found: Sequence[Effect], n_seeds: int) -> list[str]:
    """For every policy whether it is told from the first, what pairing gained, and the seeds that would do."""
    lines = []
    for policy in dict.fromkeys(effect.policy for effect in found):
        mine = {effect.key: effect for effect in found if effect.policy == policy}
        told = [_told(policy, mine[key], n_seeds) for key in ("adopters", "tonnes")]
        ratio = mine["adopters"].variance_ratio
        if not math.isnan(ratio):
            told[0] += (
                f" Shared luck leaves {100 * ratio:.0f} % of the variance that separate runs would have."
            )
        lines += [f"- {line}" for line in told]
    if any(math.isnan(effect.mean) for effect in found):
        lines.append(f"- '{NOT_TOLD}': no price is given where an increase cannot be told from none.")
    elif n_seeds < FEW_SEEDS:
        lines.append(f"- Intervals of prices are too narrow with fewer than {FEW_SEEDS} runs; raise n_seeds.")
    if n_seeds > 1:
        lines.append(
            f"- Every interval stands for itself: of ten differences that are none about one excludes 0 "
            f"({100 * COVERED:.0f} %)."
        )
    return lines


def _told(policy: str, effect: Effect, n_seeds: int) -> str:
    """One sentence: whether a difference is told from none, and how many seeds would tell it."""
    what = {"adopters": "the number of firms that exchange", "tonnes": "tonnes"}[effect.key]
    against = against_words(effect.against)
    if n_seeds == 1:
        return f"One run cannot tell '{policy}' from {against} in {what}; set n_seeds=20 or more."
    if effect.mean == effect.low == effect.high == 0.0:
        return f"'{policy}' is just as {against} in {what}, in every run."
    if effect.is_told:
        return f"'{policy}' {'raises' if effect.mean > 0.0 else 'lowers'} {what} against {against}."
    return f"These runs cannot tell '{policy}' from {against} in {what}; {enough(effect, n_seeds)}"


def enough(effect: Effect, n_seeds: int) -> str:
    """How many seeds would tell a difference as large as the one seen."""
    if not effect.seeds_to_tell <= MOST_SEEDS:
        return f"the difference is so small that not even n_seeds={MOST_SEEDS} would."
    n = max(int(effect.seeds_to_tell), n_seeds + 1)
    return f"if the difference is what it seems, about {n} would (n_seeds={n}; 4 chances in 5)."


def assumption_lines(tables: dict[str, pd.DataFrame]) -> list[str]:
    """What remains of each policy's effect when all assumptions vary, and what moves it; empty if none was drawn."""
    if "draw_effects" not in tables:
        return []
    draws, drawn, series = tables["draws"], tables["draw_effects"], tables["series"]
    base = importance.base_of(tables["assumptions"])
    robust = [one for one in importance.robustness(series, drawn, base) if one.key == "adopters"]
    found = importance.importance(draws, drawn, tables["levers"], robust[0].against)
    n_draws, n_numbers = draws["draw"].nunique(), draws["parameter"].nunique()
    return [
        f"How much the assumptions matter: {n_numbers} numbers drawn {n_draws} {'time' if n_draws == 1 else 'times'} "
        "from their priors, each draw one run in one region",
        *(f"- {' '.join([remains(one), *moved_by(found, one)])}" for one in robust),
        *(f"- {line}" for line in not_told(found, robust)),
        "- Who the firms are, where they are and what could be exchanged stays as it is in all draws.",
    ]


def remains(one: Robust) -> str:
    """What the draws say of one policy's extra adopters, beside what the default values say."""
    against = against_words(one.against)
    said = (
        f"'{one.policy}' brings {signed(one.draws_mean)} firms that exchange against {against} "
        f"({signed(one.draws_low)} to {signed(one.draws_high)} in 90 % of the draws), where {one.base} "
        f"say {signed(one.mean)}"
    )
    if one.mean == 0.0:
        return f"{said}."
    return (
        f"{said}; {'more' if one.mean > 0.0 else 'fewer'} than {against} in {one.draws_same_sign} of {one.draws} "
        f"draws, and in {one.seeds_same_sign} of {one.seeds} {_plural(one.seeds)} at {one.base}."
    )


def moved_by(found: Sequence[Influence], one: Robust) -> list[str]:
    """Which assumptions move an effect most; nothing where none can be told from noise."""
    here = importance.strongest(found, one.policy, one.key)
    told = [
        f"{influence.parameter} ({influence.correlation:+.2f})" for influence in here if influence.is_told
    ]
    return [f"What moves it most (rank correlation): {', '.join(told)}."] if told else []


def not_told(found: Sequence[Influence], robust: Sequence[Robust]) -> list[str]:
    """For which policies no assumption can be told from noise as what moves the effect, and what it would take."""
    silent = [one for one in robust if not moved_by(found, one)]
    needed = [
        influence.needed for one in silent for influence in importance.strongest(found, one.policy, one.key)
    ]
    if not silent:
        return []
    names = ", ".join(f"'{one.policy}'" for one in silent)
    said = f"For {names} no single number can be told from noise as what moves it most"
    if not needed:
        return [f"{said}: the effect never varied, or there were too few draws."]
    return [f"{said}: with so many numbers and draws only a rank correlation above {max(needed):.2f} could."]


def group_table(found: Sequence[Gainer], policies: Sequence[str]) -> list[str]:
    """Extra adopters by group, one column per policy."""
    rows = [["", "firms", *policies]]
    for group, level in dict.fromkeys((gain.group, gain.level) for gain in found):
        row = [gain for gain in found if (gain.group, gain.level) == (group, level)]
        shown = [cell(gain, 1.0) for gain in row if gain.policy in policies]
        rows.append([f"{group} {level}", amount(round(row[0].firms)), *shown])
    return aligned(rows)


def switch_lines(switches: pd.DataFrame, because: pd.DataFrame) -> list[str]:
    """How many firms adopt because of each policy, in the mean run and in the first, whose firms are listed."""
    lines = []
    for policy, rows in switches.groupby("policy", sort=False):
        first = because[because["policy"] == policy]["change"]
        gained, lost = int((first == "because").sum()), int((first == "no longer").sum())
        lines.append(
            f"- Because of '{policy}' {amount(rows['because'].mean())} firms exchange in the mean run and "
            f"{amount(rows['no_longer'].mean())} no longer do; in the first run {gained} and {lost}."
        )
    return [*lines, "The firms of the first run are listed one by one in adopters_because.parquet."]


def brake_lines(found: list[Brake], policies: Sequence[str]) -> list[str]:
    """The three heaviest barriers at the start, and at the end under every policy."""
    texts = {barrier.number: barrier.text for barrier in evidence.load().barriers}
    lines = []
    for k, (policy, when) in enumerate([(policies[0], "start"), *((policy, "end") for policy in policies)]):
        named = [
            f"{texts[brake.barrier]} ({brake.slows:.0f})"
            for brake in effects.heaviest(found, policy, when)
            if brake.brake > 0.0
        ]
        head = "at the start" if k == 0 else f"at the end, {against_words(policy)}"
        lines.append(f"- {head}: {'; '.join(named) or 'none'}.")
    return lines
