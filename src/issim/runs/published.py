"""A documented case beside the model: what is published of it, and how often the model comes to the same exchanges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from issim.evidence.facts import Case
from issim.own import cases
from issim.runs.matches import LINKS
from issim.runs.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

BOUNDS = {"=": "", "<": "up to ", ">": "over "}


def lines(settings: Settings, tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """The published figures of a case, and of each documented exchange how often and how much the model has of it."""
    assert settings.firms is not None
    known = cases.published(settings.region.name, settings.evidence)
    found = [f"Published of {known[0].name} ({known[0].country}): {known[0].what}."] if known else []
    found += [f"- {figure(case)}" for case in known if case.value is not None]
    if len(found) < 2:
        found.append("- No figure is published.")
    last = tables["series"][tables["series"]["month"] == tables["series"]["month"].max()]
    found.append("The model at the end, where these exchanges are possible and none is given:")
    for policy, rows in last.groupby("policy", sort=False):
        low, middle, high = np.quantile(rows["operating"], [0.05, 0.5, 0.95])
        found.append(
            f"- exchanges in operation with policy '{policy}': {middle:.0f} ({low:.0f} to {high:.0f} in 90 % of runs)"
        )
    found.append(
        "Documented exchanges in the model at the end, in how many runs and with how much of what is offered:"
    )
    for name, of_link in tables[LINKS].groupby("exchange", sort=False):
        found.append(f"- {name}: {'; '.join(_of_policies(of_link))}")
    return found


def figure(case: Case) -> str:
    """A published figure in words."""
    return f"{case.figure}: {BOUNDS[case.bound]}{case.value:g} {case.unit} ({case.source})"


def _of_policies(of_link: pd.DataFrame) -> list[str]:
    """In how many runs a documented exchange operates under each policy, and how much it then carries."""
    found = []
    for policy, rows in of_link.groupby("policy", sort=False):
        on = rows[rows["operating"] > 0]
        words = f"'{policy}' in {len(on) / len(rows):.0%} of runs"
        if len(on):
            low, middle, high = np.quantile(on["flow"] / on["offered"], [0.05, 0.5, 0.95])
            words += f" with {middle:.0%} ({low:.0%} to {high:.0%})"
        found.append(words)
    return found
