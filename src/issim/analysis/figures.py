"""What each published figure of the survey is called, and which statistic of a sample it is compared with."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from issim.analysis.ranks import spearman_p
from issim.analysis.samples import Samples
from issim.errors import InputError
from issim.evidence import SurveyFigure
from issim.evidence.vocabulary import ITEMS, SECTORS, SIZES, SURVEYED, TICKS

Floats = NDArray[np.float64]

#: Groups in the order in which they are shown.
GROUPS = ("who answered", "answers", "options ticked", "associations", "countries", "size and sector")
#: The report's names of the indices and ours.
INDEX = {"awareness": "awareness", "readiness": "readiness", "digital": "interest"}
TICK_LABELS = {
    "resources": "residue",
    "barriers": "barrier",
    "legal_challenges": "legal",
    "digital_obstacles": "digital",
    "training_wanted": "training",
}
ATTRIBUTES = {"country": SURVEYED, "sector": SECTORS, "size": SIZES}


#: Statistics that the key alone names; every other figure follows from its kind and item.
BY_KEY: dict[str, Callable[[Samples], Floats]] = {
    "sample.n": lambda s: np.full(s.n_surveys, float(s.n)),
    "correlation.awareness_readiness": lambda s: s.rho(*s.index_sum("awareness")),
    "correlation.awareness_readiness.p": lambda s: spearman_p(s.rho(*s.index_sum("awareness")), s.n),
    "correlation.benefits_readiness": lambda s: s.rho(s.answers.benefits.astype(np.int64) - 1, 5),
    "correlation.digital_readiness": lambda s: s.rho_digital(),
    "correlation.exchange_readiness": lambda s: s.rho(s.answers.practice.astype(np.int64), 2),
    "correlation.high_cost_readiness": lambda s: s.rho(s.tick("digital_obstacles.high_cost"), 2),
    "correlation.lack_of_knowledge_readiness": lambda s: s.rho(
        s.tick("digital_obstacles.lack_of_knowledge"), 2
    ),
    "correlation.privacy_readiness": lambda s: s.rho(s.tick("digital_obstacles.privacy"), 2),
    "kruskal.awareness.H": lambda s: s.by("awareness", "country").statistic,
    "kruskal.awareness.p": lambda s: s.by("awareness", "country").p_value,
    "chisquare.readiness": lambda s: s.readiness_by_country().statistic,
    "chisquare.readiness.p": lambda s: s.readiness_by_country().p_value,
    "kruskal.tools.H": lambda s: s.by("interest", "country").statistic,
    "kruskal.tools.p": lambda s: s.by("interest", "country").p_value,
    "kruskal.tools_by_size.p": lambda s: s.by("interest", "size").p_value,
    "kruskal.tools_by_sector.p": lambda s: s.by("interest", "sector").p_value,
}


def statistic(figure: SurveyFigure, samples: Samples) -> Floats:
    """The report's statistic behind a published figure, in every survey, (n_surveys,)."""
    if figure.key in BY_KEY:
        return BY_KEY[figure.key](samples)
    if figure.kind == "composition":
        name = figure.key.partition(".")[2]
        return samples.share(figure.item, ATTRIBUTES[figure.item].index(name))
    if figure.item in TICKS:
        return np.asarray(samples.tick(figure.item).mean(axis=1))
    if figure.item in ITEMS:
        return _of_item(figure, samples)
    if figure.kind in ("index", "order"):
        _, country, index = figure.key.split(".")
        if figure.kind == "order":
            return samples.place(INDEX[index], country)
        return np.asarray(samples.country_means(INDEX[index])[:, SURVEYED.index(country)])
    raise InputError(
        f"survey figure '{figure.key}' of kind '{figure.kind}' has no statistic to compare it with; "
        "name it like one of the packaged figures or leave it out."
    )


def _of_item(figure: SurveyFigure, samples: Samples) -> Floats:
    """Share, mean or sample standard deviation of an ordinal item."""
    levels = samples.level(figure.item) + 1
    if figure.kind == "share":
        return np.asarray(np.isin(levels, figure.levels).mean(axis=1))
    return np.asarray(levels.mean(axis=1) if figure.kind == "mean" else levels.std(axis=1, ddof=1))


def group_of(figure: SurveyFigure) -> str:
    """The group under which a figure is shown."""
    if figure.kind in ("sample", "composition"):
        return "who answered"
    if figure.item in ITEMS:
        return "answers"
    if figure.item in TICKS:
        return "options ticked"
    if figure.key.startswith("correlation."):
        return "associations"
    return "size and sector" if figure.item.endswith(("by size", "by sector")) else "countries"


def label(figure: SurveyFigure) -> str:
    """A short name of a figure for tables and pictures."""
    if figure.item in ITEMS and figure.kind == "share":
        levels = figure.levels
        span = str(levels[0]) if len(levels) == 1 else f"{levels[0]}-{levels[-1]}"
        return f"{figure.item}: answer{'s' if len(levels) > 1 else ''} {span}"
    if figure.item in ITEMS:
        return f"{figure.item}: {'SD' if figure.kind == 'sd' else figure.kind}"
    if figure.item in TICKS:
        group, _, option = figure.item.partition(".")
        return f"{TICK_LABELS.get(group, group)}: {option.replace('_', ' ')}"
    if figure.kind == "composition":
        return figure.key.replace(".", ": ", 1)
    if figure.kind == "sample":
        return "number of answers"
    named = {"p_value": "p, ", "statistic": f"{figure.unit.rpartition(' ')[2].replace('-square', '²')}, "}
    return named.get(figure.kind, "") + figure.item
