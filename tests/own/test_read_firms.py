"""A register of firms: what spreadsheets leave is read; every fault is told with its line; nothing ever crashes."""

from __future__ import annotations

import csv
import io
import string

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sentences import blemishes

from issim.evidence.vocabulary import BRANCH_TABLE, BRANCHES, GOODS, ITEMS, SECTORS, TICKS, branch_of
from issim.own import Register, read_firms
from issim.own.activity import of_nace
from issim.own.columns import KNOWN
from issim.own.faults import SHOWN, Fault, as_text
from issim.own.register import keys
from issim.own.template import FIRMS


def good(text: str | bytes, **more: bytes) -> Register:
    """The register in a text that has no fault."""
    found = read_firms(text.encode() if isinstance(text, str) else text, "my.csv", **more)
    assert isinstance(found, Register), as_text(found)
    return found


def bad(text: str | bytes, **more: bytes) -> list[Fault]:
    """The faults of a text that has some; each is a sentence that says where and what to do."""
    found = read_firms(text.encode() if isinstance(text, str) else text, "my.csv", **more)
    assert isinstance(found, list)
    assert found
    assert blemishes(as_text(found)) == []
    return found


def by_name(register: Register, column: str) -> dict[str, object]:
    """A column of a register by the names of the firms."""
    return dict(zip(register.names, getattr(register, column).tolist(), strict=True))


PLAIN = "name,nace,employees,country,lat,lon,offers\nA,16.10,35,LV,56.95,24.1,wood:1200.5\nB,10.5,250,Italy,57,24.2,\n"


def same(one: Register, other: Register) -> bool:
    """Whether two registers say the same of the same firms."""
    arrays = (
        "index",
        "country",
        "sector",
        "branch",
        "size",
        "employees",
        "x",
        "y",
        "items",
        "ticks",
        "digital",
    )
    equal = all(np.array_equal(getattr(one, a), getattr(other, a), equal_nan=True) for a in arrays)
    flows = zip((*one.offers, *one.needs), (*other.offers, *other.needs), strict=True)
    return equal and one.names == other.names and all(np.array_equal(a, b, equal_nan=True) for a, b in flows)


def test_a_register_says_what_its_lines_say() -> None:
    found = good(PLAIN)
    assert by_name(found, "lines") == {"A": 2, "B": 3}
    assert by_name(found, "country") == {"A": 1, "B": 0}
    assert by_name(found, "branch") == {"A": BRANCHES.index("wood"), "B": BRANCHES.index("food")}
    assert by_name(found, "sector") == {"A": SECTORS.index("manufacturing"), "B": SECTORS.index("agri-food")}
    assert by_name(found, "size") == {"A": 1, "B": 3}
    assert by_name(found, "offers_known") == {"A": True, "B": False}
    row = found.names.index("A")
    assert [array.tolist() for array in found.offers] == [[row], [GOODS.index("wood")], [1200.5]]
    assert by_name(found, "ticks")["A"] == [1, 0, 0, 0, 0, *[-1] * (len(TICKS) - 5)]
    assert set(by_name(found, "ticks")["B"]) == {-1}  # type: ignore[call-overload]
    assert "WGS84" in found.coordinates


@pytest.mark.parametrize(
    "changed",
    [
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", "|"),
        PLAIN.replace(",", ";").replace(".", ",").replace("16,10", "16.10").replace("10,5", "10.5"),
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        PLAIN.replace("\n", ",,,\n"),
        PLAIN.replace("\n", " \n\n"),
        "\n\n# a note; with, all | signs\n" + PLAIN,
        "sep=,\n" + PLAIN,
        PLAIN.replace("name", "\ufeffName ")
        .replace("employees", "Employees [persons]")
        .replace("lat", "LATITUDE"),
        PLAIN.replace("A,", '"A",').replace("LV", '" LV "'),
        PLAIN + ",,,,,,\n;;;\n \n",
    ],
)
def test_what_spreadsheets_leave_changes_nothing(changed: str) -> None:
    assert same(good(changed), good(PLAIN))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_encoding_is_read(encoding: str) -> None:
    text = "name,employees,country\nBjørn & Søn ApS,12,DK\nCafé Ålesund,3,NO\n"
    found = good(text.encode(encoding))
    assert same(found, good(text))
    assert "Café Ålesund" in found.names
    assert bool(found.notes) == (encoding in ("utf-16", "utf-16-le", "utf-16-be", "cp1252"))


