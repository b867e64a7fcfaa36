"""A table of the user's own out of bytes: whatever encoding, separator and blanks a spreadsheet leaves.

Lines that begin with `#` are notes; columns are known by name in any order; a name that is nearly a known one is a slip
and refused, any other is left out and said so.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from issim.own.faults import Fault
from issim.own.numerals import AmbiguousError, has_decimal_commas, number

SEPARATORS = (",", ";", "\t", "|")
#: The largest file that is read, in bytes, and the most lines.
MAX_BYTES, MAX_LINES = 200_000_000, 1_100_000
#: A cell of more letters is a file that was read wrongly.
MAX_LETTERS = 20_000
#: How files of office programs begin.
PACKED = {b"PK\x03\x04": "a workbook (xlsx or ods)", b"\xd0\xcf\x11\xe0": "an old workbook (xls)", b"%PDF": "a PDF"}
UNIT = re.compile(r"[\[(]\s*([^\])]*?)\s*[\])]\s*$")
SEP_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)

Bytes = bytes | bytearray | memoryview


@dataclass(frozen=True)
class Row:
    """One line of data."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """The cell of a column; empty where the file has no such column."""
        return self.cells.get(column, "")


@dataclass
class Sheet:
    """A table by known column names, and what is wrong with it so far."""

    file: str
    columns: tuple[str, ...] = ()
    units: dict[str, str] = field(default_factory=dict)
    """What stood in brackets behind the name of a column."""
    rows: list[Row] = field(default_factory=list)
    decimal_comma: bool = False
    notes: list[str] = field(default_factory=list)
    """What the person should know though nothing is wrong."""
    faults: list[Fault] = field(default_factory=list)

    def refuse(self, row: Row | None, column: str, advice: str) -> None:
        """Take down a fault of a cell, or of the whole file."""
        line, value = (row.line, row[column]) if row else (0, "")
        self.faults.append(Fault(self.file, line, column, value, advice))

    def number(
        self, row: Row, column: str, low: float, high: float, what: str, in_degrees: bool = False
    ) -> float | None:
        """The number in a cell, None if the cell is empty or was refused."""
        if not row[column]:
            return None
        try:
            found = number(row[column], self.decimal_comma, in_degrees)
        except AmbiguousError:
            self.refuse(row, column, "can be read as thousands or as decimals; write it without thousands marks.")
            return None
        except ValueError:
            self.refuse(row, column, f"is no number; give {what} in [{low:g}, {high:g}], or leave it empty.")
            return None
        if not low <= found <= high:
            self.refuse(row, column, f"is outside [{low:g}, {high:g}]; give {what}, or leave it empty.")
            return None
        return found

    def word(self, row: Row, column: str, words: Mapping[str, int], what: str) -> int:
        """The code of a word, -1 if the cell is empty or was refused."""
        said = plain(row[column])
        if not said:
            return -1
        if said not in words:
            self.refuse(row, column, f"is no {what}; {nearest(said, words)}, or leave it empty.")
            return -1
        return words[said]


def plain(text: str) -> str:
    """A word as it is compared: small letters, blanks and hyphens as underscores."""
    return re.sub(r"[\s\-]+", "_", text.strip().lower())


def nearest(said: str, words: Iterable[str]) -> str:
    """The words that were perhaps meant, or all of them."""
    known = list(words)
    near = get_close_matches(said, known, n=3, cutoff=0.6)
    return f"did you mean {' or '.join(near)}?" if near else f"allowed are {', '.join(known[:40])}"


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


def read_sheet(
    source: Bytes | str | Path, known: Collection[str], required: Collection[str], aliases: Mapping[str, str],
    file: str = "",
) -> Sheet:
    """The table in a file or an upload; its faults say what could not be read.

    known      names of columns; `aliases` lead from other spellings to them
    """  # fmt: skip
    content, name, faults = content_of(source, file)
    sheet = Sheet(name, faults=faults)
    packed = next((what for mark, what in PACKED.items() if content.startswith(mark)), "")
    if faults:
        return sheet
    if packed:
        sheet.refuse(None, "", f"is {packed}; save it as CSV (UTF-8) and name that file.")
    elif len(content) > MAX_BYTES:
        sheet.refuse(None, "", f"is larger than {MAX_BYTES // 1_000_000} MB; leave out columns that are not used.")
    elif not content.strip():
        sheet.refuse(None, "", "is empty; `issim template` writes an example to start from.")
    else:
        text, encoding = decoded(content)
        if encoding:
            sheet.notes.append(f"{name} was read as {encoding} text; UTF-8 is safer.")
        _fill(sheet, text.replace("\x00", ""), known, required, aliases)
    return sheet


def _fill(
    sheet: Sheet, text: str, known: Collection[str], required: Collection[str], aliases: Mapping[str, str]
) -> None:
    """Header and rows of a decoded file."""
    lines = list(io.StringIO(text, newline=""))
    first = next((k for k, line in enumerate(lines) if _is_data(line)), None)
    if first is None:
        sheet.refuse(None, "", "holds no table; `issim template` writes an example to start from.")
        return
    separator, header = _header(lines[first], known, aliases)
    numbered = _parsed(sheet, lines[first:], first, separator)
    if not numbered:
        return
    if not _named(sheet, header, first + 1, known, required, aliases):
        return
    width = len(header)
    for line, cells in numbered[1:]:
        if len(cells) > width and any(cells[width:]):
            advice = f"has {len(cells)} cells where the header has {width}; quote texts that hold a separator."
            sheet.faults.append(Fault(sheet.file, line, "", "", advice))
        elif any(cells) and not cells[0].startswith("#"):
            named = {column: cell for column, cell in zip(sheet.columns, cells, strict=False) if column}
            sheet.rows.append(Row(line, named))
    sheet.decimal_comma = has_decimal_commas((cell for row in sheet.rows for cell in row.cells.values()), separator)
    if not sheet.rows and not sheet.faults:
        sheet.refuse(None, "", "has a header and no line below it; add one line for each.")


def _is_data(line: str) -> bool:
    """Whether a line is neither blank nor a note nor Excel's word about separators."""
    bare = line.strip().strip(";,\t| ").lstrip('"')
    return bool(bare) and not bare.startswith("#") and not SEP_LINE.fullmatch(line.strip())


