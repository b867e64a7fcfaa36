"""Trust and knowledge after Ghali as coded in ABSiCE: the course of thirty steps on the original's network.

    python experiments/replications/run.py E5

Ghali, Frayret and Ahabchane (2017), CIRRELT-2017-12; the reference values are those of the code of ABSiCE.
"""

from __future__ import annotations

from collections.abc import Callable

import networkx as nx
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from replications import ghali
from replications.replication import MAX_Z, Line, Replication, Source, generator, over_runs, spread, z_score
from scipy.stats import f, norm

from issim.plots import palette, style

N_RECYCLERS, N_FIRMS, N_STEPS = 16, 76, 30
#: Contacts that the network is asked for (the library makes an even number of it) and share of rewired ones.
N_CONTACTS, REWIRED = 5, 0.1
N_PUBLISHED = 100
#: Unit of the last digit of the reference values.
ROUNDING = 0.001
STEPS = (1, 2, 3, 5, 10, 20, 30)
WORDS = {
    "in_synergy": "producers in a synergy",
    "flowing": "pairs with W >= 0.5",
    "trusted": "pairs with trust >= 0.5",
    "knowledge": "mean knowledge",
    "acceptance": "mean acceptance",
    "trust": "mean trust on pairs",
}
#: Reference means by step.
MEANS: dict[str, tuple[float, ...]] = {
    "in_synergy": (0.607, 0.776, 0.843, 0.913, 0.971, 0.991, 0.995),
    "flowing": (0.064, 0.208, 0.325, 0.487, 0.683, 0.828, 0.881),
    "trusted": (0.268, 0.271, 0.267, 0.270, 0.267, 0.258, 0.258),
    "knowledge": (0.863, 0.975, 0.996, 1.000, 1.000, 1.000, 1.000),
    "acceptance": (0.327, 0.648, 0.798, 0.898, 0.958, 0.980, 0.987),
    "trust": (-0.006, -0.009, -0.009, -0.004, -0.001, -0.010, -0.006),
}
#: Reference standard deviations across seeds where they were given.
DEVIATIONS: dict[tuple[str, int], float] = {
    **dict(zip([("in_synergy", s) for s in STEPS], (0.064, 0.049, 0.043, 0.034, 0.020, 0.011, 0.008), strict=True)),
    **dict(zip([("flowing", s) for s in STEPS], (0.025, 0.043, 0.046, 0.044, 0.040, 0.034, 0.029), strict=True)),
    ("knowledge", 1): 0.034,
    ("acceptance", 1): 0.036,
}  # fmt: skip
#: The bound that 42 values keep together with the chance with which one keeps |z| < 3 (Bonferroni).
BOUND = float(norm.isf(norm.sf(MAX_Z) / (len(STEPS) * len(WORDS))))
COLOURS = {
    "in_synergy": style.WITH,
    "acceptance": palette.MODEL,
    "flowing": palette.MISSED,
    "trusted": style.QUIET,
}


def firms(random: np.random.Generator) -> ghali.Firms:
    """Recyclers, then producers, on a small world, as they begin."""
    graph = nx.watts_strogatz_graph(N_FIRMS, N_CONTACTS, REWIRED, seed=int(random.integers(2**31)))
    contacts = [sorted(graph[i]) for i in range(N_FIRMS)]
    start = np.cumsum([0, *map(len, contacts)])
    return ghali.Firms(
        start=start,
        items=np.concatenate(contacts).astype(np.int64),
        is_producer=np.arange(N_FIRMS) >= N_RECYCLERS,
        trust=random.uniform(-1.0, 1.0, start[-1]),
        knowledge=random.random(N_FIRMS),
        influence=random.random(N_FIRMS),
        confidence=random.random(N_FIRMS),
    )


def one(run: int) -> np.ndarray:
    """The course of one run, (N_STEPS, 6)."""
    random = generator(5, run)
    return ghali.course(random, firms(random), N_STEPS)


