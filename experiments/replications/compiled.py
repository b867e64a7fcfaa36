"""How the rules of replications are compiled: as the model's are, cached in a folder of their own.

The folder is named by a hash of these files and of the package's compiled sources, so that no edit leaves a stale
rule; it lies beside the model's, which tells by its own folder whether the model has been compiled.
"""

from __future__ import annotations

from pathlib import Path

import numba

from issim import jit

HERE = Path(__file__).resolve().parent


def sources_hash(folder: Path = HERE) -> str:
    """Hash of every file of the replications (12 hex digits)."""
    return jit.sources_hash(folder, ("*.py",))


CACHE = jit.CACHE.parent / f"replications-{sources_hash()}-{jit.sources_hash()}"


def rule(function: jit.Rule) -> jit.Rule:
    """Compile a rule of a replication (`issim.jit.rule`), cached apart from the model's."""
    usual = numba.config.CACHE_DIR
    # read by numba when a function is decorated
    numba.config.CACHE_DIR = str(CACHE)
    try:
        return jit.rule(function)
    finally:
        numba.config.CACHE_DIR = usual
