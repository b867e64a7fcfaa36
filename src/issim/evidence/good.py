"""The terms on which one good changes hands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from issim.evidence.terms import own_parameters
from issim.units import Parameter, par

COMPUTED = "computed"


@dataclass(frozen=True)
class Good:
    """The terms on which one good changes hands; "unit" is t, m3 (water) or MWh (heat)."""

    name: str
    unit: str
    resource: str
    gate_fee: float = par(
        0.0,
        unit="EUR/unit",
        low=-500,
        high=2000,
        source=COMPUTED,
        meaning="disposal price that an exchange avoids, without landfill tax",
    )
    gate_fee_spread: float = par(
        0.354,
        unit="1",
        low=0,
        high=2,
        source=COMPUTED,
        meaning="standard deviation of the log gate fee between firms (95 % within half to double)",
    )
    taxable: float = par(
        1.0,
        unit="1",
        low=0,
        high=1,
        source=COMPUTED,
        meaning="share of the avoided disposal to which landfill or incineration tax can apply",
    )
    virgin_price: float = par(
        0.0,
        unit="EUR/unit",
        low=0,
        high=10_000,
        source=COMPUTED,
        meaning="price of the new material or energy that the good replaces",
    )
    value_discount: float = par(
        0.5,
        unit="1",
        low=0,
        high=1,
        source=COMPUTED,
        meaning="fraction by which the residue is worth less than what it replaces",
    )
    price_volatility: float = par(
        0.2,
        unit="1/sqrt(yr)",
        low=0,
        high=2,
        source=COMPUTED,
        meaning="standard deviation of yearly changes of the log virgin price",
    )
    gate_volatility: float = par(
        0.1,
        unit="1/sqrt(yr)",
        low=0,
        high=2,
        source=COMPUTED,
        meaning="standard deviation of yearly changes of the log gate fee",
    )
    price_reversion: float = par(
        0.5,
        unit="1/yr",
        low=0,
        high=12,
        source=COMPUTED,
        meaning="rate at which log prices and fees return to their mean",
    )
    yield_: float = par(
        0.9,
        unit="1",
        low=0,
        high=2,
        source=COMPUTED,
        meaning="units of need that one unit of residue replaces",
    )
    processing: float = par(
        0.0,
        unit="EUR/unit",
        low=0,
        high=5000,
        source=COMPUTED,
        meaning="cost of making one unit of residue usable (sorting, cleaning, storing, handling)",
    )
    freight: float = par(
        0.1,
        unit="EUR/(unit km)",
        low=0,
        high=5,
        source=COMPUTED,
        meaning="cost of moving one unit one kilometre",
    )
    freight_co2: float = par(
        0.1,
        unit="kg/(unit km)",
        low=0,
        high=5,
        source=COMPUTED,
        meaning="CO2 from moving one unit one kilometre",
    )
    co2_saved: float = par(
        0.0,
        unit="kg/unit",
        low=-1000,
        high=30_000,
        source=COMPUTED,
        meaning="CO2 saved by one unit of residue before freight is subtracted",
    )
    reach: float = par(
        500.0,
        unit="km",
        low=0.1,
        high=5000,
        source=COMPUTED,
        meaning="distance beyond which the good cannot technically be moved",
    )
    capex_fixed: float = par(
        5000.0,
        unit="EUR",
        low=0,
        high=1e7,
        source=COMPUTED,
        meaning="investment of an exchange whatever its distance",
    )
    capex_per_km: float = par(
        0.0,
        unit="EUR/km",
        low=0,
        high=1e7,
        source=COMPUTED,
        meaning="investment of an exchange per kilometre (pipe)",
    )
    sources: Mapping[str, str] = field(default_factory=dict, compare=False)
    priors: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def residue_price(self) -> float:
        """What one unit of residue is worth to its receiver (EUR/unit), before yield."""
        return self.virgin_price * (1.0 - self.value_discount)

    def margin(self, km: float) -> float:
        """Joint gain of one unit moved `km` kilometres without taxes, permits and capex (EUR/unit)."""
        worth = self.gate_fee + self.yield_ * self.residue_price
        return worth - self.processing - self.freight * km

    def parameters(self) -> Iterator[Parameter]:
        """The good's parameters with its own units, sources and priors."""
        for row in own_parameters(self, f"goods.{self.name}"):
            yield row._replace(par=row.par._replace(unit=row.par.unit.replace("unit", self.unit)))
