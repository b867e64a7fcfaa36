"""What is compiled asks no C library for a number: another system's might differ in the last digit."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from issim.jit import COMPILED, PACKAGE

FILES = sorted(path for pattern in COMPILED for path in PACKAGE.glob(pattern))
#: These are exact, or mere shuffling of bits, on every system.
EXACT = {
    "ceil",
    "fabs",
    "floor",
    "frexp",
    "inf",
    "isfinite",
    "isinf",
    "isnan",
    "ldexp",
    "nan",
    "pi",
    "sqrt",
    "trunc",
}
#: Of NumPy, what rounds as it likes: elementary functions, and sums in an order of its own.
ROUNDING = {
    "arccos", "arcsin", "arctan", "arctan2", "cos", "cosh", "dot", "exp", "exp2", "expm1", "hypot", "interp", "log",
    "log10", "log1p", "log2", "matmul", "mean", "power", "sin", "sinh", "std", "sum", "tan", "tanh", "var",
}  # fmt: skip


def compiled(path: Path) -> Iterator[ast.FunctionDef]:
    """The functions of a file that are compiled."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            names = {name.id for name in node.decorator_list if isinstance(name, ast.Name)}
            if names & {"rule", "process", "batch"}:
                yield node


def asked(function: ast.FunctionDef) -> Iterator[str]:
    """What a function asks of a library, and its powers of more than a whole number."""
    inside = (node for statement in function.body for node in ast.walk(statement))
    for node in inside:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id == "math" and node.attr not in EXACT:
                yield f"math.{node.attr}"
            if node.value.id == "np" and node.attr in ROUNDING:
                yield f"np.{node.attr}"
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            yield ast.unparse(node)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_compiled_function_leaves_rounding_to_the_system(path: Path) -> None:
    found = {f"{function.name}: {what}" for function in compiled(path) for what in asked(function)}
    assert not found, "issim.elementary has these functions, rounded the same on every machine"


def test_there_are_compiled_functions_to_look_at() -> None:
    assert sum(len(list(compiled(path))) for path in FILES) > 100
