"""What each policy changes against the first one: paired differences, their certainty, their price, for whom."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from issim.analysis.student import DECIMALS, upper
from issim.analysis.summary import COVERED, error_of_mean, value_of
from issim.store.outcomes import MEASURES, Measure

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

#: What is compared, in the words of a difference; measures are those of the closing table of a run.
EXTRA = {
    "adopters": "Extra firms that exchange at the end",
    "tonnes": "Extra residues passed on, all years",
    "co2": "Extra CO2 saved, all years",
    "gain": "Extra gain of the firms, support included",
    "public_cost": "Extra cost to the public",
}
#: Prices of an effect: key, words, unit, and the difference that the extra public cost is divided by.
PRICES = (
    ("cost_per_tonne", "Public cost of an extra tonne", "EUR/t", "tonnes"),
    ("cost_per_adopter", "Public cost of an extra firm", "EUR/firm", "adopters"),
)
#: Chance with which the seeds that are asked for show a difference as large as the one seen.
POWER = 0.8
#: Seeds beyond which nobody goes; the last few that Student's t asks for do not matter there.
COUNTLESS = 1_000_000_000
#: Draws of the bootstrap; the ends of a 90 % interval then err by about a hundredth of its probability.
RESAMPLES = 4000
#: Numbers that the bootstrap holds at a time.
AT_ONCE = 2_000_000


class Effect(NamedTuple):
    """One paired difference, or one price, of a policy against the first."""

    policy: str
    against: str
    key: str
    words: str
    unit: str
    mean: float
    """Mean over seeds of the difference; for a price, ratio of two such means (nan where it has no sense)."""
    low: float
    high: float
    """Ends of the 90 % interval of `mean`; nan for one seed."""
    variance_ratio: float
    """Variance of the paired difference over that of a difference of independent runs; nan if undefined."""
    seeds_to_tell: float
    """Seeds that would tell the difference from none (see `seeds_to_tell`); nan for a price."""

    @property
    def is_told(self) -> bool:
        """Whether the interval excludes zero."""
        return self.low > 0.0 or self.high < 0.0


class Gainer(NamedTuple):
    """Extra adopters in one group of firms under one policy."""

    policy: str
    against: str
    group: str
    level: str
    firms: float
    """Firms of the group, mean over seeds."""
    mean: float
    low: float
    high: float
    per_100: float
    """Extra adopters per 100 firms of the group."""


class Brake(NamedTuple):
    """How much one barrier slows the step before which it stands, mean over seeds."""

    policy: str
    when: str
    """"start", or "end" for after the last month."""
    barrier: int
    stage: str
    firms: float
    """Firms before the step that feel it."""
    brake: float
    slows: float
    """By how many per cent the barrier lowers the chance of the step, 100 (1 - exp(-brake))."""


def by_policy(series: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The series of each policy, in the order in which they were named."""
    return {str(name): part for name, part in series.groupby("policy", sort=False)}


def effects(series: pd.DataFrame) -> list[Effect]:
    """Every difference and price of every policy against the first, policies in their order."""
    parts = by_policy(series)
    against = next(iter(parts))
    chosen = [measure for key in EXTRA for measure in MEASURES if measure.key == key]
    values = {name: {m.key: value_of(m, part) for m in chosen} for name, part in parts.items()}
    found = []
    for policy in list(parts)[1:]:
        base, here = values[against], values[policy]
        differences = {key: here[key] - base[key] for key in here}
        for measure in chosen:
            found.append(
                Effect(
                    *(policy, against, measure.key, EXTRA[measure.key], measure.unit),
                    *paired(differences[measure.key]),
                    variance_ratio(base[measure.key], here[measure.key]),
                    seeds_to_tell(differences[measure.key]),
                )
            )
        for key, words, unit, per in PRICES:
            price = price_of(differences["public_cost"], differences[per])
            found.append(Effect(policy, against, key, words, unit, *price, math.nan, math.nan))
    return found


def paired(differences: NDArray[np.float64]) -> tuple[float, float, float]:
    """Mean of paired differences and the ends of its 90 % interval (Student's t); nan ends for one seed."""
    mean, error = float(differences.mean()), error_of_mean(differences)
    return mean, mean - error, mean + error


