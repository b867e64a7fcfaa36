"""The figure of a study: its sentence has the number that answers the question, and nothing runs into anything else."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from issim.analysis.answers import Answer, Shown
from issim.plots import study, study_words
from issim.store.outcomes import MEASURES

REGIONS, POLICIES = ("italy", "norway", "the_netherlands"), ("mandate", "tax_relief", "training", "package")


def shown(kind: str, found: Sequence[Answer], x: str, by: str = "", **said: object) -> Shown:
    """A study with some answers."""
    about = Shown(
        "mine", "Which is best?", kind, "adopters", x, by, "none", {}, (300, 300), 20, "1.0", list(found)
    )
    return about._replace(**said)  # type: ignore[arg-type]


def grid(xs: Sequence[str | float], bys: Sequence[str | float], about: float = 1.0) -> list[Answer]:
    """Answers that rise along both axes, each with an interval of one around it."""
    return [
        Answer(x, by, mean := about * (2.0 + 3 * i + 10 * k), mean - about, mean + about, 20)
        for i, x in enumerate(xs)
        for k, by in enumerate(bys)
    ]


ROWS = shown("rows", grid(REGIONS, POLICIES), "region", "policy")
LINES = shown("lines", grid((0, 0.5, 1), POLICIES), "behaviour.trust_learning", "policy")
ONE_LINE = shown(
    "lines",
    [Answer(0, "", 0.0, 0.0, 0.0, 20), Answer(12, "", 1.0, -1.0, 3.0, 20), Answer(24, "", 4.0, 2.0, 6.0, 20)],
    "policy.levers.training.start",
    units={"policy.levers.training.start": "month"},
)
HEAT = shown(
    "heat",
    grid((0.1, 0.2, 0.4), (1, 2, 3)),
    "policy.levers.platform.full_recall",
    "policy.levers.platform.data_quality",
)
ALL = {"rows": ROWS, "lines": LINES, "one line": ONE_LINE, "heat": HEAT}


@pytest.mark.parametrize(
    ("about", "said"),
    [
        (ROWS, "In every region most extra firms that exchange come with mandate, tax relief, training and platform, "
               "from 32 (31 to 33) in Italy to 38 (37 to 39) in The Netherlands"),
        (ROWS._replace(found=[*grid(REGIONS, POLICIES), Answer("italy", "none", 99.0, 98.0, 100.0, 20)]),
         "Most extra firms that exchange come without policy in Italy: 99 (98 to 100)"),
        (ROWS._replace(found=grid(REGIONS, [""]), by=""),
         "From 2 (1 to 3) extra firms that exchange in Italy to 8 (7 to 9) in The Netherlands"),
        (ONE_LINE, "As start of training goes from 0 to 24 months, extra firms that exchange go from 0 to 4 (2 to 6); "
                   "told from none from 24 months on"),
        (LINES._replace(against="", found=grid((0, 1), POLICIES[:1])),
         "As trust learning goes from 0 to 1, firms that exchange go from 2 (1 to 3) to 5 (4 to 6)"),
        (HEAT, "Raising full recall of platform alone takes extra firms that exchange from 2 to 8, "
               "raising data quality of platform alone to 22, both together to 28 (27 to 29)"),
        (ROWS._replace(found=[Answer("italy", "training", 1.0, -1.0, 3.0, 20)]),
         "In 20 runs each, no setting is told from no policy"),
        (ROWS._replace(n_seeds=1, found=[Answer("italy", "training", 1.0, float("nan"), float("nan"), 1)]),
         "One run per setting tells no setting from another: raise n_seeds"),
    ],
)  # fmt: skip
def test_the_title_answers_the_question_with_its_number(about: Shown, said: str) -> None:
    assert study_words.takeaway(about) == said


def out_of_view(fig: Figure) -> set[int]:
    """The labels of ticks beyond the ends of their axis, which are not drawn."""
    return {
        id(label)
        for axes in fig.axes
        for axis in (axes.xaxis, axes.yaxis)
        for place, label in zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=True)
        if not min(axis.get_view_interval()) <= place <= max(axis.get_view_interval())
    }


@pytest.mark.parametrize("about", ALL.values(), ids=ALL)
@pytest.mark.parametrize("scale", [1.0, 1e6])
def test_no_text_runs_into_another_or_off_the_slide(about: Shown, scale: float) -> None:
    found = [
        one._replace(mean=scale * one.mean, low=scale * one.low, high=scale * one.high) for one in about.found
    ]
    fig = study.figure(about._replace(found=found))
    canvas = FigureCanvasAgg(fig)
    canvas.draw()
    hidden = out_of_view(fig)
    texts = [t for t in fig.findobj(Text) if t.get_visible() and t.get_text().strip() and id(t) not in hidden]
    boxes = [(text.get_text(), text.get_window_extent(canvas.get_renderer())) for text in texts]
    for words, box in boxes:
        assert fig.bbox.x0 <= box.x0 < box.x1 <= fig.bbox.x1, words
        assert fig.bbox.y0 <= box.y0 < box.y1 <= fig.bbox.y1, words
    for (first, one), (second, other) in itertools.combinations(boxes, 2):
        assert first == second or not one.overlaps(other), (first, second)


@pytest.mark.parametrize("about", ALL.values(), ids=ALL)
def test_one_seed_is_drawn_without_intervals(about: Shown) -> None:
    nan = float("nan")
    found = [one._replace(low=nan, high=nan, n_runs=1) for one in about.found]
    fig = study.figure(about._replace(found=found, n_seeds=1))
    FigureCanvasAgg(fig).draw()
    assert any("one seed" in text.get_text() for text in fig.texts)


def test_what_is_not_told_is_in_grey_or_brackets() -> None:
    unsure = [one._replace(low=-1.0) for one in HEAT.found[:1]] + HEAT.found[1:]
    fig = study.figure(HEAT._replace(found=unsure))
    assert [text.get_text() for text in fig.axes[0].texts].count("(2)") == 1
    assert any("in brackets: not told from none" in text.get_text() for text in fig.texts)


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.key)
@pytest.mark.parametrize("against", ["", "none"])
def test_every_outcome_has_words(measure: object, against: str) -> None:
    about = ROWS._replace(outcome=measure.key, against=against)  # type: ignore[attr-defined]
    head = study_words.outcome_words(about)
    assert head.startswith("Extra ") is bool(against)
    assert head.endswith(f"[{measure.unit}]")  # type: ignore[attr-defined]
    assert study_words.NOUNS[about.outcome] in study_words.takeaway(about)


def test_an_axis_has_its_words_and_its_unit() -> None:
    assert study_words.axis_label("policy.levers.training.start", "month") == "Start of training [months]"
    assert study_words.axis_label("behaviour.trust_learning", "1") == "Trust learning"
    assert study_words.axis_label("goods.metal.gate_fee", "EUR/unit") == "Metal: gate fee [EUR/unit]"
    assert study_words.axis_label("population.n_firms", "firms") == "N firms [firms]"
