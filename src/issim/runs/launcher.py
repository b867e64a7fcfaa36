"""Where a sweep is computed, as said on the command line: `launcher=local`, `launcher=slurm`, `launcher.KEY=VALUE`."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException

from issim.errors import InputError, unknown_name
from issim.levers.catalogue import configs, is_path, names
from issim.levers.reading import read
from issim.units import ASSUMPTION, par, parameters_of

GROUP = "launcher"
WHERE = "configs/launcher/slurm.yaml"


@dataclass(frozen=True)
class Local:
    """A sweep is computed here, by threads of this process."""

    kind: str = "local"


@dataclass(frozen=True)
class Slurm:
    """A sweep is computed by job arrays of a cluster under Slurm; `configs/launcher/slurm.yaml` explains each key."""

    kind: str = "slurm"
    partition: str = ""
    account: str = ""
    qos: str = ""
    constraint: str = ""
    timeout_min: int = par(
        60, unit="minute", low=15, high=43_200, meaning="time that Slurm gives a job", source=ASSUMPTION
    )
    cpus_per_task: int = par(4, unit="cores", low=1, high=1024, meaning="cores of a job", source=ASSUMPTION)
    mem_gb: int = par(4, unit="GB", low=1, high=4096, meaning="memory of a job", source=ASSUMPTION)
    minutes_per_job: int = par(
        10, unit="minute", low=1, high=1440, meaning="work put into one job", source=ASSUMPTION
    )
    array_parallelism: int = par(
        256, unit="jobs", low=1, high=100_000, meaning="jobs that run at the same time", source=ASSUMPTION
    )
    max_batch_size: int = par(
        0, unit="jobs", low=0, high=100_000, meaning="jobs in the queue at the same time", source=ASSUMPTION
    )
    max_num_timeout: int = par(
        3, unit="times", low=3, high=100, meaning="requeues of a job that is signalled", source=ASSUMPTION
    )
    max_attempts: int = par(
        3, unit="times", low=1, high=100, meaning="submissions of a shard by one command", source=ASSUMPTION
    )
    settle_s: int = par(
        15, unit="s", low=0, high=600, meaning="delay of a shared file system", source=ASSUMPTION
    )
    watch: bool = True
    setup: tuple[str, ...] = ()
    sbatch: dict[str, Any] = field(default_factory=dict)


Launcher = Local | Slurm
KINDS: dict[str, type[Local] | type[Slurm]] = {"local": Local, "slurm": Slurm}


def chosen(words: Sequence[str]) -> tuple[Launcher, list[str]]:
    """The launcher that the words of a command name, and the other words; InputError for what cannot be used."""
    mine = [word for word in words if _key(word).partition(".")[0] == GROUP]
    rest = [word for word in words if word not in mine]
    named = [word for word in mine if _key(word) == GROUP]
    said: dict[str, Any] = _spec(named[-1].partition("=")[2].strip("'\"")) if named else {"kind": "local"}
    for word in mine:
        if word not in named:
            said |= _setting(word)
    return built(said), rest


def _key(word: str) -> str:
    """The key of an override, without the signs that add or remove."""
    return word.lstrip("+~").partition("=")[0]


def _spec(name: str) -> dict[str, Any]:
    """What the file of a launcher says: a packaged one by name, or one of the user's own by path."""
    if is_path(name):
        return read(Path(name), GROUP)
    if name not in names(GROUP):
        raise unknown_name(GROUP, name, names(GROUP))
    return read(configs() / GROUP / f"{name}.yaml", GROUP)


def _setting(word: str) -> dict[str, Any]:
    """One `launcher.KEY=VALUE` in Hydra's grammar, as a table; `launcher.sbatch.KEY=VALUE` goes one deeper."""
    try:
        override = OverridesParser.create().parse_override(word)
    except HydraException:
        override = None
    if override is None or override.is_delete() or override.is_sweep_override():
        raise InputError(
            f"{word!r} cannot be read; write launcher.KEY=VALUE, and quote a value with special characters."
        )
    return {_key(word).partition(".")[2]: override.value()}


def built(said: dict[str, Any]) -> Launcher:
    """A launcher out of what is said of it; all faults in one InputError."""
    kind = KINDS.get(str(said.get("kind")))
    if kind is None:
        raise unknown_name("launcher.kind", str(said.get("kind")), KINDS)
    values = {key: value for key, value in said.items() if not key.startswith("sbatch.")}
    more = {key.partition(".")[2]: value for key, value in said.items() if key.startswith("sbatch.")}
    if more:
        values["sbatch"] = {**(values.get("sbatch") or {}), **more}
    for key, value in values.items():
        if key not in {item.name for item in dataclasses.fields(kind)}:
            raise _unknown(key, kind)
        if isinstance(getattr(kind(), key), str) and type(value) is int:
            values[key] = str(value)  # an account may be a number
    errors = [_wrong(key, value) for key, value in values.items() if not _fits(value, kind(), key)]
    if errors:
        raise InputError("\n".join(map(str, errors)))
    if isinstance(values.get("setup"), list):
        values["setup"] = tuple(values["setup"])
    made = kind(**values)
    outside = [
        InputError(
            f"{name} = {value} {meta.unit} is outside [{meta.low}, {meta.high}]; choose a value in that range "
            f"({WHERE} says what it is)."
        )
        for name, value, meta in parameters_of(made, GROUP)
        if not isinstance(value, str) and not meta.low <= value <= meta.high
    ]
    if outside:
        raise InputError("\n".join(map(str, outside)))
    return made


def _unknown(key: str, kind: type[Launcher]) -> InputError:
    """The sentence for a key that a launcher does not have."""
    if kind is Local and key in {item.name for item in dataclasses.fields(Slurm)}:
        return InputError(f"launcher.{key} is a setting of Slurm; add launcher=slurm, or leave it out.")
    return unknown_name("launcher key", key, [item.name for item in dataclasses.fields(kind)])


def _fits(value: object, defaults: Launcher, key: str) -> bool:
    """Whether a value has the type of its key."""
    default = getattr(defaults, key)
    if isinstance(default, tuple):
        return isinstance(value, list) and all(isinstance(line, str) for line in value)
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    return isinstance(value, type(default))


def _wrong(key: str, value: object) -> InputError:
    """The sentence for a value of a wrong type."""
    wanted = {
        int: "a whole number",
        str: "a text",
        bool: "true or false",
        tuple: "a list of lines",
        dict: "a table",
    }
    kind = wanted[type(getattr(Slurm(), key, ""))]
    return InputError(f"launcher.{key} = {value} is not {kind}; give one ({WHERE} says what it is).")
