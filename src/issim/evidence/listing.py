"""Evidence as plain rows of text, for the command line."""

from __future__ import annotations

from collections.abc import Iterator

from issim.evidence.catalogue import Evidence
from issim.evidence.vocabulary import BRANCHES, GOODS

HEADER = ("table", "key", "value", "unit", "source", "confidence")
Row = tuple[str, str, str, str, str, str]


def _shown(value: float | None, bound: str = "=") -> str:
    """A number as text, its bound before it, nothing for none."""
    return "" if value is None else f"{'' if bound == '=' else bound + ' '}{value:.10g}"


def _survey(evidence: Evidence) -> Iterator[Row]:
    for row in evidence.survey:
        value = _shown(row.value, row.bound)
        confidence = row.confidence if row.used else f"excluded: {row.reason}"
        yield "survey", row.key, value, row.unit, row.source, confidence
    for barrier in evidence.barriers:
        key = f"{barrier.number} {barrier.key} ({barrier.stage})"
        yield (
            "barriers", key, _shown(barrier.prevalence), "share of firms", barrier.sources["prevalence"],
            barrier.confidence,
        )  # fmt: skip


def _figures(evidence: Evidence) -> Iterator[Row]:
    for price in evidence.prices:
        key = f"{price.stream} {price.parameter} {price.country} {price.year}"
        yield "prices", key, _shown(price.value), price.unit, price.source, price.confidence
    for name in ("taxes", "firms", "smes", "histories", "programme_costs"):
        for row in getattr(evidence, name):
            key = f"{row.subject}: {row.metric}" if row.subject else row.metric
            shown = _shown(row.value, row.bound) or row.detail
            yield name, f"{key} {row.country} {row.year:g}", shown, row.unit, row.source, row.confidence
    for step in evidence.funnel:
        key = f"{step.programme}: {step.stage} {step.country} {step.year}"
        yield "funnel", key, _shown(step.value), step.unit, step.source, step.confidence
    for size in evidence.digital:
        key = f"{size.country} {size.size} v{size.version} {size.year}"
        yield "digital", key, _shown(size.share), "share of firms", size.source, size.confidence


def _rest(evidence: Evidence) -> Iterator[Row]:
    for count in evidence.exchange_counts:
        key = f"{BRANCHES[count.donor]} > {GOODS[count.good]} > {BRANCHES[count.receiver]}"
        yield (
            "exchanges", key, f"{count.documented} ({count.implemented} implemented)", "documented exchanges",
            "maestri", evidence.sources["maestri"].confidence,
        )  # fmt: skip
    for case in evidence.cases:
        shown = _shown(case.value, case.bound) or case.what
        yield "cases", case.key, shown, case.unit, case.source, case.confidence
    for item in evidence.assumptions.values():
        yield "assumptions", item.key, _shown(item.value), item.unit, "assumption", item.prior or "fixed"
    for gap in evidence.gaps:
        yield "gaps", gap.key, gap.missing, "", f"searched: {gap.searched}", f"instead: {gap.stand_in}"


def _compared(evidence: Evidence) -> Iterator[Row]:
    for target in evidence.targets:
        value = f"{_shown(target.value)} +- {target.sd:.2g} ({target.role})"
        yield "targets", target.key, value, target.unit, target.source, target.confidence
    for found in evidence.arrangements.values():
        yield "arrangements", found.key, found.words, "", found.source, found.confidence
    for row in evidence.uncompared:
        key = f"{row.table}: {row.subject}: {row.metric}"
        yield "uncompared", key, row.reason, "", "not compared with the model", "none"


def listing(evidence: Evidence) -> Iterator[Row]:
    """Every row of the evidence as (table, key, value, unit, source, confidence)."""
    yield from _survey(evidence)
    yield from _figures(evidence)
    yield from _rest(evidence)
    yield from _compared(evidence)
