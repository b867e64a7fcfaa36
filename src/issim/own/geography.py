"""Where firms stand: which coordinates a file gives, and WGS84 degrees as kilometres on a plane.

Projection   azimuthal around the middle of the firms: the direction is that of the tangent plane of the WGS84
             ellipsoid, the distance that of an arc over the chord. Distances between firms within 100 km of the
             middle are wrong by less than 0.01 %, within 500 km by less than 0.15 %, within 1,000 km by less than 0.5 %
             (measured against geodesics of PROJ); the straight line itself is a coarser stand-in for a road.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: The ellipsoid of WGS84: longer half-axis in km, and flattening.
HALF_AXIS, FLATTENING = 6378.137, 1.0 / 298.257223563
ECCENTRICITY2 = FLATTENING * (2.0 - FLATTENING)

#: Where the countries of the model lie, generously: latitude and longitude from and to.
WINDOW = ((34.0, 72.0), (-12.0, 45.0))


def cartesian(lat: Floats, lon: Floats) -> Floats:
    """Points of the ellipsoid in km from the middle of the earth, (n, 3)."""
    phi, lam = np.radians(lat), np.radians(lon)
    normal = HALF_AXIS / np.sqrt(1.0 - ECCENTRICITY2 * np.sin(phi) ** 2)
    flat = normal * np.cos(phi)
    up = normal * (1.0 - ECCENTRICITY2) * np.sin(phi)
    return np.stack([flat * np.cos(lam), flat * np.sin(lam), up], axis=-1)


def projected(lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
    """Degrees as km east and north of the middle of the points."""
    lat0, lon0 = (lat.min() + lat.max()) / 2.0, (lon.min() + lon.max()) / 2.0
    away = cartesian(lat, lon) - cartesian(np.array([lat0]), np.array([lon0]))
    phi, lam = np.radians(lat0), np.radians(lon0)
    east = away @ np.array([-np.sin(lam), np.cos(lam), 0.0])
    north = away @ np.array([-np.sin(phi) * np.cos(lam), -np.sin(phi) * np.sin(lam), np.cos(phi)])
    sine2 = ECCENTRICITY2 * np.sin(phi) ** 2
    radius = HALF_AXIS * np.sqrt(1.0 - ECCENTRICITY2) / (1.0 - sine2)  # Gaussian: of the mean curvature here
    half = np.minimum(np.sqrt((away**2).sum(axis=1)) / (2.0 * radius), 1.0)
    flat = np.hypot(east, north)
    scale = 2.0 * radius * np.arcsin(half) / np.where(flat > 0.0, flat, 1.0)
    return np.round(east * scale, 6), np.round(north * scale, 6)  # a millimetre: see `kept` of the population


def in_window(lat: Floats, lon: Floats) -> NDArray[np.bool_]:
    """Whether points lie in the part of the world that the countries of the model are in."""
    (south, north), (west, east) = WINDOW
    return np.asarray((lat >= south) & (lat <= north) & (lon >= west) & (lon <= east))


def in_kilometres(x: Floats, y: Floats, unit: str) -> tuple[Floats, Floats, str]:
    """Projected coordinates in km, and the unit they were in: as said in the header, else by their size.

    Without a unit they are metres if any is beyond 10,000 or the firms are more than 2,000 apart.
    """
    if not unit:
        spread = max(np.ptp(x), np.ptp(y)) if len(x) else 0.0
        unit = "m" if len(x) and (max(np.abs(x).max(), np.abs(y).max()) > 10_000 or spread > 2000) else "km"
    scale = 1e-3 if unit == "m" else 1.0
    return x * scale, y * scale, unit
