"""Where firms stand, and which regions are impossible."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from issim.evidence import Evidence
from issim.evidence.vocabulary import BRANCHES
from issim.population.documented import exchange_counts
from issim.units import ASSUMPTION
from issim.world import region
from issim.world.region import Region, positions, relatedness


def stand(known: Evidence, place: Region, branch: str = "metals", n: int = 6000) -> np.ndarray:
    """Positions (n, 2) of firms of one branch."""
    index, number = np.arange(n, dtype=np.int32), np.full(n, place.number, np.int16)
    branches = np.full(n, BRANCHES.index(branch), np.int8)
    return np.stack(positions(5, place, index, number, branches, exchange_counts(known)), axis=1)


@pytest.mark.parametrize("side", [1.0, 120.0, 2000.0])
def test_firms_stand_inside(known: Evidence, side: float) -> None:
    where = stand(known, Region(side=side, cluster_radius=50.0))
    assert (where >= 0).all()
    assert (where <= side).all()


def test_without_clusters_firms_stand_anywhere(known: Evidence) -> None:
    for place in (Region(clustered=0.0), Region(n_clusters=0)):
        where = stand(known, place)
        assert stats.kstest(where[:, 0] / 120.0, "uniform").pvalue > 0.001
        assert stats.kstest(where[:, 1] / 120.0, "uniform").pvalue > 0.001
        assert abs(np.corrcoef(where.T)[0, 1]) < 0.05


def test_a_cluster_has_the_stated_radius(known: Evidence) -> None:
    where = stand(known, Region(side=1000.0, n_clusters=1, clustered=1.0, cluster_radius=4.0))
    assert where.std(axis=0) == pytest.approx([4.0, 4.0], rel=0.05)


def test_the_stated_share_stands_in_clusters(known: Evidence) -> None:
    where = stand(known, Region(side=2000.0, n_clusters=1, clustered=0.3, cluster_radius=1.0))
    centre = np.median(
        stand(known, Region(side=2000.0, n_clusters=1, clustered=1.0, cluster_radius=1.0)), axis=0
    )
    assert (np.hypot(*(where - centre).T) < 6.0).mean() == pytest.approx(0.3, abs=0.02)


def test_related_branches_share_clusters(known: Evidence) -> None:
    """With strong attraction a branch crowds into fewer clusters than without."""

    def crowding(attraction: float) -> float:
        where = stand(known, Region(clustered=1.0, cluster_radius=0.01, n_clusters=12, attraction=attraction))
        _, counts = np.unique(np.round(where / 0.5), axis=0, return_counts=True)
        return float(((counts / counts.sum()) ** 2).sum())

    assert crowding(0.0) == pytest.approx(1 / 12, rel=0.2)
    assert crowding(4.0) > 1.8 * crowding(0.0)


def test_relatedness_by_hand() -> None:
    counts = np.zeros((3, 1, 3))
    counts[0, 0, 1], counts[1, 0, 0], counts[0, 0, 2] = 3, 1, 2
    assert relatedness(counts) == pytest.approx(np.array([[1, 1, 0.5], [1, 1, 0], [1, 0, 1]]))


def test_a_firm_stands_where_it_stands(known: Evidence) -> None:
    everyone, some = stand(known, Region()), stand(known, Region(), n=50)
    assert (everyone[:50] == some).all()
    assert not (stand(known, Region(number=1), n=50) == some).any()


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"n_firms": 0}, "population.n_firms = 0 firms is outside [1, 1000000]"),
        ({"n_firms": 2.5}, "population.n_firms = 2.5 firms is no whole number"),
        ({"side": 0.0}, "region.side = 0.0 km is outside [1.0, 2000.0]"),
        ({"side": float("nan")}, "region.side = nan km is outside"),
        ({"clustered": 1.2}, "region.clustered = 1.2 is outside [0.0, 1.0]"),
        ({"cluster_radius": "wide"}, "region.cluster_radius = wide km is outside"),
        ({"country": "NOR"}, "region.country 'NOR' is not known; did you mean NO"),
        ({"number": 256}, "region.number = 256 is outside [0, 255]"),
    ],
)
def test_an_impossible_region_is_named(fields: dict[str, object], named: str) -> None:
    found = [str(error) for error in region.errors(Region(**fields))]  # type: ignore[arg-type]
    assert len(found) == 1
    assert found[0].startswith(named)


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert len(region.errors(Region(n_firms=0, side=0.0, country="XX", clustered=-1.0))) == 4
    assert region.errors(Region()) == []


def test_parameters_of_a_region_are_declared() -> None:
    rows = {row.name: row for row in region.parameters(Region(side=50.0))}
    assert rows["region.side"].value == 50.0
    assert rows["population.n_firms"].par.unit == "firms"
    assert all(row.par.meaning and row.par.source == ASSUMPTION for row in rows.values())
