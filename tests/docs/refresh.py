"""Writes the generated parts of the documents: tables of docs/ODD.md, docs/methods.md, the README's picture and table.

`python tests/docs/refresh.py` writes the tables of docs/ODD.md, and docs/methods.md from what was measured last, at
once; `--methods` measures that anew, as `python experiments/methods/run.py` does. With `--results` it also runs the
default job for the README's picture and table, with `--validation` all of `issim validate` for docs/validation.md;
`--calibration FOLDER` packages the posterior of a finished `issim calibrate` and writes docs/calibration.md's results.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shlex
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from issim import draws
from issim.evidence import load
from issim.model import posterior
from issim.rules.behaviour import Behaviour
from issim.runs.parameters import parameters, shown
from issim.store.record import without_places
from issim.units import columns, parameters_of
from issim.world import state
from issim.world.conditions import EFFECTS, Conditions

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(1, str(Path(__file__).resolve().parents[2] / "experiments"))

from docs import annexes
from docs.annexes import table

ROOT = Path(__file__).resolve().parents[2]
ODD = ROOT / "docs" / "ODD.md"
README = ROOT / "README.md"
VALIDATION = ROOT / "docs" / "validation.md"
CALIBRATION = ROOT / "docs" / "calibration.md"
PICTURE = ROOT / "docs" / "figures" / "adoption.png"
#: Width of the README's picture in pixels: sharp on a page, small in a repository.
WIDTH = 1600
GENERATED = re.compile(r"<!-- generated: (\w+) -->\n(.*?)<!-- end -->", re.DOTALL)

WORLD = (
    state.Firms,
    state.Offers,
    state.Needs,
    state.Pairs,
    state.Links,
    state.Goods,
    state.Countries,
    state.Barriers,
    state.Borders,
)
STATE = (state.FirmState, state.PairState, state.Market, state.LeverState, state.Work)

#: What each group of parameters is about, and where it is declared.
GROUPS = {
    "uncertainty": ("how often all assumptions are drawn from their priors", "runs/settings.py"),
    "run": ("how often and how long: `seed`, `n_seeds`, `n_months`, `threads`", "runs/settings.py"),
    "region": ("the region's size and clusters; what a border has (`region.borders.*`)", "world/region.py"),
    "population": ("who the firms are and how their answers hang together", "population/options.py"),
    "streams": ("residues and uses, how many and how large", "population/streams.py"),
    "peers": ("the information network", "world/peers.py"),
    "candidates": ("which exchanges are worth thinking of", "world/candidates.py"),
    "goods": ("terms of trade of each good", "evidence/good.py"),
    "countries": ("taxes and digital intensity of each country", "evidence/countries.py"),
    "barriers": ("prevalence and strength of each blocking point", "evidence/barriers.py"),
    "waste": ("quantities of residues", "evidence/waste.py"),
    "behaviour": ("constants of the rules, see 7.12", "rules/behaviour.py"),
    "policy": ("every number of every packaged lever", "levers/base.py"),
}


def of_columns(tables: Iterable[type]) -> str:
    """One Markdown table per table of arrays: the columns that it declares."""
    parts = []
    for declared in tables:
        about = (declared.__doc__ or "").strip().splitlines()[0]
        rows = [
            (f"`{name}`", col.dtype, col.unit, limits(col.low, col.high), col.meaning)
            for name, col in columns(declared).items()
        ]
        head = ("column", "type", "unit", "range", "meaning")
        parts.append(f"**{declared.__name__}**: {about}\n\n{table(head, rows)}")
    return "\n".join(parts)


def limits(low: float, high: float) -> str:
    """A range in words that need no infinity."""
    if low == float("-inf"):
        return "any" if high == float("inf") else f"≤ {high:g}"
    return f"≥ {low:g}" if high == float("inf") else f"{low:g} to {high:g}"


def conditions() -> str:
    """The table of conditions, and the effects that a lever can have."""
    rows = [(f"`{e.name}`", e.unit, limits(e.low, e.high), e.meaning) for e in EFFECTS]
    return (
        of_columns([Conditions])
        + "\nEffects, all neutral at 0:\n\n"
        + table(("effect", "unit", "range", "meaning"), rows)
    )


def barriers() -> str:
    """The 24 blocking points."""
    rows = [
        (b.number, b.text, b.stage, b.channel, shown(b.prevalence), b.how, shown(b.strength))
        for b in load().barriers
    ]
    return table(
        ("no.", "blocking point", "stage", "acts on", "share of firms", "how that is known", "strength φ"),
        rows,
    )


def behaviour() -> str:
    """The constants of behaviour with their defaults."""
    rows = [
        (f"`{p.name}`", shown(p.value), p.par.unit, p.par.prior or "fixed", p.par.source)
        for p in parameters_of(Behaviour(), "behaviour")
    ]
    return table(("constant", "default", "unit", "prior", "source"), rows)


def groups() -> str:
    """How many parameters each group has, and how many of them are assumptions."""
    group_of = {p.name: p.name.partition(".")[0] if "." in p.name else "run" for p in parameters()}
    number = Counter(group_of.values())
    assumed = Counter(group_of[p.name] for p in parameters() if "assumption" in p.par.source)
    rows = [
        (f"`{group}`", number[group], assumed[group], GROUPS[group][0], f"`{GROUPS[group][1]}`")
        for group in number
    ]
    return table(("group", "parameters", "of these assumptions", "about", "declared in"), rows)


#: What writes each generated block of docs/ODD.md.
BLOCKS: dict[str, Callable[[], str]] = {
    "world": lambda: of_columns(WORLD),
    "state": lambda: of_columns(STATE),
    "conditions": conditions,
    "draws": lambda: table(
        ("stream of randomness", "number"), [(f"`{name}`", n) for name, n in draws.STREAMS.items()]
    ),
    "observables": annexes.observables,
    "outcomes": annexes.measures,
    "barriers": barriers,
    "groups": groups,
    "reasons": lambda: table(("code", "reason"), list(enumerate(state.REASONS))[1:]),
    "behaviour": behaviour,
    "protocol": annexes.protocol,
    "parameters": annexes.all_parameters,
    "levers": annexes.levers,
}


def refreshed(text: str) -> str:
    """A document with every generated block written anew."""
    return GENERATED.sub(lambda found: block(found.group(1), BLOCKS[found.group(1)]()), text)


def block(name: str, content: str) -> str:
    """One generated block between its marks."""
    return f"<!-- generated: {name} -->\n{content}<!-- end -->"


def replaced(text: str, name: str, content: str) -> str:
    """A document with one of its generated blocks written anew."""
    return GENERATED.sub(
        lambda found: block(name, content) if found.group(1) == name else found.group(0), text
    )


def default_job() -> tuple[str, dict[str, object]]:
    """The closing words of the default job, and its tables."""
    from issim.commands import simulated, words_of_run
    from issim.runs.job import plan

    chosen = plan([])
    tables = simulated(chosen)
    return words_of_run(chosen, tables), dict(tables)


def results_block(words: str) -> str:
    """The closing words of the default job as the README shows them."""
    return f"```text\n{words}\n```\n"


def write_picture(tables: dict[str, object]) -> None:
    """Draw the adoption figure of these tables and keep it, made smaller, for the README."""
    from issim.plots import slides
    from issim.runs.job import plan
    from issim.store.manifest import version

    with TemporaryDirectory() as folder:
        slides.draw(tables, Path(folder), plan([]).settings.region.name, version())  # type: ignore[arg-type]
        keep_smaller(Path(folder) / "adoption.png", PICTURE)


def keep_smaller(drawn: Path, kept: Path) -> None:
    """Keep a figure, made smaller, for a document."""
    from PIL import Image

    with Image.open(drawn) as picture:
        size = (WIDTH, round(picture.height * WIDTH / picture.width))
        small = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
        kept.parent.mkdir(parents=True, exist_ok=True)
        small.quantize(256, dither=Image.Dither.NONE).save(kept, optimize=True)


def validation_head(about: Mapping[str, Any]) -> str:
    """What docs/validation.md says of itself, out of the manifest of its runs."""
    return (
        f"Written by `python tests/docs/refresh.py --validation`, which runs `{about['command']}`; nothing here is "
        f"typed by hand. issim {about['issim']}, rules {about['rules']}, posterior {draws_digest()}, seeds "
        f"{min(about['seeds'])} to {max(about['seeds'])}, {about['finished'][:10]}."
    )


def draws_digest() -> str:
    """What tells the draws of the packaged posterior from others: its numbers, not what its head says of them."""
    found = posterior.load()
    return hashlib.sha256(" ".join(found.names).encode() + found.values.tobytes()).hexdigest()[:12]


def write_validation() -> None:
    """Validate at full size; keep page, figures and the README's sentence among the documents."""
    import pandas as pd

    from issim.analysis import validation
    from issim.validating import PAGE, validate_command

    with TemporaryDirectory() as place:
        print(validate_command([f"outputs={place}"], prior=True))
        (folder,) = Path(place).iterdir()
        about = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        about["command"] = shlex.join(without_places(shlex.split(about["command"])))
        title, _, rest = (folder / PAGE).read_text(encoding="utf-8").partition("\n\n")
        VALIDATION.write_text(f"{title}\n\n{validation_head(about)}\n\n{rest}", encoding="utf-8")
        for drawn in (folder / "figures").glob("*.png"):
            keep_smaller(drawn, PICTURE.parent / drawn.name)
        tables = [pd.read_parquet(folder / f"{name}.parquet") for name in ("targets", "predictions")]
        said = validation.in_a_sentence(validation.check(*tables), about["constants"])
    content = f"{said}\n[docs/validation.md](docs/validation.md) shows each.\n"
    README.write_text(replaced(README.read_text(encoding="utf-8"), "validation", content), encoding="utf-8")


