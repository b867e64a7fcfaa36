"""A scenario as a policy file that `issim run` takes, and back.

The file is a policy as everywhere else; its first lines, comments to a program, say the command that repeats
the page's numbers, and the page reads its settings from there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import yaml

from issim.app.limits import Limits
from issim.app.place import Place
from issim.app.scenario import Scenario, from_state
from issim.app.uploads import KINDS, Uploads
from issim.errors import InputError
from issim.levers.reading import Loader

#: The line of a file that says where and how often its policy is simulated.
COMMAND = re.compile(r"^# *issim run policy=\S+ (.+)$", re.MULTILINE)
#: What each setting is called on the command line.
KEYS = {
    "region": "region", "population": "composition", "population.n_firms": "n_firms", "n_months": "n_months",
    "n_seeds": "n_seeds", "seed": "seed", "behaviour": "behaviour", **{kind: kind for kind in KINDS},
}  # fmt: skip
#: Bytes of a policy file; the packaged ones have a thousand.
MOST = 64_000
#: Tables within tables: a policy has levers, a lever has fields, a field has entries.
DEEPEST = 10


def file_name(scenario: Scenario) -> str:
    """What to call the file: the name of the policy without blanks."""
    return f"{scenario.name.replace(' ', '_')}.yaml"


def written(scenario: Scenario) -> str:
    """The file of a scenario; where no lever is switched on it is the policy *none* by another name."""
    settings = " ".join(scenario.place.overrides())
    body = {"name": scenario.name, "question": scenario.question,
            "levers": {name: dict(changes) for name, changes in scenario.levers.items()}}  # fmt: skip
    text = yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=110)
    return (
        f"# {scenario.question}\n"
        f"# issim run policy={file_name(scenario)} {settings}\n"
        f"# This command gives the numbers of the page again.\n{text}"
    )


def read(
    data: bytes,
    limits: Limits,
    uploads: Uploads | None = None,
    opened: Mapping[str, str] = MappingProxyType({}),
) -> Scenario:
    """The scenario of a file; what cannot be one is an InputError of one sentence.

    A scenario that names files of a person's own means those of the handles `opened`: the page has them open.
    """
    if len(data) > MOST:
        raise InputError(
            f"The file has {len(data):,} bytes, more than a policy needs ({MOST:,}); choose a policy file that "
            "this page or you have written."
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"The file is not UTF-8 (byte {error.start}); save it as UTF-8.") from None
    said = _table(text)
    for key in said:
        if key not in ("name", "question", "levers"):
            raise InputError(
                f"'{str(key)[:60]}' does not belong into a policy file of this page; it has name, question and levers."
            )
    state: dict[str, Any] = _settings(text) | {"levers": said.get("levers") or {}}
    if said.get("name") is not None:
        state["name"] = said["name"]
    for kind in state.keys() & KINDS.keys():
        if opened.get(kind, "").rpartition("/")[2] != state[kind]:
            raise InputError(
                f"The scenario needs a file of your own; choose {state[kind][:60]} under '{KINDS[kind].title}' first, "
                "then open this file again."
            )
        state[kind] = opened[kind]
    return from_state(state, limits, uploads)


def _table(text: str) -> Mapping[str, Any]:
    """What the YAML of a file holds.

    References within it and deep nests are refused before they are read: a few letters of them can mean millions
    of values, or keep the reader busy for minutes.
    """
    try:
        depth = 0
        for event in yaml.parse(text):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise InputError(
                    f"The file nests more than {DEEPEST} tables in each other; write a policy file."
                )
            if isinstance(event, yaml.AliasEvent):
                raise InputError("The file refers to other parts of itself (*name); write these parts out.")
        found = yaml.load(text, Loader)  # a SafeLoader: plain data only
    except InputError:
        raise
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 1})" if mark is not None else ""
        raise InputError(f"The file is no YAML{line}; choose a policy file.") from None
    if not isinstance(found, Mapping):
        raise InputError("The file holds no table of name, question and levers; choose a policy file.")
    return found


def _settings(text: str) -> dict[str, Any]:
    """The settings that the comment of a file says; a file without it is for the usual place."""
    found = COMMAND.search(text)
    settings: dict[str, Any] = {}
    for word in found[1].split() if found else ():
        key, _, value = word.partition("=")
        if key not in KEYS:
            raise InputError(
                f"'{word[:60]}' in the command of the file is no setting of this page; leave it out."
            )
        name = KEYS[key]
        is_number = not isinstance(getattr(Place(), name), str)
        if is_number and not value.isdecimal():
            raise InputError(f"'{word[:60]}' in the command of the file is no whole number; give one.")
        settings[name] = int(value) if is_number else value
    return settings
