"""What the methods paper quotes and that needs runs: the survey repeated, the same run made again, and two figures."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from methods import funnel
from PIL import Image

from issim import evidence
from issim.analysis.survey import EXCLUDED, INSIDE, OUTSIDE, resurvey, synthetic_answers
from issim.evidence.vocabulary import SURVEYED
from issim.plots import style
from issim.plots import survey as survey_plot
from issim.population.options import PopulationOptions
from issim.store.folder import stamp
from issim.store.manifest import commit, numbers_hash, version
from issim.store.record import evidence_digest
from issim.trace.again import TABLES

#: So often the survey is repeated, by default of `issim survey`.
SURVEYS = 2000
#: A run that is quickly made again, and uncompiled.
SMALL = (
    "region=latvia",
    "policy=package",
    "population.n_firms=60",
    "n_months=12",
    "n_seeds=3",
    "uncertainty.draws=4",
)
SMALL_IN_WORDS = "60 Latvian firms, 12 months, 3 seeds, with and without the package"
#: Width of the figures in pixels.
WIDTH = 1400
COMMAND = "python experiments/methods/run.py"


def measured(figures: Path) -> dict[str, Any]:
    """Everything measured, with where it comes from; figures are written into a folder."""
    known = evidence.load()
    surveyed = resurvey(
        known, synthetic_answers(known, PopulationOptions(), seed=0), n_surveys=SURVEYS, seed=0
    )
    record = {
        "command": COMMAND, "issim": version(), "commit": commit(), "rules": numbers_hash(),
        "evidence": evidence_digest(known.hashes),
    }  # fmt: skip
    keep(survey_plot.figure(surveyed), "methods_survey", figures, record)
    keep(funnel.figure(), "methods_funnel", figures, record)
    count = {
        verdict: sum(row.verdict == verdict for row in surveyed) for verdict in (INSIDE, OUTSIDE, EXCLUDED)
    }
    return {
        "origin": f"Measured with issim {version()}, numbers {numbers_hash()}.",
        "survey": {
            "n": f"{known.figure('sample.n').value:.0f}",
            "countries": len(SURVEYED),
            "surveys": f"{SURVEYS:,}",
            "compared": count[INSIDE] + count[OUTSIDE],
            "inside": count[INSIDE],
            "outside": count[OUTSIDE] or "none",
            "excluded": f"{count[EXCLUDED]} {'is' if count[EXCLUDED] == 1 else 'are'}",
        },
        "figures": {
            "survey": {"alt": _alt(count)},
            "funnel": {"alt": funnel.alt()},
            "adoption": {"alt": ADOPTION},
        },
        "again": {"run": SMALL_IN_WORDS, "tables": again()},
    }


ADOPTION = (
    "Firms that exchange residues over the months of the default job, without policy and with the package."
)


def _alt(count: dict[str, int]) -> str:
    """What the figure of the survey shows, in words."""
    return (
        f"Every published figure of the survey on the central 95 % of {SURVEYS:,} repetitions: {count[INSIDE]} inside, "
        f"{count[OUTSIDE]} outside."
    )


def keep(figure: Any, name: str, folder: Path, record: dict[str, str]) -> None:
    """Keep a figure, small enough for a repository, with the record of where it comes from."""
    with TemporaryDirectory() as place:
        drawn = style.save(figure, Path(place), name)[0]
        with Image.open(drawn) as picture:
            size = (WIDTH, round(picture.height * WIDTH / picture.width))
            small = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
            small.quantize(256, dither=Image.Dither.NONE).save(folder / f"{name}.png", optimize=True)
    stamp([folder / f"{name}.png"], record, folder.parents[1])


def again() -> int:
    """How many tables of a small run are the same to the bit on one thread, and uncompiled; an error if any is not."""
    with TemporaryDirectory() as place:
        issim = [sys.executable, "-m", "issim"]
        run = [*issim, "run", "--no-figures", *SMALL, "threads=2", f"outputs={place}"]
        subprocess.run(run, check=True, capture_output=True)
        (folder,) = Path(place).iterdir()
        for more, env in ((["--threads", "1"], {}), ([], {"NUMBA_DISABLE_JIT": "1"})):
            check = [*issim, "provenance", str(folder), "--check", *more]
            subprocess.run(check, check=True, capture_output=True, env={**os.environ, **env})
        return sum(path.suffix in TABLES for path in folder.iterdir())
