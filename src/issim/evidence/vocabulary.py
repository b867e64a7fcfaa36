"""The words every other module uses; a word's position in its tuple is its code everywhere.

Sectors, sizes, items and answer options are those of the survey; countries are its five, which come first, and
five more in which firms may stand. Branches and goods are ours: coarse enough that documented exchanges fill
them, fine enough that a sawmill is not a dairy.
"""

from __future__ import annotations

from typing import NamedTuple

#: Countries whose organisations answered the survey.
SURVEYED = ("IT", "LV", "NO", "PL", "SI")
#: Countries in which firms may stand: those of the survey, and those that worlds of several regions need besides.
COUNTRIES = (*SURVEYED, "BE", "DK", "FI", "NL", "SE")
COUNTRY_NAMES = (
    "Italy", "Latvia", "Norway", "Poland", "Slovenia", "Belgium", "Denmark", "Finland", "Netherlands", "Sweden",
)  # fmt: skip

#: Sectors as the survey asked for them.
SECTORS = ("manufacturing", "agri-food", "technology", "other")

SIZES = ("micro", "small", "medium", "large")
#: Employees per size class, both ends included; the upper end of "large" is for drawing only.
EMPLOYEES = ((1, 9), (10, 49), (50, 249), (250, 5000))


class Branch(NamedTuple):
    """A group of NACE Rev. 2 divisions whose residues are alike."""

    name: str
    sector: str
    divisions: tuple[int, ...]


def _span(*bounds: tuple[int, int]) -> tuple[int, ...]:
    """All divisions of the given closed intervals."""
    return tuple(number for low, high in bounds for number in range(low, high + 1))


#: Quarrying stands with minerals: its residues are stone, too. Every NACE division is in one branch.
BRANCH_TABLE = (
    Branch("agriculture", "agri-food", _span((1, 3))),
    Branch("food", "agri-food", _span((10, 12))),
    Branch("textiles", "manufacturing", _span((13, 15))),
    Branch("wood", "manufacturing", (16,)),
    Branch("paper", "manufacturing", _span((17, 18))),
    Branch("petroleum", "manufacturing", (19,)),
    Branch("chemicals", "manufacturing", _span((20, 22))),
    Branch("minerals", "manufacturing", _span((5, 9), (23, 23))),
    Branch("metals", "manufacturing", _span((24, 25))),
    Branch("machinery", "manufacturing", _span((26, 30))),
    Branch("furniture_other", "manufacturing", _span((31, 33))),
    Branch("energy", "other", (35,)),
    Branch("water_waste", "other", _span((36, 39))),
    Branch("construction", "other", _span((41, 43))),
    Branch("technology", "technology", _span((58, 63), (71, 72))),
    Branch("services", "other", _span((45, 47), (49, 53), (55, 56), (64, 66), (68, 70), (73, 75), (77, 82),
                                      (84, 88), (90, 99))),
)  # fmt: skip
BRANCHES = tuple(branch.name for branch in BRANCH_TABLE)

#: Code of the survey sector of each branch, by branch code.
BRANCH_SECTOR = tuple(SECTORS.index(branch.sector) for branch in BRANCH_TABLE)


class GoodName(NamedTuple):
    """A kind of residue that one firm offers and another needs."""

    name: str
    unit: str
    resource: str


#: The survey names metal, plastic and wood as materials, packaging and organic matter as by-products. Our
#: reading of the rest: textile is a material, sludge a by-product, mineral and chemical residues are "other".
GOOD_TABLE = (
    GoodName("metal", "t", "materials"),
    GoodName("plastic", "t", "materials"),
    GoodName("wood", "t", "materials"),
    GoodName("paper", "t", "by_products"),
    GoodName("organic", "t", "by_products"),
    GoodName("textile", "t", "materials"),
    GoodName("mineral", "t", "other"),
    GoodName("chemical", "t", "other"),
    GoodName("sludge", "t", "by_products"),
    GoodName("water", "m3", "water"),
    GoodName("heat", "MWh", "energy"),
    GoodName("fuel_gas", "t", "energy"),
)
GOODS = tuple(good.name for good in GOOD_TABLE)
GOOD_UNITS = tuple(good.unit for good in GOOD_TABLE)

#: Stages of a firm's way to an exchange: see, find, decide, make it work.
STAGES = ("A", "B", "C", "D")
STAGE_NAMES = ("becoming aware", "finding a partner", "deciding", "making it work")

BARRIER_GROUPS = ("regulatory", "economic", "knowledge", "digital", "organisational", "collaboration")
N_BARRIERS = 24


class Item(NamedTuple):
    """An ordinal question of the survey, answered on 1..n_levels."""

    name: str
    n_levels: int
    question: str
    figure: int


ITEM_TABLE = (
    Item("awareness", 3, "awareness of industrial symbiosis: none, somewhat, very", 1),
    Item("examples", 5, "knows examples of digital industrial symbiosis", 2),
    Item("sustainability", 5, "importance of sustainability to the organisation", 3),
    Item("learning", 5, "interest in learning about sharing resources", 4),
    Item("willingness", 5, "willingness to take part in digital industrial symbiosis", 5),
    Item("likelihood", 5, "likelihood to consider sharing if it saves cost or creates value", 6),
    Item("information", 5, "has enough information to decide", 9),
    Item("guidelines", 5, "clear guidelines would raise participation", 11),
    Item("legal", 5, "familiarity with the legal requirements", 12),
    Item("tools", 5, "interest in digital tools", 14),
    Item("training", 5, "interest in training on digital industrial symbiosis", 16),
)
ITEMS = tuple(item.name for item in ITEM_TABLE)
ITEM_LEVELS = tuple(item.n_levels for item in ITEM_TABLE)

#: Questions with several answers to tick, and their options.
TICK_GROUPS: dict[str, tuple[str, ...]] = {
    "resources": ("materials", "by_products", "energy", "water", "other"),
    "barriers": ("limited_time", "lack_of_money", "unknown_benefits", "unknown_partners", "compliance_worry"),
    "legal_challenges": ("complex_regulation", "compliance_cost", "unclear_policy", "no_legal_guidance"),
    "digital_obstacles": ("lack_of_knowledge", "high_cost", "privacy", "no_platform_access"),
    "training_wanted": (
        "symbiosis_basics",
        "finding_opportunities",
        "savings_and_growth",
        "digital_tools",
        "environmental_compliance",
    ),
}
#: All tick options as `group.option`, in order: the columns of a firm's ticks.
TICKS = tuple(f"{group}.{option}" for group, options in TICK_GROUPS.items() for option in options)

#: Code (position in TICK_GROUPS["resources"]) of the survey's resource group of each good, by good code.
GOOD_RESOURCE = tuple(TICK_GROUPS["resources"].index(good.resource) for good in GOOD_TABLE)


def branch_of(nace: str) -> int:
    """Branch code of a NACE Rev. 2 code written with its leading zero (two to four digits)."""
    if len(nace) in (2, 3, 4) and nace.isdigit():
        for code, branch in enumerate(BRANCH_TABLE):
            if int(nace[:2]) in branch.divisions:
                return code
    raise ValueError(f"NACE code '{nace}' is in no branch; two to four digits of Rev. 2 are allowed")
