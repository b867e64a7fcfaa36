"""What `issim animate` does: the film of a finished run, or of one that is made for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from issim.commands import announce_compiling, carried_out
from issim.errors import InputError
from issim.plots import animation, film, slides
from issim.runs.job import plan
from issim.store.folder import FIGURES, Results, check_writable
from issim.store.manifest import version

#: The tables that a film is drawn from, and the columns that it needs of each.
NEEDED = {
    "series": ("policy", "seed", "month", "adopters", "operating"),
    "firms": ("firm", "region", "size", "x", "y"),
    "panel": ("policy", "month", "firm", "stage"),
    "pairs": ("pair", "donor", "receiver", "good", "distance"),
    "events": ("policy", "month", "pair", "stage"),
}
#: A run made for its film alone does not ask how much the assumptions matter.
NO_DRAWS = "uncertainty.draws=0"


def animate_command(words: Sequence[str], kind: str = "gif", out: Path | None = None) -> str:
    """Write the film of a result folder, or of a run under some settings; returns where it is.

    `words` are one path, or settings in Hydra's grammar as `issim run` takes them.
    """
    if out is not None and out.suffix.removeprefix(".") not in film.KINDS:
        raise InputError(f"--out = {out} is no film; give it a name that ends with .gif or .mp4.")
    if "mp4" in (kind, out.suffix.removeprefix(".") if out else ""):
        film.ffmpeg()  # said before anything runs, if there is none
    results = Results(_folder(words))
    path = out or results.path / FIGURES / f"map.{kind}"
    months = _write(results, path)
    size = path.stat().st_size / 1e6
    return f"Film of {len(months)} pictures, {size:.1f} MB: {path}"


def _folder(words: Sequence[str]) -> Path:
    """The folder that is named, or that of a run made now."""
    if len(words) == 1 and ("=" not in words[0] or Path(words[0]).is_dir()):
        return Path(words[0])
    if said := [word for word in words if "=" not in word]:
        raise InputError(
            f"'{said[0]}' is neither the one folder of a run nor a setting; write KEY=VALUE, as in seed=7."
        )
    settings = [NO_DRAWS, *words]
    chosen = plan(settings)
    check_writable(chosen.outputs)
    announce_compiling()
    return carried_out(chosen, settings, figures=False)[1]


def _write(results: Results, path: Path) -> list[int]:
    """Draw and write the film, whole or not at all; returns the months shown."""
    tables = {name: _table(results, name) for name in NEEDED}
    region, made = str(results.manifest.get("region", "")), str(results.manifest.get("issim", version()))
    about = slides.provenance(tables, region, made)
    months = animation.months(int(tables["series"]["month"].max()))
    first, last = months[0], months[-1]
    samples = list(animation.frames(tables, about, sorted({first, months[len(months) // 2], last})))
    command, commit = (results.manifest.get(key, "unknown") for key in ("command", "commit"))
    words = f"{command}; issim {made}, commit {commit}"
    draft = path.with_name(f".{path.name}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        film.write(draft, _told(animation.frames(tables, about, months), len(months)), samples, words)
        draft.replace(path)
    except OSError as error:
        raise InputError(
            f"'{path}' cannot be written ({error.strerror}); name another file by --out FILE.gif."
        ) from None
    finally:
        draft.unlink(missing_ok=True)
    return months


def _told(pictures: Iterator[animation.Pixels], n: int) -> Iterator[animation.Pixels]:
    """The pictures, with a bar of progress."""
    return iter(tqdm(pictures, total=n, desc="pictures", unit="picture", disable=None, leave=False))


def _table(results: Results, name: str) -> pd.DataFrame:
    """A table of the folder with all that a film needs; InputError for a folder that lacks it."""
    if results.manifest.get("policies"):
        raise InputError(
            f"'{results.path}' holds a comparison, which keeps no month of its firms; make a run of one of its "
            "policies, as in `issim animate policy=training`."
        )
    table = results.table(name)
    if absent := [column for column in NEEDED[name] if column not in table.columns]:
        raise InputError(
            f"'{results.path}' was written by another version of the program: its table {name} has no column "
            f"'{absent[0]}'; make a run anew by `issim animate KEY=VALUE`."
        )
    return table
