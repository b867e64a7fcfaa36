"""What the methods paper quotes of calibration, validation, sensitivity and replications: out of their own pages."""

from __future__ import annotations

from typing import Any

#: Said where a page is not there yet.
OPEN = "Not part of this version of the text."


def others() -> dict[str, Any]:
    """The sections that rest on other pages."""
    return {
        "calibration": OPEN,
        "validation": OPEN,
        "sensitivity": OPEN,
        "replications": "",
        "limits_extra": "",
        "more_references": "",
    }
