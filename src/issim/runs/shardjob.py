"""What runs inside a job of Slurm: the shards of one group, one after the other, with a log that names the cells."""

from __future__ import annotations

import importlib
import os
import platform
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from issim.errors import InputError
from issim.runs import wave


class Plan(Protocol):
    """A planned sweep, as far as a launcher must know it."""

    @property
    def folder(self) -> Path:
        """The folder of the results."""

    @property
    def n_shards(self) -> int:
        """How many shards there are."""

    def describe(self, shard: int) -> str:
        """The cells and seeds of a shard, in words."""

    def seconds(self, shard: int) -> float:
        """Estimated time of a shard on one core [s]."""


class Store(Protocol):
    """The folder of a sweep, as far as a launcher must know it; what it has once found done it does not read again."""

    def is_done(self, shard: int) -> bool:
        """Whether a shard is there, and whole."""

    def missing(self) -> list[int]:
        """The shards that are not."""


class Sweep(Protocol):
    """The module that plans a sweep and carries its shards out."""

    def planned(self, words: Sequence[str]) -> Any:
        """The plan that the words of a command lead to, the same wherever it is made."""

    def dataset(self, plan: Any) -> Store:
        """The folder of a plan, made if it is not there."""

    def carry_out(
        self, plan: Any, shards: Sequence[int], threads: int, tick: Callable[..., object]
    ) -> object:
        """Compute and write shards; safe to repeat, and beside others who do the same."""


def sweep_of(module: str) -> Sweep:
    """The module of a sweep, by name."""
    return importlib.import_module(module)


def work(config: Any) -> None:
    """Carry out the shards of one job; those that are there already are left alone.

    A shard that fails does not hold up the next; the job ends as failed, with the reason in its log. Hydra would call
    it completed and keep the reason to itself.
    """
    told = wave.read(Path(config.place))
    sweep = sweep_of(told.sweep)
    say(f"On {os.environ.get('SLURMD_NODENAME', platform.node())}, threads: {told.threads}")
    try:
        plan = _same_plan(sweep, told)
        store = sweep.dataset(plan)
        ours = [shard for shard in told.groups[config.job] if not store.is_done(shard)]
    except Exception as error:
        raise SystemExit(_reason(error)) from None
    for shard in ours:
        words = f"shard {shard}: {plan.describe(shard)}"
        say(f"{words}: begins")
        try:
            sweep.carry_out(plan, [shard], told.threads, lambda *_: None)
        except Exception as error:
            say(f"{words}: failed\n{_reason(error)}")
        else:
            say(f"{words}: ends")
    left = [shard for shard in ours if not store.is_done(shard)]
    if left:
        raise SystemExit(f"Shards that failed, or that another process still has: {left}")
    say(f"All there; shards that this job computed: {len(ours)}")


def _same_plan(sweep: Sweep, told: wave.Wave) -> Plan:
    """The plan that was submitted, made anew; InputError if the words no longer lead to it."""
    plan: Plan = sweep.planned(told.words)
    if Path(plan.folder).resolve() != Path(told.folder):
        raise InputError(
            f"'{plan.folder}' is not '{told.folder}': the program, its evidence or its configuration has changed "
            f"since the job was submitted; give the command again."
        )
    return plan


def _reason(error: Exception) -> str:
    """An error as the log should have it: a sentence for the user's, all of it for ours."""
    return (
        str(error) if isinstance(error, InputError) else "".join(traceback.format_exception(error)).rstrip()
    )


def say(text: str) -> None:
    """One line of the job's log, at once: the job may be killed in the next moment."""
    print(text, flush=True)
