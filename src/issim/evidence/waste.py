"""How much residue a firm has: tonnes by size class, how branches differ, what the tonnes consist of.

Measured tonnes per firm and size class were searched for and not found. What stands here is derived: EU
manufacturing waste per person employed times mean employment of each size class. Tonnes per person by
branch cannot be derived (no employment by branch), so `intensity` compares the branches' shares of all
waste with the equal shares of firms that the synthetic population gives them, tempered by an assumed
exponent: 0 says all branches are alike, 1 that firm numbers are equal and waste is as published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from issim.evidence.facts import Assumption, Figure, required
from issim.evidence.terms import Term, assumed, checked, joined, own_parameters
from issim.evidence.vocabulary import BRANCHES, GOODS, SIZES, SURVEYED
from issim.units import Parameter, par

COMPUTED = "computed"
#: The branches whose waste the sector tables give: food and the manufacturing branches.
MAKERS = (
    "food", "textiles", "wood", "paper", "petroleum", "chemicals", "minerals", "metals", "machinery",
    "furniture_other",
)  # fmt: skip


def _tonnes(size: str) -> float:
    """The declared yearly tonnes of one size class."""
    return par(
        1.0,
        unit="t/yr",
        low=0,
        high=1e6,
        source=COMPUTED,
        meaning=f"mean yearly waste of a {size} manufacturing firm",
    )


@dataclass(frozen=True)
class WasteQuantities:
    """Yearly residues of firms; `intensity` runs over branches, `material_share` over goods."""

    micro: float = _tonnes("micro")
    small: float = _tonnes("small")
    medium: float = _tonnes("medium")
    large: float = _tonnes("large")
    log_sd: float = par(
        1.2,
        unit="1",
        low=0,
        high=3,
        source=COMPUTED,
        meaning="standard deviation of log tonnes between firms of one size class",
    )
    branch_exponent: float = par(
        0.5,
        unit="1",
        low=0,
        high=1,
        source=COMPUTED,
        meaning="how far branches differ: 0 all alike, 1 as their shares of all waste",
    )
    water_per_person: float = par(
        70.0,
        unit="m3/(person yr)",
        low=0,
        high=10_000,
        source=COMPUTED,
        meaning="reusable process water of a firm that has any",
    )
    heat_per_person: float = par(
        10.0,
        unit="MWh/(person yr)",
        low=0,
        high=1000,
        source=COMPUTED,
        meaning="recoverable heat of a firm that has any",
    )
    fuel_gas_per_person: float = par(
        2.0,
        unit="t/(person yr)",
        low=0,
        high=1000,
        source=COMPUTED,
        meaning="usable process gas of a firm that has any",
    )
    intensity: tuple[float, ...] = ()
    material_share: tuple[float, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict, compare=False)
    priors: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def by_size(self) -> tuple[float, float, float, float]:
        """Mean tonnes per firm and year by size class."""
        return self.micro, self.small, self.medium, self.large

    def parameters(self) -> Iterator[Parameter]:
        """The parameters with their own sources and priors."""
        yield from own_parameters(self, "waste")


def _per_firm(firms: Sequence[Figure], assumptions: Mapping[str, Assumption]) -> dict[str, Term]:
    """t/person of EU manufacturing times persons per enterprise; micro firms waste less per person."""
    person = required(firms, "manufacturing waste per person employed", "EU27", "firms.csv")
    terms = {}
    for size in SIZES:
        staff = required(firms, f"persons per enterprise, {size}", "EU27", "firms.csv")
        width = assumed(assumptions, "waste_factor", size)
        tonnes = person.amount * staff.amount
        prior = f"uniform({tonnes / width.value:.6g}, {tonnes * width.value:.6g})"
        terms[size] = Term(tonnes, joined([person.source, staff.source]), prior)
    return terms


def branch_shares(firms: Sequence[Figure]) -> tuple[dict[str, float], str]:
    """Share of each making branch in the waste of all of them, latest common year.

    The five surveyed countries added; they stand for firms of every country.
    """
    totals, sources = {}, []
    for branch in MAKERS:
        rows = [required(firms, f"waste of {branch}", country, "firms.csv") for country in SURVEYED]
        totals[branch] = sum(row.amount for row in rows)
        sources += [row.source for row in rows]
    whole = sum(totals.values())
    return {branch: total / whole for branch, total in totals.items()}, joined(sources)


def _intensity(
    firms: Sequence[Figure], assumptions: Mapping[str, Assumption], exponent: float
) -> tuple[tuple[float, ...], str]:
    """Waste per firm of each branch relative to the mean making branch; others are assumed."""
    shares, source = branch_shares(firms)
    raw = {branch: (share * len(MAKERS)) ** exponent for branch, share in shares.items()}
    mean = sum(raw.values()) / len(MAKERS)
    values = [
        raw[branch] / mean if branch in raw else assumed(assumptions, "intensity", branch).value
        for branch in BRANCHES
    ]
    return tuple(values), joined([source, "assumption"])


def _material_share(firms: Sequence[Figure]) -> tuple[tuple[float, ...], str]:
    """Composition of Norwegian manufacturing waste that can be named, by good; fluids have none."""
    tonnes, sources = [], []
    for good in GOODS:
        rows = [row for row in firms if row.metric == f"material of waste: {good}" and row.value is not None]
        latest = max((row.year for row in rows), default=0.0)
        kept = [row for row in rows if row.year == latest]
        tonnes.append(sum(row.amount for row in kept))
        sources += [row.source for row in kept]
    return tuple(value / sum(tonnes) for value in tonnes), joined(sources)


def build_waste(firms: Sequence[Figure], assumptions: Mapping[str, Assumption]) -> WasteQuantities:
    """Quantities of residues, computed or assumed, ranges checked."""
    names = ("log_sd", "branch_exponent", "water_per_person", "heat_per_person", "fuel_gas_per_person")
    terms = _per_firm(firms, assumptions) | {name: assumed(assumptions, "waste", name) for name in names}
    intensity, of_branches = _intensity(firms, assumptions, terms["branch_exponent"].value)
    material, of_materials = _material_share(firms)
    quantities = WasteQuantities(
        **{name: term.value for name, term in terms.items()}, intensity=intensity, material_share=material,
        sources={
            **{name: term.source for name, term in terms.items()}, "intensity": of_branches,
            "material_share": of_materials,
        },
        priors={name: term.prior for name, term in terms.items()},
    )  # fmt: skip
    checked(quantities, "waste")
    return quantities
