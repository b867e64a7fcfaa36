"""The survey, asked again of synthetic firms: once, often, and of firms whose answers have been shuffled."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from issim.analysis.samples import Answers
from issim.analysis.survey import INSIDE, OUTSIDE, Comparison, resurvey, synthetic_answers, tally
from issim.evidence import Evidence, load
from issim.evidence.vocabulary import ITEMS
from issim.teach.intervals import Row
from issim.teach.pictures import Picture, rows

#: Synthetic firms that may be asked, and how often the survey is repeated unless a lesson says otherwise.
N_FIRMS, N_SURVEYS = 4000, 300
#: The figures a lesson shows: how far firms have heard, how ready they are, and what goes along with readiness.
SHOWN = (
    "awareness.share.1", "willingness.share.3_4_5", "legal.share.4_5", "correlation.awareness_readiness",
    "correlation.benefits_readiness", "correlation.digital_readiness", "correlation.exchange_readiness",
)  # fmt: skip


@lru_cache(maxsize=1)
def known() -> Evidence:
    """The evidence, loaded once."""
    return load()


@lru_cache(maxsize=1)
def everybody() -> Answers:
    """The answers of a large synthetic population, drawn once."""
    return synthetic_answers(known(), n_firms=N_FIRMS)


def asked_once(n: int = 78, seed: int = 0, item: str = "awareness") -> float:
    """The mean answer to one question in one survey of `n` firms taken at random."""
    levels = everybody().items[:, ITEMS.index(item)]
    return float(np.random.default_rng(seed).choice(levels, n, replace=False).mean())


def asked_often(
    answers: Answers | None = None, n: int | None = None, seed: int = 0
) -> tuple[Comparison, ...]:
    """Every published figure against many surveys of `n` firms each (None: as many as answered)."""
    return resurvey(known(), everybody() if answers is None else answers, N_SURVEYS, n, seed)


def shuffled(answers: Answers | None = None, seed: int = 0) -> Answers:
    """The same answers to every question, each dealt out to the firms anew: averages stay, what goes along is lost."""
    answers, luck = everybody() if answers is None else answers, np.random.default_rng(seed)
    dealt: dict[str, NDArray[np.generic]] = {
        name: luck.permutation(getattr(answers, name))
        for name in ("competence", "it_use", "benefits", "practice")
    }
    for name in ("items", "ticks"):
        dealt[name] = luck.permuted(getattr(answers, name), axis=0)
    return answers._replace(**dealt)  # type: ignore[arg-type]


def inside(found: Sequence[Comparison]) -> tuple[int, int]:
    """How many published figures lie inside, and how many are compared."""
    counted = tally(tuple(found))
    return counted[INSIDE], counted[INSIDE] + counted[OUTSIDE]


def survey_picture(found: Sequence[Comparison], shown: Sequence[str] = SHOWN) -> Picture:
    """A few published figures on the intervals that synthetic firms give them; what lies outside is grey."""
    chosen = [row for key in shown for row in found if row.key == key]
    n, of = inside(found)
    return rows(
        [_row(one) for one in chosen],
        title=f"{n} of {of} published figures lie where synthetic firms put them",
        reading="Lines: central 95 % of repeated surveys; diamonds: published; grey: the diamond lies outside",
        foot=f"Each survey repeated {N_SURVEYS} times on {N_FIRMS:,} synthetic firms; {len(chosen)} of the figures",
    )


def _row(one: Comparison) -> Row:
    """One figure as a row, in words."""
    words = {
        "correlation": f"Correlation of readiness with {one.label.removesuffix(' and readiness')}",
        "share": f"Share of firms, {one.label}",
    }
    name = words.get(one.kind, one.label)
    return Row(name, one.low, one.median, one.high, mark=one.published, is_told=one.verdict == INSIDE)
