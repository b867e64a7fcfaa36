"""The survey of 78 organisations: every published figure, one row each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from issim.errors import InputError
from issim.evidence.tables import Line, read
from issim.evidence.vocabulary import ITEM_LEVELS, ITEMS

FILE = "survey.csv"
COLUMNS = (
    "key", "kind", "item", "levels", "value", "unit", "bound", "count", "figure", "source", "confidence",
    "status", "reason",
)  # fmt: skip
KINDS = (
    "sample", "composition", "share", "mean", "sd", "correlation", "statistic", "p_value", "index", "order",
)  # fmt: skip
BOUNDS = ("=", "<", "up to", ">=")
STATUSES = ("published", "excluded")


@dataclass(frozen=True)
class SurveyFigure:
    """One published figure.

    `item` is an ordinal item, a tick as `group.option`, an attribute as `country`, or what is compared;
    `levels` are the answer levels (1..5) that a share covers, empty otherwise. Shares are fractions.
    `bound` says how the value is meant: "=" rounded as printed, "<", "up to", or ">=" (a lower bound).
    `count` is the number of answers where it is known exactly. Kind "order" holds a rank among countries.
    """

    key: str
    kind: str
    item: str
    levels: tuple[int, ...]
    value: float
    unit: str
    bound: str
    count: int | None
    figure: str
    source: str
    confidence: str
    status: str
    reason: str
    decimals: int

    @property
    def used(self) -> bool:
        """Whether the figure is to be met; an excluded one says why in `reason`."""
        return self.status == "published"

    @property
    def rounding(self) -> float:
        """Half a unit of the last printed digit: the figure is known no better than this."""
        return 0.5 * 10.0**-self.decimals


def _levels(line: Line) -> tuple[int, ...]:
    """Answer levels written as digits joined by spaces, in rising order."""
    text = line.text("levels", empty=True)
    parts = text.split(" ") if text else []
    item = line.text("item")
    top = ITEM_LEVELS[ITEMS.index(item)] if item in ITEMS else 5
    found = tuple(int(part) for part in parts if part.isdigit())
    if len(found) != len(parts) or list(found) != sorted({level for level in found if 1 <= level <= top}):
        raise line.refusal("levels", f"levels are rising whole numbers in [1, {top}] joined by spaces")
    return found


def _value(line: Line, kind: str) -> float:
    """The figure's value, within what its kind can be."""
    if kind in ("composition", "share", "p_value"):
        return line.share("value")
    low, high = {"correlation": (-1.0, 1.0), "mean": (1.0, 5.0), "sd": (0.0, 2.0), "index": (1.0, 5.0)}.get(
        kind, (0.0, 1000.0)
    )
    return line.number_in("value", low, high)


def _figure(line: Line, sources: Collection[str]) -> SurveyFigure:
    """One checked row."""
    kind = line.one_of("kind", KINDS)
    levels = _levels(line)
    if (kind == "share") != bool(levels) and line.text("item") in ITEMS:
        raise line.refusal("levels", "a share of an ordinal item needs levels, other kinds have none")
    status = line.one_of("status", STATUSES)
    reason = line.text("reason", empty=status == "published")
    count = line.optional("count", 0, 10_000)
    decimals = len(line.cells["value"].partition(".")[2])
    return SurveyFigure(
        line.text("key"), kind, line.text("item"), levels, _value(line, kind), line.text("unit"),
        line.one_of("bound", BOUNDS), None if count is None else int(count), line.text("figure", empty=True),
        line.source(sources), line.confidence(), status, reason, decimals,
    )  # fmt: skip


def load_survey(folder: Path, sources: Collection[str]) -> tuple[SurveyFigure, ...]:
    """Every figure of the survey file; the items all have at least one usable share."""
    figures = tuple(_figure(line, sources) for line in read(folder, FILE, COLUMNS, key="key"))
    for item in ITEMS:
        if not any(figure.item == item and figure.kind == "share" and figure.used for figure in figures):
            raise InputError(f"{FILE} has no usable share of item '{item}'; every ordinal item needs one.")
    return figures
