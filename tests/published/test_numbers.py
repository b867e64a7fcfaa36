"""Published numbers are met by rules written anew: by few runs always, at full size in the slow suite.

The latter: `ISSIM_SLOW=1 python3 do.py test tests/published -k full_size`.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pandas as pd
import pytest
from replications import e1, e2, e4, e5, page
from replications.replication import Replication, missed

from issim import jit

REPLICATIONS = [module.REPLICATION for module in (e1, e2, e4, e5)]
needs_compiler = pytest.mark.skipif(not jit.is_compiled(), reason="takes minutes where compilation is off")
full_size = pytest.mark.skipif(
    os.environ.get("ISSIM_SLOW") != "1", reason="at full size with ISSIM_SLOW=1 only"
)


@needs_compiler
@pytest.mark.parametrize("chosen", [e1.REPLICATION, e5.REPLICATION], ids=lambda chosen: chosen.name)
def test_published_means_are_met_by_fewer_runs(
    chosen: Replication, tables: Callable[[str], pd.DataFrame]
) -> None:
    assert missed(chosen.lines(tables(chosen.name))) == []


@needs_compiler
def test_cells_of_the_market_are_those_that_are_kept(tables: Callable[[str], pd.DataFrame]) -> None:
    """The same seeds give the same cells, in whatever part of the grid and on however many threads."""
    found = e2.cells(tables("E2"))
    kept = e2.read_cells(e2.CELLS).merge(found[e2.KEYS], on=e2.KEYS)
    assert len(found) == 8
    pd.testing.assert_frame_equal(found, kept, check_exact=False, rtol=0, atol=2e-6)


@needs_compiler
def test_producers_invest_where_a_contract_pays(tables: Callable[[str], pd.DataFrame]) -> None:
    """Each cell of the Hold-Up model within a point and three standard errors of the re-implementation's."""
    released = {
        (k, s): e4.ROWS[row].reference[2] for row, k in enumerate((0.0, 5.0, 10.0)) for s in (5.0, 15.0)
    }
    for variant, cells in ((e4.P, e4.CELLS), (e4.R, released)):
        runs = e4.arm(tables("E4"), variant, e4.BOUNDED)
        for (k, s), mean in cells.items():
            values = runs.loc[(runs["K"] == k) & (runs["S"] == s), "investing"]
            assert len(values) == 16
            assert abs(values.mean() - mean) < e4.TOLERANCE + 3.0 * values.std() / 4.0, (variant, k, s)


@pytest.mark.slow
@full_size
@pytest.mark.parametrize("chosen", REPLICATIONS, ids=lambda chosen: chosen.name)
def test_full_size_is_reproduced_and_the_page_says_so(chosen: Replication) -> None:
    table = chosen.measure(chosen.n_runs, lambda: None)
    assert missed(chosen.lines(table)) == []
    text = page.PAGE.read_text(encoding="utf-8")
    assert page.section(chosen, table) in text
    if chosen.name == "E2":
        pd.testing.assert_frame_equal(e2.cells(table), e2.read_cells(e2.CELLS), rtol=0, atol=2e-6)
