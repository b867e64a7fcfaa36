"""Example files that the readers accept as they are: each explains its columns in lines that begin with `#`."""

from __future__ import annotations

from pathlib import Path

from issim.errors import InputError, unknown_name
from issim.evidence.vocabulary import BRANCHES, COUNTRIES, GOOD_TABLE, ITEM_TABLE, SECTORS, SIZES, TICKS

FIRMS = f"""\
# A register of firms: `issim run firms=my_firms.csv`, after `issim check firms=my_firms.csv`.
# These firms are invented. Put yours in their place; lines that begin with # are notes and may stay.
# Only name is needed. An empty cell is drawn from firms that answer like the survey, and marked as drawn in the result.
# Columns may stand in any order; cells may be separated by comma, semicolon or tab; decimals have a point or a comma.
#
# name       of the firm, or a number; tells firms apart, stays on this machine, is in no result unless names=true
# nace       NACE Rev. 2 code: 16.10, 1610, 16, C16, or the letter of a section (A, B, D to L, N to U)
# sector     instead of nace: {", ".join(SECTORS)}; or a branch: {", ".join(BRANCHES)}
# employees  persons employed, the owner counted; or size: {", ".join(SIZES)}
# country    {", ".join(COUNTRIES)}, or the English name
# lat, lon   degrees of WGS84 (GPS); or instead x_km, y_km or x_m, y_m of any projected map;
#            or postcode, with your own table of centroids: places=postcodes.csv (postcode,lat,lon)
# offers     residues that the firm could give, as GOOD:QUANTITY PER YEAR; GOOD alone: the quantity is drawn;
#            none: it has none; what you list is all it has. A column for each is read, too: offer.wood, need.heat;
#            or a table of their own: flows=my_flows.csv (name,way,good,quantity; way is offer or need)
# needs      inputs that a residue could replace, in the same form
#            goods: {", ".join(f"{good.name} [{good.unit}]" for good in GOOD_TABLE)}
# count      one line may stand for several firms that are alike
# assumed    columns of the line that are your assumption rather than known, as in: employees offers
# Answers to the survey, if known: levels of {", ".join(item.name for item in ITEM_TABLE)}
#            (1 to 5; awareness 1 to 3 or none, somewhat, very); digital and trust from 0 to 1;
#            yes or no to {TICKS[5]} and the other options that `issim template survey` lists
name,nace,employees,country,lat,lon,offers,needs,awareness,assumed
Example sawmill,16.10,45,LV,57.541,25.427,wood:2400; heat:1800,none,somewhat,
Example board maker,16.21,120,LV,57.560,25.390,wood,wood:5000,very,
Example dairy,10.51,80,LV,57.525,25.461,organic:900; water:30000,heat,,
Example biogas plant,35.21,8,LV,57.497,25.512,sludge:4000; heat,organic:6000,very,needs
Example brewery,11.05,25,LV,57.538,25.436,organic:350,,,
Example printer,18.12,14,LV,57.536,25.420,paper:120,,none,
Example packaging maker,17.21,60,LV,57.552,25.401,,paper:1500,,
Example foundry,24.51,210,LV,57.510,25.380,mineral:700; heat:5200,metal:2600,,
Example builder,41.20,35,LV,57.531,25.445,,mineral:3000,,employees
Example greenhouse,01.13,22,LV,57.505,25.384,organic,heat:4000,somewhat,
"""
TEMPLATES = {"firms": FIRMS}


def template_command(kind: str, out: Path | None = None) -> str:
    """Write an example file; returns what to do with it."""
    if kind not in TEMPLATES:
        raise unknown_name("template", kind, TEMPLATES)
    path = out or Path(f"my_{kind}.csv")
    try:
        with path.open("x", encoding="utf-8", newline="") as stream:
            stream.write(TEMPLATES[kind])
    except FileExistsError:
        raise InputError(f"'{path}' is there already; name another file by --out.") from None
    except OSError as error:
        raise InputError(
            f"'{path}' cannot be written ({error.strerror}); name another file by --out."
        ) from None
    return f"Example: {path}\nPut your own lines in place of its own, then: issim check {kind}={path}"
