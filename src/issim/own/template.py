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
#: The options that the example of a survey shows.
SHOWN = (*TICKS[:3], *TICKS[5:7])
SURVEY = f"""\
# Answers to a survey of your own: `issim run survey=my_survey.csv`, after `issim check survey=my_survey.csv`.
# These answers are invented. Put yours in their place, one line per respondent; lines that begin with # may stay.
# Firms are then drawn so that they answer as your respondents do. Every run resamples the respondents: a small survey
# makes wide intervals. A question with fewer than 5 answers, or no column, stays as published.
#
# country, sector or nace, size or employees   as in `issim template firms`
{chr(10).join(f"# {item.name:<15}{item.question} (1 to {item.n_levels})" for item in ITEM_TABLE)}
# yes or no to:  {(chr(10) + "#                ").join(TICKS)}
# Or give figures instead of answers, by the keys that `issim evidence survey` lists: two columns, key and value.
country,sector,employees,{",".join(item.name for item in ITEM_TABLE)},{",".join(SHOWN)}
LV,manufacturing,12,1,1,4,3,2,3,2,3,2,2,1,yes,no,no,yes,yes
LV,manufacturing,45,2,2,4,4,3,4,2,4,3,3,3,yes,yes,no,yes,no
LV,agri-food,30,1,2,3,2,2,3,1,4,2,2,2,no,yes,no,yes,yes
LV,agri-food,120,3,3,5,5,5,5,3,4,4,4,4,no,yes,yes,no,yes
LV,technology,8,2,1,4,3,3,3,2,3,2,5,3,no,no,no,yes,no
LV,technology,60,2,3,4,4,4,4,2,5,3,5,4,yes,no,yes,no,no
LV,other,300,3,3,5,4,4,4,3,4,5,4,3,yes,yes,yes,yes,no
LV,other,5,1,1,2,1,1,2,2,3,1,1,1,no,no,no,yes,yes
LV,manufacturing,20,1,2,4,3,3,3,1,4,2,3,2,yes,no,no,yes,yes
LV,other,15,2,2,3,3,2,3,2,2,3,3,2,no,yes,no,no,yes
"""
STREAMS = """\
# Prices of your own: `issim run streams=my_streams.csv`, after `issim check streams=my_streams.csv`.
# These prices are invented. Put yours in their place; what you do not give stays as in the evidence.
#
# good       metal, plastic, wood, paper, organic, textile, mineral, chemical, sludge, water, heat or fuel_gas
# parameter  gate_fee, virgin_price, value_discount, processing, freight, freight_co2, co2_saved, reach, ...:
#            `issim parameters goods.wood` lists all, with unit, range and what each means
# value      in EUR/t (water EUR/m3, heat EUR/MWh); unit may be said and is then checked
# low, high  a range that the value is drawn from when assumptions are drawn; without one it is taken as known
# source     where the price comes from, in your words; it is told beside the result
good,parameter,value,unit,low,high,source
wood,gate_fee,55,EUR/t,40,70,invented quotation
wood,virgin_price,90,EUR/t,,,invented price list
plastic,gate_fee,140,EUR/t,110,180,invented contract
metal,freight,0.12,EUR/(t km),,,invented tariff
heat,virgin_price,48,EUR/MWh,35,60,invented bill
"""
TEMPLATES = {"firms": FIRMS, "survey": SURVEY, "streams": STREAMS}


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
