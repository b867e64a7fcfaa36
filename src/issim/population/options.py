"""What may be varied about the synthetic firms, each with unit, range, prior, meaning and source."""

from __future__ import annotations

from dataclasses import dataclass

from issim.errors import InputError, unknown_name
from issim.units import par, range_errors

COMPOSITIONS = ("survey", "business")


@dataclass(frozen=True)
class PopulationOptions:
    """The choices behind a synthetic population."""

    composition: str = par(
        "survey",
        unit="choice",
        low=0,
        high=0,
        meaning="size classes of the firms: 'survey' as answered, 'business' as in business statistics",
        source="survey_2025; eurostat_sif_2008",
    )
    item_loading: float = par(
        0.75,
        unit="1",
        low=0.6,
        high=0.95,
        prior="uniform(0.65, 0.9)",
        source="assumption",
        meaning="correlation of an item's latent with the trait behind it; 0.75 makes three items an index "
        "with a Cronbach alpha of about 0.8, below 0.6 the "
        "published correlation of the indices is out of reach",
    )
    interest_link: float = par(
        0.5,
        unit="1",
        low=-0.9,
        high=0.9,
        prior="uniform(0.2, 0.7)",
        source="assumption",
        meaning="latent correlation of interest in digital tools with readiness within a country",
    )
    it_use_link: float = par(
        0.6,
        unit="1",
        low=-0.9,
        high=0.9,
        prior="uniform(0.4, 0.8)",
        source="assumption",
        meaning="latent correlation of the use of IT tools with digital competence; the report gives only "
        "the larger of their two correlations with readiness",
    )
    obstacle_link: float = par(
        0.15,
        unit="1",
        low=0.0,
        high=0.5,
        prior="uniform(0.05, 0.3)",
        source="assumption",
        meaning="latent correlation with readiness of the obstacles that the report calls weakly positively "
        "related (cost, knowledge, privacy)",
    )
    practice_share: float = par(
        0.29,
        unit="1",
        low=0.05,
        high=0.9,
        prior="uniform(0.15, 0.45)",
        source="eb_381",
        meaning="share of firms that already pass residual material to another firm in any form",
    )
    trust_mean: float = par(
        0.5,
        unit="1",
        low=0.02,
        high=0.98,
        prior="uniform(0.35, 0.65)",
        source="assumption",
        meaning="mean general trust in a partner before any dealing (no survey question asks it)",
    )
    trust_spread: float = par(
        0.2,
        unit="1",
        low=0.01,
        high=0.49,
        prior="uniform(0.1, 0.28)",
        source="assumption",
        meaning="standard deviation of general trust between firms (Beta distribution)",
    )


def check(options: PopulationOptions) -> None:
    """Refuse options that no population can have."""
    if options.composition not in COMPOSITIONS:
        raise unknown_name("population composition", str(options.composition), COMPOSITIONS)
    for error in range_errors(options, "population"):
        raise error
    if options.trust_spread**2 >= options.trust_mean * (1.0 - options.trust_mean):
        raise InputError(
            f"population.trust_spread = {options.trust_spread} is too wide for population.trust_mean = "
            f"{options.trust_mean}; a share in [0, 1] with that mean has a standard deviation below "
            f"{(options.trust_mean * (1 - options.trust_mean)) ** 0.5:.3f}, choose a smaller one."
        )