def measure(n_runs: int, tick: Callable[[], object]) -> pd.DataFrame:
    """What is observed, a row per run and step."""
    courses = list(over_runs(range(n_runs), one, tick))
    table = pd.DataFrame(np.concatenate(courses), columns=list(ghali.OBSERVED))
    table.insert(0, "run", np.repeat(np.arange(n_runs), N_STEPS))
    table.insert(1, "step", np.tile(np.arange(1, N_STEPS + 1), n_runs))
    return table


def lines(table: pd.DataFrame) -> tuple[Line, ...]:
    """Every reference value beside ours, judged."""
    found = []
    for k, step in enumerate(STEPS):
        now = table[table["step"] == step]
        for what, word in WORDS.items():
            values, mean = now[what].to_numpy(np.float64), MEANS[what][k]
            given = DEVIATIONS.get((what, step))
            sd = float(values.std(ddof=1)) if given is None else given
            z = z_score(mean, sd, N_PUBLISHED, values, ROUNDING)
            told = f"{mean:.3f}" if given is None else spread(mean, given, 3)
            ours = spread(values.mean(), values.std(ddof=1), 3)
            found.append(Line(f"step {step}", word, told, ours, "z", z, abs(z) < BOUND))
    return tuple(found)


def together(table: pd.DataFrame) -> tuple[int, float]:
    """How many values vary over seeds, and the chance that they lie as far off as they do, all judged at once.

    T² = d' (S/n_p + S/n_o + r²/12)⁻¹ d,  S the covariance of the values over our seeds, d the differences;
    Hotelling: T² (n - k) / (k (n - 1)) is distributed as F with k and n - k degrees of freedom
    """
    wide = table[table["step"].isin(STEPS)].pivot(index="run", columns="step", values=list(WORDS))
    # what is the same in nearly every run, such as knowledge at its ceiling, says nothing and inverts badly
    wide = wide.loc[:, wide.std() > 5 * ROUNDING]
    means = pd.DataFrame(MEANS, index=STEPS).unstack()[wide.columns].to_numpy(np.float64)
    apart = means - wide.mean().to_numpy()
    error = np.cov(wide.to_numpy(), rowvar=False) * (1.0 / N_PUBLISHED + 1.0 / len(wide))
    error += np.eye(len(apart)) * ROUNDING**2 / 12.0
    n, k = wide.shape
    square = float(apart @ np.linalg.solve(error, apart))
    return k, float(f.sf(square * (n - k) / (k * (n - 1)), k, n - k))


def remarks(table: pd.DataFrame) -> tuple[str, ...]:
    """How likely such differences are, and why it saturates."""
    last, scores = table[table["step"] == N_STEPS], [abs(line.score) for line in lines(table)]
    n_varying, chance = together(table)
    return (
        f"{sum(score >= MAX_Z for score in scores)} of {len(scores)} values have |z| of {MAX_Z:g} or more; the "
        f"greatest is {max(scores):.2f}. (A bound of {MAX_Z:g} for every value was tried first; it was widened to "
        f"{BOUND:.2f} for the number of values, after that greatest one had been seen.) The values of one seed hang "
        f"together: the {n_varying} that vary, judged at once with their covariance (Hotelling's T²), give p = "
        f"{chance:.2f}.",
        f"After {N_STEPS} steps {100 * last['in_synergy'].mean():.1f} % of producers are in a synergy, though only "
        f"{100 * last['trusted'].mean():.0f} % of pairs are trusted at any one time: trust is drawn anew at every "
        "step, knowledge only drifts up, and nothing ends. The same rule on our firms is the contrast of the pattern "
        "[adoption does not saturate](patterns.md#adoption-does-not-saturate-without-policy). ABSiCE changed the "
        "rules of Ghali et al., so this says nothing about the figures that those published.",
    )


