"""Sweeps that are killed, in processes forked from this one, which has imported all they need.

Each scenario takes a folder and prints, as JSON, what the test that started it wants to know.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

import filelock  # noqa: F401  (imported here, once, so that the forked processes begin at once)
import pyarrow.parquet  # noqa: F401
from store.synthetic import content, create, fill, tables, work

from issim.errors import InputError
from issim.store import atomic, shard

WRITING = (atomic.place, atomic._write_and_rename, atomic._force_names, shard.Shard.tidy, shard.Shard.write)


def start(task: Callable[[], Any]) -> int:
    """Begin a task in a forked process; its number. Exit code 0: done, 2: refused in a sentence, 130: Ctrl-C."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        task()
        code = 0
    except InputError as error:
        print(f"refused: {error}", file=sys.stderr, flush=True)
        code = 2
    except KeyboardInterrupt:
        code = 130
    finally:
        os._exit(code)


def end(child: int) -> int:
    """Wait for a forked process; its exit code, negative for the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def usual_time(folder: Path) -> float:
    """How long a whole sweep takes here and now [s]."""
    began = time.perf_counter()
    assert end(start(lambda: fill(folder))) == 0
    shutil.rmtree(folder)
    return time.perf_counter() - began


def die_at_line(step: int) -> None:
    """Let this process kill itself at the so-many-th line that it executes of what writes files."""
    left = step
    codes = {each.__code__ for each in WRITING}

    def each_line(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        if event == "line":
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return each_line

    sys.settrace(lambda frame, event, given: each_line if frame.f_code in codes else None)


def at_random(folder: Path) -> list[Any]:
    """Some sweeps, each killed at random moments and started again until it ends."""
    draw, longest, found = Random(1), usual_time(folder / "usual"), []
    for sweep in range(4):
        here, codes = folder / str(sweep), [-1]
        while codes[-1] != 0:
            child = start(lambda here=here: fill(here))  # type: ignore[misc]
            time.sleep(draw.uniform(0, longest))
            os.kill(child, signal.SIGKILL)
            codes.append(end(child))
        found.append([codes[1:], content(here)])
    return found


def at_every_line(folder: Path) -> list[Any]:
    """A sweep of two shards is killed at each line of the code that writes, in turn, and started once more."""
    two = [0, 10, 24]
    codes, found = [], [content(fill(folder / "whole", bounds=two).folder)]
    while 0 not in codes:
        here = folder / str(len(found))
        create(here, bounds=two)
        # something to tidy: a killed writer's file and a damaged part
        for table in ("runs", "series"):
            (here / table).mkdir()
        (here / "series" / ".shard-000000.parquet.aa.tmp").write_bytes(b"half")
        (here / "runs" / "shard-000001.parquet").write_bytes(b"PAR1")

        def killed(here: Path = here, step: int = len(found)) -> None:
            die_at_line(step)
            fill(here, bounds=two)

        codes.append(end(start(killed)))
        found.append(content(fill(here, bounds=two).folder))
    return [codes, found]


def workers(folder: Path) -> list[Any]:
    """Three jobs share the shards and say which they did; then, in three folders, jobs are killed at random."""
    create(folder / "calm")

    def job(name: str) -> None:
        (folder / name).write_text(json.dumps(work(create(folder / "calm"))))

    children = [start(lambda name=name: job(name)) for name in "abc"]  # type: ignore[misc]
    codes = [end(child) for child in children]
    done = [json.loads((folder / name).read_text()) for name in "abc"]
    draw, n_killed, longest = Random(2), 0, usual_time(folder / "usual")
    found = [content(folder / "calm")]
    for sweep in range(3):
        here = folder / str(sweep)
        while create(here).missing():
            children = [start(lambda here=here: work(create(here))) for _ in "abc"]  # type: ignore[misc]
            for child in children:
                time.sleep(draw.uniform(0, longest / 2))
                os.kill(child, signal.SIGKILL)
            n_killed += sum(end(child) == -signal.SIGKILL for child in children)
        found.append(content(fill(here).folder))
    return [codes, done, n_killed, found]


def interrupted(folder: Path) -> list[Any]:
    """The same with Ctrl-C; after each, the temporary files that are left."""
    draw, longest, found = Random(3), usual_time(folder / "usual"), []
    for sweep in range(4):
        here, codes, left = folder / str(sweep), [-1], []
        while codes[-1] != 0:
            child = start(lambda here=here: fill(here))  # type: ignore[misc]
            time.sleep(draw.uniform(0, longest))
            os.kill(child, signal.SIGINT)
            codes.append(end(child))
            left += [path.name for path in here.rglob("*.tmp")]
        found.append([codes[1:], left, content(here)])
    return found


def full(folder: Path) -> list[Any]:
    """A disk that fills up, and then has room again: the sentences, what is left, what stands at the end."""
    ballast = folder / "ballast"
    room = os.statvfs(folder)
    ballast.write_bytes(bytes(room.f_bavail * room.f_frsize - 48 * 1024))
    try:
        fill(folder / "sweep")
        said = ""
    except InputError as error:
        said = str(error)
    names = sorted(path.name for path in (folder / "sweep").rglob("*") if path.suffix in (".tmp", ".parquet"))
    ballast.unlink()
    fill(folder / "sweep")
    return [said, names, content(folder / "sweep")]


def limited(folder: Path) -> list[Any]:
    """The largest file that the system allows is smaller than a part, and then is not."""
    data = create(folder)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    parts = data.shard(0).sealed(*tables(data.runs_of(0)))
    resource.setrlimit(resource.RLIMIT_FSIZE, (min(map(len, parts.values())) - 1, hard))
    try:
        fill(folder)
        said = ""
    except InputError as error:
        said = str(error)
    names = sorted(path.name for path in folder.rglob("*") if path.suffix in (".tmp", ".parquet"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    n_missing = len(data.missing())
    fill(folder)
    return [said, names, n_missing, content(folder)]


def holding(folder: Path) -> list[Any]:
    """A driver and a job hold their locks until they are killed; what others may do before and after."""
    data = create(folder)

    def hold() -> None:
        with data.driving(), data.claim(2):
            (folder / "held").touch()
            time.sleep(60)

    child = start(hold)
    while not (folder / "held").exists():
        time.sleep(0.001)
    before = content(folder)
    try:
        fill(folder)
        said = ""
    except InputError as error:
        said = str(error)
    changed = before != content(folder)
    done = work(create(folder))
    os.kill(child, signal.SIGKILL)
    end(child)
    (folder / "held").unlink()
    fill(folder)
    return [said, child, changed, done, content(folder)]


if __name__ == "__main__":
    # who is interrupted before it has begun just ends
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    print(json.dumps(globals()[sys.argv[1]](Path(sys.argv[2]))))
