"""The page of patterns, docs/patterns.md: every word about a result is computed from the tables of the runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from patterns.pattern import Pattern, verdict
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGE = DOCS / "patterns.md"
#: Width of the figures of the page in pixels: sharp on a page, small in a repository.
WIDTH = 1400
HEAD = """# Patterns that the model must show

Written by `python experiments/patterns/run.py --write-docs`; nothing here is typed by hand. Each pattern was
found by others, in models or in cases. The rules of judgement stand in `experiments/patterns`, one module per
pattern; they were worked out on exploratory runs and are applied here to other seeds, on which nobody had looked.
Intervals cover 90 %: of a mean over paired seeds by Student's t, of what is fitted by a bootstrap of the seeds.
Levels rest on constants that are not calibrated; what is tested is the shape.
Whole models of other groups are set beside their published numbers in [replications.md](replications.md).
"""


def figure_of(pattern: Pattern) -> Path:
    """Where the figure of a pattern stands in the documents."""
    return DOCS / "figures" / f"pattern_{pattern.name}.png"


def page(found: Mapping[Pattern, pd.DataFrame], about: Mapping[str, Any]) -> str:
    """The whole page; `about` is the manifest of the runs."""
    rows = [
        f"| [{p.title}](#{anchor(p.title)}) | {p.source} | **{verdict(p.judge(table))}** |"
        for p, table in found.items()
    ]
    summary = "\n".join(["| pattern | source | verdict |", "|---|---|---|", *rows])
    origin = (
        f"issim {about['issim']}, rules {about['rules']}, seeds from {min(about['seeds'])}, Python {about['python']}, "
        f"{about['finished'][:10]}."
    )
    return (
        "\n\n".join([HEAD.rstrip(), summary, origin, *(section(p, table) for p, table in found.items())])
        + "\n"
    )


def write(found: Mapping[Pattern, pd.DataFrame], about: Mapping[str, Any], folder: Path) -> None:
    """Write the page, and keep beside it the figures that were drawn into a folder."""
    for pattern in found:
        keep_figure(folder / f"{pattern.name}.png", figure_of(pattern))
    PAGE.write_text(page(found, about), encoding="utf-8")


def anchor(title: str) -> str:
    """How a heading is linked to."""
    return "".join(letter for letter in title.lower().replace(" ", "-") if letter.isalnum() or letter == "-")


def section(pattern: Pattern, table: pd.DataFrame) -> str:
    """One pattern: question, source, what was done and found, verdict, figure."""
    checks = pattern.judge(table)
    lines = [
        f"- {'passed' if check.passed else '**not passed**'}: {check.rule} {check.found}" for check in checks
    ]
    n_seeds = table["seed"].nunique()
    return "\n\n".join(
        [
            f"## {pattern.title}",
            f"**Question.** {pattern.question}",
            f"**Source.** {pattern.source}. {pattern.literature}",
            f"**Design.** {pattern.design} {n_seeds} seeds; `python experiments/patterns/run.py {pattern.name}`.",
            f"**Verdict: {verdict(checks)}.**",
            "\n".join(lines),
            " ".join(pattern.remarks(table)),
            f"![{pattern.alt(table)}](figures/pattern_{pattern.name}.png)",
        ]
    )


def keep_figure(drawn: Path, kept: Path) -> None:
    """Keep a figure, made smaller, beside a page."""
    with Image.open(drawn) as picture:
        size = (WIDTH, round(picture.height * WIDTH / picture.width))
        small = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
        kept.parent.mkdir(parents=True, exist_ok=True)
        small.quantize(256, dither=Image.Dither.NONE).save(kept, optimize=True)
