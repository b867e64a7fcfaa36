"""Pictures of one exchange: its account, what its firms say at another trust, and the diary of their trust."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from issim.model.exchange import Exchange
from issim.plots import palette, style, wording
from issim.plots.seeds import last_month
from issim.teach.comparing import at_end
from issim.teach.pairs import Answer, Item
from issim.teach.pictures import PANEL, Model, Picture, about, name_end

if TYPE_CHECKING:
    import pandas as pd

#: One exchange is a rule at work, not a sample of luck.
NO_LUCK = "What the rule says of one exchange: no luck in it, so no interval"
DONOR, RECEIVER, BOTH = palette.MODEL, palette.MISSED, style.INK


def account_picture(items: Sequence[Item], quantity: str = "") -> Picture:
    """What an exchange saves and costs, item by item from the top, and what is left."""
    total = sum(item.euros for item in items)
    shown = [item for item in items if abs(item.euros) >= 0.5]
    title = f"Together the two firms would {'gain' if total > 0 else 'lose'} {wording.number(abs(total))} EUR a year"
    reading = f"Bars: savings to the right, costs to the left, each from where the last one ended{quantity}"
    fig = style.slide(title, reading, Model(NO_LUCK))
    axes = style.bare(fig.add_axes((0.34, 0.14, 0.5, 0.64)))
    axes.axvline(0.0, color=style.QUIET, linewidth=1.2)
    end = 0.0
    for k, item in enumerate(shown):
        colour = style.WITH if item.euros > 0 else palette.COST
        axes.barh(k, item.euros, left=end, height=0.62, color=colour)
        end += item.euros
        _row(axes, k, wording.capital(item.words), item.euros, colour, "normal")
    axes.barh(len(shown), total, height=0.62, color=style.INK)
    _row(axes, len(shown), "Left for both to share", total, style.INK, "bold")
    axes.set_ylim(len(shown) + 0.5, -0.5)
    axes.set_yticks([])
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: wording.number(value)))
    axes.set_xlabel("EUR a year", fontsize=style.LABEL, color=style.QUIET)
    return Picture(fig, title)


def _row(axes: Axes, k: int, words: str, euros: float, colour: str, weight: str) -> None:
    """Words left of a bar, its number at the right."""
    place: dict[str, Any] = {
        "transform": axes.get_yaxis_transform(),
        "fontsize": style.LABEL,
        "va": "center",
        "fontweight": weight,
    }
    axes.text(-0.03, k, words, color=style.INK, ha="right", **place)
    axes.text(1.02, k, f"{'+' if euros > 0 else ''}{wording.number(euros)}", color=colour, ha="left", **place)


def chances_picture(table: pd.DataFrame, exchange: Exchange, now: Answer) -> Picture:
    """Probability that donor, receiver and both accept, by trust; dots where the two stand today."""
    title = (
        f"Today the donor says yes with {wording.percent(round(100 * now.donor))}, the receiver with "
        f"{wording.percent(round(100 * now.receiver))}: both with {wording.percent(round(100 * now.both))}"
    )
    fig = style.slide(
        title, "Lines: if both trusted each other that much; dots: as they trust today", Model(NO_LUCK)
    )
    axes = style.bare(fig.add_axes(PANEL), grid="y")
    named = (("donor", DONOR), ("receiver", RECEIVER), ("both", BOTH))
    ends = style.dodge([float(table[name].iloc[-1]) for name, _ in named], 0.075, 0.03, 0.97)
    for (name, colour), y in zip(named, ends, strict=True):
        axes.plot(
            table["trust"],
            table[name],
            color=colour,
            linewidth=3.0,
            linestyle="--" if name == "both" else "-",
        )
        name_end(axes, (1.0, y), name.capitalize(), colour)
    for trust, chance, colour in zip(
        exchange.trust, (now.donor, now.receiver), (DONOR, RECEIVER), strict=True
    ):
        axes.plot([trust], [chance], "o", color=colour, markersize=12, zorder=4, clip_on=False)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    for set_ticks in (axes.set_xticks, axes.set_yticks):
        set_ticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.set_xlabel("trust in the other firm", fontsize=style.LABEL, color=style.QUIET)
    style.heading(axes, "probability of saying yes")
    return Picture(fig, title)


def diary_picture(diary: pd.DataFrame) -> Picture:
    """The trust of both partners month by month, with a mark for every delivery that failed, up to the end."""
    running = diary[diary["operating"]]
    failed = running[~running["delivered"]]
    ended = len(running) < len(diary)
    told = f"{len(failed)} of {len(running)} deliveries failed"
    title = f"{told}; the exchange {'ended' if ended else 'still runs'} after {wording.count(len(running))} months"
    fig = style.slide(title, "Lines: trust of donor and receiver; marks: months without delivery", Model(
        "One exchange of one region, followed month by month: one course of luck, so no interval"))  # fmt: skip
    axes = style.bare(fig.add_axes(PANEL), grid="y")
    last = running.iloc[-1] if len(running) else diary.iloc[0]
    places = style.dodge([float(last["donor"]), float(last["receiver"])], 0.075, 0.03, 0.97)
    for name, colour, y, wide in zip(
        ("donor", "receiver"), (DONOR, RECEIVER), places, (7.0, 2.5), strict=True
    ):
        axes.plot(running["month"], running[name], color=colour, linewidth=wide)
        name_end(axes, (float(last["month"]), y), name.capitalize(), colour)
    axes.plot(failed["month"], [0.04] * len(failed), "X", color=palette.COST, markersize=9)
    axes.set_xlim(0, float(diary["month"].max()) + 1)
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.set_xlabel("months", fontsize=style.LABEL, color=style.QUIET)
    style.heading(axes, "trust in the partner")
    return Picture(fig, title)


def pairs_picture(series: pd.DataFrame, column: str, words: str, n: int = 20) -> Picture:
    """Every region twice: as it ends under the first arm and under the second, joined by a line."""
    first, second = dict.fromkeys(series["policy"])
    left, right = at_end(series, first, column)[:n], at_end(series, second, column)[:n]
    up, down = int((right > left).sum()), int((right < left).sum())
    same = len(left) - up - down
    title = f"Of {len(left)} regions {up} end with more {words}, {down} with fewer, {same} with as many"
    reading = (
        f"Each line is one region with the same firms and the same luck; {wording.after(last_month(series))}"
    )
    fig = style.slide(title, reading, about(series))
    axes = style.bare(fig.add_axes((0.2, 0.14, 0.5, 0.62)), grid="y")
    for (one, other), count in Counter(zip(left.tolist(), right.tolist(), strict=True)).items():
        colour = style.WITH if other > one else palette.COST if other < one else style.WITHOUT
        axes.plot([0, 1], [one, other], color=colour, linewidth=1.0 + 1.5 * count, marker="o", markersize=7)
    axes.set_xlim(-0.08, 1.08)
    axes.set_ylim(bottom=-0.3)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xticks([0, 1], [wording.headed(first), wording.headed(second)])
    axes.tick_params(axis="x", labelcolor=style.INK)
    style.heading(axes, words)
    for k, (text, colour) in enumerate(
        (("more", style.WITH), ("as many", style.QUIET), ("fewer", palette.COST))
    ):
        axes.annotate(text.capitalize(), (1.04, 0.94 - 0.1 * k), xycoords="axes fraction", fontsize=style.LABEL,
                      fontweight="bold", color=colour, annotation_clip=False)  # fmt: skip
    return Picture(fig, title)


def memory_picture(table: pd.DataFrame, failures: Sequence[int]) -> Picture:
    """Trust month by month, with marks for the deliveries that failed; the title says when it is as before."""
    first = min(failures, default=0)
    before = float(table["trust"].iloc[max(first - 1, 0)])
    after = table[(table["month"] > max(failures, default=0)) & (table["trust"] >= before)]
    title = "Nothing failed: trust only grows"
    if failures:
        months = (
            f"{int(after['month'].iloc[0]) - first} months" if len(after) else "more months than are shown"
        )
        title = f"From the first failure it takes {months} until the partner is trusted as before"
    fig = style.slide(title, "Line: trust after each month; marks: months without delivery", Model(NO_LUCK))
    axes = style.bare(fig.add_axes(PANEL), grid="y")
    axes.axhline(before, color=style.QUIET, linewidth=1.2, linestyle=(0, (1, 2)))
    axes.plot(table["month"], table["trust"], color=DONOR, linewidth=3.0)
    axes.plot(list(failures), [0.04] * len(failures), "X", color=palette.COST, markersize=9)
    axes.set_xlim(0, float(table["month"].max()))
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.set_xlabel("months", fontsize=style.LABEL, color=style.QUIET)
    style.heading(axes, "trust in the partner")
    return Picture(fig, title)
