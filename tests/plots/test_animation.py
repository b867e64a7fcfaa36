"""The film of a run: every month that is shown is the month of the tables, and the bytes are the same each time."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from issim.errors import InputError
from issim.plots import animation, film, palette, slides
from issim.plots import map as region_map

Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def small(run_tables: Callable[..., Tables]) -> Tables:
    """Two policies on 80 firms over a year."""
    return run_tables(n_firms=80, n_pairs=40, n_seeds=3, n_months=12)


@pytest.fixture(scope="module")
def pictures(small: Tables) -> list[animation.Pixels]:
    """The pictures of all months."""
    return list(animation.frames(small, slides.provenance(small, "mixed", "0.1.0"), range(13)))


def amount(picture: animation.Pixels, colour: str) -> int:
    """Pixels of exactly this colour."""
    return int((picture == np.round(255 * np.array(to_rgb(colour))).astype(np.uint8)).all(axis=2).sum())


@pytest.mark.parametrize(
    ("last", "every", "n"), [(120, None, 61), (12, None, 13), (7, 3, 4), (0, None, 1), (600, None, 61)]
)
def test_the_first_and_the_last_month_are_shown(last: int, every: int | None, n: int) -> None:
    found = animation.months(last, every)
    assert (found[0], found[-1], len(found)) == (0, last, n)
    assert found == sorted(set(found))


@pytest.mark.parametrize("policy", ["none", "training"])
def test_spells_are_what_the_map_shows_month_by_month(small: Tables, policy: str) -> None:
    spells = animation.spells_of(policy, small["pairs"], small["events"])
    for month in range(13):
        frame = region_map.Frame(policy, month)
        expected = region_map.operating(frame, small["pairs"], small["events"])
        assert sorted(animation.operating(spells, month)["pair"]) == sorted(expected["pair"])


def test_pictures_have_the_size_of_a_film_and_differ(pictures: list[animation.Pixels]) -> None:
    assert {picture.shape for picture in pictures} == {(540, 960, 3)}
    assert all((one != other).any() for one, other in itertools.pairwise(pictures))


def test_who_arrives_appears(small: Tables, pictures: list[animation.Pixels]) -> None:
    orange = [amount(picture, palette.STAGE_COLOURS["operating"]) for picture in pictures]
    panel = small["panel"]
    arrived = panel[panel["stage"] == 4].groupby("month").size().reindex(range(13), fill_value=0)
    assert arrived.iloc[-1] > arrived.iloc[0]
    assert orange[-1] > orange[0]
    assert np.corrcoef(orange, arrived)[0, 1] > 0.95


def test_a_picture_does_not_depend_on_those_before(small: Tables, pictures: list[animation.Pixels]) -> None:
    (alone,) = animation.frames(small, slides.provenance(small, "mixed", "0.1.0"), [9])
    np.testing.assert_array_equal(alone, pictures[9])


def test_one_policy_and_one_seed_do(run_tables: Callable[..., Tables]) -> None:
    tables = run_tables(n_firms=30, n_pairs=10, n_seeds=1, n_months=3, policies=("none",), n_regions=2)
    (picture,) = animation.frames(tables, slides.provenance(tables, "mixed", "0.1.0"), [3])
    assert picture.std() > 5


def test_a_gif_has_all_pictures_their_colours_and_the_same_bytes(
    pictures: list[animation.Pixels], tmp_path: Path
) -> None:
    for name in ("one.gif", "two.gif"):
        film.write(tmp_path / name, iter(pictures), [pictures[0], pictures[-1]], "issim run; seed 3")
    assert (tmp_path / "one.gif").read_bytes() == (tmp_path / "two.gif").read_bytes()
    with Image.open(tmp_path / "one.gif") as found:
        assert found.n_frames == len(pictures)  # type: ignore[attr-defined]
        assert found.info["comment"] == b"issim run; seed 3"
        assert found.info["duration"] == 1000
        found.seek(12)
        last = np.asarray(found.convert("RGB"))
    for stage in ("aware", "talking", "operating"):
        hue = palette.STAGE_COLOURS[stage]
        assert amount(last, hue) >= amount(pictures[12], hue) > 20
    assert np.abs(last.astype(int) - pictures[12]).mean() < 3


def test_an_mp4_is_written_where_there_is_ffmpeg(pictures: list[animation.Pixels], tmp_path: Path) -> None:
    try:
        film.ffmpeg()
    except InputError:
        pytest.skip("no ffmpeg here")
    film.write(tmp_path / "film.mp4", iter(pictures[:2]), [], "issim run")
    assert (tmp_path / "film.mp4").read_bytes()[4:8] == b"ftyp"


def test_without_ffmpeg_a_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(film.shutil, "which", lambda _: None)
    monkeypatch.setitem(__import__("sys").modules, "imageio_ffmpeg", None)
    with pytest.raises(InputError, match=r"write a GIF, or install it by pip install 'issim\[animate\]'"):
        film.ffmpeg()


@pytest.mark.parametrize(
    ("month", "told"), [(0, "At the start"), (1, "1 month"), (12, "1 year"), (30, "2 years and 6 months")]
)
def test_a_time_is_told_in_years_and_months(month: int, told: str) -> None:
    assert animation.since_start(month) == told
