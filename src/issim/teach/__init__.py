"""What the lessons call: small regions, questions to firms, repeated surveys, fair comparisons, pictures, sliders.

Rules are the model's own, never copied; every picture is drawn in the style of all figures.
"""

from __future__ import annotations

from issim.teach.comparing import at_end, differences, fair_and_unfair, wrong_way
from issim.teach.controls import Slider, play
from issim.teach.drawings import (
    account_picture,
    chances_picture,
    diary_picture,
    memory_picture,
    pairs_picture,
)
from issim.teach.pairs import account, asked, chances, follow, operating, remembered, undecided
from issim.teach.pictures import Picture, Row, bars, lines, map_picture, rows
from issim.teach.regions import Arm, firms_of, runs, village, worlds

__all__ = [
    "Arm", "Picture", "Row", "Slider", "account", "account_picture", "asked", "at_end", "bars", "chances",
    "chances_picture", "diary_picture", "differences", "fair_and_unfair", "firms_of", "follow", "lines",
    "map_picture", "memory_picture", "operating", "pairs_picture", "play", "remembered", "rows", "runs",
    "undecided", "village", "worlds", "wrong_way",
]  # fmt: skip
