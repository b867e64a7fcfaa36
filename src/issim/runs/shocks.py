"""Dated tax rises replayed: the path that a country took against its tax frozen at the first year.

A shock is a file, `experiments/shocks/NAME.yaml`, that names rows of the evidence; rates and dates come from these.
Both arms meet the same world and the same luck; they differ in the tax alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from omegaconf import OmegaConf

from issim.errors import InputError, unknown_name
from issim.evidence import Evidence
from issim.evidence.facts import Figure
from issim.evidence.tax_paths import Step, tax_path
from issim.evidence.vocabulary import COUNTRIES, SURVEYED
from issim.levers.policy import NOTHING, Policy, conditions, from_mapping
from issim.levers.reading import read
from issim.model.simulate import simulate
from issim.runs import studies
from issim.runs.job import plan
from issim.runs.own_data import FILES
from issim.runs.settings import Settings
from issim.runs.study import over_seeds, world_of

if TYPE_CHECKING:
    import pandas as pd

#: Years simulated after the last known rate, which is held: exchanges take years to find, agree and build.
AFTER = 5
FROZEN, PATH = "frozen", "path"
#: What a shock decides itself.
FIXED = ("region", "policy", "n_months", "experiment", *FILES)
#: What the evidence says about tax rises elsewhere: metrics of programme_costs.csv.
ELSEWHERE = ("Landfill-tax elasticity", "DK waste-tax rise 1997: taxable industrial/commercial waste")


@dataclass(frozen=True)
class Shock:
    """One dated rise of a tax: where it stands in the evidence, and where it is replayed."""

    name: str
    title: str
    question: str
    area: str
    instrument: str
    first: int
    last: int
    region: str
    stand_in: str
    remark: str
    known: tuple[tuple[str, str], ...]
    needed: str


class Replay(NamedTuple):
    """A shock made ready: its rates, the settings of its runs with the tax of the first year, the rise as a policy."""

    shock: Shock
    steps: tuple[Step, ...]
    settings: Settings
    policy: Policy
    config: Mapping[str, Any]

    @property
    def n_years(self) -> int:
        """Years simulated: those of the path, and some after it."""
        return len(self.steps) + AFTER


def folder() -> Path:
    """The folder of the packaged shocks."""
    return studies.folder() / "shocks"


def names() -> tuple[str, ...]:
    """Names of the packaged shocks, in alphabetical order."""
    return tuple(sorted(path.stem for path in folder().glob("*.yaml")))


def shock(name: str) -> Shock:
    """The packaged shock of a name."""
    if name not in names():
        raise unknown_name("shock", name, names())
    path = folder() / f"{name}.yaml"
    said = {"name": name, **read(path, "shock")}
    declared = {field.name for field in fields(Shock)}
    if set(said) != declared:
        odd = ", ".join(sorted(set(said) ^ declared))
        raise InputError(
            f"The shock file {path} lacks or misspells {odd}; write exactly the keys of the others."
        )
    said["known"] = tuple((str(table), str(metric)) for table, metric in said["known"])
    return Shock(**said)


def replay(chosen: Shock, overrides: Sequence[str]) -> Replay:
    """A shock under settings of the user's."""
    refuse_fixed(overrides)
    evidence = plan(["policy=none", *overrides]).settings.evidence
    steps = tax_path(evidence, chosen.area, chosen.instrument, chosen.first, chosen.last)
    fixed = [f"region={chosen.region}", f"policy={NOTHING}", f"n_months={12 * (len(steps) + AFTER)}"]
    made = plan([*fixed, *taxed(chosen, steps[0].tax), *overrides])
    config = OmegaConf.to_container(made.config, resolve=True)
    assert isinstance(config, dict)
    return Replay(chosen, steps, made.settings, rise(chosen, steps), {str(k): v for k, v in config.items()})


def refuse_fixed(overrides: Sequence[str]) -> None:
    """Refuse what the parts of a validation decide themselves."""
    for override in overrides:
        key = override.lstrip("+~").partition("=")[0]
        if key.partition(".")[0] in FIXED or key.startswith("countries"):
            raise InputError(
                f"'{override}' cannot be set: each part of the validation decides {', '.join(FIXED)} and the taxes "
                "itself; leave it out, or give it to `issim run`."
            )


def taxed(chosen: Shock, tax: float) -> list[str]:
    """Overrides that give the firms of a shock's region one tax, whatever their countries take today."""
    codes = (chosen.area,) if chosen.area in COUNTRIES else SURVEYED
    return [
        f"countries.{code}.{route}={value!r}"
        for code in codes
        for route, value in (("landfill_tax", tax), ("incineration_tax", 0.0))
    ]


