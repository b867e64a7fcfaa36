"""Pictures of lessons: nothing overlaps or is cut, colours are the palette's, words say what is drawn."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from plots.test_palette import drawn
from plots.test_slides import check_layout

from issim import teach
from issim.levers.policy import Policy
from issim.plots import palette
from issim.teach import controls

LONG = "deliveries fail in a third of all months and nobody knows why"


@pytest.fixture(scope="module")
def history() -> pd.DataFrame:
    """Two arms of a few small regions."""
    lively = {"start_share": 0.2}
    arms = {"none": teach.Arm(behaviour=lively), LONG: teach.Arm(behaviour=lively | {"interruption": 0.4})}
    return teach.runs(arms, n_seeds=4, n_firms=60, n_months=24)


def policy_of_one() -> Policy:
    """A policy under the name of the second arm."""
    return teach.policy(LONG, training={})


@pytest.fixture(scope="module")
def pictures(history: pd.DataFrame) -> dict[str, teach.Picture]:
    """One picture of each kind."""
    region = teach.village(n_firms=80, n_months=30, behaviour={"start_share": 0.2, "interruption": 0.3})
    exchange, pair = teach.undecided(region), teach.operating(region)[0]
    chances, now = teach.chances(exchange), teach.asked(exchange)
    return {
        "account": teach.account_picture(teach.account(exchange)),
        "chances": teach.chances_picture(chances, exchange, now),
        "diary": teach.diary_picture(teach.follow(pair, 30)),
        "memory": teach.memory_picture(teach.remembered(0.8, [5, 6], 40, 0.05), [5, 6]),
        "no failure": teach.memory_picture(teach.remembered(0.8, [], 40, 0.05), []),
        "lines": teach.lines(history, "operating", "exchanges in operation"),
        "rows": teach.rows(
            teach.differences(history, "adopters") * 3, "A title", "How to read it", "From where"
        ),
        "pairs": teach.pairs_picture(history, "adopters", "firms that exchange"),
        "bars": teach.bars(history),
        "brakes": teach.brakes_picture(history, teach.Arm(policy_of_one())),
        "survey": teach.survey_picture(teach.asked_often(teach.shuffled())),
        "assumptions": teach.assumptions_picture(
            *teach.with_assumptions("training", n_draws=6, n_seeds=2, n_firms=60, n_months=12)
        ),
        "map": teach.map_picture(60, 24, behaviour={"start_share": 0.2}),
    }


KINDS = (
    "account", "chances", "diary", "memory", "no failure", "lines", "rows", "pairs", "bars", "brakes", "survey",
    "assumptions", "map",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_laid_out_and_coloured_as_all_figures(
    pictures: dict[str, teach.Picture], kind: str
) -> None:
    check_layout(pictures[kind].figure)
    assert {hue for _, hue in drawn(pictures[kind].figure)} <= palette.every() | {"#000000"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_says_in_words_what_it_shows(pictures: dict[str, teach.Picture], kind: str) -> None:
    picture = pictures[kind]
    title = picture.figure.texts[0].get_text().replace("\n", " ")
    assert repr(picture) == picture.words
    assert picture.words.startswith(title.replace("\u00a0", " ").removesuffix(" …"))
    assert picture._repr_png_().startswith(b"\x89PNG")


def test_all_kinds_are_tried(pictures: dict[str, teach.Picture]) -> None:
    assert set(pictures) == set(KINDS)


def answered(**numbers: float) -> dict[str, float]:
    return numbers


def test_without_a_notebook_the_answer_at_the_start_is_given() -> None:
    assert teach.play(answered, size=teach.Slider(0, 10, 1, 4)) == {"size": 4}


def test_without_widgets_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(controls, "in_notebook", lambda: True)
    usual: Callable[..., Any] = builtins.__import__

    def refuse(name: str, *rest: Any, **more: Any) -> Any:
        if name == "ipywidgets":
            raise ImportError(name)
        return usual(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    assert teach.play(answered, size=teach.Slider(0, 10, 1, 4)) == {"size": 4}
    assert "issim[lessons]" in capsys.readouterr().out


def test_with_widgets_there_is_a_slider_per_number(monkeypatch: pytest.MonkeyPatch) -> None:
    widgets = pytest.importorskip("ipywidgets")
    monkeypatch.setattr(controls, "in_notebook", lambda: True)
    made: dict[str, Any] = {}
    monkeypatch.setattr(widgets, "interact", lambda _, **sliders: made.update(sliders))
    teach.play(answered, size=teach.Slider(0, 10, 1, 4), share=teach.Slider(0, 1, 0.1, 0.5))
    assert isinstance(made["size"], widgets.IntSlider)
    assert isinstance(made["share"], widgets.FloatSlider)
    assert (made["share"].value, made["share"].max, made["share"].continuous_update) == (0.5, 1, False)


def test_a_notebook_is_told_from_a_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))  # type: ignore[arg-type]
    assert not controls.in_notebook()
    kernel = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: kernel))  # type: ignore[arg-type]
    assert controls.in_notebook()
