"""A survey of one's own recalibrates the firms, with its sampling error; prices of one's own replace those known."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given as given_that
from hypothesis import settings as how
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sentences import blemishes

from issim import evidence
from issim.errors import InputError
from issim.evidence.catalogue import PACKAGED
from issim.evidence.vocabulary import ITEMS, SECTORS, SIZES, TICKS
from issim.own.answers import LEAST, OwnSurvey, asked, read_survey
from issim.own.faults import Fault, as_text
from issim.own.prices import OWN_SOURCE, PriceTable, read_prices, with_prices
from issim.own.recalibration import AWARENESS, READINESS, recalibrated, resampled, with_survey
from issim.own.template import STREAMS, SURVEY, TEMPLATES
from issim.population import PopulationOptions
from issim.population import firms as synthetic
from issim.population.margins import margins
from issim.runs.assumptions import DRAWN, of_model
from issim.runs.job import plan
from issim.runs.study import world_of

KNOWN = evidence.load()


def answers(n: int, seed: int = 0) -> str:
    """A survey of n invented respondents whose awareness and willingness go together."""
    luck = np.random.default_rng(seed)
    out = io.StringIO()
    write = csv.writer(out)
    write.writerow(["country", "sector", "size", *ITEMS, *TICKS])
    for _ in range(n):
        ready = luck.normal()
        levels = np.clip(np.round(3 + 0.7 * ready + luck.normal(size=len(ITEMS))), 1, 5).astype(int)
        levels[0] = (levels[0] + 1) // 2  # awareness
        row = ["LV", luck.choice(SECTORS, p=[0.7, 0.1, 0.1, 0.1]), luck.choice(SIZES, p=[0.1, 0.2, 0.3, 0.4])]
        write.writerow([*row, *levels, *("yes" if luck.uniform() < 0.8 else "no" for _ in TICKS)])
    return out.getvalue()


def survey(text: str) -> OwnSurvey:
    """A survey without a fault."""
    found = read_survey(text.encode(), KNOWN.survey, "my.csv")
    assert isinstance(found, OwnSurvey), as_text(found)
    return found


def faults(text: str) -> list[Fault]:
    """The faults of a survey, all of them sentences."""
    found = read_survey(text.encode(), KNOWN.survey, "my.csv")
    assert isinstance(found, list)
    assert blemishes(as_text(found)) == []
    return found


def test_firms_answer_as_the_respondents_did() -> None:
    own = survey(answers(400))
    new = with_survey(KNOWN, own, PACKAGED)
    n = 8_000
    found = synthetic.draw(
        new, PopulationOptions(), np.arange(n, dtype=np.int32), np.zeros(n, np.int16), -1, 5
    )
    assert np.abs(found.items.mean(axis=0) - own.items.mean(axis=0)).max() < 0.05
    assert np.abs(found.ticks.mean(axis=0) - own.ticks.mean(axis=0)).max() < 0.02
    assert (
        np.abs(np.bincount(found.sector, minlength=4) / n - np.bincount(own.sector, minlength=4) / 400).max()
        < 0.02
    )
    assert (
        np.abs(np.bincount(found.size, minlength=4) / n - np.bincount(own.size, minlength=4) / 400).max()
        < 0.02
    )
    assert (found.country == 1).mean() > 0.97
    sums = [[ITEMS.index(item) for item in index] for index in (AWARENESS, READINESS)]
    want, got = (
        spearmanr(*(each.items[:, columns].sum(axis=1) for columns in sums)).statistic
        for each in (own, found)
    )
    assert want > 0.3
    assert got == pytest.approx(want, abs=0.03)


def test_margins_of_answers_are_the_shares_of_every_level() -> None:
    own = survey(answers(60))
    found = margins(recalibrated(KNOWN.survey, own))
    for k, item in enumerate(ITEMS):
        n_levels = len(found[item])
        counts = np.bincount(own.items[:, k], minlength=n_levels + 1)[1:]
        assert found[item] == pytest.approx((counts + 0.5) / (60 + 0.5 * n_levels))


def test_figures_that_barriers_rest_on_follow() -> None:
    new = with_survey(KNOWN, survey(answers(200)), PACKAGED)
    changed = [
        a.key for a, b in zip(KNOWN.barriers, new.barriers, strict=True) if a.prevalence != b.prevalence
    ]
    tied = [barrier.key for barrier in KNOWN.barriers if barrier.tied_to]
    assert set(changed) <= set(tied)
    assert len(changed) >= 8
    assert new.figure("sample.n").value == 200
    assert not any(figure.kind in ("statistic", "index") for figure in new.survey)


def test_a_small_survey_makes_runs_differ_more() -> None:
    def spread(n: int) -> float:
        own = survey(answers(n))
        shares = []
        for seed in range(40):
            figures = recalibrated(KNOWN.survey, own, resampled(own, seed))
            shares.append(next(f.value for f in figures if f.key == "awareness.share.3"))
        return float(np.std(shares))

    few, many = spread(20), spread(500)
    assert few == pytest.approx(5 * many, rel=0.4)  # as 1 / sqrt(n)
    own = survey(answers(20))
    assert np.array_equal(resampled(own, 3), resampled(own, 3))
    assert not np.array_equal(resampled(own, 3), resampled(own, 4))


def test_a_question_with_few_answers_stays_as_published() -> None:
    rows = list(csv.reader(io.StringIO(answers(30))))
    at = rows[0].index("learning")
    for row in rows[1 + LEAST - 1 :]:
        row[at] = ""
    own = survey("\n".join(",".join(row) for row in rows))
    assert "learning" not in asked(own)
    new = {figure.key: figure for figure in recalibrated(KNOWN.survey, own)}
    assert new["learning.mean"] == KNOWN.figure("learning.mean")
    assert new["tools.mean"].source == "own_survey"


def test_figures_replace_figures_by_their_keys() -> None:
    own = survey("key;value;n\nawareness.share.1;0,50;40\nawareness.share.2;0,30;40\nawareness.share.3;0,20;40\n"
                 "awareness.mean;1,7;\nawareness.sd;0,8;\nbarriers.lack_of_money;0.7;\n")  # fmt: skip
    new = with_survey(KNOWN, own, PACKAGED)
    assert margins(new.survey)["awareness"] == pytest.approx([0.5, 0.3, 0.2], abs=0.005)
    assert new.figure("barriers.lack_of_money").value == 0.7
    assert new.figure("index.NO.awareness") == KNOWN.figure("index.NO.awareness")
    packaged = (PACKAGED / "survey.csv").read_text(encoding="utf-8")
    whole = survey(packaged)
    assert {f.key: f.value for f in recalibrated(KNOWN.survey, whole)} == {
        f.key: f.value for f in KNOWN.survey
    }


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("awareness\n1\n2\n3\n1\n4\n", 6, "outside [1, 3]"),
        ("awareness,sector\n1,\n2,\n3,\n1,\n1,gardening\n", 6, "is no sector"),
        ("awareness\n1\n2\n", 0, f"give at least {LEAST}"),
        ("age\n1\n2\n3\n4\n5\n", 0, "no question of the survey"),
        ("key,value\nawareness.share.9,0.4\n", 2, "is no figure of the survey"),
        ("key,value\nawareness.share.1,40\n", 2, "outside [0, 1]"),
        ("key,value\nawareness.share.1,\n", 2, "is empty"),
        ("key,value\nawareness.mean,1.5\nawareness.mean,1.6\n", 3, "already stands on line 2"),
    ],
)
def test_a_fault_in_a_survey_is_told(text: str, line: int, words: str) -> None:
    (fault,) = faults(text)
    assert fault.line == line
    assert words in fault.sentence()


def prices(text: str) -> PriceTable:
    """Prices without a fault."""
    found = read_prices(text.encode(), "my.csv")
    assert isinstance(found, PriceTable), as_text(found)
    return found


def test_prices_replace_those_of_the_evidence_with_their_source() -> None:
    text = (
        "stream;parameter;value;unit;low;high;source\nwood;gate fee;55,5;€/t;40;70;a quotation\n"
        "heat;virgin_price;48;EUR/MWh;;;\nmetal;freight;0.12;EUR/tkm;;;\n"
    )
    new = with_prices(KNOWN, prices(text))
    wood, heat = (next(good for good in new.goods if good.name == name) for name in ("wood", "heat"))
    assert (wood.gate_fee, wood.priors["gate_fee"], wood.sources["gate_fee"]) == (
        55.5,
        "uniform(40, 70)",
        OWN_SOURCE,
    )
    assert (heat.virgin_price, heat.priors["virgin_price"]) == (48.0, "")
    assert new.sources[OWN_SOURCE].citation.startswith("my.csv")
    others = [good for good in new.goods if good.name not in ("wood", "heat", "metal")]
    assert all(good in KNOWN.goods for good in others)
    assert wood.processing == next(good for good in KNOWN.goods if good.name == "wood").processing


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("wod,gate_fee,5,,,", "good", "did you mean wood"),
        ("wood,gate_free,5,,,", "parameter", "did you mean gate_fee"),
        ("wood,gate_fee,9999,,,", "value", "outside [-500, 2000]"),
        ("wood,gate_fee,,,,", "value", "is empty"),
        ("wood,gate_fee,5,EUR/m3,,", "unit", "give it in EUR/t"),
        ("wood,gate_fee,5,,6,9", "value", "outside its own range"),
        ("wood,gate_fee,5,,4,", "high", "is empty beside"),
        ("wood,virgin_price,8,,,", "parameter", "already stands on line 2"),
    ],
)
def test_a_fault_in_prices_is_told(line: str, column: str, words: str) -> None:
    found = read_prices(
        f"good,parameter,value,unit,low,high\nwood,virgin_price,7,,,\n{line}\n".encode(), "my.csv"
    )
    assert isinstance(found, list)
    assert [(fault.line, fault.column) for fault in found] == [(3, column)]
    assert words in as_text(found)
    assert blemishes(as_text(found)) == []


def test_settings_take_survey_and_prices(tmp_path: Path) -> None:
    paths = {}
    for kind, text in TEMPLATES.items():
        paths[kind] = tmp_path / f"my {kind}.csv"
        paths[kind].write_text(text, encoding="utf-8")
    chosen = plan([f"survey={paths['survey']}", f"streams={paths['streams']}", "population.n_firms=40"])
    settings = chosen.settings
    assert settings.survey is not None
    assert settings.survey.n == 10
    assert chosen.config.prices == str(paths["streams"])
    assert {"survey: my survey.csv", "prices: my streams.csv"} <= set(settings.evidence.hashes)
    fates = {found.parameter.name: found.fate for found in of_model(settings)}
    assert fates["goods.wood.gate_fee"] == DRAWN
    assert "goods.wood.virgin_price" not in fates
    assert settings.evidence_of(1) is settings.evidence_of(1)
    assert settings.evidence_of(1).survey != settings.evidence_of(2).survey
    goods = world_of(settings, 1).goods
    assert goods.gate_fee[2] == 55.0
    again = plan([f"survey={paths['survey']}", f"streams={paths['streams']}"]).settings
    assert again.survey is settings.survey
    plan(["streams.available=0.5"])
    plan(["streams={available: 0.5}"])


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    texts = {
        "f": "name,nace\nA,xx\n",
        "s": "awareness\n9\n1\n1\n1\n1\n",
        "p": "good,parameter,value\nwood,x,1\n",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        plan([f"firms={tmp_path}/f.csv", f"survey={tmp_path}/s.csv", f"streams={tmp_path}/p.csv"])
    told = str(caught.value).split("\n")
    assert [line.split(" ")[0] for line in told] == ["f.csv", "p.csv", "s.csv"]


cells = st.text(max_size=8) | st.sampled_from(["1", "3", "yes", "wood", "gate_fee", "0,5", "LV"])
names = (
    st.sampled_from(["key", "value", *ITEMS, *TICKS, "good", "parameter", "unit", "low", "high", "country"])
    | cells
)


@how(max_examples=80)
@given_that(st.lists(names, min_size=1, max_size=6), st.lists(st.lists(cells, max_size=6), max_size=8))
def test_random_tables_never_crash(header: list[str], rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    content = out.getvalue().encode("utf-8", "surrogatepass")
    for found in (read_survey(content, KNOWN.survey), read_prices(content)):
        if isinstance(found, list):
            assert found
            assert blemishes(as_text(found)) == []


@given_that(st.binary(max_size=200))
def test_random_bytes_never_crash(content: bytes) -> None:
    for found in (read_survey(content, KNOWN.survey), read_prices(content)):
        assert not isinstance(found, list) or as_text(found)


def test_templates_are_sound() -> None:
    assert survey(SURVEY).n == 10
    assert len(prices(STREAMS).prices) == 5
