"""Bytes of a file or an upload, and their text in whatever encoding a spreadsheet chose."""

from __future__ import annotations

from pathlib import Path

from issim.own.faults import Fault

#: The largest file that is read, in bytes.
MAX_BYTES = 200_000_000
#: How files of office programs begin.
PACKED = {
    b"PK\x03\x04": "a workbook (xlsx or ods)",
    b"\xd0\xcf\x11\xe0": "an old workbook (xls)",
    b"%PDF": "a PDF",
}

Bytes = bytes | bytearray | memoryview


def content_of(source: Bytes | str | Path, file: str = "") -> tuple[bytes, str, list[Fault]]:
    """The bytes of a file or an upload, the name it goes by, and why it cannot be read."""
    if isinstance(source, Bytes):
        return bytes(source[: MAX_BYTES + 1]), file or "upload", []
    path = Path(source)
    name = file or path.name or str(path)
    try:
        if path.is_dir():
            return b"", name, [Fault(name, 0, "", "", "is a folder; name the file in it.")]
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1), name, []
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no such name can be"
        return b"", name, [Fault(name, 0, "", "", f"cannot be read ({why}); check the path.")]


def decoded(content: bytes) -> tuple[str, str]:
    """The text of a file, and the encoding if it is not the usual one."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, errors="replace"), "" if "8" in encoding else "UTF-16"
    head = content[:400]
    if head and head.count(0) > len(head) // 4:
        little = head[1::2].count(0) >= head[0::2].count(0)
        return content.decode("utf-16-le" if little else "utf-16-be", errors="replace"), "UTF-16"
    try:
        return content.decode("utf-8"), ""
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), "Windows-1252"
