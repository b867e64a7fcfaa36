"""The slides of a run: every figure from the tables of its folder, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from issim.plots import adoption, flows, funnel, style
from issim.plots import map as region_map

Tables = Mapping[str, pd.DataFrame]

#: The tables of a run folder that figures are drawn from.
NEEDED = ("series", "firms", "panel", "pairs", "events", "barriers")

#: Every figure of a run, in the order of the story.
SLIDES: dict[str, Callable[[Tables, style.Provenance], Figure]] = {
    "adoption": lambda tables, about: adoption.figure(tables["series"], about),
    "map": lambda tables, about: region_map.figure(
        tables["firms"], tables["panel"], tables["pairs"], tables["events"], about, tables["series"]
    ),
    "flows": lambda tables, about: flows.figure(tables["series"], about),
    "funnel": lambda tables, about: funnel.figure(tables["series"], tables["barriers"], about),
}


def provenance(tables: Tables, region: str, version: str) -> style.Provenance:
    """Where the figures of a run come from; firms and seeds are counted in its tables."""
    n_seeds = int(tables["series"]["seed"].nunique())
    return style.Provenance(region.replace("_", " "), len(tables["firms"]), n_seeds, version)


def draw(tables: Tables, folder: Path, region: str, version: str) -> list[Path]:
    """Draw and save every figure of a run as PNG and SVG; returns the files written."""
    about = provenance(tables, region, version)
    written: list[Path] = []
    for name, slide in SLIDES.items():
        written += style.save(slide(tables, about), folder, name)
    return written
