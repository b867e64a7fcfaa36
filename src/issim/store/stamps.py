"""Outputs that know where they come from, each kind in the place that its format keeps for it.

SVG: a `dc:source` of its Dublin Core metadata. PNG: a text chunk. HTML: a `meta` tag. Parquet: the schema's metadata.
The record holds a SHA-256 of itself and of the file without it (Parquet is sealed instead, see sealed.py), so that a
file that left its folder still says whether it is what was written. CSV, YAML and plain text have no such place: the
manifest of their folder has their digests.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
import zlib
from collections.abc import Mapping
from io import BytesIO
from typing import NamedTuple

from issim.store import sealed
from issim.store.record import as_text

#: The name of the record, and the field with the digest of all else.
KEYWORD, CONTENT = "issim", "content"
_PNG_START, _PNG_END = b"\x89PNG\r\n\x1a\n", b"\x00\x00\x00\x00IEND\xaeB`\x82"
_FIELD = f"{KEYWORD}.record"


class _Markup(NamedTuple):
    """How a record stands in a text format: before which mark, between which signs."""

    mark: bytes
    start: bytes
    end: bytes

    @property
    def pattern(self) -> re.Pattern[bytes]:
        """What finds a record in a text."""
        return re.compile(re.escape(self.start) + rb"([^<>\"]*)" + re.escape(self.end))


MARKUP = {
    ".svg": _Markup(b"</cc:Work>", b"<dc:source>issim ", b"</dc:source>\n"),
    ".html": _Markup(b"</head>", b'<meta name="issim" content="', b'">\n'),
}
#: Kinds of files that carry a record.
KINDS = (*MARKUP, ".png", ".parquet")


class Read(NamedTuple):
    """The record that a file carries, and whether the file is what was written."""

    record: dict[str, str]
    is_whole: bool


def stamped(content: bytes, kind: str, record: Mapping[str, str]) -> bytes:
    """The content of a file with a record, in place of one that it had; other kinds of files as they are."""
    if kind == ".parquet":
        return _stamped_parquet(content, record)
    if kind == ".png" and content.startswith(_PNG_START) and content.endswith(_PNG_END):
        bare = _without_chunk(content)
        text = f"{KEYWORD}\0{_with_digest(bare, record)}".encode("ascii")
        return bare[: -len(_PNG_END)] + _chunk(b"tEXt", text) + _PNG_END
    markup = MARKUP.get(kind)
    if markup is None:
        return content
    bare = markup.pattern.sub(b"", content)
    before, mark, after = bare.partition(markup.mark)
    if not mark:
        return content
    text = html.escape(_with_digest(bare, record)).encode("ascii")
    return before + markup.start + text + markup.end + mark + after


def read(content: bytes, kind: str) -> Read | None:
    """The record of a file; None if it carries none."""
    if kind == ".parquet":
        return _read_parquet(content)
    if kind == ".png":
        text, bare = _chunk_of(content), _without_chunk(content)
    elif kind in MARKUP:
        found = MARKUP[kind].pattern.search(content)
        text = html.unescape(found.group(1).decode("ascii", "replace")) if found else None
        bare = MARKUP[kind].pattern.sub(b"", content)
    else:
        return None
    record = _record(text)
    return None if record is None else Read(record, record.get(CONTENT) == _sha256(bare, record))


def _with_digest(bare: bytes, record: Mapping[str, str]) -> str:
    """A record with the digest."""
    return as_text({**record, CONTENT: _sha256(bare, record)})


def _sha256(bare: bytes, record: Mapping[str, str]) -> str:
    """The digest of a file without its record, and of the record without the digest."""
    said = {name: value for name, value in record.items() if name != CONTENT}
    return hashlib.sha256(bare + as_text(said).encode()).hexdigest()


def _record(text: str | None) -> dict[str, str] | None:
    """A record out of its JSON; None if it is none."""
    try:
        found = json.loads(text or "")
    except ValueError:
        return None
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else None


def _chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG: length, name, data and check sum."""
    return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")


def _chunk_span(content: bytes) -> tuple[int, int] | None:
    """Where the chunk of the record begins and ends; None if there is none."""
    if not content.startswith(_PNG_START):
        return None
    place = len(_PNG_START)
    while place + 12 <= len(content):
        size = int.from_bytes(content[place : place + 4], "big")
        if content[place + 4 : place + 8] == b"tEXt" and content[place + 8 :].startswith(
            KEYWORD.encode() + b"\0{"
        ):
            return place, place + 12 + size
        place += 12 + size
    return None


def _chunk_of(content: bytes) -> str | None:
    """The text of the record's chunk."""
    span = _chunk_span(content)
    return None if span is None else content[span[0] + 9 + len(KEYWORD) : span[1] - 4].decode("latin-1")


def _without_chunk(content: bytes) -> bytes:
    """A PNG without the record's chunk."""
    span = _chunk_span(content)
    return content if span is None else content[: span[0]] + content[span[1] :]


def _stamped_parquet(content: bytes, record: Mapping[str, str]) -> bytes:
    """A table with a record in its footer, sealed; its rows and types stay."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.ParquetFile(pa.BufferReader(content), pre_buffer=False).read(use_threads=False)
    kept = {
        k: v for k, v in (table.schema.metadata or {}).items() if not k.startswith(f"{KEYWORD}.".encode())
    }
    table = table.replace_schema_metadata(kept or None)
    sink = BytesIO()
    with pq.ParquetWriter(sink, table.schema, compression="zstd") as writer:
        writer.write_table(table)
        writer.add_key_value_metadata(
            {_FIELD: as_text(record), f"{KEYWORD}.seal": (sealed.MARK + sealed.ZEROS).decode()}
        )
    return sealed.seal(sink.getvalue())


def _read_parquet(content: bytes) -> Read | None:
    """The record of a table; None if it has none or cannot be read."""
    import pyarrow as pa

    try:
        record = _record(sealed.about_table(content).get("record"))
        if record is None:
            return None
        sealed.check(content)
    except (pa.ArrowException, OSError):
        return None
    except sealed.DamagedError:
        return Read(record or {}, False)
    return Read(record, True)
