"""No number moves unannounced: the main job on a small region gives what it gave."""

import json

import pytest
from golden.refresh import BASELINE, POLICIES, summary

from issim.evidence.vocabulary import COUNTRIES, SURVEYED
from issim.rules.observe import NAMES

HOW = (
    "If this was meant: `python tests/golden/refresh.py`, and a changelog entry of type `results` "
    "that says what moved and why."
)
#: Columns that a region of the survey's countries leaves at zero; the baseline need not list them.
ELSEWHERE = {f"adopters_country_{code}" for code in COUNTRIES if code not in SURVEYED}


def is_empty(key: str, value: str | None) -> bool:
    """Whether a number is that of a column that stays at zero, and is zero."""
    return key.split(".", 2)[-1] in ELSEWHERE and value == "0"


@pytest.mark.slow
def test_the_main_job_gives_what_it_gave():
    known = json.loads(BASELINE.read_text())
    found = {key: value for key, value in summary().items() if key in known or not is_empty(key, value)}
    moved = {
        key: (known.get(key), found.get(key)) for key in {*known, *found} if known.get(key) != found.get(key)
    }
    shown = "\n".join(f"  {key}: {old} -> {new}" for key, (old, new) in sorted(moved.items())[:20])
    assert not moved, f"{len(moved)} numbers moved:\n{shown}\n{HOW}"


def test_the_baseline_is_worth_comparing():
    """It covers every observable under every policy, and the policy leaves traces in it."""
    known = json.loads(BASELINE.read_text())
    for name in POLICIES:
        covered = {key.split(".", 2)[2] for key in known if key.startswith(f"{name}.")}
        assert set(NAMES) - ELSEWHERE <= covered <= set(NAMES)
    assert float(known["package.total.public_cost"]) > 0 == float(known["none.total.public_cost"])
    assert float(known["none.end.adopters"]) > 0
    assert known["none.end.awareness"] != known["package.end.awareness"]


def test_there_is_one_number_per_line():
    assert len(BASELINE.read_text().splitlines()) == len(json.loads(BASELINE.read_text())) + 2
