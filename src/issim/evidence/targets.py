"""Targets: published figures of programmes that an outcome of the model can be compared with.

Chosen beforehand, each with what of the model stands for it, how good that correspondence is, and whether it is
fitted or left out to check the fit. What cannot be compared is listed, too, and says why.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from issim.evidence.tables import Line, read

FITTED, LEFT_OUT, BUILT_IN = "fitted", "left out", "built in"
#: A target fits the model's constants, checks them, or went into the model itself and checks that it arrived.
ROLES = (FITTED, LEFT_OUT, BUILT_IN)
#: How well what the model counts corresponds to what was published, and what that adds to the error as a share of
#: the value: an assumption. `loose` is about a factor of two.
GRADES = {"close": 0.0, "fair": 0.1, "weak": 0.25, "loose": 0.7}
#: Where a figure's own error comes from: a share of a count, a ratio of two counts, or a share of the value that is
#: assumed because no count is published.
ERRORS = ("binomial", "poisson", "stated")
LARGE = 1e12


@dataclass(frozen=True)
class Target:
    """One published figure, and what of a run it is compared with."""

    key: str
    programme: str
    what: str
    value: float
    unit: str
    numerator: float | None
    denominator: float | None
    error: str
    error_value: float | None
    grade: str
    arrangement: str
    """Key of the region and policy of the model that stand for the programme."""
    month: int
    """Months after which it is looked at."""
    summary: str
    """What of the run is compared: a name of issim.model.summaries, perhaps with a number after a colon."""
    role: str
    stands_for: str
    """What of the model stands for what was published."""
    reason: str
    """Why it is left out, or why its correspondence is no better."""
    origin: tuple[str, ...]
    """The rows of evidence it comes from: table|subject|metric|year, and |country where two have these."""
    source: str
    confidence: str

    @property
    def is_fitted(self) -> bool:
        """Whether the constants of behaviour are fitted to it."""
        return self.role == FITTED

    @property
    def counting_error(self) -> float:
        """Standard error of the figure itself.

        binomial  sqrt(p (1 - p) / n)
        poisson   value * sqrt(1 / numerator + 1 / denominator)
        stated    value * the share that is assumed
        """
        numerator, denominator = self.numerator or 1.0, self.denominator or 1.0
        if self.error == "binomial":
            return math.sqrt(self.value * (1.0 - self.value) / denominator)
        if self.error == "poisson":
            return abs(self.value) * math.sqrt(1.0 / numerator + 1.0 / denominator)
        return abs(self.value) * (self.error_value or 0.0)

    @property
    def sd(self) -> float:
        """Standard error with what the correspondence adds: sqrt(counting error^2 + (grade * value)^2)."""
        return math.hypot(self.counting_error, GRADES[self.grade] * self.value)


@dataclass(frozen=True)
class Arrangement:
    """A region and a policy of the model that stand for a programme, as settings of a run."""

    key: str
    programme: str
    words: str
    settings: tuple[str, ...]
    source: str
    confidence: str


@dataclass(frozen=True)
class Uncompared:
    """A published figure that nothing of the model can be compared with, and why."""

    table: str
    subject: str
    metric: str
    reason: str


def load_arrangements(folder: Path, sources: Collection[str]) -> dict[str, Arrangement]:
    """The arrangements by key."""
    columns = ("key", "programme", "words", "settings", "source", "confidence")
    return {
        line.text("key"): Arrangement(
            line.text("key"), line.text("programme"), line.text("words"),
            tuple(line.text("settings").split()), line.source(sources), line.confidence(),
        )
        for line in read(folder, "arrangements.csv", columns, key="key")
    }  # fmt: skip


def load_targets(folder: Path, sources: Collection[str], arrangements: Collection[str]) -> tuple[Target, ...]:
    """The targets in the order of the file; what an error needs is there."""
    columns = tuple(Target.__dataclass_fields__)
    return tuple(
        _target(line, sources, arrangements) for line in read(folder, "targets.csv", columns, key="key")
    )


def _target(line: Line, sources: Collection[str], arrangements: Collection[str]) -> Target:
    """One checked target."""
    error = line.one_of("error", ERRORS)
    needed = ("error_value",) if error == "stated" else ("numerator", "denominator")
    for column in needed:
        if not line.cells[column]:
            raise line.refusal(column, f"an error of kind '{error}' needs it")
    return Target(
        line.text("key"), line.text("programme"), line.text("what"), line.number_in("value", -LARGE, LARGE),
        line.text("unit"), line.optional("numerator", 0.001, LARGE), line.optional("denominator", 0.001, LARGE),
        error, line.optional("error_value", 0, 10), line.one_of("grade", GRADES),
        line.one_of("arrangement", arrangements), line.whole("month", 0, 1200), line.text("summary"),
        line.one_of("role", ROLES), line.text("stands_for"), line.text("reason"),
        tuple(line.text("origin").split("; ")), line.source(sources), line.confidence(),
    )  # fmt: skip


def load_uncompared(folder: Path) -> tuple[Uncompared, ...]:
    """What is not compared, and why."""
    columns = tuple(Uncompared.__dataclass_fields__)
    return tuple(
        Uncompared(
            line.one_of("table", ("funnel", "histories")), line.text("subject"), line.text("metric"),
            line.text("reason"),
        )
        for line in read(folder, "uncompared.csv", columns)
    )  # fmt: skip
