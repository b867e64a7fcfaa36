"""The runs of a sensitivity analysis, in stages that are sweeps of their own in one folder.

    screening-0-16, screening-16-32, ...   trajectories of Morris: each changes every number once, one after the other
    indices-CHOSEN-0-64, -64-128, ...      Saltelli's design on the numbers that were chosen, and all others as one

Each stage doubles what the stages before it have.
"""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from omegaconf import OmegaConf

from issim.errors import InputError
from issim.runs.blocks import Analysis, Design, Stage
from issim.runs.cells import NOT_NUMBERS
from issim.runs.computing import tables
from issim.runs.job import plan
from issim.runs.varied import varied
from issim.store.blocks import PLACE, REST
from issim.store.dataset import Dataset
from issim.store.manifest import commit, numbers_hash, package_versions, version

#: Levels of Morris' grid, as SALib has them unless told otherwise: steps of two thirds of the range.
LEVELS = 4
#: Seeds under which each setting of the screening is run: two tell what is chance.
SCREENING_REPLICATES = 2
#: Words of a command that such an analysis decides by itself.
DECIDED = ("n_seeds", "uncertainty.draws", "uncertainty")
#: What is added to the seeds of the indices.
OTHER_LUCK = 1_000_000_000


def planned(words: Sequence[str], decisions: bool = False, only: Sequence[str] = ()) -> Analysis:
    """The analysis that the words of a command ask for; everything is checked before anything runs."""
    for word in words:
        key = word.lstrip("+~").partition("=")[0]
        if key in DECIDED:
            raise InputError(
                f"'{word}' is not for a sensitivity analysis, which decides by the variance how often to run; "
                "leave it out, and choose by --runs how many runs there may be."
            )
    chosen = plan(words)
    if chosen.config.study:
        raise InputError(
            "A study cannot be analysed for sensitivity; give its policy and settings, as in policy=training."
        )
    tree = OmegaConf.to_container(chosen.config, resolve=True)
    assert isinstance(tree, dict)
    left_out = (*NOT_NUMBERS, "n_seeds")
    config = OmegaConf.to_yaml(OmegaConf.create({k: v for k, v in tree.items() if k not in left_out}))
    extra = [*(["--decisions"] if decisions else []), *(["--only", ",".join(only)] if only else [])]
    command = shlex.join(["issim", "sensitivity", *words, *extra])
    return Analysis(varied(chosen.settings, decisions, only), config, chosen.outputs, command)


def screening(analysis: Analysis, first: int, n_blocks: int) -> Stage:
    """Trajectories of Morris through all numbers, from number `first` on, other ones in every stage."""
    from SALib.sample import morris

    seed = (analysis.settings.run.seed + first * 1009) % 2**32
    unit = morris.sample(problem(analysis), n_blocks, num_levels=LEVELS, seed=seed)
    name, rows = f"screening-{first}-{first + n_blocks}", len(analysis.varied.factors) + 1
    return Stage(analysis, Design(name, np.asarray(unit), rows, first, SCREENING_REPLICATES, 0))


def indices(analysis: Analysis, chosen: Sequence[str], first: int, n: int, replicates: int) -> Stage:
    """Saltelli's design up to `n` base samples, less the `first` ones that earlier stages have.

    Rows of a block: the base sample, the same with one column after the other of a second base sample - those of
    all numbers that are not chosen at a time, last -, and the second base sample.
    """
    from SALib.sample import sobol

    names = [p.name for p in analysis.varied.factors]
    groups = [name if name in chosen else REST for name in names]
    unit = sobol.sample(
        problem(analysis) | {"groups": groups}, n, calc_second_order=False,
        seed=analysis.settings.run.seed % 2**32,
    )  # fmt: skip
    order = list(dict.fromkeys(groups))
    rows = len(order) + 2
    wanted = [0, *(1 + order.index(name) for name in grouped(chosen, order)), rows - 1]
    blocks = np.asarray(unit).reshape(n, rows, len(names))[first:, wanted]
    said = hashlib.sha256(" ".join([*chosen, str(replicates)]).encode()).hexdigest()[:8]
    name = f"indices-{said}-{first}-{n}"
    return Stage(analysis, Design(name, blocks.reshape(-1, len(names)), rows, first, replicates, OTHER_LUCK))


def grouped(chosen: Sequence[str], names: Sequence[str]) -> list[str]:
    """The chosen numbers in their order and, if there are others, these as one."""
    return [*chosen, *([REST] if any(name not in chosen for name in names) else [])]


def problem(analysis: Analysis) -> dict[str, Any]:
    """SALib's description of the unit cube of all numbers varied."""
    names = [p.name for p in analysis.varied.factors]
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def dataset(stage: Stage) -> Dataset:
    """The folder of a stage, made if it is not there; InputError if it holds another one."""
    analysis, design = stage.analysis, stage.design
    digest = hashlib.sha256(np.ascontiguousarray(design.unit).tobytes()).hexdigest()
    key = hashlib.sha256(f"{analysis.key} {design.name} {design.replicates} {digest}".encode())
    seeds = [run.seed for run in stage.runs]
    about = {
        "key": key.hexdigest()[:16],
        "study": f"{analysis.folder.name}/{design.name}",
        "question": "What moves the outcomes and the effect of the policy most?",
        "command": analysis.command,
        "axes": [*PLACE, *(p.name for p in analysis.varied.factors)],
        "units": {p.name: p.par.unit for p in analysis.varied.factors},
        "n_firms": [stage.n_firms, stage.n_firms],
        "against": analysis.varied.policies[0].name if stage.n_policies > 1 else "",
        "figure": {},
        "version": version(),
        "commit": commit(),
        "rules": numbers_hash(),
        "evidence": dict(analysis.settings.origins),
        "packages": package_versions(),
        "config": analysis.config,
        "seeds": [min(seeds), max(seeds)],
        "replicates": design.replicates,
        "rows": design.rows,
        "n_months": stage.n_months,
        "n_cells": len(stage.worlds),
        "n_runs": len(stage.runs),
        "bounds": stage.bounds,
    }
    return Dataset.create(stage.folder, about, stage.table())


def carry_out(stage: Stage, threads: int, tick: Callable[[int], object]) -> None:
    """Compute and write what is missing of a stage; what is there is left alone."""
    store = dataset(stage)
    for shard in store.missing():
        with store.claim(shard) as is_ours:
            if is_ours:
                store.write(shard, *tables(stage, shard, threads, tick))
