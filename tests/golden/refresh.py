"""The golden baseline: what two small runs of the real main job come to, one line per number.

    python tests/golden/refresh.py      # after a change that is meant to move numbers

Whoever runs it adds a line of type `results` to the changelog that says what moved and why.
"""

from __future__ import annotations

import json
from pathlib import Path

from issim import evidence
from issim.levers import policy
from issim.model.simulate import simulate
from issim.rules.observe import OBSERVABLES
from issim.world.build import build
from issim.world.region import Region

BASELINE = Path(__file__).parent / "baseline.json"
N_FIRMS, N_MONTHS, SEED = 300, 60, 1
POLICIES = ("none", "package")
PER_MONTH = ("exchanges/month", "firms/month", "t/month", "kg/month", "EUR/month", "t km/month", "unit/month")


def summary() -> dict[str, str]:
    """Numbers by name: totals of what flows, ends of what stands, to twelve digits.

    Twelve, because the last ones of a sum may differ between processors' mathematics.
    """
    world = build(evidence.load(), [Region(n_firms=N_FIRMS)], seed=SEED)
    found = {
        "world.offers": str(len(world.offers.firm)),
        "world.needs": str(len(world.needs.firm)),
        "world.pairs": str(len(world.pairs.donor)),
        "world.peers": str(len(world.peers.items)),
        "world.employees": f"{world.firms.employees.sum():.12g}",
        "world.residues": f"{world.offers.quantity.sum():.12g}",
        "world.compatibility": f"{world.pairs.compatibility.sum(dtype=float):.12g}",
    }
    for name in POLICIES:
        conditions = policy.conditions(policy.load(name), world, N_MONTHS)
        series = simulate(world, conditions, seed=SEED, n_months=N_MONTHS).series
        for column, observable in enumerate(OBSERVABLES):
            flows = observable.unit in PER_MONTH
            value = float(series[:, column].sum() if flows else series[-1, column])
            found[f"{name}.{'total' if flows else 'end'}.{observable.name}"] = f"{value:.12g}"
    return found


if __name__ == "__main__":
    before = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    after = summary()
    BASELINE.write_text(json.dumps(after, indent=0) + "\n")
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key):
            print(f"{key}: {before.get(key, 'new')} -> {after.get(key, 'gone')}")
    print("Say what moved and why under `results` in the changelog.")
