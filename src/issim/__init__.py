"""Industrial symbiosis under policy: build a world, run it, ask its firms.

    import issim

    model = issim.SymbiosisModel(region="latvia", n_firms=500, policy="training", seed=7)
    model.run_model()

Each name below is imported when it is first used, so that `import issim` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from issim.evidence import load as load_evidence
    from issim.levers.policy import Policy
    from issim.model.firm import Firm
    from issim.model.simulate import simulate, simulate_many
    from issim.model.symbiosis import SymbiosisModel
    from issim.rules.behaviour import Behaviour
    from issim.store.results import load_results
    from issim.world.build import build as build_world
    from issim.world.region import Region

__all__ = [
    "Behaviour",
    "Firm",
    "Policy",
    "Region",
    "SymbiosisModel",
    "build_world",
    "load_evidence",
    "load_results",
    "simulate",
    "simulate_many",
]

#: Where each name lives, and what it is called there.
_DOORS = {
    "Behaviour": ("issim.rules.behaviour", "Behaviour"),
    "Firm": ("issim.model.firm", "Firm"),
    "Policy": ("issim.levers.policy", "Policy"),
    "Region": ("issim.world.region", "Region"),
    "SymbiosisModel": ("issim.model.symbiosis", "SymbiosisModel"),
    "build_world": ("issim.world.build", "build"),
    "load_evidence": ("issim.evidence", "load"),
    "load_results": ("issim.store.results", "load_results"),
    "simulate": ("issim.model.simulate", "simulate"),
    "simulate_many": ("issim.model.simulate", "simulate_many"),
}


def __getattr__(name: str) -> Any:
    """Import what is asked for, once."""
    if name == "__version__":
        from importlib.metadata import version

        return version("issim")
    if name not in _DOORS:
        raise AttributeError(f"module 'issim' has no attribute '{name}'; it offers {', '.join(__all__)}")
    module, attribute = _DOORS[name]
    found = getattr(import_module(module), attribute)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """The ten names."""
    return sorted({*globals(), *__all__})
