"""The constants of behaviour: each with unit, range, prior, meaning and source.

Month steps; money in EUR of 2024. `Behaviour.record()` is what the rules read: one numpy record, so that
a batch can give every run its own.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from issim.units import ASSUMPTION, par

#: What rules read the constants of behaviour from: one record of float64, fields as in `Behaviour`.
Constants = np.record


@dataclass(frozen=True)
class Behaviour:
    """How firms become aware, search, decide, deal and stop."""

    # One parameter, a few short lines: the formatter would make ten of each.
    # fmt: off

    # 3 awareness
    outside_influence: float = par(
        0.0005, unit="1/month", low=0, high=1, prior="loguniform(0.0003, 0.001)", source="own_computation",
        meaning="p: hazard of becoming more aware from outside the region's firms (Bass fits 0.004-0.009 per year)",
    )
    word_of_mouth: float = par(
        0.003, unit="1/month", low=0, high=5, prior="loguniform(0.001, 0.01)", source=ASSUMPTION,
        meaning="hazard of becoming more aware when all peers are aware",
    )
    contagion: float = par(
        0.017, unit="1/month", low=0, high=5, prior="uniform(0.008, 0.025)", source="own_computation",
        meaning="q: hazard of becoming more aware when all peers operate an exchange (Bass fits 0.1-0.3 per year)",
    )
    deepening: float = par(
        0.5, unit="1", low=0, high=10, prior="uniform(0.2, 1.0)", source=ASSUMPTION,
        meaning="hazard of somewhat to very aware relative to none to somewhat",
    )
    forgetting: float = par(
        0.0005, unit="1/month", low=0, high=1, prior="loguniform(0.0002, 0.003)", source=ASSUMPTION,
        meaning="hazard that awareness falls one level in a firm without exchange or talks",
    )
    # 4 learning
    learning_by_practice: float = par(
        0.01, unit="1/month", low=0, high=1, prior="loguniform(0.003, 0.03)", source=ASSUMPTION,
        meaning="share of the missing digital readiness gained per month by operating an exchange",
    )
    learning_by_platform: float = par(
        0.01, unit="1/month", low=0, high=1, prior="loguniform(0.003, 0.03)", source=ASSUMPTION,
        meaning="share of the missing digital readiness gained per month by using a platform",
    )
    staff_turnover: float = par(
        0.01, unit="1/month", low=0, high=1, prior="loguniform(0.005, 0.03)", source=ASSUMPTION,
        meaning="share of digital readiness above the firm's starting level lost per month",
    )
    causal_share: float = par(
        0.5, unit="1", low=0, high=1, prior="uniform(0, 1)", source=ASSUMPTION,
        meaning="how much of the survey's association with readiness is causal (the survey is cross-sectional)",
    )
    weight_awareness: float = par(
        0.41, unit="scale point/level", low=-5, high=5, prior="", source="survey_2025",
        meaning="readiness gained per level of awareness, if all of the association were causal "
        "(population.readiness_weights)",
    )
    weight_digital: float = par(
        0.69, unit="scale point", low=-5, high=5, prior="", source="survey_2025",
        meaning="readiness gained from no to full digital readiness, if all of the association were causal",
    )
    weight_benefits: float = par(
        0.83, unit="scale point", low=-5, high=5, prior="", source="survey_2025",
        meaning="readiness gained from seeing no benefit to seeing them in full, if all of it were causal",
    )
    weight_practice: float = par(
        0.26, unit="scale point", low=-5, high=5, prior="", source="survey_2025",
        meaning="readiness gained by exchanging, if all of the association were causal",
    )
    # 5 search
    search_rate: float = par(
        0.03, unit="1/month", low=0, high=10, prior="loguniform(0.01, 0.1)", source=ASSUMPTION,
        meaning="hazard that an aware firm without barriers and of mean readiness starts searching",
    )
    search_readiness: float = par(
        0.4, unit="1/scale point", low=-5, high=5, prior="uniform(0, 0.8)", source=ASSUMPTION,
        meaning="effect of readiness on the logarithm of the search hazard",
    )
    search_digital: float = par(
        0.5, unit="1", low=-5, high=5, prior="uniform(0, 1)", source=ASSUMPTION,
        meaning="effect of digital readiness on the logarithm of the search hazard",
    )
    give_up: float = par(
        0.04, unit="1/month", low=0, high=10, prior="loguniform(0.02, 0.1)", source=ASSUMPTION,
        meaning="hazard that a searching firm without talks stops searching",
    )
    obliged_search: float = par(
        0.25, unit="1/month", low=0, high=10, prior="uniform(0.1, 0.5)", source=ASSUMPTION,
        meaning="hazard that a firm short of a quota that binds it starts searching",
    )
    platform_use: float = par(
        2.0, unit="partners", low=0, high=100, prior="uniform(0, 4)", source=ASSUMPTION,
        meaning="fully compatible partners that platforms must list for a member before it looks there",
    )
    contact_rate: float = par(
        0.4, unit="1/month", low=0, high=50, prior="loguniform(0.1, 1.5)", source=ASSUMPTION,
        meaning="hazard that a searching firm meets a fully compatible candidate next door through own contacts",
    )
    contact_distance: float = par(
        22.0, unit="km", low=0.1, high=10000, prior="uniform(10, 40)", source="jensen_2011",
        meaning="distance over which the ease of meeting falls by e",
    )
    contact_network: float = par(
        0.5, unit="1", low=0, high=1, prior="uniform(0.2, 0.9)", source=ASSUMPTION,
        meaning="ease of meeting per further step in the information network",
    )
    # 6 decide
    decision_rate: float = par(
        0.3, unit="1/month", low=0, high=50, prior="uniform(0.1, 0.6)", source=ASSUMPTION,
        meaning="hazard that a met pair without barriers comes to a decision",
    )
    lapse_rate: float = par(
        0.05, unit="1/month", low=0, high=50, prior="loguniform(0.02, 0.15)", source=ASSUMPTION,
        meaning="hazard that the talks of a met pair lapse",
    )
    bargaining: float = par(
        0.5, unit="1", low=0, high=1, prior="uniform(0.3, 0.7)", source=ASSUMPTION,
        meaning="share of the joint gain that goes to the donor",
    )
    worthwhile: float = par(
        100.0, unit="EUR/yr", low=0.01, high=1e9, prior="loguniform(25, 400)", source=ASSUMPTION,
        meaning="yearly gain at which a firm of one person is as likely as not to accept",
    )
    worthwhile_size: float = par(
        0.6, unit="1", low=0, high=2, prior="uniform(0.3, 1.0)", source=ASSUMPTION,
        meaning="elasticity of the worthwhile gain to employees",
    )
    strictness: float = par(
        1.0, unit="1", low=0, high=50, prior="uniform(0.3, 2)", source=ASSUMPTION,
        meaning="how much each of the barriers no money, uncertain return, short-term mindset raises the "
        "threshold at strength 1",
    )
    accept_gain: float = par(
        0.8, unit="1", low=0, high=20, prior="uniform(0.4, 1.5)", source=ASSUMPTION,
        meaning="effect of the logarithm of gain over threshold on the logit of acceptance",
    )
    accept_readiness: float = par(
        0.5, unit="1/scale point", low=-5, high=5, prior="uniform(0.2, 1)", source=ASSUMPTION,
        meaning="beta_r: effect of readiness on the logit of acceptance",
    )
    accept_peers: float = par(
        1.5, unit="1", low=-10, high=10, prior="uniform(0, 3)", source=ASSUMPTION,
        meaning="beta_n: effect of the share of peers who operate on the logit of acceptance",
    )
    mean_readiness: float = par(
        3.1, unit="scale point", low=1, high=5, prior="", source="survey_2025",
        meaning="readiness at which its effect is nil: the survey's mean of willingness",
    )
    risk: float = par(
        1.0, unit="1", low=0.01, high=10, prior="uniform(0.5, 2)", source=ASSUMPTION,
        meaning="how strongly distrust discounts the expected gain (gain times trust to this power)",
    )
    paperwork: float = par(
        700.0, unit="EUR/yr", low=0, high=1e8, prior="loguniform(200, 3000)", source=ASSUMPTION,
        meaning="yearly cost of permits, compliance and coordination of one exchange",
    )
    interest: float = par(
        0.08, unit="1/yr", low=0, high=1, prior="uniform(0.04, 0.15)", source=ASSUMPTION,
        meaning="discount rate of firms for investments",
    )
    lifetime: float = par(
        10.0, unit="yr", low=1, high=100, prior="uniform(5, 20)", source=ASSUMPTION,
        meaning="years over which an investment is written off",
    )
    rest: float = par(
        24.0, unit="month", low=1, high=1200, prior="uniform(12, 48)", source=ASSUMPTION,
        meaning="months before a pair that broke off meets again",
    )
    # 7 implement
    lead_time: float = par(
        9.0, unit="month", low=1, high=600, prior="uniform(4, 18)", source=ASSUMPTION,
        meaning="median months from agreement to operation without barriers",
    )
    lead_spread: float = par(
        0.6, unit="1", low=0, high=3, prior="uniform(0.3, 0.9)", source=ASSUMPTION,
        meaning="spread of the logarithm of the lead time",
    )
    fall_through: float = par(
        0.02, unit="1/month", low=0, high=10, prior="loguniform(0.01, 0.06)", source=ASSUMPTION,
        meaning="hazard that an exchange is given up while being implemented, without barriers",
    )
    # 8 operate
    interruption: float = par(
        0.02, unit="1", low=0, high=1, prior="loguniform(0.005, 0.1)", source=ASSUMPTION,
        meaning="probability that an exchange delivers nothing in a month",
    )
    # 9 trust
    trust_learning: float = par(
        0.05, unit="1", low=0, high=1, prior="uniform(0.01, 0.15)", source=ASSUMPTION,
        meaning="share of the distance to the last outcome by which trust moves",
    )
    news: float = par(
        0.02, unit="1", low=0, high=1, prior="uniform(0, 0.05)", source=ASSUMPTION,
        meaning="share of the distance by which general trust moves on news from one peer's exchange",
    )
    # 10 end
    patience: float = par(
        0.15, unit="1/month", low=0, high=10, prior="uniform(0.05, 0.4)", source=ASSUMPTION,
        meaning="hazard that an exchange which makes a loss at current prices is ended",
    )
    distrust_end: float = par(
        0.015, unit="1/month", low=0, high=10, prior="loguniform(0.005, 0.05)", source=ASSUMPTION,
        meaning="hazard of ending at no trust between the partners (falls to nil at full trust)",
    )
    closure: float = par(
        0.004, unit="1/month", low=0, high=1, prior="loguniform(0.002, 0.008)", source=ASSUMPTION,
        meaning="hazard that a firm of one person leaves and another takes its place",
    )
    closure_size: float = par(
        -0.25, unit="1", low=-2, high=0, prior="uniform(-0.4, -0.1)", source=ASSUMPTION,
        meaning="elasticity of the closure hazard to employees",
    )
    # start
    start_share: float = par(
        0.017, unit="1", low=0, high=1, prior="loguniform(0.001, 0.29)", source="eb_381; frontiers_2024",
        meaning="share of firms that give or take a residue before month 0 (29 % of SMEs sold scrap in 2013; "
        "formal symbiosis below 0.1 %: the default is the middle of that range on a log scale)",
    )
    start_searching: float = par(
        0.1, unit="1", low=0, high=1, prior="uniform(0.02, 0.3)", source=ASSUMPTION,
        meaning="share of aware firms that are searching at month 0",
    )
    # fmt: on

    def record(self) -> np.record:
        """The constants as one numpy record of float64."""
        return record_array([self])[0]


NAMES = tuple(field.name for field in dataclasses.fields(Behaviour))
DTYPE = np.dtype([(name, np.float64) for name in NAMES])


def record_array(behaviours: list[Behaviour]) -> np.recarray[tuple[int], np.dtype[np.record]]:
    """One record per run."""
    rows = [tuple(float(getattr(b, name)) for name in NAMES) for b in behaviours]
    return np.array(rows, dtype=DTYPE).view(np.recarray)
