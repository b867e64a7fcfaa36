"""Every question of the ODD protocol and of ODD+D has an answer in docs/ODD.md, at the place that is said."""

from __future__ import annotations

import re

import pytest
from docs import annexes, refresh


def written() -> str:
    return refresh.ODD.read_text(encoding="utf-8")


def section_of(number: str, text: str) -> str:
    """A section by its number, without those below the next heading of any rank."""
    _, heading, rest = text.partition(f"\n{'#' * (2 + ('.' in number))} {number} ")
    assert heading, f"there is no section {number}"
    return rest.partition("\n## ")[0] if "." not in number else re.split(r"\n##+ ", rest)[0]


def answer(question: annexes.Question, text: str) -> str:
    """What the text answers to a question: from its label to the next label or table."""
    flowing = re.sub(r"(?<!\n)\n(?!\n)", " ", section_of(question.section, text))
    found = flowing.partition(f"**{question.label}")[2]
    return re.split(r"\*\*[A-Z]|<!--|```", found.partition("**")[2])[0]


@pytest.mark.parametrize("question", annexes.questions(), ids=lambda q: f"{q.of} {q.item} {q.label}")
def test_every_question_of_the_protocols_is_answered(question: annexes.Question) -> None:
    assert len(answer(question, written()).split()) >= 8


def test_a_question_without_an_answer_is_found_out() -> None:
    question = annexes.Question("ODD", "Purpose", "For what?", "1", "Purpose")
    assert answer(question, "\n## 1 Purpose\n\n**Purpose.** Soon.\n\n## 2 Next\n").split() == ["Soon."]
    assert answer(question, "\n## 1 Purpose\n\nNothing.\n").split() == []


def test_the_protocols_are_whole() -> None:
    concepts = (
        "Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction", "Sensing",
        "Interaction", "Stochasticity", "Collectives", "Observation",
    )  # fmt: skip
    assert re.findall(r"^### 4\.\d+ (.+)$", written(), re.MULTILINE)[: len(concepts)] == list(concepts)
    asked = {(question.of, question.item) for question in annexes.questions()}
    assert {("ODD", concept) for concept in concepts} <= asked
    letters = {"I.i": "b", "I.ii": "cd", "II.i": "bc", "II.ii": "abcdefgh", "II.iii": "ab", "II.iv": "abcde",
               "II.v": "abc", "II.vi": "abcd", "II.vii": "ab", "II.viii": "ab", "II.ix": "a", "II.x": "ab",
               "III.i": "ab", "III.ii": "abc", "III.iii": "a", "III.iv": "abc"}  # fmt: skip
    assert {("ODD+D", f"{item}.{letter}") for item, said in letters.items() for letter in said} <= asked
