"""The page of replayed tax rises: per shock the rates, what the model says by year, what is known, what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from issim.analysis.shocks import OUTCOMES, Response, at, signed

if TYPE_CHECKING:
    import pandas as pd

UNKNOWN = "No observed response found in the evidence."
HEAD = """A tax rise with a date is an experiment that nobody in the model has seen: no constant was fitted to one. Each
is replayed month by month, its rates and dates taken from `taxes.csv`, against the same region whose tax stays at that
of the first year; both meet the same firms and the same luck. Firms, gate fees, prices and digital intensity are those
of today, not of then: only the tax is moved back. Rates are nominal. After the last year whose rate is known the rate
is held, because exchanges take years to be found, agreed and built. Means of paired differences with their 90 %
interval; in the last column between what the extra firms lie in 90 % of the runs."""


def page(found: list[Response], paths: pd.DataFrame, knowledge: pd.DataFrame, level: int = 1) -> str:
    """The page; `level` is that of its first heading."""
    mark = "#" * level
    names = list(dict.fromkeys(row.shock for row in found))
    parts = [f"{mark} Tax rises replayed", HEAD]
    for name in names:
        parts.append(_section(name, found, paths, knowledge, mark + "#"))
    elsewhere = knowledge[knowledge["shock"] == "elsewhere"]
    parts += [f"{mark}# What is known elsewhere", _listed(elsewhere)]
    return "\n\n".join(parts) + "\n"


def _section(
    name: str, found: list[Response], paths: pd.DataFrame, knowledge: pd.DataFrame, mark: str
) -> str:
    """One shock."""
    rates, known = paths[paths["shock"] == name], knowledge[knowledge["shock"] == name]
    first, last = rates.iloc[0], rates[rates["known"]].iloc[-1]
    parts = [f"{mark} {first['title']}, {first['year']} to {last['year']}"]
    parts += [f"**Question.** {text}" for text in _texts(known, "question")]
    parts += [f"**Stand-in.** {text}" for text in _texts(known, "stand-in")]
    parts += [f"**Left out.** {text}" for text in _texts(known, "remark")]
    parts += ["**The model.**", _table(name, found, rates)]
    observed = known[known["kind"] == "response"]
    parts.append(f"**Known.** {_listed(observed) if len(observed) else UNKNOWN}")
    levels = known[known["kind"] == "level"]
    if len(levels):
        parts += ["What the evidence holds of the place are levels, not a response:", _listed(levels)]
    parts += [f"**Needed.** {text}" for text in _texts(known, "needed")]
    return "\n\n".join(parts)


def _texts(known: pd.DataFrame, kind: str) -> list[str]:
    """The statements of one kind."""
    return [str(text).strip() for text in known.loc[known["kind"] == kind, "text"]]


def _listed(rows: pd.DataFrame) -> str:
    """Statements with their sources, a line each."""
    return "\n".join(
        f"- {text} [{source}]" for text, source in zip(rows["text"], rows["source"], strict=True)
    )


def _table(name: str, found: list[Response], rates: pd.DataFrame) -> str:
    """Rates and differences by year, as Markdown."""
    head = (
        "year",
        "published",
        "EUR/t",
        "extra firms that exchange",
        "extra exchanges",
        "extra t/yr",
        "90 % of runs",
    )
    lines = [f"| {' | '.join(head)} |", "|---|---|---|---|---|---|---|"]
    columns = [at(found, name, outcome) for outcome, _, _ in OUTCOMES]
    for rate, rows in zip(rates.to_dict("records"), zip(*columns, strict=True), strict=True):
        published = f"{rate['published']:g} {rate['unit']}" if rate["known"] else "held"
        spread = f"{signed(rows[0].runs_low)} to {signed(rows[0].runs_high)}"
        cells = [str(rate["year"]), published, f"{rate['tax']:.1f}", *(_cell(row) for row in rows), spread]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(row: Response) -> str:
    """A mean with its interval."""
    return f"{signed(row.mean)} ({signed(row.low)} to {signed(row.high)})"
