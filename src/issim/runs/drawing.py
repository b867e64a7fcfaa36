"""What the figure of a study may show, checked before anything runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from issim.errors import InputError, unknown_name
from issim.store.outcomes import MEASURES

#: rows: dots in panels; lines: over an axis of numbers; heat: a field of two axes.
KINDS = ("rows", "lines", "heat")
KEYS = ("kind", "outcome", "x", "by")
#: What a figure shows unless it says otherwise.
DEFAULTS = {"kind": "lines", "outcome": "adopters", "x": "", "by": ""}


def read(said: Any) -> dict[str, str]:
    """What a study's figure shows, with every key; empty if it has none."""
    if not isinstance(said, Mapping):
        raise InputError(f"study.figure = {said!r} is no table; write {', '.join(KEYS)} below it.")
    for key in said:
        if key not in KEYS:
            raise unknown_name("key", f"study.figure.{key}", [f"study.figure.{known}" for known in KEYS])
    return DEFAULTS | {str(key): str(value) for key, value in said.items()} if said else {}


def check(figure: Mapping[str, str], axes: Mapping[str, Sequence[str | float]]) -> None:
    """Refuse a figure that cannot be drawn from a study of these axes, with the values that they name."""
    if not figure:
        return
    kind, outcomes = figure["kind"], [measure.key for measure in MEASURES]
    if kind not in KINDS:
        raise unknown_name("study.figure.kind", kind, KINDS)
    if figure["outcome"] not in outcomes:
        raise unknown_name("study.figure.outcome", figure["outcome"], outcomes)
    for key in ("x", "by"):
        if figure[key] and figure[key] not in axes:
            raise unknown_name(f"study.figure.{key}", figure[key], axes)
    needed = [key for key in ("x", "by")[: 2 if kind == "heat" else 1] if not figure[key]]
    if needed:
        raise InputError(
            f"study.figure of kind {kind} lacks {' and '.join(needed)}; name one of {', '.join(axes)}."
        )
    if figure["x"] == figure["by"]:
        raise InputError(f"study.figure has {figure['x']} as x and as by; give two axes, or leave by out.")
    texts = [value for value in axes[figure["x"]] if isinstance(value, str)]
    if kind == "lines" and texts:
        raise InputError(
            f"study.figure of kind lines needs numbers along x, and {figure['x']} has '{texts[0]}'; "
            "choose another axis, or kind rows."
        )
