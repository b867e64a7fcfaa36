"""The studies that ship, `experiments/*.yaml`, and those in a file of the user's own."""

from __future__ import annotations

import importlib.resources
from collections.abc import Sequence
from pathlib import Path

from hydra.core.config_store import ConfigStore
from omegaconf import OmegaConf

from issim.errors import InputError, unknown_name
from issim.levers.catalogue import is_path
from issim.levers.reading import read

#: The group of the configuration that a study is.
GROUP = "experiment"
PREFIX = f"{GROUP}="
EXAMPLE = f"{PREFIX}policy_by_country"


def folder() -> Path:
    """The folder of studies: in a source tree the one beside `src`, else the packaged `issim.experiments`."""
    beside = Path(__file__).resolve().parents[3] / "experiments"
    if beside.is_dir() and any(beside.glob("*.yaml")):
        return beside
    return Path(str(importlib.resources.files("issim.experiments")))


def names() -> tuple[str, ...]:
    """Names of the packaged studies, in alphabetical order."""
    return tuple(sorted(path.stem for path in folder().glob("*.yaml")))


def found(name: str) -> Path:
    """The file of a study by name, or of the user's own by path."""
    if is_path(name):
        return Path(name)
    if name not in names():
        raise unknown_name(GROUP, name, names())
    return folder() / f"{name}.yaml"


def asked(overrides: Sequence[str]) -> tuple[Path | None, list[str]]:
    """The file of the study that is asked for, and the other overrides."""
    said = [override for override in overrides if override.lstrip("+").startswith(PREFIX)]
    rest = [override for override in overrides if override not in said]
    if len(said) > 1:
        raise InputError(f"'{said[0]}' and '{said[1]}' both name a study; give one, as in {EXAMPLE}.")
    return (found(said[0].partition("=")[2]) if said else None), rest


def name_of(overrides: Sequence[str]) -> str:
    """The name of the study that is asked for; without a file, that of settings on the command line."""
    path, _ = asked(overrides)
    return path.stem if path else "study"


def register(path: Path) -> str:
    """Make a study known to the configuration; returns the override that chooses it."""
    said = read(path, "study")
    if not isinstance(said.get("study"), dict):
        raise InputError(
            f"The study file {path} has no table study; write question and axes below that word."
        )
    ConfigStore.instance().store(group=GROUP, name=path.stem, node=OmegaConf.create(said), package="_global_")
    return f"+{GROUP}={path.stem}"


def question(path: Path) -> str:
    """The question that a study answers."""
    table = read(path, "study").get("study")
    return str(table.get("question", "")) if isinstance(table, dict) else ""


def listing() -> list[tuple[str, str]]:
    """Every packaged study and its question, for `issim sweep` without a study."""
    return [(name, question(found(name))) for name in names()]
