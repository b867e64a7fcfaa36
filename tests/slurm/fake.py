"""A sweep of known parts that needs no compiler and waits when told to: what the launcher is tried on."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Fake:
    """A planned sweep; its shards wait while the file `gate` is not there."""

    folder: Path
    n_shards: int
    gate: str
    hopeless: int

    def describe(self, shard: int) -> str:
        return f"cells {3 * shard}-{3 * shard + 2}, seeds 1-40"

    def seconds(self, shard: int) -> float:
        return 60.0


def planned(words: Sequence[str]) -> Fake:
    """The plan of words as in `outputs=/there n=12 gate=/there/open hopeless=3`."""
    said = dict(word.split("=", 1) for word in words)
    key = hashlib.sha256(said["n"].encode()).hexdigest()[:16]
    folder = Path(said["outputs"]) / f"fake-{key}"
    return Fake(folder, int(said["n"]), said.get("gate", ""), int(said.get("hopeless", -1)))


def _parts(plan: Fake, shard: int) -> tuple[Path, Path]:
    """The two files of a shard; `runs/` is written last."""
    return plan.folder / "series" / f"shard-{shard:06d}.bin", plan.folder / "runs" / f"shard-{shard:06d}.bin"


class Store:
    """The parts of a plan."""

    def __init__(self, plan: Fake) -> None:
        self.plan = plan

    def is_done(self, shard: int) -> bool:
        return all(part.exists() for part in _parts(self.plan, shard))

    def missing(self) -> list[int]:
        return [shard for shard in range(self.plan.n_shards) if not self.is_done(shard)]


dataset = Store


def carry_out(plan: Fake, shards: Sequence[int], threads: int, tick: Callable[..., object]) -> None:
    """Write parts whose bytes depend on the shard alone."""
    for shard in shards:
        if shard == plan.hopeless:
            raise RuntimeError("cell 9 cannot be computed")
        while plan.gate and not Path(plan.gate).exists():
            time.sleep(0.1)
        for part in _parts(plan, shard):
            part.parent.mkdir(parents=True, exist_ok=True)
            draft = part.with_name(f".{part.name}.{os.getpid()}")
            draft.write_bytes(hashlib.sha256(f"{part.parent.name} {shard}".encode()).digest() * 1000)
            draft.rename(part)
        tick(1)
