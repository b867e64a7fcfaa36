"""What lessons call is there by name, and nothing is loaded before a cell asks for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from issim import teach


def test_every_name_is_found_in_its_part() -> None:
    assert sorted(teach._HOMES) == sorted(teach.__all__) == dir(teach)
    for name in teach.__all__:
        assert getattr(teach, name).__module__.startswith("issim.teach."), name


def test_what_is_not_there_is_told() -> None:
    with pytest.raises(AttributeError, match="no attribute 'vilage'"):
        _ = teach.vilage


def test_nothing_heavy_is_loaded_before_it_is_asked_for() -> None:
    code = (
        "import sys; from issim import teach; print({'pandas', 'mesa', 'numba'} & set(sys.modules)); "
        "teach.village; print('matplotlib' in sys.modules, 'mesa' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["set()", "False True"]
