"""Read the tables that are not the survey's, every cell checked."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from issim.evidence.facts import (
    Assumption,
    Case,
    Conversion,
    Digital,
    ExchangeCount,
    Figure,
    Gap,
    Price,
    Source,
)
from issim.evidence.tables import Line, read
from issim.evidence.vocabulary import BRANCHES, COUNTRIES, GOODS, SIZES

LARGE = 1e12
BOUNDS = ("=", "<", ">")
#: EU27 stands beside the countries wherever a European value replaces a missing national one.
AREAS = (*COUNTRIES, "EU27")
DIGITAL_SIZES = (*SIZES[1:], "10-249", "10+")
FIGURES = (
    "subject", "metric", "value", "bound", "unit", "year", "country", "detail", "source", "confidence",
)  # fmt: skip


def load_sources(folder: Path) -> dict[str, Source]:
    """The catalogue of sources by key."""
    lines = read(folder, "sources.csv", ("key", "citation", "confidence"), key="key")
    return {
        line.text("key"): Source(line.text("key"), line.text("citation"), line.confidence()) for line in lines
    }


def load_assumptions(folder: Path) -> dict[str, Assumption]:
    """Assumed numbers by key; each lies in its own range."""
    columns = ("key", "value", "unit", "low", "high", "prior", "meaning")
    found = {}
    for line in read(folder, "assumptions.csv", columns, key="key"):
        low, high = line.number_in("low", -LARGE, LARGE), line.number_in("high", -LARGE, LARGE)
        if low > high:
            raise line.refusal("high", "the upper end cannot lie below the lower one")
        found[line.text("key")] = Assumption(
            line.text("key"), line.number_in("value", low, high), line.text("unit"), low, high,
            line.prior(), line.text("meaning"),
        )  # fmt: skip
    return found


def load_prices(folder: Path, sources: Collection[str]) -> tuple[Price, ...]:
    """Every price row; rows kept out of the goods' values say why."""
    columns = (
        "key", "stream", "good", "parameter", "value", "unit", "year", "country", "tax", "comparable",
        "why_not", "source", "confidence",
    )  # fmt: skip
    return tuple(_price(line, sources) for line in read(folder, "prices.csv", columns, key="key"))


def _price(line: Line, sources: Collection[str]) -> Price:
    comparable = line.one_of("comparable", ("yes", "no")) == "yes"
    return Price(
        line.text("key"), line.text("stream"), line.one_of("good", GOODS, empty=True), line.text("parameter"),
        line.number_in("value", -LARGE, LARGE), line.text("unit"), line.whole("year", 1900, 2100),
        line.text("country"), line.optional("tax", 0, 1000) or 0.0, comparable,
        line.text("why_not", empty=comparable), line.source(sources), line.confidence(),
    )  # fmt: skip


def _figure(line: Line, sources: Collection[str]) -> Figure:
    value = line.optional("value", -LARGE, LARGE)
    if value is not None and line.cells["unit"] in ("%", "share"):
        value = line.share("value") if line.cells["unit"] == "share" else line.number_in("value", -100, 100)
    return Figure(
        line.text("subject", empty=True), line.text("metric"), value, line.one_of("bound", BOUNDS),
        line.text("unit"), line.number_in("year", 1900, 2100), line.text("country"),
        line.text("detail", empty=value is not None), line.source(sources), line.confidence(),
    )  # fmt: skip


def load_figures(folder: Path, name: str, sources: Collection[str]) -> tuple[Figure, ...]:
    """The rows of one table of figures; the same metric of the same place and year stands once."""
    found: dict[tuple[str, ...], int] = {}
    figures = []
    for line in read(folder, name, FIGURES):
        identity = tuple(line.cells[column] for column in ("subject", "metric", "unit", "year", "country"))
        if found.setdefault(identity, line.number) != line.number:
            raise line.refusal("metric", f"the same figure already stands on line {found[identity]}")
        figures.append(_figure(line, sources))
    return tuple(figures)


def load_funnel(folder: Path, sources: Collection[str]) -> tuple[Conversion, ...]:
    """Conversions between stages of programmes, distances and partner counts."""
    columns = (
        "programme", "stage", "numerator", "denominator", "value", "unit", "year", "country", "detail",
        "source", "confidence",
    )  # fmt: skip
    return tuple(
        Conversion(
            line.text("programme"),
            line.text("stage"),
            line.optional("numerator", 0, LARGE),
            line.optional("denominator", 0, LARGE),
            line.share("value") if line.cells["unit"] == "share" else line.number_in("value", 0, LARGE),
            line.text("unit"),
            line.whole("year", 1900, 2100),
            line.text("country"),
            line.text("detail", empty=True),
            line.source(sources),
            line.confidence(),
        )
        for line in read(folder, "funnel.csv", columns)
    )


def load_digital(folder: Path, sources: Collection[str]) -> tuple[Digital, ...]:
    """Digital intensity by country, size class and year; percentages become fractions."""
    columns = ("country", "size", "version", "year", "percent", "source", "confidence")
    return tuple(
        Digital(
            line.one_of("country", AREAS),
            line.one_of("size", DIGITAL_SIZES),
            line.whole("version", 3, 4),
            line.whole("year", 2015, 2100),
            line.number_in("percent", 0, 100, "%") / 100.0,
            line.source(sources),
            line.confidence(),
        )
        for line in read(folder, "digital.csv", columns)
    )


def load_exchanges(folder: Path) -> tuple[ExchangeCount, ...]:
    """Counts of documented exchanges; each triple of branch, good and branch stands once."""
    columns = ("donor", "good", "receiver", "documented", "implemented")
    counts: dict[tuple[int, int, int], ExchangeCount] = {}
    for line in read(folder, "exchanges.csv", columns):
        triple = (
            BRANCHES.index(line.one_of("donor", BRANCHES)), GOODS.index(line.one_of("good", GOODS)),
            BRANCHES.index(line.one_of("receiver", BRANCHES)),
        )  # fmt: skip
        if triple in counts:
            raise line.refusal("donor", "the same donor, good and receiver already stand above")
        documented = line.whole("documented", 1, 10_000)
        counts[triple] = ExchangeCount(*triple, documented, line.whole("implemented", 0, documented))
    return tuple(counts.values())


def load_cases(folder: Path, sources: Collection[str]) -> tuple[Case, ...]:
    """Real cases, one row per published figure."""
    columns = (
        "key", "name", "country", "what", "value", "bound", "unit", "figure", "source", "confidence",
    )  # fmt: skip
    return tuple(
        Case(
            line.text("key"),
            line.text("name"),
            line.text("country"),
            line.text("what"),
            line.optional("value", -LARGE, LARGE),
            line.one_of("bound", BOUNDS),
            line.text("unit", empty=not line.cells["value"]),
            line.text("figure", empty=True),
            line.source(sources),
            line.confidence(),
        )
        for line in read(folder, "cases.csv", columns, key="key")
    )


def load_gaps(folder: Path) -> tuple[Gap, ...]:
    """What was searched for and not found."""
    columns = ("key", "missing", "searched", "stand_in")
    return tuple(
        Gap(*(line.text(column) for column in columns))
        for line in read(folder, "gaps.csv", columns, key="key")
    )
