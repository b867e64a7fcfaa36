"""What the wheel carries is what the source tree holds: every package, every file of data and configuration."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from issim.levers.catalogue import configs
from issim.runs import studies

ROOT = configs().parent
pytestmark = pytest.mark.skipif(not (ROOT / "pyproject.toml").is_file(), reason="not run from a source tree")


def project() -> dict[str, Any]:
    """The table of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def folder_of(package: str) -> Path:
    """Where pyproject says that a package lives."""
    places = project()["tool"]["setuptools"]["package-dir"]
    return ROOT / places[package] if package in places else ROOT / places[""] / package.replace(".", "/")


def test_the_packages_are_the_folders_that_hold_python() -> None:
    listed = project()["tool"]["setuptools"]["packages"]
    found = {
        ".".join(path.parent.relative_to(ROOT / "src").parts)
        for path in (ROOT / "src").rglob("*.py")
        if "__pycache__" not in path.parts and not any(part.endswith(".egg-info") for part in path.parts)
    }
    assert set(listed) == found | {"issim.configs", "issim.experiments", "issim.notebooks"}
    assert len(listed) == len(set(listed))
    assert all((folder_of(package) / "__init__.py").is_file() for package in listed)


def carried(package: str) -> list[str]:
    """The patterns of data that travel with a package."""
    return project()["tool"]["setuptools"]["package-data"].get(package, [])  # type: ignore[no-any-return]


def matches(path: PurePosixPath, pattern: str) -> bool:
    """Whether setuptools' pattern takes a file; `**/` stands for any number of folders, none included."""
    if pattern.startswith("**/"):
        return fnmatch(path.name, pattern.removeprefix("**/"))
    return len(path.parts) == len(PurePosixPath(pattern).parts) and fnmatch(path.as_posix(), pattern)


def test_every_file_that_is_no_python_travels_with_its_package() -> None:
    packages = project()["tool"]["setuptools"]["packages"]
    folders = {folder_of(package): package for package in packages}
    seen: list[str] = []
    for folder in (ROOT / "src" / "issim", ROOT / "configs"):
        for path in folder.rglob("*"):
            if path.is_dir() or path.suffix in (".py", ".pyc"):
                continue
            home = next(parent for parent in path.parents if parent in folders)
            inside = PurePosixPath(path.relative_to(home).as_posix())
            assert any(matches(inside, pattern) for pattern in carried(folders[home])), path
            seen.append(inside.as_posix())
    assert {"run.yaml", "policy/none.yaml", "data/survey.csv", "py.typed"} <= set(seen)


def test_every_study_travels_and_is_found_by_its_name() -> None:
    files = sorted(path.name for path in (ROOT / "experiments").glob("*.yaml"))
    shocks = [f"shocks/{path.name}" for path in (ROOT / "experiments" / "shocks").glob("*.yaml")]
    assert len(shocks) >= 5
    assert folder_of("issim.experiments") == ROOT / "experiments"
    assert all(
        any(matches(PurePosixPath(name), pattern) for pattern in carried("issim.experiments"))
        for name in (*files, *shocks)
    )
    assert tuple(name.removesuffix(".yaml") for name in files) == studies.names()
    assert len(files) >= 6


def test_no_pattern_of_data_is_idle() -> None:
    for package, patterns in project()["tool"]["setuptools"]["package-data"].items():
        files = [
            PurePosixPath(p.relative_to(folder_of(package)).as_posix())
            for p in folder_of(package).rglob("*")
            if p.is_file()
        ]
        for pattern in patterns:
            assert any(matches(path, pattern) for path in files), (package, pattern)


def test_the_command_is_the_function_that_is_tested() -> None:
    from issim import cli

    assert project()["project"]["scripts"] == {"issim": f"{cli.__name__}:main"}
