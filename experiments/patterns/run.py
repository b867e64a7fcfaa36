"""Does the model show the patterns that others have found? All of them, or those named.

    python experiments/patterns/run.py [NAME ...]       some minutes; --quick: a tenth of the seeds
    python experiments/patterns/run.py --write-docs     all, and writes docs/patterns.md with its figures
    python experiments/patterns/run.py --redraw FOLDER  writes these again from the tables of such a folder, at once

Per pattern one table (CSV) and one figure (PNG, SVG) in a dated folder under `outputs/`, with configuration and
manifest.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from omegaconf import OmegaConf
from tqdm import tqdm

from issim.commands import announce_compiling, say
from issim.errors import InputError, unknown_name
from issim.plots import style
from issim.store.folder import CONFIG, MANIFEST, Results, check_writable, new_folder, write_json
from issim.store.manifest import manifest, version

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from patterns import climates, degrees, order, page, pairing, saturation, threshold
from patterns.pattern import FIRST_SEED, Pattern, verdict

PATTERNS: dict[str, Pattern] = {
    module.PATTERN.name: module.PATTERN
    for module in (threshold, degrees, order, climates, saturation, pairing)
}
#: Part of the seeds with `--quick`, for a look at whether all runs and draws.
QUICK = 10


def options(words: Sequence[str] | None) -> argparse.Namespace:
    """What was asked for."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument(
        "names", nargs="*", metavar="NAME", help=f"patterns: {', '.join(PATTERNS)} (default: all)"
    )
    asked.add_argument(
        "--quick", action="store_true", help="a tenth of the seeds: wider intervals, other verdicts"
    )
    asked.add_argument(
        "--write-docs", action="store_true", help="write docs/patterns.md; all patterns, all seeds"
    )
    asked.add_argument(
        "--redraw", type=Path, metavar="FOLDER", help="write the documents from the tables of such a folder"
    )
    asked.add_argument(
        "--outputs", type=Path, default=Path("outputs"), help="folder for the dated result folder"
    )
    given = asked.parse_args(words)
    for name in given.names:
        if name not in PATTERNS:
            raise unknown_name("pattern", name, PATTERNS)
    if (given.write_docs or given.redraw) and (given.names or given.quick):
        raise InputError("The documents need all patterns at full size; leave out --quick and the names.")
    return given


def measured(pattern: Pattern, quick: bool) -> pd.DataFrame:
    """The table of one pattern, with a progress bar."""
    settings = pattern.plan(max(2, pattern.n_seeds // QUICK) if quick else None).settings
    with tqdm(total=settings.run.n_seeds, desc=pattern.name, unit="seed", disable=None, leave=False) as bar:
        return pattern.measure(settings, bar.update)


def words(pattern: Pattern, table: pd.DataFrame) -> str:
    """The verdict and its reasons."""
    checks = pattern.judge(table)
    lines = [f"  [{'x' if check.passed else ' '}] {check.rule}\n      {check.found}" for check in checks]
    return "\n".join(
        [f"{pattern.title}: {verdict(checks)}", *lines, *(f"  {said}" for said in pattern.remarks(table))]
    )


def main(given: argparse.Namespace) -> None:
    """Run, judge, draw and write what was asked for."""
    started = datetime.now(UTC)
    check_writable(given.outputs)
    announce_compiling()
    chosen = [PATTERNS[name] for name in given.names or PATTERNS]
    plans = {p: p.plan(max(2, p.n_seeds // QUICK) if given.quick else None) for p in chosen}
    config = OmegaConf.to_yaml(OmegaConf.create({p.name: made.config for p, made in plans.items()}))
    n_seeds = max(made.settings.run.n_seeds for made in plans.values())
    seeds = list(range(FIRST_SEED, FIRST_SEED + n_seeds))
    with new_folder(given.outputs, "patterns") as draft:
        found = {}
        for pattern in chosen:
            table = found[pattern] = measured(pattern, given.quick)
            table.to_csv(draft.path / f"{pattern.name}.csv", index=False)
            drawn(pattern, table, draft.path)
            say(words(pattern, table) + "\n")
        hashes = next(iter(plans.values())).settings.evidence.hashes
        about = manifest(config, hashes, seeds, started, " ".join(["run.py", *sys.argv[1:]]))
        about |= {"verdicts": {p.name: verdict(p.judge(table)) for p, table in found.items()}}
        (draft.path / CONFIG).write_text(config, encoding="utf-8")
        write_json(draft.path / MANIFEST, about)
        if given.write_docs:
            page.write(found, about, draft.path)
    print(f"Tables and figures: {draft.path}")


def drawn(pattern: Pattern, table: pd.DataFrame, folder: Path) -> None:
    """Draw the figure of a pattern into a folder."""
    place = pattern.plan(1).settings.region
    about = style.Provenance(place.name, place.n_firms, table["seed"].nunique(), version())
    style.save(pattern.draw(table, about), folder, pattern.name)


def redraw(folder: Path) -> None:
    """Write the documents again from the tables of a result folder of all patterns."""
    about = Results(folder).manifest
    for name in PATTERNS:
        if not (folder / f"{name}.csv").exists():
            raise InputError(f"'{folder}' has no {name}.csv; name a folder in which all patterns were run.")
    found = {
        p: pd.read_csv(folder / f"{p.name}.csv", keep_default_na=False, na_values=[""])
        for p in PATTERNS.values()
    }
    for pattern, table in found.items():
        drawn(pattern, table, folder)
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
