"""The answers that the firms of a finished run would give in one of its months."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from issim.analysis.samples import Answers
from issim.errors import InputError, unknown_name
from issim.evidence import Evidence
from issim.evidence.vocabulary import COUNTRIES, ITEMS, SECTORS, SIZES, TICKS
from issim.population import grade
from issim.store.folder import Results


def answers_of_run(evidence: Evidence, results: Results, month: int | None, policy: str | None) -> Answers:
    """Answers of the recorded firms under one policy after `month` months (None: the last of each).

    Awareness, readiness, digital readiness and practice are as they stand; a firm no longer ticks an obstacle
    from which it has been relieved; everything else is as it answered at the start.
    """
    try:
        return _answers(evidence, results, month, policy)
    except KeyError as error:
        raise InputError(
            f"The tables of '{results.path}' have no column {error}; run `issim run` again with this version."
        ) from None


def _answers(evidence: Evidence, results: Results, month: int | None, policy: str | None) -> Answers:
    """The answers, read from the tables of the firms and of their months."""
    if compared := results.manifest.get("policies"):
        raise InputError(
            f"'{results.path}' holds a comparison, which keeps no month of its firms; make a run of one of its "
            f"policies, as in `issim run policy={compared[-1]}`, and give the folder of that run."
        )
    firms, panel = results.table("firms"), results.table("panel")
    names = list(dict.fromkeys(panel["policy"]))
    if policy is not None and policy not in names:
        raise unknown_name("policy", policy, names)
    last = int(panel["month"].max())
    if month is not None and not 0 <= month <= last:
        raise InputError(f"--month = {month} is outside [0, {last}]; choose a month of the run.")
    chosen = (panel["policy"] == (policy or names[-1])) & (
        panel["month"] == (last if month is None else month)
    )
    now = panel[chosen].sort_values("firm")
    items = firms[[f"item_{key}" for key in ITEMS]].to_numpy(np.int8, copy=True)
    items[:, ITEMS.index("awareness")] = now["awareness"]
    items[:, ITEMS.index("willingness")] = np.clip(np.floor(now["readiness"] + 0.5), 1, 5)
    ticks = firms[[f"tick_{key}" for key in TICKS]].to_numpy(np.uint8, copy=True)
    relieved = firms["barriers"].to_numpy(np.uint32) & ~now["felt"].to_numpy(np.uint32)
    for barrier in evidence.barriers:
        if barrier.tied_to in TICKS:
            lifted = (relieved >> np.uint32(barrier.number - 1)) & 1
            ticks[lifted == 1, TICKS.index(barrier.tied_to)] = 0
    practises = (firms["practice"].to_numpy() > 0) | (now["operating"].to_numpy() > 0)
    return Answers(
        country=_codes(firms["country"], COUNTRIES),
        sector=_codes(firms["sector"], SECTORS),
        size=_codes(firms["size"], SIZES),
        items=items,
        ticks=ticks,
        competence=grade(now["digital"].to_numpy(np.float64)),
        it_use=grade(firms["it_use"].to_numpy(np.float64)),
        benefits=grade(np.where(now["operating"] > 0, 1.0, firms["benefits"])),
        practice=practises.astype(np.uint8),
    )


def _codes(words: object, known: tuple[str, ...]) -> NDArray[np.int8]:
    """Positions of words in a vocabulary."""
    return np.array([known.index(str(word)) for word in words], np.int8)  # type: ignore[attr-defined]
