"""The columns that a register of firms may have, by the names that are read."""

from __future__ import annotations

from issim.evidence.vocabulary import COUNTRIES, COUNTRY_NAMES, EMPLOYEES, GOODS, ITEMS, SIZES, TICKS
from issim.own.sheet import plain

#: What a register says of who a firm is, where it stands, and what it has.
WHO = ("name", "count", "country", "sector", "nace", "size", "employees")
WHERE = ("lat", "lon", "x", "y", "postcode")
WHAT = ("offers", "needs", *(f"{way}.{good}" for way in ("offer", "need") for good in GOODS))
TRAITS = ("digital", "trust")
KNOWN = frozenset((*WHO, *WHERE, *WHAT, *TRAITS, *ITEMS, *TICKS, "assumed"))
REQUIRED = ("name",)

ALIASES = {
    "firm": "name", "company": "name", "firm_name": "name", "company_name": "name", "id": "name",
    "number_of_firms": "count", "firms": "count", "country_code": "country", "branch": "sector",
    "industry": "sector", "nace_code": "nace", "nace_rev2": "nace", "nace_rev_2": "nace", "nace_rev._2": "nace",
    "size_class": "size", "staff": "employees", "persons_employed": "employees", "persons": "employees",
    "number_of_employees": "employees", "latitude": "lat", "longitude": "lon", "lng": "lon", "long": "lon",
    "easting": "x", "east": "x", "northing": "y", "north": "y", "postal_code": "postcode", "post_code": "postcode",
    "zip": "postcode", "zip_code": "postcode", "readiness": "willingness", "digital_readiness": "digital",
    "general_trust": "trust",
} | {
    f"{way}{joint}{good}": f"{bare}.{good}"
    for way, bare in (("offer", "offer"), ("offers", "offer"), ("need", "need"), ("needs", "need"))
    for joint in ("_", ".") for good in GOODS
    if f"{way}{joint}{good}" != f"{bare}.{good}"
}  # fmt: skip

COUNTRY_WORDS = {code.lower(): k for k, code in enumerate(COUNTRIES)} | {
    plain(name): k for k, name in enumerate(COUNTRY_NAMES)
}
SIZE_WORDS = {size: k for k, size in enumerate(SIZES)} | {
    f"{low}_{high}" if size != "large" else f"{low}+": k
    for k, (size, (low, high)) in enumerate(zip(SIZES, EMPLOYEES, strict=True))
}
AWARENESS_WORDS = {"none": 1, "somewhat": 2, "very": 3}
YES_NO = {"yes": 1, "no": 0, "true": 1, "false": 0, "1": 1, "0": 0, "x": 1, "y": 1, "n": 0}
GOOD_WORDS = {good: k for k, good in enumerate(GOODS)}
