"""The table of a sweep as arrays with named dimensions (xarray, an optional package)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from issim.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from numpy.typing import NDArray

#: Columns that are no measures: what tells rows apart, and words.
NOT_MEASURED = ("run", "cell", "seed", "month", "fault")


def is_grid(design: pd.DataFrame) -> bool:
    """Whether the cells of a design are all combinations of the values of its axes, each once."""
    axes = design.drop(columns="cell")
    if not axes.columns.size or axes.isna().to_numpy().any() or axes.duplicated().any():
        return False
    return math.prod(axes.nunique()) == len(axes)


def arrays(frame: pd.DataFrame, design: pd.DataFrame, manifest: Mapping[str, Any]) -> xr.Dataset:
    """The measures of a table of runs or series over axes and seeds (and months), or over cells where no grid is full.

    `frame` has the column `cell`; the values of its axes are taken from the design.
    """
    try:
        import xarray as xr
    except ImportError:
        raise InputError(
            "as_xarray=True needs the package xarray; add it by `pip install 'issim[xarray]'`, or leave as_xarray out."
        ) from None
    axes = {str(name): design[name] for name in design if name != "cell"}
    columns = axes if is_grid(design) else {"cell": design["cell"]}
    rows = {name: column.to_numpy()[frame["cell"]] for name, column in columns.items()}
    labels = {name: column.unique() for name, column in columns.items()}
    for name in ("seed", "month"):
        if name in frame:
            rows[name] = frame[name].to_numpy()
            labels[name] = np.unique(rows[name])
    shape = tuple(len(values) for values in labels.values())
    where = np.ravel_multi_index([_places(rows[name], labels[name]) for name in labels], shape)
    measures = [str(name) for name in frame if name not in (*NOT_MEASURED, *axes)]
    found = {name: (list(labels), _spread(frame[name].to_numpy(), where, shape)) for name in measures}
    along = {} if is_grid(design) else {name: ("cell", _plain(column)) for name, column in axes.items()}
    about = {name: manifest[name] for name in ("study", "question", "key", "version") if name in manifest}
    return xr.Dataset(found, {**{name: _plain(values) for name, values in labels.items()}, **along}, about)


def _places(values: Any, labels: Any) -> NDArray[np.int64]:
    """The place of each value among the labels of its dimension."""
    import pandas as pd

    return np.asarray(pd.Index(labels).get_indexer(pd.Index(values)), np.int64)


def _spread(values: NDArray[Any], where: NDArray[np.int64], shape: tuple[int, ...]) -> NDArray[Any]:
    """Values at their places in an array; nan where there is none."""
    is_full = len(values) == math.prod(shape)
    kind = values.dtype if is_full or values.dtype.kind == "f" else np.dtype(np.float64)
    found = np.full(shape, 0 if is_full else np.nan, kind)
    found.flat[where] = values
    return found


def _plain(values: Any) -> NDArray[Any]:
    """Labels as numpy has them."""
    return np.array(list(values))
