"""Whose output a file is: of the folder it lies in, of the record it carries, or of a folder that knows its digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from issim.errors import InputError
from issim.store import sealed, stamps
from issim.store.folder import CONFIG, MANIFEST
from issim.store.record import record_of

#: How many folders above a file its manifest may be.
DEPTH = 3
KINDS = {
    ".svg": "figure", ".png": "figure", ".parquet": "table", ".csv": "table", ".html": "report",
    ".txt": "text", ".yaml": "configuration", ".json": "manifest",
}  # fmt: skip


class Found(NamedTuple):
    """An output and what is known of its making."""

    path: Path
    name: str
    """From its folder on; empty for the folder itself."""
    folder: Path | None
    manifest: Mapping[str, Any]
    """Empty for a file that left its folder."""
    record: Mapping[str, str]
    state: str
    """Whether it is what was written, as a sentence."""
    is_whole: bool | None
    """None where that cannot be told."""

    @property
    def kind(self) -> str:
        """What it is, in a word."""
        return KINDS.get(self.path.suffix, "file") if self.name else "folder"

    @property
    def is_sweep(self) -> bool:
        """Whether it belongs to a sweep."""
        return "key" in self.record


def found(path: Path, among: Path) -> Found:
    """What an output is; InputError if nothing tells. `among` is where folders are sought that know a lone file."""
    try:
        if path.is_dir():
            return _folder(path)
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"'{path}' cannot be read ({error.strerror}); give the path of a file or of a result folder."
        ) from None
    if path.name == MANIFEST:
        return _folder(path.parent)
    resolved = path.resolve()
    for folder in list(resolved.parents)[:DEPTH]:
        manifest = manifest_of(folder)
        if manifest is not None:
            name = resolved.relative_to(folder).as_posix()
            if name in manifest.get("files", {}) or _is_part(name, manifest) or "files" not in manifest:
                shown = path.parents[len(Path(name).parts) - 1] if not path.is_absolute() else folder
                return _inside(path, name, shown, manifest, content)
            break
    return _lone(path, content, among)


def manifest_of(folder: Path) -> dict[str, Any] | None:
    """The manifest of a result folder or sweep; None if there is none that can be read."""
    try:
        known = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return None
    return known if isinstance(known, dict) and "command" in known else None


def _is_part(name: str, manifest: Mapping[str, Any]) -> bool:
    """Whether a file is one of those that a sweep writes."""
    return "key" in manifest and name.startswith(("runs/", "series/", "figures/", "design.parquet"))


def _folder(path: Path) -> Found:
    """A whole folder, every file compared with what its manifest says."""
    manifest = manifest_of(path)
    if manifest is None:
        if (path / MANIFEST).is_file():
            raise InputError(
                f"'{path / MANIFEST}' is damaged; name a file of that folder, which may carry its own record, "
                "or make a run anew."
            )
        inside = sorted(child.parent.name for child in path.glob(f"*/{MANIFEST}"))
        hint = (
            f"name one of those in it, as in {path / inside[-1]}"
            if inside
            else "give one that `issim run` printed"
        )
        raise InputError(f"'{path}' is not a result folder (it has no {MANIFEST}); {hint}.")
    return Found(path, "", path, manifest, record_of(manifest), *_state_of_folder(path, manifest))


def _state_of_folder(path: Path, manifest: Mapping[str, Any]) -> tuple[str, bool | None]:
    """Whether all files of a folder are what was written."""
    if "key" in manifest:
        try:
            sealed.check((path / MANIFEST).read_bytes())
        except sealed.DamagedError:
            return "The manifest was changed after it was written.", False
        return "The manifest is as it was written; `issim results` checks every part of the sweep.", True
    if "files" not in manifest:
        return (
            "An older version wrote it and kept no digests: whether files were changed cannot be told.",
            None,
        )
    told = _differing(path, manifest["files"])
    return (told, False) if told else (f"All {len(manifest['files'])} files are as they were written.", True)


def _differing(path: Path, files: Mapping[str, str]) -> str:
    """Which files are missing or changed, as a sentence; empty if none is."""
    missing, changed = [], []
    for name, digest in files.items():
        try:
            content = (path / name).read_bytes()
        except OSError:
            missing.append(name)
            continue
        if hashlib.sha256(content).hexdigest() != digest:
            changed.append(name)
    parts = [f"changed after the run: {', '.join(changed)}"] if changed else []
    parts += [f"missing: {', '.join(missing)}"] if missing else []
    return f"Not all files are as they were written; {'; '.join(parts)}." if parts else ""


def _inside(path: Path, name: str, folder: Path, manifest: Mapping[str, Any], content: bytes) -> Found:
    """A file in its folder."""
    record = record_of(manifest)
    own = stamps.read(content, path.suffix)
    if own is not None and "drawn" in own.record:
        record |= {"drawn": own.record["drawn"]}
    digest = manifest.get("files", {}).get(name)
    if digest is not None:
        is_whole: bool | None = hashlib.sha256(content).hexdigest() == digest
    elif "key" in manifest:
        is_whole = _is_whole_part(content, path.suffix)
    else:
        is_whole = None if own is None else own.is_whole
    return Found(path, name, folder, manifest, record, _state(is_whole), is_whole)


def _is_whole_part(content: bytes, kind: str) -> bool | None:
    """Whether a file of a sweep is what was written: parts are sealed, figures carry a record."""
    if kind != ".parquet":
        own = stamps.read(content, kind)
        return None if own is None else own.is_whole
    try:
        sealed.check(content)
    except sealed.DamagedError:
        return False
    return True


def _state(is_whole: bool | None) -> str:
    """Whether a file is what was written, as a sentence."""
    if is_whole is None:
        return "An older version wrote it and kept no digest: whether it was changed cannot be told."
    return "The file is as it was written." if is_whole else "The file was changed after it was written."


def _lone(path: Path, content: bytes, among: Path) -> Found:
    """A file that left its folder: by a folder that knows its digest, else by the record that it carries."""
    digest = hashlib.sha256(content).hexdigest()
    for folder, manifest in _folders(among):
        for name, known in manifest.get("files", {}).items():
            if known == digest:
                said = f"It is a copy of {folder / name}, unchanged."
                return Found(path, name, folder, manifest, record_of(manifest), said, True)
    own = stamps.read(content, path.suffix)
    if own is not None and own.record:
        return Found(
            path, own.record.get("file", path.name), None, {}, own.record, _state(own.is_whole), own.is_whole
        )
    if path.suffix in stamps.KINDS:
        raise InputError(
            f"'{path}' carries no record of issim: something else wrote it, an older version did, or it is damaged; "
            "name the result folder from which it came."
        )
    raise InputError(
        f"'{path}' is in no result folder, and a file of that kind ({path.suffix or 'without an ending'}) carries no "
        f"record; name the folder from which it came, or by --among the folder that holds all results "
        f"(now '{among}')."
    )


def _folders(among: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Result folders with their manifests, the newest first."""
    for depth in ("*", "*/*", "*/*/*"):
        for path in sorted(among.glob(f"{depth}/{MANIFEST}"), reverse=True):
            manifest = manifest_of(path.parent)
            if manifest is not None:
                yield path.parent, manifest


def config_of(one: Found) -> str | None:
    """The configuration of the run that an output belongs to; None if it cannot be had."""
    if one.folder is None:
        return None
    try:
        return (one.folder / CONFIG).read_text(encoding="utf-8")
    except OSError:
        config = one.manifest.get("config")
        return config if isinstance(config, str) else None
