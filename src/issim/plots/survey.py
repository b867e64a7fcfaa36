"""The picture of a re-run survey: every published figure on the interval that synthetic firms give it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator

from issim.analysis.survey import (
    EXCLUDED,
    INSIDE,
    NOT_APPLICABLE,
    OUTSIDE,
    Comparison,
    as_printed,
    by_design,
    tally,
)
from issim.plots import palette, style

#: The model is blue, the report black, a miss vermilion and marked besides.
BAND, MIDDLE, REPORT = palette.MODEL_BAND, palette.MODEL, palette.PUBLISHED
MISS, QUIET = palette.MISSED, palette.UNUSED


class Panel(NamedTuple):
    """Figures that share a scale."""

    column: int
    title: str
    holds: Callable[[Comparison], bool]
    low: float
    high: float
    marks: tuple[float, ...]
    scale: str = "linear"


PANELS = (
    Panel(
        0, "Who answered (set by design)", lambda row: row.kind == "composition", 0.0, 0.6, (0.0, 0.3, 0.6)
    ),
    Panel(0, "Correlation with readiness", lambda row: row.kind == "correlation", -0.2, 0.8, (0.0, 0.4, 0.8)),
    Panel(
        0,
        "Test statistic between countries",
        lambda row: row.kind == "statistic",
        0.0,
        32.0,
        (0.0, 15.0, 30.0),
    ),
    Panel(
        1,
        "Share of answers (levels 1-5)",
        lambda row: row.group == "answers" and row.kind == "share",
        0.0,
        1.0,
        (0.0, 0.5, 1.0),
    ),
    Panel(1, "p-value", lambda row: row.kind == "p_value", 1e-7, 2.0, (1e-6, 1e-3, 1.0), "log"),
    Panel(
        2, "Share that ticks the option", lambda row: row.group == "options ticked", 0.0, 1.0, (0.0, 0.5, 1.0)
    ),
    Panel(
        3,
        "Mean answer (1-5; awareness 1-3)",
        lambda row: row.group == "answers" and row.kind == "mean",
        1.0,
        5.1,
        (1.0, 3.0, 5.0),
    ),
    Panel(3, "Standard deviation", lambda row: row.kind == "sd", 0.5, 1.5, (0.5, 1.0, 1.5)),
    Panel(3, "Norway's index", lambda row: row.kind == "index", 1.0, 5.1, (1.0, 3.0, 5.0)),
    Panel(3, "Place among five countries", lambda row: row.kind == "order", 0.7, 5.4, (1.0, 3.0, 5.0)),
)
N_COLUMNS = 4
#: Fractions of the picture: top of the panels, one row, one column, room for labels, width of the scales;
#: and the rows of height that a panel's title takes.
TOP, ROW, PITCH, LABELS, WIDTH = 0.872, 0.0256, 0.246, 0.122, 0.088
TITLE_ROWS = 2.3


def figure(table: Sequence[Comparison]) -> Figure:
    """Every published figure of `table` with its synthetic interval, grouped by scale; 16 by 9 inches."""
    fig = Figure(figsize=(16, 9), facecolor=style.PAPER)
    for column in range(N_COLUMNS):
        filled = [
            (p, rows) for p in PANELS if p.column == column and (rows := [r for r in table if p.holds(r)])
        ]
        _draw_column(fig, column, filled)
    _head(fig, table)
    return fig


def _draw_column(fig: Figure, column: int, filled: list[tuple[Panel, list[Comparison]]]) -> None:
    """The panels of a column below each other, all rows of one height."""
    start = 0.015 + column * PITCH
    top = TOP
    for panel, rows in filled:
        fig.text(start, top - 0.7 * TITLE_ROWS * ROW, panel.title, fontsize=10.5, fontweight="bold")
        top -= TITLE_ROWS * ROW
        height = len(rows) * ROW
        _draw_panel(fig.add_axes((start + LABELS, top - height, WIDTH, height)), panel, rows)
        top -= height


def _draw_panel(axes: Axes, panel: Panel, rows: list[Comparison]) -> None:
    """One row per figure, the first on top; the published value is written at the right."""
    axes.set_xscale(panel.scale)
    axes.set_xlim(panel.low, panel.high)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    for y, row in enumerate(rows):
        _draw_row(axes, panel, y, row)
    axes.set_yticks(range(len(rows)), [_name(row) for row in rows], fontsize=8)
    axes.tick_params(axis="both", length=0)
    axes.xaxis.tick_top()
    percent = all(row.kind in ("share", "composition") for row in rows)
    axes.set_xticks(
        panel.marks, [f"{100 * mark:.0f} %" if percent else f"{mark:g}" for mark in panel.marks], fontsize=7
    )
    axes.tick_params(axis="x", colors=QUIET, pad=0)
    axes.grid(axis="x", color=style.FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.xaxis.set_minor_locator(NullLocator())
    for side in axes.spines.values():
        side.set_visible(False)


def _draw_row(axes: Axes, panel: Panel, y: int, row: Comparison) -> None:
    """The interval, its median, the published value as a mark and in figures."""
    low, high = max(row.low, panel.low), min(row.high, panel.high)
    used = row.verdict in (INSIDE, OUTSIDE)
    if row.verdict != NOT_APPLICABLE:
        axes.plot([low, high], [y, y], color=BAND, linewidth=7, solid_capstyle="butt", zorder=1)
        axes.plot([row.median] * 2, [y - 0.32, y + 0.32], color=MIDDLE, linewidth=1.6, zorder=2)
    colour = {INSIDE: REPORT, OUTSIDE: MISS}.get(row.verdict, QUIET)
    mark = {INSIDE: "o", OUTSIDE: "D"}.get(row.verdict, "X" if row.verdict == EXCLUDED else "o")
    if row.bound in ("<", ">=") and used:
        mark = "<" if row.bound == "<" else ">"
    face = style.PAPER if row.verdict == NOT_APPLICABLE else colour
    axes.plot(
        row.published, y, mark, color=colour, markerfacecolor=face, markersize=5, zorder=3, clip_on=False
    )
    bound = {"=": "", "up to": "≤ ", ">=": "≥ "}.get(row.bound, f"{row.bound} ")
    note = " excl." if row.verdict == EXCLUDED else ""
    axes.text(
        1.03, y, bound + as_printed(row) + note, transform=axes.get_yaxis_transform(), va="center",
        fontsize=8, color=colour, fontweight="bold" if row.verdict == OUTSIDE else "normal",
    )  # fmt: skip


def _name(row: Comparison) -> str:
    """The label of a row, without what its panel's title says already."""
    text = (
        row.label.removesuffix(" and readiness")
        .removeprefix("p, ")
        .removesuffix(": mean")
        .removesuffix(": SD")
    )
    text = text.replace("environmental compliance", "environment rules")
    text = text.replace(": answers", "").replace(": answer", "")
    text = text.replace("digital competence or use of IT tools", "digital competence, IT use")
    if row.kind in ("statistic", "p_value"):
        text = text.replace("interest in digital tools", "digital interest")
    if row.kind == "index":
        text = text.removesuffix(" index of Norway")
    if row.kind == "order":
        index, _, country = text.partition(" index: rank of ")
        text = f"{country}, {index}"
    return text


