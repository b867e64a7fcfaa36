"""Plain Hydra: `issim run -m policy=none,training region=latvia,norway` makes a run of every combination.

Jobs are Hydra's own: its grammar of sweeps (`A,B`, `choice`, `range`, `glob`), its basic sweeper, and whatever launcher
is installed (`hydra/launcher=...`). Every job is composed and checked before the first one runs.
"""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import hydra
from hydra import initialize_config_dir
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from issim.errors import InputError, unknown_name
from issim.levers.catalogue import configs
from issim.runs import faults, studies
from issim.runs.job import Plan, opened, plan, policy_file_of, settled

#: The folder below `outputs` that holds one dated folder per multirun.
FOLDER = "multirun"
LAUNCHER = "hydra/launcher"
#: What may be said to Hydra itself: where jobs run, and how many at once are handed over.
TO_HYDRA = (LAUNCHER, "hydra.launcher", "hydra.sweeper.max_batch_size")
#: Hydra says nothing of its own: the words of `issim run` say which job it is.
SILENCE = ("hydra/hydra_logging=none", "hydra/job_logging=none")


@dataclass(frozen=True)
class Multirun:
    """All jobs of one command."""

    words: tuple[str, ...]
    """What Hydra is told, sweeps not yet taken apart."""
    study: str
    """The word that names a study for all jobs; empty if there is none."""
    policy_file: Path | None
    outputs: Path
    n_jobs: int


@dataclass(frozen=True)
class Job:
    """One of the runs."""

    number: int
    words: tuple[str, ...]
    """With these, `issim run` makes the same run by itself."""
    plan: Plan


def planned(overrides: Sequence[str]) -> Multirun:
    """Every job that the overrides mean, each checked as that of `issim run` is."""
    to_hydra = [word for word in overrides if _key(word).partition(".")[0].partition("/")[0] == "hydra"]
    said = [word for word in overrides if word not in to_hydra]
    study_file, others = studies.asked(said)
    policy_file, rest = policy_file_of(_without_mixed_files(others))
    common = [word for word in said if word not in rest]
    jobs = _taken_apart(rest, to_hydra)
    plans = [plan([*job, *common]) for job in jobs]
    outputs = {found.outputs for found in plans}
    if len(outputs) > 1:
        named = ",".join(sorted(map(str, outputs)))
        raise InputError(f"outputs = {named} names several folders; give one, in which each job has its own.")
    words = (*map(opened, rest), *to_hydra)
    study = studies.register(study_file) if study_file else ""
    return Multirun(words, study, policy_file, outputs.pop(), len(plans))


def _key(word: str) -> str:
    """The key of an override, without the signs that add or remove."""
    return word.lstrip("+~").partition("=")[0]


def _without_mixed_files(words: Sequence[str]) -> list[str]:
    """The words; InputError for a policy file that is one of several policies."""
    for word in words:
        if word.startswith("policy=") and "," in word and ".y" in word:
            raise InputError(
                f"'{word}' names a policy file among other policies; give a file alone, and make a run for each."
            )
    return list(words)


def _taken_apart(words: Sequence[str], to_hydra: Sequence[str]) -> list[list[str]]:
    """The words of every job."""
    for word in to_hydra:
        if not any(_key(word) == known or _key(word).startswith(f"{known}.") for known in TO_HYDRA):
            raise InputError(
                f"'{word}' is a setting of Hydra that `issim run -m` makes itself; what may be given is "
                f"{LAUNCHER}=NAME, hydra.launcher.KEY=VALUE and {TO_HYDRA[-1]}=N."
            )
    GlobalHydra.instance().clear()
    with initialize_config_dir(str(configs()), version_base="1.3"):
        loader = GlobalHydra.instance().config_loader()
        for word in to_hydra:
            name = word.partition("=")[2]
            if _key(word) == LAUNCHER and name not in (known := loader.get_group_options(LAUNCHER)):
                raise unknown_name(LAUNCHER, name, known)
        parser = OverridesParser.create(config_loader=loader)
        parsed = []
        for word in words:
            try:
                parsed += parser.parse_overrides([word])  # unlike parse_override it looks up what globs fit
            except HydraException:
                raise faults.unreadable(word) from None
        for found in parsed:
            if found.is_sweep_override() and not found.is_discrete_sweep():
                raise InputError(
                    f"'{found.input_line}' has no end of values; give them, as in 1,2,3 or range(0,1,0.1)."
                )
        try:
            (jobs,) = BasicSweeper.split_arguments(parsed, None)
        except (HydraException, ValueError) as error:
            raise faults.sentence(error, words) from None
    if not jobs:
        raise InputError(f"'{' '.join(words)}' names no job at all; write a glob that some name fits.")
    return jobs


def launch(chosen: Multirun, folder: Path, work: Callable[[Job], None]) -> None:
    """Let Hydra carry out every job, each in a folder of its own below `folder`, named by its number.

    InputError for the first job that found, while it ran, that it cannot be; the others are carried out.
    """

    def task(config: DictConfig) -> None:
        about = HydraConfig.get()
        said = [word.removeprefix("++") for word in about.overrides.task if word != chosen.study]
        job = Job(about.job.num, tuple(said), settled(config, chosen.policy_file))
        place = dataclasses.replace(job.plan, outputs=Path(about.runtime.output_dir))
        try:
            work(dataclasses.replace(job, plan=place))
        except InputError as error:
            raise InputError(f"Job {job.number} ({' '.join(job.words)}): {error}") from None

    quoted = str(folder.resolve()).replace("\\", "\\\\").replace("'", "\\'")
    study = [chosen.study] if chosen.study else []
    argv = ["issim", "--multirun", *study, *chosen.words, *SILENCE, f"hydra.sweep.dir='{quoted}'"]
    GlobalHydra.instance().clear()
    with _called_with(argv):
        try:
            hydra.main(version_base="1.3", config_path=str(configs()), config_name="run")(task)()
        except (HydraException, OmegaConfBaseException) as error:
            raise faults.sentence(error, chosen.words) from None


@contextmanager
def _called_with(argv: Sequence[str]) -> Iterator[None]:
    """The process as Hydra expects it: its words on the command line, and faults raised instead of printed."""
    before, full = sys.argv, os.environ.get("HYDRA_FULL_ERROR")
    sys.argv, os.environ["HYDRA_FULL_ERROR"] = list(argv), "1"
    try:
        yield
    finally:
        sys.argv = before
        if full is None:
            del os.environ["HYDRA_FULL_ERROR"]
        else:
            os.environ["HYDRA_FULL_ERROR"] = full
