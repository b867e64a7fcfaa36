"""What `issim check` says: every fault of the user's files, or what was understood and what would be drawn."""

from __future__ import annotations

from collections.abc import Sequence

from issim.errors import InputError
from issim.runs import given
from issim.runs.job import plan
from issim.runs.own_data import FILES, STREAMS

EXAMPLE = "issim check firms=my_firms.csv"


def check_command(overrides: Sequence[str]) -> str:
    """Check the files that the words name, and the other settings beside them; nothing runs and nothing is written."""
    if not any(word.lstrip("+").partition("=")[0] in (*FILES, STREAMS) for word in overrides):
        raise InputError(
            f"No file to check is named; write {EXAMPLE} (`issim template firms` writes an example)."
        )
    settings = plan(overrides).settings
    return "\n".join(["Nothing is wrong.", given.words(settings).strip()])
