"""The figures of the survey recomputed from answers of the user's own.

Answers replace what is published of the same questions: compositions, shares of every level, means, standard
deviations and the correlation of awareness and readiness. A survey of a few is a draw from many: every run
resamples its respondents (a bootstrap keyed by the seed), so that a small survey makes runs differ more. Figures
are taken as they are.

Shares      (k + 1/2) / (n + L/2) for k of n answers at one of L levels: nobody at a level is not impossible (Jeffreys'
            prior).
Countries   one sample, not told apart: the published shifts of Norway and Latvia belong to the published survey.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from issim.evidence import Evidence
from issim.evidence.barriers import load_barriers
from issim.evidence.facts import Source
from issim.evidence.survey import SurveyFigure
from issim.evidence.vocabulary import ITEM_LEVELS, ITEMS, SECTORS, SIZES, SURVEYED, TICKS
from issim.own.answers import LEAST, OwnSurvey, asked

OWN_SOURCE = "own_survey"
#: The items whose sums are the report's indices of awareness and readiness.
AWARENESS, READINESS = ("awareness", "examples", "sustainability"), ("willingness", "likelihood")
CORRELATION = "correlation.awareness_readiness"
#: Kinds of figures that tell countries apart.
BY_COUNTRY = ("statistic", "p_value", "index", "order")
#: The seed that stands for the survey as it is, without resampling.
AS_IT_IS = -1


@lru_cache(maxsize=128)
def with_survey(evidence: Evidence, survey: OwnSurvey, folder: Path, seed: int = AS_IT_IS) -> Evidence:
    """The evidence recalibrated to a survey, as the respondents of one seed answer it.

    folder   where the table of blocking points is, whose prevalences follow from the survey
    """
    rows = resampled(survey, seed) if seed >= 0 and survey.n else None
    figures = recalibrated(evidence.survey, survey, rows)
    source = Source(OWN_SOURCE, f"{survey.file}, given by the user", "medium")
    sources = {**evidence.sources, OWN_SOURCE: source}
    barriers = load_barriers(folder, sources, figures)
    return dataclasses.replace(evidence, survey=figures, sources=sources, barriers=barriers)


def resampled(survey: OwnSurvey, seed: int) -> NDArray[np.int64]:
    """Which respondents answer in the survey as one seed repeats it: as many, with replacement."""
    from issim.draws import SURVEY, firm_uniforms

    index, region = np.arange(survey.n, dtype=np.int32), np.zeros(survey.n, np.int16)
    u = firm_uniforms(seed, SURVEY, index, region, 1)[:, 0]
    return np.asarray(np.floor(u * survey.n), np.int64)


def recalibrated(
    published: tuple[SurveyFigure, ...], survey: OwnSurvey, rows: NDArray[np.int64] | None = None
) -> tuple[SurveyFigure, ...]:
    """The published figures with those of the user's survey in their places; of some respondents, if rows are given."""
    if not survey.n:
        told = {key: (value, decimals) for key, value, decimals in survey.figures}
        return tuple(
            dataclasses.replace(
                figure, value=told[figure.key][0], decimals=told[figure.key][1], source=OWN_SOURCE
            )
            if figure.key in told
            else figure
            for figure in published
        )
    rows = np.arange(survey.n) if rows is None else rows
    new = dict(_counted(survey, rows))
    kept = [figure for figure in published if figure.kind not in BY_COUNTRY]
    found = [_replaced(figure, new) for figure in kept]
    have = {figure.key for figure in found}
    shares = {key: value for key, value in new.items() if ".share." in key and key not in have}
    return (*found, *(_level(key, value) for key, value in shares.items()))