def test_no_order_of_lines_or_columns_matters() -> None:
    rows = list(csv.reader(io.StringIO(PLAIN)))
    turned = [[row[k] for k in (3, 0, 6, 2, 1, 5, 4)] for row in (rows[0], rows[2], rows[1])]
    assert same(good("\n".join(",".join(row) for row in turned)), good(PLAIN))


def test_keys_follow_from_names_alone() -> None:
    luck = np.random.default_rng(1)
    names = [f"firm {k}" for k in range(5000)]
    index = dict(zip(names, keys(names).tolist(), strict=True))
    assert len(set(index.values())) == 5000
    some = [names[k] for k in luck.permutation(5000)[:300]]
    assert dict(zip(some, keys(some).tolist(), strict=True)) == {name: index[name] for name in some}
    assert keys(["Søren  ApS"])[0] == keys(["søren aps"])[0]


def test_two_names_of_one_hash_get_two_keys_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    from issim.own import register

    class Weak:
        """A hash whose first words are mostly the same."""

        def __init__(self, content: bytes) -> None:
            self.content = content

        def digest(self) -> bytes:
            return bytes([0, 0, 0, len(self.content) % 7 * 2, *self.content, 0, 0, 0, 0])

    monkeypatch.setattr(register.hashlib, "sha256", Weak)
    names = ["ab", "cd", "ef", "gh"]
    forward = dict(zip(names, keys(names).tolist(), strict=True))
    backward = dict(zip(names[::-1], keys(names[::-1]).tolist(), strict=True))
    assert forward == backward
    assert len(set(forward.values())) == 4


@pytest.mark.parametrize(
    ("text", "branch"),
    [("16.10", "wood"), ("1610", "wood"), ("C16", "wood"), ("c 16.1", "wood"), ("16", "wood"), ("G", "services"),
     ("01.11", "agriculture"), ("A", "agriculture"), ("NACE 35.30", "energy"), ("D", "energy"),
     ("38.11.2", "water_waste"),
     ("162", "wood"), ("1.11", "agriculture"), ("561011", "services")],
)  # fmt: skip
def test_nace_codes_are_read_by_prefix(text: str, branch: str) -> None:
    assert of_nace(text).branch == BRANCHES.index(branch)


def test_every_division_of_nace_leads_to_its_branch() -> None:
    for code, branch in enumerate(BRANCH_TABLE):
        for division in branch.divisions:
            assert of_nace(f"{division:02d}.1").branch == branch_of(f"{division:02d}") == code


@pytest.mark.parametrize("text", ["C", "M", "Z", "00", "4", "34.1", "sixteen", "16-10", "16..1", "1234567"])
def test_what_is_no_nace_code_is_refused(text: str) -> None:
    if text == "4":  # division 04 does not exist
        assert "division 04" in bad("name,nace\nA,4\n")[0].advice
    else:
        (fault,) = bad(f"name,nace\nA,{text}\n")
        assert (fault.line, fault.column, fault.value) == (2, "nace", text)


def test_sectors_and_branches_are_words_too() -> None:
    found = good("name,sector\nA,Agri-Food\nB,water_waste\nC,technology\nD,C24\nE,\n")
    assert by_name(found, "branch") == {"A": -1, "B": 12, "C": 14, "D": 8, "E": -1}
    assert by_name(found, "sector") == {"A": 1, "B": 3, "C": 2, "D": 0, "E": -1}
    good("name,sector,nace\nA,makers of chairs,31.01\n")  # free text beside a code


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ("A,,,,,", "", None),
        (",16,5,LV,,", "name", "is empty"),
        ("A,16,0,LV,,", "employees", "outside [1"),
        ("A,16,many,LV,,", "employees", "is no number"),
        ('A,16,"1,234",LV,,', "employees", "thousands or as decimals"),
        ("A,16,nan,LV,,", "employees", "is no number"),
        ("A,16,1e400,LV,,", "employees", "outside [1"),
        ("A,16,5,Latvija,,", "country", "did you mean latvia"),
        ("A,16,5,DE,,", "country", "is no country of the model"),
        ("A,16,5,LV,wod:5,", "offers", "did you mean wood"),
        ("A,16,5,LV,wood:-5,", "offers", "a quantity is above 0"),
        ("A,16,5,LV,wood:5 kg,", "offers", "counted in t/yr"),
        ("A,16,5,LV,heat:5 t,", "offers", "counted in MWh/yr"),
        ("A,16,5,LV,wood:5; wood:6,", "offers", "twice"),
        ("A,16,5,LV,5 t of wood,", "offers", "GOOD:QUANTITY"),
        ("A,16,5,LV,wood:x,", "offers", "no quantity of wood"),
        ("A,16,5,LV,,4", "awareness", "outside [1, 3]"),
        ("A,16,5,LV,,2.5", "awareness", "no level"),
        ("A,16,5,LV,,much", "awareness", "is no number"),
    ],
)
def test_a_fault_names_line_column_value_and_what_to_do(cells: str, column: str, words: str | None) -> None:
    text = f"name,nace,employees,country,offers,awareness\nsound,16,5,LV,wood:5,2\n{cells}\n"
    if words is None:
        good(text)
        return
    (fault,) = bad(text)
    assert (fault.file, fault.line, fault.column) == ("my.csv", 3, column)
    assert words in fault.sentence()


