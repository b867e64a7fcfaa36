"""Shared by all tests: the rules are compiled once, before the workers of pytest-xdist start."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

# No deadlines: a first call may compile. The same examples on every machine that only checks.
settings.register_profile("issim", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("check", settings.get_profile("issim"), derandomize=True)
settings.load_profile("check" if os.environ.get("CI") else "issim")


def pytest_configure(config: pytest.Config) -> None:
    """Compile in the controller, so that two workers do not do the same work side by side."""
    if hasattr(config, "workerinput") or os.environ.get("NUMBA_DISABLE_JIT") == "1":
        return
    from issim import jit

    if not jit.is_cached():
        from issim import evidence
        from issim.model.record import record
        from issim.world.build import build
        from issim.world.region import Region

        record(build(evidence.load(), [Region(n_firms=100)], seed=0), seed=0, n_months=2)
