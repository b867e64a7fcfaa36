"""How replications are judged, told and cached: on known answers, and on what must fail."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from replications import compiled, e1, e2, e4, e5, ghali, page
from replications.replication import Line, Replication, Source, by_z, missed, verdict, z_score
from replications.run import options

from issim import jit
from issim.errors import InputError

REPLICATIONS = [module.REPLICATION for module in (e1, e2, e4, e5)]
needs_compiler = pytest.mark.skipif(not jit.is_compiled(), reason="takes minutes where compilation is off")


def test_z_by_hand() -> None:
    values = np.array([1.0, 3.0, 5.0, 7.0])  # mean 4, variance 20/3
    assert z_score(5.0, 3.0, 9, values) == pytest.approx(1.0 / np.sqrt(1.0 + 20 / 12))
    assert z_score(5.0, 0.0, 9, np.full(4, 4.0), rounding=1.0) == pytest.approx(np.sqrt(12))
    # 3 standard errors, both sides' errors counted
    error = np.sqrt(1.0 + 20 / 12)
    assert by_z("", "", (4.0 + 2.99 * error, 3.0), 9, values, 2).passed
    assert not by_z("", "", (4.0 - 3.01 * error, 3.0), 9, values, 2).passed


def test_a_verdict_is_what_the_judged_lines_add_up_to() -> None:
    yes, no = (Line("", "", "", "", "z", 0.0, passed) for passed in (True, False))
    told = Line("", "", "", "", "", 9.0, False)
    assert [verdict(x) for x in ([yes, yes, told], [yes, no], [no, told], [told])] == [
        "reproduced", "reproduced in part", "not reproduced", "to be compared from outside",
    ]  # fmt: skip


@needs_compiler
def test_other_numbers_are_not_called_reproduced(tables: Callable[[str], pd.DataFrame]) -> None:
    """The same judgement on runs whose outcomes are shifted by less than their own spread."""
    runs = tables("E1")
    shifted = runs.assign(waste=runs["waste"] + 0.8 * runs["waste"].std())
    assert [line for line in missed(e1.lines(shifted)) if "waste" in line]
    course = tables("E5")
    assert missed(e5.lines(course.assign(flowing=course["flowing"] + 0.03)))
    assert e5.together(course)[1] > 0.001 > e5.together(course.assign(trust=course["trust"] + 0.05))[1]


def test_points_are_judged_within_one() -> None:
    assert [e4.off("", "", 50.0, found).passed for found in (48.9, 49.1, 50.9, 51.1)] == [
        False,
        True,
        True,
        False,
    ]


def test_cells_are_compared_with_a_published_table(tmp_path: Path) -> None:
    ours = e2.read_cells(e2.CELLS)
    assert len(ours) == len(e2.grid()) == 432
    assert list(ours) == [*e2.KEYS, "waste_mean", "waste_sd", "cost_mean", "cost_sd", "links_per_company"]
    assert ours.notna().all(axis=None)
    file = tmp_path / "theirs.csv"
    ours.sample(frac=1.0, random_state=1).to_csv(file, index=False)
    same = e2.agreement(ours, e2.read_cells(file))
    assert [line.score for line in same] == pytest.approx([1.0, 0.0, 1.0, 0.0])
    assert missed(same) == []
    # another scale of one outcome, no relation at all in the other
    strange = ours.assign(waste_mean=ours["waste_mean"] + 0.006, cost_mean=ours["cost_mean"].to_numpy()[::-1])
    judged = [line.passed for line in e2.agreement(ours, strange)]
    assert judged == [True, False, False, True]
    with pytest.raises(InputError, match="Only 431 of our 432 cells"):
        e2.agreement(ours, ours.iloc[1:])
    (tmp_path / "else.csv").write_text("sigma,c\n1,2\n")
    with pytest.raises(InputError, match="has no column d0"):
        e2.read_cells(tmp_path / "else.csv")
    with pytest.raises(InputError, match="cannot be read"):
        e2.read_cells(tmp_path / "nowhere.csv")


@needs_compiler
@pytest.mark.parametrize("chosen", REPLICATIONS, ids=lambda chosen: chosen.name)
def test_every_replication_is_drawn_and_told_from_its_table(
    chosen: Replication, tables: Callable[[str], pd.DataFrame], tmp_path: Path
) -> None:
    if chosen.name == "E4":  # one run of each arm's corners stands in for the wrapped plane
        bounded = tables("E4")
        found = pd.concat([bounded, bounded.assign(plane=e4.WRAPPED)], ignore_index=True)
    else:
        found = tables(chosen.name)
    if chosen.name != "E2":  # its figure needs the whole grid
        assert isinstance(chosen.draw(found, Source(chosen.title, len(found), "0")), Figure)
        words = page.section(chosen, found)
        assert f"**Verdict: {page.said(chosen, found)}.**" in words
        assert not re.search(r"\bnan\b", words)
        found.to_csv(tmp_path / "table.csv", index=False)
        read_again = pd.read_csv(tmp_path / "table.csv")
        assert page.section(chosen, read_again) == words


def test_the_page_tells_every_replication_and_stands_with_its_figures() -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    for chosen in REPLICATIONS:
        assert f"## {page.heading(chosen)}\n" in text
        assert f"(#{page.anchor(page.heading(chosen))})" in text
        assert page.figure_of(chosen).stat().st_size < 300_000
    assert len(re.findall(r"^\*\*Verdict: reproduced, (\d+) of \1\.\*\*$", text, re.MULTILINE)) == 3


@pytest.mark.parametrize(("words", "answer"), [
    (["E3"], "E3"), (["E1", "--write-docs"], "full size"), (["E1", "--csv", "x.csv"], "name E2"),
])  # fmt: skip
def test_what_cannot_be_is_answered_by_a_sentence(words: list[str], answer: str) -> None:
    with pytest.raises(InputError, match=answer):
        options(words)


def test_an_edit_of_any_rule_gets_another_cache(tmp_path: Path) -> None:
    copy = Path(shutil.copytree(compiled.HERE, tmp_path / "replications"))
    assert compiled.sources_hash(copy) == compiled.sources_hash()
    for name in ("market.py", "chance.py", "compiled.py"):
        before = compiled.sources_hash(copy)
        (copy / name).write_text((copy / name).read_text() + "\n# edited\n")
        assert compiled.sources_hash(copy) != before


@needs_compiler
def test_the_cache_lies_apart_from_the_models() -> None:
    """Or the model would be taken for compiled where only a replication is."""
    ghali.clip(0.5, 0.0)
    found = list(compiled.CACHE.rglob("ghali.clip*.nbi"))
    assert found
    assert jit.CACHE not in found[0].parents