def test_all_faults_are_told_at_once_and_the_rest_is_counted() -> None:
    lines = [f"firm {k},x,-1" for k in range(40)]
    found = bad("name,nace,employees\n" + "\n".join(lines))
    assert len(found) == 80
    assert {fault.line for fault in found} == set(range(2, 42))
    words = as_text(found).split("\n")
    assert len(words) == SHOWN + 1
    assert "and 30 faults more" in words[-1]


def test_names_tell_firms_apart() -> None:
    (fault,) = bad("name\nA\nB\n a \n")
    assert (fault.line, fault.column) == (4, "name")
    assert "already stands on line 2" in fault.advice
    assert good("name,count\nA,3\nB,\n").names.count("A 2") == 1
    assert len(good("name,count\nA,3\nB,\n")) == 4
    assert "line 2" in bad("name,count\nA,3\nA 3,\n")[0].advice
    good("name,count\nA,3\nA 4,\n")
    assert bad("name,count\nA,2.5\n")[0].column == "count"
    assert "1,000,000" in bad("name,count\nA,1000000\nB,1\n")[0].advice


def test_a_slip_in_a_header_is_a_fault_and_a_foreign_column_is_not() -> None:
    (fault,) = bad("name,employes\nA,5\n")
    assert "did you mean employees" in fault.advice
    assert "phone, owner" in good("name,phone,owner\nA,123,Bob\n").notes[0]
    assert bad("firm_id,nace\nA,16\n")[0].column == "name"
    assert "twice" in bad("name,employees,Employees\nA,5,5\n")[0].advice


def test_what_is_no_table_is_refused(tmp_path: object) -> None:
    for content, words in (
        (b"", "empty"), (b"  \n\n", "empty"), (b"# only a note\n", "no table"), (b"PK\x03\x04...", "workbook"),
        (b"%PDF-1.7", "PDF"), (b"name\n", "no line below"), (b"\x00\x01\x02", "missing"),
    ):  # fmt: skip
        assert words in as_text(bad(content))
    assert "cannot be read" in as_text(read_firms("no/such/file.csv"))  # type: ignore[arg-type]
    assert "is a folder" in as_text(read_firms(tmp_path))  # type: ignore[arg-type]
    assert "quotation mark" in as_text(bad('name,nace\n"A,16\n' + "B,16\n" * 9000))
    assert bad("name,nace\nA,16,5,6\n")[0].advice.startswith("has 4 cells")


def test_coordinates_are_told_apart_by_rule() -> None:
    degrees = good("name,lat,lon\nA,57.0,24.0\nB,57.0,24.1\nC,,\n")
    assert degrees.width == pytest.approx(6.08, abs=0.01)
    assert by_name(degrees, "x")["A"] == 0.0
    assert np.isnan(degrees.x[degrees.names.index("C")])
    metres = good("name,easting,northing\nA,506000,6317000\nB,512000,6317500\n")
    assert (metres.width, metres.height) == (6.0, 0.5)
    assert "in m" in metres.coordinates
    assert good("name,x,y\nA,120,300\nB,126,300.5\n").width == 6.0
    assert good("name,x_km,y_km\nA,10,50\nB,16,50.5\n").width == 6.0
    assert good("name,x [m],y [m]\nA,10,50\nB,16,50.5\n").width == pytest.approx(0.006)
    assert "x_km" in bad("name,x,y\nA,10,50\nB,16,50.5\n")[0].advice
    assert "exchanged" in as_text(bad("name,lat,lon\nA,24.1,57.0\nB,24.2,57.1\n"))


