"""The funnel: where firms stand at the end, and which barriers slow each step."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from issim.evidence.vocabulary import STAGES as STEPS
from issim.plots import seeds, style, wording

#: The steps of a firm's way, and the stages that it passes from first to last.
STEP_NAMES = {"A": "Becoming aware", "B": "Finding a partner", "C": "Deciding", "D": "Making it work"}
PASSES = {
    "A": ("unaware", "aware"),
    "B": ("aware", "searching", "talking"),
    "C": ("talking",),
    "D": ("talking", "operating"),
}
#: The step before firms that wait at a stage.
NEXT_STEP = {"unaware": "A", "aware": "B", "searching": "B", "talking": "C"}
#: Barriers shown per step.
WORST = 3
#: Width of a panel relative to its longest bar, so that values fit beside bars.
SPARE = 1.3
#: Lower and upper edge of the row of stages and of the barriers below, as fractions of the slide.
STANDS = (0.565, 0.695)
BRAKES = (0.075, 0.425)


def barrier_texts() -> dict[int, str]:
    """What each blocking point is, in words, by its number."""
    from issim import evidence

    return {barrier.number: barrier.text for barrier in evidence.load().barriers}


def figure(
    series: pd.DataFrame,
    barriers: pd.DataFrame,
    about: style.Provenance,
    texts: Mapping[int, str] | None = None,
) -> Figure:
    """Firms at each stage by policy, and below, for every step, the barriers that slow it most.

    For whom  the monthly series and the table of barriers of a run, one policy or two
    Units     firms; per cent by which a barrier lowers the chance of the step, mean over the firms before it
    """
    texts = texts or barrier_texts()
    shown = seeds.policies(series)
    fig = style.slide(takeaway(series, barriers, about, texts), _reading(series, barriers, about), about)
    style.section(
        fig, style.LEFT, STANDS[1] + 0.07, f"Firms at each stage, {wording.after(seeds.last_month(series))}"
    )
    style.policy_key(fig, 0.58, STANDS[1] + 0.074, shown)
    wide = (style.RIGHT - style.LEFT) / len(style.STAGES)
    for k, stage in enumerate(style.STAGES):
        box = (style.LEFT + k * wide, STANDS[0], wide * 0.9, STANDS[1] - STANDS[0])
        _stand(fig.add_axes(box), series, shown, stage, about.n_firms)
    style.section(
        fig,
        style.LEFT,
        BRAKES[1] + 0.07,
        "What slows each step most: share of the monthly chance it takes away",
    )
    wide = (style.RIGHT - style.LEFT) / len(STEPS)
    slow = slowdown(barriers)
    top = max(0.05, float(slow["high"].max())) if len(slow) else 0.05
    for k, step in enumerate(STEPS):
        box = (style.LEFT + k * wide, BRAKES[0], wide * 0.88, BRAKES[1] - BRAKES[0])
        _step(fig.add_axes(box), slow[slow["stage"] == step], shown, step, texts, top)
    return fig


def slowdown(barriers: pd.DataFrame) -> pd.DataFrame:
    """By how much each barrier lowers the chance of its step at the end: low, mid, high over seeds.

        slowdown = 1 - exp(-brake)

    For whom  the table of barriers; one row per policy, stage (A-D) and barrier
    """
    end = barriers[barriers["month"] == barriers["month"].max()]
    loss = 1.0 - (-end["brake"].fillna(0.0)).map(math.exp)
    spread = loss.groupby([end["policy"], end["stage"], end["barrier"]]).quantile([0.05, 0.5, 0.95]).unstack()
    return spread.set_axis(["low", "mid", "high"], axis=1).reset_index()


def takeaway(
    series: pd.DataFrame, barriers: pd.DataFrame, about: style.Provenance, texts: Mapping[int, str]
) -> str:
    """The sentence the figure is for: where most firms wait, and what slows their next step most."""
    month, policy = seeds.last_month(series), seeds.policies(series)[-1]
    waiting = {stage: seeds.at(series, policy, month, [stage]) for stage in style.STAGES[:-1]}
    most = max(waiting, key=lambda stage: float(waiting[stage].mean()))
    n = seeds.interval(waiting[most]).mid
    when = wording.after(month)
    if waiting[most].max() == 0:
        return f"{wording.under(policy)}, every firm exchanges residues {when}"
    who = (
        f"{wording.count(n)} of {about.n_firms:,} firms are"
        if about.n_firms > 1
        else "the only firm is mostly"
    )
    told = f"{wording.under(policy)}, {who} {_standing(most)} {when}"
    step = NEXT_STEP[most]
    slow = slowdown(barriers)
    here = slow[(slow["policy"] == policy) & (slow["stage"] == step) & (slow["mid"] > 0)]
    if here.empty:
        return told
    worst = int(here.sort_values(["mid", "barrier"], ascending=[False, True])["barrier"].iloc[0])
    brake = f"; the greatest brake on {STEP_NAMES[step].lower()}: {texts[worst]}"
    if style.fits(told + brake):
        return told + brake
    return f"{wording.headed(policy)}, {who} {_standing(most)} {when}{brake}"


def _standing(stage: str) -> str:
    """A stage as what firms do."""
    return {"aware": "aware but not searching", "talking": "in talks"}.get(stage, stage)


def _reading(series: pd.DataFrame, barriers: pd.DataFrame, about: style.Provenance) -> str:
    """How to read the picture."""
    marks = "▲ at the start; pale ground: all firms"
    if about.n_seeds == 1:
        return f"One run, so no interval; {marks}"
    brakes = "" if barriers["seed"].nunique() > 1 else "; brakes: one run"
    return f"Bars: median of {about.n_seeds} seeds; lines: central 90 %; {marks}{brakes}"


def _stand(axes: Axes, series: pd.DataFrame, shown: list[str], stage: str, n_firms: int) -> None:
    """Firms at one stage: a bar per policy on the scale of all firms, and where they stood at the start."""
    style.bare(axes)
    month = seeds.last_month(series)
    column = "adopters" if stage == "operating" else stage
    axes.set_xlim(0, SPARE * n_firms)
    axes.set_ylim(len(shown) - 0.5, -0.6)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.fill_between([0, n_firms], -0.5, len(shown) - 0.5, color=style.GROUND, linewidth=0)
    for k, policy in enumerate(shown):
        found = wording.counts(seeds.interval(seeds.at(series, policy, month, [column])))
        _bar(axes, k, found, policy)
    start = seeds.interval(seeds.at(series, shown[0], 0, [column])).mid
    axes.plot(start, len(shown) - 0.5, marker="^", markersize=7, color=style.INK, linestyle="", clip_on=False)
    style.heading(axes, stage)
    _strip(axes, (stage,), 1 / SPARE)


def _strip(axes: Axes, stages: tuple[str, ...], share: float = 1.0) -> None:
    """A strip on top of a share of a panel, in the colours of the stages that firms pass in it."""
    for k, stage in enumerate(stages):
        ends = [share * k / len(stages), share * (k + 1) / len(stages)]
        axes.plot(
            ends, [1, 1], color=style.STAGE_COLOURS[stage], linewidth=5, transform=axes.transAxes,
            clip_on=False, solid_capstyle="butt",
        )  # fmt: skip


def _bar(axes: Axes, y: float, found: seeds.Interval, policy: str) -> None:
    """Firms as a bar with its interval and its number."""
    axes.barh(y, found.mid, height=0.62, color=style.policy_colour(policy), zorder=2)
    if found.high > found.low:
        axes.plot(
            [found.low, found.high], [y, y], color=style.INK, linewidth=1.4, solid_capstyle="butt", zorder=3
        )
    axes.annotate(
        wording.count(found.mid), (max(found.mid, found.high), y), xytext=(5, 0), textcoords="offset points",
        va="center", fontsize=style.LABEL, color=style.policy_ink(policy), fontweight="bold",
        annotation_clip=False,
    )  # fmt: skip


def heaviest(slow: pd.DataFrame, shown: list[str]) -> list[int]:
    """The barriers of a step to show: the heaviest without policy, and the one that is heaviest with it."""
    found: list[list[int]] = []
    for policy in shown:
        here = slow[(slow["policy"] == policy) & (slow["mid"] > 0)]
        found.append(
            [int(b) for b in here.sort_values(["mid", "barrier"], ascending=[False, True])["barrier"]]
        )
    first, last = found[0][:WORST], found[-1][:1]
    if last and last[0] not in first:
        first = [*first[: WORST - 1], last[0]]
    return first


def _step(
    axes: Axes, slow: pd.DataFrame, shown: list[str], step: str, texts: Mapping[int, str], top: float
) -> None:
    """The heaviest barriers of one step, each in words above a bar per policy."""
    style.bare(axes)
    axes.set_xlim(0, SPARE * top)
    axes.set_ylim(WORST, 0)
    axes.set_xticks([])
    axes.set_yticks([])
    style.heading(axes, STEP_NAMES[step])
    _strip(axes, PASSES[step])
    worst = heaviest(slow, shown)
    if not worst:
        axes.text(0, 0.4, "no firm stands before this step", fontsize=style.LABEL, color=style.QUIET)
    wide = style.SIZE[0] * axes.get_position().width
    for row, barrier in enumerate(worst):
        text = style.fitted(wording.capital(texts[barrier]), wide, style.SMALL)
        axes.text(0, row + 0.5, text, fontsize=style.SMALL, color=style.INK, va="bottom", linespacing=1.05)
        for k, policy in enumerate(shown):
            found = slow[(slow["policy"] == policy) & (slow["barrier"] == barrier)]
            ends = [float(found[end].iloc[0]) if len(found) else 0.0 for end in ("low", "mid", "high")]
            _brake(axes, row + 0.62 + 0.19 * k, seeds.Interval(*ends), policy)


def _brake(axes: Axes, y: float, found: seeds.Interval, policy: str) -> None:
    """By how much a barrier slows a step, as a bar with its interval and its value."""
    axes.barh(y, found.mid, height=0.16, color=style.policy_colour(policy))
    if found.high > found.low:
        axes.plot([found.low, found.high], [y, y], color=style.INK, linewidth=1.2, solid_capstyle="butt")
    axes.annotate(
        wording.percent(round(100 * found.mid)), (max(found.mid, found.high), y), xytext=(5, 0),
        textcoords="offset points", va="center", fontsize=style.SMALL, color=style.policy_ink(policy),
    )  # fmt: skip
