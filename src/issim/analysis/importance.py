"""How much the assumptions matter: effects when all of them vary, and the ones that move an effect most.

A draw is one region with one luck and other assumptions, a seed one region with one luck at the default
values: the spread over seeds is chance alone, the spread over draws is chance and assumptions.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from issim.analysis.effects import EXTRA, by_policy, paired
from issim.analysis.student import upper
from issim.analysis.summary import COVERED, MEASURES, value_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

#: Chance that a parameter without any influence is taken for one with it, for all parameters of an effect together.
ERROR = 0.05
#: With fewer draws a rank correlation says nothing.
FEWEST = 4
#: The measures whose differences are effects.
_CHOSEN = tuple(measure for key in EXTRA for measure in MEASURES if measure.key == key)


class Robust(NamedTuple):
    """One effect of a policy at the default values, and when all assumptions vary within their priors."""

    policy: str
    against: str
    key: str
    words: str
    unit: str
    mean: float
    """Mean over seeds at the default values, and the ends of its 90 % interval (as in the effects)."""
    mean_low: float
    mean_high: float
    seeds: int
    seeds_low: float
    """Between these lie 90 % of the seeds at the default values: chance alone."""
    seeds_high: float
    seeds_same_sign: int
    """Seeds in which the effect has the sign of its mean at the default values."""
    draws: int
    draws_mean: float
    draws_low: float
    """Between these lie 90 % of the draws: chance and assumptions."""
    draws_high: float
    draws_same_sign: int
    """Draws in which the effect has the sign of its mean at the default values."""
    base: str = "the default values"
    """What the runs over seeds rest on, if not the default values."""


class Influence(NamedTuple):
    """How an effect of a policy goes along with one parameter over the draws."""

    policy: str
    against: str
    key: str
    parameter: str
    correlation: float
    """Rank correlation of the parameter with the effect, the influence of stronger ones that are told taken out."""
    p_value: float
    """Chance that noise gives one as strong in any of the parameters (Bonferroni)."""
    needed: float
    """The weakest correlation that could be told from noise."""
    is_told: bool


def draw_effects(series: pd.DataFrame) -> pd.DataFrame:
    """What each policy changes against the first in every draw: draw, policy, outcome, value.

    `series` is the monthly series of the draws: policy, draw, month, observables.
    """
    import pandas as pd

    parts = by_policy(series.rename(columns={"draw": "seed"}))
    draws = np.sort(series["draw"].unique())
    base = {measure.key: value_of(measure, next(iter(parts.values()))) for measure in _CHOSEN}
    tables = [
        pd.DataFrame(
            {
                "draw": draws,
                "policy": policy,
                "outcome": measure.key,
                "value": value_of(measure, part) - base[measure.key],
            }
        )
        for policy, part in list(parts.items())[1:]
        for measure in _CHOSEN
    ]
    return pd.concat(tables, ignore_index=True)


def base_of(assumptions: pd.DataFrame) -> str:
    """What the runs over seeds rest on, in words: the default values, or the posterior if constants come from it."""
    is_drawn = (assumptions["fate"] == "drawn from the posterior").any()
    return "the constants of the posterior" if is_drawn else Robust._field_defaults["base"]


def robustness(
    series: pd.DataFrame, drawn: pd.DataFrame, base_words: str = Robust._field_defaults["base"]
) -> list[Robust]:
    """Every effect of every policy, over seeds at the default values and over draws of the assumptions."""
    parts = by_policy(series)
    against = next(iter(parts))
    base = {measure.key: value_of(measure, parts[against]) for measure in _CHOSEN}
    found = []
    for policy in list(parts)[1:]:
        for measure in _CHOSEN:
            seeds = value_of(measure, parts[policy]) - base[measure.key]
            values = _values(drawn, policy, measure.key)
            mean, mean_low, mean_high = paired(seeds)
            (seeds_low, seeds_high), (draws_low, draws_high) = _ends(seeds), _ends(values)
            found.append(
                Robust(
                    *(policy, against, measure.key, EXTRA[measure.key], measure.unit),
                    mean=mean, mean_low=mean_low, mean_high=mean_high,
                    seeds=len(seeds), seeds_low=seeds_low, seeds_high=seeds_high,
                    seeds_same_sign=same_sign(seeds, mean),
                    draws=len(values), draws_mean=float(values.mean()), draws_low=draws_low,
                    draws_high=draws_high, draws_same_sign=same_sign(values, mean), base=base_words,
                )
            )  # fmt: skip
    return found


def _values(drawn: pd.DataFrame, policy: str, key: str) -> NDArray[np.float64]:
    """One effect of one policy in every draw, in the order of the draws."""
    rows = drawn[(drawn["policy"] == policy) & (drawn["outcome"] == key)].sort_values("draw")
    return rows["value"].to_numpy(np.float64)


def _ends(values: NDArray[np.float64]) -> tuple[float, float]:
    """Between which values the central 90 % lie."""
    tail = (1.0 - COVERED) / 2.0
    low, high = np.quantile(values, (tail, 1.0 - tail))
    return float(low), float(high)


def same_sign(values: NDArray[np.float64], mean: float) -> int:
    """How many values have the sign of a mean; of a mean of zero, how many are zero."""
    return int((np.sign(values) == np.sign(mean)).sum())


def importance(draws: pd.DataFrame, drawn: pd.DataFrame, levers: pd.DataFrame, first: str) -> list[Influence]:
    """How every effect of every policy goes along with every number drawn, strongest first.

    `draws` holds the values drawn, `drawn` the effects against the policy `first`, `levers` which policy has
    which levers. Numbers of levers that neither policy has are left out, and so are effects that never vary.
    """
    values = draws.pivot(index="draw", columns="parameter", values="value")
    values = values.loc[:, values.nunique() > 1]
    if len(values) < FEWEST or values.empty:
        return []
    named = {str(policy): set(rows["lever"]) for policy, rows in levers.groupby("policy", sort=False)}
    found: list[Influence] = []
    for policy in dict.fromkeys(drawn["policy"]):
        own = named.get(policy, set()) | named.get(first, set())
        kept = [name for name in values if concerns(str(name), {policy, first}, own)]
        table = values[kept].to_numpy(np.float64)
        for key in EXTRA:
            effect = _values(drawn, policy, key)
            if np.ptp(effect) > 0.0 and kept:
                found += [
                    Influence(policy, first, key, str(kept[column]), r, p, needed, p <= ERROR)
                    for column, r, p, needed in ranked(table, effect)
                ]
    return found


def concerns(parameter: str, policies: set[str], levers: set[str]) -> bool:
    """Whether a parameter belongs to the model, or to a lever of one of the policies.

    A lever's number is named `policy.levers.LEVER...`, or `arms.POLICY.levers.LEVER...` where policies differ.
    """
    if parameter.startswith("policy.levers."):
        return parameter.split(".")[2] in levers
    if parameter.startswith("arms."):
        return parameter.split(".")[1] in policies
    return True


def weakest_told(n_draws: int, n_parameters: int) -> float:
    """The rank correlation that noise exceeds with a chance of `ERROR` in the strongest of all parameters.

        r = t / sqrt(n - 2 + t^2),   t = quantile 1 - ERROR / (2 m) of Student's t with n - 2 degrees of freedom

    For whom  n draws, m parameters
    Units     1; close to 1 for few draws
    Source    significance of Spearman's coefficient, corrected after Bonferroni
    """
    quantile = upper(ERROR / (2.0 * n_parameters), n_draws - 2)
    return quantile / math.sqrt(n_draws - 2 + quantile**2)


def ranked(
    values: NDArray[np.float64], effect: NDArray[np.float64]
) -> Iterator[tuple[int, float, float, float]]:
    """Parameters by their influence on an effect, strongest first: column, correlation, corrected p, needed.

    Forward selection: the strongest is found by Spearman's rank correlation; once it is told from noise, its
    influence is taken out of all other ranks (partial rank correlation) and the next is looked for, until none
    can be told. So nothing is taken for an influence that only happened to be drawn alongside one.

    For whom  values (n_draws, n_parameters) drawn independently, and an effect that varies
    Source    partial rank correlation, as in Marino et al. 2008; p after Bonferroni
    """
    from scipy.stats import rankdata, t

    x, y = (rankdata(table, axis=0) for table in (values, effect))
    x, y = x - x.mean(axis=0), y - y.mean()
    left = list(range(x.shape[1]))
    freedom = len(y) - 2
    while left:
        size = np.sqrt((x[:, left] ** 2).sum(axis=0) * (y**2).sum())
        r = np.clip((y[:, None] * x[:, left]).sum(axis=0) / np.maximum(size, 1e-9), -1.0 + 1e-12, 1.0 - 1e-12)
        p = np.minimum(1.0, len(left) * 2.0 * t.sf(np.abs(r) * np.sqrt(freedom / (1.0 - r**2)), freedom))
        needed, order = weakest_told(freedom + 2, len(left)), np.argsort(-np.abs(r), kind="stable")
        best = int(order[0])
        is_last = p[best] > ERROR or freedom <= FEWEST
        yield from ((left[k], float(r[k]), float(p[k]), needed) for k in (order if is_last else order[:1]))
        if is_last:
            return
        unit = x[:, left[best]] / np.sqrt((x[:, left[best]] ** 2).sum())
        x, y = x - np.outer(unit, (unit[:, None] * x).sum(axis=0)), y - unit * (unit * y).sum()
        left.pop(best)
        freedom -= 1


def strongest(found: Sequence[Influence], policy: str, key: str, n: int = 5) -> list[Influence]:
    """The strongest influences on one effect of one policy, whether told from noise or not."""
    return [one for one in found if (one.policy, one.key) == (policy, key)][:n]