def _header(line: str, known: Collection[str], aliases: Mapping[str, str]) -> tuple[str, list[str]]:
    """The separator under which most columns are known by name, and the names."""
    best: tuple[tuple[int, int], str, list[str]] = ((-1, -1), ",", [])
    for separator in SEPARATORS:
        try:
            cells = next(csv.reader([line], delimiter=separator), [])
        except csv.Error:
            cells = line.strip().split(separator)
        hits = sum(_canonical(cell, known, aliases)[0] in known for cell in cells)
        if (hits, len(cells)) > best[0]:
            best = ((hits, len(cells)), separator, [cell.strip() for cell in cells])
    header = best[2]
    while header and not header[-1]:
        header.pop()
    return best[1], header


def _parsed(sheet: Sheet, lines: list[str], skipped: int, separator: str) -> list[tuple[int, list[str]]]:
    """Every line of data as cells, numbered as in the file."""
    if len(lines) > MAX_LINES:
        sheet.refuse(None, "", f"has {len(lines):,} lines; at most {MAX_LINES:,} can be used.")
        return []
    reader = csv.reader(io.StringIO("".join(lines), newline=""), delimiter=separator)
    found: list[tuple[int, list[str]]] = []
    start = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return found
        except csv.Error:
            advice = "cannot be taken apart into cells; look for a quotation mark that is not closed."
            sheet.faults.append(Fault(sheet.file, skipped + reader.line_num, "", "", advice))
            start = reader.line_num
            continue
        line, start = skipped + start + 1, reader.line_num
        if any(len(cell) > MAX_LETTERS for cell in cells):
            advice = "has a cell of more than 20,000 letters; look for a quotation mark that is not closed."
            sheet.faults.append(Fault(sheet.file, line, "", "", advice))
            continue
        found.append((line, [cell.strip() for cell in cells]))


def _canonical(name: str, known: Collection[str], aliases: Mapping[str, str]) -> tuple[str, str]:
    """The known name of a column, or the name itself, and its unit."""
    unit = UNIT.search(name)
    bare = plain(UNIT.sub("", name).lstrip("\ufeff"))
    if bare not in known and bare not in aliases and (tail := re.fullmatch(r"(.+)_(km|m)", bare)):
        if tail[1] in known or tail[1] in aliases:
            return aliases.get(tail[1], tail[1]), tail[2]
    return aliases.get(bare, bare), unit[1].strip().lower() if unit else ""


def _named(
    sheet: Sheet, header: list[str], line: int, known: Collection[str], required: Collection[str],
    aliases: Mapping[str, str],
) -> bool:
    """Take in the names of the columns; whether rows can be read by them."""
    names = [_canonical(name, known, aliases) for name in header]
    counts = Counter(name for name, _ in names if name)
    before = len(sheet.faults)
    spare = []
    for shown, (name, unit) in zip(header, names, strict=True):
        if name in known and counts[name] > 1:
            sheet.faults.append(Fault(sheet.file, line, name, shown, "stands twice in the header; keep one of them."))
        elif name in known:
            sheet.units[name] = unit
        elif name and (near := get_close_matches(name, [k for k in known if not counts[k]], n=1, cutoff=0.85)):
            sheet.faults.append(
                Fault(sheet.file, line, shown, "", f"is no column; did you mean {near[0]}? (Or give it another name.)")
            )
        elif name:
            spare.append(shown)
    for name in required:
        if not counts[name]:
            has = ", ".join(header[:12]) or "nothing"
            sheet.faults.append(
                Fault(sheet.file, line, name, "", f"is missing; the header has {has}, and needs {', '.join(required)}.")
            )
    if spare:
        shown = ", ".join(spare[:8]) + (f" and {len(spare) - 8} more" if len(spare) > 8 else "")
        sheet.notes.append(f"{sheet.file}: columns that are not used: {shown}.")
    sheet.columns = tuple(name if name in known else "" for name, _ in names)
    return len(sheet.faults) == before
