"""Which outcomes an output shows, and the values that it has of one of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from issim.errors import InputError
from issim.store.outcomes import MEASURES
from issim.store.results import load_results
from issim.trace.found import Found
from issim.trace.outcomes import names

if TYPE_CHECKING:
    import pandas as pd

#: What the figures of a run show.
FIGURES = {
    "adoption": ("adopters", "unaware", "aware", "searching", "talking"),
    "comparison": ("adopters", "tonnes", "public_cost"),
    "flows": ("tonnes_year",),
    "funnel": ("unaware", "aware", "searching", "talking", "adopters"),
    "map": ("exchanges",),
}
#: Tables of words and pictures that hold the measures of the closing table.
CLOSING = ("summary.csv", "summary.txt", "report/report.html", "report/measures.csv")
#: The most rows that are shown.
MAX_ROWS = 8


def shown(one: Found) -> list[str]:
    """The outcomes that an output shows; of the monthly columns only the first few."""
    if one.name in CLOSING:
        return [measure.key for measure in MEASURES]
    if "figures/" in one.name:
        stem = one.name.rpartition("/")[2].partition(".")[0]
        figure = one.manifest.get("figure", {})
        return [figure["outcome"]] if "outcome" in figure else list(FIGURES.get(stem, ()))
    try:
        table = _table(one)
    except InputError:
        return []
    known = names()
    found = [str(column) for column in table.columns if column in known] if table is not None else []
    if table is not None and "key" in table:
        found += [key for key in dict.fromkeys(table["key"]) if key in known]
    return found[:MAX_ROWS]


def lines(one: Found, key: str) -> Iterator[tuple[str, str]]:
    """The values of an outcome in an output: rows of a table that name it, or a column in short."""
    if one.name and one.path.suffix not in (".csv", ".parquet"):
        return
    table = _table(one)
    if table is None:
        return
    head = "values"
    for text in rows(table, key):
        yield head, text
        head = ""
    if head == "values" and one.name:
        raise InputError(
            f"'{one.path}' has no outcome '{key}'; name a table that has it, as summary.csv or series.parquet."
        )


def _table(one: Found) -> pd.DataFrame | None:
    """The table that an output is; of a folder its closing table, of a sweep its runs. None if there is none."""
    import pandas as pd

    path = one.path if one.name else one.path / "summary.csv"
    try:
        if not one.name and one.is_sweep:
            return load_results(one.path, allow_incomplete=True)
        if path.suffix == ".csv":
            return pd.read_csv(path, keep_default_na=False)
        return pd.read_parquet(path) if path.suffix == ".parquet" else None
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0].rstrip(".")
        raise InputError(
            f"'{path}' cannot be read ({reason}); copy it again from where it was made."
        ) from None


def rows(table: pd.DataFrame, key: str) -> Iterator[str]:
    """The values of an outcome as text."""
    words = next((measure.words for measure in MEASURES if measure.key == key), key)
    for column in ("key", "outcome", "measure"):
        if column in table:
            named = table[column].astype(str)
            for row in table[(named == key) | named.str.startswith(words)].head(MAX_ROWS).to_dict("records"):
                yield "; ".join(
                    f"{name} {_shown(value)}" for name, value in row.items() if name not in (column, "words")
                )
            return
    if key in table:
        told = table[key].describe()
        for name in ("count", "min", "50%", "mean", "max"):
            yield f"{'middle' if name == '50%' else name} {_shown(float(told[name]))}"


def _shown(value: object) -> str:
    """A value as short as it can be read."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)
