"""When do producers invest? The Hold-Up model as its table says and as its code was released.

    python experiments/replications/run.py E4

Two variants: P pays the investment in every step of a contract, R is the released code. Both on a plane whose edges
bound it and on one whose edges meet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from replications import holdup
from replications.replication import Line, Replication, Source, generator, over_runs

from issim.plots import palette, style

N_STEPS = 1000
#: The whole design but for variant and plane; K, S, M and L are the original's letters.
DESIGN: dict[str, tuple[float, ...]] = {
    "turbulence": (0.0, 1.0, 2.0, 3.0, 4.0, 5.0),
    "law": (0.0, 0.2, 0.4, 0.6, 0.8, 1.0),
    "M": (10, 100),
    "K": (0.0, 5.0, 10.0),
    "S": (5.0, 15.0),
    "L": (10, 30),
}
P, R = "P, investment paid every step", "R, released code"
BOUNDED, WRAPPED = "bounded", "wrapped"
ARMS = ((P, BOUNDED), (P, WRAPPED), (R, BOUNDED), (R, WRAPPED))
#: Points that a value may be off.
TOLERANCE = 1.0
#: Half the 95 % interval of the re-implementation's mean for K = 10.
HALF_WIDTH = 0.25
COLOURS = {P: palette.MODEL, R: palette.MISSED}


class Setting(NamedTuple):
    """One arm of the design and one of its cells."""

    variant: str
    plane: str
    turbulence: float
    law: float
    M: int
    K: float
    S: float
    L: int

    def terms(self) -> holdup.Terms:
        """What the rules are given."""
        return holdup.Terms(
            turbulence=self.turbulence,
            law=self.law,
            memory=self.M,
            investment=self.K,
            value=self.S,
            duration=self.L,
            is_released=self.variant == R,
            is_wrapped=self.plane == WRAPPED,
        )


class Row(NamedTuple):
    """One outcome of the published table, and what it is computed from."""

    what: str
    of: Callable[[pd.DataFrame], float]
    published: float | None
    reference: tuple[float, float, float]
    """Independent re-implementation: P bounded, P wrapped, R bounded."""


def mean_where(**levels: float) -> Callable[[pd.DataFrame], float]:
    """Mean share of investing producers over the runs at some levels."""

    def of(runs: pd.DataFrame) -> float:
        kept = np.logical_and.reduce([runs[name] == level for name, level in levels.items()])
        return float(runs.loc[kept, "investing"].mean())

    return of


def turbulence_range(runs: pd.DataFrame) -> float:
    """Greatest minus least mean over the levels of turbulence."""
    return float(np.ptp(runs.groupby("turbulence")["investing"].mean().to_numpy()))


MEMORY, LAW = mean_where(M=100, law=0.0), mean_where(M=10, law=1.0)
ROWS = (
    Row("K = 0", mean_where(K=0.0), 99.5, (99.42, 99.45, 99.46)),
    Row("K = 5 (published: implied by the other figures)", mean_where(K=5.0), 50.4, (50.28, 50.27, 99.32)),
    Row("K = 10", mean_where(K=10.0), 1.6, (1.33, 1.49, 99.26)),
    Row("S = 15", mean_where(S=15.0), 67.0, (66.82, 66.82, 99.64)),
    Row("S = 5", mean_where(S=5.0), 34.0, (33.88, 33.99, 99.05)),
    Row("range over turbulence 0 to 5", turbulence_range, 0.5, (0.38, 0.27, 0.92)),
    Row("long memory (M = 100) without law", MEMORY, None, (50.45, 50.42, 99.12)),
    Row("law without memory (M = 10)", LAW, None, (50.64, 50.37, 99.45)),
    Row(
        "K = 10, turbulence 0, full contracts",
        mean_where(K=10.0, turbulence=0.0, law=1.0), 1.6, (1.0, 1.15, 99.9),
    ),
)  # fmt: skip
#: Cell means of variant P on the bounded plane, by (K, S), re-implemented.
CELLS = {
    (0.0, 5.0): 99.45, (0.0, 15.0): 99.40, (5.0, 5.0): 1.30, (5.0, 15.0): 99.27, (10.0, 5.0): 0.88, (10.0, 15.0): 1.79,
}  # fmt: skip


def settings() -> Iterator[Setting]:
    """All arms and cells in order."""
    for (variant, plane), levels in product(ARMS, product(*DESIGN.values())):
        turbulence, law, memory, investment, value, duration = levels
        yield Setting(variant, plane, turbulence, law, int(memory), investment, value, int(duration))


def one(setting: Setting, *key: int) -> float:
    """Per cent of producers that invest at the end of one run."""
    return float(holdup.investing(generator(4, *key), setting.terms(), N_STEPS))


def measure(
    n_runs: int, tick: Callable[[], object], chosen: Callable[[Setting], bool] = lambda _: True
) -> pd.DataFrame:
    """Per cent of producers that invest at the end, a row per setting and run; of all settings, or of those chosen."""
    jobs = [(s, k, run) for k, s in enumerate(settings()) if chosen(s) for run in range(n_runs)]
    found = over_runs(jobs, lambda job: one(*job), tick)
    return pd.DataFrame(
        [{**s._asdict(), "run": run, "investing": x} for (s, _, run), x in zip(jobs, found, strict=True)]
    )


def arm(table: pd.DataFrame, variant: str, plane: str) -> pd.DataFrame:
    """The runs of one variant on one plane."""
    return table[(table["variant"] == variant) & (table["plane"] == plane)]


def off(part: str, what: str, reference: float, found: float, judged_by: str = "points") -> Line:
    """A reference beside a value of ours, judged by the points between them."""
    score = found - reference
    return Line(part, what, f"{reference:g}", f"{found:.2f}", judged_by, score, abs(score) <= TOLERANCE)


def lines(table: pd.DataFrame) -> tuple[Line, ...]:
    """The published table, then both columns of the re-implementation, then its cell means."""
    runs = {key: arm(table, *key) for key in ARMS}
    usual = runs[P, BOUNDED]
    found = [
        off("P, published", row.what, row.published, row.of(usual))
        for row in ROWS
        if row.published is not None
    ]
    apart = MEMORY(usual) - LAW(usual)
    found.append(
        Line(
            "P, published", "long memory without law minus law without memory", "less than 1 apart", f"{apart:.2f}",
            "points", apart, abs(apart) < 1.0,
        )
    )  # fmt: skip
    for k, (variant, plane) in enumerate(ARMS[:3]):
        part = f"{variant[0]}, {plane}, re-implemented"
        found += [off(part, row.what, row.reference[k], row.of(runs[variant, plane])) for row in ROWS]
    # nobody has run the released code on a plane whose edges meet: beside the bounded one
    found += [
        off("R, wrapped, beside R bounded", r.what, r.reference[2], r.of(runs[R, WRAPPED]), "") for r in ROWS
    ]
    found += [
        off("P, bounded, cell means", f"K = {k:g}, S = {s:g}", mean, mean_where(K=k, S=s)(usual))
        for (k, s), mean in CELLS.items()
    ]
    return tuple(found)


def half_width(values: pd.Series) -> float:
    """Half the 95 % interval of a mean."""
    return float(1.96 * values.std(ddof=1) / np.sqrt(len(values)))


def edge(table: pd.DataFrame, plane: str) -> float:
    """How far variant P with K = 10 is from the re-implementation on one plane, in standard errors of both."""
    values = arm(table, P, plane).loc[lambda runs: runs["K"] == DESIGN["K"][-1], "investing"]
    (row,) = [row for row in ROWS if row.what == "K = 10"]
    error = np.hypot(half_width(values), HALF_WIDTH) / 1.96
    return float((values.mean() - row.reference[ARMS.index((P, plane))]) / error)


def remarks(table: pd.DataFrame) -> tuple[str, ...]:
    """What the outcome comes down to, and how sure the closest rows are."""
    usual, released = arm(table, P, BOUNDED), arm(table, R, BOUNDED)
    dear = usual[usual["K"] == DESIGN["K"][-1]]
    lawful = dear[(dear["turbulence"] == 0.0) & (dear["law"] == 1.0)]
    return (
        "In variant P the outcome is simply to invest if V/2 > K: 2.5 or 7.5 against 0, 5, 10. The released code does "
        f"not give the published table: with K = 10 {mean_where(K=10.0)(released):.1f} % invest, where 1.6 % are "
        f"published. Half the 95 % interval of ours is {half_width(dear['investing']):.2f} points for K = 10 and "
        f"{half_width(lawful['investing']):.2f} for its part with turbulence 0 and full contracts.",
        f"Within the point that the rule leaves, variant P with K = 10 is {edge(table, BOUNDED):+.1f} standard errors "
        f"of both away from the re-implementation on the bounded plane and {edge(table, WRAPPED):+.1f} on the wrapped "
        "one: what happens at an edge is one of the things that the original does not say.",
    )


def draw(table: pd.DataFrame, about: Source) -> Figure:
    """Published values, and both variants on both planes."""
    usual = arm(table, P, BOUNDED)
    worst = max(abs(row.of(usual) - row.published) for row in ROWS if row.published is not None)
    fig = style.slide(
        f"Paid every step, the investment gives the published table again, to {worst:.1f} points; the released code "
        "does not"
        if worst <= TOLERANCE
        else f"The published table is missed by up to {worst:.1f} points",
        "Producers that invest after 1,000 steps; bars: published, rings: ours on a bounded plane, crosses: wrapped",
        about,
    )
    axes = style.bare(fig.add_axes((0.34, 0.12, 0.6, 0.66)), grid="x")
    shown = [row for row in ROWS if row.published is not None and row.of is not turbulence_range]
    for height, row in enumerate(shown):
        axes.vlines(row.published or np.nan, height - 0.28, height + 0.28, color=style.INK, linewidth=3.0)
        outcome(axes, table, row, height)
    axes.set_yticks(range(len(shown)), [row.what.partition(" (")[0] for row in shown])
    axes.set_ylim(len(shown) - 0.5, -0.7)
    axes.set_xlim(-2, 102)
    axes.text(
        60,
        -0.55,
        "P: paid every step",
        color=COLOURS[P],
        fontsize=style.LABEL,
        fontweight="bold",
        ha="center",
    )
    axes.text(
        98, -0.55, "R: released code", color=COLOURS[R], fontsize=style.LABEL, fontweight="bold", ha="right"
    )
    axes.set_xlabel("% of producers", fontsize=style.LABEL, color=style.QUIET)
    return fig


def outcome(axes: Axes, table: pd.DataFrame, row: Row, height: int) -> None:
    """One outcome in all arms; the variants a little above and below each other."""
    for variant, plane in ARMS:
        place = height + (-0.12 if variant == P else 0.12)
        marker, size = ("o", 11) if plane == BOUNDED else ("x", 6)
        axes.plot(
            row.of(arm(table, variant, plane)), place, marker, color=COLOURS[variant], markeredgewidth=2.0,
            markersize=size, fillstyle="none",
        )  # fmt: skip


def alt(table: pd.DataFrame) -> str:
    """The figure in words."""
    told = "; ".join(
        f"{row.what.partition(' (')[0]}: published {row.published:g}, P {row.of(arm(table, P, BOUNDED)):.1f}, "
        f"R {row.of(arm(table, R, BOUNDED)):.1f}"
        for row in ROWS
        if row.published is not None
    )
    return f"Per cent of producers that invest: {told}."


REPLICATION = Replication(
    name="E4",
    title="Hold-up of investments under contracts",
    question="Do producers invest in exchanges when their partners may be opportunists, and what do contract law and "
    "memory change?",
    source="The Hold-Up model (NetLogo): its published table, and its released code",
    published="Mean per cent of producers that invest at step 1,000; the second and third columns of numbers are an "
    "independent re-implementation (4,320 runs per plane of variant P, 2,592 of R).",
    design="50 producers and 50 consumers on 33 x 33, 1,000 steps. Turbulence {0, ..., 5} x contract strength {0, 0.2, "
    "..., 1} x M {10, 100} x K {0, 5, 10} x S {5, 15} x L {10, 30} x 5 runs: 4,320 runs of either variant on either "
    "plane.",
    open=(
        "The levels of turbulence and contract strength and the five runs are a reading of \"4,320 simulations\"; the "
        "product matches exactly.",
        "The file does not say how large the world is nor whether its edges meet: NetLogo's default of 33 x 33, both "
        "ways. On the bounded plane a step over the edge is not made.",
        "When the investment is paid differs between the table (every step, variant P) and the released code (once, "
        "variant R); both are run.",
        "Only an agent that looks at a richer one and is free to learn has its strategy redrawn with a chance of 1 %: "
        "where everybody's strategy is, K = 10 would leave far more investing than published, for a new investor is "
        "bound for L steps.",
        "A producer that turns cautious keeps the contract it has; one with an honest consumer never ends.",
        "\"Without memory\" is the shorter memory, M = 10; the share of opportunists in the released rule of learning "
        "is that at the beginning of its stage.",
    ),
    rule=f"Every row of the published table is met by variant P on the bounded plane, and every value of the "
    f"re-implementation by the same variant and plane, within {TOLERANCE:g} point.",
    n_runs=5,
    measure=measure,
    n_jobs=lambda n_runs: sum(1 for _ in settings()) * n_runs,
    lines=lines,
    remarks=remarks,
    draw=draw,
    alt=alt,
)  # fmt: skip