def draw(table: pd.DataFrame, about: Source) -> Figure:
    """Courses as lines, reference values as dots with their spread."""
    worst = max(abs(line.score) for line in lines(table))
    fig = style.slide(
        f"The rule of trust saturates as published: no value is more than {worst:.1f} standard errors away"
        if worst < BOUND
        else f"The rule of trust saturates; a value is {worst:.1f} standard errors away from the reference",
        "Means over seeds, of producers and of their pairs with contacts; dots: reference, with its standard deviation",
        about,
    )
    axes = style.bare(fig.add_axes((0.08, 0.15, 0.66, 0.62)), grid="y")
    means = 100 * table.groupby("step")[list(COLOURS)].mean()
    for what, colour in COLOURS.items():
        axes.plot(means.index, means[what], color=colour, linewidth=2.5)
        axes.plot(STEPS, 100 * np.array(MEANS[what]), "o", color=colour, markersize=8)
    for (what, step), sd in DEVIATIONS.items():
        if what in COLOURS:
            middle = 100 * MEANS[what][STEPS.index(step)]
            axes.plot(
                [step, step], [middle - 100 * sd, middle + 100 * sd], color=COLOURS[what], linewidth=1.5
            )
    names(axes, means)
    axes.set_xlim(0.5, N_STEPS + 0.5)
    axes.set_ylim(0, 103)
    axes.set_xlabel("Step", fontsize=style.LABEL, color=style.QUIET)
    axes.set_ylabel("%", fontsize=style.LABEL, color=style.QUIET)
    return fig


def names(axes: Axes, means: pd.DataFrame) -> None:
    """What each line is, at its right end."""
    ends = [float(means[what].iloc[-1]) for what in COLOURS]
    for (what, colour), height in zip(COLOURS.items(), style.dodge(ends, 7.0, 0.0, 102.0), strict=True):
        word = WORDS[what].replace(">=", "≥")
        axes.annotate(
            f"{word[0].upper()}{word[1:]}", (N_STEPS, height), xytext=(12, 0), va="center",
            textcoords="offset points", fontsize=style.LABEL, fontweight="bold", color=colour, annotation_clip=False,
        )  # fmt: skip


def alt(table: pd.DataFrame) -> str:
    """The figure in words."""
    last = [line for line in lines(table) if line.part == f"step {STEPS[-1]}"]
    told = "; ".join(f"{line.what}: reference {line.published}, ours {line.found}" for line in last)
    return f"Courses over {N_STEPS} steps with reference values. At the end: {told}."


REPLICATION = Replication(
    name="E5",
    title="Trust and knowledge as coded in ABSiCE",
    question="How fast do producers enter synergies where trust and knowledge spread over contacts?",
    source="Ghali, Frayret and Ahabchane 2017, Agent-Based Model of Self-Organized Industrial Symbiosis, "
    "CIRRELT-2017-12, as coded in ABSiCE",
    published=f"Means over {N_PUBLISHED} seeds of the original code, run with Mesa 0.8.9 after three one-line edits "
    "for compatibility; in brackets the standard deviation across seeds, where it was kept.",
    design=f"{N_RECYCLERS} recyclers and {N_FIRMS - N_RECYCLERS} producers on a Watts-Strogatz network of degree 4 "
    f"with {100 * REWIRED:g} % of ties rewired, {N_STEPS} steps.",
    open=(
        "The original asks for 5 contacts; networkx makes 4 of it.",
        "Means of knowledge and acceptance are over producers (recyclers never accept anything); pairs are those of a "
        "producer and a contact, of either kind.",
        "Trust in firms that are no contacts is not followed: it acts on nothing that is observed.",
        "Whether a contact is in a synergy is asked at once, so that producers later in the order see earlier ones "
        "enter in the same step.",
        "Where no standard deviation was kept, ours stands in for it; reference values have three decimals, whose "
        "rounding counts as an error of a uniform number, unit²/12.",
    ),
    rule=f"Every value at every step has |z| < {BOUND:.2f}, with z = (reference - ours) / √(sd_r²/{N_PUBLISHED} + "
    f"sd_o²/n + 0.001²/12): {len(STEPS) * len(WORDS)} values then fail together as rarely by chance as one value with "
    f"|z| < {MAX_Z:g}.",
    n_runs=1000,
    measure=measure,
    n_jobs=lambda n_runs: n_runs,
    lines=lines,
    remarks=remarks,
    draw=draw,
    alt=alt,
)  # fmt: skip
