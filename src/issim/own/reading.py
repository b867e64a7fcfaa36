"""From bytes to a table, whatever separator, encoding and blanks a spreadsheet leaves.

Lines that begin with `#` are notes; columns are known by name in any order; a name that is nearly a known one is a slip
and refused, any other is left out and said so.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path

from issim.own.decoding import MAX_BYTES, PACKED, Bytes, content_of, decoded
from issim.own.faults import Fault, clipped
from issim.own.numerals import has_decimal_commas
from issim.own.sheet import Row, Sheet, plain

SEPARATORS = (",", ";", "\t", "|")
#: The most lines that are read.
MAX_LINES = 1_100_000
#: A cell of more letters is a file that was read wrongly.
MAX_LETTERS = 20_000
UNIT = re.compile(r"[\[(]\s*([^\])]*?)\s*[\])]\s*$")
SEP_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)


def read_sheet(
    source: Bytes | str | Path,
    known: Collection[str],
    required: Collection[str],
    aliases: Mapping[str, str],
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
        sheet.refuse(
            None, "", f"is larger than {MAX_BYTES // 1_000_000} MB; leave out columns that are not used."
        )
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
            advice = (
                f"has {len(cells)} cells where the header has {width}; quote texts that hold a separator."
            )
            sheet.faults.append(Fault(sheet.file, line, "", "", advice))
        elif "".join(cells).strip(";,|") and not cells[0].startswith("#"):
            named = {column: cell for column, cell in zip(sheet.columns, cells, strict=False) if column}
            sheet.rows.append(Row(line, named))
    sheet.decimal_comma = has_decimal_commas(
        (cell for row in sheet.rows for cell in row.cells.values()), separator
    )
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
    sheet: Sheet,
    header: list[str],
    line: int,
    known: Collection[str],
    required: Collection[str],
    aliases: Mapping[str, str],
) -> bool:
    """Take in the names of the columns; whether rows can be read by them."""
    names = [_canonical(name, known, aliases) for name in header]
    counts = Counter(name for name, _ in names if name)
    before = len(sheet.faults)
    spare = []
    for shown, (name, unit) in zip(header, names, strict=True):
        if name in known and counts[name] > 1:
            sheet.faults.append(
                Fault(sheet.file, line, name, shown, "stands twice in the header; keep one of them.")
            )
        elif name in known:
            sheet.units[name] = unit
        elif name and (
            near := get_close_matches(name, [k for k in known if not counts[k]], n=1, cutoff=0.85)
        ):
            sheet.faults.append(
                Fault(
                    sheet.file,
                    line,
                    shown,
                    "",
                    f"is no column; did you mean {near[0]}?",
                )
            )
        elif name:
            spare.append(shown)
    for name in required:
        if not counts[name]:
            has = clipped(", ".join(header), 200) or "nothing"
            sheet.faults.append(
                Fault(
                    sheet.file,
                    line,
                    name,
                    "",
                    f"is missing; the header has {has}; give {', '.join(required)}.",
                )
            )
    if spare:
        shown = clipped(", ".join(spare), 200)
        sheet.notes.append(f"{sheet.file}: columns that are not used: {shown}.")
    sheet.columns = tuple(name if name in known else "" for name, _ in names)
    return len(sheet.faults) == before
