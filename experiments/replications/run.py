"""Do published models come out again when their rules are written anew? All of them, or those named.

    python experiments/replications/run.py [NAME ...]     some minutes; --quick: fewer runs
    python experiments/replications/run.py E2 --csv FILE  also writes the means of the 432 cells
    python experiments/replications/run.py E2 --against FILE   compares them with a table of published cells
    python experiments/replications/run.py --write-docs   all, and writes docs/replications.md with its figures
    python experiments/replications/run.py --redraw FOLDER     writes these again from such a folder, at once

Per replication one table (CSV) and one figure (PNG, SVG) in a dated folder under `outputs/`, with a manifest.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from omegaconf import OmegaConf
from tqdm import tqdm

from issim.commands import say
from issim.errors import InputError, unknown_name
from issim.plots import style
from issim.store.folder import CONFIG, MANIFEST, Results, check_writable, new_folder, unwritable, write_json
from issim.store.manifest import manifest, version

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from replications import compiled, e1, e2, e4, e5, page
from replications.replication import SEED, Line, Replication, Source, n_runs_in

REPLICATIONS: dict[str, Replication] = {
    module.REPLICATION.name: module.REPLICATION for module in (e1, e2, e4, e5)
}
#: Part of the runs with `--quick`, for a look at whether all runs and draws.
QUICK = 10


def options(words: Sequence[str] | None) -> argparse.Namespace:
    """What was asked for."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument(
        "names", nargs="*", metavar="NAME", help=f"replications: {', '.join(REPLICATIONS)} (default: all)"
    )
    asked.add_argument("--quick", action="store_true", help="a tenth of the runs, two at least")
    asked.add_argument("--csv", type=Path, metavar="FILE", help="E2: write the means of the cells")
    asked.add_argument(
        "--against", type=Path, metavar="FILE", help="E2: compare with published cells (columns as in --csv)"
    )
    asked.add_argument("--write-docs", action="store_true", help="write docs/replications.md; all, all runs")
    asked.add_argument("--redraw", type=Path, metavar="FOLDER", help="write the documents from such a folder")
    asked.add_argument(
        "--outputs", type=Path, default=Path("outputs"), help="folder for the dated result folder"
    )
    given = asked.parse_args(words)
    for name in given.names:
        if name not in REPLICATIONS:
            raise unknown_name("replication", name, REPLICATIONS)
    if (given.write_docs or given.redraw) and (given.names or given.quick):
        raise InputError("The documents need all replications at full size; leave out --quick and the names.")
    if (given.csv or given.against) and given.names and "E2" not in given.names:
        raise InputError("--csv and --against are about the cells of E2; name E2, or nothing for all.")
    return given


def measured(replication: Replication, quick: bool) -> pd.DataFrame:
    """The table of one replication, with a progress bar and, at the end, how long it took."""
    n_runs = max(2, replication.n_runs // QUICK) if quick else replication.n_runs
    total, began = replication.n_jobs(n_runs), time.perf_counter()
    with tqdm(total=total, desc=replication.name, unit="run", disable=None, leave=False) as bar:
        table = replication.measure(n_runs, bar.update)
    say(f"{replication.name}: {total:,} runs in {time.perf_counter() - began:.0f} s, compiling included")
    return table


def words(title: str, told: str, lines: Sequence[Line]) -> str:
    """Published beside ours, and the verdict."""
    rows = [
        f"  [{'x' if line.passed else ' '}] {line.part}, {line.what}: published {line.published}, ours {line.found}"
        f" {f'({page.score(line)})' if page.score(line) else ''}{'' if line.judged_by else ' (for information)'}"
        for line in lines
    ]
    return "\n".join([f"{title}: {told}", *rows])


def told_of_cells(given: argparse.Namespace, table: pd.DataFrame) -> None:
    """Write the cells of E2 and compare them, as was asked for."""
    found = e2.cells(table)
    for path in [given.csv, e2.CELLS if given.write_docs else None]:
        if path:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                found.to_csv(path, index=False)
            except OSError as error:
                raise unwritable(path, error) from None
    if given.against:
        lines = e2.agreement(found, e2.read_cells(given.against))
        say(words("E2 against the published cells", page.verdict(lines), lines) + "\n")


def main(given: argparse.Namespace) -> None:
    """Run, judge, draw and write what was asked for."""
    started, sources = datetime.now(UTC), compiled.sources_hash()
    check_writable(given.outputs)
    if given.csv:
        check_writable(given.csv.parent)
    if given.against:
        e2.read_cells(given.against)
    chosen = [REPLICATIONS[name] for name in given.names or REPLICATIONS]
    sizes = {r.name: max(2, r.n_runs // QUICK) if given.quick else r.n_runs for r in chosen}
    config = OmegaConf.to_yaml(OmegaConf.create({"seed": SEED, "runs_of_each_part": sizes}))
    with new_folder(given.outputs, "replications") as draft:
        found = {}
        for replication in chosen:
            table = found[replication] = measured(replication, given.quick)
            table.to_csv(draft.path / f"{replication.name}.csv", index=False)
            drawn(replication, table, draft.path)
            say(
                words(page.heading(replication), page.said(replication, table), replication.lines(table))
                + "\n"
            )
            if replication.name == "E2":
                told_of_cells(given, table)
        about = manifest(config, {}, [SEED], started, " ".join(["run.py", *sys.argv[1:]]))
        about |= {
            "replications": sources,
            "verdicts": {r.name: page.said(r, table) for r, table in found.items()},
        }
        (draft.path / CONFIG).write_text(config, encoding="utf-8")
        write_json(draft.path / MANIFEST, about)
        if given.write_docs:
            page.write(found, about, draft.path)
    print(f"Tables and figures: {draft.path}")


def drawn(replication: Replication, table: pd.DataFrame, folder: Path) -> None:
    """Draw the figure of a replication into a folder."""
    about = Source(page.heading(replication), n_runs_in(table), version())
    style.save(replication.draw(table, about), folder, replication.name)


def redraw(folder: Path) -> None:
    """Write the documents again from the tables of a result folder of all replications."""
    about = Results(folder).manifest
    for name in REPLICATIONS:
        if not (folder / f"{name}.csv").exists():
            raise InputError(
                f"'{folder}' has no {name}.csv; name a folder in which all replications were run."
            )
    found = {r: pd.read_csv(folder / f"{r.name}.csv") for r in REPLICATIONS.values()}
    for replication, table in found.items():
        drawn(replication, table, folder)
    page.write(found, about, folder)


if __name__ == "__main__":
    try:
        asked_for = options(None)
        if asked_for.redraw:
            redraw(asked_for.redraw)
        else:
            main(asked_for)
    except InputError as error:
        raise SystemExit(str(error)) from None
