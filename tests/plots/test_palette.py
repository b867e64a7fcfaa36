"""One place for colours: nothing else names one, and what is drawn has no other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import Collection
from matplotlib.colors import to_hex, to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from issim import evidence
from issim.analysis.survey import resurvey, synthetic_answers
from issim.plots import palette, slides
from issim.plots import survey as survey_plot

ROOT = Path(__file__).resolve().parents[2]
PALETTE = ROOT / "src" / "issim" / "plots" / "palette.py"
#: Where colours could be named: figures, pages, styles, scripts, lessons.
WHERE = ("src/issim", "experiments", "notebooks")
KINDS = (".py", ".html", ".css", ".js", ".svg", ".ipynb")
NUMBERED = re.compile(
    r"(?<![\w&/\"'(-])#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3,4})\b|[\"'(]#[0-9a-fA-F]{6}\b"
)
NAMED = re.compile(
    r"(?:colou?rs?|ec|fc|background(?:-color)?|fill|stroke|border(?:-\w+)?)[\"']?\s*[=:]\s*[^;\n]{0,24}?"
    r"\b(?:white|black|gr[ae]y|red|green|blue|orange|yellow|purple|silver|C\d|tab:\w+)\b(?![-\w])"
)
COMPUTED = re.compile(r"\b(?:rgba?|hsla?|oklch)\(\s*\d")
#: Where a name of a colour is no colour: words about one.
COMMENT = re.compile(r"#:.*|\s#\s.*|\"\"\".*?\"\"\"", re.DOTALL)


def foreign(text: str, kind: str) -> list[str]:
    """Colours that a text names by itself."""
    if kind == ".py":
        text = "\n".join(re.sub(r"^\s*#:? .*$", "", line) for line in text.splitlines())
        text = re.sub(r'""".*?"""', "", text, flags=re.DOTALL)
    found = [match[0].strip("\"'(") for match in NUMBERED.finditer(text)]
    if kind == ".svg":  # a picture on its own cannot ask for variables; its colours are those of the palette
        found = [each for each in found if each.upper() not in palette.every()]
    if kind in (".html", ".css"):  # what follows a bracket or a comma there is the name of an element
        found = [each for each in found if not re.search(rf"(?:href=\"|\(){re.escape(each)}", text)]
    return found + [match[0] for pattern in (NAMED, COMPUTED) for match in pattern.finditer(text)]


def sources() -> list[Path]:
    return [
        path
        for folder in WHERE
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in KINDS and path != PALETTE and "__pycache__" not in path.parts
    ]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_colour_is_named_elsewhere(path: Path) -> None:
    assert foreign(path.read_text(encoding="utf-8"), path.suffix) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('axes.plot(x, color="#12ab9F")', ".py"),
        ("axes.plot(x, color='tab:blue')", ".py"),
        ('axes.plot(x, color="C1")', ".py"),
        ('face = {"facecolor": "white"}', ".py"),
        ("a { color: #fff; }", ".css"),
        ("a { background: red }", ".css"),
        ("a { border: 1px solid rgba(0, 0, 0, .2) }", ".css"),
        ('<p style="color: #123456">', ".html"),
        ("const hue = '#123456';", ".js"),
        ('<path fill="#123456"/>', ".svg"),
    ],
)
def test_a_colour_of_its_own_is_found_out(text: str, kind: str) -> None:
    assert foreign(text, kind)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("color=style.INK", ".py"),
        ("a { color: var(--ink); }", ".css"),
        ('<a href="#added">', ".html"),
        ("#measures th { text-align: left; }", ".css"),
        (f'<path fill="{palette.WITH}"/>', ".svg"),
    ],
)
def test_what_is_no_colour_is_left_alone(text: str, kind: str) -> None:
    assert foreign(text, kind) == []


@pytest.mark.parametrize(
    "path",
    [path for path in sources() if path.suffix in (".css", ".html", ".js")],
    ids=lambda path: path.name,
)
def test_every_variable_that_a_page_asks_for_is_there(path: Path) -> None:
    family = [
        each.read_text(encoding="utf-8") for each in path.parent.iterdir() if each.suffix in (".css", ".html")
    ]
    own = set(re.findall(r"(--[a-z0-9-]+)\s*:", "".join(family)))
    text = path.read_text(encoding="utf-8")
    asked = set(re.findall(r"var\((--[a-z0-9-]+)", text)) | set(re.findall(r'hue\("(--[a-z0-9-]+)"', text))
    assert asked - own - set(palette.variables()) == set()


def drawn(fig: Figure) -> Iterator[tuple[str, str]]:
    """What is seen on a figure, and its colours without transparency."""
    for artist in fig.findobj(lambda each: isinstance(each, Line2D | Patch | Collection | Text)):
        if not artist.get_visible():
            continue
        if isinstance(artist, Text):
            hues = [artist.get_color()] if artist.get_text().strip() else []
        elif isinstance(artist, Line2D):
            lined = artist.get_linestyle() not in ("None", "none", " ", "") and artist.get_linewidth() > 0
            marked = artist.get_marker() not in ("None", None, "", " ")
            hues = [artist.get_color()] * lined + [artist.get_markerfacecolor()] * marked
        else:
            width = np.max(artist.get_linewidth(), initial=0.0)
            hues = [*np.atleast_2d(to_rgba_all(artist.get_facecolor()))]
            hues += [*np.atleast_2d(to_rgba_all(artist.get_edgecolor()))] if width > 0 else []
        for hue in hues:
            rgba = to_rgba(hue)
            if rgba[3] > 0:
                yield type(artist).__name__, to_hex(rgba[:3]).upper()


def to_rgba_all(colours: object) -> np.ndarray:
    """One colour or several as rows of red, green, blue, opacity."""
    found = np.asarray(colours, dtype=float)
    return found.reshape(-1, 4)


@pytest.mark.parametrize("name", slides.SLIDES)
def test_figures_of_a_run_have_colours_of_the_palette(tables: dict[str, pd.DataFrame], name: str) -> None:
    fig = slides.SLIDES[name](tables, slides.provenance(tables, "mixed", "0.1.0"))
    check_colours(fig)


def check_colours(fig: Figure) -> None:
    """No colour on a figure that the palette does not have; enough of those it has."""
    seen = set(drawn(fig))
    assert {(kind, hue) for kind, hue in seen if hue not in palette.every() | {"#000000"}} == set()
    assert len({hue for _, hue in seen}) > 3


def test_the_figure_of_the_survey_has_colours_of_the_palette() -> None:
    known = evidence.load()
    fig = survey_plot.figure(resurvey(known, synthetic_answers(known, n_firms=900), n_surveys=10))
    check_colours(fig)


def test_pages_get_every_colour() -> None:
    variables = palette.variables()
    assert set(variables.values()) == set(palette.every())
    assert all(re.fullmatch(r"--[a-z0-9-]+", name) for name in variables)
    assert re.fullmatch(r":root \{ (?:--[a-z0-9-]+: #[0-9A-F]{6}; )+\}", palette.css())
    said = json.loads(palette.as_json())
    assert said["stages"] == palette.STAGE_COLOURS
    assert list(said["stages"]) == list(palette.STAGES)
    assert said["ink"] == palette.INK