def variance_ratio(base: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """Variance of the difference on shared luck over the one that independent runs would have.

        var(y - x) / (var(x) + var(y)),   0: luck cancels altogether, 1: pairing is of no use

    For whom  one value per seed under the first policy and under another
    Units     1; nan for one seed, or where neither varies
    Source    control of variance by common random numbers
    """
    if len(base) < 2:
        return math.nan
    apart = float(base.var(ddof=1) + values.var(ddof=1))
    return float((values - base).var(ddof=1)) / apart if apart > 0.0 else math.nan


def seeds_to_tell(differences: NDArray[np.float64]) -> float:
    """Seeds with which a true difference as large as the mean one shows with a chance of about 80 %.

        smallest n with  |d| sqrt(n) / s  >=  t(0.95; n - 1) + t(0.8; n - 1)

    For whom  paired differences, one per seed; s is their standard deviation
    Units     seeds; inf where the mean is zero, nan for one seed
    Source    sample size of the paired t test
    """
    if len(differences) < 2:
        return math.nan
    size, spread = abs(float(differences.mean())), float(differences.std(ddof=1))
    tail = (1.0 - COVERED) / 2.0
    if size == 0.0:
        return math.inf
    ratio = float((upper(tail) + upper(1.0 - POWER)) * spread / size)
    if ratio * ratio >= COUNTLESS:  # a product becomes inf where a power would raise
        return ratio * ratio
    n = max(2, math.floor(ratio * ratio))
    while size * math.sqrt(n) < (upper(tail, n - 1) + upper(1.0 - POWER, n - 1)) * spread:
        n += 1
    return float(n)


def price_of(cost: NDArray[np.float64], effect: NDArray[np.float64]) -> tuple[float, float, float]:
    """Extra public cost per unit of an effect: ratio of means, 90 % interval by bootstrap over seeds.

    For whom  paired differences of cost and effect, one per seed each
    Units     EUR per unit of the effect; all nan unless the effect is told from none and is an increase,
              for the price of what may be nothing has no bounds
    Source    percentile bootstrap of seeds, cost and effect of a seed kept together
    """
    from scipy.stats import bootstrap

    n = len(cost)
    if n < 2 or not paired(effect)[1] > 0.0:
        return math.nan, math.nan, math.nan

    def ratio(a: NDArray[np.float64], b: NDArray[np.float64], axis: int = -1) -> NDArray[np.float64]:
        above, below = a.mean(axis=axis), b.mean(axis=axis)
        # a resample without effect has no finite price; far away is where it belongs
        return np.asarray(above / np.maximum(below, 1e-12))

    middle = float(ratio(cost, effect))
    if np.ptp(cost) == 0.0 and np.ptp(effect) == 0.0:
        return middle, middle, middle
    # percentiles rather than BCa, which fails where leaving out one seed changes nothing
    ends = bootstrap(
        (cost, effect), ratio, paired=True, vectorized=True, n_resamples=RESAMPLES, method="percentile",
        batch=max(1, AT_ONCE // n), confidence_level=COVERED, random_state=np.random.default_rng(n),
    ).confidence_interval  # fmt: skip
    return middle, float(ends.low), float(ends.high)


def gainers(series: pd.DataFrame, groups: pd.DataFrame) -> list[Gainer]:
    """Extra adopters by size, sector and country; groups without a firm in any world are left out."""
    parts = by_policy(series)
    against = next(iter(parts))
    counted = groups.groupby(["group", "level"], sort=False, as_index=False)["firms"].mean()
    found = []
    for policy in list(parts)[1:]:
        for group, level, firms in counted.itertuples(index=False):
            if firms == 0.0:
                continue
            measure = Measure("", "", "firms", f"adopters_{group}_{level}", "last")
            mean, low, high = paired(value_of(measure, parts[policy]) - value_of(measure, parts[against]))
            found.append(Gainer(policy, against, group, level, firms, mean, low, high, 100.0 * mean / firms))
    return found


def slows(brake: float) -> float:
    """By how many per cent a barrier lowers the chance of a step, 100 (1 - exp(-brake))."""
    return round(100.0 * -math.expm1(-brake), DECIMALS)


def brakes(barriers: pd.DataFrame) -> list[Brake]:
    """Every barrier at the start (under the first policy; no lever acts yet) and at the end of each policy."""
    first, end = str(barriers["policy"].iloc[0]), barriers["month"].max()
    found = []
    for policy, when, month in [(first, "start", 0), *((p, "end", end) for p in barriers["policy"].unique())]:
        here = barriers[(barriers["policy"] == policy) & (barriers["month"] == month)]
        for (number, stage), rows in here.groupby(["barrier", "stage"]):
            brake = float(rows["brake"].mean())
            firms = float(rows["firms"].mean())
            found.append(Brake(policy, when, int(number), stage, firms, brake, slows(brake)))
    return found


def heaviest(found: list[Brake], policy: str, when: str, n: int = 3) -> list[Brake]:
    """The barriers that brake most, heaviest first; of equal ones the lower number."""
    here = [brake for brake in found if (brake.policy, brake.when) == (policy, when)]
    return sorted(here, key=lambda brake: (-brake.brake, brake.barrier))[:n]
