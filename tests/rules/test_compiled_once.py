"""A rule is compiled once, whatever constants and widths of integers it is called with (see `jit.py`)."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from issim.jit import is_compiled, process


@pytest.mark.skipif(not is_compiled(), reason="compilation is switched off")
def test_constants_and_narrow_integers_share_one_compilation() -> None:
    @process
    def scaled(value, times):  # type: ignore[no-untyped-def]
        return value * times

    @numba.njit
    def several(narrow):  # type: ignore[no-untyped-def]
        return scaled(1.0, 2) + scaled(1.0, 3) + scaled(1.0, narrow[0])

    assert several(np.array([-4], np.int8)) == 1.0
    assert len(scaled.nopython_signatures) == 1


@pytest.mark.skipif(not is_compiled(), reason="compilation is switched off")
def test_seeds_stay_unsigned() -> None:
    @process
    def high_word(seed):  # type: ignore[no-untyped-def]
        return seed >> np.uint64(63)

    @numba.njit
    def of(seed):  # type: ignore[no-untyped-def]
        return high_word(seed)

    assert of(np.uint64(2**63)) == 1
