"""What moves outcomes and effects of a policy: the stages of a sensitivity analysis, read from its folder.

screened   which numbers can be told from chance, by Morris' screening of all of them
chosen     the strongest of these, for which indices are worth their runs
indexed    shares of the variance of each outcome, and how much of that is chance
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from issim.analysis.effects import EXTRA
from issim.analysis.elementary import Elementary, elementary
from issim.analysis.shares import Components, Shares, components, shares
from issim.errors import InputError
from issim.store.blocks import PLACE
from issim.store.dataset import Dataset
from issim.store.outcomes import MEASURES, Measure
from issim.store.results import outcomes

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
#: What an outcome is read from a run for, and an effect: the run with the policy, and its difference to none.
OUTCOME, EFFECT = "outcome", "effect"
#: How many indices of an outcome lead it: those whose intervals decide when there are runs enough.
LEADING = 3


class Quantity(NamedTuple):
    """An outcome with the policy in place, or its paired difference to no policy."""

    kind: str
    key: str

    @property
    def measure(self) -> Measure:
        """The outcome with its unit."""
        return next(found for found in MEASURES if found.key == self.key)

    @property
    def words(self) -> str:
        """What it is, for people."""
        return EXTRA[self.key] if self.kind == EFFECT else self.measure.words


class Observed(NamedTuple):
    """What the stages of one kind gave."""

    values: Floats
    """The number of every factor, (n_blocks, n_rows, n_factors)."""
    found: dict[Quantity, Floats]
    """Every quantity, (n_blocks, n_rows, n_replicates)."""
    n_impossible: int
    """Blocks that are left out, because one of their runs is impossible."""


def observed(stages: Sequence[Path]) -> Observed:
    """The stages in some folders as one; InputError if one of them is not complete."""
    parts = [_observed(Dataset(folder)) for folder in stages]
    found = {key: np.concatenate([part.found[key] for part in parts]) for key in parts[0].found}
    values = np.concatenate([part.values for part in parts])
    if not len(values):
        raise InputError(
            f"no block of '{stages[0].name}' is without an impossible run; see `issim results {stages[0]}`."
        )
    return Observed(values, found, sum(part.n_impossible for part in parts))


def _observed(data: Dataset) -> Observed:
    """One stage."""
    design, runs = data.design(), outcomes(data).sort_values(["cell", "seed"], kind="stable")
    rows, n_seeds = int(data.manifest["rows"]), int(data.manifest["replicates"])
    policies = list(dict.fromkeys(design["policy"]))
    shape = (-1, rows, len(policies), n_seeds)
    sound = (runs["fault"] == "").to_numpy(bool).reshape(shape).all(axis=(1, 2, 3))
    factors = [name for name in design if name not in ("cell", *PLACE)]
    values = design.loc[design["policy"] == policies[0], factors].to_numpy(np.float64)
    found = {}
    for key in EXTRA:
        table = runs[key].to_numpy(np.float64).reshape(shape)[sound]
        found[Quantity(OUTCOME, key)] = table[:, :, -1]
        if len(policies) > 1:
            found[Quantity(EFFECT, key)] = table[:, :, -1] - table[:, :, 0]
    values = values.reshape(-1, rows, len(factors))[sound]
    return Observed(values, found, int((~sound).sum()))


def _varying(seen: Observed) -> Iterator[tuple[Quantity, Floats]]:
    """The quantities that vary at all, outcomes first."""
    for quantity, table in sorted(seen.found.items(), key=lambda one: one[0].kind != OUTCOME):
        if np.ptp(table) > 0.0:
            yield quantity, table


def screened(seen: Observed, seed: int = 0) -> dict[Quantity, Elementary]:
    """Morris' measures of every number for every quantity that varies."""
    return {quantity: elementary(seen.values, table, seed) for quantity, table in _varying(seen)}


def indexed(seen: Observed, seed: int = 0) -> dict[Quantity, Shares]:
    """Sobol' indices for every quantity that varies."""
    return {quantity: shares(table, seed) for quantity, table in _varying(seen)}


def parts_of_variance(seen: Observed) -> dict[Quantity, Components]:
    """Variance by the numbers and by chance, of every quantity that varies, from both base samples of every block."""
    return {quantity: components(table[:, [0, -1]]) for quantity, table in _varying(seen)}


