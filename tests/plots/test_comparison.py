"""The figure of a comparison: nothing overlaps or is cut, and it says what the effects say."""

from __future__ import annotations

import itertools
import math

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from issim.analysis.effects import Effect
from issim.plots import comparison, style

POLICIES = ("mandate", "tax_relief", "shared_logistics_and_facilitation_for_small_firms", "platform")


def effects_of(sizes: dict[str, float], width: float = 0.5, against: str = "none") -> list[Effect]:
    """Effects of some size, told from none where the size exceeds `width`; nan for one seed."""
    found = []
    for policy, size in sizes.items():
        for key, scale in (("adopters", 1.0), ("tonnes", 3000.0), ("cost_per_tonne", 40.0)):
            mean = size * scale
            if key == "cost_per_tonne" and not size > width:
                mean = math.nan
            ends = (mean - width * scale, mean + width * scale)
            found.append(Effect(policy, against, key, key, "", mean, *ends, 0.2, 7.0))
    return found


def about(n_seeds: int = 12) -> style.Provenance:
    """Where the effects come from."""
    return style.Provenance("mixed", 300, n_seeds, "0.1.0")


def texts(fig: Figure) -> list[Text]:
    """Texts that are drawn, without labels of ticks beyond an axis."""
    hidden = {
        tick.label1
        for axes in fig.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.get_major_ticks()
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
    }
    return [text for text in fig.findobj(Text) if text.get_text().strip() and text not in hidden]


@pytest.mark.parametrize(
    ("sizes", "n_seeds"),
    [
        (dict.fromkeys(POLICIES, 12.3), 12),
        ({"mandate": 0.2}, 12),
        ({"mandate": -31.7, "training": 1234.5}, 100),
        ({f"policy {k}": 10.0 * k for k in range(12)}, 12),
        (dict.fromkeys(POLICIES, 0.0), 12),
    ],
)
def test_no_text_overlaps_another_or_leaves_the_slide(sizes: dict[str, float], n_seeds: int) -> None:
    fig = comparison.figure(effects_of(sizes), about(n_seeds))
    canvas = FigureCanvasAgg(fig)
    canvas.draw()
    boxes = [(text.get_text(), text.get_window_extent(canvas.get_renderer())) for text in texts(fig)]
    assert len(boxes) > 6
    wide, high = fig.bbox.width, fig.bbox.height
    assert [told for told, box in boxes if box.x0 < 0 or box.y0 < 0 or box.x1 > wide or box.y1 > high] == []
    clashes = [
        (one, other)
        for (one, a), (other, b) in itertools.combinations(boxes, 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 2 and min(a.y1, b.y1) - max(a.y0, b.y0) > 2
    ]
    assert clashes == []


def test_the_title_names_the_policy_that_adds_most_and_its_price() -> None:
    title = comparison.takeaway(effects_of({"training": 4.0, "mandate": 26.0, "platform": 3.0}), about())
    assert title == (
        "A reuse mandate adds most: 26 more firms exchange than with no policy, "
        "at 1,040 EUR of public money per extra tonne"
    )


@pytest.mark.parametrize("sizes", [{"training": 0.3, "mandate": 0.1}, {"mandate": -5.0}])
def test_the_title_does_not_claim_what_is_not_told(sizes: dict[str, float]) -> None:
    assert "no policy makes clearly more firms exchange" in comparison.takeaway(effects_of(sizes), about())


def test_one_run_claims_nothing() -> None:
    alone = effects_of({"mandate": 3.0, "training": 9.0}, width=math.nan)
    assert "cannot tell" in comparison.takeaway(alone, about(1))
    fig = comparison.figure(alone, about(1))
    assert "nan" not in " ".join(text.get_text() for text in texts(fig))


def test_dots_and_lines_stand_where_the_effects_are_and_are_hollow_where_not_told() -> None:
    fig = comparison.figure(effects_of({"training": 4.0, "platform": 0.3}), about())
    lines = [line for line in fig.axes[0].lines if len(line.get_xdata()) and line.get_ydata()[0] in (0, 1)]
    spans = [list(line.get_xdata()) for line in lines if len(set(line.get_xdata())) == 2]
    assert spans == [pytest.approx([3.5, 4.5]), pytest.approx([-0.2, 0.8])]
    dots = [line for line in lines if line.get_marker() == "o"]
    assert [float(dot.get_xdata()[0]) for dot in dots] == [4.0, 0.3]
    assert [dot.get_markerfacecolor() for dot in dots] == [style.WITH, style.PAPER]
