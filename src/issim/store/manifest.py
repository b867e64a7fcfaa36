"""Where a result comes from: version, commit, platform, seeds, configuration, evidence, rules."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from issim.jit import sources_hash
from issim.store.record import settings_digest

PACKAGES = ("mesa", "numpy", "pandas", "numba", "networkx", "scipy", "pyarrow", "hydra-core")


def version() -> str:
    """Version of the installed package, or of the source tree it runs from."""
    try:
        return metadata.version("issim")
    except metadata.PackageNotFoundError:
        return "0+source"


def commit() -> str:
    """Commit of the source tree, with `+changes` if it was edited; empty when installed from a wheel."""
    root = Path(__file__).resolve().parents[3]
    if not (root / ".git").exists():
        return ""
    try:
        head = subprocess.run(
            ["git", "-C", str(root), "describe", "--always", "--abbrev=12", "--dirty=+changes", "--exclude=*"],
            capture_output=True, text=True, timeout=10, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    return head.stdout.strip()


def package_versions() -> dict[str, str]:
    """Versions of the packages that results may depend on."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


#: Where text stands that decides the numbers of a run.
NUMBERS = (
    "*.py",
    *(
        f"{part}/*.py"
        for part in ("evidence", "levers", "model", "own", "population", "rules", "runs", "world")
    ),
    "store/outcomes.py",
)


def numbers_hash() -> str:
    """Hash of every source file that may decide a number (12 hex digits)."""
    return sources_hash(patterns=NUMBERS)


def manifest(
    config: str, evidence_hashes: Mapping[str, str], seeds: list[int], started: datetime, command: str
) -> dict[str, Any]:
    """Provenance of a result folder, ready for JSON."""
    return {
        "issim": version(),
        "commit": commit(),
        "rules": sources_hash(),
        "numbers": numbers_hash(),
        "config_sha256": hashlib.sha256(config.encode()).hexdigest(),
        "settings": settings_digest(config),
        "command": command,
        "seeds": seeds,
        "started": started.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": package_versions(),
        "evidence": dict(evidence_hashes),
    }
