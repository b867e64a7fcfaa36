"""What the lessons call: small regions, questions to firms, repeated surveys, fair comparisons, pictures, sliders.

Rules are the model's own, never copied; every picture is drawn in the style of all figures. The first cell of a lesson
imports this and with it the model; every other part comes when a cell first uses it. So no cell waits for it all.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from issim import jit
from issim.teach.regions import Arm, firms_of, runs, village, worlds

if TYPE_CHECKING:
    from issim.teach.cases import case, documented, link_rows
    from issim.teach.comparing import at_end, differences, fair_and_unfair, wrong_way
    from issim.teach.controls import Slider, play
    from issim.teach.drawings import (
        account_picture,
        chances_picture,
        diary_picture,
        memory_picture,
        pairs_picture,
    )
    from issim.teach.intervals import Row
    from issim.teach.levers import listed, policy, write
    from issim.teach.pairs import account, asked, chances, follow, operating, remembered, undecided
    from issim.teach.pictures import Picture, bars, brakes_picture, lines, map_picture, rows
    from issim.teach.surveys import asked_often, asked_once, everybody, inside, shuffled, survey_picture
    from issim.teach.uncertain import assumptions_picture, by_seeds, needed, with_assumptions

__all__ = [
    "Arm", "Picture", "Row", "Slider", "account", "account_picture", "asked", "asked_often", "asked_once",
    "assumptions_picture", "at_end", "bars", "brakes_picture", "by_seeds", "case", "chances", "chances_picture",
    "diary_picture", "differences", "documented", "everybody", "fair_and_unfair", "firms_of", "follow", "inside",
    "lines", "link_rows", "listed", "map_picture", "memory_picture", "needed", "operating", "pairs_picture", "play",
    "policy", "remembered", "rows", "runs", "shuffled", "survey_picture", "undecided", "village", "with_assumptions",
    "worlds", "write", "wrong_way",
]  # fmt: skip

#: In which part each name lives.
_PARTS = {
    "cases": ("case", "documented", "link_rows"),
    "comparing": ("at_end", "differences", "fair_and_unfair", "wrong_way"),
    "controls": ("Slider", "play"),
    "drawings": ("account_picture", "chances_picture", "diary_picture", "memory_picture", "pairs_picture"),
    "intervals": ("Row",),
    "levers": ("listed", "policy", "write"),
    "pairs": ("account", "asked", "chances", "follow", "operating", "remembered", "undecided"),
    "pictures": ("Picture", "bars", "brakes_picture", "lines", "map_picture", "rows"),
    "surveys": ("asked_often", "asked_once", "everybody", "inside", "shuffled", "survey_picture"),
    "uncertain": ("assumptions_picture", "by_seeds", "needed", "with_assumptions"),
}
_HOMES = {name: part for part, names in _PARTS.items() for name in names}

if words := jit.patience():
    print(words)


def __getattr__(name: str) -> Any:
    """Import what is asked for, once."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return found


def __dir__() -> list[str]:
    """What a lesson may call."""
    return __all__