def _counted(survey: OwnSurvey, rows: NDArray[np.int64]) -> Iterator[tuple[str, float]]:
    """Figures by key; shares of an item by `item.share.LEVEL` and moments by `item.mean`, `item.sd`."""
    enough = asked(survey)
    yield "sample.n", float(survey.n)
    for k, (item, n_levels) in enumerate(zip(ITEMS, ITEM_LEVELS, strict=True)):
        if item in enough:
            p = _smooth(survey.items[rows, k].astype(np.int64) - 1, n_levels)
            scale = np.arange(1, n_levels + 1)
            yield from ((f"{item}.share.{level}", float(p[level - 1])) for level in scale)
            yield f"{item}.mean", float(p @ scale)
            yield f"{item}.sd", float(np.sqrt(p @ scale**2 - (p @ scale) ** 2))
    for k, tick in enumerate(TICKS):
        if tick in enough:
            yield tick, float(_smooth(survey.ticks[rows, k].astype(np.int64), 2)[1])
    for name, words in (("sector", SECTORS), ("size", SIZES), ("country", SURVEYED)):
        codes = getattr(survey, name)[rows].astype(np.int64)
        codes = np.where(codes < len(words), codes, -1)
        if name in enough and (codes >= 0).any():
            yield from (
                (f"{name}.{word}", float(p))
                for word, p in zip(words, _smooth(codes, len(words)), strict=True)
            )
    rho = _spearman(survey.items[rows])
    if np.isfinite(rho):
        yield CORRELATION, rho


def _smooth(codes: NDArray[np.int64], n_levels: int) -> NDArray[np.float64]:
    """Shares of levels 0 to n_levels - 1 among the codes that are known."""
    counts = np.bincount(codes[codes >= 0], minlength=n_levels) + 0.5
    return np.asarray(counts / counts.sum())


def _spearman(items: NDArray[np.int8]) -> float:
    """Spearman's rho of the indices of awareness and readiness over those who answered all five; nan for too few."""
    from scipy.stats import rankdata

    used = [[ITEMS.index(item) for item in index] for index in (AWARENESS, READINESS)]
    whole = (items[:, used[0] + used[1]] > 0).all(axis=1)
    if whole.sum() < 2 * LEAST:
        return float("nan")
    a, b = (rankdata(items[whole][:, columns].sum(axis=1)) for columns in used)
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def _replaced(figure: SurveyFigure, new: dict[str, float]) -> SurveyFigure:
    """A published figure with the value of the user's survey, if it has one."""
    if figure.item in ITEMS and figure.kind == "share":
        parts = [new.get(f"{figure.item}.share.{level}") for level in figure.levels]
        value = None if any(part is None for part in parts) else float(sum(part or 0.0 for part in parts))
    else:
        value = new.get(figure.key)
    if value is None:
        return figure
    changes = {"value": value, "decimals": 6, "source": OWN_SOURCE, "status": "published", "bound": "="}
    count = None
    if figure.item == "country":
        count = max(1, round(value * new["sample.n"]))
    return dataclasses.replace(figure, **changes, count=count)  # type: ignore[arg-type]


def _level(key: str, value: float) -> SurveyFigure:
    """The share of one level of an item of which only others are published."""
    item, _, level = key.partition(".share.")
    return SurveyFigure(
        key,
        "share",
        item,
        (int(level),),
        value,
        "share",
        "=",
        None,
        "",
        OWN_SOURCE,
        "medium",
        "published",
        "",
        6,
    )


def words(survey: OwnSurvey) -> list[str]:
    """What was replaced, in words."""
    if not survey.n:
        return [
            f"Survey: {len(survey.figures)} figures of {survey.file} replace the published ones, taken as exact.",
            *(f"- {note}" for note in survey.notes),
        ]
    found = asked(survey)
    told = ", ".join(f"{name} {n}" for name, n in found.items())
    left = [name for name in (*ITEMS, *TICKS) if name not in found]
    lines = [
        f"Survey: {survey.n} answers of {survey.file} replace the published ones; every run resamples them, so that "
        f"intervals hold how little {survey.n} answers tell.",
        f"- Answers by question: {told}.",
        "- Countries are not told apart: all firms answer as this one sample.",
    ]
    if left:
        lines.append(f"- As published, for want of {LEAST} answers: {', '.join(left)}.")
    return [*lines, *(f"- {note}" for note in survey.notes)]
