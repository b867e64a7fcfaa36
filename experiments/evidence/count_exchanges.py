"""Count which goods firms of one branch give to firms of another, among documented exchanges.

    python experiments/evidence/count_exchanges.py --source LIBRARY.csv --out src/issim/evidence/data/exchanges.csv

The library (MAESTRI project; Evans et al. 2017) has one row per exchange: donor and receiver NACE code, the
residue in words, its use and the state of the exchange. Its licence is not stated, so only counts leave this
script: donor branch x good x receiver branch, documented and implemented.

Branches follow from the first NACE code of a cell (`issim.evidence.vocabulary.branch_of`). Goods follow from
the words of the residue: the first rule below with a word that occurs in it decides. Rows without a NACE
code, and residues that are none of the twelve goods (electricity, air, mixed or unnamed waste), are left
out and counted in the closing line.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from issim.evidence.vocabulary import BRANCHES, GOODS, branch_of

#: (good, words): the first rule with a word inside the residue's name wins; an empty good leaves it out.
RULES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("", ("electricity", "urban waste", "industrial waste", "waste car", "home appliances")),
    ("metal", ("pcb",)),
    ("plastic", ("pvc",)),
    ("wood", ("packaging and wood",)),
    ("chemical", ("sodium", "clay-oil", "fertiliser")),
    ("", ("packaging and",)),
    ("sludge", ("sludge", "filter mud", "muds", "mud ", "green mud", "septic", "digestate")),
    ("fuel_gas", ("fuel gas", "blast furnace gas", "bfg", "cog", "sour gas", "waste gas")),
    ("heat", ("heat", "steam", "hot water", "vapour and", "exhaust gas")),
    ("mineral", (
        "slag", "ash", "bfs", "bosf", "bofs", "gypsum", "lime", "silica", "clay", "soil", "stones", "red mud",
        "bauxite", "concrete", "demolition", "glass", "refractor", "gangue", "overburden", "spent shale",
        "calcium carbonate", "spent cell linings", "talcum", "coke dust",
    )),
    ("wood", ("wood", "bark", "sawdust", "pruning", "lignocell")),
    ("organic", (
        "organic", "agricultural", "food", "fruit", "grain", "molasses", "bagasse", "bran", "vinesse",
        "coffee", "offal", "pomace", "husk", "straw", "coconut", "mushroom", "seaweed", "poultry", "marc",
        "stillage", "leftovers", "pastry", "cane", "edible oils", "sugar", "alcohol residue", "biomass",
        "dairy effluent", "oil mill", "kitchen", "char", "glue",
    )),
    ("water", ("water", "blow-down", "coolant")),
    ("metal", (
        "metal", "steel", "mill scales", "scrap metal", "cu recovery", "zn recovery", "semiconductor",
    )),
    ("plastic", ("plastic", "polystyrene", "tire", "tyre")),
    ("paper", ("paper", "cardboard", "pulp", "packaging")),
    ("textile", ("hessian", "linen", "textile")),
    ("chemical", (
        "acid", "acetone", "alkali", "ammoni", "co2", "carbon dioxide", "chlorine", "ethanol", "ethylene",
        "propylene", "hydrogen", "isopropyl", "solvent", "sulfur", "sulphur", "catalyst",
        "lubricant", "fuel oil", "black liqu", "barren liquor", "refinery by-products",
    )),
)  # fmt: skip

Triple = tuple[int, int, int]


def good_of(residue: str) -> str:
    """The good that a residue's name tells of, or nothing."""
    name = residue.lower()
    for good, words in RULES:
        if any(word in name for word in words):
            return good
    return ""


def branch_in(cell: str) -> int | None:
    """Branch code of the first NACE code in a cell, or None."""
    code = re.match(r"\d{2,4}", cell.strip())
    try:
        return branch_of(code.group()) if code else None
    except ValueError:
        return None


def count(
    rows: Iterable[Mapping[str, str]],
) -> tuple[Counter[Triple], Counter[Triple], Counter[str]]:
    """Documented exchanges, implemented ones, and why rows were left out."""
    documented: Counter[Triple] = Counter()
    implemented: Counter[Triple] = Counter()
    left_out: Counter[str] = Counter()
    for row in rows:
        donor, receiver = branch_in(row["donor_nace"]), branch_in(row["receiver_nace"])
        good = good_of(row["waste"])
        if donor is None or receiver is None:
            left_out["no NACE code"] += 1
        elif not good:
            left_out["none of the goods"] += 1
        else:
            triple = (donor, GOODS.index(good), receiver)
            documented[triple] += 1
            implemented[triple] += row["status"] == "Implemented"
    return documented, implemented, left_out


def main() -> int:
    """Count the library and write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--source", type=Path, required=True, help="the library as CSV")
    parser.add_argument("--out", type=Path, required=True, help="the table of counts to write")
    options = parser.parse_args()
    with options.source.open(encoding="utf-8", newline="") as file:
        documented, implemented, left_out = count(csv.DictReader(file))
    with options.out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("donor", "good", "receiver", "documented", "implemented"))
        for donor, good, receiver in sorted(documented):
            triple = (donor, good, receiver)
            writer.writerow(
                (BRANCHES[donor], GOODS[good], BRANCHES[receiver], documented[triple], implemented[triple])
            )
    reasons = ", ".join(f"{number} {reason}" for reason, number in left_out.items())
    print(f"{documented.total()} exchanges counted, {implemented.total()} implemented; left out: {reasons}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
