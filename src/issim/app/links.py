"""A scenario as the address of a link, and back.

    ?region=latvia&n_firms=1000&name=my policy&lever=mandate,quota:0.5,end:60&lever=training

What is as usual is left out. Lists are joined by dots, entries stand as `relief.law_unknown:0.3`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from issim.app.limits import Limits
from issim.app.place import Place
from issim.app.scenario import UNNAMED, Scenario, from_state
from issim.app.uploads import Uploads
from issim.errors import InputError, unknown_name

LEVER, NOBODY = "lever", "any"
WORDS: dict[str, Any] = {"none": None, "true": True, "false": False, NOBODY: []}
#: Fields that hold a list of names, or of numbers.
LISTS = ("countries", "sectors", "sizes", "branches", "regions", "stages", "capabilities", "modules")
MOST_PARTS = 2000


def query(scenario: Scenario) -> str:
    """What stands behind the question mark of a link to a scenario; empty for the usual place without policy."""
    usual = Place()
    said = [
        (f.name, str(getattr(scenario.place, f.name)))
        for f in dataclasses.fields(Place)
        if getattr(scenario.place, f.name) != getattr(usual, f.name)
    ]
    if scenario.name != UNNAMED:
        said.append(("name", scenario.name))
    for name, changes in scenario.levers.items():
        said.append((LEVER, ",".join([name, *(f"{key}:{value}" for key, value in _flat(changes))])))
    return urlencode(said, safe=":,")


def _flat(changes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The fields of a lever by path, each value in one word."""
    for key, value in changes.items():
        if isinstance(value, Mapping):
            yield from ((f"{key}.{entry}", _word(number)) for entry, number in value.items())
        else:
            yield key, _word(value)


def _word(value: Any) -> str:
    """A value in one word without a comma."""
    if isinstance(value, list | tuple):
        return ".".join(map(str, value)) or NOBODY
    named = [word for word, meant in WORDS.items() if meant is value]
    if named:
        return named[0]
    return repr(value) if isinstance(value, float) else str(value)


def read(text: str, limits: Limits, uploads: Uploads | None = None) -> Scenario:
    """The scenario of a link; nothing behind the question mark is the usual place without policy."""
    if len(text) > limits.message:
        raise InputError(
            f"The link has {len(text):,} letters, up to {limits.message:,} are read; load its file instead."
        )
    state: dict[str, Any] = {}
    levers: dict[str, Any] = {}
    numbers = {f.name for f in dataclasses.fields(Place) if not isinstance(f.default, str)}
    known = ["name", LEVER, *(f.name for f in dataclasses.fields(Place))]
    try:
        parts = parse_qsl(text.removeprefix("?"), keep_blank_values=True, max_num_fields=MOST_PARTS)
    except ValueError:
        raise InputError(f"The link has more than {MOST_PARTS} parts; load its file instead.") from None
    for key, value in parts:
        if key not in known:
            raise unknown_name("part of the link", key[:60], known)
        if key == LEVER:
            name, changes = _lever(value)
            levers[name] = changes
        else:
            state[key] = _number(value) if key in numbers else value
    return from_state(state | {"levers": levers}, limits, uploads)


def _lever(text: str) -> tuple[str, dict[str, Any]]:
    """One lever of a link: its name and what differs from the catalogue."""
    name, *parts = text.split(",")
    changes: dict[str, Any] = {}
    for part in parts:
        key, colon, word = part.partition(":")
        field, dot, entry = key.partition(".")
        if not colon or not field:
            raise InputError(
                f"'{part[:60]}' in the link says nothing about the lever {name[:60]}; write field:value."
            )
        if dot:
            table = changes.setdefault(field, {})
            if isinstance(table, dict):
                table[entry] = _number(word)
        else:
            changes[field] = _value(field, word)
    return name, changes


def _value(field: str, word: str) -> Any:
    """What a word of a link means."""
    if word in WORDS:
        return WORDS[word]
    if field in LISTS:
        return [_number(part) if field == "regions" else part for part in word.split(".")]
    return _number(word)


def _number(word: str) -> Any:
    """A number where the word is one; else the word, which is refused where a number is wanted."""
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            continue
    return word
