"""One command that carries a sweep out on Slurm, as a process that can be killed.

python -m slurm.drive MODULE WORDS...
"""

from __future__ import annotations

import sys

from issim.errors import InputError
from issim.runs import cluster
from issim.runs.launcher import Slurm, chosen
from issim.runs.shardjob import sweep_of


def main() -> int:
    module, *words = sys.argv[1:]
    options, rest = chosen(words)
    assert isinstance(options, Slurm)

    def say(text: str) -> None:
        print(text, flush=True)

    try:
        plan = sweep_of(module).planned(rest)
        found = cluster.Driver(plan, rest, options, say, lambda n: say(f"+{n}"), module).carry_out()
    except InputError as error:
        say(f"refused: {error}")
        return 2
    say(found.words)
    say(f"missing={found.missing} failed={found.failed} jobs={found.jobs}")
    return 1 if found.missing else 0


if __name__ == "__main__":
    raise SystemExit(main())
