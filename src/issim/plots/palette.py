"""The colours of issim: the one place that figures, report, dashboard, lessons and animations take them from.

Nothing here needs a plotting library, so that a page may read it without drawing. A test refuses any other
colour in the package, in experiments and in lessons, and checks which of these can be told apart without
receptors for red, green or blue.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

#: Text and grounds, from the darkest to paper.
INK, QUIET, FAINT, GROUND, PAPER = "#1A1A1A", "#5A6068", "#E3E6E9", "#F5F6F7", "#FFFFFF"

#: The stages of a firm in their order: grey, three steps of one blue, and orange for those who arrived.
STAGE_COLOURS = {
    "unaware": "#C6CBD0",
    "aware": "#94C6E7",
    "searching": "#2F86C5",
    "talking": "#0A3F78",
    "operating": "#E69F00",
}
STAGES = tuple(STAGE_COLOURS)

#: Colours of streams: after Paul Tol's muted scheme, moved until any two are at least 15 apart in CIE Lab for
#: people with all receptors, and without those for red, green or blue.
STREAM_COLOURS = {
    "metal": "#372582",
    "plastic": "#CD7082",
    "wood": "#838303",
    "paper": "#E0C646",
    "organic": "#12824B",
    "textile": "#A138A5",
    "mineral": "#4A4A4A",
    "chemical": "#793A73",
    "sludge": "#844923",
    "water": "#30C3FC",
    "heat": "#F1244C",
    "fuel_gas": "#0DA0B7",
}
#: Streams that are too rare on a slide for a colour of their own.
OTHER_STREAMS = "#A9AFB5"

#: Without policy grey, with it green; the two differ in lightness as well.
WITHOUT, WITH = "#8A9099", "#00735C"
#: Several policies side by side; each is dark enough for text, and any two are 25 apart for everybody.
POLICY_COLOURS = (WITH, "#9C48D8", "#9C6C0C", "#6C0000", "#3C0084", "#600054")

#: What the model says against what was published: a band, its middle, the published value, one that is missed
#: (Okabe and Ito's blue and vermilion), and what does not count.
MODEL_BAND, MODEL, PUBLISHED, MISSED, UNUSED = "#9ECAE9", "#0072B2", "#111111", "#D55E00", "#8A8A8A"
#: What is paid, beside what is gained; and text about what is drawn in the palest blue.
COST, PALE_INK = "#B3541E", "#4A90BF"
#: From none to much, in steps that differ in lightness.
FIELD = (GROUND, STAGE_COLOURS["aware"], STAGE_COLOURS["talking"])

#: Colours that have a name of their own, by that name.
NAMED = {
    "ink": INK, "quiet": QUIET, "faint": FAINT, "ground": GROUND, "paper": PAPER, "without": WITHOUT, "with": WITH,
    "other-streams": OTHER_STREAMS, "model-band": MODEL_BAND, "model": MODEL, "published": PUBLISHED,
    "missed": MISSED, "unused": UNUSED, "cost": COST, "pale-ink": PALE_INK,
}  # fmt: skip


def every() -> frozenset[str]:
    """All colours there are, in capitals."""
    return frozenset(
        [*NAMED.values(), *STAGE_COLOURS.values(), *STREAM_COLOURS.values(), *POLICY_COLOURS, *FIELD]
    )


def variables() -> dict[str, str]:
    """Every colour as a variable of a style sheet: `--ink`, `--stage-aware`, `--stream-fuel-gas`, `--policy-1`."""
    found = {f"--{name}": colour for name, colour in NAMED.items()}
    for kind, table in (("stage", STAGE_COLOURS), ("stream", STREAM_COLOURS)):
        found |= {f"--{kind}-{name.replace('_', '-')}": colour for name, colour in table.items()}
    return found | {f"--policy-{k}": colour for k, colour in enumerate(POLICY_COLOURS, start=1)}


def css() -> str:
    """The colours as a rule of a style sheet, for pages that draw nothing themselves."""
    return ":root { " + " ".join(f"{name}: {colour};" for name, colour in variables().items()) + " }"


def as_json() -> str:
    """The colours as JSON, for scripts: named ones, then `stages`, `streams` and `policies` in their order."""
    tables = {"stages": STAGE_COLOURS, "streams": STREAM_COLOURS, "policies": list(POLICY_COLOURS)}
    return json.dumps(NAMED | tables, indent=2)


def policy_colour(policy: str) -> str:
    """The colour of a policy: grey for none, green for any other."""
    return WITHOUT if policy == "none" else WITH


def policy_colours(shown: Sequence[str]) -> dict[str, str]:
    """A colour for each of several policies: grey for none, the others in their order."""
    others = [policy for policy in shown if policy != "none"]
    return {"none": WITHOUT} | dict(zip(others, POLICY_COLOURS, strict=False))


def policy_ink(policy: str, colours: Mapping[str, str] | None = None) -> str:
    """The colour of text about a policy, dark enough to read; `colours` where there are several."""
    return QUIET if policy == "none" else (colours or {}).get(policy, WITH)


def rgb(colour: str) -> tuple[float, float, float]:
    """Red, green and blue of a colour, each in [0, 1]."""
    red, green, blue = (int(colour[k : k + 2], 16) / 255.0 for k in (1, 3, 5))
    return red, green, blue


def ink_on(colour: str) -> str:
    """Black or white, whichever stands out more from a ground (relative luminance as in WCAG 2.2)."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb(colour))
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#000000" if (light + 0.05) ** 2 > 1.05 * 0.05 else PAPER
