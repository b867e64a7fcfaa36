"""The one error that a user can cause: one clear sentence, exit code 2, no traceback."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class InputError(ValueError):
    """Something the user gave cannot be used.

    The message is one sentence: what, its value, what is allowed, what to do next.
    """


def out_of_range(
    key: str, value: object, unit: str, low: object, high: object, explained: str = ""
) -> InputError:
    """The sentence for a number outside its admissible range; `explained` where the key itself is not listed."""
    shown = f"{value} {unit}" if unit not in ("", "1") else f"{value}"
    return InputError(
        f"{key} = {shown} is outside [{low}, {high}]; choose a value in that range "
        f"(`issim parameters {explained or key}` explains it)."
    )


def unknown_name(kind: str, name: str, known: Iterable[str]) -> InputError:
    """The sentence for a name that does not exist, with the nearest ones that do."""
    names = sorted(known)
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"known are: {', '.join(names)}."
    return InputError(f"{kind} '{name}' is not known; {hint}")
