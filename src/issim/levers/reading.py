"""Read a YAML file and say in one sentence what is wrong with it, if anything is."""

from __future__ import annotations

import copy
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from issim.errors import InputError


class Loader(yaml.SafeLoader):
    """YAML in which NO is Norway and 1e6 is a number, as in YAML 1.2, and a key may stand only once."""


REPLACED = ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:float")
Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in REPLACED]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}  # fmt: skip
Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"true|True|TRUE|false|False|FALSE"), list("tTfF")
)
Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?(\d+\.\d*|\.\d+|\d+(?=[eE]))([eE][-+]?\d+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"),
    list("-+.0123456789"),
)


def _mapping(loader: Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    """A mapping, refused when a key stands twice."""
    loader.flatten_mapping(node)
    found: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str | int | float | bool | None):
            raise yaml.MarkedYAMLError(problem="a key is a list or a table", problem_mark=key_node.start_mark)
        if key in found:
            raise yaml.MarkedYAMLError(problem=f"'{key}' stands twice", problem_mark=key_node.start_mark)
        found[key] = loader.construct_object(value_node, deep=True)
    return found


Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


@lru_cache(maxsize=256)
def _parsed(text: str) -> Any:
    """What a text says: a design over a lever's numbers reads the same file for every cell."""
    return yaml.load(text, Loader)  # a SafeLoader: plain data only


def read(path: Path, kind: str) -> dict[str, Any]:
    """The table that a YAML file holds; `kind` says in an error what the file should be."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"The {kind} file {path} is not UTF-8 (byte {error.start}); save it as UTF-8."
        ) from None
    except OSError as error:
        raise InputError(
            f"The {kind} file {path} cannot be read ({error.strerror}); check the path."
        ) from None
    try:
        found = copy.deepcopy(_parsed(text))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark is not None else ""
        what = " ".join(str(getattr(error, "problem", None) or error).split())
        raise InputError(f"The {kind} file {path}{line} is no YAML ({what}); mend that line.") from None
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        raise InputError(f"The {kind} file {path} holds no table of names and values; see the packaged ones.")
    return found
