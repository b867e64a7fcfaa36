"""The positions in a file: WGS84 degrees, projected coordinates, or centroids of postcodes; by rule, and said."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from issim.own.decoding import Bytes
from issim.own.geography import in_kilometres, in_window, projected
from issim.own.reading import read_sheet
from issim.own.sheet import Row, Sheet

Floats = NDArray[np.float64]

DEGREES, PLANE = ("lat", "lon"), ("x", "y")
CENTROIDS = ("postcode", *DEGREES, *PLANE)
#: The widest that a region can be, in km.
WIDEST = 2000.0
LARGEST = 1e9


class Position(NamedTuple):
    """Two coordinates and the line they stand on."""

    first: float
    second: float
    row: Row


class Positions(NamedTuple):
    """Where the lines of a register lie, in km from their south-west corner; nan where unknown."""

    x: Floats
    y: Floats
    width: float
    height: float
    words: str


def kind_of(sheet: Sheet) -> tuple[str, str] | None:
    """The pair of columns that says where things are; degrees if there are both."""
    for pair in (DEGREES, PLANE):
        if set(pair) <= set(sheet.columns):
            return pair
        if set(pair) & set(sheet.columns):
            missing = next(column for column in pair if column not in sheet.columns)
            sheet.refuse(None, missing, f"is missing beside {', '.join(set(pair) - {missing})}; give both.")
    return None


def pair_of(sheet: Sheet, row: Row, kind: tuple[str, str]) -> Position | None:
    """The position that a line gives itself; None if there is none or it was refused."""
    limits = ((-90.0, 90.0), (-180.0, 180.0)) if kind == DEGREES else ((-LARGEST, LARGEST),) * 2
    what = "degrees" if kind == DEGREES else "a coordinate"
    found = [
        sheet.number(row, column, *limit, what, in_degrees=kind == DEGREES)
        for column, limit in zip(kind, limits, strict=True)
    ]
    given = [bool(row[column]) for column in kind]
    if any(given) and not all(given):
        empty = kind[given.index(False)]
        sheet.refuse(row, empty, f"is empty beside {kind[given.index(True)]}; give both or neither.")
    if found[0] is None or found[1] is None:
        return None
    if found[0] == found[1] == 0.0:
        sheet.refuse(
            row, kind[0], "and 0 beside it is where unknown positions end up; leave both empty if unknown."
        )
        return None
    return Position(found[0], found[1], row)


def centroids(
    source: Bytes | str | Path, file: str = ""
) -> tuple[dict[str, Position], tuple[str, str] | None, Sheet]:
    """The user's own centroids by postcode, the kind of their coordinates, and what is wrong with them."""
    aliases = {"latitude": "lat", "longitude": "lon", "lng": "lon", "long": "lon", "easting": "x", "northing": "y",
               "postal_code": "postcode", "zip": "postcode", "zip_code": "postcode", "code": "postcode"}  # fmt: skip
    sheet = read_sheet(source, CENTROIDS, ("postcode",), aliases, file)
    kind = kind_of(sheet)
    found: dict[str, Position] = {}
    if kind is None and not sheet.faults:
        sheet.refuse(None, "", "has no coordinates; give lat and lon, or x and y, beside postcode.")
    for row in sheet.rows if kind else ():
        code = postcode(row["postcode"])
        if not code:
            sheet.refuse(row, "postcode", "is empty; give one, or take the line out.")
        elif code in found:
            sheet.refuse(row, "postcode", f"already stands on line {found[code].row.line}; keep one of them.")
        elif kind and (position := pair_of(sheet, row, kind)):
            found[code] = position
    return found, kind, sheet


def postcode(text: str) -> str:
    """A postcode as it is compared: capitals and digits only."""
    return "".join(letter for letter in text.upper() if letter.isalnum())