def _head(fig: Figure, table: Sequence[Comparison]) -> None:
    """Title with the verdict, and the key to the marks."""
    found = tally(tuple(table))
    compared = found[INSIDE] + found[OUTSIDE]
    n = next((int(row.published) for row in table if row.kind == "sample"), 0)
    everyone = f"Synthetic firms answer the survey as its {n} respondents did:"
    lead = everyone if found[INSIDE] == compared and not found[NOT_APPLICABLE] else "The survey asked again:"
    verdict = f"{lead} {found[INSIDE]} of {compared} published figures inside"
    fig.text(0.015, 0.952, verdict, fontsize=17, fontweight="bold")
    notes = [f"{by_design(tuple(table))} by design of the samples"]
    for name, told in (
        (EXCLUDED, "excluded: cannot be true as published"),
        (NOT_APPLICABLE, "not applicable"),
    ):
        if found[name]:
            notes.append(f"{found[name]} {told}")
    fig.text(0.015, 0.922, "; ".join(notes), fontsize=10.5, color=style.QUIET)
    keys = [
        Line2D([], [], color=BAND, linewidth=7, label=f"central 95 % of re-run surveys (samples of {n})"),
        Line2D(
            [],
            [],
            color=MIDDLE,
            marker="|",
            markersize=9,
            markeredgewidth=1.6,
            linestyle="",
            label="their median",
        ),
        Line2D(
            [], [], color=REPORT, marker="o", markersize=5, linestyle="", label="published (bounds as arrows)"
        ),
        Line2D([], [], color=MISS, marker="D", markersize=5, linestyle="", label="published, outside"),
    ]
    fig.legend(
        handles=keys,
        loc="upper left",
        bbox_to_anchor=(0.015, 0.912),
        ncols=4,
        frameon=False,
        fontsize=9.5,
        borderpad=0.0,
        borderaxespad=0.0,
    )
