"""What the model predicts for every target: the programmes re-run under many constants of behaviour."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from issim.evidence import Evidence
from issim.evidence.targets import Target
from issim.model import posterior
from issim.rules.behaviour import Behaviour
from issim.runs import programmes
from issim.runs.priors import sample
from issim.runs.programmes import Stage
from issim.runs.settings import Settings
from issim.runs.study import threads_of
from issim.units import Parameter, parameters_of

if TYPE_CHECKING:
    import pandas as pd

#: Regions that every draw is run in, pooled, as many as `issim calibrate` takes. The chance in a published count is
#: part of the target's error; a single region would bring it in twice.
REGIONS = 2
#: Worlds of a stage at most: they are in memory together, and draws take turns in them.
MAX_WORLDS = 64
#: Sets of constants that are told apart.
CHOSEN, PRIOR = "chosen", "prior"


def staged(settings: Settings, overrides: Sequence[str], tick: Callable[[], object]) -> list[Stage]:
    """Every stage on which some target is looked at; `tick` is called after each."""
    evidence, run = settings.evidence, settings.run
    n_worlds = min(MAX_WORLDS, run.n_seeds + REGIONS - 1)
    return programmes.stages(
        evidence.targets, dict(evidence.arrangements), n_worlds, run.seed, overrides, tick
    )


def n_runs(stages: Sequence[Stage], settings: Settings) -> int:
    """Runs that one set of constants takes on some stages."""
    return len(stages) * settings.run.n_seeds * REGIONS


def chosen_constants(settings: Settings) -> list[Behaviour]:
    """The constants of every seed as the configuration says: a posterior's draws, or the same ones throughout."""
    return [settings.behaviour_of(seed) for seed in seeds(settings)]


def drawable() -> list[Parameter]:
    """The constants of behaviour that have a prior."""
    names = posterior.drawable()
    return [p for p in parameters_of(Behaviour(), "behaviour") if p.name.removeprefix("behaviour.") in names]


def prior_constants(settings: Settings) -> list[Behaviour]:
    """As many draws of all constants that have a prior."""
    drawn = drawable()
    names = [found.name.removeprefix("behaviour.") for found in drawn]
    return [
        dataclasses.replace(settings.behaviour, **dict(zip(names, row, strict=True)))
        for row in sample(drawn, settings.run.n_seeds, settings.run.seed).tolist()
    ]


def seeds(settings: Settings) -> list[int]:
    """The seeds, one per draw."""
    return list(range(settings.run.seed, settings.run.seed + settings.run.n_seeds))


def predictions(
    settings: Settings,
    stages: Sequence[Stage],
    constants: Sequence[Behaviour],
    label: str,
    tick: Callable[[int], object],
) -> pd.DataFrame:
    """Every target under every draw: constants, seed, target, value (nan where nothing happened to divide by)."""
    import pandas as pd

    targets, numbers = settings.evidence.targets, seeds(settings)
    values = programmes.summaries(
        stages, targets, constants, numbers, runs_each=REGIONS, threads=threads_of(settings), tick=tick
    )
    columns = {
        "constants": np.full(values.size, label, dtype=object),
        "seed": np.repeat(np.array(numbers, np.int64), len(targets)),
        "target": np.tile(np.array([target.key for target in targets], dtype=object), len(numbers)),
        "value": values.ravel(),
    }
    return pd.DataFrame(columns)


def targets_table(evidence: Evidence) -> pd.DataFrame:
    """The targets with their errors, and the arrangement of each in words."""
    import pandas as pd

    return pd.DataFrame([_described(target, evidence) for target in evidence.targets])


def _described(target: Target, evidence: Evidence) -> dict[str, object]:
    """One target as a row."""
    said = {field.name: getattr(target, field.name) for field in dataclasses.fields(target)}
    said["origin"] = "; ".join(target.origin)
    return said | {"sd": target.sd, "arranged": evidence.arrangements[target.arrangement].words}
