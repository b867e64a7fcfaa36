"""The public door: ten names at most, each imported only when it is used."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys

import pytest

import issim

HEAVY = ("numpy", "numba", "mesa", "pandas", "scipy", "matplotlib", "hydra")

#: A short run through everything that compiles here: the month, the panel, binding barriers, asking a firm.
RUN = """
import hashlib, json, sys
import issim
from issim import evidence
from issim.jit import is_compiled
from issim.model.record import record
world = issim.build_world(evidence.load(), [issim.Region(n_firms=40, side=20.0)], seed=3)
behaviour = issim.Behaviour(start_share=0.2, search_rate=0.5, contact_rate=2.0, decision_rate=1.5,
                            worthwhile=5.0, paperwork=100.0)
model = issim.SymbiosisModel(world, behaviour=behaviour, policy="package", seed=3, n_months=6)
found = record(world, model.conditions, behaviour, 3, 6)
model.run_model()
for firm in list(model.firms)[:10]:
    firm.awareness = 1 + firm.row % 3
asked = [firm.would_accept(exchange) for firm in model.firms for exchange in firm.candidates]
digest = hashlib.sha256(found.trajectory.series.tobytes())
for part in (found.panel, found.events, model.state.firms, *found.binding):
    for array in part:
        digest.update(array.tobytes() if hasattr(array, "tobytes") else str(array).encode())
digest.update(repr(asked).encode())
print(json.dumps([is_compiled(), model.series.tobytes() == found.trajectory.series.tobytes(),
                  sum(a > 0 for a in asked) > 5, digest.hexdigest()]))
"""


def run(code: str, **environment: str) -> str:
    """What another Python prints."""
    command = [sys.executable, "-c", code]
    found = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return found.stdout.strip().splitlines()[-1]


def test_the_door_offers_at_most_ten_names_and_each_opens():
    assert len(issim.__all__) <= 10
    for name in issim.__all__:
        found = getattr(issim, name)
        assert callable(found)
        assert getattr(issim, name) is found
    assert set(issim.__all__) <= set(dir(issim))


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(AttributeError, match="offers Behaviour, Firm"):
        _ = issim.Symbiosis


def test_importing_costs_nothing():
    code = f"import issim, sys; print([name for name in {HEAVY} if name in sys.modules])"
    assert run(code) == "[]"


def test_running_headless_needs_no_mesa():
    code = (
        "from issim import simulate, simulate_many\nimport sys\nprint({'mesa', 'pandas'} & set(sys.modules))"
    )
    assert run(code) == "set()"


def test_compiled_and_plain_leave_the_same_bits():
    compiled, plain = json.loads(run(RUN)), json.loads(run(RUN, NUMBA_DISABLE_JIT="1"))
    assert (compiled[0], plain[0]) == (True, False)
    assert compiled[1:3] == plain[1:3] == [True, True]
    assert compiled[3] == plain[3]
    assert len(compiled[3]) == len(hashlib.sha256().hexdigest())