@pytest.mark.parametrize(
    ("lines", "line", "words"),
    [
        ("A,57,24\nB,57,", 3, "beside lat"),
        ("A,57,24\nB,,24", 3, "beside lon"),
        ("A,91,24\nB,57,24", 2, "outside [-90, 90]"),
        ("A,57,24\nB,0,0", 3, "unknown positions"),
        ("A,57,24\nB,57,24.2\nC,57,-124", 4, "km from the middle"),
        ("A,57,24\nB,57°12',24.2", 3, "is no number"),
    ],
)
def test_a_faulty_position_is_told(lines: str, line: int, words: str) -> None:
    found = bad(f"name,lat,lon\n{lines}\n")
    assert {fault.line for fault in found} == {line}
    assert words in as_text(found)


def test_postcodes_are_joined_with_the_users_own_centroids() -> None:
    firms = b"name,postcode\nA,LV-1001\nB,lv 1002\nC,\n"
    places = b"postcode;lat;lon\nLV-1001;56,95;24,11\nLV-1002;56,96;24,15\n"
    found = good(firms, places=places)
    assert by_name(found, "placed") == {"A": True, "B": True, "C": False}
    assert "2 of 2 positions are centroids" in found.coordinates
    assert "is not in" in as_text(bad(firms.replace(b"1002", b"1003"), places=places))
    assert "already stands on line 2" in as_text(bad(firms, places=places + b"LV1001;57;24\n"))
    assert "use one kind" in as_text(bad(b"name,postcode,x,y\nA,LV-1001,500,600\n", places=places))
    assert any("postcodes are not used" in note for note in good(firms).notes)


def test_offers_and_needs_in_columns_and_tables() -> None:
    columns = good(
        "name,offer.wood,need.heat [MWh],offers\nA,12.5,300,\nB,none,,\nC,,,metal:4;wood\nD,?,,none\n"
    )
    assert by_name(columns, "offers_known") == {"A": True, "B": True, "C": True, "D": True}
    assert by_name(columns, "needs_known") == {"A": True, "B": False, "C": False, "D": False}
    assert np.isnan(columns.offers.quantity).sum() == 2
    assert "convert it to t/yr" in as_text(bad("name,offer.wood [kg]\nA,5\n"))
    assert "already has" in as_text(bad("name,offer.wood,offers\nA,5,wood:5\n"))
    table = b"name,way,good,quantity\nA,offer,wood,5\nb,need,heat,\n"
    found = good("name\nA\nB\n", flow_table=table)
    assert found.names[int(found.offers.firm[0])] == "A"
    assert np.isnan(found.needs.quantity).all()
    faults = bad(
        "name\nA\n", flow_table=b"name,way,good,quantity\nX,offer,wood,5\nA,giv,wood,5\nA,offer,,5\n"
    )
    assert [fault.line for fault in faults] == [2, 3, 4]


def test_the_template_is_sound_and_shows_every_kind_of_column() -> None:
    found = good(FIRMS)
    assert len(found) == 10
    assert found.placed.all()
    for column in ("nace", "offers", "needs", "assumed", "postcode", "count", *ITEMS):
        assert column in FIRMS
        assert column in KNOWN


def test_nothing_of_a_register_is_told_when_it_is_shown() -> None:
    assert "Example" not in repr(good(FIRMS))


cells = st.text(alphabet=string.printable + "æøå€\u00a0\u2028\x00", max_size=12)
separators = st.sampled_from(",;\t|")
columns = st.sampled_from(sorted(KNOWN)) | cells


@given(st.binary(max_size=400))
def test_random_bytes_never_crash(content: bytes) -> None:
    found = read_firms(content)
    assert isinstance(found, Register) or (found and as_text(found))


@settings(max_examples=200)
@given(
    st.lists(columns, min_size=1, max_size=6),
    st.lists(st.lists(cells, max_size=7), max_size=6),
    st.sampled_from(",;\t|"),
)
def test_random_tables_never_crash(header: list[str], rows: list[list[str]], separator: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows([["name", *header], *rows])
    for more in ({}, {"places": b"postcode,lat,lon\n1,57,24\n"}, {"flow_table": out.getvalue().encode()}):
        found = read_firms(out.getvalue().encode("utf-8", "surrogatepass"), **more)  # type: ignore[arg-type]
        if isinstance(found, list):
            assert found
            assert blemishes(as_text(found)) == []
        else:
            assert len(found) > 0


@settings(max_examples=200)
@given(st.data())
def test_a_damaged_template_never_crashes(data: st.DataObject) -> None:
    content = bytearray(FIRMS.encode())
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    found = read_firms(bytes(content))
    assert isinstance(found, Register) or blemishes(as_text(found)) == []
