"""The 24 blocking points: who has them, where they bite, what is recommended against them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from issim.errors import InputError
from issim.evidence.survey import SurveyFigure
from issim.evidence.tables import Line, read
from issim.evidence.vocabulary import BARRIER_GROUPS, ITEMS, N_BARRIERS, STAGES, TICKS
from issim.units import par

FILE = "barriers.csv"
COLUMNS = (
    "number", "key", "group", "text", "kind", "stage", "prevalence", "prevalence_low", "prevalence_high",
    "prevalence_source", "tied_to", "how", "strength", "strength_low", "strength_high", "channel", "action",
    "actor", "source", "confidence",
)  # fmt: skip
#: The report's own mark: Q interviews, S survey, B both, - unmarked.
KINDS = ("Q", "S", "B", "-")
#: A barrier slows the moves of its stage, or raises the gain a firm asks for before it accepts.
CHANNELS = ("hazard", "threshold")


@dataclass(frozen=True)
class Barrier:
    """One blocking point.

    The prevalence is a number where it is assumed, else computed from survey figures: a key, keys joined
    by " + ", or "not " and a key for the complement. `tied_to` is the survey answer that shows who has it:
    a tick as `group.option`, an item as `item`, or empty; `how` says in words how the prevalence follows
    from the survey, or that it is assumed.
    """

    number: int
    key: str
    group: str
    text: str
    kind: str
    stage: str
    tied_to: str
    how: str
    channel: str
    action: str
    actor: str
    source: str
    confidence: str
    prevalence: float = par(
        0.4, unit="1", low=0, high=1, meaning="share of firms that have the barrier", source="assumption",
        prior="uniform(0.1, 0.7)",
    )  # fmt: skip
    strength: float = par(
        0.35, unit="1", low=0, high=1, source="assumption", prior="uniform(0, 0.7)",
        meaning="fraction of the monthly hazard of its stage that the barrier takes away, or weight on the "
        "decision threshold",
    )  # fmt: skip
    sources: Mapping[str, str] = field(default_factory=dict, compare=False)
    priors: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def prevalence_prior(self) -> str:
        """Distribution of the prevalence where the report is only qualitative; empty where it is known."""
        return self.priors["prevalence"]


def _prior(line: Line, name: str) -> str:
    """`uniform(low, high)` from the two columns of a field, or nothing when both are empty."""
    low, high = line.optional(f"{name}_low", 0, 1), line.optional(f"{name}_high", 0, 1)
    if low is None and high is None:
        return ""
    if low is None or high is None or low >= high:
        empty_first = f"{name}_low" if low is None else f"{name}_high"
        raise line.refusal(empty_first, "both ends of the prior are needed, the lower one first")
    return f"uniform({low:g}, {high:g})"


def _prevalence(line: Line, survey: Mapping[str, SurveyFigure]) -> float:
    """The share of firms that have the barrier, computed from the survey figures that the cell names."""
    keys = line.text("prevalence").removeprefix("not ").split(" + ")
    for key in keys:
        if key not in survey or survey[key].kind != "share":
            raise line.refusal("prevalence", f"'{key}' must be the key of a share in survey.csv")
    total = sum(survey[key].value for key in keys)
    share = 1.0 - total if line.cells["prevalence"].startswith("not ") else total
    if not 0.0 <= share <= 1.0:
        raise line.refusal("prevalence", f"the figures add to {share:.3f}, which must lie in [0, 1]")
    return round(share, 12)


def _barrier(line: Line, sources: Collection[str], survey: Mapping[str, SurveyFigure]) -> Barrier:
    """One checked row."""
    origin = line.one_of("prevalence_source", [*sources, "assumption"])
    prior = _prior(line, "prevalence")
    if (origin == "assumption") != bool(prior):
        raise line.refusal("prevalence_low", "an assumed prevalence needs a prior, a surveyed one has none")
    return Barrier(
        number=line.whole("number", 1, N_BARRIERS), key=line.text("key"),
        group=line.one_of("group", BARRIER_GROUPS), text=line.text("text"), kind=line.one_of("kind", KINDS),
        stage=line.one_of("stage", STAGES), tied_to=line.one_of("tied_to", [*TICKS, *ITEMS], empty=True),
        how=line.text("how"), channel=line.one_of("channel", CHANNELS), action=line.text("action"),
        actor=line.text("actor"), source=line.source(sources), confidence=line.confidence(),
        prevalence=line.share("prevalence") if prior else _prevalence(line, survey),
        strength=line.share("strength"),
        sources={"prevalence": origin, "strength": "assumption"},
        priors={"prevalence": prior, "strength": _prior(line, "strength")},
    )  # fmt: skip


def load_barriers(
    folder: Path, sources: Collection[str], survey: Sequence[SurveyFigure]
) -> tuple[Barrier, ...]:
    """The blocking points in the order of their numbers, 1 to 24."""
    by_key = {figure.key: figure for figure in survey}
    barriers = tuple(_barrier(line, sources, by_key) for line in read(folder, FILE, COLUMNS, key="key"))
    numbers = [barrier.number for barrier in barriers]
    if numbers != list(range(1, N_BARRIERS + 1)):
        raise InputError(
            f"{FILE}: the {len(numbers)} rows are numbered {numbers}; exactly the numbers 1 to {N_BARRIERS} "
            "are allowed, in that order."
        )
    return barriers
