"""Sliders where there is somebody to move them, and the plain answer where there is not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

#: What is said where sliders could be but are not installed.
WITHOUT = "No sliders here (pip install 'issim[lessons]' brings them): change the numbers in the cell and run it again."


class Slider(NamedTuple):
    """A number to move: its ends, its step, and where it stands at first."""

    low: float
    high: float
    step: float
    start: float


def in_notebook() -> bool:
    """Whether a notebook runs this, whose reader could move a slider."""
    shell = sys.modules.get("IPython")
    return shell is not None and getattr(shell.get_ipython(), "kernel", None) is not None


def play(answer: Callable[..., Any], **sliders: Slider) -> Any:
    """Let a reader move numbers and see the answer; without a notebook or ipywidgets, the answer at the start.

    For whom  the cells of lessons; `answer` takes one number per slider, by name
    """
    start = {name: slider.start for name, slider in sliders.items()}
    if not in_notebook():
        return answer(**start)
    try:
        import ipywidgets
    except ImportError:
        print(WITHOUT)
        return answer(**start)
    ipywidgets.interact(answer, **{name: _widget(ipywidgets, slider) for name, slider in sliders.items()})
    return None


def _widget(library: Any, slider: Slider) -> Any:
    """A slider of whole numbers if all its numbers are whole; it answers when it is let go."""
    whole = all(float(number).is_integer() for number in slider)
    kind = library.IntSlider if whole else library.FloatSlider
    low, high, step, start = (int(number) if whole else number for number in slider)
    wide = library.Layout(width="28em")
    return kind(min=low, max=high, step=step, value=start, continuous_update=False, layout=wide)
