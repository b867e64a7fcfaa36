"""A file carries its record in the place that its format keeps for it, and knows whether it is what was written."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from matplotlib.figure import Figure
from PIL import Image

from issim.plots import style
from issim.store import stamps
from issim.store.record import record_of, settings_digest, without_places

RECORD = {"command": "issim run policy='{a: \"<b>\"}' name=Ås", "issim": "1", "file": "x"}
PAGE = b"<!doctype html>\n<html><head>\n<title>t</title>\n</head><body></body></html>\n"
TABLE = pd.DataFrame({"policy": ["none", "x"], "value": [0.5, np.nan], "month": np.array([0, 1], np.int16)})


def plain() -> dict[str, bytes]:
    """A file of every kind that carries a record, by its ending."""
    drawn = Path()
    figure = Figure(figsize=(1, 1))
    figure.add_subplot().plot([1, 2])
    found = {}
    for kind in ("svg", "png"):
        sink = io.BytesIO()
        figure.savefig(sink, format=kind)
        found[f".{kind}"] = sink.getvalue()
    table = io.BytesIO()
    TABLE.to_parquet(table)
    assert drawn.exists()
    return {**found, ".html": PAGE, ".parquet": table.getvalue()}


FILES = plain()


@pytest.mark.parametrize("kind", stamps.KINDS)
def test_a_record_is_read_back_and_the_same_again_gives_the_same_bytes(kind: str) -> None:
    assert stamps.read(FILES[kind], kind) is None
    once = stamps.stamped(FILES[kind], kind, RECORD)
    found = stamps.read(once, kind)
    assert found is not None
    assert found.is_whole
    assert {name: found.record[name] for name in RECORD} == RECORD
    assert stamps.stamped(once, kind, RECORD) == once == stamps.stamped(FILES[kind], kind, RECORD)
    other = stamps.stamped(once, kind, {"issim": "2"})
    again = stamps.read(other, kind)
    assert again is not None
    assert again.record["issim"] == "2"
    assert "command" not in again.record


@pytest.mark.parametrize("kind", stamps.KINDS)
def test_a_file_that_was_changed_says_so(kind: str) -> None:
    once = stamps.stamped(FILES[kind], kind, RECORD)
    for place in (len(once) // 3, len(once) // 2):
        harmed = once[:place] + bytes([once[place] ^ 1]) + once[place + 1 :]
        found = stamps.read(harmed, kind)
        assert found is None or not found.is_whole, f"byte {place}"


def test_what_is_shown_stays_as_it_was() -> None:
    done = {kind: stamps.stamped(content, kind, RECORD) for kind, content in FILES.items()}
    before, after = (np.asarray(Image.open(io.BytesIO(f[".png"]))) for f in (FILES, done))
    np.testing.assert_array_equal(before, after)
    assert Image.open(io.BytesIO(done[".png"])).text["issim"]  # type: ignore[attr-defined]
    source = ET.fromstring(done[".svg"]).find(".//{http://purl.org/dc/elements/1.1/}source")
    assert source is not None
    assert RECORD["command"].partition("'")[0] in (source.text or "")
    pd.testing.assert_frame_equal(pd.read_parquet(io.BytesIO(done[".parquet"])), TABLE, check_exact=True)
    assert b"issim.record" in pq.read_metadata(io.BytesIO(done[".parquet"])).metadata
    assert done[".html"].replace(b"</head>", b"").count(b"<meta") == 1


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\x89PNG\r\n\x1a\nshort", b"<svg></svg>"])
@pytest.mark.parametrize("kind", [".csv", ".png", ".svg", ".html"])
def test_files_without_a_place_for_it_stay_as_they_are(content: bytes, kind: str) -> None:
    assert stamps.stamped(content, kind, RECORD) == content
    assert stamps.read(content, kind) is None


def test_a_figure_of_the_house_can_carry_one(tmp_path: Path) -> None:
    for path in style.save(Figure(figsize=(1, 1)), tmp_path, "x"):
        assert stamps.read(stamps.stamped(path.read_bytes(), path.suffix, RECORD), path.suffix)


def test_a_record_says_nothing_of_place_moment_and_machine() -> None:
    words = ["issim", "run", "seed=7", "outputs=/a/b", "threads=2", "--out", "c", "--out=d", "policy=x"]
    assert without_places(words) == ["issim", "run", "seed=7", "policy=x"]
    made = {
        "issim": "0.1.0", "commit": "abc", "command": "issim run outputs=here seed=7", "seeds": [7, 8, 9],
        "started": "now", "platform": "this one", "evidence": {"a.csv": "00"}, "rules": "r", "python": "3",
    }  # fmt: skip
    found = record_of(made)
    assert found["command"] == "issim run seed=7"
    assert found["seeds"] == "7 to 9"
    assert not {"now", "this one", "3"} & set(found.values())
    assert settings_digest("seed: 1\noutputs: a\nthreads: 0\n") == settings_digest(
        "seed: 1\noutputs: b\nthreads: 2\n"
    )
    assert settings_digest("seed: 1\n") != settings_digest("seed: 2\n")
