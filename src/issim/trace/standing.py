"""Whether the present installation is the one that made an output: program, rules, evidence, packages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from issim import evidence
from issim.jit import sources_hash
from issim.store.manifest import commit, numbers_hash, package_versions, version
from issim.store.record import evidence_digest
from issim.trace.found import Found

#: Digits of digests and commits that are shown.
SHOWN = 12


def lines(one: Found) -> Iterator[tuple[str, str]]:
    """What made an output, and how that compares with what is installed here."""
    yield "program", _program(one.record, one.manifest)
    yield "rules", _rules(one)
    yield "evidence", _evidence(one)
    if packages := one.manifest.get("packages"):
        yield "packages", _packages(packages)


def _program(record: Mapping[str, str], manifest: Mapping[str, Any]) -> str:
    """Version, commit, and the machine where the manifest has it."""
    made, made_commit = record.get("issim", "unknown"), record.get("commit", "")
    edited = " (the source tree was edited: that commit alone does not have this program)"
    shown = made_commit.removesuffix("+changes")
    told = f"issim {made}" + (f", commit {shown}" if shown else ", installed without a commit")
    told += edited if made_commit.endswith("+changes") else ""
    if "python" in manifest:
        told += f", on Python {manifest['python']}, {manifest['platform']}"
    here = commit()
    is_same = (made, made_commit) == (version(), here)
    other = f"here is issim {version()}" + (f", commit {here}" if here else "")
    return f"{told}; {'the same as here' if is_same else other}"


def _rules(one: Found) -> str:
    """The hash of the rules (for a sweep: of all that decides numbers), compared with that of the sources here."""
    made = one.record.get("rules", "")
    if not made:
        return "not recorded"
    if one.is_sweep:
        return f"{made}, of all text that decides numbers; {_same(made, numbers_hash())}"
    told = f"{made}; {_same(made, sources_hash())}"
    numbers = one.manifest.get("numbers")
    if numbers and made == sources_hash() and numbers != numbers_hash():
        told += ", but other text that may decide numbers differs"
    return told


def _same(made: str, here: str) -> str:
    return "the same as here" if made == here else f"others than here ({here})"


def _evidence(one: Found) -> str:
    """Which tables of evidence, and which of them differ here."""
    here = evidence.load().hashes
    made = one.manifest.get("evidence")
    if not made:
        known = one.record.get("evidence", "")
        same = "the same as packaged here" if known == evidence_digest(here) else "not that packaged here"
        return f"digest {known} over all tables; {same}"
    differ = [name for name in sorted({*made, *here}) if made.get(name) != here.get(name)]
    told = (
        f"{len(made)} tables ("
        + ", ".join(f"{n.removesuffix('.csv')} {d[:6]}" for n, d in made.items())
        + ")"
    )
    return f"{told}; " + (
        f"{', '.join(differ)} differ from those packaged here" if differ else "the same as packaged here"
    )


def _packages(made: Mapping[str, str]) -> str:
    """Versions of packages, and which differ here."""
    here = package_versions()
    differ = [
        f"{name} was {made.get(name, 'absent')} and is {here.get(name, 'absent')}"
        for name in sorted({*made, *here})
        if made.get(name) != here.get(name)
    ]
    told = ", ".join(f"{name} {number}" for name, number in made.items())
    return f"{told}; {', '.join(differ) if differ else 'the same as here'}"
