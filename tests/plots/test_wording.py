"""Numbers, spans, times and policies as one says them; worked by hand."""

from __future__ import annotations

import pytest

from issim.levers import catalogue
from issim.plots import wording
from issim.plots.seeds import Interval


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"), (0.0049, "0.0049"), (3, "3"), (8.14, "8.1"), (9.96, "10"), (12.4, "12"), (999, "999"),
        (1000, "1,000"), (41_234, "41,200"), (-12_345, "−12,300"), (999_600, "1,000,000"),
        (1_234_567, "1.23 million"), (12_000_000, "12 million"), (-3, "−3"),
    ],
)  # fmt: skip
def test_numbers(value: float, said: str) -> None:
    assert wording.number(value) == said


@pytest.mark.parametrize(("value", "said"), [(12.5, "13"), (0.4, "0"), (1.0, "1")])
def test_firms_are_whole(value: float, said: str) -> None:
    assert wording.count(value) == said


@pytest.mark.parametrize(
    ("share", "said"), [(0.0, "0 %"), (1.23, "1.2 %"), (9.96, "10 %"), (48.2, "48 %"), (100, "100 %")]
)
def test_shares(share: float, said: str) -> None:
    assert wording.percent(share) == said


@pytest.mark.parametrize(
    ("months", "said"),
    [
        (0, "at the start"), (1, "after 1 month"), (6, "after half a year"), (7, "after 7 months"),
        (12, "after one year"), (18, "after 18 months"), (120, "after ten years"), (240, "after 20 years"),
    ],
)  # fmt: skip
def test_times(months: int, said: str) -> None:
    assert wording.after(months) == said


def test_a_span_is_told_only_where_there_is_one() -> None:
    assert wording.with_span(Interval(5, 7, 12)) == "7 (5 to 12)"
    assert wording.with_span(Interval(7, 7, 7)) == "7"


@pytest.mark.parametrize(
    ("gain", "n_seeds", "said"),
    [
        (Interval(31, 43, 55), 20, ", 43 more than without policy (31 to 55 in 90 % of runs)"),
        (Interval(-9, -6, -2), 20, ", 6 fewer than without policy (−9 to −2 in 90 % of runs)"),
        (Interval(-3, 4, 11), 20, ": no clear difference from no policy (−3 to 11 in 90 % of runs)"),
        (Interval(0, 4, 11), 20, ": no clear difference from no policy (0 to 11 in 90 % of runs)"),
        (Interval(0, 0, 0), 20, ", just as without policy"),
        (Interval(4, 4, 4), 1, ", 4 more than without policy"),
    ],
)
def test_a_difference_is_claimed_only_if_it_keeps_its_sign(gain: Interval, n_seeds: int, said: str) -> None:
    assert wording.compared(gain, n_seeds) == said


def test_a_difference_names_what_it_is_from() -> None:
    assert wording.compared(Interval(31, 43, 55), 20, against="mandate") == (
        ", 43 more than with a reuse mandate (31 to 55 in 90 % of runs)"
    )
    assert wording.compared(Interval(0, 0, 0), 20, against="my_own") == ", just as with my own"


@pytest.mark.parametrize(
    ("policy", "sentence", "head"),
    [
        ("none", "Without policy", "Without policy"),
        ("mandate", "With a reuse mandate", "With mandate"),
        ("package", "With mandate, tax relief, training and platform", "With package"),
        ("action_plan", "With all 24 actions of the plan", "With action plan"),
        ("polish_landfill_fee", "With a landfill fee that rises from 24 to 270 PLN/t", "With Polish landfill fee"),
        ("baltic", "With Baltic", "With Baltic"),  # its question is too long for a sentence
        ("british_facilitation", "With British facilitation", "With British facilitation"),  # of another form
        ("my_own", "With my own", "With my own"),
    ],
)  # fmt: skip
def test_policies_read_well_in_sentences_and_heads(policy: str, sentence: str, head: str) -> None:
    assert wording.under(policy) == sentence
    assert wording.headed(policy) == head


def test_most_packaged_policies_are_put_as_their_question_puts_them() -> None:
    named = [name for name in catalogue.names("policy") if name != "none"]
    by_name = {name for name in named if wording.policy_phrase(name) == wording.policy_label(name)}
    assert len(by_name) < len(named) / 4
    assert all("What" not in wording.policy_phrase(name) for name in named)


def test_capitals_are_put_where_they_belong() -> None:
    assert wording.capital("eU law") == "EU law"
