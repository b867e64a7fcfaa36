"""The report's three indices, and how they are distributed in each country given the latent traits.

The report gives Norway 3.06, 3.92 and 4.50 from six answers: 55/18, 47/12 and 27/6, so means over three, two
(or four) and one item. We read them in the order of the questionnaire: awareness is figures 1 to 3 as
answered (the first of them on 1..3 only), readiness is figures 5 and 6 (to take part, to share), interest in
digital tools is figure 14. The published correlations with awareness and readiness are read as those of the
indices.
"""

from __future__ import annotations

import numpy as np

from issim.population.association import (
    NODES,
    WEIGHTS,
    Floats,
    chi_square_noncentrality,
    kruskal_noncentrality,
    levels_given,
    mixture_thresholds,
    sum_of,
)
from issim.population.published import Published

#: The items whose mean is each of the report's indices.
INDICES: dict[str, tuple[str, ...]] = {
    "awareness": ("awareness", "examples", "sustainability"),
    "readiness": ("willingness", "likelihood"),
    "interest": ("tools",),
}
#: Readiness in three classes: index below 3, from 3 to below 4, from 4 (sums of two items: 5 | 7 | 10).
READINESS_CLASSES = (slice(0, 4), slice(4, 6), slice(6, 9))


def cumulative(margin: Floats) -> Floats:
    """Cumulative shares of all levels but the last."""
    return np.asarray(np.cumsum(margin)[:-1])


def index_given_trait(
    facts: Published, items: tuple[str, ...], loading: float, shifts: Floats, trait: Floats
) -> Floats:
    """Distribution of the sum of items by country and trait, shape (n_countries, *trait.shape, n_sums)."""
    mean = loading * (trait[None, ...] + shifts.reshape(-1, *([1] * trait.ndim)))
    parts = []
    for item in items:
        t = mixture_thresholds(cumulative(facts.margins[item]), facts.country_shares, loading * shifts)
        parts.append(levels_given(t, mean, np.sqrt(1.0 - loading**2)))
    return sum_of(parts)


def index_by_country(facts: Published, items: tuple[str, ...], loading: float, shifts: Floats) -> Floats:
    """Distribution of the sum of items in each country, shape (n_countries, n_sums)."""
    if len(items) == 1:
        t = mixture_thresholds(cumulative(facts.margins[items[0]]), facts.country_shares, shifts)
        return levels_given(t, shifts, 1.0)
    return np.einsum("cns,n->cs", index_given_trait(facts, items, loading, shifts, NODES), WEIGHTS)


def mean_index(distribution: Floats, n_items: int) -> float:
    """Mean of an index from the distribution of the sum of its items."""
    return float(distribution @ (np.arange(len(distribution)) + n_items)) / n_items


def noncentrality(facts: Published, index: str, by_country: Floats) -> float:
    """Noncentrality of the report's test of an index between countries."""
    if index != "readiness":
        return kruskal_noncentrality(by_country, facts.country_counts)
    classes = np.stack([by_country[:, part].sum(axis=1) for part in READINESS_CLASSES], axis=1)
    return chi_square_noncentrality(classes, facts.country_counts)
