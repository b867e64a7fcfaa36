"""The one place that says how rules are compiled and cached.

Numba's disk cache does not notice an edit in a helper of another file, so the cache folder is named
by a hash of the package's compiled sources: another version of any rule gets another folder.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

PACKAGE = Path(__file__).resolve().parent
#: Where text that is compiled lives: draws, the arrays it reads, the rules, and the loop over runs.
COMPILED = (
    "draws.py",
    "elementary.py",
    "jit.py",
    "normal.py",
    "model/batch.py",
    "world/*.py",
    "rules/*.py",
    "population/*.py",
)

Rule = TypeVar("Rule", bound=Callable[..., Any])


def sources_hash(package: Path = PACKAGE, patterns: Sequence[str] = COMPILED) -> str:
    """Hash of every file whose text may be compiled, names included (12 hex digits)."""
    digest = hashlib.sha256()
    for pattern in patterns:
        for path in sorted(package.glob(pattern)):
            digest.update(path.relative_to(package).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def cache_folder() -> Path:
    """The folder of compiled rules for exactly this version of the sources."""
    root = os.environ.get("ISSIM_CACHE_DIR")
    if root is None:
        root = str(Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "issim")
    return Path(root) / f"rules-{sources_hash()}"


def _writable(folder: Path) -> Path:
    """`folder` if it can be written, else a private one that lives for this session only."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return Path(tempfile.mkdtemp(prefix="issim-rules-"))


CACHE = _writable(cache_folder())
os.environ["NUMBA_CACHE_DIR"] = str(CACHE)
# One step below full optimisation: the month is as fast, and compiles 6 % sooner.
os.environ.setdefault("NUMBA_OPT", "2")

import numba  # noqa: E402  (reads NUMBA_CACHE_DIR when it is imported)
from numba import types  # noqa: E402

numba.config.CACHE_DIR = str(CACHE)  # if something imported it first


def rule(function: Rule) -> Rule:
    """Compile a rule: no GIL, IEEE division, cached on disk; the same text runs with JIT off.

    No fast-math: the compiled rule and the plain one must give the same bits.
    """
    options = {"nogil": True, "error_model": "numpy", "fastmath": False, "no_cfunc_wrapper": True}
    return _widened(numba.njit(cache=True, **options)(function))


def process(function: Rule) -> Rule:
    """Compile a part of the month that takes whole tables: called by other rules only, never from Python.

    A hundred arrays pass through these functions. Without a wrapper for Python and without reference
    counting (`_nrt=False`: they may not allocate) they compile four times faster and run ten times faster.
    """
    options = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "_nrt": False}
    return _widened(numba.njit(nogil=True, error_model="numpy", fastmath=False, **options)(function))


def batch(function: Rule) -> Rule:
    """Compile a loop over runs that several threads share (`numba.prange`); called from Python."""
    options = {"nogil": True, "error_model": "numpy", "fastmath": False, "no_cfunc_wrapper": True}
    return numba.njit(cache=True, parallel=True, **options)(function)


def _widened(compiled: Any) -> Any:
    """Let a compiled function see every integer that another one hands it as an int64.

    Numba compiles a function anew for each constant and each width of integer that it is called with
    (`break_off` seven times, once per reason). One text, one compilation: half the time.
    """
    if not is_compiled():
        return compiled
    own = compiled.get_call_template

    def get_call_template(args: Any, kws: Any) -> Any:
        return own(tuple(map(_wide, args)), {name: _wide(kind) for name, kind in kws.items()})

    compiled.get_call_template = get_call_template
    return compiled


def _wide(kind: Any) -> Any:
    """The type itself, but int64 for constants and for narrower signed integers."""
    plain = types.unliteral(kind)
    return types.int64 if isinstance(plain, types.Integer) and plain.signed else plain


def is_compiled() -> bool:
    """False when compilation is switched off (`NUMBA_DISABLE_JIT=1`)."""
    return not numba.config.DISABLE_JIT


def is_cached() -> bool:
    """Whether an earlier process left compiled rules for this very version."""
    return any(CACHE.glob("**/*.nbi"))


def patience() -> str:
    """What to say before rules are used for the first time in a version; nothing where they are compiled already."""
    if not is_compiled() or is_cached():
        return ""
    return "Compiling the rules of the model: once per version, half a minute or so ..."
