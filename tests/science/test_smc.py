"""The check of the calibration by another method: pyABC, fed in batches, finds a posterior that is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

pytest.importorskip("pyabc", reason="the extra [calibrate] is not installed")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # those of pyABC and its dependencies
def test_batches_leave_the_posterior_as_it_is() -> None:
    """A normal score seen with a normal error: mean and variance by hand; the idle one keeps its prior."""
    from calibration.smc import run

    random = np.random.default_rng(1)

    def simulate(proposals: Sequence[dict[str, float]]) -> list[dict[str, float]]:
        return [{"seen": proposal["told"] + 0.05 * random.standard_normal()} for proposal in proposals]

    frame, weights, generations = run({"seen": 1.0}, {"seen": 0.5}, ["told", "idle"], 300, 6, simulate)
    mean = float((weights * frame["told"]).sum())
    precision = 1.0 / (0.5**2 + 0.05**2)
    assert mean == pytest.approx(precision / (1.0 + precision), abs=0.1)
    assert float((weights * (frame["told"] - mean) ** 2).sum()) == pytest.approx(
        1.0 / (1.0 + precision), abs=0.05
    )
    assert float((weights * frame["idle"]).sum()) == pytest.approx(0.0, abs=0.2)
    assert generations["samples"].sum() > 900
