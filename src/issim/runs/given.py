"""What of a register's firms was given and what was drawn: beside every result as a table, and in its closing words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from issim.evidence.vocabulary import GOODS, ITEMS, TICK_GROUPS, TICKS
from issim.own import prices, recalibration
from issim.own.register import GivenFlows, Register
from issim.runs import matches, published
from issim.runs.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

TABLE = "firms_given.csv"
#: How often each exchange between two firms of a register operated at the end, and each documented one.
EXCHANGES, LINKS = "exchanges.csv", "documented.csv"
#: What tells a firm of a register in the tables of a result; the name only if asked for.
IDENTITIES = ("line", "name")
GIVEN, DRAWN, ASSUMED, REGION, GOODS_ONLY = (
    "given",
    "drawn",
    "assumed",
    "region",
    "goods given, quantities drawn",
)
#: Which columns of a file say a column of the table.
SAID_BY = {
    "sector": ("sector", "nace"), "branch": ("sector", "nace"), "size": ("size", "employees"),
    "position": ("position", "lat", "lon", "x", "y", "postcode"),
    "offers": ("offers", *(f"offer.{good}" for good in GOODS)),
    "needs": ("needs", *(f"need.{good}" for good in GOODS)),
}  # fmt: skip
#: The columns that are told one by one in words; answers to the survey are told together.
TOLD = ("country", "sector", "branch", "size", "employees", "position", "offers", "needs")
N_RESOURCES = len(TICK_GROUPS["resources"])


def identities(settings: Settings) -> dict[str, object]:
    """The columns that say which line of a register each firm is, and its name if that was asked for."""
    if settings.firms is None:
        return {}
    found: dict[str, object] = {"line": settings.firms.lines}
    return found | ({"name": np.array(settings.firms.names, object)} if settings.names else {})


def statuses(firms: Register, has_country: bool) -> dict[str, NDArray[Any]]:
    """Whether each column of each firm was given, assumed or drawn, as words, (n_firms,) each."""
    known: dict[str, NDArray[np.bool_]] = {
        "country": firms.country >= 0, "sector": firms.sector >= 0, "branch": firms.branch >= 0,
        "size": firms.size >= 0, "employees": np.isfinite(firms.employees), "position": firms.placed,
        "offers": firms.offers_known, "needs": firms.needs_known,
        "digital": np.isfinite(firms.digital), "trust": np.isfinite(firms.trust),
    }  # fmt: skip
    known |= {item: firms.items[:, k] > 0 for k, item in enumerate(ITEMS)}
    known |= {tick: firms.ticks[:, k] >= 0 for k, tick in enumerate(TICKS)}
    found = {}
    for column, is_known in known.items():
        words = np.where(is_known, GIVEN, DRAWN).astype(object)
        names = SAID_BY.get(column, (column,))
        is_assumed = np.array([not said.isdisjoint(names) for said in firms.assumed])
        words[is_known & is_assumed] = ASSUMED
        found[column] = words
    if has_country:
        found["country"][~known["country"]] = REGION
    for column, flows in (("offers", firms.offers), ("needs", firms.needs)):
        open_ = _without_quantity(flows, len(firms)) & (found[column] == GIVEN)
        found[column][open_] = GOODS_ONLY
    return found


def _without_quantity(flows: GivenFlows, n_firms: int) -> NDArray[np.bool_]:
    """Firms of which a good is known and its quantity is not."""
    found = np.zeros(n_firms, bool)
    found[flows.firm[np.isnan(flows.quantity)]] = True
    return found


def table(settings: Settings) -> pd.DataFrame | None:
    """One row per firm of the register, in the order of the firms of the result; None without a register."""
    import pandas as pd

    firms = settings.firms
    if firms is None:
        return None
    columns: dict[str, object] = {"firm": np.arange(len(firms), dtype=np.int32)}
    return pd.DataFrame(
        columns | identities(settings) | dict(statuses(firms, settings.region.country_code >= 0))
    )


def write(settings: Settings, tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write which columns of which firms were given, if any firm was, and who exchanged with whom how often."""
    found = table(settings)
    if found is None:
        return
    found.to_csv(folder / TABLE, index=False)
    often = matches.often(tables[matches.EXCHANGES], settings.run.n_seeds)
    for end in ("receiver", "donor"):
        for name, column in identities(settings).items():
            often.insert(1, f"{end}_{name}", np.asarray(column)[often[end]])
    often.to_csv(folder / EXCHANGES, index=False)
    if matches.LINKS in tables:
        tables[matches.LINKS].to_csv(folder / LINKS, index=False)


def words(settings: Settings, tables: Mapping[str, pd.DataFrame] | None = None) -> str:
    """What to add to the closing words of a run with files of the user's own; `tables` tell of a documented case."""
    lines = prices.words(settings.prices) if settings.prices else []
    lines += recalibration.words(settings.survey) if settings.survey else []
    if settings.firms is not None:
        lines += words_of_firms(settings, settings.firms)
    if tables is not None and matches.LINKS in tables:
        lines += ["", *published.lines(settings, tables)]
    return "\n".join(["", "", *lines]) if lines else ""


def words_of_firms(settings: Settings, firms: Register) -> list[str]:
    """What was given of the firms of a register and what was drawn, in words."""
    lines = [f"Firms: {len(firms)} of {firms.file}; {TABLE} says of each what was given and what was drawn."]
    lines += [f"- {firms.coordinates}."] if firms.coordinates else []
    found = statuses(firms, settings.region.country_code >= 0)
    lines += [f"- {line}" for line in _counted(found, len(firms))]
    lines += [f"- {note}" for note in firms.notes]
    return lines


def _counted(found: Mapping[str, NDArray[Any]], n: int) -> list[str]:
    """How many of what was given, assumed and drawn, a line each."""
    lines = []
    answers = [column for column in found if column not in TOLD]
    for start, status in (
        ("Given", GIVEN), ("Given by the region", REGION), ("Given without quantities, which are drawn", GOODS_ONLY),
        ("Assumed by the register", ASSUMED), ("Drawn from the survey-calibrated population", DRAWN),
    ):  # fmt: skip
        counts = {column: int((found[column] == status).sum()) for column in TOLD}
        said = [f"{column} of {count}" for column, count in counts.items() if count]
        n_answers = sum(int((found[column] == status).sum()) for column in answers)
        if n_answers == n * len(answers):
            said.append("every answer to the survey")
        elif n_answers:
            said.append(f"{n_answers} of {n * len(answers)} answers to the survey")
        if said:
            lines.append(f"{start}: {', '.join(said)}.")
    return lines
