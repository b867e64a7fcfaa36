"""The short record that every output carries: by which command, program and evidence it was made.

It says nothing of the moment, the machine or the folder, so that the same command gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

#: Words of a command that say where to and how fast, not what.
PLACES = ("outputs=", "threads=")
#: Options of a command that take a place as the next word.
PLACE_OPTIONS = ("--out", "--outputs")
#: Lines of a configuration that say the same.
_PLACES_IN_CONFIG = ("outputs:", "threads:")
#: Digits of a digest that are shown.
SHORT = 12


def without_places(words: Sequence[str]) -> list[str]:
    """The words of a command without those that say where results go, and on how many threads."""
    found, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word in PLACE_OPTIONS:
            skip = True
        elif not word.startswith((*PLACES, *(f"{option}=" for option in PLACE_OPTIONS))):
            found.append(word)
    return found


def words_of(command: str) -> list[str]:
    """The words of a command as the manifest has it; blanks part them where older manifests left quotes out."""
    try:
        return shlex.split(command)
    except ValueError:
        return command.split()


def digest(text: str) -> str:
    """The first digits of the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:SHORT]


def settings_digest(config: str) -> str:
    """What tells one configuration from another, places and threads left out."""
    lines = [line for line in config.splitlines() if not line.startswith(_PLACES_IN_CONFIG)]
    return digest("\n".join(lines))


def evidence_digest(hashes: Mapping[str, str]) -> str:
    """One digest for all tables of evidence."""
    return digest("".join(f"{name}={hashes[name]};" for name in sorted(hashes)))


def seeds_in_words(seeds: Sequence[int]) -> str:
    """Seeds as short as they can be said, as in `1 to 40`."""
    if not seeds:
        return ""
    first, last = seeds[0], seeds[-1]
    if list(seeds) == list(range(first, last + 1)):
        return str(first) if first == last else f"{first} to {last}"
    return ", ".join(map(str, seeds))


def record_of(manifest: Mapping[str, Any]) -> dict[str, str]:
    """The record of a result folder or of a sweep, out of its manifest; what an older one lacks is left out."""
    command = shlex.join(without_places(words_of(str(manifest.get("command", "")))))
    found = {
        "issim": manifest.get("issim", manifest.get("version", "")),
        "commit": manifest.get("commit", ""),
        "command": command,
        "seeds": seeds_in_words(manifest.get("seeds", [])),
        "rules": manifest.get("rules", ""),
        "evidence": evidence_digest(manifest.get("evidence", {})),
        "settings": manifest.get("settings", ""),
        "key": manifest.get("key", ""),
    }
    return {name: str(value) for name, value in found.items() if value}


def as_text(record: Mapping[str, str]) -> str:
    """A record as one line of JSON in plain ASCII."""
    return json.dumps(dict(sorted(record.items())), ensure_ascii=True)
