"""Worlds under each other: one world out of several that have nothing to do with each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from issim.world.state import Firms, Links, Needs, Offers, Pairs, World


def joined(parts: Sequence[World]) -> World:
    """One world out of several without ties between them; rows follow each other in the order given."""
    n_firms = _offsets([len(part.firms.index) for part in parts])
    n_offers = _offsets([len(part.offers.firm) for part in parts])
    n_needs = _offsets([len(part.needs.firm) for part in parts])
    n_pairs = _offsets([len(part.pairs.offer) for part in parts])
    by_firm = {"firm": n_firms, "donor": n_firms, "receiver": n_firms, "offer": n_offers, "need": n_needs}
    return World(
        firms=stacked(Firms, [part.firms for part in parts], {}),
        offers=stacked(Offers, [part.offers for part in parts], by_firm),
        needs=stacked(Needs, [part.needs for part in parts], by_firm),
        pairs=stacked(Pairs, [part.pairs for part in parts], by_firm),
        peers=_linked([part.peers for part in parts], n_firms),
        firm_pairs=_linked([part.firm_pairs for part in parts], n_pairs),
        goods=parts[0].goods,
        countries=parts[0].countries,
        barriers=parts[0].barriers,
        borders=parts[0].borders,
    )


def _offsets(sizes: Sequence[int]) -> NDArray[np.int64]:
    """Where each part's rows begin in the joined table."""
    return np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.int64)


def stacked(table: type, parts: Sequence[Any], offsets: Mapping[str, NDArray[np.int64]]) -> Any:
    """Tables under each other; columns that name rows are moved on by their offsets."""
    columns = {}
    for name in table._fields:  # type: ignore[attr-defined]
        arrays = [getattr(part, name) for part in parts]
        moved = [
            (array + offsets[name][k]).astype(array.dtype) if name in offsets else array
            for k, array in enumerate(arrays)
        ]
        columns[name] = np.concatenate(moved)
    return table(**columns)


def _linked(parts: Sequence[Links], offsets: NDArray[np.int64]) -> Links:
    """CSR tables under each other."""
    before = _offsets([len(part.items) for part in parts])
    starts = [part.start[:-1] + before[k] for k, part in enumerate(parts)]
    end = [np.array([sum(len(part.items) for part in parts)], np.int64)]
    items = [(part.items + offsets[k]).astype(np.int32) for k, part in enumerate(parts)]
    return Links(np.concatenate(starts + end), np.concatenate(items))
