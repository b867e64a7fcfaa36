"""Whatever is wrong with a folder of evidence is refused in one sentence that says where."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from issim import evidence
from issim.errors import InputError
from issim.evidence.catalogue import FILES, PACKAGED

Table = list[list[str]]


def rows_of(path: Path) -> Table:
    """All cells of a CSV file, header first."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def rewrite(path: Path, rows: Table) -> None:
    """Write the cells back."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the packaged evidence."""
    return Path(shutil.copytree(PACKAGED, tmp_path / "evidence"))


@pytest.fixture(scope="module")
def spare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One copy for many generated corruptions; each mends what it broke."""
    return Path(shutil.copytree(PACKAGED, tmp_path_factory.mktemp("spare") / "evidence"))


def refusal(folder: Path) -> str:
    """The one sentence with which the folder is refused."""
    with pytest.raises(InputError) as caught:
        evidence.load(folder)
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith((".", ")", ").")), message
    return message


def test_an_unharmed_copy_is_the_packaged_evidence(folder: Path) -> None:
    assert evidence.load(folder).hashes == evidence.load().hashes
    assert evidence.load(folder).goods == evidence.load().goods
    assert evidence.load(folder) is evidence.load(folder)


def test_changed_content_is_read_again(folder: Path) -> None:
    before = evidence.load(folder).figure("awareness.mean").value
    path = folder / "survey.csv"
    rows = rows_of(path)
    row = next(row for row in rows if row[0] == "awareness.mean")
    row[rows[0].index("value")] = "1.9"
    rewrite(path, rows)
    assert (before, evidence.load(folder).figure("awareness.mean").value) == (1.8, 1.9)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert name in refusal(folder)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert "nowhere" in refusal(tmp_path / "nowhere")


def columns() -> Iterator[tuple[str, str]]:
    """Every column of every file."""
    for name in FILES:
        for column in rows_of(PACKAGED / name)[0]:
            yield name, column


@pytest.mark.parametrize(("name", "column"), list(columns()))
def test_a_missing_column_is_named(folder: Path, name: str, column: str) -> None:
    rows = rows_of(folder / name)
    position = rows[0].index(column)
    rewrite(folder / name, [row[:position] + row[position + 1 :] for row in rows])
    message = refusal(folder)
    assert name in message
    assert f"'{column}' is missing" in message


def harm_header(text: bytes) -> bytes:
    return text.replace(b",", b",surplus,", 1)


def harm_short_row(text: bytes) -> bytes:
    return text.rstrip(b"\n").rpartition(b",")[0] + b"\n"


def harm_encoding(text: bytes) -> bytes:
    return text + b"\xff\xfe"


def harm_rows(text: bytes) -> bytes:
    return text.partition(b"\n")[0] + b"\n"


def harm_all(text: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("harm", [harm_header, harm_short_row, harm_encoding, harm_rows, harm_all])
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_named(folder: Path, name: str, harm: Callable[[bytes], bytes]) -> None:
    path = folder / name
    path.write_bytes(harm(path.read_bytes()))
    assert name in refusal(folder)


CELLS = [
    ("survey.csv", "value", "much", "decimal number"),
    ("survey.csv", "value", "nan", "decimal number"),
    ("survey.csv", "value", "inf", "decimal number"),
    ("survey.csv", "value", "1_0", "decimal number"),
    ("survey.csv", "levels", "0", "rising whole numbers"),
    ("survey.csv", "kind", "guess", "allowed are"),
    ("survey.csv", "source", "hearsay", "key of sources.csv"),
    ("survey.csv", "status", "doubted", "allowed are"),
    ("survey.csv", "confidence", "total", "allowed are"),
    ("barriers.csv", "stage", "E", "allowed are A, B, C, D"),
    ("barriers.csv", "strength", "1.2", "[0, 1]"),
    ("barriers.csv", "strength_low", "", "both ends"),
    ("barriers.csv", "tied_to", "barriers.nothing", "allowed are"),
    ("barriers.csv", "number", "1.5", "whole number"),
    ("barriers.csv", "number", "25", "[1, 24]"),
    ("barriers.csv", "prevalence_source", "hearsay", "allowed are"),
    ("prices.csv", "good", "gold", "allowed are"),
    ("prices.csv", "comparable", "perhaps", "allowed are no, yes"),
    ("prices.csv", "year", "1066", "[1900, 2100]"),
    ("taxes.csv", "value", "a lot", "decimal number"),
    ("firms.csv", "unit", "", "a text is needed"),
    ("smes.csv", "value", "120", "[-100, 100]"),
    ("funnel.csv", "value", "1.5", "a share"),
    ("digital.csv", "percent", "101", "[0, 100]"),
    ("digital.csv", "country", "XX", "allowed are"),
    ("exchanges.csv", "implemented", "999", "whole"),
    ("exchanges.csv", "donor", "alchemy", "allowed are"),
    ("assumptions.csv", "value", "-5", "decimal number in"),
    ("assumptions.csv", "meaning", "", "a text is needed"),
    ("assumptions.csv", "prior", "-1", "loguniform(low, high) or nothing"),
    ("assumptions.csv", "prior", "uniform(2, 1)", "loguniform(low, high) or nothing"),
    ("assumptions.csv", "prior", "loguniform(0, 1)", "loguniform(low, high) or nothing"),
    ("assumptions.csv", "prior", "uniform(-1e999, 1)", "loguniform(low, high) or nothing"),
    ("sources.csv", "citation", "a\x07b", "printable"),
    ("cases.csv", "bound", "~", "allowed are"),
    ("gaps.csv", "searched", "", "a text is needed"),
]


@pytest.mark.parametrize(("name", "column", "value", "allowed"), CELLS)
def test_a_bad_cell_is_named(folder: Path, name: str, column: str, value: str, allowed: str) -> None:
    path = folder / name
    rows = rows_of(path)
    rows[1][rows[0].index(column)] = value
    rewrite(path, rows)
    message = refusal(folder)
    whole = "[0, " if allowed == "whole" else allowed
    assert f"{name} line 2, column {column}: '{value}'" in message
    assert whole in message


@pytest.mark.parametrize(
    "name",
    [
        "survey.csv",
        "barriers.csv",
        "prices.csv",
        "sources.csv",
        "assumptions.csv",
        "cases.csv",
        "gaps.csv",
        "exchanges.csv",
        "firms.csv",
    ],
)
def test_a_repeated_row_is_refused(folder: Path, name: str) -> None:
    rows = rows_of(folder / name)
    rewrite(folder / name, [*rows, rows[1]])
    message = refusal(folder)
    assert f"{name} line {len(rows) + 1}" in message
    assert "already" in message


def test_a_share_of_an_item_needs_its_levels(folder: Path) -> None:
    rows = rows_of(folder / "survey.csv")
    number, row = next((n, row) for n, row in enumerate(rows, 1) if row[0] == "legal.share.4_5")
    row[rows[0].index("levels")] = ""
    rewrite(folder / "survey.csv", rows)
    message = refusal(folder)
    assert f"survey.csv line {number}, column levels" in message
    assert "a share of an ordinal item needs levels" in message


def test_a_stray_quote_is_refused(folder: Path) -> None:
    path = folder / "gaps.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("lead_time", '"lead"_time', 1), encoding="utf-8")
    assert "mend the quotes" in refusal(folder)


def test_a_barrier_too_few_is_counted(folder: Path) -> None:
    rows = rows_of(folder / "barriers.csv")
    rewrite(folder / "barriers.csv", rows[:-1])
    assert "barriers.csv: the 23 rows" in refusal(folder)


def test_a_prevalence_names_survey_shares_only(folder: Path) -> None:
    rows = rows_of(folder / "barriers.csv")
    rows[2][rows[0].index("prevalence")] = "awareness.mean"
    rewrite(folder / "barriers.csv", rows)
    assert "'awareness.mean' must be the key of a share" in refusal(folder)


@pytest.mark.parametrize(
    ("name", "gone", "said"),
    [
        ("survey.csv", "legal.share", "no usable share of item 'legal'"),
        ("assumptions.csv", "yield_.any", "'yield_.any'"),
        ("digital.csv", "LV,small", "digital.csv has no row for LV"),
        ("firms.csv", "waste of food", "waste of food"),
        ("firms.csv", "share of enterprises, large", "share of enterprises, large"),
        ("prices.csv", ".secondary_price.", "volatility"),
    ],
)
def test_rows_that_are_needed_are_missed(folder: Path, name: str, gone: str, said: str) -> None:
    path = folder / name
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if gone not in line]
    if name == "survey.csv":  # barriers are computed from it and would speak first
        barriers = folder / "barriers.csv"
        text = barriers.read_text(encoding="utf-8")
        barriers.write_text(text.replace("not legal.share.4_5", "awareness.share.1"), encoding="utf-8")
    path.write_text("".join(kept), encoding="utf-8")
    assert len(kept) < len(lines)
    assert said in refusal(folder)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_cell_changed_is_read_or_refused_never_a_traceback(spare: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(FILES))
    path = spare / name
    good = path.read_bytes()
    rows = rows_of(path)
    row = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.integers(0, len(rows[0]) - 1))
    odd = st.sampled_from(["", " ", "-1", "0", "1e400", "nan", "½", "1e9", "=1+1", "A; B", "x" * 500])
    rows[row][column] = data.draw(
        st.one_of(odd, st.text(max_size=12).filter(lambda text: "\x00" not in text))
    )
    try:
        rewrite(path, rows)
    except (UnicodeEncodeError, csv.Error):
        path.write_bytes(good)
        return
    try:
        assert len(evidence.load(spare).goods) == 12
    except InputError as error:
        assert "csv" in str(error) or "is outside" in str(error)  # noqa: PT017 (both outcomes are right)
    finally:
        path.write_bytes(good)
