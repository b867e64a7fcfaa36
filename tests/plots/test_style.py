"""One look: colours that all can tell apart, lines that fit, labels that keep apart, stable files."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from issim.evidence.vocabulary import GOODS
from issim.plots import style, survey

#: Colours as people without green, red or blue receptors see them, in linear RGB: G. M. Machado, M. M. Oliveira and
#: L. A. F. Fernandes, "A physiologically-based model for simulation of color vision deficiency", IEEE Transactions on
#: Visualization and Computer Graphics 15 (2009), severity 1.
SIGHT = {
    "full": np.eye(3),
    "deuteranopia": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
    "protanopia": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
    "tritanopia": np.array([[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]]),
}
ABOUT = style.Provenance("mixed", 1000, 20, "0.1.0")


def linear(colour: str) -> NDArray[np.float64]:
    """The parts of red, green and blue light of a colour."""
    rgb = np.asarray(to_rgb(colour))
    return np.asarray(np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4))


def lab(colour: str, sight: NDArray[np.float64]) -> NDArray[np.float64]:
    """A colour in CIE Lab (D65) as seen with some sight."""
    seen = np.clip(sight @ linear(colour), 0, 1)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = np.cbrt(np.maximum(to_xyz @ seen / np.array([0.9505, 1.0, 1.089]), 1e-4))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def nearest(colours: list[str], sight: str) -> float:
    """Distance (CIE 1976) of the two colours that are most alike."""
    seen = [lab(colour, SIGHT[sight]) for colour in colours]
    return float(min(np.linalg.norm(one - other) for one, other in itertools.combinations(seen, 2)))


@pytest.mark.parametrize("sight", SIGHT)
def test_stages_and_policies_can_be_told_apart(sight: str) -> None:
    assert nearest(list(style.STAGE_COLOURS.values()), sight) > 15
    assert nearest([style.WITHOUT, *style.POLICY_COLOURS], sight) > 15


@pytest.mark.parametrize("sight", SIGHT)
def test_streams_can_be_told_apart(sight: str) -> None:
    assert tuple(style.STREAM_COLOURS) == GOODS
    assert nearest([*style.STREAM_COLOURS.values(), style.OTHER_STREAMS], sight) > 15


@pytest.mark.parametrize("sight", SIGHT)
def test_marks_of_the_survey_can_be_told_apart(sight: str) -> None:
    assert nearest([survey.BAND, survey.MIDDLE, survey.REPORT, survey.MISS, survey.QUIET], sight) > 15


def contrast(one: str, other: str) -> float:
    """Contrast of two colours as in WCAG 2.2."""
    light = sorted(float(np.dot([0.2126, 0.7152, 0.0722], linear(colour))) for colour in (one, other))
    return (light[1] + 0.05) / (light[0] + 0.05)


@pytest.mark.parametrize("ink", [style.INK, style.QUIET, *style.POLICY_COLOURS])
def test_text_can_be_read_on_paper(ink: str) -> None:
    assert contrast(ink, style.PAPER) >= 4.5


@pytest.mark.parametrize("ground", [*style.STAGE_COLOURS.values(), style.PAPER, style.INK])
def test_numbers_can_be_read_on_bars(ground: str) -> None:
    assert contrast(style.ink_on(ground), ground) >= 4.5


@pytest.mark.parametrize("with_none", [True, False])
def test_each_of_six_policies_has_a_colour_of_its_own(with_none: bool) -> None:
    shown = [*(["none"] if with_none else []), *(f"policy {k}" for k in range(6 - with_none))]
    colours = style.policy_colours(shown)
    assert len({colours[policy] for policy in shown}) == 6
    assert (colours[shown[0]] == style.WITHOUT) == with_none


@given(
    st.lists(st.floats(0, 100), min_size=1, max_size=8),
    st.floats(0.1, 30),
)
def test_labels_keep_their_distance_and_order(wanted: list[float], gap: float) -> None:
    placed = style.dodge(wanted, gap, 0.0, 100.0)
    room = min(gap, 100.0 / max(1, len(wanted) - 1))
    assert min(placed) >= -1e-9
    assert max(placed) <= 100 + 1e-9
    ordered = [y for _, y in sorted(zip(wanted, placed, strict=True))]
    assert all(after - before >= room - 1e-9 for before, after in itertools.pairwise(ordered))


def test_labels_that_have_room_stay_where_they_are() -> None:
    assert style.dodge([80.0, 10.0, 40.0], 5.0, 0.0, 100.0) == [80.0, 10.0, 40.0]


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=9), min_size=1, max_size=30), st.floats(1.5, 6))
def test_broken_text_fits_and_loses_nothing_but_its_end(words: list[str], width: float) -> None:
    text = " ".join(words)
    told = style.fitted(text, width, 12.0, max_lines=3)
    assert told.count("\n") <= 2
    assert style.text_width(told, 12.0) <= width + 0.2  # a cut may leave room for the ellipsis only
    assert text.startswith(told.removesuffix(" …").replace("\n", " "))


def test_a_number_keeps_its_unit() -> None:
    told = style.fitted(
        "they pass on 25,900 t a year", style.text_width("they pass on 25,900", 12.0) + 0.02, 12.0
    )
    assert told.replace("\u00a0", " ") == "they pass on\n25,900 t a year"


@pytest.mark.parametrize("n_words", [3, 12, 24, 60])
def test_titles_take_two_lines_at_most(n_words: int) -> None:
    size, told = style.headline("exchange " * n_words, 11.6)
    assert told.count("\n") <= 1
    assert size in style.TITLE_SIZES
    assert style.text_width(told, size, "bold") <= 11.8


def test_a_long_name_of_a_policy_gives_way() -> None:
    assert style.policy_name("training", 2.0) == "With training"
    assert style.policy_name("a_policy_with_a_name_that_fills_the_slide", 2.0) == "With policy"


def test_provenance_says_what_an_adopter_is() -> None:
    assert (
        style.Provenance("mixed", 1, 1, "0.1.0")
        .line()
        .startswith("Region: mixed · 1 firm · one seed (no interval)")
    )
    assert "at least one operating exchange" in ABOUT.line()


def test_saved_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    written = []
    for folder in ("one", "two"):
        fig = style.slide("A title", "how to read it", ABOUT)
        axes = style.bare(fig.add_axes((0.1, 0.1, 0.5, 0.5)), grid="y")
        axes.fill_between([0, 1], [0, 1], alpha=0.5)
        axes.plot([0, 2], [0, 2], clip_on=True)
        written.append([path.read_bytes() for path in style.save(fig, tmp_path / folder, "figure")])
    assert written[0] == written[1]
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == ["figure.png", "figure.svg"]
    assert b"<dc:date>" not in written[0][1]


def test_a_slide_is_sixteen_by_nine_and_2560_pixels_wide(tmp_path: Path) -> None:
    png = style.save(style.slide("A title", "", ABOUT), tmp_path, "figure")[0].read_bytes()
    assert (int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) == (2560, 1440)


def test_drawing_needs_no_window_and_no_global_state() -> None:
    code = "import sys, issim.plots.slides; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
