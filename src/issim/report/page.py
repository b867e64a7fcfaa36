"""The report as one HTML file: no script, no font, no picture from elsewhere; prints to A4."""

from __future__ import annotations

import csv
import io
import re
from importlib import resources
from typing import NamedTuple

import pandas as pd
from jinja2 import Environment, StrictUndefined
from matplotlib import rc_context
from matplotlib.figure import Figure

from issim.analysis import summary
from issim.analysis.effects import effects
from issim.plots import adoption, comparison, flows, funnel, slides, style
from issim.plots import map as region_map
from issim.report import assumed, tables
from issim.report.answer import sentences
from issim.report.tables import Table
from issim.store.folder import Results

#: Tables of a result folder that only `issim run` writes, and that the map needs.
MAPPED = ("panel", "pairs", "events", "firms")


class Picture(NamedTuple):
    """One figure as inline SVG, and what it shows in words."""

    svg: str
    alt: str


class Section(NamedTuple):
    """A heading of the list of omissions and what stands under it."""

    title: str
    items: list[str]


def svg_of(figure: Figure, prefix: str) -> str:
    """A figure as SVG for use inside a page: no header, identifiers of its own, the same bytes each time."""
    text = io.StringIO()
    with rc_context({"svg.hashsalt": f"issim-{prefix}", "svg.fonttype": "path"}):
        figure.savefig(text, format="svg", metadata={"Date": None})
    body = text.getvalue()[text.getvalue().index("<svg") :]
    body = re.sub(r'id="([^"]+)"', rf'id="{prefix}-\1"', body)
    return re.sub(r'(href="|url\()#', rf"\1#{prefix}-", body)


def pictures(results: Results) -> list[Picture]:
    """The figures of the folder, those for which it has the tables."""
    series, barriers = results.table("series"), results.table("barriers")
    found = {"series": series, "barriers": barriers}
    has_map = all((results.path / f"{name}.parquet").is_file() for name in MAPPED)
    about = provenance(results)
    drawn = [
        *compared(series, about),
        (adoption.figure(series, about), adoption.takeaway(series, about)),
        (flows.figure(series, about), flows.takeaway(series, about)),
        (
            funnel.figure(series, barriers, about),
            funnel.takeaway(series, barriers, about, funnel.barrier_texts()),
        ),
    ]
    if has_map:
        found |= {name: results.table(name) for name in MAPPED}
        drawn.insert(len(drawn) - 2, (slides.SLIDES["map"](found, about), region_map.takeaway(series, about)))
    return [Picture(svg_of(figure, f"f{k}"), words) for k, (figure, words) in enumerate(drawn)]


def provenance(results: Results) -> style.Provenance:
    """Where the figures of the report come from."""
    series = results.table("series")
    return style.Provenance(
        results.manifest["region"].replace("_", " "),
        int(series[["unaware", "aware", "searching", "talking", "adopters"]].iloc[0].sum()),
        series["seed"].nunique(),
        results.manifest["issim"],
    )


def beside(results: Results) -> dict[str, Picture]:
    """The pictures that stand with a table, by the table's name."""
    drawn = assumed.picture(results, provenance(results))
    return {"robustness": Picture(svg_of(drawn[0], "a0"), drawn[1])} if drawn else {}


def compared(series: pd.DataFrame, about: style.Provenance) -> list[tuple[Figure, str]]:
    """The figure that sets several policies side by side; none for a run, which has one or two scenarios."""
    if series["policy"].nunique() < 3:
        return []
    found = effects(series)
    return [(comparison.figure(found, about), comparison.takeaway(found, about))]


def unbroken(text: str) -> str:
    """Text whose numbers do not break over lines."""
    return re.sub(r"(?<=\d) (?=\d{3}\b)", "\u202f", text).replace("± ", "±\u00a0")


def omissions() -> list[Section]:
    """What is not modelled, from the packaged list."""
    text = resources.files("issim.report").joinpath("not-modelled.md").read_text(encoding="utf-8")
    found: list[Section] = []
    for line in text.splitlines():
        if line.startswith("**"):
            found.append(Section(line.strip("*"), []))
        elif line.startswith("- ") and found:
            found[-1].items.append(line[2:])
        elif line.startswith("  ") and found and found[-1].items:
            found[-1].items[-1] += f" {line.strip()}"
    return found


def contents(results: Results) -> list[Table]:
    """The tables of the report, in the order in which they stand."""
    series = results.table("series")
    lines = summary.summary(series)
    policies = list(dict.fromkeys(series["policy"]))
    found = [tables.measures(lines)]
    if len(policies) > 1:
        found += [tables.costs(lines, policies), tables.lever_costs(results)]
    found.append(tables.groups(series, results.table("firms"), policies))
    if (results.path / "structure.parquet").is_file():
        found.append(tables.structure(results, policies))
    return [*found, *assumed.tables(results), tables.provenance(results)]


def page(results: Results) -> str:
    """The whole report as HTML."""
    series = results.table("series")
    policies = list(dict.fromkeys(series["policy"]))
    lines, years = summary.summary(series), int(series["month"].max()) / 12.0
    region = results.manifest["region"].replace("_", " ")
    template = resources.files("issim.report").joinpath("page.html").read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["unbroken"] = unbroken
    return environment.from_string(template).render(
        title=f"Industrial symbiosis in region {region}",
        question=results.manifest.get("question") or "What does this policy change?",
        answer=sentences(lines, policies, series["seed"].nunique(), years),
        pictures=pictures(results),
        tables=contents(results),
        beside=beside(results),
        omissions=omissions(),
    )


def as_csv(table: Table) -> str:
    """A table as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([table.header, *table.rows])
    return text.getvalue()
