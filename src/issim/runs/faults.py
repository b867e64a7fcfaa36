"""What a user can get wrong in the grammar of the configuration, each as one sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from issim.errors import InputError, unknown_name
from issim.runs.schema import groups, known_keys, types

WANTED = {
    int: "a whole number", float: "a number", bool: "true or false", str: "a text", dict: "a table of settings",
}  # fmt: skip


def unreadable(override: str) -> InputError:
    """The sentence for an override that is not in the grammar."""
    return InputError(
        f"{override!r} cannot be read; write KEY=VALUE, as in seed=7, "
        "and quote a value with spaces or special characters, as in \"outputs='my results'\"."
    )


def unknown_key(key: str) -> InputError:
    """The sentence for a key that does not exist, with the nearest ones that do."""
    keys = known_keys()
    by_tail: dict[str, list[str]] = {}
    for known in keys:
        by_tail.setdefault(known.rpartition(".")[2], []).append(known)
    tail = key.rpartition(".")[2]
    near = by_tail.get(tail) or get_close_matches(key, keys, n=2)
    near = near or [known for close in get_close_matches(tail, by_tail, n=2) for known in by_tail[close]]
    hint = f"did you mean {' or '.join(near[:3])}?" if near else "`issim parameters` lists what can be set."
    return InputError(f"{key!r} is not a key of the configuration; {hint}")


def several(key: str, value: str) -> InputError:
    """The sentence for a choice of more than one where one is wanted."""
    if key == "policy":
        names = value.strip("[]").replace(" ", "")
        names = names if re.fullmatch(r"[\w.,/-]+", names) else "none,mandate,training"
        hint = (
            f"`issim compare policy={names}` sets policies side by side; a run takes one: "
            f"choose one of {', '.join(groups()[key])}."
        )
    elif key in groups():
        hint = f"choose one of {', '.join(groups()[key])} (`issim run -m` takes {key}=A,B and makes a run for each)."
    else:
        hint = f"give one, or let `issim run -m` make a run for each of {key}=A,B."
    return InputError(f"{key} = {value} names several values; {hint}")


def removed(key: str) -> InputError:
    """The sentence for a setting that was to be taken away."""
    return InputError(f"'~{key}' takes away a setting that a run needs; write {key}=VALUE to change it.")


def no_such_choice(group: str, name: object) -> InputError:
    """The sentence for a name that a group of the configuration does not have."""
    return unknown_name(group, str(name), groups().get(group, []))


def wrong_type(key: str, value: str) -> InputError:
    """The sentence for a value that its key cannot hold."""
    kind = types().get(key, dict)
    shown = value if value else "(nothing)"
    explained = f" (`issim parameters {key}` explains it)" if kind in (int, float) else ""
    example = f" of the form {key}.COLUMN=VALUE" if kind is dict else ""
    return InputError(f"{key} = {shown} is not {WANTED[kind]}; give one{example}{explained}.")


def unresolved(error: Exception) -> InputError:
    """The sentence for a value that refers to another which is not there or does not fit."""
    key = getattr(error, "full_key", None) or "A value"
    first = str(error).strip().splitlines()[0].rstrip(".")
    return InputError(f"{key} cannot be worked out ({first}); write the value itself.")


def sentence(error: Exception, overrides: Sequence[str]) -> InputError:
    """Hydra's or OmegaConf's complaint as one sentence with the key, the value and what is allowed."""
    text = " ".join(str(part) for part in (error, error.__cause__ or ""))
    if found := re.search(r"Could not find '(\w+)/([^']*)'", text):
        return no_such_choice(*found.groups())
    origin = error.__cause__ or error.__context__  # Hydra hides what was wrong in a file of the user's own
    key = getattr(origin, "full_key", None) or getattr(error, "full_key", None)
    if key and re.search(r"Key '[^']*' (?:is )?not in", text):
        return unknown_key(str(key))
    said = next((override for override in overrides if override in text), "")
    if key:
        named = re.search(r"Value '(.*?)' of type", text) or re.search(r"string: '(.*)'", text)
        direct = said.lstrip("+").partition("=")
        value = direct[2] if direct[0] == key or not named else named.group(1)
        return wrong_type(str(key), value)
    first = str(error).strip().splitlines()[0].rstrip(".")
    where = f" in '{said}'" if said else ""
    return InputError(f"The configuration cannot be read{where}: {first}; write KEY=VALUE, as in seed=7.")
