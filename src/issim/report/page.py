"""The report as one HTML file: no script, no font, no picture from elsewhere; prints to A4."""

from __future__ import annotations

import csv
import io
import re
from importlib import resources
from typing import NamedTuple

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape
from matplotlib import rc_context
from matplotlib.figure import Figure

from issim.analysis import summary
from issim.analysis.effects import effects
from issim.plots import adoption, comparison, flows, funnel, palette, seeds, slides, style, wording
from issim.plots import map as region_map
from issim.report import assumed, tables
from issim.report.answer import sentences
from issim.report.tables import Table
from issim.store.folder import Results

#: Tables of a result folder that only `issim run` writes, and that the map needs.
MAPPED = ("panel", "pairs", "events", "firms")
#: What is seen on each figure; `shown` are the policies of those that show no more than two.
SEEN = {
    "comparison": "Dots, each on its 90 % interval: what every policy adds to the firms that exchange and to the "
    "tonnes passed on, and the public money per extra tonne.",
    "adoption": "Lines: firms that exchange residues, month by month, under each policy. Beside them the shares "
    "of all firms by stage, from unaware to operating.",
    "map": "Map of one run at its end: firms as dots coloured by stage, exchanges in operation as arcs coloured "
    "by stream.",
    "flows": "Bars: residues passed on per year by stream, {shown}.",
    "funnel": "Bars: firms at each stage {shown}, and the barriers that slow each step most.",
    "robustness": "Lines: effects of each policy while all assumptions vary within their priors; bars: how "
    "strongly the assumptions go along with the strongest of them.",
}
#: A span of numbers in brackets, as "(3 to 12)".
SPAN = re.compile(r"\([\d .\u202f-]+ to [\d .\u202f-]+\)")


class Picture(NamedTuple):
    """One figure as inline SVG, the sentence it is for, and what it shows."""

    svg: str
    told: str
    seen: str


class Section(NamedTuple):
    """A heading of the list of omissions and what stands under it."""

    title: str
    items: list[str]


def svg_of(figure: Figure, prefix: str, words: str) -> str:
    """A figure as SVG inside a page: alternative text, identifiers of its own, the same bytes each time."""
    text = io.StringIO()
    with rc_context({"svg.hashsalt": f"issim-{prefix}", "svg.fonttype": "path"}):
        figure.savefig(text, format="svg", metadata={"Date": None})
    body = text.getvalue()[text.getvalue().index("<svg") :]
    body = body.replace("<svg ", f'<svg role="img" aria-label="{escape(words)}" ', 1)
    body = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', body)
    return re.sub(r'(href="|url\()#', rf"\1#{prefix}-", body)


def pictures(results: Results) -> list[Picture]:
    """The figures of the folder, those for which it has the tables."""
    series, barriers = results.table("series"), results.table("barriers")
    found = {"series": series, "barriers": barriers}
    has_map = all(results.has(name) for name in MAPPED) and not tables.is_confidential(results.table("firms"))
    about = provenance(results)
    texts = funnel.barrier_texts()
    drawn = {"adoption": (adoption.figure(series, about), adoption.takeaway(series, about))}
    if series["policy"].nunique() > 2:
        compared = effects(series)
        side_by_side = comparison.figure(compared, about), comparison.takeaway(compared, about)
        drawn = {"comparison": side_by_side} | drawn
    if has_map:
        found |= {name: results.table(name) for name in MAPPED}
        drawn["map"] = slides.SLIDES["map"](found, about), region_map.takeaway(series, about)
    drawn["flows"] = flows.figure(series, about), flows.takeaway(series, about)
    drawn["funnel"] = funnel.figure(series, barriers, about), funnel.takeaway(series, barriers, about, texts)
    heads = [wording.headed(policy) for policy in seeds.policies(series)]
    shown = " and ".join(head[0].lower() + head[1:] for head in heads)
    return [
        picture(figure, f"f{k}", told, SEEN[name].format(shown=shown))
        for k, (name, (figure, told)) in enumerate(drawn.items())
    ]


def picture(figure: Figure, prefix: str, told: str, seen: str) -> Picture:
    """A figure with its words, ready for the page."""
    return Picture(svg_of(figure, prefix, f"{told}. {seen}"), told, seen)


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
    return {"robustness": picture(drawn[0], "a0", drawn[1], SEEN["robustness"])} if drawn else {}


def unbroken(text: str) -> str:
    """Text whose numbers do not break over lines."""
    return re.sub(r"(?<=\d) (?=\d{3}\b)", "\u202f", text).replace("± ", "±\u00a0")


def together(text: str) -> Markup:
    """Text as HTML in which a span in brackets does not break over lines where there is room."""
    return Markup(SPAN.sub(r'<span class="whole">\g<0></span>', str(escape(text))))


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
    if results.has("structure"):
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
    environment.filters |= {"unbroken": unbroken, "together": together}
    return environment.from_string(template).render(
        colours=palette.css(),
        title=f"Industrial symbiosis in region {region}",
        question=results.manifest.get("question") or "What does this policy change?",
        answer=[
            *sentences(lines, policies, series["seed"].nunique(), years),
            *results.manifest.get("posterior", {}).get("told", []),
        ],
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
