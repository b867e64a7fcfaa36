"""Levers of a class's own: written as YAML, checked, listed beside the packaged ones, put into a policy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from issim.errors import InputError
from issim.levers import catalogue
from issim.levers.policy import Policy, from_mapping

if TYPE_CHECKING:
    import pandas as pd


def policy(name: str, **levers: Mapping[str, Any]) -> Policy:
    """A policy of packaged levers with changes, as in `policy("more", training={"capacity": 40})`.

    A lever of one's own is named by its file: `policy("mine", mine={"name": "./mine.yaml"})`.
    """
    return from_mapping({"name": name, "levers": dict(levers)})


def write(path: str, text: str) -> Path:
    """Write the YAML of a lever and read it back as the program does; a fault in it is told in one sentence.

    For whom  the cells of a notebook: what is wrong is printed, and the cell may be run again
    """
    file = Path(path)
    file.write_text(dedent(text).strip() + "\n", encoding="utf-8")
    try:
        lever = catalogue.lever(str(file.resolve()))
    except InputError as error:
        print(f"Not yet: {error}")
    else:
        print(f"{file} is a lever: {lever.title or lever.name}.")
    return file


def listed(*files: Path) -> pd.DataFrame:
    """The levers of these files and the packaged ones, as `issim levers` lists them, one row each."""
    import pandas as pd

    own = [catalogue.row(catalogue.lever(str(file.resolve()))) for file in files]
    return pd.DataFrame([*own, *catalogue.listing()]).set_index("lever")
