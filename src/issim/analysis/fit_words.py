"""What a calibration found, in words: what the targets pin down, what stays unknown, what is missed."""

from __future__ import annotations

import numpy as np

from issim.analysis import calibration as weighing
from issim.analysis.fit import Fit

#: Below so many effective draws a posterior is a first impression.
FEW = 100
#: Less of the variance lost than this is not worth the word.
NARROWER = 0.05


def closing(fit: Fit) -> str:
    """What a calibration found, in words."""
    weighed, found = fit.weighed, sorted(fit.learnt, key=lambda one: -one.divergence)
    told, open_ = [one for one in found if one.is_told], [one for one in found if not one.is_told]
    lines = [
        f"{len(fit.table.values)} draws of {len(found)} constants from their priors, weighed by "
        f"{len(fit.design.targets)} targets: effective sample size {weighed.ess:.0f}.",
    ]
    if weighed.ess < FEW:
        lines.append(
            f"That is few: a first impression; raise --draws (about {FEW / max(weighed.ess, 1):.0f} times)."
        )
    lines += ["", "What the targets pin down (median and 90 % interval, before and after)"]
    lines += [_told(one) for one in told] or ["- Nothing that could be told from noise."]
    lines += [
        "",
        f"As unknown as before ({len(open_)}): {', '.join(_short(one.parameter) for one in open_) or 'none'}.",
    ]
    if fit.together:
        pairs = "; ".join(
            f"{_short(pair.first)} and {_short(pair.second)} ({pair.correlation:+.2f})"
            for pair in fit.together[:5]
        )
        lines.append(f"Known together rather than apart (rank correlation): {pairs}.")
    lines += ["", "Targets (published, error; model before and after)"]
    lines += [_reached(row, target.unit) for row, target in zip(fit.reached, fit.design.targets, strict=True)]
    return "\n".join([*lines, "", *_recovery(fit)])


def _short(name: str) -> str:
    return name.removeprefix("behaviour.")


def _told(one: weighing.Learnt) -> str:
    """One parameter that the data inform: how much narrower it is, or that it is only shifted."""
    narrower = (
        f"variance {100 * one.contraction:.0f} % less"
        if one.contraction >= NARROWER
        else "shifted, no narrower"
    )
    return (
        f"- {_short(one.parameter)}: {one.prior_middle:.3g} ({one.prior_low:.3g} to {one.prior_high:.3g}) -> "
        f"{one.middle:.3g} ({one.low:.3g} to {one.high:.3g}); {narrower}"
    )


def _reached(row: weighing.Reached, unit: str) -> str:
    """One target before and after."""
    verdict = "MISSED" if row.is_missed else "met"
    return (
        f"- {row.target}: {row.published:.3g} +- {row.sd:.2g} {unit}; {row.prior_middle:.3g} ({row.prior_low:.3g} to "
        f"{row.prior_high:.3g}) -> {row.middle:.3g} ({row.low:.3g} to {row.high:.3g}): {verdict}"
    )


def _recovery(fit: Fit) -> list[str]:
    """What the trial on known truths says."""
    ranks, sizes = fit.recovered
    if len(sizes) < 20:
        return ["Too few draws to try the method on known truths."]
    limit = weighing.ERROR / len(ranks)
    uneven = [one for one in ranks if min(one.ks_p, one.chi2_p) < limit / 2.0]
    covered = float(np.mean([one.covered for one in ranks]))
    verdict = (
        f"uneven ranks for {', '.join(_short(one.parameter) for one in uneven)}: do not trust these posteriors"
        if uneven
        else "their ranks are even for all constants"
    )
    return [
        f"Tried on {len(sizes)} known truths (simulation-based calibration; median effective size "
        f"{np.median(sizes):.0f}): {verdict}; {100 * covered:.1f} % lie in the central 90 %."
    ]