def strength(found: Elementary) -> Floats:
    """The squared effect that is left of each number when noise is taken out, as a share of all numbers'."""
    left = np.maximum(found.mu_star**2 - np.nan_to_num(found.noise) ** 2, 0.0)
    return np.asarray(left / left.sum()) if left.sum() > 0.0 else left


def chosen(found: Mapping[Quantity, Elementary], most: int) -> list[int]:
    """The numbers that are told from noise in any quantity, by the largest share they have in one; at most so many."""
    shares_of = [np.where(one.is_told, strength(one), -1.0) for one in found.values()]
    best = np.max(shares_of, axis=0)
    order = np.argsort(-best, kind="stable")
    return [int(k) for k in order[:most] if best[k] >= 0.0]


def widths_of_screening(found: Mapping[Quantity, Elementary]) -> dict[Quantity, float]:
    """Half the widest interval of the leading mean absolute effects, relative to the largest one of the quantity."""
    widths = {}
    for quantity, one in found.items():
        lead = np.argsort(-one.mu_star, kind="stable")[:LEADING]
        widths[quantity] = float(one.mu_star_conf[lead].max() / one.mu_star[lead[0]])
    return widths


def widths_of_indices(found: Mapping[Quantity, Shares]) -> dict[Quantity, float]:
    """Half the widest interval of the leading indices, first and total; inf where none can be given."""
    widths = {}
    for quantity, one in found.items():
        if np.isnan(one.total.mean).all():
            widths[quantity] = np.inf
            continue
        lead = np.argsort(-one.total.mean, kind="stable")[:LEADING]
        widths[quantity] = float(np.max([one.total.half[lead], one.first.half[lead]]))
    return widths


def morris_table(
    found: Mapping[Quantity, Elementary], parameters: pd.DataFrame, indexed_names: Sequence[str]
) -> pd.DataFrame:
    """Every number's measures for every quantity, strongest first."""
    import pandas as pd

    parts = []
    for quantity, one in found.items():
        part = pd.DataFrame(
            {
                **_about(quantity, len(parameters)),
                "parameter": parameters["parameter"],
                "mu": one.mu,
                "mu_star": one.mu_star,
                "mu_star_conf": one.mu_star_conf,
                "sigma": one.sigma,
                "noise": one.noise,
                "p_value": one.p_value,
                "is_told": one.is_told,
                "has_indices": parameters["parameter"].isin(indexed_names),
                "meaning": parameters["meaning"],
            }
        )
        parts.append(part.sort_values("mu_star", ascending=False, kind="stable"))
    return pd.concat(parts, ignore_index=True)


def sobol_table(
    found: Mapping[Quantity, Shares], groups: Sequence[str], words: Mapping[str, str]
) -> pd.DataFrame:
    """Every group's indices for every quantity, largest total first."""
    import pandas as pd

    parts = []
    for quantity, one in found.items():
        columns: dict[str, object] = {**_about(quantity, len(groups)), "parameter": list(groups)}
        for name, estimate in (("S1", one.first), ("ST", one.total)):
            columns |= {
                name: estimate.mean,
                f"{name}_conf": estimate.half,
                f"{name}_low": estimate.low,
                f"{name}_high": estimate.high,
                f"{name}_is_told": estimate.is_told,
            }
        columns["meaning"] = [words.get(name, "") for name in groups]
        parts.append(pd.DataFrame(columns).sort_values("ST", ascending=False, kind="stable"))
    return pd.concat(parts, ignore_index=True)


def variance_table(found: Mapping[Quantity, Shares], n: int, n_replicates: int) -> pd.DataFrame:
    """Mean and spread of every quantity over all settings, and how much of the variance is chance."""
    import pandas as pd

    rows = []
    for quantity, one in found.items():
        share = one.parameters
        rows.append(
            {
                **_about(quantity, 1),
                "mean": one.mean,
                "deviation": one.deviation,
                "chance": 1.0 - share.mean[0],
                "chance_low": 1.0 - share.high[0],
                "chance_high": 1.0 - share.low[0],
                "sum_of_S1": np.nansum(one.first.mean),
                "samples": n,
                "replicates": n_replicates,
            }
        )
    return pd.concat([pd.DataFrame(row) for row in rows], ignore_index=True)


def _about(quantity: Quantity, n: int) -> dict[str, list[str]]:
    """The columns that say what a row is about."""
    return {
        "kind": [quantity.kind] * n,
        "outcome": [quantity.key] * n,
        "words": [quantity.words] * n,
        "unit": [quantity.measure.unit] * n,
    }
