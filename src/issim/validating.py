"""What `issim validate` does: hold the model against what is known, fitted or not, and say first what it misses."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from omegaconf import OmegaConf
from tqdm import tqdm

from issim.analysis import shocks as shock_analysis
from issim.analysis import validation, validation_page
from issim.analysis.survey import INSIDE, OUTSIDE, resurvey, synthetic_answers, tally
from issim.commands import announce_compiling, say, write_results
from issim.errors import InputError, unknown_name
from issim.plots import shocks as shock_plot
from issim.plots import style
from issim.plots import validation as target_plot
from issim.runs import predictive, shocks
from issim.runs.job import plan
from issim.runs.predictive import CHOSEN, PRIOR
from issim.runs.settings import Settings
from issim.store.folder import FIGURES, check_writable, new_folder
from issim.store.manifest import manifest, version

#: Settings unless others are given: a draw of the constants per seed, many, for responses to a tax are small beside
#: luck; and worlds that no fit has seen.
BASE = {"behaviour": "posterior", "seed": "1001", "n_seeds": "200"}
TARGETS, SHOCKS, BOTH = "targets", "shocks", "validation"
SHOCK_FIGURE = "validation_shocks"
PAGE = "validation.md"
#: Settings that say where and how fast, which no result depends on.
PLACES = ("outputs", "threads")


class About(NamedTuple):
    """Where the numbers of a figure of the validation come from."""

    n_seeds: int
    n_firms: int
    more: str

    def line(self) -> str:
        """The line at the foot of the slide."""
        return f"Regions of {self.n_firms:,} firms · {self.n_seeds:,} seeds · issim {version()} · {self.more}"


@dataclass(frozen=True)
class Asked:
    """What is to be validated, and under which settings."""

    settings: Settings
    overrides: tuple[str, ...]
    outputs: Path
    config: str
    targets: bool
    replays: tuple[shocks.Replay, ...]
    prior: bool

    @property
    def label(self) -> str:
        """The name of the result folder."""
        return BOTH if self.targets and self.replays else f"{BOTH}_{TARGETS if self.targets else SHOCKS}"

    @property
    def constants(self) -> str:
        """Under which constants of behaviour, in words."""
        name = None if self.settings.posterior is None else self.settings.posterior.name
        return "at constants that are set" if name is None else f"with constants from the {name} posterior"


def validate_command(words: Sequence[str], prior: bool = False, figures: bool = True) -> str:
    """Validate, write the result folder, and return the closing words."""
    started = datetime.now(UTC)
    chosen = asked(words, prior)
    check_writable(chosen.outputs)
    announce_compiling()
    tables = computed(chosen)
    said, page = told(chosen, tables, figures)
    settings = chosen.settings
    said += settings.words_of_posterior()
    command = shlex.join(["issim", "validate", *words, *(["--prior"] if prior else [])])
    about = manifest(chosen.config, settings.origins, predictive.seeds(settings), started, command)
    about |= settings.provenance_of_posterior() | {
        SHOCKS: [made.shock.name for made in chosen.replays],
        "constants": chosen.constants,
    }
    with new_folder(chosen.outputs, chosen.label) as draft:
        write_results(draft.path, tables, chosen.config, said, about)
        (draft.path / PAGE).write_text(page, encoding="utf-8")
        write_findings(tables, draft.path)
        if figures:
            say("Drawing ...")
            draw(chosen, tables, draft.path / FIGURES)
    return f"{said}\n\nResults, tables and figures: {draft.path}"


def asked(words: Sequence[str], prior: bool = False) -> Asked:
    """What is asked for, every setting checked; without a name everything."""
    known = (TARGETS, SHOCKS, *shocks.names())
    named = [word for word in words if "=" not in word and not word.startswith(("+", "~"))]
    overrides = [word for word in words if word not in named]
    for word in named:
        if word not in known:
            raise unknown_name("part of the validation", word, known)
    shocks.refuse_fixed(overrides)
    given = {word.lstrip("+").partition("=")[0] for word in overrides}
    overrides = [*(f"{key}={value}" for key, value in BASE.items() if key not in given), *overrides]
    which = [name for name in shocks.names() if name in named]
    if SHOCKS in named or not named:
        which = list(shocks.names())
    targets = TARGETS in named or not named
    if prior and not targets:
        raise InputError("--prior compares targets with what priors give; leave it out, or name targets.")
    made = plan(["policy=none", *overrides])
    replays = tuple(shocks.replay(shocks.shock(name), overrides) for name in which)
    trees: dict[str, Any] = {TARGETS: OmegaConf.to_container(made.config, resolve=True)} if targets else {}
    trees |= {one.shock.name: dict(one.config) for one in replays}
    for tree in trees.values():
        for key in PLACES:
            tree.pop(key)
    config = OmegaConf.to_yaml(OmegaConf.create(trees))
    return Asked(made.settings, tuple(overrides), made.outputs, config, targets, replays, prior)


def computed(chosen: Asked) -> dict[str, pd.DataFrame]:
    """All runs as tables, with progress bars."""
    tables: dict[str, pd.DataFrame] = {}
    if chosen.targets:
        tables |= {
            "targets": predictive.targets_table(chosen.settings.evidence),
            "predictions": _predictions(chosen),
        }
    if chosen.replays:
        total = sum(made.settings.run.n_seeds for made in chosen.replays)
        with tqdm(total=total, desc="tax rises", unit="seed", disable=None, leave=False) as bar:
            runs = [shocks.runs(made, bar.update) for made in chosen.replays]
        tables |= {
            "shock_runs": pd.concat(runs, ignore_index=True),
            "shock_paths": shocks.paths_table(chosen.replays),
            "shock_knowledge": shocks.knowledge_table(chosen.replays),
        }
    return tables


def _predictions(chosen: Asked) -> pd.DataFrame:
    """Every target under the constants that are asked for, and under the priors if those are, too."""
    settings = chosen.settings
    sets = {CHOSEN: predictive.chosen_constants(settings)}
    if chosen.prior:
        sets[PRIOR] = predictive.prior_constants(settings)
    stages = predictive.staged(settings, chosen.overrides, lambda: None)
    total = len(sets) * predictive.n_runs(stages, settings)
    with tqdm(total=total, desc="programmes", unit="run", disable=None, leave=False) as bar:
        found = [
            predictive.predictions(settings, stages, constants, label, bar.update)
            for label, constants in sets.items()
        ]
    return pd.concat(found, ignore_index=True)


def told(chosen: Asked, tables: dict[str, pd.DataFrame], figures: bool) -> tuple[str, str]:
    """The closing words, and the page, which shows the figures if there are any."""
    lines, parts = [], []
    if chosen.targets:
        known, n = chosen.settings.evidence, chosen.settings.run.n_seeds
        survey = tally(resurvey(known, synthetic_answers(known)))
        inside = survey[INSIDE], survey[INSIDE] + survey[OUTSIDE]
        checked = validation.check(tables["targets"], tables["predictions"])
        lines += validation.as_text(checked, chosen.constants, inside)
        shown = {name: target_plot.alt(checked, roles) for name, roles in target_plot.SLIDES.items()}
        head = validation_page.Head(chosen.constants, n, predictive.REGIONS, inside)
        parts.append(validation_page.page(checked, head, images(shown) if figures else ()))
    if chosen.replays:
        paths, knowledge = tables["shock_paths"], tables["shock_knowledge"]
        found = shock_analysis.responses(tables["shock_runs"], paths)
        lines += ["", *shock_analysis.as_text(found, paths, knowledge)]
        shown = {SHOCK_FIGURE: shock_plot.alt(found, paths)}
        level = 2 if chosen.targets else 1
        parts.append(validation_page.shocks(found, paths, knowledge, level, images(shown) if figures else ()))
    return "\n".join(lines).strip(), "\n".join(parts)


def images(shown: Mapping[str, str]) -> list[str]:
    """Figures by name, with what they show for those who cannot see it, as Markdown."""
    return [f"![{alt}]({FIGURES}/{name}.png)" for name, alt in shown.items()]


def write_findings(tables: dict[str, pd.DataFrame], folder: Path) -> None:
    """Write what was found as CSV: targets with their verdicts, responses by year."""
    if "targets" in tables:
        checked = validation.check(tables["targets"], tables["predictions"])
        pd.DataFrame(checked).to_csv(folder / "validation.csv", index=False)
    if "shock_runs" in tables:
        found = shock_analysis.responses(tables["shock_runs"], tables["shock_paths"])
        pd.DataFrame(found).to_csv(folder / "shocks.csv", index=False)


def draw(chosen: Asked, tables: dict[str, pd.DataFrame], folder: Path) -> None:
    """Draw the figures of what was validated."""
    size = chosen.settings.run.n_seeds, chosen.settings.region.n_firms
    if "targets" in tables:
        checked = validation.check(tables["targets"], tables["predictions"])
        about = About(*size, f"{predictive.REGIONS} regions pooled per draw; sources in targets.csv")
        for name, roles in target_plot.SLIDES.items():
            style.save(target_plot.figure(checked, roles, chosen.constants, about), folder, name)
    if "shock_runs" in tables:
        paths, knowledge = tables["shock_paths"], tables["shock_knowledge"]
        found = shock_analysis.responses(tables["shock_runs"], paths)
        about = About(*size, f"{chosen.constants}; nominal rates from taxes.csv; firms and prices of today")
        observed = int((knowledge["kind"] == "response").sum())
        style.save(shock_plot.figure(found, paths, about, about.n_firms, observed), folder, SHOCK_FIGURE)
