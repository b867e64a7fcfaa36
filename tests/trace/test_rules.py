"""What the text of the rules says of who writes an outcome, and of what it reads."""

from __future__ import annotations

from fnmatch import fnmatch

import pandas as pd
import pytest

from issim.rules.observe import NAMES
from issim.runs.parameters import parameters
from issim.store.outcomes import MEASURES
from issim.trace import outcomes, rules, values


def written(observable: str) -> set[str]:
    return {rule.name for rule in rules.chain(observable).writers}


@pytest.mark.parametrize("observable", NAMES)
def test_every_observable_has_who_writes_it_in_a_process_of_the_month(observable: str) -> None:
    found = rules.chain(observable)
    assert found.writers
    assert found.processes
    assert {rule.name for rule in found.processes} <= set(rules.rules()["advance"].calls)


def test_writers_and_what_they_read_worked_out_by_hand() -> None:
    assert written("adopters") == {"count_operating"}
    assert written("tonnes") == {"operate"}
    assert written("public_cost") == {"spend"}
    assert written("new_closed") == {"close_firms"}
    trust = rules.chain("trust").reads
    assert {"behaviour.trust_learning", "behaviour.news"} <= trust
    assert "behaviour.contact_rate" not in trust
    assert "goods.*.yield_" in rules.chain("replaced").reads
    assert {r.name for r in rules.chain("adopters").processes} == {"decide", "implement", "end"}
    assert {"behaviour.fall_through", "behaviour.closure"} <= rules.chain("adopters").reads


def test_every_parameter_that_rules_name_exists_and_all_constants_are_named() -> None:
    known = {parameter.name for parameter in parameters()}
    read = set().union(*(rule.reads for rule in rules.rules().values()))
    found = {name for name in read if not name.startswith(outcomes.LEVERS)}
    assert [name for name in sorted(found) if not any(fnmatch(one, name) for one in known)] == []
    assert {name for name in known if name.startswith("behaviour.")} <= found


def test_every_measure_is_an_outcome_with_a_way_to_read_it() -> None:
    for measure in MEASURES:
        found = outcomes.outcome(measure.key)
        assert found is not None
        assert found.measure == measure
        assert measure.how in outcomes.READ
        assert found.column.name == measure.column
    assert outcomes.outcome("nothing") is None


def test_values_are_found_by_key_and_by_the_words_of_a_report() -> None:
    words = next(measure.words for measure in MEASURES if measure.key == "adopters")
    report = pd.DataFrame(
        {"measure": [f"{words} [firms]", "Other [t]"], "with training": ["7 (5 to 9)", "1"]}
    )
    assert list(values.rows(report, "adopters")) == ["with training 7 (5 to 9)"]
    summary = pd.DataFrame({"key": ["adopters", "co2"], "policy": ["none", "none"], "middle": [3.5, 8.0]})
    assert list(values.rows(summary, "adopters")) == ["policy none; middle 3.5"]
    series = pd.DataFrame({"adopters": [1.0, 2.0, 6.0]})
    assert list(values.rows(series, "adopters")) == ["count 3", "min 1", "middle 2", "mean 3", "max 6"]
    assert list(values.rows(series, "tonnes")) == []
