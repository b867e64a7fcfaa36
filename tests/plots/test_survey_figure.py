"""The figure of a re-run survey: its head leaves room for its key, whoever was asked."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from issim import evidence
from issim.analysis.samples import answers_of
from issim.analysis.survey import resurvey, synthetic_answers
from issim.plots import survey
from issim.population import PopulationOptions, draw


@pytest.mark.parametrize("one_country", [False, True])
def test_nothing_of_the_head_overlaps(one_country: bool) -> None:
    known = evidence.load()
    answers = synthetic_answers(known, n_firms=900)
    if one_country:
        index = np.arange(900, dtype=np.int32)
        region = np.zeros(900, dtype=np.int16)
        answers = answers_of(draw(known, PopulationOptions(), index, region, 1, 0))
    fig = survey.figure(resurvey(known, answers, n_surveys=10))
    canvas = FigureCanvasAgg(fig)
    canvas.draw()
    boxes = [text.get_window_extent() for text in fig.texts] + [fig.legends[0].get_window_extent()]
    assert len(boxes) > 5
    assert sum(one.overlaps(other) for k, one in enumerate(boxes) for other in boxes[:k]) == 0
    assert min(box.x0 for box in boxes) >= 0
    assert max(box.x1 for box in boxes) <= fig.bbox.width
