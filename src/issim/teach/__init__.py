"""What the lessons call: small regions, questions to firms, repeated surveys, fair comparisons, pictures, sliders.

Rules are the model's own, never copied; every picture is drawn in the style of all figures.
"""

from __future__ import annotations

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
from issim.teach.levers import listed, policy, write
from issim.teach.pairs import account, asked, chances, follow, operating, remembered, undecided
from issim.teach.pictures import Picture, Row, bars, brakes_picture, lines, map_picture, rows
from issim.teach.regions import Arm, firms_of, runs, village, worlds
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
