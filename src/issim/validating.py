"""What `issim validate` does: hold the model against what is known that went into no fit, and say what it misses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from omegaconf import OmegaConf
from tqdm import tqdm

from issim.analysis import shock_page
from issim.analysis import shocks as shock_analysis
from issim.commands import announce_compiling, say
from issim.errors import unknown_name
from issim.plots import shocks as shock_plot
from issim.plots import style
from issim.runs import shocks
from issim.runs.job import plan
from issim.store.folder import CONFIG, FIGURES, MANIFEST, check_writable, new_folder, write_json, write_table
from issim.store.manifest import manifest, version

#: Seeds unless others are asked for: responses to a tax are small beside the luck of a region.
SEEDS = 200
SHOCKS = "shocks"


class About(NamedTuple):
    """Where the numbers of a figure of the validation come from."""

    n_seeds: int
    n_firms: int

    def line(self) -> str:
        """The line at the foot of the slide."""
        return (
            f"Regions of {self.n_firms:,} firms · {self.n_seeds:,} seeds · issim {version()} · nominal rates from "
            "taxes.csv, converted where needed · firms, prices and digital intensity are those of today"
        )


def validate_command(words: Sequence[str], figures: bool = True) -> str:
    """Validate, write the result folder, and return the closing words."""
    started = datetime.now(UTC)
    chosen, overrides = asked(words)
    replays = [shocks.replay(shocks.shock(name), overrides) for name in chosen]
    outputs = plan(overrides).outputs
    check_writable(outputs)
    announce_compiling()
    tables = shock_tables(replays)
    config = OmegaConf.to_yaml(OmegaConf.create({made.shock.name: made.config for made in replays}))
    settings = replays[0].settings
    seeds = list(range(settings.run.seed, settings.run.seed + settings.run.n_seeds))
    command = " ".join(["issim", "validate", *words])
    about = manifest(config, settings.evidence.hashes, seeds, started, command) | {SHOCKS: list(chosen)}
    with new_folder(outputs, f"validate_{SHOCKS}") as draft:
        said = shock_results(tables, draft.path, figures, About(len(seeds), settings.region.n_firms))
        (draft.path / CONFIG).write_text(config, encoding="utf-8")
        (draft.path / "summary.txt").write_text(said + "\n", encoding="utf-8")
        write_json(draft.path / MANIFEST, about)
    return f"{said}\n\nResults, tables and figures: {draft.path}"


def asked(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Which shocks are asked for, and the settings; without a name all of them."""
    named = [word for word in words if "=" not in word and not word.startswith(("+", "~"))]
    overrides = [word for word in words if word not in named]
    for word in named:
        if word not in (SHOCKS, *shocks.names()):
            raise unknown_name("part of the validation", word, (SHOCKS, *shocks.names()))
    chosen = [name for name in shocks.names() if name in named] or list(shocks.names())
    if SHOCKS in named and len(set(named)) > 1:
        chosen = chosen if set(named) - {SHOCKS} else list(shocks.names())
    if not any(word.lstrip("+").startswith("n_seeds=") for word in overrides):
        overrides.insert(0, f"n_seeds={SEEDS}")
    return chosen, overrides


def shock_tables(replays: Sequence[shocks.Replay]) -> dict[str, pd.DataFrame]:
    """All shocks replayed, with a progress bar."""
    total = sum(made.settings.run.n_seeds for made in replays)
    with tqdm(total=total, desc="tax rises", unit="seed", disable=None, leave=False) as bar:
        runs = pd.concat([shocks.runs(made, bar.update) for made in replays], ignore_index=True)
    return {
        "shock_runs": runs,
        "shock_paths": shocks.paths_table(replays),
        "shock_knowledge": shocks.knowledge_table(replays),
    }


def shock_results(tables: Mapping[str, pd.DataFrame], folder: Path, figures: bool, about: About) -> str:
    """Write what the shocks say as tables, page and figure; returns the closing words."""
    for name, table in tables.items():
        write_table(folder, name, table)
    runs, paths, knowledge = (tables[f"shock_{name}"] for name in ("runs", "paths", "knowledge"))
    found = shock_analysis.responses(runs, paths)
    pd.DataFrame(found).to_csv(folder / "shocks.csv", index=False)
    (folder / "shocks.md").write_text(shock_page.page(found, paths, knowledge), encoding="utf-8")
    if figures:
        say("Drawing ...")
        observed = int((knowledge["kind"] == "response").sum())
        style.save(shock_plot.figure(found, paths, about, about.n_firms, observed), folder / FIGURES, SHOCKS)
    return "\n".join(shock_analysis.as_text(found, paths, knowledge))
