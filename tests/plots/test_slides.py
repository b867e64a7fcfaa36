"""The slides of a run: nothing overlaps or is cut, and titles and marks say what the tables say."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from issim.plots import adoption, flows, funnel, keys, slides, style, wording
from issim.plots import map as region_map

Tables = dict[str, pd.DataFrame]
CASES: dict[str, dict[str, Any]] = {
    "two policies": {},
    "one firm": {"n_firms": 1, "n_pairs": 0, "n_seeds": 3},
    "no exchange": {"n_pairs": 0},
    "no policy only": {"policies": ("none",)},
    "a policy only": {"policies": ("training",)},
    "three regions": {"n_regions": 3},
    "one seed, seven months": {"n_seeds": 1, "n_months": 7},
    "no month": {"n_months": 0, "n_seeds": 2},
    "many firms": {
        "policies": ("none", "package"),
        "n_firms": 6000,
        "n_pairs": 900,
        "n_months": 24,
        "n_seeds": 2,
    },
    "long name": {"policies": ("none", "shared_logistics_and_facilitation_for_small_firms"), "n_seeds": 2},
}


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest, run_tables: Callable[..., Tables]) -> Tables:
    """Tables of one of the cases."""
    return run_tables(**CASES[request.param])


def shown_texts(fig: Figure) -> list[Text]:
    """Texts that are drawn: not empty, and no tick labels beyond the ends of an axis."""
    hidden = set()
    for axis in (axis for axes in fig.axes for axis in (axes.xaxis, axes.yaxis)):
        hidden |= unseen_labels(axis)
    return [text for text in fig.findobj(Text) if text.get_text().strip() and text not in hidden]


def unseen_labels(axis: Axis) -> set[Text]:
    """Labels of an axis that is switched off, or of ticks outside its view."""
    low, high = sorted(axis.get_view_interval())
    gone = not axis.axes.axison
    ticks = axis.get_major_ticks() + axis.get_minor_ticks()
    return {
        label
        for tick in ticks
        for label in (tick.label1, tick.label2)
        if gone or not low - 1e-9 <= tick.get_loc() <= high + 1e-9 or not label.get_visible()
    }


@pytest.mark.parametrize("name", slides.SLIDES)
def test_no_text_overlaps_another_or_leaves_the_slide(case: Tables, name: str) -> None:
    check_layout(slides.SLIDES[name](case, slides.provenance(case, "mixed", "0.1.0")))


def check_layout(fig: Figure) -> None:
    """Nothing overlaps, nothing leaves the slide."""
    canvas = FigureCanvasAgg(fig)
    canvas.draw()
    boxes = [(text.get_text(), text.get_window_extent(canvas.get_renderer())) for text in shown_texts(fig)]
    wide, high = fig.bbox.width, fig.bbox.height
    assert [told for told, box in boxes if box.x0 < 0 or box.y0 < 0 or box.x1 > wide or box.y1 > high] == []
    # a pixel or two of shared margin between lines is no overlap
    clashes = [
        (one, other)
        for (one, a), (other, b) in itertools.combinations(boxes, 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 2 and min(a.y1, b.y1) - max(a.y0, b.y0) > 4
    ]
    assert clashes == []


def test_all_slides_are_saved_with_the_same_bytes_each_time(tables: Tables, tmp_path: Path) -> None:
    first = slides.draw(tables, tmp_path / "one", "mixed", "0.1.0")
    again = slides.draw(tables, tmp_path / "two", "mixed", "0.1.0")
    assert [path.name for path in first] == [
        f"{name}.{end}" for name in slides.SLIDES for end in ("png", "svg")
    ]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]


def test_titles_are_computed(tables: Tables) -> None:
    about = slides.provenance(tables, "mixed", "0.1.0")
    series = tables["series"].copy()
    last = series["month"] == series["month"].max()
    series.loc[last, "adopters"] = np.where(series.loc[last, "policy"] == "none", 47.0, 120.0)
    series.loc[last, "operating"] = np.where(series.loc[last, "policy"] == "none", 30.0, 29.0)
    assert adoption.takeaway(series, about) == (
        "With a training programme, 120 of 300 firms exchange residues after four years, 73 more than without policy"
    )
    assert region_map.takeaway(series, about) == (
        "With a training programme, 29 exchanges operate after four years, 1 fewer than without policy"
    )


def test_flows_are_of_the_last_year_and_by_stream(tables: Tables) -> None:
    series = tables["series"]
    found = flows.yearly_flows(series, ["none", "training"], "m3")
    part = series[(series["policy"] == "training") & (series["month"] > 36)]
    assert set(found) == {("none", "water"), ("training", "water")}
    assert found["training", "water"].mid == pytest.approx(part.groupby("seed")["flow_water"].sum().median())
    totals = series[(series["policy"] == "training") & (series["month"] > 36)].groupby("seed")["tonnes"].sum()
    assert f"{wording.number(totals.median())} t of residues a year" in flows.takeaway(
        series, slides.provenance(tables, "mixed", "0.1.0")
    )


SEVERAL = ("none", "mandate", "polish_landfill_fee", "shared_logistics_and_facilitation_for_small_firms", "training",
           "action_plan", "package", "platform")  # fmt: skip


@pytest.mark.parametrize("n_policies", [3, 4, 5, 6, 8])
@pytest.mark.parametrize("first", [0, 1])
def test_several_policies_are_all_shown_up_to_six(
    run_tables: Callable[..., Tables], n_policies: int, first: int
) -> None:
    names = SEVERAL[first : n_policies + first]
    tables = run_tables(policies=names, n_seeds=3, n_firms=120, n_months=24)
    fig = adoption.figure(tables["series"], slides.provenance(tables, "mixed", "0.1.0"))
    check_layout(fig)
    lines, bars = fig.axes
    shown = names[: adoption.MOST]
    assert len(lines.lines) == len(shown)
    assert len({line.get_color() for line in lines.lines}) == len(shown)
    assert len({text.get_text().split("\n")[0] for text in lines.texts}) == len(shown)
    assert len(bars.patches) == len(shown) * len(style.STAGES)
    told = " ".join(text.get_text() for text in fig.texts)
    assert (f"the first 6 of {len(names)} policies" in told) == (len(names) > 6)


def test_lines_and_bars_of_several_policies_are_what_the_series_says(
    run_tables: Callable[..., Tables],
) -> None:
    names = ("none", "mandate", "training")
    tables = run_tables(policies=names, n_seeds=5)
    series = tables["series"]
    series.loc[(series["policy"] == "training") & (series["month"] == 48), "adopters"] += 60
    about = slides.provenance(tables, "mixed", "0.1.0")
    lines, bars = adoption.figure(series, about).axes
    for policy, line in zip(names, lines.lines, strict=True):
        medians = series[series["policy"] == policy].groupby("month")["adopters"].median()
        np.testing.assert_array_equal(np.asarray(line.get_ydata()), medians.to_numpy())
    ends = series[series["month"] == 48].groupby("policy", sort=False)["adopters"].mean() / 3
    operating = [bar.get_width() for bar in bars.patches[:: len(style.STAGES)]]
    assert operating == pytest.approx(ends.to_list())
    assert adoption.takeaway(series, about).startswith("With a training programme, ")


def test_several_policies_that_change_nothing_say_so(run_tables: Callable[..., Tables]) -> None:
    tables = run_tables(policies=("none", "mandate", "training"), n_seeds=3)
    series = tables["series"].assign(adopters=9.0)
    said = adoption.takeaway(series, slides.provenance(tables, "mixed", "0.1.0"))
    assert said == "In the median run none of 2 policies changes how many firms exchange after four years"


def test_the_stages_of_the_stack_fill_it(tables: Tables) -> None:
    about = slides.provenance(tables, "mixed", "0.1.0")
    fig = adoption.figure(tables["series"], about)
    told = [text.get_text() for text in fig.axes[2].texts]
    shares = [float(text.split(" %")[0]) for text in told]
    assert [text.split("  ")[1] for text in told] == list(style.STAGES[::-1])
    assert sum(shares) == pytest.approx(100, abs=2.6)  # rounded to whole per cents
    end = tables["series"].query("policy == 'training' and month == 48")["adopters"].median()
    assert shares[0] == pytest.approx(100 * end / about.n_firms, abs=0.51)


@pytest.mark.parametrize("month", [0, 13, 48])
@pytest.mark.parametrize("policy", ["none", "training"])
def test_the_map_joins_exactly_the_firms_that_operate(tables: Tables, policy: str, month: int) -> None:
    found = region_map.operating(region_map.Frame(policy, month), tables["pairs"], tables["events"])
    here = tables["panel"].query("policy == @policy and month == @month and stage == 4")
    assert set(found["donor"]) | set(found["receiver"]) == set(here["firm"])


def test_an_exchange_that_ended_is_not_drawn() -> None:
    pairs = pd.DataFrame({"pair": [3, 5, 8], "good": "metal"})
    events = pd.DataFrame(
        [("none", 2, 3, 4), ("none", 6, 3, 0), ("none", 4, 5, 4), ("training", 1, 8, 4)],
        columns=["policy", "month", "pair", "stage"],
    )
    drawn = {
        month: region_map.operating(region_map.Frame("none", month), pairs, events)["pair"].to_list()
        for month in (1, 2, 5, 6)
    }
    assert drawn == {1: [], 2: [3], 5: [3, 5], 6: [5]}


def test_the_map_shows_the_months_asked_for(tables: Tables) -> None:
    about = slides.provenance(tables, "mixed", "0.1.0")
    frames = [region_map.Frame("training", month) for month in (0, 12, 48)]
    parts = [tables[name] for name in ("firms", "panel", "pairs", "events")]
    fig = region_map.figure(*parts, about, tables["series"], frames)
    series = tables["series"].query("policy == 'training' and seed == 3").set_index("month")["operating"]
    times = ("At the start", "After one year", "After four years")
    told = [
        f"{when}: {keys.exchanges(int(series[frame.month]))}"
        for when, frame in zip(times, frames, strict=True)
    ]
    assert [axes.get_title(loc="left") for axes in fig.axes] == told


def test_regions_stand_side_by_side_and_keep_their_firms(run_tables: Callable[..., Tables]) -> None:
    firms = run_tables(n_regions=3)["firms"]
    placed, squares = region_map.laid_out(firms)
    for (_, (west, south, side)), (_, (x, y, _)) in itertools.combinations(squares.items(), 2):
        assert abs(west - x) > side or abs(south - y) > side
    for name, (west, south, side) in squares.items():
        here = placed[placed["region"] == name]
        assert here["drawn_x"].between(west, west + side).all()
        assert here["drawn_y"].between(south, south + side).all()
        assert (here["drawn_x"] - west).to_numpy() == pytest.approx(here["x"].to_numpy())


def test_regions_stand_as_on_the_map_but_closer(run_tables: Callable[..., Tables]) -> None:
    firms = run_tables(n_regions=3)["firms"]
    corner = {"region 1": (0.0, 0.0), "region 2": (400.0, -300.0), "region 3": (-500.0, 900.0)}
    for column, k in (("east", 0), ("north", 1)):
        firms[column] = [corner[name][k] for name in firms["region"]]
    firms["x"], firms["y"] = firms["x"] + firms["east"], firms["y"] + firms["north"]
    placed, squares = region_map.laid_out(firms)
    side = squares["region 1"][2]
    assert side < 121.0
    west = {name: square[0] for name, square in squares.items()}
    south = {name: square[1] for name, square in squares.items()}
    assert south["region 3"] == south["region 1"] > south["region 2"]
    assert west["region 3"] < west["region 1"]
    for name, (x, y, _) in squares.items():
        here = placed[placed["region"] == name]
        assert (here["drawn_x"] - x).to_numpy() == pytest.approx((here["x"] - here["east"]).to_numpy())
        assert (here["drawn_y"] - y).to_numpy() == pytest.approx((here["y"] - here["north"]).to_numpy())


def test_arcs_join_their_ends_and_bend_inwards() -> None:
    start, end = np.array([[0.0, 0.0], [0.0, 100.0]]), np.array([[100.0, 0.0], [100.0, 100.0]])
    lines = region_map.arcs(start, end, (50.0, 50.0))
    assert lines[:, 0].tolist() == start.tolist()
    assert lines[:, -1].tolist() == end.tolist()
    middles = lines[:, region_map.STEPS // 2]
    assert middles.tolist() == [[50.0, pytest.approx(16.0)], [50.0, pytest.approx(84.0)]]


def test_rare_streams_are_counted_together() -> None:
    colours = {"metal": "#111111", "wood": style.OTHER_STREAMS, "heat": style.OTHER_STREAMS}
    found = pd.DataFrame({"good": ["wood", "metal", "heat", "metal"]})
    assert keys.by_stream(found, colours) == {"metal": 2, "others": 2}


def test_slowdown_follows_from_the_brake() -> None:
    table = pd.DataFrame(
        {
            "policy": "none",
            "seed": [1, 2, 3],
            "month": 9,
            "stage": "A",
            "barrier": 5,
            "brake": [0.0, np.log(2), np.log(4)],
        }
    )
    early = table.assign(month=0, brake=9.0)
    assert funnel.slowdown(pd.concat([early, table])).loc[0, "mid"] == pytest.approx(0.5)


def test_the_heaviest_barrier_under_the_policy_is_always_shown() -> None:
    size = {"none": {1: 0.4, 2: 0.3, 3: 0.2, 4: 0.1}, "training": {1: 0.05, 2: 0.05, 3: 0.05, 4: 0.1}}
    slow = pd.DataFrame(
        [(policy, barrier, mid) for policy, found in size.items() for barrier, mid in found.items()],
        columns=["policy", "barrier", "mid"],
    )
    assert funnel.heaviest(slow, ["none"]) == [1, 2, 3]
    assert funnel.heaviest(slow, ["none", "training"]) == [1, 2, 4]


def test_every_blocking_point_has_words() -> None:
    texts = funnel.barrier_texts()
    assert sorted(texts) == list(range(1, 25))
    assert all(text and "_" not in text for text in texts.values())


def test_the_title_of_the_funnel_is_shown_in_full(run_tables: Callable[..., Tables]) -> None:
    tables = run_tables(policies=("none", "package"), n_seeds=2, n_firms=1200)
    about = slides.provenance(tables, "mixed", "0.1.0")
    texts = dict.fromkeys(range(1, 25), "digital tools cost much before they help anybody in the firm")
    told = funnel.takeaway(tables["series"], tables["barriers"], about, texts)
    assert told.startswith("With package, ")
    assert style.fits(told)
    assert not style.fits(told.replace("With package", "With mandate, tax relief, training and platform"))
