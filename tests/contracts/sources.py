"""The package's own text, read as syntax: what the contracts are checked on."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import issim

PACKAGE = Path(issim.__file__ or "").parent
ROOT = PACKAGE.parents[1]


def files() -> list[Path]:
    """Every source file of the package."""
    return sorted(path for path in PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    """The dotted name of a source file, as in `issim.rules.month`."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a source file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> set[str]:
    """Dotted names that a file imports, wherever in it; `from a import b` counts as a and a.b."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def texts(path: Path) -> set[str]:
    """String constants of a file, for modules that are named rather than imported."""
    return {
        node.value
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def reads(folders: tuple[str, ...]) -> set[str]:
    """Names of attributes that are read somewhere in these folders; writing into one is no reading."""
    found: set[str] = set()
    for folder in folders:
        for path in (PACKAGE / folder).rglob("*.py"):
            written = {id(target) for target in _written(tree(path))}
            found |= {
                node.attr
                for node in ast.walk(tree(path))
                if isinstance(node, ast.Attribute)
                and isinstance(node.ctx, ast.Load)
                and id(node) not in written
            }
    return found


def _written(module: ast.Module) -> Iterator[ast.expr]:
    """The arrays whose elements are assigned to."""
    for node in ast.walk(module):
        targets = node.targets if isinstance(node, ast.Assign) else []
        for target in targets:
            for part in target.elts if isinstance(target, ast.Tuple) else [target]:
                if isinstance(part, ast.Subscript):
                    yield part.value
