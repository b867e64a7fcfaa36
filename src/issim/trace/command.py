"""What `issim provenance` does: tell the trail, or carry the command out again and compare."""

from __future__ import annotations

from pathlib import Path

from issim.errors import InputError
from issim.trace import again
from issim.trace.found import found
from issim.trace.trail import trail

#: The most threads of a run.
MAX_THREADS = 1024


def provenance_command(
    path: Path, number: str, among: Path, check: bool, threads: int | None
) -> tuple[str, int]:
    """The words to print, and what the process ends with: 1 if the same command gives other numbers."""
    if threads is not None and not (check and 1 <= threads <= MAX_THREADS):
        raise InputError(
            f"--threads = {threads} is for --check alone and in [1, {MAX_THREADS}]; write as in --check --threads 1."
        )
    if not check:
        return trail(path, number, among), 0
    one = found(path, among)
    compared = again.repeated(one, threads)
    words = [one.state, *again.in_words(compared, threads)]
    return "\n".join(words), 1 if compared.differ else 0