def located(sheet: Sheet, places: Bytes | str | Path | None) -> Positions:
    """The position of every line of a register; what is wrong is added to the faults of the sheet."""
    kind = kind_of(sheet)
    known, kind_of_places, gazetteer = centroids(places) if places is not None else ({}, None, None)
    if gazetteer is not None:
        sheet.faults += gazetteer.faults
        sheet.notes += gazetteer.notes
        if "postcode" not in sheet.columns and not gazetteer.faults:
            sheet.refuse(None, "postcode", f"is missing; {gazetteer.file} gives positions by it.")
        if kind and kind_of_places and kind != kind_of_places:
            advice = f"gives {' and '.join(kind)} and {gazetteer.file} {' and '.join(kind_of_places)}; use one kind."
            sheet.refuse(None, "", advice)
            return _nowhere(len(sheet.rows))
    found: list[Position | None] = []
    n_centroids = 0
    for row in sheet.rows:
        own = pair_of(sheet, row, kind) if kind else None
        has_own = kind is not None and any(row[column] for column in kind)
        if own is None and not has_own and row["postcode"] and gazetteer is not None and kind_of_places:
            centroid = known.get(postcode(row["postcode"]))
            if centroid is None:
                sheet.refuse(row, "postcode", f"is not in {gazetteer.file}; add it there, or leave it empty.")
            else:
                own = centroid._replace(row=row)
                n_centroids += 1
        found.append(own)
    if "postcode" in sheet.columns and gazetteer is None and kind is None and sheet.rows:
        sheet.notes.append(
            f"{sheet.file}: postcodes are not used without centroids; name them by places=FILE."
        )
    return _on_plane(sheet, found, kind or kind_of_places, gazetteer, n_centroids)


def _nowhere(n: int) -> Positions:
    """No line has a position."""
    return Positions(np.full(n, np.nan), np.full(n, np.nan), 0.0, 0.0, "")


def _on_plane(
    sheet: Sheet,
    found: list[Position | None],
    kind: tuple[str, str] | None,
    gazetteer: Sheet | None,
    n_centroids: int,
) -> Positions:
    """Positions in km from their south-west corner."""
    rows = np.array([k for k, position in enumerate(found) if position is not None], np.int64)
    here = [position for position in found if position is not None]
    if not here or kind is None:
        return _nowhere(len(found))
    first, second = (np.array([position[k] for position in here]) for k in (0, 1))
    if kind == DEGREES:
        words = f"{sheet.file}: lat and lon were read as WGS84 degrees and projected to a plane in km"
        if _are_swapped(sheet, first, second):
            return _nowhere(len(found))
        east, north = projected(first, second)
    else:
        named = {
            source.units.get(column, "") for source in (sheet, gazetteer) if source for column in kind
        } - {""}
        if _could_be_degrees(sheet, first, second, named):
            return _nowhere(len(found))
        if not named <= {"m", "km"}:
            sheet.refuse(None, kind[0], f"is in {', '.join(named)}; coordinates are in m or km, as in x_km.")
            return _nowhere(len(found))
        east, north, unit = in_kilometres(first, second, named.pop() if len(named) == 1 else "")
        words = f"{sheet.file}: x and y were read as projected coordinates in {unit}"
    if _too_far(sheet, here, east, north, kind):
        return _nowhere(len(found))
    words += f"; {n_centroids} of {len(here)} positions are centroids of postcodes" if n_centroids else ""
    x, y = np.full(len(found), np.nan), np.full(len(found), np.nan)
    x[rows], y[rows] = east - east.min(), north - north.min()
    return Positions(x, y, float(np.ptp(east)), float(np.ptp(north)), words)


def _are_swapped(sheet: Sheet, lat: Floats, lon: Floats) -> bool:
    """Whether most positions lie in Europe only with latitude and longitude exchanged."""
    swapped = ~in_window(lat, lon) & in_window(lon, lat)
    if swapped.mean() <= 0.5:
        return False
    sheet.refuse(None, "lat", "and lon seem to be exchanged; give north as lat and east as lon.")
    return True


def _could_be_degrees(sheet: Sheet, x: Floats, y: Floats, units: set[str]) -> bool:
    """Whether x and y without a unit could as well be longitude and latitude."""
    looks = np.abs(x).max() <= 180.0 and np.abs(y).max() <= 90.0 and in_window(y, x).mean() > 0.5
    if units or not looks:
        return False
    advice = "and y could be km or degrees; name the columns x_km and y_km, or lon and lat."
    sheet.refuse(None, "x", advice)
    return True


def _too_far(sheet: Sheet, here: list[Position], east: Floats, north: Floats, kind: tuple[str, str]) -> bool:
    """Refuse positions too far from the others for one region."""
    if max(np.ptp(east), np.ptp(north)) <= WIDEST:
        return False
    away = np.hypot(east - np.median(east), north - np.median(north))
    far = np.flatnonzero(away > WIDEST / 2.0)
    for k in far:
        advice = f"puts it {away[k]:,.0f} km from the middle of the others; look for a slip in sign, digit or unit."
        sheet.refuse(here[k].row, kind[0], advice)
    if not len(far):
        sheet.refuse(
            None, kind[0], f"spreads firms over more than the {WIDEST:,.0f} km that a region can have."
        )
    return True