def rise(chosen: Shock, steps: Sequence[Step]) -> Policy:
    """What a path adds to the tax of its first year, as a policy of one lever."""
    path = {str(step.year - steps[0].year): step.tax - steps[0].tax for step in steps[1:]}
    sources = "; ".join(dict.fromkeys(key for step in steps for key in step.source.split("; ")))
    lever = {
        "mechanism": "landfill_tax", "title": chosen.title, "question": chosen.question,
        "path": path, "sources": {"path": sources},
    }  # fmt: skip
    return from_mapping({"name": chosen.name, "question": chosen.question, "levers": {chosen.name: lever}})


def tax_by_month(made: Replay) -> list[float]:
    """The tax of every month of the replayed path, in EUR/t; after the last year its rate holds."""
    held = [*made.steps, *[made.steps[-1]] * AFTER]
    return [step.tax for step in held for _ in range(12)]


def runs(made: Replay, tick: Callable[[], object]) -> pd.DataFrame:
    """Both arms on every seed.

    One row per shock, arm, seed and year: adopters and exchanges at its end, tonnes passed on in it.
    """
    import pandas as pd

    settings = made.settings
    rows = over_seeds(settings, lambda seed: list(_on_seed(made, seed)), tick)
    return pd.DataFrame([row for some in rows for row in some])


def _on_seed(made: Replay, seed: int) -> Iterator[dict[str, object]]:
    """Both arms in the world of one seed."""
    settings, n_months = made.settings, made.settings.run.n_months
    world = world_of(settings, seed)
    for arm, policy in ((FROZEN, settings.policy), (PATH, made.policy)):
        terms = conditions(policy, world, n_months)
        run = simulate(world, terms, settings.behaviour_of(seed), seed=seed, n_months=n_months)
        adopters, exchanges, tonnes = (run.column(name) for name in ("adopters", "operating", "tonnes"))
        for k in range(made.n_years):
            yield {
                "shock": made.shock.name, "arm": arm, "seed": seed, "year": made.steps[0].year + k,
                "adopters": adopters[12 * (k + 1)], "exchanges": exchanges[12 * (k + 1)],
                "tonnes": tonnes[12 * k + 1 : 12 * (k + 1) + 1].sum(),
            }  # fmt: skip


def paths_table(replays: Sequence[Replay]) -> pd.DataFrame:
    """The rates replayed: one row per shock and year, with what is published and where."""
    import pandas as pd

    rows = []
    for made in replays:
        for k in range(made.n_years):
            step = made.steps[min(k, len(made.steps) - 1)]
            year = made.steps[0].year + k
            rows.append(
                (made.shock.name, made.shock.title, year, year <= made.shock.last, step.published, step.unit, step.tax,
                 step.source)
            )  # fmt: skip
    head = ["shock", "title", "year", "known", "published", "unit", "tax", "source"]
    return pd.DataFrame(rows, columns=head)


def known_rows(evidence: Evidence, chosen: Shock) -> list[Figure]:
    """What the evidence holds about the area's waste around a shock: levels, no response."""
    return [
        row
        for table, metric in chosen.known
        for row in getattr(evidence, table)
        if row.metric == metric and row.country == chosen.area
    ]


def elsewhere(evidence: Evidence) -> list[Figure]:
    """What the evidence holds about the response to taxes on waste in other places."""
    return [row for metric in ELSEWHERE for row in evidence.programme_costs if row.metric == metric]


def knowledge_table(replays: Sequence[Replay]) -> pd.DataFrame:
    """What is known about each shock: levels that the evidence holds, what is missing, what the replay leaves out.

    One row per statement: shock, kind (question, stand-in, remark, level, needed), text, source. An observed response
    would be a row of kind "response"; the evidence has none.
    """
    import pandas as pd

    rows = []
    for made in replays:
        chosen = made.shock
        rows += [(chosen.name, "question", chosen.question, "")]
        rows += [(chosen.name, "stand-in", chosen.stand_in, "")] if chosen.stand_in else []
        rows += [(chosen.name, "remark", chosen.remark, "")] if chosen.remark else []
        for row in known_rows(made.settings.evidence, chosen):
            rows += [(chosen.name, "level", said(row), row.source)]
        rows += [(chosen.name, "needed", chosen.needed, "")]
    for row in elsewhere(replays[0].settings.evidence):
        rows += [("elsewhere", "level", said(row), row.source)]
    return pd.DataFrame(rows, columns=["shock", "kind", "text", "source"])


def said(row: Figure) -> str:
    """A row of the evidence in words."""
    value = f" {row.value:g} {row.unit}" if row.value is not None else ""
    detail = f" ({row.detail})" if row.detail else ""
    return f"{row.metric}, {row.country} {row.year:.0f}:{value}{detail}"
