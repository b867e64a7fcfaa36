"""Documented cases in lessons: opened by name, with their exchanges and what is published of them."""

from __future__ import annotations

import numpy as np
import pytest

from issim import teach
from issim.evidence.vocabulary import GOODS
from issim.own import cases
from issim.teach.pairs import account


@pytest.mark.parametrize("name", cases.names())
def test_a_case_is_opened_with_what_is_documented(name: str) -> None:
    found = teach.case(name, n_months=6)
    words = {link.words for link in cases.register(name).links}
    assert set(found.links) <= words
    assert found.links, "no documented exchange is possible in its own world"
    for told, exchange in found.links.items():
        donor, _, rest = told.partition(" to ")
        assert exchange.donor.name.startswith(donor)
        assert exchange.good == GOODS[GOODS.index(rest.rpartition(", ")[2])]
        assert sum(item.euros for item in account(exchange)) == pytest.approx(exchange.gain)
    assert len(found.published) >= 2


def test_documented_exchanges_are_counted_over_worlds() -> None:
    arms = {"none": teach.Arm(), "team": teach.Arm("facilitator")}
    table = teach.documented("case_kalundborg", arms, n_worlds=3, n_months=24)
    assert len(table) == 2 * 3 * len(cases.register("case_kalundborg").links)
    rows = teach.link_rows(table)
    assert len(rows) == 2 * len(cases.register("case_kalundborg").links)
    for row in rows:
        assert 0 <= row.low <= row.mid <= row.high <= 100
        assert row.high - row.low > 20, "three worlds tell little"
    shares = (table["operating"] > 0).groupby([table["exchange"], table["policy"]], sort=False).mean()
    np.testing.assert_allclose([row.mid for row in rows], 100 * shares.to_numpy())