def calibration_block(folder: Path) -> str:
    """What docs/calibration.md says of the packaged posterior: the closing words of its calibration."""
    words = (folder / "summary.txt").read_text(encoding="utf-8").rstrip()
    return f"```text\n{words}\n```\n"


def write_calibration(folder: Path) -> None:
    """Package the posterior of a finished calibration; keep its words and figures among the documents."""
    posterior.FILE.write_bytes((folder / posterior.FILE.name).read_bytes())
    text = CALIBRATION.read_text(encoding="utf-8")
    CALIBRATION.write_text(
        GENERATED.sub(lambda _: block("calibration", calibration_block(folder)), text), encoding="utf-8"
    )
    for drawn in (folder / "figures").glob("*.png"):
        keep_smaller(drawn, PICTURE.parent / f"calibration_{drawn.name}")


def write_methods(measure_anew: bool = False) -> None:
    """Write docs/methods.md, which quotes all the others."""
    from methods import run as paper

    if measure_anew:
        paper.measure_all()
    paper.write()


def main() -> None:
    """Write what was asked for."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument(
        "--results", action="store_true", help="run the default job for the README's picture and table"
    )
    asked.add_argument("--methods", action="store_true", help="measure what docs/methods.md quotes anew")
    asked.add_argument(
        "--validation", action="store_true", help="run the whole validation for docs/validation.md"
    )
    asked.add_argument(
        "--calibration", type=Path, metavar="FOLDER", help="package the posterior of a finished calibration"
    )
    given = asked.parse_args()
    ODD.write_text(refreshed(ODD.read_text(encoding="utf-8")), encoding="utf-8")
    if given.results:
        words, tables = default_job()
        text = replaced(README.read_text(encoding="utf-8"), "results", results_block(words))
        README.write_text(text, encoding="utf-8")
        write_picture(tables)
    if given.validation:
        write_validation()
    if given.calibration:
        write_calibration(given.calibration)
    write_methods(measure_anew=given.methods)


if __name__ == "__main__":
    main()
