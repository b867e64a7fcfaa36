"""What lessons call is there by name; the first cell loads the model, later ones what they use."""

from __future__ import annotations

import subprocess
import sys

import pytest

from issim import teach


def test_every_name_is_found_in_its_part() -> None:
    assert set(teach._HOMES) < set(teach.__all__)
    assert sorted(teach.__all__) == dir(teach)
    for name in teach.__all__:
        assert getattr(teach, name).__module__.startswith("issim.teach."), name


def test_what_is_not_there_is_told() -> None:
    with pytest.raises(AttributeError, match="no attribute 'vilage'"):
        _ = teach.vilage


def test_what_draws_is_loaded_by_the_first_picture_only() -> None:
    code = (
        "import sys; from issim import teach; print('mesa' in sys.modules); teach.at_end, teach.differences; "
        "print('matplotlib' in sys.modules); teach.lines; print('matplotlib' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split()[-3:] == ["True", "False", "True"]
