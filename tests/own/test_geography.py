"""Degrees on a plane: distances against geodesics on WGS84 as PROJ computes them (pyproj 3.7.2, `Geod.inv`)."""

from __future__ import annotations

import numpy as np
import pytest

from issim.own.geography import in_kilometres, projected

#: Two points in degrees, the geodesic between them in km, and how far the plane may be off.
GEODESICS = [
    ((43.2, 10.4), (43.9, 11.3), 106.4789, 1e-4),
    ((56.6, 23.4), (57.3, 24.9), 120.0307, 1e-4),
    ((68.9, 15.2), (69.3, 17.0), 84.4379, 1e-4),
    ((45.6, 13.6), (46.5, 16.2), 224.7021, 1e-4),
    ((57.0, 6.0), (63.0, 12.0), 746.8877, 1.5e-3),
    ((47.0, 8.0), (59.0, 19.0), 1521.547, 5e-3),
]


@pytest.mark.parametrize(("a", "b", "km", "off"), GEODESICS)
def test_distances_on_the_plane_are_those_of_geodesics(
    a: tuple[float, float], b: tuple[float, float], km: float, off: float
) -> None:
    corners = [a, b, (a[0], b[1]), (b[0], a[1])]  # off the line through the middle, too
    east, north = projected(*(np.array(each) for each in zip(*corners, strict=True)))
    assert np.hypot(east[0] - east[1], north[0] - north[1]) == pytest.approx(km, rel=off)
    assert east[1] > east[0]
    assert north[1] > north[0]


def test_a_single_point_is_the_middle() -> None:
    east, north = projected(np.array([57.0]), np.array([24.0]))
    assert (east[0], north[0]) == (0.0, 0.0)


def test_projected_coordinates_are_metres_if_they_are_large() -> None:
    x, y = np.array([506_000.0, 512_000.0]), np.array([6_317_000.0, 6_317_500.0])
    assert in_kilometres(x, y, "")[2] == "m"
    assert in_kilometres(x, y, "km")[2] == "km"
    assert in_kilometres(x / 1000, y / 1000, "")[2] == "km"
    assert np.ptp(in_kilometres(x, y, "")[0]) == pytest.approx(6.0)
