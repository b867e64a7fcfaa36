"""The survey in a lesson: sound firms answer it, shuffled ones only on average."""

from __future__ import annotations

import numpy as np

from issim.analysis.survey import INSIDE
from issim.evidence.vocabulary import ITEMS
from issim.teach import surveys


def test_one_survey_is_a_sample_of_the_population() -> None:
    levels = surveys.everybody().items[:, ITEMS.index("awareness")]
    assert surveys.asked_once(len(levels)) == np.mean(levels)
    means = [surveys.asked_once(78, seed) for seed in range(50)]
    assert 0.7 < np.std(means) / (levels.std() / np.sqrt(78)) < 1.3


def test_shuffled_firms_keep_their_averages_and_lose_what_goes_along() -> None:
    sound, spoilt = surveys.everybody(), surveys.shuffled(seed=3)
    np.testing.assert_array_equal(np.sort(sound.items, axis=0), np.sort(spoilt.items, axis=0))
    np.testing.assert_array_equal(sound.ticks.sum(axis=0), spoilt.ticks.sum(axis=0))
    np.testing.assert_array_equal(sound.country, spoilt.country)
    columns = [ITEMS.index("awareness"), ITEMS.index("willingness")]
    assert np.corrcoef(sound.items[:, columns].T)[0, 1] > 0.3
    assert abs(np.corrcoef(spoilt.items[:, columns].T)[0, 1]) < 0.06


def test_the_correlations_fall_out_when_answers_are_shuffled() -> None:
    verdicts = {row.key: row.verdict for row in surveys.asked_often(surveys.shuffled())}
    sound = {row.key: row.verdict for row in surveys.asked_often()}
    correlations = [key for key in surveys.SHOWN if key.startswith("correlation.")]
    assert all(sound[key] == INSIDE for key in surveys.SHOWN)
    assert not any(verdicts[key] == INSIDE for key in correlations)
    assert all(verdicts[key] == INSIDE for key in surveys.SHOWN if key not in correlations)


def test_more_answers_make_narrower_lines() -> None:
    few, many = ({row.key: row.high - row.low for row in surveys.asked_often(n=n)} for n in (78, 312))
    assert 0.4 < many["correlation.awareness_readiness"] / few["correlation.awareness_readiness"] < 0.65


def test_the_picture_marks_what_was_published() -> None:
    found = surveys.asked_often()
    picture = surveys.survey_picture(found)
    n, of = surveys.inside(found)
    assert picture.words.startswith(f"{n} of {of} published figures")
    marks = [line for line in picture.figure.axes[0].lines if line.get_marker() == "D"]
    known = {row.key: row.published for row in found}
    assert [float(np.asarray(line.get_xdata())[0]) for line in marks] == [known[key] for key in surveys.SHOWN]
